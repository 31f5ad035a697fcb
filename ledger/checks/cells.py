"""Cells against the column that they stand in: type, codes, form and bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import frictionless
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.checks.rows import Batch
from ledger.descriptor import Field
from ledger.faults import Fault

#: Numbers as a file writes them; Python alone reads more (`1_000`, `NaN`, ` 5`).
NUMBERS = {
    "integer": r"[+-]?[0-9]{1,18}",
    "year": r"[0-9]{4}",
    "number": r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?",
}
TRUE, FALSE = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")
_BOUNDS = {
    "minimum": pc.greater_equal,
    "exclusiveMinimum": pc.greater,
    "maximum": pc.less_equal,
    "exclusiveMaximum": pc.less,
}
#: What is checked here, by type; a column that asks for more is checked by frictionless, value by value.
_KNOWN = {
    "string": {"required", "unique", "enum", "pattern", "minLength", "maxLength"},
    "boolean": {"required", "unique"},
    **{kind: {"required", "unique", *_BOUNDS} for kind in NUMBERS},
}


def cell_faults(table: str, batch: Batch, fields: Mapping[str, Field], schema: Mapping[str, Any]) -> Iterator[Fault]:
    """Every cell that does not hold what its column must hold."""
    for raw in schema["fields"]:
        name = raw["name"]
        if name in batch.columns:
            values = batch.columns[name]
            wrong = wrong_cells(values, raw) & ~batch.ragged
            for place in np.flatnonzero(wrong):
                yield Fault(table, int(batch.rows[place]), name, values[int(place)].as_py(), fields[name].expected)


def wrong_cells(values: pa.Array, raw: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """For each cell of a column whether it is wrong; `raw` is the column's field of the Table Schema."""
    wrong = np.zeros(len(values), dtype=bool)
    if raw.get("constraints", {}).get("required"):
        wrong |= _mask(pc.equal(values, ""))
    if raw.get("type", "any") == "any" and not raw.get("constraints"):
        return wrong
    wrong |= _mask(pc.match_substring(values, "\0"))
    if raw.get("type") == "string" and set(raw.get("constraints", {})) <= {"required", "unique"} and _is_plain(raw):
        return wrong
    encoded = values.dictionary_encode()
    right = right_values(encoded.dictionary, raw)
    if not right.all():
        wrong |= ~right[encoded.indices.to_numpy(zero_copy_only=False)]
    return wrong


def _is_plain(raw: Mapping[str, Any]) -> bool:
    return str(raw.get("format", "default")) == "default"


def right_values(values: pa.Array, raw: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """For each of some different values whether a column may hold it; an empty one always."""
    empty = _mask(pc.equal(values, ""))
    kind, constraints = raw.get("type", "any"), raw.get("constraints", {})
    if not _is_plain(raw) or not set(constraints) <= _KNOWN.get(kind, set()):
        return empty | _by_frictionless(values, raw)
    if kind in NUMBERS:
        return empty | _right_numbers(values, kind, constraints)
    if kind == "boolean":
        accepted = [*raw.get("trueValues", TRUE), *raw.get("falseValues", FALSE)]
        return empty | _mask(pc.is_in(values, pa.array(accepted, pa.string())))
    right = np.ones(len(values), dtype=bool)
    if "enum" in constraints:
        right &= _mask(pc.is_in(values, pa.array([str(code) for code in constraints["enum"]], pa.string())))
    if "pattern" in constraints:
        right &= _matching(values, constraints["pattern"])
    lengths = pc.utf8_length(values)
    if "minLength" in constraints:
        right &= _mask(pc.greater_equal(lengths, constraints["minLength"]))
    if "maxLength" in constraints:
        right &= _mask(pc.less_equal(lengths, constraints["maxLength"]))
    return empty | right


def _right_numbers(values: pa.Array, kind: str, constraints: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    right = _matching(values, NUMBERS[kind])
    bounds = {name: constraints[name] for name in _BOUNDS if name in constraints}
    if bounds and right.any():
        numbers = pc.cast(values.filter(pa.array(right)), pa.float64())
        within = np.ones(len(numbers), dtype=bool)
        for name, bound in bounds.items():
            within &= _mask(_BOUNDS[name](numbers, float(bound)))
        right[right] = within
    return right


def _matching(values: pa.Array, pattern: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """For each value whether all of it matches; Arrow's quick engine first, Python's has the last word."""
    try:
        right = _mask(pc.match_substring_regex(values, f"^(?:{pattern})$"))
    except pa.ArrowInvalid:  # It knows no look-around.
        right = np.zeros(len(values), dtype=bool)
    compiled = re.compile(pattern)
    for place in np.flatnonzero(~right):
        right[place] = compiled.fullmatch(values[int(place)].as_py()) is not None
    return right


def _by_frictionless(values: pa.Array, raw: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    field = frictionless.Field.from_descriptor(
        {key: value for key, value in raw.items() if key in ("name", "type", "format", "constraints")}
    )
    return np.array([not field.read_cell(value)[1] for value in values.to_pylist()], dtype=bool)


def _mask(found: pa.Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
    mask: np.ndarray[Any, np.dtype[np.bool_]] = found.to_numpy(zero_copy_only=False)
    return mask
