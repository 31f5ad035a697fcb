"""The cells of a table as the texts of a file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

#: What a spreadsheet may take for a formula: = + - @ (also full-width), tab or carriage return at
#: the start of a cell, behind blanks or not. Apostrophes in front are escaped too, so that taking
#: one apostrophe away always gives the cell back.
_FORMULA = r"^'*[\s\x1c-\x1f]*[=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}\t\r]"
#: Up to here a whole number is told by its digits alone.
_WHOLE = 2.0**53
#: Numbers that Polars does not tell as they are told here.
_UNSHORT = r"e|\.0$"


def csv_cells(rows: pa.Table, *, safe: bool = False) -> pl.DataFrame:
    """Rows as the texts of a CSV file, null for what is not known; `safe` for spreadsheets as in `to_csv`."""
    frame = pl.DataFrame(pl.from_arrow(rows))
    # All columns in one plan: for few rows a plan takes longer than the work.
    texts = frame.select(_text(place, kind, safe=safe) for place, kind in enumerate(frame.dtypes))
    numbers = [place for place, kind in enumerate(frame.dtypes) if kind.is_float()]
    are_unshort = texts.select(pl.nth(place).str.contains(_UNSHORT).any() for place in numbers)
    for place, (is_unshort,) in zip(numbers, are_unshort.iter_columns(), strict=True):
        if is_unshort:
            column = texts.to_series(place)
            texts.replace_column(place, pl.Series(column.name, [text and _positional(text) for text in column]))
    # A record of one empty cell would be an empty line: it is written with quotes.
    return texts.fill_null("") if texts.width == 1 else texts


def cells(column: pd.Series) -> list[str]:
    """The values of a column as the texts of a CSV file, "" for what is not known."""
    (texts,) = csv_cells(pa.table({"column": pa.Array.from_pandas(column)})).get_columns()
    return texts.to_list()


def _text(place: int, kind: pl.DataType, *, safe: bool) -> pl.Expr:
    value = pl.nth(place)
    if kind.is_float():
        return _number(value)
    if kind != pl.String:
        return value.cast(pl.String)
    known = pl.when(value != "").then(value)
    return pl.when(value.str.contains(_FORMULA)).then("'" + value).otherwise(known).name.keep() if safe else known


def _number(number: pl.Expr) -> pl.Expr:
    """The shortest decimals that read back as the same numbers; an exponent and a bare `.0` are left to see to."""
    is_whole = (number == number.floor()) & (number.abs() < _WHOLE)
    return pl.when(is_whole).then(number.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(number.cast(pl.String))


def _positional(text: str) -> str:
    return np.format_float_positional(float(text), trim="-") if "e" in text or text.endswith(".0") else text
