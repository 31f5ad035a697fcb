"""Every page runs for every filter, shows what its views hold, and says what it does not understand."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import filters
from ledger import dataset, views
from ledger.selection import Selection, choices
from tests.serving import ROOT

PAGES = ("overview", "spending", "sovereignty", "models", "city", "evidence", "data")
ACCEPTED = choices(dataset.facts())
SECONDS = 60
#: Random selections that are tried, over all pages.
RANDOM = 200


def open_page(page: str, query: Iterable[tuple[str, str]] = ()) -> AppTest:
    """A page as a reader gets it who follows a link."""
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=SECONDS)
    follow(app, query)
    app.switch_page(f"app_pages/{page}.py")
    return app.run()


def follow(app: AppTest, query: Iterable[tuple[str, str]]) -> None:
    """Put a query into the address."""
    app.query_params.clear()
    for name, value in query:
        app.query_params[name] = [*app.query_params.get(name, []), value]


def texts(app: AppTest) -> str:
    """Everything that the page says, as one text."""
    spoken = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning]
    return "\n".join([*(str(part.value) for part in spoken), *(part.proto.body for part in app.get("html"))])


def address(app: AppTest) -> set[tuple[str, str]]:
    """What stands in the address after the run."""
    return {
        (name, value)
        for name, values in app.query_params.items()
        for value in ([values] if isinstance(values, str) else values)
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_with_a_title_and_the_number_of_rows(page: str) -> None:
    app = open_page(page)

    assert not app.exception
    assert len(app.title) == 1
    if page != "city":  # It asks for a city first.
        assert "**458** of 458 figures of money" in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_raises_with_any_single_value_of_any_filter(page: str) -> None:
    app = open_page(page)
    single = [(name, value) for name, values in ACCEPTED.items() for value in values]
    # A hundred cities, models and benchmarks take the same way through a page; every page takes a
    # fifth of each, and other pages the rest.
    turn = PAGES.index(page)
    long = {"city", "model", "benchmark", "country"}
    # Initiatives come by the hundred: each page takes a fiftieth of them; the initiatives' own page takes more.
    single = [pair for place, pair in enumerate(single) if pair[0] != "initiative" or place % 10 == 0]
    # Each of the few others is tried on every third page.
    apart = {name: len(PAGES) if name in {*long, "initiative"} else 3 for name, value in single}
    chosen = [pair for place, pair in enumerate(single) if place % apart[pair[0]] == turn % apart[pair[0]]]
    raised = []
    for name, value in [*chosen, ("from", "2025"), ("to", "2019"), ("from", "1990")]:
        follow(app, [(name, value)])
        app.run()
        if app.exception or getattr(Selection(), name, None) == app.session_state["selection"]:
            raised.append((name, value))

    assert raised == []


def random_query(pick: random.Random) -> list[tuple[str, str]]:
    names = pick.sample([*ACCEPTED], k=pick.randint(2, 5))
    query = [(name, value) for name in names for value in pick.sample([*ACCEPTED[name]], k=1)]
    if pick.random() < 0.3:
        query.append(("city", pick.choice([*ACCEPTED["city"]])))
    if pick.random() < 0.3:
        query.append(("from", str(pick.randint(2015, 2026))))
    return query


@pytest.mark.parametrize("page", PAGES)
def test_no_page_raises_with_random_selections(page: str) -> None:
    pick = random.Random(f"random selections of {page}")
    app = open_page(page)
    raised = []
    for _ in range(RANDOM // len(PAGES)):
        query = random_query(pick)
        follow(app, query)
        app.run()
        if app.exception:
            raised.append((query, app.exception[0].message))

    assert raised == []


def test_a_link_opens_the_selection_and_the_address_keeps_it() -> None:
    app = open_page("spending", [("city", "rio-de-janeiro"), ("stage", "spent"), ("lens", "intl")])

    assert app.session_state["selection"] == Selection(city=("rio-de-janeiro",), stage=("spent",), lens="intl")
    assert address(app) == {("city", "rio-de-janeiro"), ("stage", "spent"), ("lens", "intl")}
    assert app.multiselect(key="filter_city").value == ["rio-de-janeiro"]


def test_choosing_a_city_narrows_the_page_and_stands_in_the_address() -> None:
    app = open_page("overview")

    app.multiselect(key="filter_city").select("seoul").run()

    assert address(app) == {("city", "seoul")}
    figures = len(views.table("funding-register", dataset.facts(), Selection(city=("seoul",))))
    assert f"**{figures}** of 458 figures of money" in texts(app)


def test_a_chip_takes_its_filter_away() -> None:
    app = open_page("models", [("city", "rio-de-janeiro"), ("city", "seoul"), ("public", "only")])

    app.button(key="chip_city_seoul").click().run()

    assert address(app) == {("city", "rio-de-janeiro"), ("public", "only")}


def test_clear_all_leaves_the_lens() -> None:
    app = open_page("spending", [("city", "seoul"), ("from", "2024"), ("lens", "intl")])

    app.button(key="chips_clear").click().run()

    assert address(app) == {("lens", "intl")}


@pytest.mark.parametrize("page", PAGES)
def test_what_the_address_says_wrong_is_named_and_the_rest_stands(page: str) -> None:
    app = open_page(page, [("city", "rio"), ("colour", "red"), ("stage", "spent")])

    warning = app.warning[0].value
    for word in ("rio", "city", "colour"):
        assert word in warning
    assert "rio\\-de\\-janeiro" in warning
    assert not app.exception
    assert app.session_state["selection"] == Selection(stage=("spent",))


def test_a_first_run_that_the_next_one_breaks_off_keeps_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    sidebar, begun = filters.sidebar, []

    def broken_off_once(selection: Selection) -> None:
        begun.append(selection)
        if len(begun) == 1:
            st.rerun()
        sidebar(selection)

    monkeypatch.setattr(filters, "sidebar", broken_off_once)
    app = open_page("spending", [("city", "seoul"), ("lens", "intl")])

    assert not app.exception
    assert len(begun) == 2
    assert app.session_state["selection"] == Selection(city=("seoul",), lens="intl")


def test_hostile_values_in_the_address_are_shown_as_text() -> None:
    app = open_page("overview", [("city", "<script>alert(1)</script>"), ("x](javascript:alert(1)", "y")])

    assert not app.exception
    shown = app.warning[0].value
    assert "\\<script\\>" in shown
    assert "](javascript" not in shown


def test_a_selection_without_rows_says_so_and_offers_to_widen_it() -> None:
    app = open_page("spending", [("city", "aberdeen"), ("from", "2026"), ("funder", "private")])

    assert not app.exception
    assert any("No rows are left" in info.value for info in app.info)
    app.button(key="widen_funding-register").click().run()
    assert "**458** of 458 figures of money" in texts(app)


def test_rio_tells_its_money_apart() -> None:
    app = open_page("spending", [("city", "rio-de-janeiro")])

    said = texts(app)
    assert "**23** of 458 figures of money" in said
    register = views.table("funding-register", dataset.facts(), Selection(city=("rio-de-janeiro",)))
    assert set(register["city_id"]) == {"rio-de-janeiro"}


def test_the_story_of_rio_3_5_is_told_with_its_scores_and_its_concession() -> None:
    said = texts(open_page("models"))

    for words in ("Rio 3.5 Open 397B", "70.8", "67.9", "52.5", "Nex-N2-Pro", "origin disputed: conceded",
                  "0.6 to 0.4", "distilled", "trained again"):  # fmt: skip
        assert words in said, words


def test_the_dictionary_says_what_every_column_of_the_chosen_table_means() -> None:
    app = open_page("data")

    app.selectbox(key="dictionary_table").select("funding").run()

    shown = next(frame.value for frame in app.dataframe if "Meaning" in frame.value.columns)
    fields = dataset.facts().descriptor.fields("funding")
    assert list(shown["Column"]) == [field.name for field in fields]
    assert all(shown["Meaning"].str.len() > 10)


def test_every_card_says_how_many_of_how_many_rows_it_gives() -> None:
    app = open_page("spending", [("city", "rio-de-janeiro")])

    facts, selection = dataset.facts(), Selection(city=("rio-de-janeiro",))
    labels = {part.proto.popover.label for part in app.get("popover")}
    rows = len(views.table("funding-by-city", facts, selection))
    every = len(views.table("funding-by-city", facts, Selection()))
    assert f"Download {rows} of {every} rows" in labels
