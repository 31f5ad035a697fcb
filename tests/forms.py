"""Whether a file holds a table: every form is read back by a reader of its own and compared, types included."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet

from tests.asking import get

Query = tuple[tuple[str, str], ...]
Rows = list[list[Any]]

#: What a spreadsheet may take for a formula, written in another way than the code that guards against it.
DANGEROUS = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*\s*[\t\r]")


@dataclass(frozen=True)
class Asked:
    """A table that is asked for: its address under /api/v1, the query, what is expected, and its columns' types."""

    path: str
    query: Query
    table: pd.DataFrame
    types: Mapping[str, str]


def fault(asked: Asked, form: str) -> str:
    """What is wrong with a form of a table; nothing where it holds the same rows and values."""
    ending, read = _FORMS[form]
    query = [*asked.query, ("safe", "false")] if form == "raw" else list(asked.query)
    answer = get(f"/api/v1/{asked.path}.{ending}", query)
    where = f"{asked.path} {dict(asked.query)} as {form}"
    if answer.status != 200:
        return f"{where}: status {answer.status}: {answer.content[:200]!r}"
    if answer.headers["x-total-rows"] != str(len(asked.table)):
        return f"{where}: {answer.headers['x-total-rows']} rows are announced, expected {len(asked.table)}"
    names, rows = read(answer.content, asked)
    if names != list(asked.table.columns):
        return f"{where}: columns {names}"
    expected = values(asked.table)
    if len(rows) != len(expected):
        return f"{where}: {len(rows)} rows, expected {len(expected)}"
    for number, (row, wanted) in enumerate(zip(rows, expected, strict=True)):
        for name, found, value in zip(names, row, wanted, strict=True):
            if not _SAME[form](found, value):
                return f"{where}: row {number}, {name}: {found!r}, expected {value!r}"
    return ""


def values(table: pd.DataFrame) -> Rows:
    """The values of a table as Python's own, row by row; None for what is not known."""
    columns = [[None if pd.isna(value) else value for value in table[name].tolist()] for name in table]
    return [list(row) for row in zip(*columns, strict=True)]


# Readers


def _read_json(content: bytes, asked: Asked) -> tuple[list[str], Rows]:
    answer = json.loads(content)
    names = [column["name"] for column in answer["columns"]]
    return names, [list(row.values()) if list(row) == names else [] for row in answer["rows"]]


def _read_csv(content: bytes, asked: Asked) -> tuple[list[str], Rows]:
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    return head, [
        [_READ.get(asked.types[name], str)(cell) for name, cell in zip(head, row, strict=True)] for row in rows
    ]


def _read_parquet(content: bytes, asked: Asked) -> tuple[list[str], Rows]:
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    columns = [column.to_pylist() for column in table.columns]
    return table.column_names, [list(row) for row in zip(*columns, strict=True)]


def _read_xlsx(content: bytes, asked: Asked) -> tuple[list[str], Rows]:
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True)["Data"]
    head, *rows = sheet.iter_rows(values_only=True, max_col=len(asked.table.columns), max_row=len(asked.table) + 1)
    assert sheet.max_row == len(asked.table) + 1
    return [str(name) for name in head], [list(row) for row in rows]


def _truth(cell: str) -> bool | str:
    return {"true": True, "false": False}.get(cell, cell)


#: What a cell of each type says; one that says something else raises or stays a text, which no value equals.
_READ: dict[str, Callable[[str], Any]] = {
    "integer": lambda cell: int(cell) if cell else None,
    "year": lambda cell: int(cell) if cell else None,
    "number": lambda cell: float(cell) if cell else None,
    "boolean": lambda cell: _truth(cell) if cell else None,
}


# What counts as the same


def _same(found: Any, value: Any) -> bool:
    return type(found) is type(value) and found == value


def _same_text(found: Any, value: Any) -> bool:
    """As `_same`; an empty text and an unknown one are the same empty cell."""
    return _same(found or None, value or None) if isinstance(found, str) else _same(found, value)


def _same_safe(found: Any, value: Any) -> bool:
    """As `_same_text`, with one apostrophe before what a spreadsheet might run, and before nothing else."""
    if isinstance(value, str) and DANGEROUS.match(value):
        return bool(found == f"'{value}")
    return _same_text(found, value)


def _same_in_workbook(found: Any, value: Any) -> bool:
    """A workbook knows one kind of number, with sixteen digits, and no empty text."""
    if isinstance(value, bool) or isinstance(found, bool):
        return found is value
    if isinstance(value, int | float):
        return isinstance(found, int | float) and math.isclose(found, value, rel_tol=1e-14)
    return bool(found == (value or None))


_FORMS: dict[str, tuple[str, Callable[[bytes, Asked], tuple[list[str], Rows]]]] = {
    "json": ("json", _read_json),
    "csv": ("csv", _read_csv),
    "raw": ("csv", _read_csv),
    "parquet": ("parquet", _read_parquet),
    "xlsx": ("xlsx", _read_xlsx),
}
#: JSON, CSV for spreadsheets and for programs, Parquet, and a workbook.
FORMS = tuple(_FORMS)
_SAME: dict[str, Callable[[Any, Any], bool]] = {
    "json": _same,
    "csv": _same_safe,
    "raw": _same_text,
    "parquet": _same,
    "xlsx": _same_in_workbook,
}
