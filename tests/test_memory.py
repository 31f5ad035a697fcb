"""What was worked out is kept for all readers, within its room, and goes when the facts go."""

from __future__ import annotations

from dataclasses import replace

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts import drawing
from components.figures import FIGURES
from components.look import Look
from ledger import dataset, own, views
from ledger.memory import ROOM, ROOM_OF_ONE, Memory, weight
from ledger.selection import Selection, choices

FACTS = dataset.facts()


def test_what_is_kept_is_not_made_again() -> None:
    memory, made = Memory(), []
    for _ in range(3):
        assert memory.get("name", "key", lambda: made.append(1) or "result") == "result"  # type: ignore[func-returns-value]
    assert memory.get("other", "key", lambda: "another") == "another"
    assert len(made) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 400)), max_size=60))
def test_the_room_is_never_exceeded_and_the_last_that_fits_is_kept(asked: list[tuple[int, int]]) -> None:
    memory = Memory(room=1_000)
    kept: dict[int, str] = {}
    for key, length in asked:
        text = memory.get("name", key, lambda length=length: "x" * length)  # type: ignore[misc]
        assert len(text) == length or text == kept[key]
        kept[key] = text
        assert memory.used <= 1_000
        assert memory.get("name", key, lambda: "made again") == text


def test_what_was_not_asked_for_longest_goes_first() -> None:
    each = weight("x" * 300)
    memory = Memory(room=3 * each)
    for key in "abc":
        memory.get("name", key, lambda: "x" * 300)
    memory.get("name", "a", lambda: "made again")
    memory.get("name", "d", lambda: "y" * 300)
    assert [memory.get("name", key, lambda: "made again")[0] for key in "acd"] == ["x", "x", "y"]
    assert memory.get("name", "b", lambda: "made again") == "made again"


def test_what_is_larger_than_the_room_pushes_nothing_out() -> None:
    memory = Memory(room=1_000)
    memory.get("name", "small", lambda: "x")
    assert memory.get("name", "large", lambda: "y" * 2_000) == "y" * 2_000
    assert memory.get("name", "large", lambda: "made again") == "made again"
    assert memory.get("name", "small", lambda: "made again") == "x"


def test_readers_of_all_cities_do_not_push_out_each_others_views() -> None:
    facts = replace(FACTS, memory=Memory())
    shown = ("funding-ladder", "funding-by-city", "funding-over-time", "funding-register")
    pairs = [(view, Selection(city=(city,))) for city in choices(facts)["city"] for view in shown]
    tables = [views.table(view, facts, selection) for view, selection in pairs]
    assert all(views.table(*pair[:1], facts, pair[1]) is table for pair, table in zip(pairs, tables, strict=True))
    assert facts.memory.used < ROOM


@pytest.mark.parametrize("view", views.VIEWS)
def test_a_table_weighs_about_what_it_takes(view: str) -> None:
    table = views.table(view, FACTS, Selection())
    takes = table.memory_usage(deep=True).sum()
    assert takes / 3 < weight(table) < 5 * takes + 50_000


def test_rows_of_one_reader_have_a_room_of_their_own() -> None:
    beside = own.with_own(FACTS, {})
    before = FACTS.memory.used
    for city in list(choices(beside)["city"])[:40]:
        views.table("funding-register", beside, Selection(city=(city,)))
    assert 0 < beside.memory.used <= ROOM_OF_ONE
    assert FACTS.memory.used - before < beside.memory.used + 1_000_000


@pytest.mark.parametrize("view", FIGURES)
def test_a_figure_is_drawn_once_and_made_of_what_plotly_knows(view: str) -> None:
    drawn = drawing(FACTS, view, Selection(), Look())
    assert drawing(FACTS, view, Selection(), Look()) is drawn
    assert set(drawn.figure) == {"data", "layout"}
    go.Figure(drawn.figure)  # Raises where a part is none that Plotly knows.
