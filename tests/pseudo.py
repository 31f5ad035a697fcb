"""A language in which every message stands in ⟦brackets⟧, so that words that no catalogue can hold are seen.

    facts = speak_pseudo(monkeypatch)
    with speaking("pt"):
        assert not untold(page, facts)

It takes the place of Portuguese, so that numbers, dates and names of countries are those of a real language.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import Any

import pytest
from babel import Locale

from ledger import dataset, language
from ledger.brand import KEY
from ledger.descriptor import Descriptor
from ledger.facts import Facts
from ledger.memory import Memory
from ledger.names import city_name, continent_name, country_name

LANGUAGE = "pt"
OPEN, CLOSE = "⟦", "⟧"
#: Texts of a descriptor that a page may show.
_TOLD = ("title", "description", "label", "unit", "form")
#: Columns that hold names; those of places in English are no words of a page in another language.
_NAMES = (
    "name", "city", "country", "continent", "developer", "publisher", "claimant", "funder_name", "partner", "lead",
    "license", "benchmark", "version", "unit",
)  # fmt: skip
#: Attributes that are read to somebody.
_SAID = ("alt", "aria-label", "title", "placeholder", "data-failed", "data-no-library", "data-answered")
_WITHOUT_END = {"meta", "link", "br", "img", "hr", "input", "col", "wbr"}


class Bracketed(NullTranslations):
    """Every message as it is, in brackets."""

    def gettext(self, message: str) -> str:
        """A message."""
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form for a number."""
        return self.gettext(msgid1 if n == 1 else msgid2)


def speak_pseudo(monkeypatch: pytest.MonkeyPatch) -> Facts:
    """Let Portuguese be the language of brackets, in messages and in the descriptor; the facts served are returned.

    They are the facts of the dataset, with a memory of their own: what is remembered in brackets goes with them.
    """
    bracketed, none = Bracketed(), NullTranslations()
    monkeypatch.setattr(language, "translations", lambda name: bracketed if name == LANGUAGE else none)
    facts = dataset.facts()
    raw = copy.deepcopy(dict(facts.descriptor.raw))
    _bracket(raw)
    served = replace(facts, memory=Memory(), tables=replace(facts.tables, descriptor=Descriptor(raw)))
    monkeypatch.setattr(dataset, "facts", lambda: served)
    return served


def _bracket(part: Any) -> None:
    """Give every text of a descriptor a translation, in brackets."""
    if isinstance(part, list):
        for one in part:
            _bracket(one)
    if isinstance(part, dict):
        told: dict[str, Any] = {name: f"{OPEN}{part[name]}{CLOSE}" for name in _TOLD if isinstance(part.get(name), str)}
        if limits := part.get("limits"):
            told["limits"] = [f"{OPEN}{limit}{CLOSE}" for limit in limits]
        if said := part.get(KEY):
            told |= {KEY: {name: f"{OPEN}{said[name]}{CLOSE}" for name in ("title", "intro") if name in said}}
        for name, one in part.items():
            if name != "translations":
                _bracket(one)
        if told:
            part["translations"] = {LANGUAGE: told}


class _Texts(HTMLParser):
    """The texts of a page that are read or heard, in their order; those marked as of a language, or as not to be
    translated, are left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[str] = []
        self._open: list[bool] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what the attributes say."""
        given = {name: value or "" for name, value in attrs}
        marked = tag != "html" and ("lang" in given or given.get("translate") == "no")
        is_left = marked or tag in ("script", "style") or any(self._open)
        if tag not in _WITHOUT_END:
            self._open.append(is_left)
        if not is_left:
            self.attributes += [given[name] for name in _SAID if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in _WITHOUT_END:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if not any(self._open):
            self.texts.append(data)


def untold(html: str, facts: Facts) -> list[str]:
    """The words of a page, or of a piece of one, that are neither in brackets nor names, numbers or dates."""
    page = _Texts(html)
    outside = _outside(page.texts)
    for attribute in page.attributes:
        outside += _outside([attribute])
    known = _names(facts)
    found = [re.sub(r"https?://\S+", "", text) for text in outside]
    found = [known.sub("", text) for text in found]
    return [text.strip() for text in found if re.search(r"[^\W\d_]{2}", text)]


def _outside(texts: list[str]) -> list[str]:
    """What stands outside of all brackets; a message may begin in one element and end in another."""
    depth, outside = 0, []
    for text in texts:
        kept = ""
        for mark in text:
            depth += (mark == OPEN) - (mark == CLOSE)
            assert depth >= 0, text
            kept += mark if not depth and mark != CLOSE else ""
        outside.append(kept)
    assert depth == 0, texts
    return outside


@cache
def _words_of_dates() -> tuple[str, ...]:
    locale = Locale.parse("pt_BR")
    months = [name for form in ("abbreviated", "wide") for name in locale.months["format"][form].values()]
    return (*months, "de")


@cache
def _names(facts: Facts) -> re.Pattern[str]:
    """Names of the dataset and of countries, months and codes of currencies; a longer one before those within it."""
    with language.speaking(LANGUAGE):
        cities = {row.name: city_name(row.name, row.country_code) for row in facts.tables["cities"].itertuples()}
        places = facts.tables["cities"].drop_duplicates("country_code")
        named = {
            **cities,
            **{row.country: country_name(row.country_code, row.country) for row in places.itertuples()},
            **{continent: continent_name(continent) for continent in places["continent"]},
        }
    english = {name for name, spoken in named.items() if name != spoken}
    names = {facts.version, *_words_of_dates(), *Locale.parse("pt_BR").territories.values(), *named.values()}
    names |= set(_values(facts)) - english
    names |= {"US$", *facts.tables["funding"]["currency"]}
    longest_first = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest_first))


def _values(facts: Facts) -> Iterator[str]:
    """What the dataset has in columns of names."""
    yield facts.descriptor.licence_name
    for frame in facts.tables.frames.values():
        for column in _NAMES:
            if column in frame and frame[column].dtype == "str":
                yield from frame[column].dropna().unique()
