"""Plain pages tell what the dashboard tells, to browsers without JavaScript, on slow lines and in text."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from html import escape, unescape
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from components.telling import Kind, plain_address
from components.words import MONEY
from ledger import dataset, views
from ledger.facts import Facts, facts_of
from ledger.selection import Selection, choices
from web import crawlers, plain

BASE = "https://ai.example.org"
FACTS = dataset.facts()
KINDS: tuple[Kind, ...] = ("city", "initiative", "model")
#: All cities and models, and of the initiatives, whose pages are much alike, every fourth.
EVERY = [(kind, name) for kind in KINDS for name in list(choices(FACTS)[kind])[:: 4 if kind == "initiative" else 1]]
#: So that several processes share the work.
PARTS = 8
RIO = plain.render(plain.page_of(FACTS, "city", "rio-de-janeiro"), BASE)
VOID = {"meta", "link", "br", "img", "hr", "input", "col", "wbr"}


class Page(HTMLParser):
    """What a page holds, read strictly: elements that are not closed in their order are a fault."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.scripts: list[str] = []
        self.metas: dict[str, str] = {}
        self.canonical = self.title = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element."""
        given = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") or name == "style" for name in given), (tag, given)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if tag == "link" and given.get("rel") == "canonical":
            self.canonical = given["href"]
        if tag == "meta":
            self.metas[given.get("name") or given.get("property", "")] = given.get("content", "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag == "script":
            assert given.get("type") == "application/ld+json"
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take text to the element that it stands in."""
        if not self.open:
            return
        if self.open[-1] == "script":
            self.scripts[-1] += data
        elif self.open[-1] == "title":
            self.title += data
        elif heading := [tag for tag in self.open if re.fullmatch("h[1-6]", tag)]:
            level, text = self.headings[-1]
            assert level == int(heading[-1][1])
            self.headings[-1] = (level, text + data)


def ask(server: str, path: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer, errors too."""
    try:
        with urllib.request.urlopen(server + path, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_whole_light_and_says_what_it_is(part: int) -> None:
    for kind, name in EVERY[part::PARTS]:
        html = plain.render(plain.page_of(FACTS, kind, name), BASE)
        assert len(html.encode()) < 100_000, (kind, name)
        page = Page(html)
        assert page.canonical == page.metas["og:url"] == BASE + plain_address(kind, name)
        assert choices(FACTS)[kind][name] in page.title
        assert 20 < len(page.metas["description"]) <= 310
        assert page.metas["og:title"] in page.title
        levels = [level for level, _ in page.headings]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(text.strip() for _, text in page.headings)
        assert all(after - before <= 1 for before, after in pairwise(levels)), (kind, name, levels)
        assert len(page.ids) == len(set(page.ids)), (kind, name)
        assert all(re.match(r"(https?:/)?/|#", link) for link in page.links), (kind, name)
        (data,) = page.scripts
        said = json.loads(data)
        assert said["about"]["name"] == choices(FACTS)[kind][name]
        assert (said["url"], said["description"]) == (page.canonical, page.metas["description"])
        assert not re.search(r"[:,\[](null|NaN)", data)


def test_lists_lead_to_every_city_initiative_and_model() -> None:
    reached = set()
    for path in plain.list_paths(FACTS):
        told = plain.list_of(FACTS, path)
        assert told
        html = plain.render(told, BASE)
        assert len(html.encode()) < 100_000
        reached |= set(Page(html).links)
    assert {plain_address(kind, name) for kind, name in EVERY} <= reached


def test_links_between_pages_lead_to_pages_that_there_are() -> None:
    there = set(crawlers.paths(FACTS))
    for kind, name in EVERY[::25]:
        for link in Page(plain.render(plain.page_of(FACTS, kind, name), BASE)).links:
            path = link.partition("#")[0].partition("?")[0]
            if re.match("/[cim]/", path):
                assert path in there, (name, link)


def test_each_figure_stands_with_its_stage_payer_date_and_source() -> None:
    figures = views.table("funding-register", FACTS, Selection(initiative=("rio-de-janeiro-rio-ai-city",)))
    disputed = figures[(figures["amount"] == 550_000_000) & (figures["currency"] == "USD")]
    assert len(disputed) == 2
    html = plain.render(plain.page_of(FACTS, "initiative", "rio-de-janeiro-rio-ai-city"), BASE)
    entries = re.findall(r"<li>.*?</li>", html, re.DOTALL)
    for row in disputed.itertuples():
        (entry,) = [part for part in entries if "not added" in part and f'href="{row.source_url}"' in part]
        text = " ".join(unescape(re.sub("<[^>]+>", " ", entry)).split())
        for said in (
            FACTS.descriptor.label("funding", "stage", row.stage),
            "disputed: open",
            row.dated[:4],
            row.reason,
        ):
            assert said in text
        assert ("private money" in text) == (row.funder == "private")


def test_a_sum_stands_with_the_dates_and_sources_of_what_it_adds_alone() -> None:
    html = plain.render(plain.page_of(FACTS, "initiative", "rio-de-janeiro-rio-ai-city"), BASE)
    figures = views.table("funding-register", FACTS, Selection(initiative=("rio-de-janeiro-rio-ai-city",)))
    (added,) = figures[figures["counted"]].itertuples()
    rows = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in re.findall("<tr .*?</tr>", html)]
    (row,) = [row for row in rows if "(1 figure)" in row]
    said = f"Estimated {MONEY[added.payer]} US$ 65 bn (1 figure) ⚑ disputed 1 Jul 2025 {added.publisher}"
    assert row == said
    assert sum("none counted" in row and "nothing is added" in row for row in rows) == 3


def test_an_initiative_has_as_many_sources_above_as_it_lists() -> None:
    for name in list(choices(FACTS)["initiative"])[::40]:
        html = plain.render(plain.page_of(FACTS, "initiative", name), BASE)
        above, below = re.findall(r"(\d+) sources?, \d+ (?:of them )?official", html)
        assert above == below, name


def test_a_page_of_one_speaks_of_one() -> None:
    html = plain.render(plain.page_of(FACTS, "initiative", "rio-de-janeiro-rio-ai-city"), BASE)
    assert "How far has its money come?" in html
    (heads,) = re.findall("<thead.*?</thead>", html)
    assert "Initiative" not in heads
    assert "Choose cities in the filter" not in RIO


def test_a_city_of_which_no_initiative_is_recorded_says_so_and_blames_no_filter() -> None:
    without = set(FACTS.tables["cities"]["id"]) - set(FACTS.tables["initiatives"]["city_id"])
    assert without
    for name in without:
        html = plain.render(plain.page_of(FACTS, "city", name), BASE)
        assert "No initiative of this city is recorded." in html
        assert "filter" not in html


def test_texts_of_a_page_itself_are_never_markup() -> None:
    bad = "<script>alert(1)</script>&\"'"
    told = plain.Told("/c/x", bad, bad, bad, "", (), ((f"/x?{bad}", bad),), {"name": bad})
    page = Page(plain.render(told, BASE))
    assert page.headings == [(1, bad)]
    assert page.metas["description"] == bad
    assert json.loads(page.scripts[0])["about"]["name"] == bad


@pytest.mark.parametrize(
    ("kind", "name"),
    [("city", "rio-de-janeiro"), ("initiative", "rio-de-janeiro-rio-ai-city"), ("model", "rio-3-5-open-397b")],
)
def test_texts_of_the_data_are_never_markup_and_only_web_addresses_are_links(
    monkeypatch: pytest.MonkeyPatch, kind: Kind, name: str
) -> None:
    mark = '</script><b onclick="alert(1)">'
    tried = hostile(mark)
    monkeypatch.setattr(dataset, "facts", lambda: tried)
    told = plain.page_of(tried, kind, name)
    html = plain.render(told, BASE)

    page = Page(html)
    assert "<b " not in html
    assert escape(mark) in html
    assert page.headings[0][1].endswith(mark)
    assert json.loads(page.scripts[0])["about"]["name"].endswith(mark)
    assert not [link for link in page.links if not re.match(r"(https?:/)?/|#", link)]


def hostile(mark: str) -> Facts:
    """The dataset with `mark` at the end of every text that people wrote, and addresses that no browser may open."""
    frames = dict(FACTS.tables.frames)
    for resource in FACTS.descriptor.raw["resources"]:
        name = resource["name"]
        if name == "history" or "schema" not in resource:
            continue
        frame = frames[name].copy()
        for field in resource["schema"]["fields"]:
            column, rules = field["name"], field.get("constraints", {})
            if column.endswith("url"):
                frame[column] = frame[column].mask(frame[column].notna(), "javascript:alert(1)")
            elif field["type"] == "string" and not {"enum", "pattern"} & set(rules) and not column.endswith("id"):
                frame[column] = frame[column] + mark
        frames[name] = frame
    return facts_of(replace(FACTS.tables, frames=frames, version="hostile"))


@pytest.fixture(scope="module")
def rio_as_text() -> str:
    """The page of Rio de Janeiro as a text browser shows it."""
    run = subprocess.run(
        ["w3m", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", "-cols", "80", "-dump"],
        input=RIO, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    return run.stdout


def test_rio_reads_from_top_to_bottom_in_a_text_browser(rio_as_text: str) -> None:
    headings = [text.strip() for level, text in Page(RIO).headings if level < 3]
    places = []
    at = 0
    for heading in headings:
        found = re.compile(rf"^{re.escape(heading)}$", re.MULTILINE).search(rio_as_text, at)
        assert found, heading
        at = found.end()
        places.append(found.start())
    assert places == sorted(places)
    assert headings[0] == "Rio de Janeiro"
    assert rio_as_text.index("Cities") < places[0] < rio_as_text.index("The same on the dashboard")
    assert rio_as_text.rstrip().endswith("/c/rio-de-janeiro")


def test_rio_tells_of_the_disputed_money_and_of_the_conceded_model(rio_as_text: str) -> None:
    text = " ".join(rio_as_text.split())
    assert "US$ 550 M Committed private money not added disputed: open" in text
    assert "US$ 550 M Committed payer unknown not added disputed: open" in text
    assert "Rio 3.5 Open 397B origin disputed: conceded" in text
    assert text.index("US$ 550 M") < text.index("Rio 3.5 Open 397B origin")


def test_scores_in_percent_line_up_and_have_their_unit_in_both_tables() -> None:
    page = plain.render(plain.page_of(FACTS, "model", "rio-3-5-open-397b"), BASE)
    scores = re.findall(r"<td[^>]*>(\S+) %", page)
    assert len(scores) > 40
    assert all(re.fullmatch(r"\d+\.\d+", score) for score in scores)


# As they are served


def test_pages_are_served_without_scripts_frames_or_outside_addresses(server: str) -> None:
    status, headers, text = ask(server, "/c/rio-de-janeiro?utm_source=somewhere")
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert Page(text).canonical == f"{server}/c/rio-de-janeiro"
    again = urllib.request.Request(f"{server}/c/rio-de-janeiro?utm_source=somewhere")
    again.add_header("If-None-Match", headers["etag"])
    with pytest.raises(urllib.error.HTTPError, match="304"):
        urllib.request.urlopen(again, timeout=30)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/c/rio", "/c/rio-de-janeiro"),
        ("/c/Rio%20de%20Janeiro", "/c/rio-de-janeiro"),
        ("/i/rio-ai-city", "/i/rio-de-janeiro-rio-ai-city"),
        ("/m/rio-3.5", "/m/rio-3-5-open-397b"),
        ("/i/in/zz", ""),
        ("/c/%3Cscript%3E", ""),
    ],
)
def test_an_unknown_name_is_a_page_that_says_what_comes_close(server: str, path: str, meant: str) -> None:
    status, _, text = ask(server, path)
    assert status == 404
    page = Page(text)
    assert page.metas["robots"] == "noindex"
    assert not meant or meant in page.links
    assert {"/c", "/i", "/m"} <= set(page.links)


def locations(text: str) -> Iterator[tuple[str, str]]:
    """Each address of a sitemap with its day."""
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    for url in ElementTree.fromstring(text).findall("s:url", space):
        yield url.findtext("s:loc", "", space), url.findtext("s:lastmod", "", space)


def test_the_sitemap_lists_every_page_and_they_answer(server: str) -> None:
    status, _, text = ask(server, "/sitemap.xml")
    listed = dict(locations(text))
    assert status == 200
    assert set(listed.values()) == {FACTS.descriptor.created}
    assert {f"{server}{plain_address(kind, name)}" for kind, name in EVERY} <= set(listed)
    for address in [f"{server}{path}" for path in plain.list_paths(FACTS)] + list(listed)[::60]:
        assert address in listed
        assert ask(address, "")[0] == 200, address


def test_robots_are_led_to_the_sitemap_and_kept_from_countless_filters(server: str) -> None:
    status, _, text = ask(server, "/robots.txt")
    assert status == 200
    assert f"Sitemap: {server}/sitemap.xml" in text
    assert "Disallow: /api/v1/views/" in text
    assert not re.search("Disallow: /[cim](/|$)", text, re.MULTILINE)


@pytest.mark.parametrize(("language", "said"), [("en", "Cities"), ("pt", "Cidades"), ("es", "Ciudades")])
def test_the_page_that_needs_javascript_leads_to_those_that_do_not(server: str, language: str, said: str) -> None:
    _, _, text = ask(server, f"/?lang={language}")
    (without,) = re.findall("<noscript>.*?</noscript>", text, re.DOTALL)
    assert f">{said}</a>" in without
    assert all(f'href="{path}"' in without for path in ("/c", "/i", "/m"))
