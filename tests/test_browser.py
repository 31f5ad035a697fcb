"""The dashboard in a real browser: open, filter, follow a link, look behind a bar, download, compare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger import dataset, views
from ledger.exports import to_csv
from ledger.selection import Selection

RIO = Selection(city=("rio-de-janeiro",))
#: A view of each page, as its card offers it.
CARDS = {
    "/": "initiatives-map",
    "/spending": "funding-register",
    "/sovereignty": "goals-by-city",
    "/models": "model-releases",
}
pytestmark = pytest.mark.browser
# Machines that test are often busy.
expect.set_options(timeout=20_000)


#: The texts of charts that reach beyond their chart.
CUT_LABELS = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((plot) => {
    const frame = plot.querySelector('.main-svg').getBoundingClientRect()
    return [...plot.querySelectorAll('.main-svg text')].filter((text) => {
        const box = text.getBoundingClientRect()
        return box.width && (box.left < frame.left - 1.5 || box.right > frame.right + 1.5
            || box.top < frame.top - 1.5 || box.bottom > frame.bottom + 1.5)
    }).map((text) => text.textContent)
})"""


def settled(page: Page) -> None:
    """Wait until the page has run."""
    page.locator('[data-test-script-state="notRunning"]').wait_for(timeout=30_000)
    expect(page.locator("h1")).to_have_count(1)


def drawn(page: Page) -> None:
    """Have every chart drawn, also those that are far below, as for paper."""
    page.wait_for_function(
        """() => {
            window.dispatchEvent(new Event("beforeprint"))
            return [...document.querySelectorAll(".stPlotlyChart")].every((one) => one.querySelector(".main-svg"))
        }""",
        polling=200,
        timeout=60_000,
    )


def go(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)


def choose_city(page: Page, name: str) -> None:
    """Type a city into the filter and take the first that fits."""
    page.get_by_role("combobox", name=re.compile("City")).first.fill(name)
    page.get_by_role("option", name=name).first.click()
    page.keyboard.press("Escape")


def downloaded(page: Page, view_id: str, link: str) -> tuple[str, bytes]:
    """The file that a card's menu gives: its name and its bytes."""
    page.locator(f".st-key-menu_{view_id} button").click()
    with page.expect_download() as waiting:
        page.locator('[data-testid="stPopoverBody"]').get_by_role("link", name=link).click()
    page.keyboard.press("Escape")
    file = waiting.value
    return file.suggested_filename, Path(file.path()).read_bytes()


@pytest.mark.parametrize(("address", "view_id"), CARDS.items())
def test_filtering_by_a_city_and_downloading_gives_the_rows_of_the_view(page: Page, address: str, view_id: str) -> None:
    go(page, address)

    choose_city(page, "Rio de Janeiro")

    page.wait_for_url("**city=rio-de-janeiro*")
    facts = dataset.facts()
    table = views.table(view_id, facts, RIO)
    every = len(views.table(view_id, facts, Selection()))
    label = f"Download {len(table):,} of {every:,} rows"
    expect(page.locator(f".st-key-menu_{view_id}")).to_contain_text(label)
    name, body = downloaded(page, view_id, "CSV of what is shown")
    assert name == f"{view_id}_rio-de-janeiro_2026-11-23.csv"
    assert body == to_csv(table)


def test_the_data_page_gives_the_chosen_view_for_the_filters(page: Page) -> None:
    go(page, "/data?city=rio-de-janeiro")

    table = views.table("funding-by-city", dataset.facts(), RIO)
    link = page.locator(".st-key-card_views").get_by_role("link", name=f"Download {len(table)} of")
    with page.expect_download() as waiting:
        link.click()

    assert Path(waiting.value.path()).read_bytes() == to_csv(table)


@pytest.mark.parametrize("address", [*CARDS, "/city", "/evidence", "/data"])
def test_a_shared_link_opens_the_same_selection(page: Page, address: str) -> None:
    go(page, f"{address}?city=rio-de-janeiro&city=seoul&lens=intl")

    expect(page.locator(".st-key-chips")).to_contain_text("Rio de Janeiro")
    expect(page.locator(".st-key-chips")).to_contain_text("Seoul")
    assert "city=rio-de-janeiro" in page.url
    assert "lens=intl" in page.url


def test_the_selection_stays_from_page_to_page(page: Page) -> None:
    go(page, "/?city=seoul&public=only")

    page.get_by_role("link", name="Spending").first.click()

    page.wait_for_url("**/spending?*")
    settled(page)
    page.wait_for_url("**city=seoul*")
    assert "public=only" in page.url
    expect(page.locator(".st-key-chips")).to_contain_text("Seoul")


def test_one_click_on_a_chip_widens_the_selection(page: Page) -> None:
    go(page, "/spending?city=rio-de-janeiro")

    page.locator(".st-key-chips button").first.click()

    expect(page.locator(".st-key-chips")).to_have_count(0)
    expect(page.get_by_text("458 of 458 figures of money")).to_be_visible()


def test_one_click_on_a_bar_leads_to_the_figures_and_sources_behind_it(page: Page) -> None:
    go(page, "/spending?city=rio-de-janeiro")
    bars = page.locator(".st-key-card_funding-by-city .bars .point path")
    page.locator(".st-key-card_funding-by-city").scroll_into_view_if_needed()
    bars.first.wait_for()
    boxes = [box for box in (bar.bounding_box() for bar in bars.all()) if box]
    widest = max(boxes, key=lambda box: box["width"])

    page.mouse.click(widest["x"] + widest["width"] / 2, widest["y"] + widest["height"] / 2)

    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Rio de Janeiro")
    expect(drawer).to_contain_text("1 figure added")
    addresses = [link.get_attribute("href") or "" for link in drawer.get_by_role("link").all()]
    assert any(address.startswith("/initiative?initiative=") for address in addresses)
    sources = [address for address in addresses if not address.startswith("/initiative?")]
    assert sources
    assert all(re.match("https?://", address) for address in sources)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def test_one_click_on_a_cell_of_the_matrix_leads_to_its_evidence(page: Page) -> None:
    go(page, "/sovereignty?city=rio-de-janeiro")
    cells = page.locator(".st-key-card_goals-by-city .scatterlayer .points path")
    cells.first.wait_for()
    boxes = [box for box in (cell.bounding_box() for cell in cells.all()) if box]
    largest = max(boxes, key=lambda box: box["width"])

    page.mouse.click(largest["x"] + largest["width"] / 2, largest["y"] + largest["height"] / 2)

    expect(page.get_by_role("dialog").get_by_role("link").first).to_be_visible(timeout=15_000)


@pytest.mark.parametrize(("form", "start"), [("PNG", b"\x89PNG"), ("SVG", b"<svg")])
def test_a_chart_is_given_as_a_picture(page: Page, form: str, start: bytes) -> None:
    go(page, "/spending?city=rio-de-janeiro")
    page.locator(".st-key-menu_funding-ladder button").click()

    # The page that makes the picture may begin the download before its own opening is told here:
    # so it is awaited from the whole context.
    with page.context.expect_event("download") as waiting:
        page.locator('[data-testid="stPopoverBody"]').get_by_role("link", name=f"Chart as {form}").click()

    file = waiting.value
    assert file.suggested_filename == f"funding-ladder_rio-de-janeiro_2026-11-23.{form.lower()}"
    body = Path(file.path()).read_bytes()
    assert body.startswith(start)
    assert len(body) > 4_000


def test_an_address_that_does_not_exist_says_so_and_shows_the_overview(browser: Browser, server: str) -> None:
    # Streamlit tells the console too, which the fixture `page` takes for a fault.
    context = browser.new_context(base_url=server)
    page = context.new_page()
    go(page, "/nonsense")

    expect(page.get_by_text("Page not found")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("How much of the money")
    context.close()


def test_a_wrong_filter_value_is_named_and_the_page_stands(page: Page) -> None:
    go(page, "/spending?city=rio&colour=red")

    warning = page.get_by_role("alert").first
    expect(warning).to_contain_text("rio")
    expect(warning).to_contain_text("colour")
    expect(page.locator(".st-key-card_funding-ladder")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1400, "light", "pt"), (1400, "dark", "en"), (390, "light", "es"), (390, "dark", "pt")],
)
@pytest.mark.parametrize("address", [*CARDS, "/spending?lens=intl", "/city?city=rio-de-janeiro", "/evidence", "/data"])
def test_a_page_fits_its_width_and_its_charts_hold_their_labels(
    browser: Browser, server: str, address: str, width: int, theme: str, language: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, base_url=server, is_mobile=width < 500
    )
    page = context.new_page()
    go(page, f"{address}{'&' if '?' in address else '?'}lang={language}")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    inner = "(e) => e.scrollWidth - e.clientWidth"
    assert page.locator('[data-testid="stMain"]').evaluate(inner) <= 1
    assert page.locator('[data-testid="stException"]').count() == 0
    drawn(page)
    # A page learns its width from the browser, so a chart may be drawn twice.
    cut = page.evaluate(CUT_LABELS)
    for _ in range(40):
        if not cut:
            break
        page.wait_for_timeout(500)
        cut = page.evaluate(CUT_LABELS)
    context.close()
    assert cut == []
