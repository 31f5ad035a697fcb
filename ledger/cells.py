"""The cells of a table as plain values and as the texts of a file."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

#: What a spreadsheet may take for a formula: = + - @ (also full-width), tab or carriage return at
#: the start of a cell, behind blanks or not. Apostrophes in front are escaped too, so that taking
#: one apostrophe away always gives the cell back.
_FORMULA = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")


def values_of(column: pd.Series) -> list[Any]:
    """The values as Python's own: bool, int, float or str; None for what is not known."""
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return values


def cells(column: pd.Series, *, safe: bool = False) -> list[str]:
    """The values as the texts of a CSV file, "" for what is not known; `safe` for spreadsheets as in `to_csv`."""
    values = values_of(column)
    if pd.api.types.is_bool_dtype(column.dtype):
        return ["" if value is None else str(bool(value)).lower() for value in values]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return ["" if value is None else _number(value) for value in values]
    texts = ["" if value is None else str(value) for value in values]
    return [f"'{text}" if _FORMULA.match(text) else text for text in texts] if safe else texts


def _number(value: float) -> str:
    """The shortest decimal that reads back as the same number, without an exponent or a bare `.0`."""
    return np.format_float_positional(value, trim="-") if isinstance(value, float) else str(value)
