"""DuckDB over Parquet files: for packages that do not belong into memory."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
import narwhals as nw
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ledger.engines.engine import Frame, Order, in_order
from ledger.engines.waiting import waited

#: What all queries together may take, and what it takes to make frames that are kept. What does not fit goes to files.
MEMORY, MEMORY_TO_KEEP = "400MB", "1GB"
#: Rows that are sorted at a time: with all that figures of money refer to, they fit into that memory.
SORTED = 1_000_000
#: Rows by which the others are divided into parts of about that size.
_SAMPLE = 100_000

#: Columns that no frame has: what rows are sorted by, as one text of bytes, and the part to which they belong.
_KEY, _PART = "_key", "_part"

Result = TypeVar("Result")


class DuckDB:
    """Frames in Parquet files of a folder of their own, which goes when the engine does."""

    address = "duckdb"
    keeps_order = True
    is_lost = False

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dashboard-duckdb-"))
        self._names = itertools.count()
        self._settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(self._folder),
            "preserve_insertion_order": True,
            # Rows that wait for files of their own parts are in memory; with more of them they do not fit.
            "partitioned_write_flush_threshold": 10_000,
        }
        self._connection = duckdb.connect(":memory:", config=self._settings)
        # Frames are made on one connection, which answers one thread at a time; each query has one of its own.
        self._turn = threading.RLock()
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def frame(self, table: pd.DataFrame) -> Frame:
        """As `Engine.frame`."""
        file = self._new_file()
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), file, compression="zstd")
        return self.file(file)

    def file(self, path: Path) -> Frame:
        """As `Engine.file`."""
        return self._read([path])

    def kept(self, frame: Frame) -> Frame:
        """As `Engine.kept`."""
        return self.file(self._copied(self._query(frame)))

    def kept_in_order(self, frame: Frame, order: Order) -> Frame:
        """As `Engine.kept_in_order`.

        Rows that do not fit into memory would be sorted in files, 25 times as large as Parquet. So they
        are parted first, each to those that come about where it does, and one part after the other is sorted.
        """
        # What the rows were joined with need not be in memory while they are sorted.
        rows = self._copied(self._query(frame), ordered=False)
        parts = self._parts(rows, order, -(-pq.read_metadata(rows).num_rows // SORTED))
        return self._read([self._copied(self._query(in_order(part, order))) for part in parts])

    def _parts(self, file: Path, order: Order, number: int) -> Iterator[Frame]:
        """The rows of a file in parts, each with those that come before the next; gone once that is asked for."""
        if number <= 1:
            yield self.file(file)
            file.unlink()
            return
        named = (f"\"{column}\", '{'DESC' if falls else 'ASC'} NULLS LAST'" for column, falls in order.items())
        keys = f"create_sort_key({', '.join(named)}) AS {_KEY}"
        sample = f"SELECT {keys} FROM '{file}' USING SAMPLE reservoir({_SAMPLE} ROWS) REPEATABLE (0) ORDER BY {_KEY}"
        found = self._run(lambda cursor: cursor.sql(sample).fetchall())
        bounds = sorted({found[len(found) * n // number][0] for n in range(1, number)})
        folder = self._new_file().with_suffix("")
        query = f"SELECT * EXCLUDE {_KEY}, {_place(bounds)} AS {_PART} FROM (SELECT *, {keys} FROM '{file}')"
        self._copy(query, f"'{folder}' (FORMAT parquet, PARTITION_BY ({_PART}))", ordered=False)
        file.unlink()
        for part in sorted(folder.iterdir(), key=lambda part: int(part.name.partition("=")[2])):
            yield self._read(sorted(part.iterdir()))
            shutil.rmtree(part)
        folder.rmdir()

    def _read(self, files: list[Path]) -> Frame:
        with self._turn:
            return nw.from_native(self._connection.read_parquet([str(file) for file in files], hive_partitioning=False))

    def _copied(self, query: str, *, ordered: bool = True) -> Path:
        file = self._new_file()
        self._copy(query, f"'{file}' (FORMAT parquet, COMPRESSION zstd)", ordered=ordered)
        return file

    def _copy(self, query: str, target: str, *, ordered: bool) -> None:
        """Write the rows of a query; out of their order, fewer of them wait for others."""
        with self._set("memory_limit", MEMORY_TO_KEEP), self._set("preserve_insertion_order", ordered):
            self._run(lambda cursor: cursor.execute(f"COPY ({query}) TO {target}"))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """As `Engine.turn`: one thread after the other."""
        with self._turn:
            yield

    def collected(self, frame: Frame) -> pa.Table:
        """As `Engine.collected`."""
        query = self._query(frame)
        return self._run(lambda cursor: cursor.sql(query).to_arrow_table())

    def part(self, frame: Frame, start: int, end: int) -> pa.Table:
        """As `Engine.part`."""
        query = self._part_of(frame, start, end)
        return self._run(lambda cursor: cursor.sql(query).to_arrow_table())

    def batches(self, frame: Frame, rows: int, start: int = 0, end: int | None = None) -> Iterator[pa.Table]:
        """As `Engine.batches`."""
        with self._connection.cursor() as cursor:
            reader: pa.RecordBatchReader = cursor.sql(self._part_of(frame, start, end)).to_arrow_reader(rows)
            is_first = True
            for batch in reader:
                is_first = False
                yield pa.Table.from_batches([batch])
            if is_first:
                yield reader.schema.empty_table()

    @contextmanager
    def _set(self, name: str, value: str | bool) -> Iterator[None]:
        self._connection.execute(f"SET {name} = '{value}'")
        try:
            yield
        finally:
            self._connection.execute(f"SET {name} = '{self._settings[name]}'")

    def _new_file(self) -> Path:
        return self._folder / f"{next(self._names)}.parquet"

    def _query(self, frame: Frame) -> str:
        with self._turn:
            query: str = frame.to_native().sql_query()
            return query

    def _part_of(self, frame: Frame, start: int, end: int | None) -> str:
        limit = "" if end is None else f" LIMIT {end - start}"
        return f"FROM ({self._query(frame)}){limit} OFFSET {start}" if limit or start else self._query(frame)

    def _run(self, query: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        with self._connection.cursor() as cursor:
            return waited(lambda: query(cursor), cursor.interrupt)


def _place(bounds: list[bytes], first: int = 0) -> str:
    """SQL for how many of some sorted bounds are at most a row's key."""
    if not bounds:
        return str(first)
    middle = len(bounds) // 2
    bound = "".join(f"\\x{byte:02X}" for byte in bounds[middle])
    less, more = _place(bounds[:middle], first), _place(bounds[middle + 1 :], first + middle + 1)
    return f"CASE WHEN {_KEY} < '{bound}'::BLOB THEN {less} ELSE {more} END"
