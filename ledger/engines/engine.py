"""What every engine does."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

import narwhals as nw
import pandas as pd
import pyarrow as pa

Frame = nw.LazyFrame[Any]


class Unreachable(OSError):
    """An engine that does not answer; the text is a sentence for a person."""


class Engine(Protocol):
    """Holds frames (narwhals lazy frames) and works them out. Frames of two engines cannot be joined."""

    address: str

    def frame(self, table: pd.DataFrame) -> Frame:
        """A table as a frame. What is missing is null, also among numbers."""

    def kept(self, frame: Frame) -> Frame:
        """The same frame, worked out once and kept as long as the engine is there."""

    def turn(self) -> AbstractContextManager[None]:
        """A span in which this thread may make frames and have them worked out."""

    def collected(self, frame: Frame) -> pa.Table:
        """The rows of a frame, in its order."""
