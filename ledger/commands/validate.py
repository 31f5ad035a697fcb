"""`python -m ledger validate`: check a package or a table, and say every fault."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.ending import FAULTS, NOT_READ, stop
from ledger.faults import BrokenPackage
from ledger.places import DATA
from ledger.reports import FORMS, write_report
from ledger.tables import Tables, open_package
from ledger.validation import Result
from ledger.validation import validate as check

#: Rows between two lines of progress where no terminal shows a running number.
_STEP = 1_000_000


def validate(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH", help="A package (folder, ZIP file), a table (CSV, XLSX), or an address of one of these."
        ),
    ],
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what was found to a file as well: .html, .json or .csv."),
    ] = None,
    data: Annotated[
        Path,
        typer.Option(
            metavar="PATH", help="The package that a table alone is checked with.", show_default="the built-in one"
        ),
    ] = DATA,
) -> None:
    """Check a data package, or a single table as a part of one, and say every fault.

    Each fault is told with file, row, column, value, what was expected and, where it can be guessed,
    what was probably meant. Exit codes: 0 no fault, 1 faults, 2 it could not be read.
    """
    if report and report.suffix.lower() not in FORMS:
        raise typer.BadParameter(f"The name must end in {', '.join(FORMS)}.", param_hint="--report")
    if report and not report.absolute().parent.is_dir():
        raise typer.BadParameter(f"There is no folder {report.absolute().parent}.", param_hint="--report")
    progress = _Progress()
    try:
        result = check(path, lambda: _base(data), progress)
    except OSError as error:
        progress.end()
        stop(error.args[0] if len(error.args) == 1 else f"{path} could not be read: {error.strerror}.", NOT_READ)
    progress.end()
    for fault in result.faults:
        typer.echo(str(fault))
    typer.echo(_summary(result))
    for note in result.notes:
        typer.echo(note)
    if report:
        try:
            write_report(result, report)
        except OSError as error:
            stop(f"{report} could not be written: {error.strerror or error}.", NOT_READ)
        typer.echo(f"Written: {report}.")
    if result.faults:
        raise typer.Exit(FAULTS)


def _base(place: Path) -> Tables:
    try:
        return open_package(place)
    except BrokenPackage as broken:
        raise OSError(f"A table alone is checked with the package {place}, which is not right:\n{broken}") from None


def _summary(result: Result) -> str:
    number = len(result.faults) + result.more
    found = "no fault" if not number else "1 fault" if number == 1 else f"{number:,} faults"
    rows = sum(result.rows.values())
    counted = (
        f"{rows:,} row{'' if rows == 1 else 's'} of {len(result.rows)} table{'' if len(result.rows) == 1 else 's'}"
    )
    more = f" {result.more:,} of the faults were counted only." if result.more else ""
    return f"{result.place}: {found} in {counted}.{more}"


class _Progress:
    """Says on standard error how many rows of a large table were checked."""

    def __init__(self) -> None:
        self._said: dict[str, int] = {}
        self._is_terminal = sys.stderr.isatty()

    def __call__(self, table: str, rows: int) -> None:
        step = _STEP // 10 if self._is_terminal else _STEP
        if rows - self._said.get(table, 0) >= step:
            self._said[table] = rows
            line = f"{table}: {rows:,} rows checked"
            typer.echo(f"\r{line}" if self._is_terminal else line, err=True, nl=not self._is_terminal)

    def end(self) -> None:
        """Leave the line with the running number."""
        if self._said and self._is_terminal:
            typer.echo("", err=True)
