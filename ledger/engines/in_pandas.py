"""pandas, in memory: slower than Polars, and what the other engines are held against."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import narwhals as nw
import pandas as pd
import pyarrow as pa

from ledger.engines.engine import Frame


class Pandas:
    """Frames in memory, each step worked out by pandas at once."""

    address = "pandas"

    def frame(self, table: pd.DataFrame) -> Frame:
        """As `Engine.frame`."""
        frame: Frame = nw.from_native(table).lazy()
        return frame

    def kept(self, frame: Frame) -> Frame:
        """As `Engine.kept`."""
        return self.frame(frame.collect("pandas").to_native())

    def turn(self) -> AbstractContextManager[None]:
        """As `Engine.turn`: every thread may at any time."""
        return nullcontext()

    def collected(self, frame: Frame) -> pa.Table:
        """As `Engine.collected`."""
        return pa.Table.from_pandas(frame.collect("pandas").to_native(), preserve_index=False)
