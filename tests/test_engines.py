"""Every engine gives the same tables."""

from __future__ import annotations

import math
from functools import cache

import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import dataset, views
from ledger.engines import engine_at
from ledger.facts import Facts, facts_of
from ledger.money import summed
from ledger.selection import Selection
from tests.engines import SELECTIONS, differences
from tests.test_selection import selections

OTHERS = ("pandas", "duckdb")


@cache
def facts_on(address: str) -> Facts:
    return facts_of(dataset.facts().tables, engine=engine_at(address))


@pytest.mark.parametrize("address", OTHERS)
@pytest.mark.parametrize("view", views.VIEWS)
def test_every_view_is_the_same_on_every_engine(view: str, address: str) -> None:
    found = [differences(view, facts_on(address), selection) for selection in SELECTIONS]
    assert not any(found), "\n".join(found)


def test_the_selections_leave_rows_in_every_view() -> None:
    facts = dataset.facts()
    filled = {view: sum(len(views.table(view, facts, one)) > 0 for one in SELECTIONS) for view in views.VIEWS}
    assert all(number >= 3 for number in filled.values()), filled


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(list(views.VIEWS)), selections())
def test_whatever_is_chosen_the_engines_agree(view: str, selection: Selection) -> None:
    # Few rows are left by every filter at once: each alone is tried too.
    for chosen in (selection, *(selection.only((name, "lens")) for name in selection.active())):
        assert not differences(view, facts_on("duckdb"), chosen)


@pytest.mark.parametrize("address", ["polars", *OTHERS])
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.none() | st.floats(0, 1e10).map(lambda value: round(value, 6)), min_size=1, max_size=40),
    st.randoms(use_true_random=False),
)
def test_a_sum_of_money_is_right_to_its_last_digit_in_any_order(
    address: str, values: list[float | None], random: object
) -> None:
    random.shuffle(values)  # type: ignore[attr-defined]
    engine = engine_at(address)
    table = pd.DataFrame({"city": "a", "value": pd.Series(values, dtype="float64")})
    found = engine.collected(summed(engine.frame(table), ["city"], nw.len().alias("rows"), values=("value",)))
    # An engine may tell a sum of nothing as nothing.
    assert (found["value"][0].as_py() or 0.0) == math.fsum(value for value in values if value is not None)
    assert found["rows"].to_pylist() == [len(values)]


def test_an_engine_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"no engine “postgres”\. Name polars, pandas, duckdb, or a Spark cluster"):
        engine_at("postgres")
