"""Versions of a small package: all about Rio, taken from the real data and edited as a maintainer would."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from zipfile import ZipFile

from click.testing import Result
from typer.testing import CliRunner

from ledger import dataset
from ledger.__main__ import app
from ledger.package import package_zip
from ledger.selection import Selection

Row = dict[str, str]


@cache
def _rio() -> bytes:
    return package_zip(dataset.facts(), Selection(city=("rio-de-janeiro",)), "http://localhost")


def first_version(folder: Path) -> Path:
    """The package as it was published first; its history says that everything in it is new."""
    with ZipFile(io.BytesIO(_rio())) as archive:
        archive.extractall(folder)
    return folder


def next_version(old: Path, version: str = "2026.12.01") -> Path:
    """A copy of a package beside it that says of itself that it is a later version."""
    new = Path(shutil.copytree(old, old.parent / version))
    describe(new, version=version, created=f"{version.replace('.', '-')}T00:00:00Z")
    return new


def describe(folder: Path, **about: str) -> None:
    """Change what a package says of itself."""
    file = folder / "datapackage.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **about}))


def change(folder: Path, table: str, row: str, **cells: str) -> None:
    """Put other values into a row."""
    _edit(folder, table, lambda key, record: [{**record, **cells} if key == row else record])


def add(folder: Path, table: str, like: str, **cells: str) -> None:
    """Add a row that is like another but for some cells."""
    _edit(folder, table, lambda key, record: [record, {**record, **cells}] if key == like else [record])


def remove(folder: Path, table: str, row: str) -> None:
    """Take a row away."""
    _edit(folder, table, lambda key, record: [] if key == row else [record])


def run(*arguments: str | Path) -> Result:
    """What `python -m ledger` does."""
    return CliRunner().invoke(app, list(map(str, arguments)))


def recorded(old: Path, new: Path) -> list[Row]:
    """The changes that the command puts into the history of the later version."""
    done = run("history", old, new)
    assert done.exit_code == 0, done.output
    version = json.loads((new / "datapackage.json").read_text())["version"]
    with (new / "history.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["version"] == version]


def _edit(folder: Path, table: str, made_of: Callable[[str, Row], list[Row]]) -> None:
    resources = json.loads((folder / "datapackage.json").read_text())["resources"]
    keys = next(one["schema"]["primaryKey"] for one in resources if one["name"] == table)
    file = folder / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        before = list(reader)
        columns = list(reader.fieldnames or ())
    after = [new for old in before for new in made_of("/".join(old[key] for key in keys), old)]
    assert after != before, f"There is no such row in {table}."
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(after)
