"""New rows in the files of a package: each in its place, every byte that was there as it was."""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ledger.descriptor import Descriptor
from ledger.tables import open_package

#: A row as texts by column, "" for what is not known.
Row = dict[str, str]


@dataclass(frozen=True)
class Table:
    """A CSV file of the package: `content` as bytes, and its rows as texts by column."""

    file: str
    content: bytes
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Package:
    """A package as its files stand: the folder, the descriptor and the tables by name."""

    folder: Path
    descriptor: Descriptor
    tables: Mapping[str, Table]

    def rows(self, table: str) -> tuple[Row, ...]:
        """The rows of a table; none where the package has no such table."""
        return self.tables[table].rows if table in self.tables else ()


def read_package(folder: Path) -> Package:
    """Read a package that has no fault.

    Raises:
        BrokenPackage: it has.
    """
    descriptor = open_package(folder).descriptor
    return Package(folder, descriptor, {name: _table(folder, descriptor, name) for name in descriptor.tables})


def _table(folder: Path, descriptor: Descriptor, name: str) -> Table:
    resource = next(one for one in descriptor.raw["resources"] if one["name"] == name)
    content = (folder / resource["path"]).read_bytes()
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    key = resource["schema"]["primaryKey"]
    rows = tuple(reader)
    return Table(
        resource["path"], content, tuple(reader.fieldnames or ()), (key,) if isinstance(key, str) else tuple(key), rows
    )


def with_rows(table: Table, new: Sequence[Mapping[str, str]]) -> tuple[bytes, list[int]]:
    """The file with new rows in it, and the number that each has there (the header is row 1).

    A file in order of its key stays so. In a file that follows another order, the rows of one
    initiative stay together: a row goes behind the last of those that share its first key, or, where
    there are none, behind the rows of the one that comes before it in the alphabet.
    """
    text = table.content.decode("utf-8")
    records = _records(text)
    header, *lines = records
    end = "\r\n" if header.endswith("\r\n") else "\n"
    if not records[-1].endswith("\n"):
        records[-1] += end
        header, *lines = records
    placed = [(_key(table, row), line, -1) for row, line in zip(table.rows, lines, strict=True)]
    for number in sorted(range(len(new)), key=lambda number: _key(table, new[number])):
        key = _key(table, new[number])
        placed.insert(_place([one[0] for one in placed], key), (key, _line(table, new[number], end), number))
    numbers = {number: position for position, (_, _, number) in enumerate(placed, start=2) if number >= 0}
    content = header + "".join(line for _, line, _ in placed)
    return content.encode("utf-8"), [numbers[number] for number in range(len(new))]


def _key(table: Table, row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[column] for column in table.key)


def _place(keys: list[tuple[str, ...]], key: tuple[str, ...]) -> int:
    if all(one <= other for one, other in pairwise(keys)):
        return bisect_right(keys, key)
    before = max((one[0] for one in keys if one[0] <= key[0]), default=None)
    return max((place for place, one in enumerate(keys, start=1) if one[0] == before), default=0)


def _line(table: Table, row: Mapping[str, str], end: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerow([row[column] for column in table.columns])
    return out.getvalue()


def _records(text: str) -> list[str]:
    """The rows of a CSV text as they stand, each with its line end; a cell may hold several lines."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True)
    records, start = [], 0
    for _ in reader:
        records.append("".join(lines[start : reader.line_num]))
        start = reader.line_num
    return records
