"""Keys: rows that must differ, and rows that must be there because others name them.

A key is kept as a number of 64 bits worked out from its text, so that ten million of them fit into
80 MB. Whether two rows with the same number are the same is then looked up in the file itself. That
a missing key goes unseen because another has its number is less likely than 1 in 10^11 for ten
million rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ledger.checks.rows import Batch, Source
from ledger.faults import Fault, Faults
from ledger.language import N_
from ledger.language import gettext as _
from ledger.language import listed as in_words

#: Between the parts of a key that has several; no text of a table holds it.
_BETWEEN = "\x1f"
_UNIQUE = N_("a value that no other row has")

Digests = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True)
class Unique:
    """Columns whose values together stand in no two rows; empty ones are all right where `may_be_empty`."""

    columns: tuple[str, ...]
    may_be_empty: bool


@dataclass(frozen=True)
class Reference:
    """Columns that name a row of a table by columns of that; where `when` is set, rows with that value alone."""

    columns: tuple[str, ...]
    table: str
    named: tuple[str, ...]
    when: tuple[str, str] | None = None

    @property
    def expected(self) -> str:
        """What a cell must hold, in words."""
        names = [_("an id") if name == "id" else _("a {column}", column=name) for name in self.named]
        return _("{columns} of {table}", columns=in_words(names), table=self.table)


def listed(names: str | list[str]) -> list[str]:
    """The standard allows one name to stand without a list."""
    return [names] if isinstance(names, str) else names


def uniques_of(schema: Mapping[str, Any]) -> tuple[Unique, ...]:
    """What must differ from row to row by a Table Schema."""
    found = {}
    for one in schema["fields"]:
        if one.get("constraints", {}).get("unique"):
            found[(one["name"],)] = Unique((one["name"],), True)
    for key in (*schema.get("uniqueKeys", []), listed(schema.get("primaryKey", []))):
        if key:
            found.setdefault(tuple(key), Unique(tuple(key), False))
    return tuple(found.values())


def references_of(table: str, schema: Mapping[str, Any]) -> tuple[Reference, ...]:
    """What rows name of other tables, or of their own, by a Table Schema."""
    return tuple(
        Reference(
            tuple(listed(key["fields"])), key["reference"].get("resource") or table,
            tuple(listed(key["reference"]["fields"])),
        )
        for key in schema.get("foreignKeys", [])
    )  # fmt: skip


def joined(batch: Batch, columns: Sequence[str]) -> pa.Array:
    """The values of some columns as one text a row."""
    parts = [batch.columns[name] for name in columns]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, _BETWEEN)


def digests(values: pa.Array) -> Digests:
    """A number of 64 bits for each text."""
    found: Digests = pd.util.hash_array(values.to_numpy(zero_copy_only=False), categorize=False)
    return found


def is_empty(batch: Batch, columns: Sequence[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """For each row whether all these columns are empty."""
    empty = [pc.equal(batch.columns[name], "").to_numpy(zero_copy_only=False) for name in columns]
    together: np.ndarray[Any, np.dtype[np.bool_]] = np.logical_and.reduce(empty)
    return together


class Keys:
    """The keys of a table that were seen: by columns, their numbers."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], list[Digests]] = {}
        self._sorted: dict[tuple[str, ...], Digests] = {}

    def add(self, columns: tuple[str, ...], found: Digests) -> None:
        """Add the keys of some rows."""
        self._seen.setdefault(columns, []).append(found)
        self._sorted.pop(columns, None)

    def all(self, columns: tuple[str, ...]) -> Digests:
        """Every key, sorted, each as often as it was seen."""
        if columns not in self._sorted:
            parts = self._seen.get(columns, [])
            together = np.concatenate(parts) if parts else np.array([], dtype=np.uint64)
            together.sort()
            self._seen[columns], self._sorted[columns] = [together], together
        return self._sorted[columns]


def repeated(found: Digests) -> Digests:
    """The keys that stand more than once among sorted ones."""
    repeats: Digests = np.unique(found[1:][found[1:] == found[:-1]])
    return repeats


def unique_faults(sources: Iterable[Source], unique: Unique, twice: Digests) -> Iterator[Fault]:
    """Every row that repeats the key of an earlier one; `twice` are the keys to look at."""
    seen: set[str] = set()
    for source in sources:
        for batch in source.batches(Faults()):
            if not set(unique.columns) <= set(batch.columns):
                continue
            texts = joined(batch, unique.columns)
            maybe = np.isin(digests(texts), twice)
            if unique.may_be_empty:
                maybe &= ~is_empty(batch, unique.columns)
            for place in np.flatnonzero(maybe):
                text = texts[int(place)].as_py()
                if text in seen and not source.is_known and not batch.ragged[place]:
                    value = ", ".join(text.split(_BETWEEN))
                    yield Fault(
                        source.table,
                        int(batch.rows[place]),
                        ", ".join(unique.columns),
                        value,
                        _(_UNIQUE),
                        file=source.file,
                    )
                seen.add(text)


@dataclass(frozen=True)
class Named:
    """Rows of a batch that name others: their numbers and the texts by which they do."""

    reference: Reference
    rows: np.ndarray[Any, np.dtype[np.int64]]
    texts: pa.Array


def named(batch: Batch, reference: Reference) -> Named | None:
    """The rows of a batch that a reference concerns; None where the file lacks its columns."""
    if not set(reference.columns) <= set(batch.columns):
        return None
    concerned = ~batch.ragged & ~is_empty(batch, reference.columns)
    if reference.when:
        column, value = reference.when
        if column not in batch.columns:
            return None
        concerned &= pc.equal(batch.columns[column], value).to_numpy(zero_copy_only=False)
    texts = joined(batch, reference.columns)
    return Named(reference, batch.rows[concerned], texts.filter(pa.array(concerned)))


def unknown(found: Named, known: Digests) -> Named:
    """Those of some rows that name what is not among the known (sorted) keys."""
    encoded = found.texts.dictionary_encode()
    numbers = digests(encoded.dictionary)
    places = np.searchsorted(known, numbers)
    there = np.zeros(len(numbers), dtype=bool)
    inside = places < len(known)
    there[inside] = known[places[inside]] == numbers[inside]
    missing = ~there[encoded.indices.to_numpy(zero_copy_only=False)] if len(numbers) else np.array([], dtype=bool)
    return Named(found.reference, found.rows[missing], found.texts.filter(pa.array(missing, pa.bool_())))


def reference_faults(table: str, missing: Named) -> Iterator[Fault]:
    """A fault for each row that names what is not there."""
    columns = ", ".join(missing.reference.columns)
    for row, text in zip(missing.rows, missing.texts.to_pylist(), strict=True):
        yield Fault(table, int(row), columns, ", ".join(text.split(_BETWEEN)), missing.reference.expected)
