"""Tables as files: CSV (RFC 4180), JSON, Parquet and XLSX, all of the same rows and values."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import xlsxwriter

from ledger.cells import cells, values_of
from ledger.selection import Selection

BOM = "\ufeff"

#: Rows that are written at a time: a large table is never in memory as text.
CHUNK = 20_000


def to_csv(table: pd.DataFrame, *, safe: bool = True) -> bytes:
    """A table as CSV: UTF-8, CRLF, quotes where needed, an empty cell for what is not known.

    The safe form begins with a byte order mark and puts an apostrophe before text cells that a
    spreadsheet would take for a formula. Numbers and booleans stay what they are.
    """
    return b"".join(csv_chunks(table, safe=safe))


def csv_chunks(table: pd.DataFrame, *, safe: bool = True) -> Iterator[bytes]:
    """The bytes of `to_csv`, some rows at a time."""
    for number, part in enumerate(_parts(table)):
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        if number == 0:
            out.write(BOM if safe else "")
            writer.writerow(table.columns)
        writer.writerows(zip(*(cells(part[name], safe=safe) for name in table.columns), strict=True))
        yield out.getvalue().encode()


def _parts(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The table in pieces; a table without rows is one piece."""
    for start in range(0, max(len(table), 1), CHUNK):
        yield table.iloc[start : start + CHUNK]


def json_chunks(table: pd.DataFrame, about: Mapping[str, Any]) -> Iterator[bytes]:
    """A JSON object with what `about` says and the table as `rows`, some rows at a time.

    A row is an object with every column; what is not known is null.
    """
    yield json.dumps({**about, "rows": []}, ensure_ascii=False).removesuffix("]}").encode()
    first = True
    for part in _parts(table):
        columns = [values_of(part[name]) for name in table.columns]
        rows = [dict(zip(table.columns, row, strict=True)) for row in zip(*columns, strict=True)]
        if rows:
            text = json.dumps(rows, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            yield (("" if first else ",") + text[1:-1]).encode()
            first = False
    yield b"]}"


def to_parquet(table: pd.DataFrame, about: Mapping[str, str]) -> bytes:
    """A table as Parquet with the types of its columns; `about` stands in the metadata of the file."""
    # Arrow's own types alone: readers other than pandas know nothing of pandas' metadata.
    made = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(dict(about))
    out = io.BytesIO()
    pyarrow.parquet.write_table(made, out, compression="zstd")
    return out.getvalue()


#: What a sheet of a spreadsheet holds at most: rows with the header, and characters of a cell.
SHEET_ROWS, CELL_CHARACTERS = 1_048_576, 32_767
_CUT = " […]"


def to_xlsx(table: pd.DataFrame, about: Sequence[tuple[str, str]]) -> bytes:
    """A table as a workbook with two sheets: the rows, and what `about` says of them.

    Texts are texts, whatever they begin with: no formula and no link starts from one. A text that is
    too long for a cell is cut and ends in […]. What is not known is an empty cell.

    Raises:
        ValueError: where there are more rows than a sheet holds.
    """
    if len(table) >= SHEET_ROWS:
        raise ValueError(f"A sheet holds {SHEET_ROWS - 1:,} rows and there are {len(table):,}.")
    out = io.BytesIO()
    # A large workbook grows in files beside it; a small one is made sooner without them.
    memory = "in_memory" if len(table) <= CHUNK else "constant_memory"
    options = {memory: True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Data")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, list(table.columns), bold)
        if len(table.columns):
            sheet.set_column(0, len(table.columns) - 1, 18)
            sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
        for start, part in zip(range(1, len(table) + 1, CHUNK), _parts(table), strict=False):
            rows = zip(*(values_of(part[name]) for name in table.columns), strict=True)
            for number, row in enumerate(rows, start=start):
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
