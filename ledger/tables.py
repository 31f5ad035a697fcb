"""Opening a data package: the whole of it is checked, then its tables are given typed.

    tables = open_package("data")
    tables["funding"]                                   # a typed pandas frame
    tables.descriptor.label("funding", "stage", "spent")

A package that is not right is not opened: `BrokenPackage` lists every fault in it.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ledger.arrow import as_pandas, batches_of, typed_table
from ledger.checks import Batch, Source, check
from ledger.checks.description import REQUIRED, json_object, names_of, resources_of
from ledger.checks.rows import csv_batches
from ledger.checks.tables import Seen
from ledger.descriptor import Category, Descriptor, Field
from ledger.faults import BrokenPackage, Fault, Faults, in_order
from ledger.language import ngettext
from ledger.places import Files, opened

__all__ = [
    "REQUIRED",
    "BrokenPackage",
    "Category",
    "Descriptor",
    "Fault",
    "Field",
    "Tables",
    "TooManyRows",
    "open_files",
    "open_package",
    "typed",
]


#: Tables that grow without end, and the number of rows beyond which they lie in a file instead of in memory.
GROWING, LARGE = ("funding",), 100_000


class TooManyRows(Exception):
    """More rows than can be held at once; the text is a sentence for a person."""


@dataclass(frozen=True)
class Tables:
    """The tables of a package, checked and typed, by name.

    Text is `str`, whole numbers and years `Int64`, numbers `float64`, yes or no `boolean`;
    dates of any precision and codes stay text; what is not known is missing.
    `version` names the data: the date of the package and the start of a digest of its files.
    `frames` are in memory; `files` are Parquet files of the tables that are too large for it.
    """

    frames: Mapping[str, pd.DataFrame]
    descriptor: Descriptor
    version: str
    files: Mapping[str, Path] = field(default_factory=dict)

    def __getitem__(self, table: str) -> pd.DataFrame:
        """A table that is in memory; raises TooManyRows for one that lies in a file."""
        if table in self.files:
            raise TooManyRows(
                ngettext(
                    "The table {table} has {n} row: too many to be held at once.",
                    "The table {table} has {n} rows: too many to be held at once.",
                    self.size(table),
                    table=table,
                )
            )
        return self.frames[table]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tables, in the order of the descriptor."""
        return tuple(name for name in self.descriptor.tables if name in self.frames or name in self.files)

    @property
    def is_large(self) -> bool:
        """Whether a table is too large for memory."""
        return bool(self.files)

    def size(self, table: str) -> int:
        """The number of rows of a table."""
        if table in self.files:
            return int(pq.read_metadata(self.files[table]).num_rows)
        return len(self.frames[table])

    def part(self, table: str, start: int, end: int) -> pd.DataFrame:
        """The rows of a table from one place up to another, the first being 0."""
        if table not in self.files:
            return self.frames[table].iloc[start:end]
        return as_pandas(pa.concat_tables(self.batches(table, start, end)))

    def batches(self, table: str, start: int = 0, end: int | None = None) -> Iterator[pa.Table]:
        """The rows from one place up to another (the last), in pieces of Arrow's types; no rows are one piece."""
        if table not in self.files:
            yield from batches_of(self.frames[table].iloc[start:end])
            return
        with pq.ParquetFile(self.files[table]) as file:
            if start >= file.metadata.num_rows:
                yield file.schema_arrow.empty_table()
            first, last = 0, file.metadata.num_rows if end is None else end
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                if first < last and start < first + rows:
                    piece = file.read_row_group(group)
                    yield piece.slice(max(start - first, 0), min(last, first + rows) - max(start, first))
                first += rows


def open_package(path: str | Path) -> Tables:
    """Open a package in a folder, a ZIP file or at an address (`ledger.places.opened`), and check all of it.

    Raises BrokenPackage with every fault: in the descriptor, the files, the columns, the cells,
    the keys, and in what ties rows together beyond keys. Nothing outside the folder is read.
    Raises OSError with a sentence where there is no package to be read.
    """
    with opened(path) as files:
        return open_files(files)


def open_files(files: Files, folder: Path | None = None) -> Tables:
    """Check the files of a package and give its tables typed; as `open_package`.

    Into the folder, if there is one, go the files of tables that are too large for memory.
    """
    faults, read = Faults(), _Read(folder)
    raw, resources = check_files(files, faults, read.take)
    read.close()
    if len(faults):
        raise BrokenPackage(Path(files.name), in_order(faults, names_of(raw)))
    digest = hashlib.sha256()
    for path in (files.descriptor, *(resource["path"] for resource in resources.values())):
        with files.open(path) as file:
            while part := file.read(1 << 20):
                digest.update(part)
    descriptor = Descriptor(raw)
    return Tables(
        {name: read.frame(name, descriptor.schema(name)) for name in descriptor.tables if name not in read.files},
        descriptor,
        f"{raw['created'][:10]}-{digest.hexdigest()[:8]}",
        read.files,
    )


class _Read:
    """The rows that were read: in memory, and in Parquet files once a table is too large for it."""

    def __init__(self, folder: Path | None) -> None:
        self.files: dict[str, Path] = {}
        self._folder = folder
        self._batches: dict[str, list[Batch]] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}

    def take(self, source: Source, batch: Batch) -> None:
        table, waiting = source.table, self._batches.setdefault(source.table, [])
        waiting.append(batch)
        if self._folder is None or table not in GROWING:
            return
        if table in self.files or sum(len(one.rows) for one in waiting) > LARGE:
            self.files.setdefault(table, self._folder / f"{table}.parquet")
            # Columns that lack and cells that are not of their type are faults, and the package is not opened.
            with contextlib.suppress(pa.ArrowInvalid, KeyError):
                for one in waiting:
                    self._write(table, typed_table(one.columns, source.schema))
            waiting.clear()

    def _write(self, table: str, rows: pa.Table) -> None:
        if table not in self._writers:
            self._writers[table] = pq.ParquetWriter(self.files[table], rows.schema, compression="zstd")
        self._writers[table].write_table(rows)

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()

    def frame(self, table: str, schema: Mapping[str, Any]) -> pd.DataFrame:
        """A table in memory, typed; without columns where nothing was read."""
        batches = self._batches.pop(table, [])
        names = batches[0].columns if batches else ()
        whole = {name: pa.chunked_array([batch.columns[name] for batch in batches], pa.string()) for name in names}
        return as_pandas(typed_table(whole, schema))


def check_files(
    files: Files, faults: Faults, seen: Seen = lambda source, batch: None
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Check the files of a package: its descriptor, and every table in it.

    Args:
        files: the package.
        faults: takes what is wrong.
        seen: is given each batch of rows as it is read.

    Returns:
        The descriptor as it stands in the file, and those of its resources that can be read, by name.

    Raises:
        BrokenPackage: there is no descriptor to go by.
    """
    file = Path(files.name)
    try:
        with files.open(files.descriptor) as opened_file:
            content = opened_file.read()
    except OSError as error:
        raise BrokenPackage(file, (Fault(None, None, None, None, str(error)),)) from None
    raw = json_object(file, content)
    resources, found = resources_of(raw)
    faults.add(found)
    sources = []
    for name, resource in resources.items():
        try:
            with files.open(resource["path"]) as opened_file:
                size = _size(opened_file)
        except OSError as error:
            faults.add([Fault(name, None, None, resource["path"], str(error))])
            continue
        if "schema" in resource:
            sources.append(_source(files, name, resource, size))
    check(sources, faults, seen)
    return raw, resources


def _source(files: Files, name: str, resource: Mapping[str, Any], size: int) -> Source:
    def batches(faults: Faults) -> Iterator[Batch]:
        return csv_batches(name, resource["schema"], partial(files.open, resource["path"]), faults, size)

    return Source(name, resource["schema"], batches)


def _size(file: BinaryIO) -> int:
    """The number of bytes of a file; 0 where it can only be read from start to end."""
    return file.seek(0, 2) if file.seekable() else 0


def typed(frame: pd.DataFrame, schema: Mapping[str, Any]) -> pd.DataFrame:
    """Checked text as typed columns, in the order of the schema; missing where a cell is empty."""
    return as_pandas(
        typed_table({name: pa.chunked_array([pa.array(frame[name], pa.string())]) for name in frame}, schema)
    )
