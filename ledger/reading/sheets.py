"""Workbooks (XLSX): the rows of their sheets as text, read row by row and never more of them than the limits allow."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

import openpyxl
from babel.numbers import format_decimal

from ledger.faults import Fault, Faults
from ledger.language import N_, locale, ngettext
from ledger.language import gettext as _
from ledger.places import DAMAGE
from ledger.reading.refused import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, MOST_UNPACKED, Refused

#: A row with its number in the sheet.
Record = tuple[int, list[str]]

_NO_WORKBOOK = N_("This is not an Excel workbook (XLSX), or it is damaged. Save it again, or save the table as CSV.")
_PIECE = 1 << 16


class Workbook:
    """The sheets of a workbook.

    Args:
        file: the file, which must stay open.

    Raises:
        Refused: it is no workbook, or holds more than the limits allow.
    """

    def __init__(self, file: BinaryIO) -> None:
        _look_through(file)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        except Exception:
            raise Refused(_(_NO_WORKBOOK)) from None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the sheets with cells."""
        return tuple(sheet.title for sheet in self._book.worksheets)

    def header(self, sheet: str) -> list[str]:
        """The first row of a sheet that holds anything; empty where there is none."""
        return next(self.records(sheet, "", Faults()), (0, list[str]()))[1]

    def records(self, sheet: str, table: str, faults: Faults, file: str | None = None) -> Iterator[Record]:
        """The rows of a sheet that hold anything, the header first; formulas are faults.

        Raises:
            Refused: it is damaged, or holds more than the limits allow.
        """
        page = self._book[sheet]
        # What a sheet says of its own size need not be true.
        page.reset_dimensions()
        header: list[str] = []
        rows = page.iter_rows()
        number = 0
        while True:
            try:
                cells = next(rows, None)
            except Exception:
                raise Refused(_(_NO_WORKBOOK)) from None
            if cells is None:
                return
            number += 1
            if number > MOST_ROWS + 1:
                most = format_decimal(MOST_ROWS, locale=locale())
                raise Refused(_("The sheet {sheet} has more than {most} rows. Divide it.", sheet=sheet, most=most))
            texts = [_text(cell.value) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if not texts:
                continue
            check_record(texts, _("sheet {sheet}, row {number}", sheet=sheet, number=number))
            for place, cell in enumerate(cells):
                if getattr(cell, "data_type", "") == "f" and header:
                    column = header[place] if place < len(header) else None
                    expected = _("a value and not a formula")
                    faults.add([Fault(table, number, column, texts[place], expected, file=file)])
            if not header:
                header = texts
            else:
                texts += [""] * (len(header) - len(texts))
            yield number, texts


def check_record(cells: list[str], where: str) -> None:
    """Refuse a row that holds more than the limits allow."""
    if len(cells) > MOST_COLUMNS:
        raise Refused(
            ngettext(
                "There is {n} column ({where}); at most {most} are read.",
                "There are {n} columns ({where}); at most {most} are read.",
                len(cells),
                where=where,
                most=MOST_COLUMNS,
            )
        )
    longest = max(map(len, cells), default=0)
    if longest > MOST_CHARACTERS:
        raise Refused(
            ngettext(
                "A cell has {n} character ({where}); at most {most} are read.",
                "A cell has {n} characters ({where}); at most {most} are read.",
                longest,
                where=where,
                most=format_decimal(MOST_CHARACTERS, locale=locale()),
            )
        )


def _look_through(file: BinaryIO) -> None:
    """Refuse what is no workbook or a trap, by unpacking every part once without keeping it."""
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(file) as packed:
            if "xl/workbook.xml" not in packed.namelist() or len(packed.namelist()) > 1_000:
                raise Refused(_(_NO_WORKBOOK))
            for part in packed.infolist():
                # Counted as it comes: what a file says of its own size need not be true.
                with packed.open(part) as opened:
                    first = True
                    while piece := opened.read(_PIECE):
                        left -= len(piece)
                        if left < 0:
                            most = MOST_UNPACKED // 1_000_000
                            raise Refused(
                                _("Unpacked, this workbook has more than {number} MB. Divide it.", number=most)
                            )
                        is_trap = b"<!DOCTYPE" in piece or b"<!ENTITY" in piece
                        if first and is_trap and part.filename.endswith((".xml", ".rels")):
                            raise Refused(_(_NO_WORKBOOK))
                        first = False
    except Refused:
        raise
    except DAMAGE:
        raise Refused(_(_NO_WORKBOOK)) from None
    finally:
        file.seek(0)


def _text(value: Any) -> str:
    """A cell as a CSV file would hold it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    # Letters that are half a pair stand for nothing and cannot be written to any file.
    return str(value).encode("utf-8", "replace").decode()
