"""Charts in frames on other sites: only they may be framed, they fit their frame, they say what they show."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlsplit

import plotly.io as pio
import pytest
from markupsafe import escape
from playwright.sync_api import Browser, Page, expect

from components.charts import drawing
from components.figures import FIGURES
from components.look import Look
from components.share import iframe
from ledger import dataset, views
from ledger.selection import Selection

RIO = Selection(city=("rio-de-janeiro",))
EMPTY = "/embed/funding-by-city?city=aberdeen&from=2026&funder=private"
BARS = ".bars .point path"


def get(address: str) -> tuple[int, Message, str]:
    """Status, headers and body of an answer."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read().decode()


@contextmanager
def another_site(html: str) -> Iterator[str]:
    """The address of a page on another origin than the dashboard's."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode() if self.path == "/" else b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://localhost:{site.server_port}/"
        site.shutdown()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/embed/funding-by-city?city=rio-de-janeiro", 200),
        (EMPTY, 200),
        ("/embed/nonsense", 404),
        ("/embed/funding-register", 404),
        ("/embed/funding-by-city?city=rio", 400),
        ("/embed/funding-by-city?theme=blue", 400),
        ("/embed/funding-by-city?narrow=true", 400),
    ],
)
def test_an_embed_may_be_framed_by_any_site_also_where_it_says_what_is_wrong(
    server: str, address: str, status: int
) -> None:
    answered, headers, html = get(server + address)
    assert answered == status
    assert headers["Content-Type"].startswith("text/html")
    assert "frame-ancestors *" in headers["Content-Security-Policy"]
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers
    assert ("/embed/embed.js" in html) == (address == "/embed/funding-by-city?city=rio-de-janeiro")


@pytest.mark.parametrize("address", ["/", "/spending", "/chart/funding-by-city", "/healthz", "/embed/embed.js"])
def test_nothing_else_may_be_framed(server: str, address: str) -> None:
    assert "frame-ancestors 'none'" in get(server + address)[1]["Content-Security-Policy"]


def test_an_unknown_chart_is_named_as_text_and_every_chart_is_offered(server: str) -> None:
    status, _, html = get(f"{server}/embed/{quote('<script>alert(1)')}")
    assert status == 404
    assert "<script>" not in html
    assert "There is no chart “&lt;script&gt;alert(1)”." in html
    assert set(re.findall(r'href="/embed/([^"]+)"', html)) == set(FIGURES)


def test_a_wrong_filter_is_named_as_text_with_what_is_accepted(server: str) -> None:
    status, _, html = get(f"{server}/embed/funding-by-city?stage={quote('<b>spent')}&theme=blue")
    assert status == 400
    assert "“&lt;b&gt;spent” is not a value of the filter “stage”" in html
    assert "Accepted: auto, light, dark." in html
    assert "<b>" not in html


def test_nothing_left_is_said_and_is_no_empty_chart(server: str) -> None:
    _, _, html = get(server + EMPTY)
    assert "No rows are left with these filters" in html
    assert 'id="chart"' not in html


@pytest.mark.parametrize("view", FIGURES)
def test_every_chart_has_a_page_with_its_title_its_words_and_the_figure_of_the_card(server: str, view: str) -> None:
    status, _, html = get(f"{server}/embed/{view}?city=rio-de-janeiro")
    assert status == 200
    drawn = drawing(dataset.facts(), view, RIO, Look())
    assert f"<h1>{escape(views.VIEWS[view].title)}</h1>" in html
    assert f'aria-label="{escape(drawn.alt)}"' in html
    # Without JavaScript the same words stand in the place of the chart.
    assert f"<noscript><p>{escape(drawn.alt)}</p></noscript>" in html
    assert ">City: Rio de Janeiro</p>" in html
    assert f"CC BY 4.0 · data {dataset.facts().version}" in html
    for dark, narrow in ((False, False), (True, True)):
        theme = "dark" if dark else "light"
        body = get(f"{server}/embed/{view}.json?city=rio-de-janeiro&theme={theme}&narrow={str(narrow).lower()}")[2]
        made = json.loads(body)
        drawn = drawing(dataset.facts(), view, RIO, Look(dark=dark, narrow=narrow))
        assert made["figure"] == json.loads(pio.to_json(drawn.figure, validate=False))
        assert (made["alt"], made["note"]) == (drawn.alt, drawn.note)


def test_an_embed_says_what_the_filters_did_and_leads_back_to_its_card(server: str) -> None:
    html = get(f"{server}/embed/funding-by-city?city=rio-de-janeiro&disputed=exclude&model=rio-3-5-open-397b")[2]
    assert "City: Rio de Janeiro; disputed facts: Leave out" in html
    assert "Not changed by: model." in html
    assert "12 of 23 rows left out as disputed." in html
    back = 'href="/spending?city=rio-de-janeiro&amp;disputed=exclude#funding-by-city" target="_blank" rel="noopener"'
    assert back in html


def test_a_figure_that_cannot_be_given_is_refused_in_words(server: str) -> None:
    for address, status, word in (
        ("nonsense.json", 404, "nonsense"),
        ("funding-by-city.json?city=rio", 400, "rio"),
        ("funding-by-city.json?theme=auto", 400, "theme"),
    ):
        answered, _, body = get(f"{server}/embed/{address}")
        assert answered == status
        assert word in json.loads(body)["message"]


@pytest.mark.browser
def test_another_site_shows_the_chart_in_a_frame_and_cannot_frame_the_dashboard(browser: Browser, server: str) -> None:
    made = views.VIEWS["funding-by-city"]
    code = iframe(made, RIO, f"{server}/embed/funding-by-city?city=rio-de-janeiro&theme=light")
    listen = "<script>sizes = []; onmessage = (event) => sizes.push(event.data)</script>"
    with another_site(f"<!doctype html>{listen}{code}") as address:
        context = browser.new_context(viewport={"width": 640, "height": 900})
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        frame = page.frame_locator("iframe")
        expect(frame.locator(BARS).first).to_be_visible(timeout=20_000)
        expect(frame.get_by_role("img", name=re.compile("Rio de Janeiro with US"))).to_be_visible()
        page.wait_for_function("sizes.some((size) => size.type === 'resize' && size.height > 300)")
        assert faults == []
        context.close()
    with another_site(f'<!doctype html><iframe src="{server}/"></iframe>') as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        (inner,) = page.main_frame.child_frames
        assert urlsplit(inner.url).scheme == "chrome-error"
        context.close()


@pytest.mark.browser
def test_a_chart_is_drawn_anew_for_another_width_and_another_theme(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 800})
    page.emulate_media(color_scheme="light")
    page.goto("/embed/funding-by-city?city=rio-de-janeiro")
    chart = page.locator("#chart")
    heights = {
        narrow: drawing(dataset.facts(), "funding-by-city", RIO, Look(narrow=narrow)).figure["layout"]["height"]
        for narrow in (True, False)
    }
    assert heights[True] > heights[False]
    drawn_as = "([height, ink]) => { const layout = document.getElementById('chart').layout; "
    drawn_as += "return layout && layout.height === height && layout.font.color === ink }"
    page.wait_for_function(drawn_as, arg=[heights[False], Look().ink])

    page.emulate_media(color_scheme="dark")
    page.wait_for_function(drawn_as, arg=[heights[False], Look(dark=True).ink])
    expect(page.locator("body")).to_have_css("background-color", "rgb(20, 22, 26)")

    page.set_viewport_size({"width": 320, "height": 800})
    page.wait_for_function(drawn_as, arg=[heights[True], Look(dark=True).ink])
    page.wait_for_function("() => document.documentElement.scrollWidth <= 320")
    expect(chart.locator(BARS).first).to_be_visible()

    page.goto("/embed/funding-by-city?city=rio-de-janeiro&theme=light")
    page.wait_for_function(drawn_as, arg=[heights[True], Look().ink])
    expect(page.locator("body")).to_have_css("background-color", "rgb(252, 251, 248)")


@pytest.mark.browser
def test_a_map_is_drawn_with_its_land(page: Page) -> None:
    page.goto("/embed/initiatives-map?country=BR")
    expect(page.locator("#chart .layer.land path").first).to_be_attached(timeout=20_000)


@pytest.mark.browser
@pytest.mark.parametrize("view", ["funding-by-city", "funding-ladder", "goals-by-city", "funding-map", "model-lineage"])
def test_the_frame_that_is_offered_is_as_high_as_the_chart_in_a_column_of_text(page: Page, view: str) -> None:
    code = iframe(views.VIEWS[view], RIO, "")
    height = int(re.findall(r'height="(\d+)"', code)[0])
    page.set_viewport_size({"width": 640, "height": 400})
    page.goto(f"/embed/{view}?city=rio-de-janeiro")
    page.locator("#chart .main-svg").first.wait_for(timeout=20_000)
    assert page.evaluate("document.body.scrollHeight") <= height
