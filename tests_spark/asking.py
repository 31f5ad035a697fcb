"""What clusters of both kinds are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import narwhals as nw
import pandas as pd
import pytest

from ledger import views
from ledger.engines import Engine, waiting_in
from ledger.engines.engine import Frame
from ledger.selection import Selection
from tests.engines import SELECTIONS


class Unwanted(Exception):
    """The reader has gone on."""


def one(view: str, shift: int = 0) -> Selection:
    """One of the selections for a view, another for the next; other ones with a shift."""
    return SELECTIONS[(list(views.VIEWS).index(view) + shift) % len(SELECTIONS)]


def numbers(engine: Engine, rows: int) -> Frame:
    """A kept frame of the numbers from 0."""
    with engine.turn():
        return engine.kept(engine.frame(pd.DataFrame({"n": range(rows), "t": pd.array(["é"] * rows, dtype="str")})))


def check_pieces(engine: Engine) -> None:
    """Parts of a frame, and batches of it, are its rows in their order, also where there are none."""
    rows = numbers(engine, 1000)
    with engine.turn():
        backwards, none = rows.sort("n", descending=True), rows.filter(nw.col("n") < 0)
    assert engine.part(backwards, 10, 13)["n"].to_pylist() == [989, 988, 987]
    found = list(engine.batches(backwards, 300))
    assert [len(batch) for batch in found] == [300, 300, 300, 100]
    assert [n for batch in found for n in batch["n"].to_pylist()] == list(range(999, -1, -1))
    assert [batch["n"].to_pylist() for batch in engine.batches(backwards, 2, 995, 998)] == [[4, 3], [2]]
    assert [(len(batch), batch.column_names) for batch in engine.batches(none, 300)] == [(0, ["n", "t"])]
    assert [len(batch) for batch in engine.batches(rows, 500)] == [500, 500]


def check_that_a_slow_query_ends(engine: Engine) -> None:
    """A query ends when its reader goes on, and the engine answers others."""
    rows = numbers(engine, 40_000)
    with engine.turn():
        other = rows.select(m=nw.col("n"))
        endless = rows.join(other, how="cross").filter((nw.col("n") * nw.col("m")) % 7 == 3).select(rows=nw.len())
    looks: list[None] = []

    @contextmanager
    def how() -> Iterator[Callable[[], None]]:
        def look() -> None:
            looks.append(None)
            if len(looks) == 30:
                raise Unwanted

        yield look

    # It is waited for until it has ended: there would be nothing to see but a test that does not end.
    with pytest.raises(Unwanted), waiting_in(how):
        engine.collected(endless)
    with engine.turn():
        counted = rows.select(rows=nw.len())
    assert engine.collected(counted)["rows"].to_pylist() == [40_000]
