"""The selection: what a reader has chosen, to and from the address, and the rows that it leaves.

The names and values are those of the public address (`?city=rio-de-janeiro&stage=spent`). A
repeated name means "any of these". What is not understood is named, never ignored.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

import narwhals as nw
import pandas as pd

from ledger.expressions import in_doubt
from ledger.facts import SIGN, SIZES, Facts
from ledger.language import SOURCE, in_address, language, listed, ngettext
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.money import LENSES
from ledger.names import city_name, continent_name, country_name

#: Filters that may be repeated, with the column that they look at, in the order of the address.
MANY = {
    "city": "city_id",
    "initiative": "initiative_id",
    "country": "country_code",
    "continent": "continent",
    "size": "size",
    "kind": "kind",
    "domain": "domain",
    "status": "status",
    "goal": "goals",
    "funder": "funder",
    "stage": "stage",
    "scope": "scope",
    "model": "model_id",
    "benchmark": "benchmark",
}
DISPUTED = ("include", "exclude", "only")
#: Addresses of files, whose texts are those of the dataset.
FILES = ("/api/", "/feed")

_PLACE = ("city", "country", "continent", "size")
_INITIATIVE = (*_PLACE, "initiative", "kind", "domain", "status", "goal", "from", "to", "disputed")
#: The filters that narrow each frame of the facts.
FILTERS: dict[str, tuple[str, ...]] = {
    "cities": _PLACE,
    "initiatives": _INITIATIVE,
    **dict.fromkeys(
        ("funding", "totals", "repeats", "conflicts"), (*_INITIATIVE, "funder", "stage", "scope", "public")
    ),
    "metrics": _INITIATIVE,
    "goals": _INITIATIVE,
    "models": (*_INITIATIVE, "model"),
    "results": (*_INITIATIVE, "model", "benchmark"),
    "claims": (*_INITIATIVE, "model"),
    "known": _INITIATIVE,
    "support": (*_INITIATIVE, "model"),
    "history": (*_INITIATIVE, "funder", "stage", "scope", "model", "public"),
    "sources": (),
    **dict.fromkeys(
        (f"promises_{lens}" for lens in LENSES),
        (*(name for name in _INITIATIVE if name not in ("from", "to")), "public"),
    ),
}


@dataclass(frozen=True)
class Problem:
    """A part of an address that was not understood."""

    name: str
    value: str
    accepted: tuple[str, ...]

    def __str__(self) -> str:
        if self.value == "" and self.accepted and self.name not in NAMES:
            what = _("There is no filter “{name}”.", name=self.name)
        else:
            what = _("“{value}” is not a value of the filter “{name}”.", value=self.value, name=self.name)
        given = (self.value or ("" if self.name in NAMES else self.name)).casefold()
        codes = {} if self.name in ("from", "to") else {code.casefold(): code for code in self.accepted}
        begin_so = [code for folded, code in codes.items() if given and folded.startswith(given)][:3]
        close = begin_so or [codes[folded] for folded in difflib.get_close_matches(given, codes, n=3, cutoff=0.5)]
        if close:
            return what + " " + _("Did you mean {values}?", values=listed(close, "or"))
        if len(self.accepted) <= 20:
            return what + " " + _("Accepted: {values}.", values=", ".join(self.accepted))
        more = ngettext(
            "{n} value is accepted, {first} for one.",
            "{n} values are accepted, {first} for one.",
            len(self.accepted),
            first=self.accepted[0],
        )
        return f"{what} {more}"


@dataclass(frozen=True)
class Selection:
    """What a reader has chosen. Frozen and hashable, so that it can be the key of a cache.

    Tuples hold codes of the dataset, sorted; an empty tuple leaves everything in. `since` and
    `until` are years (`from` and `to` in the address). `public` leaves public money alone in.
    """

    city: tuple[str, ...] = ()
    initiative: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    continent: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    goal: tuple[str, ...] = ()
    funder: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    benchmark: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    public: bool = False
    disputed: str = "include"
    lens: str = "usd"
    per_resident: bool = False

    def __post_init__(self) -> None:
        for name in MANY:
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))

    def but(self, **changes: Any) -> Selection:
        """The same selection with some parts changed."""
        return replace(self, **changes)

    def only(self, names: tuple[str, ...]) -> Selection:
        """The selection with everything but the named parts (as in the address) left out."""
        kept = [_FIELD.get(name, name) for name in names]
        return Selection(**{name: getattr(self, name) for name in kept})

    def filters(self) -> Selection:
        """The selection without its lens."""
        return self.but(lens="usd", per_resident=False)

    def lenses(self) -> Selection:
        """The lens alone, without any filter."""
        return self.only(("lens", "per_resident"))

    def query(self) -> list[tuple[str, str]]:
        """Names and values for the address; defaults are left out."""
        pairs = [(name, value) for name in MANY for value in getattr(self, name)]
        pairs += [("from", f"{self.since:04}")] if self.since is not None else []
        pairs += [("to", f"{self.until:04}")] if self.until is not None else []
        pairs += [("public", "only")] if self.public else []
        pairs += [(name, getattr(self, name)) for name in ("disputed", "lens") if getattr(self, name) != DEFAULT[name]]
        pairs += [("per_resident", "true")] if self.per_resident else []
        return pairs

    def address(self, path: str = "") -> str:
        """`path` with the selection as its query; pages, but not files, in the language that the reader chose."""
        query = urlencode(self.query() + ([] if path.startswith(FILES) else in_address()))
        return f"{path}?{query}" if query else path

    def active(self) -> tuple[str, ...]:
        """The names of the filters that are on; the lens is no filter."""
        names = dict.fromkeys(name for name, _ in self.query())
        return tuple(name for name in names if name not in ("lens", "per_resident"))

    def rows(self, facts: Facts, frame: str, *, without: tuple[str, ...] = ()) -> nw.LazyFrame:
        """The rows of a frame of the facts that the selection leaves.

        Filters that do not concern the frame (`FILTERS`) leave it as it is. `without` names
        filters to leave out.
        """
        names = tuple(name for name in FILTERS[frame] if name not in without)
        return _rows(facts, frame, self.only(names))

    def _condition(self, name: str, frame: str) -> nw.Expr | None:
        if name == "goal" and self.goal:
            if frame == "goals":
                return nw.col("goal").is_in(self.goal)
            return nw.any_horizontal(
                *(nw.col("goals").str.contains(f"|{goal}|", literal=True) for goal in self.goal),
                ignore_nulls=True,
            )
        if name == "model" and frame == "claims" and self.model:
            return (nw.col("subject_type") == "model") & nw.col("subject_id").is_in(self.model)
        if name in MANY:
            chosen = getattr(self, name)
            return nw.col(MANY[name]).is_in(chosen) if chosen else None
        if name == "from" and self.since is not None:
            return nw.col("year") >= self.since
        if name == "to" and self.until is not None:
            return nw.col("year") <= self.until
        if name == "public" and self.public:
            return nw.col("payer") == "public"
        if name == "disputed" and self.disputed != "include":
            return in_doubt() if self.disputed == "only" else ~in_doubt()
        return None


@remembered(64)
def _rows(facts: Facts, frame: str, selection: Selection) -> nw.LazyFrame:
    """The rows of a frame under a selection; views of one page share them."""
    conditions = [selection._condition(name, frame) for name in FILTERS[frame]]
    wanted = [condition for condition in conditions if condition is not None]
    return facts[frame].filter(*wanted) if wanted else facts[frame]


#: Parts of a selection that have another name in the address.
_FIELD = {"from": "since", "to": "until"}
DEFAULT = {field.name: field.default for field in fields(Selection)}
#: Every name that an address may hold.
NAMES = (*MANY, "from", "to", "public", "disputed", "lens", "per_resident")


@remembered(12, in_words=True)
def _places(facts: Facts) -> dict[str, dict[str, str]]:
    """The names of cities by their ids, of countries by their codes and of continents, in the order to show them."""
    cities = facts.tables["cities"]
    named = zip(cities["id"], cities["name"], cities["country_code"], strict=True)
    countries = cities.drop_duplicates("country_code").sort_values("country")
    made = {
        "city": {code: city_name(name, country) for code, name, country in named},
        "country": {
            code: country_name(code, name)
            for code, name in zip(countries["country_code"], countries["country"], strict=True)
        },
        "continent": {name: continent_name(name) for name in sorted(cities["continent"].dropna().unique())},
    }
    if language() == SOURCE:
        return made
    return {name: dict(sorted(labels.items(), key=lambda pair: letters(pair[1]))) for name, labels in made.items()}


#: Letters that are no others with an accent to Unicode, but stand with these in an alphabet.
_LIKE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def letters(name: str) -> str:
    """A name as it stands in an alphabet: without its accents."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LIKE))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def localised(facts: Facts, table: pd.DataFrame) -> pd.DataFrame:
    """The table of a view with cities, countries and continents by their names in the language that is spoken."""
    if language() == SOURCE:
        return table
    places = _places(facts)
    by = {"city": "city_id", "country": "country_code", "continent": "continent"}
    return table.assign(
        **{
            name: table[key].map(places[name]).astype(table[name].dtype)
            for name, key in by.items()
            if name in table and key in table
        }
    )


@remembered(12, in_words=True)
def choices(facts: Facts) -> dict[str, dict[str, str]]:
    """The accepted values of each filter and their labels, in the order to show them; shared, never to be changed."""
    tables, descriptor = facts.tables, facts.descriptor

    def codes(table: str, column: str) -> dict[str, str]:
        return {category.value: category.label for category in descriptor.categories(table, column)}

    def signed(table: str, named: Mapping[str, str]) -> dict[str, str]:
        if facts.base is None:
            return dict(named)
        known = set(facts.base.tables[table]["id"])
        return {code: name if code in known else f"{name} {SIGN}" for code, name in named.items()}

    def names(table: str) -> dict[str, str]:
        return signed(table, dict(zip(tables[table]["id"], tables[table]["name"], strict=True)))

    with facts.engine.turn():
        named = facts["results"].select("benchmark").unique().sort("benchmark")
    benchmarks = facts.engine.collected(named)["benchmark"].to_pylist()
    places = _places(facts)
    return {
        "city": signed("cities", places["city"]),
        "initiative": names("initiatives"),
        "country": dict(places["country"]),
        "continent": dict(places["continent"]),
        "size": dict(
            zip(
                SIZES,
                (_("Under 250,000"), _("250,000 to 1 million"), _("1 to 5 million"), _("Over 5 million")),
                strict=True,
            )
        ),
        "kind": codes("initiatives", "kind"),
        "domain": codes("initiatives", "domain"),
        "status": codes("initiatives", "status"),
        "goal": codes("initiative_goals", "goal"),
        "funder": codes("funding", "funder"),
        "stage": codes("funding", "stage"),
        "scope": codes("funding", "scope"),
        "model": names("models"),
        "benchmark": {name: name for name in benchmarks},
        "public": {"only": _("Public money only")},
        "disputed": {"include": _("Include"), "exclude": _("Leave out"), "only": _("Only these")},
        "lens": {"stated": _("As stated"), "usd": _("US dollars"), "intl": _("International dollars")},
        "per_resident": {"true": _("Per resident"), "false": _("In total")},
    }


def parse(
    query: Iterable[tuple[str, str]], accepted: Mapping[str, Mapping[str, str]]
) -> tuple[Selection, tuple[Problem, ...]]:
    """Read a selection from the names and values of an address.

    `accepted` is what `choices` gives. What is not understood is left out of the selection and
    returned as problems.
    """
    many: dict[str, list[str]] = {}
    single: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in query:
        if name not in NAMES:
            problems.append(Problem(name, "", NAMES))
        elif name in ("from", "to") and not (len(value) == 4 and value.isascii() and value.isdigit()):
            problems.append(Problem(name, value, (_("a year such as 2025"),)))
        elif name not in ("from", "to") and value not in accepted[name]:
            problems.append(Problem(name, value, tuple(accepted[name])))
        elif name in MANY:
            many.setdefault(name, []).append(value)
        elif single.setdefault(name, value) != value:
            problems.append(Problem(name, value, (_("one value; {value} is taken", value=single[name]),)))
    if single.get("from", "0000") > single.get("to", "9999"):
        problems.append(Problem("to", single.pop("to"), (_("a year not before {year}", year=single["from"]),)))
    given: dict[str, Any] = {name: tuple(values) for name, values in many.items()}
    given |= {_FIELD[name]: int(single[name]) for name in ("from", "to") if name in single}
    given |= {name: single[name] for name in ("disputed", "lens") if name in single}
    given |= {"public": "public" in single, "per_resident": single.get("per_resident") == "true"}
    return Selection(**given), tuple(problems)
