"""Plain pages and embeds speak the reader's language, say which it is, keep it in links and name the others."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from components.telling import plain_address
from ledger import dataset
from ledger.facts import Facts
from ledger.language import speaking
from ledger.selection import FILES, Selection
from tests.pseudo import CLOSE, OPEN, speak_pseudo, untold
from web import brief, crawlers, embed, plain
from web.middleware import Language, Sentences

BASE = "http://testserver"
SITE = TestClient(
    Starlette(
        routes=[*plain.routes, *embed.routes, *crawlers.routes],
        middleware=[Middleware(Language), Middleware(Sentences)],
    )
)
RIO = "/c/rio-de-janeiro"
#: Pages and messages of all sorts.
EVERY_SORT = [
    "/c", "/i", "/i/in/br", "/m", "/c/rio", "/i/nothing-like-it", "/m/rio-3.5", "/i/in/zz", "/embed/nonsense",
    "/embed/funding-by-city?city=rio&theme=blue", "/embed/funding-by-city?city=aberdeen&from=2026&funder=private",
]  # fmt: skip


def links_of(html: str, *, kind: str = "a") -> list[dict[str, str]]:
    """The attributes of all links of a page, each element of a kind."""
    found = re.findall(rf"<{kind} ([^>]+)>", html)
    return [{name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', one)} for one in found]


def asked_of(html: str) -> set[str]:
    """The languages that links to other pages of the dashboard ask for, "" where a link asks for none."""
    here = [urlsplit(link["href"]) for link in links_of(html) if "hreflang" not in link]
    pages = [link for link in here if not link.scheme and link.path and not link.path.startswith(FILES)]
    assert pages
    return {language for link in pages for language in parse_qs(link.query).get("lang", [""])}


@pytest.mark.parametrize(
    ("address", "accepted", "tag", "kept"),
    [
        (RIO, "", "en", ""),
        (RIO, "pt-BR,pt;q=0.9,en;q=0.8", "pt-BR", ""),
        (RIO, "fr,es;q=0.5", "es", ""),
        (f"{RIO}?lang=es", "pt-BR", "es", "es"),
        (f"{RIO}?lang=en", "pt-BR", "en", "en"),
        (f"{RIO}?lang=tlh&utm_source=somewhere", "pt-BR", "pt-BR", ""),
        ("/c/nowhere?lang=es", "pt-BR", "es", "es"),
        ("/i/in/br?lang=pt", "", "pt-BR", "pt"),
        ("/i/rio-de-janeiro-rio-ai-city?lang=pt", "", "pt-BR", "pt"),
        ("/m/rio-3-5-open-397b?lang=pt", "", "pt-BR", "pt"),
        ("/embed/funding-by-city?lang=es&city=rio-de-janeiro", "", "es", "es"),
        ("/embed/nonsense?lang=pt", "", "pt-BR", "pt"),
        ("/embed/funding-by-city", "pt-BR", "pt-BR", ""),
    ],
)
def test_a_page_says_its_language_and_links_keep_the_one_that_was_chosen(
    address: str, accepted: str, tag: str, kept: str
) -> None:
    answer = SITE.get(address, headers={"Accept-Language": accepted})
    assert answer.headers["content-language"] == tag
    assert "Accept-Language" in answer.headers["vary"]
    assert f'<html lang="{tag}"' in answer.text
    assert asked_of(answer.text) == {kept}


def test_a_page_leads_to_itself_in_the_other_languages_and_is_told_from_them() -> None:
    html = SITE.get(f"{RIO}?lang=pt").text
    heads = links_of(html, kind="link")
    others = {link["hreflang"]: link["href"] for link in heads if "hreflang" in link}
    here = BASE + RIO
    assert others == {"en": f"{here}?lang=en", "pt-BR": f"{here}?lang=pt", "es": f"{here}?lang=es", "x-default": here}
    assert [link["href"] for link in heads if link["rel"] == "canonical"] == [f"{here}?lang=pt"]
    assert json.loads(re.findall(r'ld\+json">(.*?)</script>', html)[0])["inLanguage"] == "pt-BR"
    switch = [link for link in links_of(html) if "hreflang" in link]
    assert [(link["href"], link["lang"], link["hreflang"]) for link in switch] == [
        (f"{RIO}?lang=en", "en", "en"), (f"{RIO}?lang=pt", "pt-BR", "pt-BR"), (f"{RIO}?lang=es", "es", "es"),
    ]  # fmt: skip
    assert [link["lang"] for link in switch if "aria-current" in link] == ["pt-BR"]
    assert "hreflang" not in SITE.get("/embed/funding-by-city?lang=pt").text


def test_a_kept_page_holds_for_its_own_language_alone() -> None:
    english = SITE.get(RIO, headers={"Accept-Language": "en"})
    asked = {"If-None-Match": english.headers["etag"]}
    again = SITE.get(RIO, headers={"Accept-Language": "en", **asked})
    assert again.status_code == 304
    assert "Accept-Language" in again.headers["vary"]
    assert SITE.get(RIO, headers={"Accept-Language": "es", **asked}).status_code == 200


def test_an_embed_draws_a_figure_in_its_own_language() -> None:
    html = SITE.get("/embed/funding-by-city?city=rio-de-janeiro&lang=pt").text
    (spec,) = re.findall(r'data-spec="([^"]+)"', html)
    assert parse_qs(urlsplit(unescape(spec)).query)["lang"] == ["pt"]
    answer = SITE.get(f"{unescape(spec)}&theme=dark&narrow=true")
    assert answer.status_code == 200
    assert "Accept-Language" in answer.headers["vary"]
    refused = SITE.get("/embed/funding-by-city?lang=tlh")
    assert refused.status_code == 400
    assert "“tlh” is not a value of “lang”. Accepted: en, pt, es." in refused.text


def test_the_sitemap_names_each_page_in_every_language() -> None:
    text = SITE.get("/sitemap.xml").text
    (entry,) = [part for part in re.findall("<url>.*?</url>", text) if f"<loc>{BASE}{RIO}</loc>" in part]
    named = {(link["hreflang"], link["href"]) for link in links_of(entry, kind="xhtml:link")}
    assert named == set(plain.alternates(BASE + plain_address("city", "rio-de-janeiro")))


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Facts:
    """The facts, served in a language whose every message stands in brackets."""
    return speak_pseudo(monkeypatch)


@pytest.mark.parametrize("address", EVERY_SORT)
def test_every_word_of_a_page_can_be_translated(facts: Facts, address: str) -> None:
    html = SITE.get(address, headers={"Accept-Language": "pt-BR"}).text
    assert OPEN in html
    assert untold(html, facts) == []
    assert OPEN not in SITE.get(address).text


def test_every_word_of_a_brief_can_be_translated(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brief, "get_plotlyjs", lambda: "")
    for name in ("rio-de-janeiro", "seoul"):
        with speaking("pt"):
            html = brief.brief_html(Selection(city=(name,)), "http://host/")
        assert OPEN in html
        assert untold(html, facts) == []


def test_words_that_no_catalogue_holds_are_found(facts: Facts) -> None:
    said = f"<p>{OPEN}On <a href='/'>the page{CLOSE}</a> Rio de Janeiro, US$ 5, 13 de jun. de 2025</p>"
    assert untold(said, facts) == []
    assert untold(f"{said}<p lang='en'>a text</p><b translate='no'>x-y</b><style>b {{}}</style>", facts) == []
    assert untold(f"{said}<p>Rio de Janeiro forgot</p>", facts) == ["forgot"]
    assert untold(f"<img alt='a chart'>{said}", facts) == ["a chart"]


def test_a_page_made_for_one_reader_does_not_answer_another(facts: Facts) -> None:
    told = dataset.facts()
    with speaking("pt"):
        unchosen = plain.page_of(told, "city", "rio-de-janeiro").heading, plain.page_of(told, "city", "rio-de-janeiro")
    with speaking("pt", is_chosen=True):
        chosen = plain.page_of(told, "city", "rio-de-janeiro")
    english = plain.page_of(told, "city", "rio-de-janeiro")
    assert CLOSE in unchosen[1].title
    assert CLOSE not in english.title
    assert "lang=pt" not in unchosen[1].links[0][0]
    assert "lang=pt" in chosen.links[0][0]
