"""The brief of a city: one file, opened from disk without a network, and printed."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ledger import dataset
from ledger.selection import Selection
from web import brief, charts
from web.middleware import Language

pytestmark = pytest.mark.browser


def get(address: str) -> tuple[int, str, str]:
    """Status, body and name of the file of an answer."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status, answer.read().decode(), answer.headers["content-disposition"] or ""
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), ""


def most_figures() -> list[str]:
    """The five cities with most figures of money."""
    tables = dataset.facts().tables
    city = tables["initiatives"].set_index("id")["city_id"]
    return list(tables["funding"]["initiative_id"].map(city).value_counts().sort_index().nlargest(5).index)


@pytest.mark.parametrize("city", most_figures())
def test_a_brief_opens_from_disk_without_a_network_and_prints(
    browser: Browser, server: str, tmp_path: Path, city: str
) -> None:
    status, text, disposition = get(f"{server}/brief/{city}")
    assert status == 200
    name = re.search(r'filename="(.+)"', disposition)
    assert name is not None
    assert name[1] == f"brief_{city}_{dataset.facts().descriptor.created}.html"
    file = tmp_path / name[1]
    file.write_text(text, encoding="utf-8")

    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if not request.url.startswith("data:") else None)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-charts=drawn]", state="attached")
    sizes = page.evaluate("[...document.querySelectorAll('img.chart')].map(i => [i.naturalWidth, i.naturalHeight])")
    assert asked == [file.as_uri()]
    assert said == []
    assert len(sizes) == text.count('<img class="chart"') >= 2
    assert all(width == brief.WIDTH and height > 100 for width, height in sizes)

    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})  # A4 less its margins, at 96 dots an inch
    wide = page.evaluate(
        "[...document.querySelectorAll('table, img.chart')]"
        ".map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().right])"
        ".filter(([, right]) => right > innerWidth + 1)"
    )
    assert wide == []
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 2
    context.close()


def test_the_brief_says_where_and_when_and_leaves_out_what_the_filters_do(server: str) -> None:
    text = get(f"{server}/brief/rio-de-janeiro?disputed=exclude")[1]
    assert dataset.facts().version in text
    assert "/city?city=rio-de-janeiro&amp;disputed=exclude" in text
    told = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert "<strong>Rio 3.0 Open</strong>" in told
    assert "<strong>Rio 3.5 Open 397B</strong>" not in told
    assert "US$ 65 bn" not in told


def test_on_paper_every_link_has_a_number_and_every_source_its_address() -> None:
    text = brief.brief_html(Selection(city=("rio-de-janeiro",)), "http://host/")
    told, _, sources = text.partition("What does it rest on?")
    told, sources = told[told.index("<main>") :], sources[: sources.index("</main>")]
    links = re.findall(r'<a href="http[^"]*"[^>]*>.*?</a>(<sup>\[(\d+)\]</sup>)?', told)
    assert len(links) > 50
    assert all(number for number, _ in links)
    addresses = re.findall(r'href="(http[^"]*)"', sources)
    assert re.findall(r'<span class="address">(.*?)</span>', sources) == addresses
    assert max(int(number) for _, number in links) <= len(addresses)


def test_what_is_asked_wrongly_is_named(server: str) -> None:
    status, body, _ = get(f"{server}/brief/rio-de-janeira")
    assert status == 404
    assert "rio-de-janeiro" in json.loads(body)["message"]
    status, body, _ = get(f"{server}/brief/seoul?colour=red")
    assert status == 400
    assert "colour" in json.loads(body)["message"]
    status, body, _ = get(f"{server}/brief/seoul?city=busan")
    assert status == 400
    assert "seoul" in json.loads(body)["message"]


@pytest.mark.parametrize(("name", "tag"), [("pt", "pt-BR"), ("es", "es")])
def test_a_brief_and_a_picture_speak_the_language_of_their_address(name: str, tag: str) -> None:
    client = TestClient(Language(Starlette(routes=[*brief.routes, *charts.routes])))
    for address in ("/brief/seoul", "/chart/funding-by-city"):
        answer = client.get(address, params={"city": "seoul", "lang": name})
        assert answer.status_code == 200
        assert f'<html lang="{tag}">' in answer.text
        figures = json.loads(re.findall(r'<script type="application/json" id="\w+">(.*?)</script>', answer.text)[0])
        figure = figures[0] if isinstance(figures, list) else figures["figure"]
        assert figure["layout"]["separators"] == ",."


def test_texts_of_the_address_are_no_markup() -> None:
    text = brief.brief_html(Selection(city=("seoul",)), 'http://host/"><script>alert(1)</script>{{plotly}}')
    assert "<script>alert(1)" not in text
    assert text.count("{{plotly}}") == 1
