"""DuckDB over Parquet files: for packages that do not belong into memory."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import narwhals as nw
import pandas as pd
import pyarrow as pa

from ledger.engines.engine import Frame


class DuckDB:
    """Frames in Parquet files of a folder of their own, which goes when the engine does."""

    address = "duckdb"

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dashboard-duckdb-"))
        self._names = itertools.count()
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET preserve_insertion_order = true")
        # A connection answers one thread at a time; within a query it uses every core.
        self._turn = threading.RLock()
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def frame(self, table: pd.DataFrame) -> Frame:
        """As `Engine.frame`."""
        with self._turn:
            return self._of(pa.Table.from_pandas(table, preserve_index=False))

    def kept(self, frame: Frame) -> Frame:
        """As `Engine.kept`."""
        with self._turn:
            file = str(self._folder / f"{next(self._names)}.parquet")
            frame.to_native().to_parquet(file, compression="zstd")
            return nw.from_native(self._connection.read_parquet(file))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """As `Engine.turn`: one thread after the other."""
        with self._turn:
            yield

    def collected(self, frame: Frame) -> pa.Table:
        """As `Engine.collected`."""
        with self._turn:
            table: pa.Table = frame.to_native().to_arrow_table()
            return table

    def _of(self, table: pa.Table) -> Frame:
        return nw.from_native(self._connection.from_arrow(table))
