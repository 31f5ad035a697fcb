"""Rows of the dataset's tables, made of the figures of a process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.languages import get_official_languages

from ledger.cells import cells
from ledger.ocds.dates import planned_day
from ledger.ocds.figures import Figure, buyer_of, plain_name
from ledger.ocds.matching import Match
from ledger.ocds.names import digest, short_name, web_address
from ledger.ocds.processes import Key, Process, Stated
from ledger.ocds.shape import plain_text
from ledger.ocds.unused import Unused
from ledger.tables import Tables

#: The kinds of payer that a buyer may be, and the kind of organization that each is.
FUNDERS = {
    "city": "municipal",
    "metropolitan": "metropolitan",
    "regional": "regional",
    "national": "national",
    "international": "international",
    "development_bank": "development_bank",
}

#: What the table of matches says of each figure; its columns, each with what it means.
MATCHES = {
    "funding_id": "The figure, an id of `funding`.",
    "ocid": "The contracting process that states the figure.",
    "buyer": "The buyer as the release names it.",
    "matched": "What in the process says that it is about AI, and in which field.",
}

Row = dict[str, str]


@dataclass(frozen=True)
class Home:
    """The dataset that rows are made for, and what is known of its city.

    `funder` is the kind of payer that buyers are, `source` the address of files that name none themselves, or "".
    `languages` are those of texts of which the releases do not say it. `organizations` by plain name and `sources`
    by address are rows that the dataset has already.
    """

    tables: Tables
    city: str
    funder: str
    source: str
    country: str
    languages: tuple[str, ...]
    government: str
    organizations: Mapping[str, Row]
    sources: Mapping[str, Row]


def home_of(tables: Tables, city: str, funder: str = "city", source: str = "") -> Home:
    """What is known of a city, an id of the dataset's cities."""
    cities, initiatives = tables["cities"], tables["initiatives"]
    country = str(cities.loc[cities["id"] == city, "country_code"].iloc[0])
    levels = initiatives.loc[initiatives["city_id"] == city, "government_level"].mode()
    return Home(
        tables=tables,
        city=city,
        funder=funder,
        source=source,
        country=country,
        languages=tuple(get_official_languages(country, de_facto=True)),
        government=str(levels.iloc[0]) if len(levels) else "city",
        organizations={plain_name(row["name"]): row for row in rows_in(tables, "organizations")},
        sources={row["url"]: row for row in rows_in(tables, "sources")},
    )


@dataclass(frozen=True)
class Imported:
    """The rows of one process by table; `matches` has the columns of `MATCHES`."""

    process: Process
    buyer: str
    tables: Mapping[str, Sequence[Row]]


def rows_of(
    process: Process, figures: Sequence[Figure], found: Sequence[Match], home: Home
) -> tuple[Imported | None, list[Unused]]:
    """The rows of a process, and the figures that have no source; no rows where no figure is left."""
    buyer = plain_text(buyer_of(process.release).get("name"))
    unused = []
    sources: dict[str, Row] = {}
    sourced = []
    for figure in figures:
        source = _source(figure.stated, process, home)
        if source:
            sources[source["id"]] = source
            sourced.append((figure, source["id"]))
        else:
            reason = "Its package names no web address to cite; name one with --source."
            unused.append(Unused(figure.stated.place, reason, ocid=process.ocid, part=" ".join(figure.key)))
    if not sourced:
        return None, unused
    organization = _organization(buyer, home)
    initiative = _initiative(process, buyer, organization["id"], home)
    ids = _ids(initiative["id"], [figure for figure, _ in sourced])
    matched = "; ".join(dict.fromkeys(map(str, found)))
    funding = [_funding(figure, ids, initiative["id"], source, process, matched, home) for figure, source in sourced]
    tables = {
        "organizations": [organization],
        "initiatives": [initiative],
        "sources": list(sources.values()),
        "initiative_sources": [{"initiative_id": initiative["id"], "source_id": source} for source in sources],
        "funding": funding,
        "matches": [
            {"funding_id": row["id"], "ocid": process.ocid, "buyer": buyer, "matched": matched} for row in funding
        ],
    }
    return Imported(process, buyer, tables), unused


def rows_in(tables: Tables, name: str) -> Iterator[Row]:
    """The rows of a table of the dataset, as the texts of a file."""
    frame = tables[name]
    names = list(map(str, frame.columns))
    columns = [cells(frame[name]) for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _ids(initiative: str, figures: Sequence[Figure]) -> dict[Key, str]:
    ids: dict[Key, str] = {}
    taken: set[str] = set()
    for figure in figures:
        kind, *names = figure.key
        made = "-".join([initiative, kind, *(short_name(name.lower()) for name in names)])
        # Two keys may give one text: ("a", "b-c"), ("a-b", "c") and ("A", "b-c").
        ids[figure.key] = f"{made}-{digest(repr(figure.key))}" if made in taken else made
        taken.add(ids[figure.key])
    return ids


def _funding(
    figure: Figure,
    ids: Mapping[Key, str],
    initiative: str,
    source: str,
    process: Process,
    matched: str,
    home: Home,
) -> Row:
    related = ids.get(figure.related, "") if figure.related else ""
    return {
        "id": ids[figure.key],
        "initiative_id": initiative,
        "amount": _plain_number(figure.amount),
        "amount_high": "",
        "currency": figure.currency,
        "stage": figure.stage,
        "funder": figure.payer.kind or (home.funder if figure.payer.name else "unknown"),
        "funder_name": plain_text(figure.payer.name),
        "dated": figure.dated,
        "period_start": figure.period_start,
        "period_end": figure.period_end,
        "basis": figure.basis,
        "scope": figure.scope,
        "counted": str(figure.counted).lower(),
        "relation": figure.relation if related else "none",
        "related_funding_id": related,
        "reason": figure.reason,
        "overlaps": plain_text(figure.overlaps),
        "note": plain_text(f"{figure.note} Process {process.ocid}; found by {matched}."),
        "source_id": source,
    }


def _plain_number(amount: Decimal) -> str:
    """The amount to its last digit, without zeros that mean nothing."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _source(stated: Stated, process: Process, home: Home) -> Row | None:
    """The package that states a figure, as a source; the address named for all where it has none."""
    package = stated.package
    url = web_address(plain_text(package.uri)) if package else ""
    published = planned_day(plain_text(package.published)) if package and url else ""
    publisher = package.publisher if package and isinstance(package.publisher, dict) else {}
    url = url or home.source
    if not url:
        return None
    language = str(process.release.get("language") or "")[:2].lower()
    known = {
        "id": f"src-ocds-{digest(url)}",
        "url": url,
        "title": "Releases in the Open Contracting Data Standard",
        "publisher": plain_text(publisher.get("name")) or url.split("/")[2],
        "published_on": published,
        "language": language if language.isascii() and language.isalpha() and len(language) == 2 else home.languages[0],
        "kind": "official",
        "standing": "original",
    }
    return dict(home.sources.get(url, known))


def _organization(buyer: str, home: Home) -> Row:
    known = home.organizations.get(plain_name(buyer))
    if known:
        return dict(known)
    return {
        "id": short_name(plain_name(buyer)),
        "name": buyer,
        "kind": FUNDERS[home.funder],
        "country_code": home.country,
    }


def _initiative(process: Process, buyer: str, organization: str, home: Home) -> Row:
    release = process.release
    tender: Mapping[str, Any] = release.get("tender") or {}
    budget = (release.get("planning") or {}).get("budget") or {}
    entries = [*(release.get("contracts") or []), *(release.get("awards") or [])]
    titles = [tender.get("title"), budget.get("project"), *(entry.get("title") for entry in entries)]
    name = next((text for title in titles if (text := plain_text(title))), f"Contracting process {process.ocid}")
    described = plain_text(tender.get("description"))[:300]
    return {
        "id": f"{home.city}-{short_name(process.ocid)}",
        "city_id": home.city,
        "name": name[:200],
        "summary": plain_text(f"Contracting process {process.ocid} of {buyer}. {described}"),
        "kind": "service",
        "domain": "general",
        "status": _status(release),
        "status_as_of": process.latest.date,
        "government_level": home.government,
        "announced_on": "",
        "started_on": "",
        "ends_on": "",
        "lead_organization_id": organization,
    }


def _status(release: Mapping[str, Any]) -> str:
    """How far the process had come: by its contracts, else its awards, else its tender."""
    contracts = {one.get("status") or "active" for one in release.get("contracts") or []}
    awards = {one.get("status") or "active" for one in release.get("awards") or []}
    if "active" in contracts:
        return "under_way"
    if "terminated" in contracts:
        return "completed"
    if "active" in awards and not contracts - {"pending"}:
        return "approved"
    over = {"cancelled", "unsuccessful", "withdrawn"}
    if (release.get("tender") or {}).get("status") in over or (contracts | awards and contracts | awards <= over):
        return "cancelled"
    return "announced"
