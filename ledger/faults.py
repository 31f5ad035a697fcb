"""What is wrong with data, said so that a person can mend it: file, row, column, value, and what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ledger.language import gettext as _

#: Faults that are kept one by one; of those beyond, the number is kept.
MOST_FAULTS = 100_000


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a package or a table.

    `table` is the name of a table, None for the descriptor; `row` counts the rows of its file
    from the header, which is 1; `column` and `value` (as it stands in the file, "" for an empty
    cell) say where in the row. What does not apply is None. `expected` says what should be there,
    `meant` what was probably meant, where that can be guessed, `file` the file or sheet.
    """

    table: str | None
    row: int | None
    column: str | None
    value: str | None
    expected: str
    meant: str | None = field(default=None, compare=False)
    file: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        row = _("row {number}", number=self.row) if self.row else ""
        column = _("column {column}", column=self.column) if self.column else ""
        where = ", ".join(filter(None, [self.file or self.table or "datapackage.json", row, column]))
        if self.value is None:
            said = _("{where}: expected {expected}.", where=where, expected=self.expected)
        elif self.value:
            found = repr(self.value[:80])
            said = _("{where}: found {value}, expected {expected}.", where=where, value=found, expected=self.expected)
        else:
            said = _("{where}: found an empty cell, expected {expected}.", where=where, expected=self.expected)
        return said + " " + _("Perhaps {value} was meant.", value=self.meant) if self.meant else said


class Faults:
    """Faults as they are found, one of each cell; beyond `MOST_FAULTS` they are counted only (`more`)."""

    def __init__(self) -> None:
        self._found: dict[object, Fault] = {}
        self.more = 0

    def add(self, faults: Iterable[Fault]) -> None:
        """Add faults. Of a cell that is wrong in several ways the first is kept."""
        for fault in faults:
            is_cell = fault.row is not None and fault.row > 1 and fault.column is not None
            key = (fault.table, fault.file, fault.row, fault.column) if is_cell else fault
            if key in self._found:
                continue
            if len(self._found) < MOST_FAULTS:
                self._found[key] = fault
            else:
                self.more += 1

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._found.values())

    def __len__(self) -> int:
        """The number of all faults, those that are counted only too."""
        return len(self._found) + self.more


class BrokenPackage(ValueError):
    """A package that is not right, with every fault in it (`faults`), in order of table and row."""

    def __init__(self, path: Path, faults: tuple[Fault, ...]) -> None:
        super().__init__(path, faults)
        self.path = path
        self.faults = faults

    def __str__(self) -> str:
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        head = f"The data package {self.path} has {count}. Correct what is listed and open it again:"
        return "\n".join([head, *map(str, self.faults)])


def in_order(faults: Iterable[Fault], tables: Sequence[object]) -> tuple[Fault, ...]:
    """Faults of a package: those of the descriptor and of what is not among its tables first, then by table and row."""

    def place(fault: Fault) -> tuple[int, int]:
        return (tables.index(fault.table) if fault.table in tables else -1, fault.row or 0)

    return tuple(sorted(faults, key=place))
