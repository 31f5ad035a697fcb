"""What leaves the dashboard with a view: citations, code and the menus that hold them."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Locator, Page, expect

from components.share import WITHOUT_CARD, view_address
from ledger import dataset, views
from ledger.citation import citation, filter_words
from ledger.selection import MANY, Selection, choices
from ledger.snippets import snippets
from tests.test_pages import open_page

FACTS = dataset.facts()
ACCEPTED = choices(FACTS)
RIO = Selection(city=("rio-de-janeiro",))
DAY = date(2026, 11, 24)
BASE = "https://ai.example.org"
TEXTS = st.text(max_size=12)
SELECTIONS = st.builds(
    Selection,
    **{name: st.lists(TEXTS, max_size=3).map(tuple) for name in MANY},
    since=st.none() | st.integers(0, 9999),
    public=st.booleans(),
    lens=st.sampled_from(["stated", "usd", "intl"]),
)


# Citations


def test_a_citation_names_title_filters_version_day_and_address() -> None:
    chosen = RIO.but(since=2024, public=True, disputed="exclude")
    address = f"{BASE}{chosen.address('/spending')}#funding-by-city"
    cited = citation(FACTS, "Who pays?", address, DAY, filter_words(chosen, ACCEPTED))
    named = "Who pays? (city: Rio de Janeiro; from 2024; Public money only; disputed facts: Leave out)"
    assert cited.text == (
        f"Municipal AI Investment Dashboard contributors (2026): {named}. In: Municipal AI Investment Dashboard, "
        f"data version {FACTS.version}. Licence CC-BY-4.0. {address} (accessed 2026-11-24)."
    )
    assert f"title = {{{{{named}}}}}" in cited.bibtex
    assert f"url = {{{address}}}" in cited.bibtex
    assert "urldate = {2026-11-24}" in cited.bibtex


def test_entries_of_one_view_for_different_filters_have_different_keys() -> None:
    def key(selection: Selection) -> str:
        words = filter_words(selection, ACCEPTED)
        return citation(FACTS, "Who pays?", BASE, DAY, words).bibtex.partition(",")[0]

    cities = tuple(ACCEPTED["city"])
    chosen = [Selection(), RIO, Selection(city=cities[:20]), Selection(city=cities[:21]), Selection(stage=("spent",))]
    assert len({key(selection) for selection in chosen}) == len(chosen)
    assert key(RIO) == key(Selection(city=("rio-de-janeiro",)))


def test_a_long_list_of_values_is_cut_in_words_and_whole_in_the_address() -> None:
    chosen = Selection(city=tuple(ACCEPTED["city"])[:20])
    cited = citation(FACTS, "Who pays?", chosen.address(f"{BASE}/spending"), DAY, filter_words(chosen, ACCEPTED))
    assert "and 14 more)" in cited.text
    assert cited.text.count("city=") == 20


@given(title=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40), selection=SELECTIONS)
def test_a_bibtex_entry_holds_whatever_stands_in_titles_and_filters(title: str, selection: Selection) -> None:
    words = filter_words(selection, ACCEPTED)
    entry = citation(FACTS, title, f"{BASE}{selection.address('/spending')}", DAY, words).bibtex
    open_braces = 0
    for mark in re.sub(r"\\[{}]", "", entry):
        open_braces += {"{": 1, "}": -1}.get(mark, 0)
        assert open_braces >= 0
    assert open_braces == 0
    assert re.match(r"@misc\{[a-z0-9.-]+,\n", entry)


# Where a view is to be seen


def test_the_address_of_every_view_is_the_page_on_which_its_card_stands() -> None:
    # The page of an initiative tells of one, that of cities compares several: others stand on pages for all.
    hub = Selection(initiative=("rio-de-janeiro-porto-maravalley",))
    pages = ("overview", "spending", "sovereignty", "models", "evidence", "data")
    anchors = {
        "/" if page == "overview" else f"/{page}": {part.anchor for part in open_page(page).header} for page in pages
    }
    anchors["/initiative"] = {part.anchor for part in open_page("initiative", hub.query()).header}
    for made in views.VIEWS.values():
        path, _, anchor = view_address(made, Selection()).partition("#")
        if made.id in WITHOUT_CARD:
            assert path == f"/api/v1/views/{made.id}.csv"
            assert not any(made.id in found for found in anchors.values())
        else:
            assert anchor == made.id
            assert anchor in anchors[path], made.id


def test_the_address_of_a_view_holds_the_filters_that_concern_it() -> None:
    address = view_address(views.VIEWS["model-scores"], RIO.but(stage=("spent",), lens="intl"))
    assert address == "/models?city=rio-de-janeiro#model-scores"


# Code


def code(view: str, selection: Selection, base: str = BASE) -> dict[str, str]:
    """The lines for each program."""
    made = views.VIEWS[view]
    return {one.name: one.code for one in snippets(base, made, selection, made.columns(FACTS))}


@pytest.mark.parametrize(
    ("view", "selection"),
    [
        ("funding-by-city", RIO),
        ("model-scores", Selection(benchmark=("τ2-bench",))),
        ("city-profiles", Selection(lens="intl", per_resident=True)),
        ("sources-register", Selection()),
        ("funding-register", Selection(city=("aberdeen",), since=2026, funder=("private",))),
    ],
)
def test_the_lines_for_pandas_read_the_table_of_the_view(server: str, view: str, selection: Selection) -> None:
    names: dict[str, pd.DataFrame] = {}
    exec(code(view, selection, server)["pandas"], names)
    table = views.table(view, FACTS, selection)
    read = names["table"]
    assert list(read.columns) == list(table.columns)
    assert len(read) == len(table)
    for name in table:
        if pd.api.types.is_numeric_dtype(table[name].dtype) and not pd.api.types.is_bool_dtype(table[name].dtype):
            expected = table[name].astype("float64").tolist()
            assert read[name].astype("float64").tolist() == pytest.approx(expected, nan_ok=True)
        elif not pd.api.types.is_bool_dtype(table[name].dtype):
            known = table[name].notna() & (table[name] != "")
            assert read[name].notna().tolist() == known.tolist()
            assert read.loc[known, name].astype("str").tolist() == table.loc[known, name].tolist()


@given(view=st.sampled_from(list(views.VIEWS)), selection=SELECTIONS)
def test_no_value_of_a_filter_ends_the_address_in_any_program(view: str, selection: Selection) -> None:
    # Between its quotes stands the address and nothing that a program would read otherwise.
    path = re.escape(f"{BASE}/api/v1/views/{view}.csv")
    lines = code(view, selection)
    for program in ("pandas", "R"):
        assert re.search(rf'"{path}\?[\w%.&=+*~-]*safe=false"', lines[program], re.ASCII)
    for program in ("Excel", "Google Sheets"):
        assert re.search(rf'"{path}(\?[\w%.&=+*~-]+)?"\)', lines[program], re.ASCII)
        assert "safe=" not in lines[program].partition(path)[2]


def test_the_lines_for_r_excel_and_sheets_are_whole() -> None:
    lines = code("funding-by-city", RIO)
    assert lines["R"].startswith("table <- read.csv(\n")
    assert 'na.strings = "", encoding = "UTF-8"' in lines["R"]
    assert lines["Google Sheets"] == f'=IMPORTDATA("{BASE}/api/v1/views/funding-by-city.csv?city=rio-de-janeiro")'
    excel = lines["Excel"]
    assert re.match(r"let\n.+\nin\n    Typed$", excel, re.DOTALL)
    for pair in ("()", "[]", "{}"):
        assert excel.count(pair[0]) == excel.count(pair[1])
    typed = set(re.findall(r'\{"(\w+)", (?:type number|Int64\.Type)\}', excel))
    columns = views.VIEWS["funding-by-city"].columns(FACTS)
    assert typed == {column.name for column in columns if column.type in ("number", "integer")}
    assert {"value", "figures"} <= typed


# The menus


def links(page: str, key: str) -> list[str]:
    """The addresses in the menu of files `key` of a page."""
    app = open_page(page, RIO.query())
    bodies = [part.proto.body for part in app.get("html") if f"/{key}." in part.proto.body]
    return re.findall(r'href="([^"]+)"', "".join(bodies))


@pytest.mark.parametrize("page", ["spending", "data"])
def test_a_view_is_given_in_every_form_with_its_filters(page: str) -> None:
    found = links(page, "views/funding-by-city")
    for form in ("xlsx", "json", "parquet"):
        assert f"/api/v1/views/funding-by-city.{form}?city=rio-de-janeiro" in found
    assert "/api/v1/views/funding-by-city.csv" in found
    assert any(address.startswith("/chart/funding-by-city?") for address in found)


def share(page: Page, view: str) -> Locator:
    """The opened menu of a card."""
    page.locator(f".st-key-share_{view} button").click()
    return page.locator('[data-testid="stPopoverBody"]')


@pytest.mark.browser
def test_a_card_is_cited_with_an_address_that_opens_it(page: Page, server: str) -> None:
    page.goto("/sovereignty?city=rio-de-janeiro&stage=spent")
    cited = share(page, "goals-profile").locator("code").first
    expect(cited).to_contain_text("(city: Rio de Janeiro)", timeout=20_000)
    address = f"{server}/sovereignty?city=rio-de-janeiro#goals-profile"
    expect(cited).to_contain_text(f"{address} (accessed")

    page.goto("about:blank")
    page.goto(address)

    expect(page.locator(".st-key-chips")).to_contain_text("Rio de Janeiro", timeout=20_000)
    expect(page.locator("#goals-profile")).to_be_in_viewport(timeout=20_000)


@pytest.mark.browser
def test_the_menu_gives_the_frame_and_the_lines_of_each_program(page: Page, server: str) -> None:
    page.goto("/sovereignty?city=rio-de-janeiro")
    menu = share(page, "goals-by-city")

    menu.get_by_role("tab", name="Embed").click(timeout=20_000)
    shown = menu.locator("code:visible").first
    expect(shown).to_contain_text(f'<iframe src="{server}/embed/goals-by-city?city=rio-de-janeiro"')
    with page.context.expect_page() as opening:
        menu.get_by_role("link", name="See the embed").click()
    expect(opening.value.locator("#chart .main-svg").first).to_be_visible(timeout=20_000)

    menu.get_by_role("tab", name="Code").click()
    expect(shown).to_contain_text("pd.read_csv")
    menu.get_by_text("Google Sheets", exact=True).click()
    expect(shown).to_contain_text("=IMPORTDATA(")

    # A table without a chart has nothing to embed.
    page.keyboard.press("Escape")
    expect(share(page, "goals-evidence").get_by_role("tab")).to_have_text(["Cite", "Code"], timeout=20_000)
