"""Columns of text as Arrow columns of the types of a Table Schema, and these as pandas columns and in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ledger.checks.cells import TRUE

#: Arrow's type for each type of a column; of any other, text.
ARROW = {
    "string": pa.string(),
    "integer": pa.int64(),
    "year": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}
_PANDAS = {pa.string(): pd.StringDtype(na_value=np.nan), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def typed_table(columns: Mapping[str, pa.Array | pa.ChunkedArray], schema: Mapping[str, Any]) -> pa.Table:
    """Checked text as a table with the types and the order of a schema; null where a cell is empty.

    Raises:
        ArrowInvalid: a cell is not of the type of its column.
    """
    return pa.table({field["name"]: _typed(columns[field["name"]], field) for field in schema["fields"]})


def _typed(texts: pa.Array | pa.ChunkedArray, field: Mapping[str, Any]) -> pa.Array | pa.ChunkedArray:
    known = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    match field.get("type"):
        case "integer" | "year" | "number":
            # Arrow reads no sign before a number that is not negative.
            return pc.replace_substring_regex(known, r"^\+", "").cast(ARROW[field["type"]])
        case "boolean":
            true = pa.array(field.get("trueValues", TRUE), pa.string())
            return pc.if_else(pc.is_null(known), pa.scalar(None, pa.bool_()), pc.is_in(known, true))
    return known


def as_pandas(table: pa.Table) -> pd.DataFrame:
    """A table as pandas holds the tables of a package: `str`, `Int64`, `float64` and `boolean`, also without rows."""
    return pd.DataFrame({name: _column(table[name]) for name in table.column_names}, copy=False)


def _column(values: pa.ChunkedArray) -> Any:
    # In one piece: pandas cannot join columns of no piece at all.
    whole = values.combine_chunks()
    kind = _PANDAS.get(whole.type)
    return kind.__from_arrow__(whole) if kind else whole.to_numpy(zero_copy_only=False)


#: Rows that are written at a time: a large table is never in memory as text.
CHUNK = 2_500


def pieces(table: pa.Table, rows: int = CHUNK) -> Iterator[pa.Table]:
    """A table in pieces of so many rows, the last with what is left; a table without rows is one piece."""
    for start in range(0, max(len(table), 1), rows):
        yield table.slice(start, rows)


def batches_of(table: pd.DataFrame) -> Iterator[pa.Table]:
    """A table in pieces of Arrow's types."""
    return pieces(pa.Table.from_pandas(table, preserve_index=False))
