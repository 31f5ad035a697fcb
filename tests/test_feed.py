"""The feed of changes: valid Atom for every filter, of the same rows as the view, whatever stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import feedparser
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.feed import ENTRIES, atom, entries
from ledger import dataset, views
from ledger.address import VARIABLE
from ledger.facts import Facts, facts_of
from ledger.selection import Selection
from ledger.tables import Tables, open_package
from tests.asking import get
from tests.test_history import HUB, HUB_ANNOUNCED
from tests.test_pages import open_page
from tests.versions import add, change, first_version, next_version, recorded, remove
from web import frontend

BASE = "http://localhost"
ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
#: A day with its time, as RFC 3339 writes it.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Facts, Facts]:
    """Rio as it was published first, and a version later: a figure moves up, an initiative is gone, a dispute comes."""
    old = first_version(tmp_path_factory.mktemp("rio") / "2026.11.23")
    new = next_version(old)
    change(new, "funding", HUB_ANNOUNCED, stage="contracted")
    change(new, "metrics", f"{HUB}-m1", value="12000")
    for goal in _goals(new, "rio-de-janeiro-coppe-ai-hub"):
        remove(new, "initiative_goals", goal)
    for table in ("initiative_partners", "initiative_sources"):
        _without(new, table, "rio-de-janeiro-coppe-ai-hub")
    remove(new, "initiatives", "rio-de-janeiro-coppe-ai-hub")
    add(new, "claims", "claim-rio35-merge", id="claim-new", subject_type="model", subject_id="rio-3-preview",
        statement="It is a merge too.", responds_to="claim-rio3-preview-merge")  # fmt: skip
    recorded(old, new)
    return facts_of(open_package(old)), facts_of(open_package(new))


def _goals(folder: Path, initiative: str) -> list[str]:
    frame = pd.read_csv(folder / "initiative_goals.csv", dtype="str").query("initiative_id == @initiative")
    return ["/".join(row) for row in frame[["initiative_id", "goal", "source_id"]].itertuples(index=False)]


def _without(folder: Path, table: str, initiative: str) -> None:
    frame = pd.read_csv(folder / f"{table}.csv", dtype="str", keep_default_na=False)
    frame.query("initiative_id != @initiative").to_csv(folder / f"{table}.csv", index=False)


def pages(query: str = "") -> Iterator[Element]:
    """Every page of the feed, by its links to the next."""
    address = f"/feed.atom{query}"
    while address:
        answer = get(address)
        assert answer.status == 200, answer.content
        root = ElementTree.fromstring(answer.content)
        yield root
        following = link(root, "next")
        address = following.removeprefix(BASE) if following else ""


def link(element: Element, rel: str) -> str:
    """The address of the one link of this relation; "" where there is none."""
    found = [one.attrib["href"] for one in element.findall(f"{ATOM}link") if one.attrib["rel"] == rel]
    assert len(found) <= 1
    return "".join(found)


def text(element: Element, name: str) -> str:
    """The text of the one child of this name."""
    (child,) = element.findall(f"{ATOM}{name}")
    return str(child.text)


def lines(root: Element) -> list[str]:
    """Every change that a page of the feed lists."""
    return ["".join(one.itertext()) for one in root.iter(f"{XHTML}li")]


# What it is


def test_every_page_of_the_feed_is_valid_and_complete() -> None:
    every = list(pages())

    assert len(every) > 1
    for number, root in enumerate(every, 1):
        parsed = feedparser.parse(get(f"/feed.atom?page={number}").content)
        assert (parsed.bozo, parsed.version) == (0, "atom10")
        assert len(parsed.entries) == len(root.findall(f"{ATOM}entry")) <= ENTRIES
        assert text(root, "id").startswith("urn:uuid:")
        assert text(root, "title") == "Municipal AI Investment Dashboard: what changed"
        assert MOMENT.fullmatch(text(root, "updated"))
        assert root.findtext(f"{ATOM}author/{ATOM}name") == "Municipal AI Investment Dashboard contributors"
        assert text(root, "rights") == "Creative Commons Attribution 4.0 International"
        assert text(root, "generator") == "Municipal AI Investment Dashboard"
        for entry in root.findall(f"{ATOM}entry"):
            assert text(entry, "title").strip()
            assert MOMENT.fullmatch(text(entry, "updated"))
            assert urlsplit(link(entry, "alternate")).path.startswith(("/i/", "/m/", "/c/"))
            assert entry.find(f"{ATOM}content[@type='xhtml']/{XHTML}div") is not None
            assert entry.findall(f"{ATOM}category")


def test_an_entry_tells_of_each_change_stage_payer_amount_and_source() -> None:
    (root,) = pages(f"?initiative={HUB}")
    (entry,) = root.findall(f"{ATOM}entry")

    assert text(entry, "title") == "Porto Maravalley technology hub (Rio de Janeiro): new in the data"
    assert link(entry, "alternate") == f"{BASE}/i/{HUB}"
    spent = next(one for one in entry.iter(f"{XHTML}li") if "BRL 90 million, spent" in str(one.text))
    assert "payer: Prefeitura do Rio (city)" in str(spent.text)
    (source,) = spent.iter(f"{XHTML}a")
    assert source.attrib["href"].startswith("https://")


def test_ids_are_unique_and_entries_are_one_for_each_thing_and_version() -> None:
    ids = [text(entry, "id") for root in pages() for entry in root.findall(f"{ATOM}entry")]
    table = views.table("changes", dataset.facts(), Selection())
    # A model may have the id of its initiative.
    things = "model " + table["model_id"]
    for owner in ("initiative_id", "city_id", "row_id"):
        things = things.fillna(f"{owner} " + table[owner])

    assert len(set(ids)) == len(ids) == len(set(zip(table["version"], things, strict=True)))


def test_ids_stay_the_same_wherever_the_feed_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    (here,) = pages("?city=seoul")
    monkeypatch.setenv(VARIABLE, "https://ai.example.org")
    elsewhere = ElementTree.fromstring(get("/feed.atom?city=seoul").content)

    assert link(elsewhere, "self") == "https://ai.example.org/feed.atom?city=seoul"
    assert text(elsewhere, "id") == text(here, "id")
    assert [text(one, "id") for one in elsewhere.iter(f"{ATOM}entry")] == [
        text(one, "id") for one in here.iter(f"{ATOM}entry")
    ]


def test_a_feed_for_other_filters_is_another_feed_with_the_same_entries() -> None:
    (city,) = pages("?city=rio-de-janeiro")
    (hub,) = pages(f"?initiative={HUB}")

    assert text(city, "id") != text(hub, "id")
    assert {text(one, "id") for one in hub.iter(f"{ATOM}entry")} < {
        text(one, "id") for one in city.iter(f"{ATOM}entry")
    }


# Versions


def test_the_latest_version_comes_first(two_versions: tuple[Facts, Facts]) -> None:
    root = ElementTree.fromstring(atom(two_versions[1], Selection(), BASE, entries(two_versions[1], Selection(), BASE)))
    updated = [text(entry, "updated") for entry in root.iter(f"{ATOM}entry")]

    assert updated == sorted(updated, reverse=True)
    assert set(updated) == {"2026-12-01T00:00:00Z", "2026-11-23T00:00:00Z"}
    assert text(root, "updated") == updated[0]


def test_titles_say_what_happened(two_versions: tuple[Facts, Facts]) -> None:
    latest = {
        one.title: one for one in entries(two_versions[1], Selection(), BASE) if one.updated.startswith("2026-12-01")
    }

    assert list(latest) == [
        "Coppe AI hub in the Automóvel Club building (Rio de Janeiro): removed from the data",
        "Porto Maravalley technology hub (Rio de Janeiro): 1 moved up, 1 corrected or updated",
        "Rio 3 Preview (Rio de Janeiro): 1 dispute",
    ]
    gone, hub, model = latest.values()
    # What is gone has no page any more; its city has.
    assert [one.address for one in (gone, hub, model)] == [
        f"{BASE}/c/rio-de-janeiro", f"{BASE}/i/{HUB}", f"{BASE}/m/rio-3-preview",
    ]  # fmt: skip
    assert hub.sorts == {"moved_up": "Moved up", "corrected": "Corrected or updated"}
    assert [line.text for line in hub.lines if line.sort == "Moved up"] == [
        "Stage: Announced → Contracted. BRL 30 million, contracted, dated 2022-11-17; payer: Prefeitura do Rio (city)"
    ]
    assert model.lines[0].text.startswith("Dispute about provenance, by ")
    assert model.lines[0].disputed == "disputed"


def test_a_later_version_changes_no_entry_of_an_earlier_one(two_versions: tuple[Facts, Facts]) -> None:
    before, after = ({one.id: one for one in entries(facts, Selection(), BASE)} for facts in two_versions)

    assert set(before) < set(after)
    for name, entry in before.items():
        assert (after[name].title, after[name].updated) == (entry.title, entry.updated)
        assert [line.text for line in after[name].lines] == [line.text for line in entry.lines]


def test_a_package_without_a_history_has_an_empty_feed_that_is_valid(two_versions: tuple[Facts, Facts]) -> None:
    tables = two_versions[0].tables
    frames = {**tables.frames, "history": tables["history"].head(0)}
    facts = facts_of(Tables(frames, tables.descriptor, "without"))
    parsed = feedparser.parse(atom(facts, Selection(), BASE, entries(facts, Selection(), BASE)))

    assert (parsed.bozo, parsed.entries) == (0, [])
    assert parsed.feed.updated == "2026-11-23T00:00:00Z"


# Filters


@pytest.mark.parametrize(
    "query",
    [
        "?city=rio-de-janeiro", "?city=rio-de-janeiro&disputed=only", "?country=BR&kind=research", "?stage=spent",
        "?public=only&from=2026&to=2026", "?model=rio-3-5-open-397b", "?size=under-250k&disputed=exclude", "?to=2025",
        "?goal=energy&continent=Europe", "?city=seoul&lens=intl&per_resident=true",
    ],
)  # fmt: skip
def test_the_filters_of_the_feed_are_those_of_the_view(query: str) -> None:
    view = get(f"/api/v1/views/changes.json{query}").json()
    roots = list(pages(query))
    told = [line for root in roots for line in lines(root)]

    assert len(told) == view["total_rows"]
    for line, row in zip(told, view["rows"], strict=False):
        assert " ".join(str(row["what_changed"]).split()) in " ".join(line.split())


def test_a_feed_for_a_filter_says_so_and_leads_to_the_page_with_it() -> None:
    (root,) = pages("?disputed=exclude&city=seoul&lens=intl")

    assert text(root, "title").endswith("what changed (city: Seoul; disputed facts: Leave out)")
    assert link(root, "self") == f"{BASE}/feed.atom?city=seoul&disputed=exclude"
    assert link(root, "alternate") == f"{BASE}/data?city=seoul&disputed=exclude#changes"


@pytest.mark.parametrize(
    "query", ["city=riodejaneiro", "colour=red", "from=x", "public=true", "city=", "city=x&kind=y&lens=eur"]
)
def test_what_is_not_understood_is_refused_in_the_words_of_the_pages(query: str) -> None:
    refused, by_view = get(f"/feed.atom?{query}"), get(f"/api/v1/views/changes.csv?{query}")

    assert (refused.status, by_view.status) == (400, 400)
    assert {one["message"] for one in refused.json()["problems"]} == {
        one["message"] for one in by_view.json()["problems"]
    }
    assert refused.headers["access-control-allow-origin"] == "*"


# Pages


def test_pages_lead_to_one_another() -> None:
    every = list(pages())
    last = len(every)
    addresses = [f"{BASE}/feed.atom", *(f"{BASE}/feed.atom?page={number}" for number in range(2, last + 1))]

    assert [link(root, "self") for root in every] == addresses
    assert [link(root, "previous") for root in every] == ["", *addresses[:-1]]
    assert {(link(root, "first"), link(root, "last")) for root in every} == {(addresses[0], addresses[-1])}
    assert len({text(root, "id") for root in every}) == 1
    assert sum(len(lines(root)) for root in every) == len(dataset.facts().tables["history"])


@pytest.mark.parametrize("page", ["0", "-1", "8", "x", "", "1.5", "01", "99999999999999999999", "1&page=2", "%00"])
def test_a_page_that_there_is_not_is_refused(page: str) -> None:
    answer = get(f"/feed.atom?page={page}")

    assert answer.status == 400
    assert {one["name"] for one in answer.json()["problems"]} == {"page"}


# HTTP


def test_a_copy_of_the_feed_that_still_holds_is_not_sent_again() -> None:
    first = get("/feed.atom?city=seoul")
    tag, changed = first.headers["etag"].encode(), first.headers["last-modified"].encode()

    assert first.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert "max-age" in first.headers["cache-control"]
    for known in ((b"if-none-match", tag), (b"if-modified-since", changed)):
        again = get("/feed.atom?city=seoul", headers=[known])
        assert (again.status, again.content) == (304, b"")
        assert again.headers["access-control-allow-origin"] == "*"
    assert get("/feed.atom?city=dubai", headers=[(b"if-none-match", tag)]).status == 200


def test_the_head_of_the_feed_can_be_asked_for_alone_and_nothing_can_be_sent() -> None:
    head, whole = get("/feed.atom", method="HEAD"), get("/feed.atom")

    assert head.status == 200
    assert head.headers["content-length"] == str(len(whole.content))
    for method in ("POST", "PUT", "DELETE"):
        refused = get("/feed.atom", method=method)
        assert refused.status == 405
        assert {one.strip() for one in refused.headers["allow"].split(",")} == {"GET", "HEAD"}


def test_a_program_in_a_browser_may_say_which_feed_it_holds_already() -> None:
    wanted = (b"access-control-request-method", b"GET"), (b"access-control-request-headers", b"if-none-match")
    asked = get("/feed.atom?city=seoul", method="OPTIONS", headers=wanted)
    assert asked.status == 200
    assert asked.headers["access-control-allow-headers"] == "if-none-match"
    assert asked.headers["access-control-allow-methods"] == "GET, HEAD"


# Whatever stands in the data

HOSTILE = (
    "<script>alert(1)</script>", "]]>", "&amp; & &#0;", "\"'><img src=x onerror=alert(1)>", "<!--", "--><b>",
    "{{ 7 * 7 }}", "{% raw %}", "\x00\x08\x0b\x1f\ufffe\uffff", "<?xml?>", "\u202etxet", "😀", "a" * 10_000,
)  # fmt: skip


def hostile(tables: Tables, said: Sequence[str]) -> Facts:
    """Facts in whose texts anything may stand."""
    frames = dict(tables.frames)
    for table, columns in {
        "initiatives": ["name"], "models": ["name"], "cities": ["name"], "sources": ["publisher", "title"],
        "funding": ["funder_name"], "claims": ["statement", "claimant"], "metrics": ["unit"],
    }.items():  # fmt: skip
        frame = frames[table].copy()
        for column in columns:
            frame[column] = [said[place % len(said)] for place in range(len(frame))]
        frames[table] = frame
    return facts_of(Tables(frames, tables.descriptor, f"hostile {hash(tuple(said))}"))


def checked(content: bytes) -> Element:
    """The feed, where it holds no element and no link but its own."""
    parsed = feedparser.parse(content)
    root = ElementTree.fromstring(content)
    assert parsed.bozo == 0
    assert {one.tag.removeprefix(XHTML) for one in root.iter() if one.tag.startswith(XHTML)} <= {
        "div", "ul", "li", "a", "p",
    }  # fmt: skip
    assert {name for one in root.iter(f"{XHTML}a") for name in one.attrib} <= {"href"}
    return root


def test_text_of_the_data_is_never_markup(two_versions: tuple[Facts, Facts]) -> None:
    facts = hostile(two_versions[1].tables, HOSTILE)
    root = checked(atom(facts, Selection(), BASE, entries(facts, Selection(), BASE)))

    told = "".join(root.itertext())
    for one in ("<script>alert(1)</script>", "]]>", "&amp; & &#0;", "{{ 7 * 7 }}", "😀"):
        assert one in told


@settings(max_examples=12, deadline=None)
@given(said=st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=12))
def test_any_text_gives_xml_that_a_strict_parser_reads(two_versions: tuple[Facts, Facts], said: list[str]) -> None:
    facts = hostile(two_versions[1].tables, said)
    found = entries(facts, Selection(), BASE)
    root = checked(atom(facts, Selection(), BASE, found))

    assert len(root.findall(f"{ATOM}entry")) == len(found)


def test_an_address_that_is_none_of_the_web_is_no_link(two_versions: tuple[Facts, Facts]) -> None:
    tables = two_versions[1].tables
    sources = tables["sources"].assign(url="javascript:alert(1)")
    facts = facts_of(Tables({**tables.frames, "sources": sources}, tables.descriptor, "no links"))
    root = checked(atom(facts, Selection(), BASE, entries(facts, Selection(), BASE)))

    assert lines(root)
    assert not list(root.iter(f"{XHTML}a"))


# Where it is found


def test_pages_name_the_feed_in_their_head() -> None:
    assert re.search(
        r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="/feed\.atom">',
        frontend.page("Dashboard", "What it shows.", "en").decode().partition("</head>")[0],
    )


def test_the_data_page_names_the_feed_for_the_filters_that_are_on() -> None:
    query = [("city", "rio-de-janeiro"), ("disputed", "only"), ("lens", "intl")]
    every = [one.value for one in open_page("data").code]
    rio = [one.value for one in open_page("data", query).code]

    assert "/feed.atom" in every
    assert "/feed.atom?city=rio-de-janeiro&disputed=only" in rio
