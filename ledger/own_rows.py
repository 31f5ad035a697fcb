"""Rows that a reader adds to the dataset: read from a file of theirs, and checked together with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

import numpy as np
import pandas as pd
from babel.numbers import format_decimal

from ledger.checks import Batch, Source, check
from ledger.checks.keys import listed
from ledger.checks.rows import of_frame
from ledger.faults import Fault, Faults, in_order
from ledger.language import gettext as _
from ledger.language import locale, ngettext
from ledger.reading.given import Given, frame_of, given, kept
from ledger.reading.refused import MOST_ROWS, Refused
from ledger.tables import Tables


@dataclass(frozen=True)
class OwnRows:
    """What a file holds.

    `rows` has the rows by table, as text with every column, "" for what is not known; those that the
    dataset has already are left out. `faults` is what is wrong with them, `notes` what was passed
    over, in sentences.
    """

    rows: Mapping[str, pd.DataFrame]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def read_own(name: str, content: BinaryIO, base: Tables, limit: int) -> OwnRows:
    """Read the rows of a file and check them as rows added to the dataset.

    Args:
        name: the name of the file; its end says what it is.
        content: the file.
        base: the dataset that they are added to.
        limit: bytes that the file may have.

    Raises:
        Refused: the file cannot be read, or holds more than the limits allow.
    """
    data = content.read(limit + 1)
    if len(data) > limit:
        raise Refused(_("The file has more than {number} MB. Divide it.", number=limit // 2**20))
    if not data:
        raise Refused(_("The file is empty."))
    faults, notes = Faults(), list[str]()
    tables = list(given(name, data, base.descriptor, faults, notes))
    rows = sum(len(batch.rows) for one in tables for batch in one.batches)
    if rows > MOST_ROWS:
        raise Refused(
            ngettext(
                "There is {n} row; at most {most} can be added. Divide the file.",
                "There are {n} rows; at most {most} can be added. Divide the file.",
                rows,
                most=format_decimal(MOST_ROWS, locale=locale()),
            )
        )
    new = [_new(one, base, notes) for one in tables]
    _check(new, base, faults)
    if faults.more:
        notes.append(ngettext("{n} more fault was counted only.", "{n} more faults were counted only.", faults.more))
    schemas = base.descriptor.schema
    frames = {
        table: pd.concat([frame_of(one, schemas(table)) for one in new if one.table == table], ignore_index=True)
        for table in dict.fromkeys(one.table for one in new)
    }
    frames = {table: frame for table, frame in frames.items() if len(frame)}
    return OwnRows(frames, in_order(faults, base.descriptor.tables), tuple(dict.fromkeys(notes)))


def faults_of(rows: Mapping[str, pd.DataFrame], base: Tables) -> tuple[Fault, ...]:
    """What is wrong with rows, by table and as text, when they are added to the dataset."""
    faults = Faults()
    sources = [of_frame(table, base.descriptor.schema(table), frame) for table, frame in rows.items()]
    check([*known_sources(base), *sources], faults)
    return in_order(faults, base.descriptor.tables)


def known_sources(tables: Tables) -> list[Source]:
    """The tables of a package as rows that are known to be right."""
    descriptor = tables.descriptor
    return [of_frame(table, descriptor.schema(table), frame, is_known=True) for table, frame in tables.frames.items()]


def _check(given: Iterable[Given], base: Tables, faults: Faults) -> None:
    sources = [Source(one.table, base.descriptor.schema(one.table), partial(_again, one), one.file) for one in given]
    check([*known_sources(base), *sources], faults)


def _again(one: Given, faults: Faults) -> Iterator[Batch]:
    return iter(one.batches)


# Rows that are there already


def _new(one: Given, base: Tables, notes: list[str]) -> Given:
    """The rows without those that the dataset has just so."""
    schema = base.descriptor.schema(one.table)
    key = listed(schema.get("primaryKey", []))
    types = {field["name"]: field.get("type", "any") for field in schema["fields"]}
    known_source = of_frame(one.table, schema, base[one.table])
    (known,) = known_source.batches(Faults())
    names = list(types)
    rows = {
        tuple(values[names.index(part)] for part in key): values
        for values in zip(*(known.columns[name].to_pylist() for name in names), strict=True)
    }
    same, batches = 0, list[Batch]()
    for batch in one.batches:
        if not set(names) <= set(batch.columns):
            batches.append(batch)
            continue
        is_new = np.ones(len(batch.rows), dtype=bool)
        for place, values in enumerate(zip(*(batch.columns[name].to_pylist() for name in names), strict=True)):
            there = rows.get(tuple(values[names.index(part)] for part in key)) if key else None
            if there is not None and all(
                _is_same(value, known_one, types[name])
                for name, value, known_one in zip(names, values, there, strict=True)
            ):
                is_new[place] = False
        same += int((~is_new).sum())
        batches.append(kept(batch, is_new))
    if same:
        notes.append(
            ngettext(
                "{file}: {n} row is in the dataset already and left out.",
                "{file}: {n} rows are in the dataset already and left out.",
                same,
                file=one.file,
            )
        )
    return replace(one, batches=batches)


def _is_same(one: str, other: str, kind: str) -> bool:
    if one == other:
        return True
    if kind in ("integer", "number", "year"):
        try:
            return float(one) == float(other)
        except ValueError:
            return False
    return kind == "boolean" and one.casefold() == other.casefold()
