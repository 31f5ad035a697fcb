"""For people without a mouse, without sight, without colours, or with a small screen."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from components.browser import NARROW, WORDS
from components.figures import FIGURES
from components.formats import date
from components.look import CLEAR, Look, look_of
from components.words import THREADS
from ledger import dataset, views
from ledger.language import LANGUAGES, speaking, tag, translations
from ledger.selection import Selection
from tests.test_browser import RIO, drawn, settled

PAGES = (
    "/",
    "/spending",
    "/sovereignty",
    "/models",
    "/city",
    "/city?city=rio-de-janeiro",
    "/city?city=rio-de-janeiro&city=seoul",
    "/evidence",
    "/data",
    "/method",
    "/initiative?initiative=rio-de-janeiro-rio-ai-city",
)
PLAIN_PAGES = (
    "/c/rio-de-janeiro",
    "/c",
    "/i/rio-de-janeiro-rio-ai-city",
    "/m/rio-3-5-open-397b",
    "/embed/funding-ladder",
)
#: What WCAG 2.2 asks at the levels A and AA, and what the makers of axe ask beside it.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
LOOKS = [(1400, "light"), (1400, "dark"), (390, "light"), (390, "dark")]
#: What a chart draws is one picture with a description; its texts are held to their contrast below.
LEFT_OUT = {"exclude": [[".js-plotly-plot svg"]]}


def faults(page: Page) -> list[str]:
    found = Axe().run(page, context=LEFT_OUT, options=RULES).response["violations"]
    return [
        f"{page.url}: {one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for one in found
        for node in one["nodes"][:3]
    ]


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_on_a_page_on_wide_and_narrow_light_and_dark(page: Page, address: str, language: str) -> None:
    page.goto(in_language(address, language))
    settled(page)
    expect(page.locator("html")).to_have_attribute("lang", tag(language))
    found = []
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.wait_for_timeout(400)
        settled(page)
        now = faults(page)
        for _ in range(5):
            # A chart that is drawn anew for another width is for a moment higher than its place.
            if not now:
                break
            page.wait_for_timeout(1500)
            now = faults(page)
        found += [f"{width} px, {theme}: {fault}" for fault in now]
    assert not found, "\n".join(found)


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", PLAIN_PAGES)
def test_axe_finds_nothing_on_a_plain_page_or_an_embed(page: Page, address: str, language: str) -> None:
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto(in_language(address, language))
        found += faults(page)
    assert not found, "\n".join(found)


#: How far the page is scrolled (px).
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def focused(page: Page) -> str:
    """What has the focus, in words: its role or tag, and its name."""
    return page.evaluate("""() => {
        const at = document.activeElement
        const name = at.getAttribute("aria-label") || at.textContent || at.getAttribute("placeholder") || ""
        return `${at.getAttribute("role") || at.tagName.toLowerCase()} ${name.trim().replace(/\\s+/g, " ")}`
    }""")


def tab_to(page: Page, wanted: str, *, within: str = "", most: int = 250, backwards: bool = False) -> None:
    """Press the tabulator until what is wanted (a pattern) has the focus; never longer than a patient reader would."""
    seen = []
    inside = f"() => !!document.activeElement.closest({within!r})" if within else "() => true"
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        seen.append(focused(page))
        if re.search(wanted, seen[-1]) and page.evaluate(inside):
            return
    raise AssertionError(f"{wanted} is not reached by keyboard; reached: {seen}")


@pytest.mark.browser
def test_a_journey_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    settled(page)

    # Choose Rio.
    tab_to(page, "^combobox .*City|^input .*All 281 cities|^combobox")
    page.keyboard.type("Rio de Jan")
    expect(page.get_by_role("option", name="Rio de Janeiro")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**city=rio-de-janeiro*")
    page.keyboard.press("Escape")
    settled(page)

    # Open the register.
    page.keyboard.press("Home")
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "^a Spending$")
    page.keyboard.press("Enter")
    page.wait_for_url("**/spending*")
    settled(page)
    expect(page.locator(".st-key-card_funding-register canvas").first).to_be_visible()

    # Download its CSV.
    tab_to(page, "^button .*Download 23 of", within=".st-key-card_funding-register")
    page.keyboard.press("Enter")
    tab_to(page, "^a CSV of what is shown", most=10)
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == "funding-register_rio-de-janeiro_2026-11-23.csv"
    assert Path(waiting.value.path()).stat().st_size > 1000
    page.keyboard.press("Escape")

    # Open the source of its first figure: in the grid, Enter on an address.
    tab_to(page, "", within=".st-key-card_funding-register canvas", backwards=True, most=10)
    # The way here led along the cells of its first row, to the last one.
    for key in ("ArrowDown", *["ArrowLeft"] * 20):
        before = page.evaluate("document.activeElement.id")
        page.keyboard.press(key)
        # The grid moves the focus a little later.
        page.wait_for_function("before => document.activeElement.id !== before", arg=before)
        if focused(page).startswith("gridcell http"):
            break
    source = focused(page).removeprefix("gridcell ")
    assert source in set(views.table("funding-register", dataset.facts(), RIO)["source_url"])
    # Nothing is fetched from another host: the tab alone is awaited.
    page.context.route(source, lambda route: route.fulfill(body="A source."))
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    assert opened.value.url in (source, "about:blank")


@pytest.mark.browser
def test_what_stands_behind_a_row_is_opened_and_left_by_keyboard(page: Page) -> None:
    page.goto("/spending?city=rio-de-janeiro")
    settled(page)
    page.locator(".st-key-twin_funding-by-city summary").focus()
    page.keyboard.press("Enter")
    grid = page.locator(".st-key-twin_funding-by-city canvas[data-testid=data-grid-canvas]")
    grid.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.activeElement.matches('[role=gridcell]')")

    page.keyboard.press("Shift+Space")

    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("link").first).to_be_visible()
    tab_to(page, "^a ", within='[role="dialog"]', most=10)
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/spending?city=seoul", "/data"])
def test_streamlits_own_words_are_said_in_the_readers_language(page: Page, address: str) -> None:
    page.goto(in_language(address, "pt"))
    settled(page)
    page.get_by_role("combobox").first.fill("zzzz")
    expect(page.get_by_text("Nenhum resultado")).to_be_visible()
    said = page.evaluate("""() => [...document.querySelectorAll("body *")].flatMap((one) =>
        ["aria-label", "title", "placeholder"].map((name) => one.getAttribute(name)).concat(
            [...one.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data.trim())
        ).filter(Boolean))""")
    english = [word for word in WORDS if translations("pt").gettext(word) != word]
    left = {text for text in said for word in english if text == word or (word[-1] == " " and text.startswith(word))}
    assert not left


@pytest.mark.browser
def test_no_key_by_itself_starts_anything(page: Page) -> None:
    page.goto("/")
    settled(page)
    runs = page.evaluate("() => performance.now()")
    page.evaluate("document.activeElement.blur()")
    for key in "rRcCsfpq":
        page.keyboard.press(key)
    assert page.locator('[data-test-script-state="running"]').count() == 0
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert runs


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/", "/spending", "/models", "/data"])
def test_headings_form_an_outline_and_chart_toolbars_are_out_of_the_way(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)
    levels = [
        int(level) for level in page.locator("h1, h2, h3, h4").evaluate_all("all => all.map((h) => h.tagName[1])")
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert page.locator(".js-plotly-plot .modebar-btn").count() == 0
    # A table twin, or a table, for each chart.
    for card in page.locator('[class*="st-key-card_"]:has(.stPlotlyChart)').all():
        assert card.locator('[class*="st-key-twin_"], canvas').count() >= 1


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/", "/spending", "/method"])
def test_at_400_per_cent_nothing_scrolls_sideways_and_targets_are_large_enough(
    browser: Browser, server: str, address: str
) -> None:
    # A desk's 1280 px at 400 % are 320 px.
    context = browser.new_context(viewport={"width": 320, "height": 256}, base_url=server)
    page = context.new_page()
    page.goto(address)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = page.locator("button, [role=combobox], [role=switch], summary, input:not([type=hidden])").evaluate_all("""
        all => all.filter((one) => one.checkVisibility()).map((one) => [one, one.getBoundingClientRect()])
            .filter(([one, box]) => box.width > 1 && (box.width < 24 || box.height < 24)
                && !one.closest("label, .stMultiSelect, .stSelectbox, .stHtml p"))
            .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`)""")
    context.close()
    assert not small, "\n".join(small)


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/", "/spending", "/city"])
def test_on_paper_charts_are_whole_and_the_foot_says_where_it_is_from_and_when(page: Page, address: str) -> None:
    page.goto(f"{address}?city=rio-de-janeiro&lang=pt")
    settled(page)
    # A4 less its margins, at 96 dots an inch.
    page.set_viewport_size({"width": 703, "height": 1017})
    page.emulate_media(media="print")
    drawn(page)

    foot = page.locator(".ledger-print")
    expect(foot).to_be_visible()
    today = datetime.date.today().isoformat()
    with speaking("pt"):
        assert foot.inner_text().endswith(f"{address}?city=rio-de-janeiro&lang=pt · {date(today)}")
    expect(page.get_by_role("combobox")).to_have_count(0)
    expect(page.locator(".stPopover:visible")).to_have_count(0)
    for chart in page.locator(".js-plotly-plot .main-svg").all():
        box = chart.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= 704)
    assert page.evaluate("document.documentElement.scrollWidth") <= 703


@pytest.mark.browser
@pytest.mark.parametrize("width", [1400, 390])
def test_a_term_says_what_it_means_where_it_has_the_focus(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/")
    settled(page)
    if width < NARROW:  # The page learns its width from the browser, and is drawn twice.
        expect(page.locator(".st-key-filters")).to_be_visible()
        settled(page)
    meanings = {stage.value: stage.description for stage in dataset.facts().descriptor.categories("funding", "stage")}
    terms = page.locator(".lead .ledger-term")
    expect(terms).to_have_count(5)
    for term, stage in zip(terms.all(), ("announced", "committed", "budgeted", "contracted", "spent"), strict=True):
        term.focus()
        shown = term.evaluate("one => getComputedStyle(one, '::after').content")
        assert shown == f'"{meanings[stage]}"'
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width


@pytest.fixture
def phone(browser: Browser, server: str) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True, base_url=server
    ) as context:
        yield context.new_page()


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/", "/spending", "/models?city=rio-de-janeiro"])
def test_one_finger_on_a_chart_or_a_map_moves_the_page(phone: Page, address: str) -> None:
    phone.goto(address)
    settled(phone)
    expect(phone.locator(".st-key-filters")).to_be_visible()
    settled(phone)
    for chart in phone.locator(".stPlotlyChart").all():
        chart.evaluate("one => one.scrollIntoView({block: 'center'})")
        chart.locator(".main-svg").first.wait_for()
        phone.wait_for_timeout(300)
        before = phone.evaluate(SCROLLED)
        draw_finger_down(phone)
        assert phone.evaluate(SCROLLED) < before - 50, chart.get_attribute("aria-label")


@pytest.mark.browser
def test_one_finger_on_an_embed_moves_the_page(phone: Page) -> None:
    phone.goto("/embed/funding-by-city")
    expect(phone.locator(".js-plotly-plot")).to_be_visible()
    phone.evaluate("window.scrollTo(0, 600)")
    draw_finger_down(phone)
    assert phone.evaluate("window.scrollY") < 550


def draw_finger_down(page: Page) -> None:
    """Draw one finger down the middle of a page."""
    fingers = page.context.new_cdp_session(page)
    for step in range(12):
        kind, point = "touchMove" if step else "touchStart", {"x": 195, "y": 400 + 15 * step}
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(300)


@pytest.mark.browser
def test_a_tap_on_a_bar_opens_what_stands_behind_it(phone: Page) -> None:
    phone.goto("/spending?city=rio-de-janeiro")
    settled(phone)
    expect(phone.locator(".st-key-filters")).to_be_visible()
    settled(phone)
    phone.locator(".st-key-card_funding-ladder .stPlotlyChart").scroll_into_view_if_needed()
    bar = phone.locator(".st-key-card_funding-ladder .bars .point path").last
    bar.scroll_into_view_if_needed()
    place = bar.bounding_box()
    assert place
    phone.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(phone.get_by_role("dialog")).to_be_visible(timeout=20_000)


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_forced_colours_switches_are_seen_and_what_is_chosen(page: Page, theme: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme=theme)  # type: ignore[arg-type]
    page.goto("/evidence")
    settled(page)
    for switch in page.locator(".stCheckbox label > div:first-of-type").all():
        assert switch.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    ground = "one => getComputedStyle(one).backgroundColor"
    states = page.locator(".st-key-thread_states button")
    expect(states).to_have_count(len(THREADS))
    grounds = {button.get_attribute("aria-pressed"): button.evaluate(ground) for button in states.all()}
    assert len(set(grounds.values())) == len(grounds) == 2, grounds
    here, other = page.locator(".stPagination button[aria-current=page]"), page.locator(".stPagination button").last
    assert here.evaluate(ground) != other.evaluate(ground)


def colours(part: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """The colours of all texts of a figure, each with its place."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in ("font", "textfont", "tickfont") and isinstance(value, dict) and "color" in value:
                listed = value["color"] if isinstance(value["color"], list) else [value["color"]]
                yield from ((f"{place}.{name}", colour) for colour in listed)
            elif name not in ("hoverlabel", "selected", "unselected"):
                yield from colours(value, f"{place}.{name}")
    elif isinstance(part, list):
        for number, value in enumerate(part):
            if isinstance(value, dict):
                # What stands on a bar is read on the bar.
                own = value.keys() - ({"textfont"} if value.get("textposition") == "inside" else set())
                yield from colours({name: value[name] for name in own}, f"{place}[{number}]")


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("view_id", FIGURES)
def test_texts_in_charts_can_be_read(view_id: str, dark: bool) -> None:
    facts = dataset.facts()
    look: Look = look_of(facts.descriptor, dark=dark)
    drawn = FIGURES[view_id](views.table(view_id, facts, Selection()), facts.descriptor, look)
    found = list(colours(drawn.figure))
    assert found
    ground = look.paper
    poor = {(place, colour) for place, colour in found if colour != CLEAR and contrast(colour, ground) < 4.5}
    assert not poor


@pytest.mark.parametrize("view_id", FIGURES)
def test_a_chart_says_in_a_sentence_what_it_shows_for_these_filters(view_id: str) -> None:
    facts = dataset.facts()
    said = set()
    for selection in (Selection(), Selection(city=("seoul", "rio-de-janeiro")), Selection(city=("singapore",))):
        table = views.table(view_id, facts, selection)
        said.add(FIGURES[view_id](table, facts.descriptor, look_of(facts.descriptor)).alt)
    assert max(map(len, said)) > 40, said
    # Other filters, another description: it tells of the rows, not of the kind of chart.
    assert len(said) > 1
