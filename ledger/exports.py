"""Tables as files: CSV (RFC 4180), JSON, Parquet and XLSX, all of the same rows and values."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import xlsxwriter
from babel.numbers import format_decimal

from ledger.arrow import CHUNK, batches_of
from ledger.cells import csv_cells
from ledger.language import locale, ngettext
from ledger.selection import Selection
from ledger.tables import TooManyRows

BOM = "\ufeff"


def to_csv(table: pd.DataFrame, *, safe: bool = True) -> bytes:
    """A table as CSV: UTF-8, CRLF, quotes where needed, an empty cell for what is not known.

    The safe form begins with a byte order mark and puts an apostrophe before text cells that a
    spreadsheet would take for a formula. Numbers and booleans stay what they are.
    """
    return b"".join(csv_chunks(batches_of(table), safe=safe))


def csv_chunks(batches: Iterable[pa.Table], *, safe: bool = True) -> Iterator[bytes]:
    """The bytes of `to_csv`, some rows at a time."""
    for number, batch in enumerate(batches):
        begin = BOM.encode() if safe and number == 0 else b""
        text = csv_cells(batch, safe=safe).write_csv(
            include_header=number == 0, line_terminator="\r\n", quote_style="necessary"
        )
        yield begin + text.encode()


def json_chunks(batches: Iterable[pa.Table], about: Mapping[str, Any]) -> Iterator[bytes]:
    """A JSON object with what `about` says and the rows, some at a time, as `rows`.

    A row is an object with every column; what is not known is null.
    """
    yield json.dumps({**about, "rows": []}, ensure_ascii=False).removesuffix("]}").encode()
    first = True
    for batch in batches:
        if rows := batch.to_pylist():
            text = json.dumps(rows, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            yield (("" if first else ",") + text[1:-1]).encode()
            first = False
    yield b"]}"


def parquet_chunks(batches: Iterable[pa.Table], about: Mapping[str, str]) -> Iterator[bytes]:
    """The rows as Parquet with the types of their columns, some at a time; `about` is the metadata of the file."""
    out = _Pieces()
    writer: pyarrow.parquet.ParquetWriter | None = None
    for batch in batches:
        # Arrow's own types alone: readers other than pandas know nothing of pandas' metadata.
        made = batch.replace_schema_metadata(dict(about))
        writer = writer or pyarrow.parquet.ParquetWriter(out, made.schema, compression="zstd")
        writer.write_table(made)
        yield out.taken()
    if writer:
        writer.close()
    yield out.taken()


class _Pieces(io.RawIOBase):
    """A file that is written from start to end and taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        self._written += len(self._pieces[-1])
        return len(self._pieces[-1])

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


#: What a sheet of a spreadsheet holds at most: rows with the header, and characters of a cell.
SHEET_ROWS, CELL_CHARACTERS = 1_048_576, 32_767
_CUT = " […]"


def to_xlsx(batches: Iterable[pa.Table], rows: int, about: Sequence[tuple[str, str]]) -> bytes:
    """So many rows as a workbook with two sheets: the rows, and what `about` says of them.

    Texts are texts, whatever they begin with: no formula and no link starts from one. A text that is
    too long for a cell is cut and ends in […]. What is not known is an empty cell.

    Raises:
        TooManyRows: there are more rows than a sheet holds.
    """
    if rows >= SHEET_ROWS:
        raise TooManyRows(
            ngettext(
                "A sheet of Excel holds {most} rows, and there is {n}. CSV and Parquet hold all.",
                "A sheet of Excel holds {most} rows, and there are {n}. CSV and Parquet hold all.",
                rows,
                most=format_decimal(SHEET_ROWS - 1, locale=locale()),
            )
        )
    out = io.BytesIO()
    # A large workbook grows in files beside it; a small one is made sooner without them.
    memory = "in_memory" if rows <= CHUNK else "constant_memory"
    options = {memory: True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Data")
        sheet.freeze_panes(1, 0)
        number = 0
        for batch in batches:
            names = batch.column_names
            if number == 0:
                sheet.write_row(0, 0, names, bold)
                if names:
                    sheet.set_column(0, len(names) - 1, 18)
                    sheet.autofilter(0, 0, rows, len(names) - 1)
            for row in zip(*(values.to_pylist() for values in batch.columns), strict=True):
                number += 1
                for column, value in enumerate(row):
                    _write_cell(sheet, number, column, value)
        notes = book.add_worksheet("About")
        notes.set_column(0, 0, 24)
        notes.set_column(1, 1, 110)
        for number, (name, value) in enumerate(about):
            notes.write_string(number, 0, name, bold)
            _write_cell(notes, number, 1, value)
    return out.getvalue()


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif len(value) > CELL_CHARACTERS:
        sheet.write_string(row, column, value[: CELL_CHARACTERS - len(_CUT)] + _CUT)
    else:
        sheet.write_string(row, column, value)


#: Filters whose value alone would not say what it means.
_WORDS = {
    "from": "from-{}",
    "to": "to-{}",
    "public": "public-{}",
    "disputed": "disputed-{}",
    "per_resident": "per-resident",
}


def file_name(name: str, selection: Selection, version: str, extension: str = "csv") -> str:
    """A name that says what the file is: `funding-by-city_rio-de-janeiro_2026-11-23.csv`."""
    values = [_slug(_WORDS.get(key, "{}").format(value)) for key, value in selection.query()]
    chosen = "_".join(values)
    if len(chosen) > 80:
        chosen = f"{len(values)}-filters"
    return "_".join(part for part in (name, chosen, version[:10]) if part) + f".{extension}"


def _slug(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "-", ascii_text.lower()).strip("-.")
