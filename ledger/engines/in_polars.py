"""Polars, in memory: for packages of usual size.

A page's views are many small tables. Polars plans all steps of a view as one, where each step of
pandas costs more than the rows do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa

from ledger.arrow import pieces
from ledger.engines.engine import Frame, Order, in_order


class Polars:
    """Frames in memory, planned and worked out by Polars."""

    address = "polars"
    keeps_order = True
    is_lost = False

    def frame(self, table: pd.DataFrame) -> Frame:
        """As `Engine.frame`."""
        return nw.from_native(pl.from_pandas(table, nan_to_null=True).lazy())

    def file(self, path: Path) -> Frame:
        """As `Engine.file`."""
        return nw.from_native(pl.scan_parquet(path))

    def kept(self, frame: Frame) -> Frame:
        """As `Engine.kept`."""
        return frame.collect("polars").lazy()

    def kept_in_order(self, frame: Frame, order: Order) -> Frame:
        """As `Engine.kept_in_order`."""
        return self.kept(in_order(frame, order))

    def turn(self) -> AbstractContextManager[None]:
        """As `Engine.turn`: every thread may at any time."""
        return nullcontext()

    def collected(self, frame: Frame) -> pa.Table:
        """As `Engine.collected`."""
        table: pa.Table = frame.collect("pyarrow").to_native()
        return table

    def part(self, frame: Frame, start: int, end: int) -> pa.Table:
        """As `Engine.part`."""
        planned: pl.LazyFrame = frame.to_native()
        return planned.slice(start, end - start).collect().to_arrow()

    def batches(self, frame: Frame, rows: int, start: int = 0, end: int | None = None) -> Iterator[pa.Table]:
        """As `Engine.batches`; all rows are worked out before the first."""
        return pieces(self.collected(frame)[start:end], rows)
