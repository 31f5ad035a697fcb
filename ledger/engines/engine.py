"""What every engine does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import narwhals as nw
import pandas as pd
import pyarrow as pa

Frame = nw.LazyFrame[Any]

#: Columns to sort by, the first first, and whether each goes from the last to the first. What is missing comes last.
Order = Mapping[str, bool]


class Unreachable(OSError):
    """An engine that does not answer; the text is a sentence for a person."""


def in_order(frame: Frame, order: Order) -> Frame:
    """The rows of a frame, sorted."""
    return frame.sort(*order, descending=list(order.values()), nulls_last=True)


class Engine(Protocol):
    """Holds frames (narwhals lazy frames) and works them out. Frames of two engines cannot be joined.

    `keeps_order` says whether rows that are chosen from a kept frame come in its order, `is_lost` that the
    frames are gone: from then on each use of them raises `Unreachable`, and another engine must be made.
    """

    address: str
    keeps_order: bool
    is_lost: bool

    def frame(self, table: pd.DataFrame) -> Frame:
        """A table as a frame. What is missing is null, also among numbers."""

    def file(self, path: Path) -> Frame:
        """The rows of a Parquet file as a frame."""

    def kept(self, frame: Frame) -> Frame:
        """The same frame, worked out once and kept as long as the engine is there."""

    def kept_in_order(self, frame: Frame, order: Order) -> Frame:
        """The same frame, worked out once and kept; sorted, where this engine keeps an order."""

    def turn(self) -> AbstractContextManager[None]:
        """A span in which this thread may make frames."""

    def collected(self, frame: Frame) -> pa.Table:
        """The rows of a frame, in its order."""

    def part(self, frame: Frame, start: int, end: int) -> pa.Table:
        """The rows of a frame from one place up to another, the first being 0."""

    def batches(self, frame: Frame, rows: int, start: int = 0, end: int | None = None) -> Iterator[pa.Table]:
        """The rows of a part (or all) of a frame in its order, so many at a time, as they are worked out.

        A frame without rows is one batch.
        """
