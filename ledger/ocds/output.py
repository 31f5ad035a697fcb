"""Writing imported rows: the figures as one CSV, or every table as a data package of its own."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any, Protocol

from ledger.ocds.rows import MATCHES, Home, Imported, Row, rows_in

#: Tables that hold for every package and are taken over whole.
_COMMON = ("exchange_rates", "purchasing_power", "price_index")
#: The table of what was found in which process.
_MATCHES = "matches"


class Writer(Protocol):
    """Takes the rows of one process after the other."""

    def add(self, imported: Imported) -> None:
        """Write the rows of a process."""


class Figures:
    """Writes the rows of `funding` as CSV, with `ocid`, `buyer` and `matched` behind their columns."""

    def __init__(self, out: IO[str], home: Home) -> None:
        columns = [*home.tables["funding"].columns, *list(MATCHES)[1:]]
        self._writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
        self._writer.writeheader()

    def add(self, imported: Imported) -> None:
        """Write the figures of a process."""
        pairs = zip(imported.tables["funding"], imported.tables[_MATCHES], strict=True)
        self._writer.writerows({**row, **match} for row, match in pairs)


class Package:
    """Writes a data package: the city, the rows of the import, and the tables that hold for every package."""

    def __init__(self, files: Mapping[str, IO[str]], columns: Mapping[str, list[str]]) -> None:
        self._writers = {
            name: csv.DictWriter(files[name], columns[name], restval="", lineterminator="\n") for name in files
        }
        self._written: set[tuple[str, str]] = set()
        for writer in self._writers.values():
            writer.writeheader()

    def add(self, imported: Imported) -> None:
        """Write the rows of a process; an organization or a source that stands there already is not written again."""
        for name, rows in imported.tables.items():
            self.write(name, rows)

    def write(self, name: str, rows: Iterable[Row]) -> None:
        """Write rows of a table."""
        for row in rows:
            if name in ("organizations", "sources"):
                if (name, row["id"]) in self._written:
                    continue
                self._written.add((name, row["id"]))
            self._writers[name].writerow(row)


@contextmanager
def csv_file(path: Path, home: Home) -> Iterator[Writer]:
    """A CSV file of figures, which is there when it is whole. Raises OSError where it cannot be written."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        made = Path(folder) / path.name
        with made.open("w", encoding="utf-8", newline="") as out:
            yield Figures(out, home)
        made.replace(path)


@contextmanager
def package_folder(path: Path, home: Home, today: date) -> Iterator[Writer]:
    """A folder with a data package, which is there when it is whole.

    Raises:
        OSError: it cannot be written, or something stands there already.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FileExistsError(None, "it is there already; name a folder that is empty or new", str(path))
    resources = _resources(home)
    columns = {one["name"]: [field["name"] for field in one["schema"]["fields"]] for one in resources}
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as made, ExitStack() as stack:
        folder = Path(made) / "package"
        folder.mkdir()
        files = {
            name: stack.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8", newline=""))
            for name in columns
        }
        package = Package(files, columns)
        package.write("cities", (row for row in rows_in(home.tables, "cities") if row["id"] == home.city))
        for name in _COMMON:
            package.write(name, rows_in(home.tables, name))
        yield package
        stack.close()
        descriptor = {
            "$schema": home.tables.descriptor.raw["$schema"],
            "name": f"contracts-{home.city}",
            "title": f"Contracts about AI: {home.city}",
            "description": "Made of releases in the Open Contracting Data Standard; names and kinds are to be checked.",
            "created": f"{today.isoformat()}T00:00:00Z",
            "resources": resources,
        }
        text = json.dumps(descriptor, ensure_ascii=False, indent=2)
        (folder / "datapackage.json").write_text(f"{text}\n", "utf-8")
        if path.exists():
            path.rmdir()
        folder.rename(path)


def _resources(home: Home) -> list[dict[str, Any]]:
    """The tables of the package as the dataset describes them, and that of the matches."""
    own = [{**raw, "path": f"{raw['name']}.csv"} for raw in home.tables.descriptor.raw["resources"] if "schema" in raw]
    fields: list[dict[str, Any]] = [
        {"name": name, "type": "string", "title": name, "description": text, "constraints": {"required": True}}
        for name, text in MATCHES.items()
    ]
    matches = {
        "name": _MATCHES,
        "path": f"{_MATCHES}.csv",
        "title": "Matches",
        "description": "What was found in which contracting process.",
        "schema": {
            "fields": fields,
            "primaryKey": ["funding_id"],
            "foreignKeys": [{"fields": ["funding_id"], "reference": {"resource": "funding", "fields": ["id"]}}],
        },
    }
    return [*own, matches]
