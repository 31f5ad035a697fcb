"""Tables as files: CSV in the form of RFC 4180, safe for spreadsheets unless told otherwise."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import numpy as np
import pandas as pd

from ledger.selection import Selection

BOM = "\ufeff"

#: What a spreadsheet may take for a formula: = + - @ (also full-width), tab or carriage return at
#: the start of a cell, behind blanks or not. Apostrophes in front are escaped too, so that taking
#: one apostrophe away always gives the cell back.
_FORMULA = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")


def to_csv(table: pd.DataFrame, *, safe: bool = True) -> bytes:
    """A table as CSV: UTF-8, CRLF, quotes where needed, an empty cell for what is not known.

    The safe form begins with a byte order mark and puts an apostrophe before text cells that a
    spreadsheet would take for a formula. Numbers and booleans stay what they are.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*(_cells(table[name], safe=safe) for name in table.columns), strict=True))
    return ((BOM if safe else "") + out.getvalue()).encode()


def _cells(column: pd.Series, *, safe: bool) -> list[str]:
    values = column.astype(object).where(column.notna(), None).tolist()
    if pd.api.types.is_bool_dtype(column.dtype):
        return ["" if value is None else str(bool(value)).lower() for value in values]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return ["" if value is None else _number(value) for value in values]
    texts = ["" if value is None else str(value) for value in values]
    return [f"'{text}" if _FORMULA.match(text) else text for text in texts] if safe else texts


def _number(value: float) -> str:
    """The shortest decimal that reads back as the same number, without an exponent or a bare `.0`."""
    return np.format_float_positional(value, trim="-") if isinstance(value, float) else str(value)


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
