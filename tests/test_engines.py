"""Every engine gives the same tables."""

from __future__ import annotations

import math
from functools import cache

import narwhals as nw
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import dataset, views
from ledger.engines import engine_at, on_duckdb
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


@pytest.mark.parametrize("address", OTHERS)
@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.sampled_from(["2023", "2023-05", "Š", "a", "A", ""]),
            st.none() | st.integers(-3, 3).map(float),
            st.booleans(),
        ),
        max_size=60,
    ),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_rows_are_kept_in_order_also_where_they_are_sorted_part_by_part(
    address: str, rows: list[tuple[str | None, float | None, bool]], falls: tuple[bool, ...]
) -> None:
    table = pd.DataFrame(rows, columns=["text", "number", "truth"]).assign(id=range(len(rows)))
    table = table.astype({"text": "str", "number": "float64", "truth": "bool"})
    order = dict(zip(["text", "number", "truth", "id"], [*falls, False], strict=True))

    def kept(address: str) -> list[dict[str, object]]:
        engine = engine_at(address)
        return engine.collected(engine.kept_in_order(engine.frame(table), order)).to_pylist()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(on_duckdb, "SORTED", 7)
        assert kept(address) == kept("polars")


def test_of_parts_that_were_sorted_no_file_is_left_but_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_duckdb, "SORTED", 10)
    engine = on_duckdb.DuckDB()
    table = pd.DataFrame({"id": [f"{n:03}" for n in range(95)]})
    frame = engine.frame(table)
    folder = engine._folder
    before = set(folder.iterdir())
    kept = engine.kept_in_order(frame, {"id": True})
    made = sorted(set(folder.iterdir()) - before)
    assert len(made) == 10
    assert sum(pq.read_metadata(file).num_rows for file in made) == 95
    assert engine.part(kept, 40, 43)["id"].to_pylist() == ["054", "053", "052"]


def test_an_engine_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"no engine “postgres”\. Name polars, pandas, duckdb, or a Spark cluster"):
        engine_at("postgres")
