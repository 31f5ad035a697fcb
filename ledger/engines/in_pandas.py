"""pandas, in memory: slower than Polars, and what the other engines are held against."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import narwhals as nw
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ledger.arrow import as_pandas, pieces
from ledger.engines.engine import Frame, Order, in_order


class Pandas:
    """Frames in memory, each step worked out by pandas at once."""

    address = "pandas"
    keeps_order = True
    is_lost = False

    def frame(self, table: pd.DataFrame) -> Frame:
        """As `Engine.frame`."""
        frame: Frame = nw.from_native(table).lazy()
        return frame

    def file(self, path: Path) -> Frame:
        """As `Engine.file`; the file is read into memory."""
        return self.frame(as_pandas(pq.read_table(path)))

    def kept(self, frame: Frame) -> Frame:
        """As `Engine.kept`."""
        return self.frame(frame.collect("pandas").to_native())

    def kept_in_order(self, frame: Frame, order: Order) -> Frame:
        """As `Engine.kept_in_order`."""
        return self.kept(in_order(frame, order))

    def turn(self) -> AbstractContextManager[None]:
        """As `Engine.turn`: every thread may at any time."""
        return nullcontext()

    def collected(self, frame: Frame) -> pa.Table:
        """As `Engine.collected`."""
        return pa.Table.from_pandas(frame.collect("pandas").to_native(), preserve_index=False)

    def part(self, frame: Frame, start: int, end: int) -> pa.Table:
        """As `Engine.part`."""
        return self.collected(frame).slice(start, end - start)

    def batches(self, frame: Frame, rows: int, start: int = 0, end: int | None = None) -> Iterator[pa.Table]:
        """As `Engine.batches`; all rows are worked out before the first."""
        return pieces(self.collected(frame)[start:end], rows)
