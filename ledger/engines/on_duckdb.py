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

from ledger.engines.engine import Frame
from ledger.engines.waiting import waited

#: What all queries together may take, and what it takes to make frames that are kept: sorting ten million rows with
#: all that they refer to. What does not fit goes to files.
MEMORY, MEMORY_TO_KEEP = "400MB", "1GB"

Result = TypeVar("Result")


class DuckDB:
    """Frames in Parquet files of a folder of their own, which goes when the engine does."""

    address = "duckdb"
    keeps_order = True
    is_lost = False

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dashboard-duckdb-"))
        self._names = itertools.count()
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(self._folder),
            "preserve_insertion_order": True,
        }
        self._connection = duckdb.connect(":memory:", config=settings)
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
        with self._turn:
            return nw.from_native(self._connection.read_parquet(str(path)))

    def kept(self, frame: Frame) -> Frame:
        """As `Engine.kept`."""
        file = self._new_file()
        query = self._query(frame)
        copy = f"COPY ({query}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)"
        with self._memory(MEMORY_TO_KEEP):
            self._run(lambda cursor: cursor.execute(copy))
        return self.file(file)

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
    def _memory(self, most: str) -> Iterator[None]:
        self._connection.execute(f"SET memory_limit = '{most}'")
        try:
            yield
        finally:
            self._connection.execute(f"SET memory_limit = '{MEMORY}'")

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
