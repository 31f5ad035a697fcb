"""How commands end where they cannot go on: a sentence on standard error, and an exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import typer

from ledger.tables import BrokenPackage

#: Exit codes: what was given is at fault; it could not be read at all.
FAULTS, NOT_READ = 1, 2

Opened = TypeVar("Opened")


def stop(message: str, code: int) -> NoReturn:
    """End with what is wrong and what to do."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def opened(path: Path, read: Callable[[Path], Opened], advice: str) -> Opened:
    """The package in a folder, or at its descriptor, as `read` gives it; else the end, with advice what to name."""
    file = path / "datapackage.json" if path.is_dir() else path
    try:
        file.open("rb").close()
        return read(path)
    except OSError as error:
        stop(f"{file} could not be read: {error.strerror}. {advice}", NOT_READ)
    except BrokenPackage as broken:
        stop(str(broken), FAULTS)
