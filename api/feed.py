"""The feed of changes: `/feed.atom` (Atom 1.0, RFC 4287), newest first, with the filters of the pages.

An entry tells what one version of the data changed of one initiative, model or city. Entries come by
pages (RFC 5005) from the view `changes`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode
from uuid import NAMESPACE_URL, uuid5

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader

from api import answers
from api.queries import Refusal, page_problem, page_query
from ledger import dataset, views
from ledger.address import public_address
from ledger.brand import brand_of
from ledger.citation import authors, filter_words, in_words
from ledger.facts import Facts
from ledger.selection import Selection, choices

#: What the feed tells.
_VIEW = views.VIEWS["changes"]
#: Entries on a page.
ENTRIES = 100

#: What XML 1.0 cannot hold, escaped or not.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FEED = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    finalize=lambda value: _NO_XML.sub("", value) if isinstance(value, str) else value,
).get_template("feed.xml")

#: What a change may belong to, the first that it names: the column of the view, its table and the path of its page.
_OWNERS = {"model_id": ("models", "/m/"), "initiative_id": ("initiatives", "/i/"), "city_id": ("cities", "/c/")}
#: New claims that readers wait for, one and several of them.
_NEWS = {"disputes": ("dispute", "disputes"), "concedes": ("concession", "concessions")}
_DISPUTED = {"open": "disputed", "conceded": "disputed and conceded", "withdrawn": "dispute withdrawn"}


@dataclass(frozen=True)
class Line:
    """One change: what sort it is, what it says, the dispute about its row, and its source."""

    sort: str
    text: str
    disputed: str
    source_url: str
    publisher: str


@dataclass(frozen=True)
class Entry:
    """What one version changed of one thing; `sorts` holds the codes of its changes with their labels."""

    id: str
    title: str
    updated: str
    version: str
    address: str
    sorts: dict[str, str]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Link:
    """A link of the feed."""

    rel: str
    href: str
    type: str = "application/atom+xml"


def feed(request: Request) -> Response:
    """The feed for the filters of the address, or what is wrong with it."""
    facts = dataset.facts()
    try:
        asked, page = page_query(request)
        selection = _VIEW.relevant(asked)
        base = public_address(str(request.url))
        found = entries(facts, selection, base)
        if page > pages(found):
            raise Refusal([page_problem(str(page), pages(found))])
    except Refusal as refusal:
        return answers.refused(refusal.problems)
    return answers.send(
        request,
        lambda: [atom(facts, selection, base, found, page)],
        answers.ATOM,
        headers={
            "X-Filters": selection.address().removeprefix("?"),
            **({"X-Filters-Without-Effect": ", ".join(ignored)} if (ignored := _VIEW.without_effect(asked)) else {}),
        },
    )


def pages(found: list[Entry]) -> int:
    """The number of pages; a feed without entries is one page."""
    return max(1, -(-len(found) // ENTRIES))


def entries(facts: Facts, selection: Selection, base: str) -> list[Entry]:
    """The entries for a selection, newest first; `base` is the public address."""
    table = views.table(_VIEW.id, facts, selection)
    rows: list[dict[str, str]] = table.astype(object).where(table.notna(), "").to_dict("records")
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        owner = next((name for name in _OWNERS if row[name]), "row_id")
        key = row[owner] if owner in _OWNERS else f"{row['table']}/{row['row_id']}"
        groups.setdefault((row["version"], owner, key), []).append(row)
    sorts = {one.value: one.label for one in facts.descriptor.categories("history", "change")} if rows else {}
    there = {owner: set(facts.tables[table]["id"]) for owner, (table, _) in _OWNERS.items()}
    package = str(facts.descriptor.raw.get("name", ""))
    return [_entry(key, rows, package, base, sorts, there) for key, rows in groups.items()]


def _entry(
    key: tuple[str, str, str],
    rows: list[dict[str, str]],
    package: str,
    base: str,
    sorts: dict[str, str],
    there: dict[str, set[str]],
) -> Entry:
    version, owner, name = key
    first = rows[0]
    where = f" ({first['city']})" if first["city"] and owner != "city_id" else ""
    # What was removed since has no page any more; its city has.
    page = next((path + first[one] for one, (_, path) in _OWNERS.items() if first[one] in there[one]), "/data#changes")
    return Entry(
        id=_urn(package, owner, name, version),
        title=f"{first['about']}{where}: {_summary(rows, name, sorts)}",
        updated=f"{first['changed_on']}T00:00:00Z",
        version=version,
        address=base + page,
        sorts={code: label for code, label in sorts.items() if any(row["change"] == code for row in rows)},
        lines=tuple(
            Line(
                sort=sorts[row["change"]],
                text=row["what_changed"],
                disputed=_DISPUTED.get(row["disputed"], ""),
                source_url=row["source_url"] if row["source_url"].startswith(("http://", "https://")) else "",
                publisher=row["publisher"],
            )
            for row in rows
        ),
    )


def _summary(rows: list[dict[str, str]], name: str, sorts: dict[str, str]) -> str:
    """What happened, in few words.

    Whether the thing itself is new or gone; else the number of changes of each sort, with new
    disputes and concessions for themselves.
    """
    itself = {row["change"] for row in rows if row["row_id"] == name}
    if "added" in itself:
        return "new in the data"
    if "removed" in itself:
        return "removed from the data"
    numbers = Counter(
        row["stance"] if row["change"] == "added" and row["stance"] in _NEWS else row["change"] for row in rows
    )
    names = {**_NEWS, **{code: (label.lower(), label.lower()) for code, label in sorts.items()}}
    order = dict.fromkeys(("moved_up", *names))
    return ", ".join(f"{numbers[code]} {names[code][numbers[code] > 1]}" for code in order if numbers[code])


def _urn(*names: str) -> str:
    """An id made of names alone: it stays the same wherever the dashboard stands and whatever it is asked by."""
    return uuid5(NAMESPACE_URL, "/".join(map(quote_plus, names))).urn


def atom(facts: Facts, selection: Selection, base: str, found: list[Entry], page: int = 1) -> bytes:
    """A page of the feed as XML."""
    words = in_words(filter_words(selection, choices(facts)))
    descriptor = facts.descriptor
    licence = next(iter(descriptor.licenses), {})
    shown = found[(page - 1) * ENTRIES : page * ENTRIES]
    xml = _FEED.render(
        id=_urn(str(descriptor.raw.get("name", "")), selection.address("changes")),
        title=f"{brand_of(descriptor).title}: what changed" + (f" ({words})" if words else ""),
        updated=found[0].updated if found else f"{descriptor.created}T00:00:00Z",
        authors=authors(descriptor),
        generator=brand_of(descriptor).title,
        base=base,
        rights=licence.get("title") or licence.get("name", ""),
        links=[*_links(selection, base, page, pages(found)), *_licence(licence)],
        entries=shown,
    )
    return xml.encode()


def _links(selection: Selection, base: str, page: int, last: int) -> Iterable[Link]:
    """The feed itself, the page for people, and the other pages of the feed."""

    def address(number: int) -> str:
        query = [*selection.query(), *([("page", str(number))] if number > 1 else [])]
        return f"{base}/feed.atom" + (f"?{urlencode(query)}" if query else "")

    yield Link("self", address(page))
    yield Link("alternate", f"{base}{selection.address('/data')}#changes", "text/html")
    if last > 1:
        yield Link("first", address(1))
        yield Link("last", address(last))
    if page > 1:
        yield Link("previous", address(page - 1))
    if page < last:
        yield Link("next", address(page + 1))


def _licence(licence: Any) -> Iterable[Link]:
    if str(licence.get("path", "")).startswith(("http://", "https://")):
        yield Link("license", str(licence["path"]), "text/html")
