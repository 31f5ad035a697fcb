"""The small chart library: of the installed Streamlit and Plotly, with what our charts need, and the large one else."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator

import brotli
import pytest
from playwright.sync_api import Page, expect
from plotly.offline import get_plotlyjs_version

from components.browser import NARROW
from components.charts import drawing
from components.figures import FIGURES
from components.look import Look
from ledger import dataset
from ledger.selection import Selection
from tests.test_browser import choose_city, go, settled
from web import frontend
from web.chart_library import TRACES

ANEW = "Run `python -m web.chart_library`."
WHOLE = "static/js/PlotlyChart.AnotherHash.js"


@pytest.fixture
def another_streamlit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Streamlit whose chunk for charts is another than the one that ours was cut out of."""
    known = frontend.chunk("PlotlyChart")
    manifest = json.loads((frontend.ROOT / "manifest.json").read_text().replace(str(known), WHOLE))
    memories = (frontend.page, frontend.preloaded, frontend.exchanged)
    monkeypatch.setattr(frontend, "_manifest", lambda: manifest)
    for memory in memories:
        memory.cache_clear()
    yield
    for memory in memories:
        memory.cache_clear()


def import_map() -> dict[str, str]:
    found = re.search(rb'<script type="importmap">(.*?)</script>', frontend.page("", "", "en"))
    assert found
    imports: dict[str, str] = json.loads(found[1])["imports"]
    return imports


def test_it_is_of_the_installed_streamlit() -> None:
    assert frontend.exchanged(), f"Streamlit draws charts with another chunk. {ANEW}"


def test_it_is_the_version_of_the_installed_plotly() -> None:
    body = brotli.decompress(frontend.own_files()[frontend.chart_library()].read_bytes()).decode()
    assert f'version="{get_plotlyjs_version()}"' in body, ANEW


def test_the_browser_takes_the_small_chunk_in_the_place_of_the_large_one() -> None:
    assert import_map() == {f"./{whole}": f"./{small}" for whole, small in frontend.exchanged().items()}
    assert frontend.chunk("PlotlyChart") not in frontend.first_files()
    assert {frontend.chart_library(), *frontend.exchanged().values()} <= set(frontend.first_files())


@pytest.mark.usefixtures("another_streamlit")
def test_another_chunk_of_streamlit_is_left_as_it_is() -> None:
    assert import_map() == {}
    assert WHOLE in frontend.first_files()
    assert frontend.chart_library() not in frontend.first_files()


def test_names_carry_the_hash_of_what_they_name_since_browsers_keep_them_for_good() -> None:
    for file, path in frontend.own_files().items():
        body = path.read_bytes()
        plain = brotli.decompress(body) if path.suffix == ".br" else body
        assert file.split(".")[-2] == hashlib.sha256(plain).hexdigest()[:8]


def test_the_small_chunk_imports_what_streamlit_has_and_the_library() -> None:
    (small,) = frontend.exchanged().values()
    imports = re.findall(r'import[^"(]*"\./([^"]+)"', frontend.own_files()[small].read_text())
    assert len(imports) > 10
    for name in imports:
        file = f"static/js/{name}"
        assert file in frontend.own_files() or (frontend.ROOT / file).is_file(), name


@pytest.mark.parametrize("view", FIGURES)
def test_it_draws_every_kind_of_trace_that_figures_have(view: str) -> None:
    figure = drawing(dataset.facts(), view, Selection(), Look()).figure
    assert {trace["type"] for trace in figure["data"]} <= set(TRACES), f"Add it to TRACES. {ANEW}"


@pytest.mark.browser
def test_a_page_draws_its_charts_with_the_small_library_alone(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/spending")
    page.locator(".js-plotly-plot .main-svg").first.wait_for(state="attached", timeout=60_000)
    assert page.evaluate("Plotly.version") == get_plotlyjs_version()
    assert not [address for address in asked if address.endswith(str(frontend.chunk("PlotlyChart")))]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1400, 390])
def test_a_chart_far_below_is_drawn_once_it_comes_near_and_moves_nothing(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    go(page, "/spending")
    charts = page.locator(".stPlotlyChart")
    charts.first.locator(".main-svg").first.wait_for()
    if width < NARROW:  # The page learns its width from the browser, and is drawn twice.
        expect(page.locator(".st-key-filters")).to_be_visible()
        settled(page)
    last, length = charts.last, "document.querySelector('[data-testid=stMain]').scrollHeight"
    before = page.evaluate(length)
    expect(last.locator(".main-svg")).to_have_count(0)

    last.scroll_into_view_if_needed()

    expect(last.locator(".main-svg")).not_to_have_count(0)
    assert page.evaluate(length) == before


@pytest.mark.browser
def test_a_chart_that_waited_through_a_change_of_filters_shows_the_last_of_them(page: Page) -> None:
    shown = page.locator(".stPlotlyChart").last

    def text() -> str:
        shown.scroll_into_view_if_needed()
        shown.locator(".main-svg").first.wait_for()
        return str(shown.evaluate("chart => chart.textContent"))

    go(page, "/spending?city=seoul")
    expected = text()
    go(page, "/spending")
    for city in ("Rio de Janeiro", "Seoul"):
        choose_city(page, city)
        settled(page)
    page.locator(".st-key-chips").get_by_role("button", name="Rio de Janeiro").click()
    page.wait_for_url(lambda url: url.endswith("?city=seoul"))
    settled(page)
    expect(shown.locator(".main-svg")).to_have_count(0)

    text()

    expect(shown).to_have_text(expected)
