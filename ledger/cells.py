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
    texts = [_texts(values, safe=safe) for values in pl.from_arrow(rows).iter_columns()]  # type: ignore[union-attr]
    if len(texts) == 1:
        # A record of one empty cell would be an empty line: it is written with quotes.
        return pl.DataFrame([texts[0].fill_null("")])
    return pl.DataFrame(texts).with_columns(pl.all().replace("", None))


def cells(column: pd.Series) -> list[str]:
    """The values of a column as the texts of a CSV file, "" for what is not known."""
    (texts,) = csv_cells(pa.table({"column": pa.Array.from_pandas(column)})).get_columns()
    return texts.to_list()


def _texts(values: pl.Series, *, safe: bool) -> pl.Series:
    if values.dtype.is_float():
        return _numbers(values)
    texts = values.cast(pl.String)
    if safe and values.dtype == pl.String:
        return texts.to_frame().select(
            pl.when(pl.first().str.contains(_FORMULA)).then("'" + pl.first()).otherwise(pl.first()).alias(values.name)
        )[values.name]
    return texts


def _numbers(values: pl.Series) -> pl.Series:
    """The shortest decimals that read back as the same numbers, without an exponent or a bare `.0`."""
    number = pl.first()
    is_whole = (number == number.floor()) & (number.abs() < _WHOLE)
    whole = pl.when(is_whole).then(number).cast(pl.Int64).cast(pl.String)
    texts = values.to_frame().select(whole.fill_null(number.cast(pl.String)).alias(values.name))[values.name]
    if not texts.str.contains(_UNSHORT).any():
        return texts
    return pl.Series(values.name, [text and _positional(text) for text in texts], pl.String)


def _positional(text: str) -> str:
    return np.format_float_positional(float(text), trim="-") if "e" in text or text.endswith(".0") else text
