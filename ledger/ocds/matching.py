"""Finding AI in a contracting process: by codes of classifications and by words, from `terms.json`.

A contract that is taken for one about AI and is not does more harm than one that is missed. So words are
whole words, acronyms count in their own language and company alone, and a long text must name AI twice.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The lists that come with the importer.
TERMS = Path(__file__).with_name("terms.json")

#: From here on a text is long: one mention in passing says little about the whole.
_LONG = 1000
#: What may stand between two words of a term.
_GAP = r"[\s\-\u2010-\u2015]+"
_TOKEN = re.compile(r"\([^()]*\)|\s+|[^\s()]+")

#: A part of a process: ("process",), ("item", ""), ("lot", id), ("award", id) or ("contract", id).
Part = tuple[str, ...]


class BadTerms(ValueError):
    """A file of terms that cannot be used; its text says why."""


@dataclass(frozen=True)
class Match:
    """What was found (`term`), in which field (`where`), to which part of the process that field belongs.

    `title` says that the field is the name of the part.
    """

    term: str
    where: str
    part: Part
    title: bool

    def __str__(self) -> str:
        return f"{self.term} in {self.where}"


@dataclass(frozen=True)
class Terms:
    """The lists of codes and words, ready to search with."""

    codes: Mapping[tuple[str, str], str]
    words: re.Pattern[str]
    acronyms: Mapping[str, re.Pattern[str]]
    beside: re.Pattern[str]
    never_beside: re.Pattern[str]
    excluded: re.Pattern[str]
    frameworks: re.Pattern[str]


@dataclass(frozen=True)
class _Text:
    text: str
    where: str
    part: Part
    title: bool
    language: str | None


def read_terms(file: Path = TERMS) -> Terms:
    """The lists in a file of the form of `terms.json`.

    Raises:
        BadTerms: the file cannot be read, or its form is another.
    """
    try:
        raw = json.loads(file.read_text("utf-8"))
        return Terms(
            codes={(_scheme(code["scheme"]), code["id"]): code["means"] for code in raw["codes"]},
            words=_any_of(word for words in raw["words"].values() for word in words),
            acronyms={language: _acronym(words) for language, words in raw["acronyms"].items()},
            beside=_any_of(raw["beside"]),
            never_beside=_any_of(raw["never_beside"]),
            excluded=_any_of(raw["excluded"]),
            frameworks=_any_of(raw["frameworks"]),
        )
    except OSError as error:
        raise BadTerms(f"{file} could not be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadTerms(f"{file} has not the form of {TERMS.name} ({error}).") from None


def may_match(release: Mapping[str, Any], terms: Terms) -> bool:
    """Whether anything in a release may be about AI, whatever its language; it never misses what `matches` finds."""
    acronyms = terms.acronyms.values()
    return any(True for _ in _codes(release, terms)) or any(
        terms.words.search(text := folded(field.text)) or any(acronym.search(text) for acronym in acronyms)
        for field in _texts(release)
    )


def matches(release: Mapping[str, Any], terms: Terms, languages: Iterable[str]) -> list[Match]:
    """What in a release is about AI.

    Args:
        release: a release in the form of `shape.RELEASE`.
        terms: the lists.
        languages: the languages (ISO 639-1) of texts of which the release does not say it.
    """
    stated = (release.get("language") or "")[:2].lower()
    found = list(_codes(release, terms))
    for field in _texts(release):
        own = field.language or stated
        term = _term(field.text, terms, [own] if own else languages)
        if term:
            found.append(Match(f"“{term}”", field.where, field.part, field.title))
    return found


def is_framework(release: Mapping[str, Any], terms: Terms) -> bool:
    """Whether the sums of a process are ceilings of a framework agreement."""
    tender = release.get("tender") or {}
    if (tender.get("techniques") or {}).get("hasFrameworkAgreement"):
        return True
    texts = (tender.get("title"), tender.get("procurementMethodDetails"))
    return any(terms.frameworks.search(folded(text)) for text in texts if text)


def folded(text: str) -> str:
    """A text without accents, its letters small or capital as they are."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _term(text: str, terms: Terms, languages: Iterable[str]) -> str | None:
    """The first term in a text, as it stands there; None where nothing says surely that it is about AI."""
    text = terms.excluded.sub(" . ", folded(text))
    found = [match[0] for match in terms.words.finditer(text)]
    if terms.beside.search(text) and not terms.never_beside.search(text):
        for language in languages:
            if language in terms.acronyms:
                found += [match[0] for match in terms.acronyms[language].finditer(text)]
    enough = 2 if len(text) > _LONG else 1
    return " ".join(found[0].split()) if len(found) >= enough else None


# What is searched


def _texts(release: Mapping[str, Any]) -> Iterator[_Text]:
    planning, tender = release.get("planning") or {}, release.get("tender") or {}
    budget = planning.get("budget") or {}
    whole: Part = ("process",)
    yield from _fields(planning, "planning", whole, ("rationale",))
    yield from _fields(budget, "planning.budget", whole, ("project", "description"))
    yield from _fields(tender, "tender", whole, ("title", "description"))
    for lot in tender.get("lots") or []:
        yield from _fields(lot, "tender.lots", ("lot", lot.get("id") or ""), ("title", "description"))
    for part, where, item in _items(release):
        yield from _fields(item, where, part, ("description",))
        for classification in _classifications(item):
            yield from _fields(classification, f"{where}.classification", part, ("description",))
    for name, kind in (("awards", "award"), ("contracts", "contract")):
        for entry in release.get(name) or []:
            yield from _fields(entry, name, (kind, entry.get("id") or ""), ("title", "description"))


def _fields(holder: Mapping[str, Any], where: str, part: Part, names: tuple[str, ...]) -> Iterator[_Text]:
    """The texts of these names, and their translations (`title_pt`)."""
    for name, text in holder.items():
        plain, _, language = name.partition("_")
        if plain in names and isinstance(text, str):
            title = plain in ("title", "project")
            yield _Text(text, f"{where}.{name}", part, title, language[:2].lower() or None)


def _items(release: Mapping[str, Any]) -> Iterator[tuple[Part, str, Mapping[str, Any]]]:
    for item in (release.get("tender") or {}).get("items") or []:
        yield ("lot", item["relatedLot"]) if item.get("relatedLot") else ("item", ""), "tender.items", item
    for name, kind in (("awards", "award"), ("contracts", "contract")):
        for entry in release.get(name) or []:
            for item in entry.get("items") or []:
                yield (kind, entry.get("id") or ""), f"{name}.items", item


def _classifications(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    first = item.get("classification")
    return ([first] if first else []) + (item.get("additionalClassifications") or [])


def _codes(release: Mapping[str, Any], terms: Terms) -> Iterator[Match]:
    for part, where, item in _items(release):
        for classification in _classifications(item):
            scheme, code = classification.get("scheme") or "", (classification.get("id") or "").strip()
            if (_scheme(scheme), code) in terms.codes:
                yield Match(f"{scheme} {code}", f"{where}.classification", part, False)


def _scheme(name: str) -> str:
    return name.strip().upper()


# Terms as patterns


def _any_of(terms: Iterable[str]) -> re.Pattern[str]:
    listed = "|".join(_pattern(term) for term in terms)
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)" if listed else r"(?!)", re.IGNORECASE)


def _acronym(words: Iterable[str]) -> re.Pattern[str]:
    """Capitals that stand for themselves: no part of a number (`IA-32`), a name (`IA/2`) or another word (`J'AI`)."""
    listed = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?<![\w'’`.\-/&])(?:{listed})(?![\w'’`/&]|[\-.]\w*\d|\.\w)")


def _pattern(term: str) -> str:
    """A term as a regular expression: `(s)` may be left out, `(l|is)` is one of the two."""
    tokens = _TOKEN.findall(folded(term))
    made, place = "", 0
    while place < len(tokens):
        token = tokens[place]
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        alone = (place == 0 or tokens[place - 1].isspace()) and after.isspace()
        if token.isspace():
            made += _GAP
        elif not token.startswith("("):
            made += re.escape(token)
        else:
            options = "|".join(_GAP.join(map(re.escape, option.split())) for option in token[1:-1].split("|"))
            if "|" in token:
                made += f"(?:{options})"
            elif alone:
                made += f"(?:{options}{_GAP})?"
                place += 1  # the blank behind goes with the word
            else:
                made += f"(?:{options})?"
        place += 1
    return made
