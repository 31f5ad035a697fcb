"""All tables of a package checked against each other, each read once and in pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

import pyarrow as pa

from ledger.checks import keys, rules
from ledger.checks.cells import cell_faults
from ledger.checks.keys import Keys, Named, Reference
from ledger.checks.meant import meant_in, meant_of
from ledger.checks.rows import Batch, Source, Unreadable
from ledger.descriptor import Descriptor, Field
from ledger.faults import Fault, Faults

#: Keys of a table among which what was meant is looked for; different values for which it is; characters of a value.
_FOR_GUESSES, _MOST_GUESSES, _LONG = 20_000, 2_000, 200

Seen = Callable[[Source, Batch], None]


def check(sources: Iterable[Source], faults: Faults, seen: Seen = lambda source, batch: None) -> None:
    """Add every fault of some tables: form, cells, keys, and what ties rows together.

    Rows that name a table which is not among the sources are taken to be right; so are those that
    name one that could not be read.

    Args:
        sources: tables; several of one table are one table together, known rows first.
        faults: takes what is wrong.
        seen: is given each batch of rows, in their order.
    """
    checked = _Check(sources, faults, seen)
    for source in checked.in_order():
        checked.read(source)
    checked.finish()


class _Check:
    """What is remembered while tables are read."""

    def __init__(self, sources: Iterable[Source], faults: Faults, seen: Seen) -> None:
        self._sources = sorted(sources, key=lambda source: not source.is_known)
        self._faults = faults
        self._seen = seen
        self._keys: dict[str, Keys] = {}
        self._named: list[tuple[Source, Named]] = []
        #: Tables that could not be read whole, and keys for which a file lacks a column: nothing is said by them.
        self._lost: set[str] = set()
        self._lacking: set[tuple[str, tuple[str, ...]]] = set()
        #: Texts of keys, to guess what was meant: by table and columns, of small tables alone.
        self._texts: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        self._guesses: dict[tuple[str, str | None, str | None], str | None] = {}
        #: Sources of each table that are still to be read.
        self._left = Counter(source.table for source in self._sources)
        self._fields: dict[str, dict[str, Field]] = {}
        self._references: dict[str, tuple[Reference, ...]] = {}
        for source in self._sources:
            described = Descriptor({"resources": [{"name": source.table, "schema": source.schema}]})
            self._fields[source.table] = {field.name: field for field in described.fields(source.table)}
            self._references[source.table] = (
                *keys.references_of(source.table, source.schema), *rules.REFERENCES.get(source.table, ()),
            )  # fmt: skip
        # The columns by which rows of a table are named, beside those that must differ.
        self._by: dict[str, set[tuple[str, ...]]] = {}
        for references in self._references.values():
            for reference in references:
                self._by.setdefault(reference.table, set()).add(reference.named)

    def in_order(self) -> list[Source]:
        """Known rows first, then tables after those that their rows name, so that little need be remembered."""
        placed: dict[str, None] = {}

        def place(table: str, above: tuple[str, ...]) -> None:
            for reference in self._references.get(table, ()):
                if reference.table not in (table, *above):
                    place(reference.table, (*above, table))
            placed.setdefault(table)

        for source in self._sources:
            place(source.table, ())
        order = {table: number for number, table in enumerate(placed)}
        return sorted(self._sources, key=lambda source: (not source.is_known, order[source.table]))

    def read(self, source: Source) -> None:
        """Read a table, and check what can be checked row by row."""
        try:
            for batch in source.batches(self._faults):
                self._take(source, batch)
                self._seen(source, batch)
        except Unreadable as wrong:
            self._lost.add(source.table)
            self._add(source, [wrong.fault])
        except OSError as wrong:
            # Reading a package says what is expected (`ledger.places.Files`).
            self._lost.add(source.table)
            self._add(source, [Fault(source.table, None, None, None, str(wrong))])
        self._left[source.table] -= 1

    def _take(self, source: Source, batch: Batch) -> None:
        table = source.table
        self._take_keys(source, batch)
        if source.is_known:
            return
        self._add(source, cell_faults(table, batch, self._fields[table], source.schema))
        self._add(source, rules.rule_faults(table, batch))
        for reference in self._references[table]:
            found = keys.named(batch, reference)
            if found is None or not len(found.rows):
                continue
            if self._left.get(reference.table):
                self._named.append((source, found))
            elif reference.table in self._left:
                self._look_up(source, found)

    def _take_keys(self, source: Source, batch: Batch) -> None:
        """Remember the keys of some rows."""
        table, of_table = source.table, self._keys.setdefault(source.table, Keys())
        uniques = {unique.columns: unique for unique in keys.uniques_of(source.schema)}
        for columns in {*uniques, *self._by.get(table, ())}:
            if not set(columns) <= set(batch.columns):
                self._lacking.add((table, columns))
                continue
            texts = keys.joined(batch, columns)
            if columns in uniques and uniques[columns].may_be_empty:
                texts = texts.filter(pa.array(~keys.is_empty(batch, columns)))
            of_table.add(columns, keys.digests(texts))
            known = self._texts.setdefault((table, columns), [])
            if columns in self._by.get(table, ()) and len(known) < _FOR_GUESSES:
                known += texts.slice(0, _FOR_GUESSES).to_pylist()

    def finish(self) -> None:
        """Check what could not be checked before every table was read."""
        for source, found in self._named:
            self._look_up(source, found)
        self._named.clear()
        for table in dict.fromkeys(source.table for source in self._sources):
            of_table = [source for source in self._sources if source.table == table]
            if table in self._lost or all(source.is_known for source in of_table):
                continue
            for unique in keys.uniques_of(of_table[0].schema):
                if table in self._keys and (table, unique.columns) not in self._lacking:
                    twice = keys.repeated(self._keys[table].all(unique.columns))
                    if len(twice):
                        self._faults.add(keys.unique_faults(of_table, unique, twice))

    def _look_up(self, source: Source, found: Named) -> None:
        """Add a fault for each row that names what is not there."""
        reference = found.reference
        place = (reference.table, reference.named)
        if reference.table in self._lost or place in self._lacking:
            return
        known = self._keys.get(reference.table, Keys()).all(reference.named)
        missing = keys.unknown(found, known)
        texts = self._texts.get(place, [])
        for fault in keys.reference_faults(source.table, missing):
            meant = self._guess(fault, partial(meant_of, known=texts))
            self._faults.add([replace(fault, file=source.file, meant=meant)])

    def _add(self, source: Source, found: Iterable[Fault]) -> None:
        """Add faults of cells with the file that they are in, and what was probably meant."""
        fields = self._fields[source.table]
        raw = {field["name"]: field for field in source.schema["fields"]}
        for fault in found:
            meant = None
            if fault.column in fields and fault.value and fault.expected == fields[fault.column].expected:
                meant = self._guess(fault, partial(meant_in, field=fields[fault.column], raw=raw[fault.column]))
            self._faults.add([replace(fault, file=source.file, meant=meant)])

    def _guess(self, fault: Fault, guess: Callable[[str], str | None]) -> str | None:
        """What was meant, worked out once for each different value; long texts and countless values are left."""
        key = (fault.table or "", fault.column, fault.value)
        if key not in self._guesses:
            if len(self._guesses) >= _MOST_GUESSES or not fault.value or len(fault.value) > _LONG:
                return None
            self._guesses[key] = guess(fault.value)
        return self._guesses[key]
