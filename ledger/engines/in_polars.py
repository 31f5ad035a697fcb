"""Polars, in memory: for packages of usual size.

A page's views are many small tables. Polars plans all steps of a view as one, where each step of
pandas costs more than the rows do.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa

from ledger.engines.engine import Frame


class Polars:
    """Frames in memory, planned and worked out by Polars."""

    address = "polars"

    def frame(self, table: pd.DataFrame) -> Frame:
        """As `Engine.frame`."""
        return nw.from_native(pl.from_pandas(table, nan_to_null=True).lazy())

    def kept(self, frame: Frame) -> Frame:
        """As `Engine.kept`."""
        return frame.collect("polars").lazy()

    def turn(self) -> AbstractContextManager[None]:
        """As `Engine.turn`: every thread may at any time."""
        return nullcontext()

    def collected(self, frame: Frame) -> pa.Table:
        """As `Engine.collected`."""
        table: pa.Table = frame.collect("pyarrow").to_native()
        return table
