"""Which table of a package a file or a sheet holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from ledger.descriptor import Descriptor


def table_named(name: str, descriptor: Descriptor) -> str | None:
    """The table that a file or a sheet is named after."""
    stem = PurePath(name).name.partition(".")[0].strip().casefold().replace(" ", "_").replace("-", "_")
    return next((table for table in descriptor.tables if table.casefold() == stem), None)


def table_of(name: str, header: Iterable[str], descriptor: Descriptor) -> str | None:
    """The table that a file holds: by its name, else the one that shares most columns with it, at least half.

    A header that shares no column with the table of its name goes by its columns too.
    """
    columns = {column.strip() for column in header}
    shared = {table: len(columns & {field.name for field in descriptor.fields(table)}) for table in descriptor.tables}
    named = table_named(name, descriptor)
    if named and shared[named]:
        return named
    most = max(shared.values(), default=0)
    best = [table for table, number in shared.items() if number == most]
    if most and most * 2 >= len(columns):
        # Of tables that share as many, the one with the fewest other columns.
        return min(best, key=lambda table: len(descriptor.fields(table)))
    return None
