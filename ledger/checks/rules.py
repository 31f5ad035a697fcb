"""What ties the cells of a row together beyond what a descriptor can say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.checks.cells import NUMBERS
from ledger.checks.keys import Reference
from ledger.checks.rows import Batch
from ledger.faults import Fault
from ledger.language import gettext as _

#: References that depend on another column: the subject of a claim is a row of the table that its type names.
REFERENCES: dict[str, tuple[Reference, ...]] = {
    "claims": tuple(
        Reference(("subject_id",), table, ("id",), when=("subject_type", kind))
        for kind, table in (("initiative", "initiatives"), ("model", "models"))
    )
}


def rule_faults(table: str, batch: Batch) -> Iterator[Fault]:
    """What is wrong between the cells of a row, for the columns that are there."""
    for of_table, needed, rule in _RULES:
        if of_table == table and needed <= set(batch.columns):
            yield from rule(batch)


def _range(batch: Batch) -> Iterator[Fault]:
    """The high end of a range is not below its low end."""
    low, high = batch.columns["amount"], batch.columns["amount_high"]
    given = pc.and_(*(pc.match_substring_regex(ends, f"^(?:{NUMBERS['number']})$") for ends in (low, high)))
    both = np.flatnonzero(given.to_numpy(zero_copy_only=False) & ~batch.ragged)
    if not len(both):
        return
    lows, highs = (pc.cast(ends.take(pa.array(both)), pa.float64()).to_numpy() for ends in (low, high))
    for place in both[highs < lows]:
        least, value = low[int(place)].as_py(), high[int(place)].as_py()
        yield Fault(
            "funding", int(batch.rows[place]), "amount_high", value, _("a number ≥ {least}, the amount", least=least)
        )


def _relation(batch: Batch) -> Iterator[Fault]:
    """A figure names a related one just where its relation is other than none."""
    relation, related = batch.columns["relation"], batch.columns["related_funding_id"]
    is_none, is_open, is_alone = (
        found.to_numpy(zero_copy_only=False)
        for found in (pc.equal(relation, "none"), pc.equal(relation, ""), pc.equal(related, ""))
    )
    for place in np.flatnonzero(is_none & ~is_alone & ~batch.ragged):
        value = related[int(place)].as_py()
        expected = _("an empty cell, as relation is none")
        yield Fault("funding", int(batch.rows[place]), "related_funding_id", value, expected)
    for place in np.flatnonzero(~is_none & ~is_open & is_alone & ~batch.ragged):
        said = relation[int(place)].as_py()
        expected = _("an id of funding, as relation is {relation}", relation=said)
        yield Fault("funding", int(batch.rows[place]), "related_funding_id", "", expected)


def _removed(batch: Batch) -> Iterator[Fault]:
    """The history tells of each removed row what it was."""
    removed = pc.equal(batch.columns["change"], "removed").to_numpy(zero_copy_only=False)
    for place in np.flatnonzero(removed & ~batch.ragged):
        before = batch.columns["before"][int(place)].as_py()
        try:
            is_row = all(isinstance(value, str) for value in json.loads(before).values())
        except (ValueError, AttributeError, RecursionError):
            is_row = False
        if not is_row:
            expected = _("the removed row, a JSON object of texts")
            yield Fault("history", int(batch.rows[place]), "before", before, expected)


_RULES: tuple[tuple[str, set[str], Callable[[Batch], Iterator[Fault]]], ...] = (
    ("funding", {"amount", "amount_high"}, _range),
    ("funding", {"relation", "related_funding_id"}, _relation),
    ("history", {"change", "before"}, _removed),
)
