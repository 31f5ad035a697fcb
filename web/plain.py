"""Plain pages: cities, initiatives and models as HTML that needs neither JavaScript nor a fast line.

They tell what the dashboard's pages tell, from the same views, without filters: whatever stands
in the query of an address is left aside, so that a link with marks of where it was shared opens.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from api.answers import send
from components import city, formats, initiative, model
from components.city import Section
from components.formats import escape
from components.html import CSS, badge
from components.telling import PLAIN, Kind, page_address, plain_address
from components.twins import twin_html
from components.words import ORIGIN_DISPUTED
from ledger import dataset, views
from ledger.address import public_address
from ledger.brand import brand_of
from ledger.facts import Facts
from ledger.language import LANGUAGES, N_, ngettext, tag
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.selection import Selection, choices, letters, localised
from web import linked_data
from web.templates import template

#: Bytes that a page may have at most, and those of them that its sections may take.
MOST = 100_000
_ROOM = MOST - 12_000
#: Sections in the order in which they make room where there is too much: first what stands beside each figure too.
_MAKE_ROOM = ("sources", "goals", "scores", "models", "claims", "disputes", "runs")
#: Characters of a description that a search engine or a preview shows.
_DESCRIBED = 300

_PAGE = template("plain.html")
_STYLE = CSS + (Path(__file__).parent / "plain.css").read_text(encoding="utf-8")
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Told:
    """What a plain page says.

    `title` names it in a list of results; `heading` stands above it. `lead` and what the sections hold is HTML.
    `links` are addresses with their labels. `about` describes what it is about in the words of schema.org.
    """

    path: str
    title: str
    heading: str
    description: str
    lead: str
    sections: tuple[Section, ...]
    links: tuple[tuple[str, str], ...] = ()
    about: dict[str, Any] | None = None
    feed: str = "/feed.atom"


def render(told: Told, base: str) -> str:
    """A page as HTML; `base` is the public address."""
    canonical = f"{base}{_spoken(told.path)}"
    kind = "WebPage" if told.about else "CollectionPage"
    data = linked_data.page(kind, canonical, told.title, told.description, told.about, base)
    return _filled(told, canonical, data, alternates(f"{base}{told.path}"))


def alternates(address: str) -> list[tuple[str, str]]:
    """The page at an address in each language that it speaks, by what the language is called in HTML."""
    return [*((tag(name), f"{address}?lang={name}") for name in LANGUAGES), ("x-default", address)]


def _spoken(path: str) -> str:
    """The address of another page, in the language that the reader chose."""
    return Selection().address(path)


def _filled(told: Told, canonical: str = "", data: str = "", in_other_words: Sequence[tuple[str, str]] = ()) -> str:
    facts = dataset.facts()
    return _PAGE.render(
        dashboard=brand_of(facts.descriptor).title,
        title=told.title,
        heading=told.heading,
        description=told.description,
        canonical=canonical,
        alternates=in_other_words,
        languages=[(f"{told.path}?lang={name}", tag(name), own_name) for name, own_name in LANGUAGES.items()],
        style=Markup(_style(facts)),
        linked_data=Markup(data),
        feed=told.feed,
        lead=Markup(told.lead),
        links=told.links,
        sections=told.sections,
        version=facts.version,
        licence=facts.descriptor.licence_name,
        licence_address=facts.descriptor.licence_path,
    )


def _style(facts: Facts) -> str:
    accent = brand_of(facts.descriptor).accent
    return f":root {{ --accent-light: {accent.light}; --accent-dark: {accent.dark}; }}\n{_STYLE}"


def _headers(facts: Facts) -> dict[str, str]:
    """What a page may load: its own style and pictures of ours, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style(facts).encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy}


# One city, one initiative, one model


@remembered(in_words=True)
def page_of(facts: Facts, kind: Kind, name: str) -> Told:
    """The page of a city, an initiative or a model, told once for all readers of a language."""
    told = _TELL[kind](name)
    where = page_address(kind, name)
    sections = fitted(told.sections, _ROOM - len(told.lead.encode()), where)
    return replace(
        told, lead=_bare(told.lead), links=((where, _("The same on the dashboard, with charts")), *told.links),
        sections=sections,
    )  # fmt: skip


def _city(name: str) -> Told:
    selection = Selection(city=(name,))
    profile = city.profile_html(selection)
    label = choices(dataset.facts())["city"][name]
    return Told(
        path=plain_address("city", name),
        title=_("{city}: AI initiatives and money", city=label),
        heading=label,
        description=_in_short(Markup(profile).striptags()),
        lead=profile,
        sections=_with_twins(city.story(selection, telling=PLAIN), selection),
        links=(
            (selection.address("/api/v1/views/funding-register.csv"), _("Figures of money as CSV")),
            (selection.address("/api/v1/views/initiatives-register.csv"), _("Initiatives as CSV")),
            (selection.address("/api/v1/views/claims-register.csv"), _("Claims as CSV")),
        ),
        about=linked_data.city(name),
        feed=selection.address("/feed.atom"),
    )


def _initiative(name: str) -> Told:
    selection = Selection(initiative=(name,))
    row = localised(dataset.facts(), views.table("initiatives-register", dataset.facts(), selection)).iloc[0]
    return Told(
        path=plain_address("initiative", name),
        title=f"{row['initiative']}, {row['city']}",
        heading=row["initiative"],
        description=_in_short(row["summary"]),
        lead=initiative.head_html(selection, telling=PLAIN),
        sections=_with_twins(initiative.story(selection, telling=PLAIN), selection),
        links=(
            (selection.address("/api/v1/views/funding-register.csv"), _("Figures of money as CSV")),
            (selection.address("/api/v1/views/initiatives-metrics.csv"), _("Aims and results as CSV")),
            (selection.address("/api/v1/views/claims-register.csv"), _("Claims as CSV")),
        ),
        about=linked_data.initiative(name),
        feed=selection.address("/feed.atom"),
    )


def _model(name: str) -> Told:
    selection = Selection(model=(name,))
    label = choices(dataset.facts())["model"][name]
    head = model.head_html(name, telling=PLAIN)
    more = _("What it scores according to whom, what it was built from, and what is claimed of it.")
    return Told(
        path=plain_address("model", name),
        title=_("{model}: what the AI model is said to be", model=label),
        heading=label,
        description=_in_short(f"{label}. {Markup(head).striptags()}. {more}"),
        lead=head,
        sections=model.story(name, telling=PLAIN),
        links=(
            (selection.address("/api/v1/views/model-scores.csv"), _("Scores as CSV")),
            (selection.address("/api/v1/views/model-claims.csv"), _("Claims as CSV")),
        ),
        about=linked_data.model(name),
        feed=selection.address("/feed.atom"),
    )


_TELL: dict[Kind, Callable[[str], Told]] = {"city": _city, "initiative": _initiative, "model": _model}


def _with_twins(sections: tuple[Section, ...], selection: Selection) -> tuple[Section, ...]:
    """The sections, with tables in the place of their charts."""
    return tuple(
        replace(
            section,
            html=section.html + "".join(twin_html(view, selection, telling=PLAIN) for view in section.charts),
        )
        for section in sections
    )


def fitted(sections: tuple[Section, ...], room: int, where: str) -> tuple[Section, ...]:
    """The sections in at most `room` bytes; those that had to make room say that they stand at `where`."""
    held = {section.anchor: replace(section, html=_bare(section.html)) for section in sections}
    for anchor in _MAKE_ROOM:
        if sum(len(section.html.encode()) for section in held.values()) <= room:
            break
        if anchor in held:
            elsewhere = _(
                'This part is too long for a plain page. It stands on <a href="{address}">the page of the '
                "dashboard</a> and in the files above.",
                address=escape(where),
            )
            held[anchor] = replace(held[anchor], html=f"<p>{elsewhere}</p>")
    return tuple(held.values())


def _bare(html: str) -> str:
    """The HTML without what opens a link beside the page: that is for pages that would lose their state."""
    return html.replace(formats.BESIDE, "").replace(' target="_self"', "")


def _in_short(text: str) -> str:
    """A text for the description of a page, cut between words."""
    words = " ".join(text.split())
    return words if len(words) <= _DESCRIBED else f"{words[:_DESCRIBED].rpartition(' ')[0]} …"


# Lists, so that everything can be reached


@remembered(in_words=True)
def list_of(facts: Facts, path: str) -> Told | None:
    """A page that lists cities, initiatives or models; none where the path is none of them."""
    if path.startswith("/i/in/"):
        codes = {code.lower(): code for code in choices(facts)["country"]}
        code = codes.get(path.removeprefix("/i/in/"))
        return _initiatives_in(facts, code) if code else None
    return {"/c": _cities, "/i": _countries, "/m": _models}[path](facts)


def list_paths(facts: Facts) -> list[str]:
    """The paths of all lists."""
    return ["/c", "/i", *map(_in_country, choices(facts)["country"]), "/m"]


def _alphabetical(names: pd.Series) -> pd.Series:
    return names.map(letters, na_action="ignore")


def _cities(facts: Facts) -> Told:
    counts = views.table("city-profiles", facts, Selection())[["city_id", "initiatives", "all_figures"]]
    cities = facts.tables["cities"].rename(columns={"id": "city_id", "name": "city"})
    cities = localised(facts, cities).merge(counts, on="city_id", how="left")
    cities = cities.fillna({"initiatives": 0, "all_figures": 0})
    cities = cities.sort_values(["country", "city"], key=_alphabetical)
    sections = [
        Section(
            rows["country_code"].iloc[0].lower(),
            str(country),
            _list(
                PLAIN.link("city", row.city_id, escape(row.city))
                + ": "
                + ngettext("{n} initiative", "{n} initiatives", row.initiatives)
                + ", "
                + ngettext("{n} figure of money", "{n} figures of money", row.all_figures)
                for row in rows.itertuples()
            ),
        )
        for country, rows in cities.groupby("country", sort=False)
    ]
    said = _(
        "{cities} in {countries}. A city that is not here was not necessarily searched.",
        cities=ngettext("{n} city", "{n} cities", len(cities)),
        countries=ngettext("{n} country", "{n} countries", len(sections)),
    )
    if without := int((cities["initiatives"] == 0).sum()):
        none = ngettext(
            "Of {n} of them no initiative is recorded.", "Of {n} of them no initiative is recorded.", without
        )
        said = f"{said} {none}"
    return _listing(
        "/c",
        _("Cities and what they do and spend on AI"),
        said,
        sections,
        (_spoken("/city"), _("Choose a city on the dashboard")),
        ("cities", _("The table of cities as CSV")),
    )


def _countries(facts: Facts) -> Told:
    register = localised(facts, views.table("initiatives-register", facts, Selection()))
    lines = [
        f'<a href="{escape(_spoken(_in_country(code)))}">{escape(rows["country"].iloc[0])}</a>: '
        + _("{initiatives} in {cities}", **_how_many(rows))
        for code, rows in register.sort_values("country", key=_alphabetical).groupby("country_code", sort=False)
    ]
    return _listing(
        "/i",
        _("Initiatives of cities on AI, by country"),
        ngettext(
            "{n} initiative, failures, pauses and criticised systems included.",
            "{n} initiatives, failures, pauses and criticised systems included.",
            len(register),
        ),
        [Section("countries", _("Countries"), _list(lines))],
        (_spoken("/"), _("All initiatives on the dashboard")),
        ("initiatives", _("The table of initiatives as CSV")),
    )


def _in_country(code: str) -> str:
    return f"/i/in/{code.lower()}"


def _how_many(register: pd.DataFrame) -> dict[str, str]:
    """The numbers of initiatives and of their cities, for a sentence that names both."""
    return {
        "initiatives": ngettext("{n} initiative", "{n} initiatives", len(register)),
        "cities": ngettext("{n} city", "{n} cities", register["city_id"].nunique()),
    }


def _initiatives_in(facts: Facts, code: str) -> Told:
    label, descriptor = choices(facts)["country"][code], facts.descriptor
    register = localised(facts, views.table("initiatives-register", facts, Selection(country=(code,))))
    sections = []
    for name, rows in register.sort_values(["city", "initiative"], key=_alphabetical).groupby("city_id", sort=False):
        place = str(rows["city"].iloc[0])
        lines = [
            f"{PLAIN.link('initiative', row.initiative_id, escape(row.initiative))} "
            f"{badge(descriptor.label('initiatives', 'status', row.status))}"
            for row in rows.itertuples()
        ]
        more = PLAIN.link("city", str(name), _("All that is recorded of {city}", city=escape(place)))
        sections.append(Section(str(name), place, f"{_list(lines)}<p>{more}</p>"))
    return _listing(
        _in_country(code),
        _("{country}: initiatives of cities on AI", country=label),
        _(
            "{initiatives} in {cities}, failures, pauses and criticised systems included.",
            **_how_many(register),
        ),
        sections,
        (Selection(country=(code,)).address("/"), _("{country} on the dashboard", country=label)),
        ("initiatives", _("The table of initiatives as CSV")),
    )


def _models(facts: Facts) -> Told:
    models = localised(facts, Selection().rows(facts, "models").collect("pandas").to_native())
    models = models.sort_values(["city", "model"], key=_alphabetical)
    roles = facts.descriptor.categories("models", "role")
    sections = []
    for role in roles:
        lines = [
            PLAIN.link("model", row.model_id, escape(row.model))
            + (f", {escape(row.city)}" if isinstance(row.city, str) else f", {escape(row.developer)}")
            + (f" {badge(_(ORIGIN_DISPUTED[row.disputed]), alert=True)}" if row.disputed in ORIGIN_DISPUTED else "")
            for row in models[models["role"] == role.value].itertuples()
        ]
        if lines:
            many = ngettext("{n} model", "{n} models", len(lines))
            sections.append(Section(role.value, f"{role.label}: {many}", _list(lines)))
    return _listing(
        "/m",
        _("AI models by or for city governments, and what they are compared with"),
        ngettext(
            "{n} model: what they are said to be, what they score and what is claimed of them.",
            "{n} models: what they are said to be, what they score and what is claimed of them.",
            len(models),
        ),
        sections,
        (_spoken("/models"), _("Models on the dashboard")),
        ("models", _("The table of models as CSV")),
    )


def _listing(
    path: str, title: str, said: str, sections: list[Section], where: tuple[str, str], table: tuple[str, str]
) -> Told:
    """A list; `where` and `table` are the page and the table with the same, with their labels."""
    name, label = table
    return Told(
        path=path,
        title=title,
        heading=title,
        description=said,
        lead=f"<p class='lead'>{escape(said)}</p>",
        sections=tuple(sections),
        links=(where, (f"/api/v1/tables/{name}.csv", label)),
    )


def _list(lines: Any) -> str:
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


# Answers


def show(request: Request) -> Response:
    """The page of a city, an initiative or a model, or those that the address may have meant."""
    facts = dataset.facts()
    kind: Kind = _KINDS[request.url.path[1]]
    name = request.path_params["name"]
    if name not in choices(facts)[kind]:
        return _missing(kind, name, lambda code: plain_address(kind, code))
    return _answer(request, lambda: page_of(facts, kind, name))


def show_list(request: Request) -> Response:
    """A list, or the lists there are."""
    told = list_of(dataset.facts(), request.url.path.rstrip("/"))
    if told is None:
        return _missing("country", request.path_params["country"], _in_country)
    return _answer(request, lambda: told)


_KINDS: dict[str, Kind] = {"c": "city", "i": "initiative", "m": "model"}


def _answer(request: Request, tell: Callable[[], Told]) -> Response:
    base = public_address(str(request.url))
    return send(request, lambda: [render(tell(), base).encode()], _HTML, headers=_headers(dataset.facts()))


_NO_SUCH = {
    "city": N_("There is no city “{name}”."),
    "initiative": N_("There is no initiative “{name}”."),
    "model": N_("There is no model “{name}”."),
    "country": N_("There is no country “{name}”."),
}


def _missing(kind: str, name: str, address: Callable[[str], str]) -> Response:
    """Say that there is nothing of this name, what comes close to it, and where everything is."""
    said = _(_NO_SUCH[kind], name=name)
    close = _close(name, choices(dataset.facts())[kind])
    lines = [f'<a href="{escape(_spoken(address(code)))}">{escape(label)}</a>' for code, label in close.items()]
    section = Section("close", _("Did you mean one of these?"), _list(lines))
    more = _("All cities, initiatives and models are listed on the pages above.")
    told = Told(
        path="",
        title=_("Nothing of this name"),
        heading=_("There is nothing of this name"),
        description=said,
        lead=f"<p class='lead'>{escape(said)} {more}</p>",
        sections=(section,) if close else (),
    )
    return HTMLResponse(_filled(told), 404, headers=_headers(dataset.facts()))


def _close(name: str, names: dict[str, str]) -> dict[str, str]:
    """The codes and labels that come closest to a name: those that begin with it, that hold it, that look like it."""
    asked = name.casefold().replace(" ", "-")
    by_text = {text.casefold(): code for code, label in names.items() for text in (label.replace(" ", "-"), code)}
    holding = [code for text, code in by_text.items() if len(asked) > 2 and asked in text]
    holding.sort(key=lambda code: not code.startswith(asked))
    alike = [by_text[text] for text in difflib.get_close_matches(asked, by_text, n=5, cutoff=0.5)]
    return {code: names[code] for code in list(dict.fromkeys([*holding, *alike]))[:5]}


routes: list[BaseRoute] = [
    *(Route(path, show_list) for path in ("/c", "/c/", "/i", "/i/", "/m", "/m/", "/i/in/{country}")),
    *(Route(f"/{letter}/{{name}}", show) for letter in _KINDS),
]
