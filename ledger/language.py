"""The language in which the dashboard speaks to this reader.

English stands in the code; Portuguese and Spanish in the gettext catalogues of `locale/`. Nothing
is said of a language to whoever does not ask: files, the API and commands speak English.

    from ledger.language import gettext as _, ngettext, N_

    _("Take away: {filter}", filter=name)
    ngettext("{n} figure", "{n} figures", number)
    N_("Overview")      # marked here, said elsewhere by _(…)
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import NamedTuple

from babel import Locale, lists, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol

#: Where the catalogues lie: `pt/LC_MESSAGES/dashboard.po`.
CATALOGUES = Path(__file__).resolve().parent.parent / "locale"
DOMAIN = "dashboard"
#: The languages by their names in the address, each in its own words.
LANGUAGES = {"en": "English", "pt": "Português", "es": "Español"}
#: How numbers and dates are written in each (CLDR), and what the page says its language is.
_LOCALES = {"en": "en_GB", "pt": "pt_BR", "es": "es"}
_TAGS = {"en": "en", "pt": "pt-BR", "es": "es"}
#: The language of the code, and of the texts of the dataset.
SOURCE = "en"


class _Speaking(NamedTuple):
    language: str
    #: Whether the reader chose it, so that links keep it.
    is_chosen: bool


_ENGLISH = _Speaking(SOURCE, is_chosen=False)
_speaking: ContextVar[_Speaking] = ContextVar("speaking", default=_ENGLISH)


@contextmanager
def speaking(language: str, *, is_chosen: bool = False) -> Iterator[None]:
    """A span in which all that is said is said in a language (a key of `LANGUAGES`)."""
    before = _speaking.set(_Speaking(language, is_chosen))
    try:
        yield
    finally:
        _speaking.reset(before)


def language() -> str:
    """The language spoken now, a key of `LANGUAGES`."""
    return _speaking.get().language


def tag(name: str | None = None) -> str:
    """A language as pages name it (BCP 47); that spoken now where none is named."""
    return _TAGS[name or language()]


def locale() -> Locale:
    """How numbers, dates and names of countries are written in the language spoken now."""
    return _locale(language())


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(_LOCALES[name])


def in_address() -> list[tuple[str, str]]:
    """What links to other pages carry, so that these speak the language that the reader chose."""
    spoken = _speaking.get()
    return [("lang", spoken.language)] if spoken.is_chosen else []


@lru_cache(256)
def preferred(accept_language: str | None) -> str:
    """The language that suits a browser best, by its header Accept-Language; English where none does."""
    weighed: list[tuple[float, str]] = []
    for part in (accept_language or "").split(","):
        name, _, weight = part.partition(";")
        try:
            share = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            share = 0.0
        if name.strip() and share > 0:
            weighed.append((share, name.strip().lower().split("-")[0]))
    wanted = [name for _, name in sorted(weighed, key=lambda pair: -pair[0])]
    return negotiate_locale(wanted, list(LANGUAGES)) or SOURCE


def gettext(message: str, /, **values: object) -> str:
    """A message in the language spoken now, with values in the place of the names in braces."""
    said = translations(language()).gettext(message) if message else ""
    return said.format(**values) if values else said


def ngettext(one: str, many: str, number: float, /, **values: object) -> str:
    """As `gettext`, in the form that goes with a number; `{n}` is the number as it is written."""
    said = translations(language()).ngettext(one, many, int(number))
    return said.format(n=written(f"{int(number):,}"), **values)


def written(number: str) -> str:
    """A number as Python writes it in English (`1,225.5`), with the signs of the language spoken now.

    Charts say thousands of numbers: Babel's own function, which reads a pattern each time, takes twenty times as long.
    """
    return number.translate(_signs(language()))


@cache
def _signs(name: str) -> dict[int, str]:
    return str.maketrans({",": get_group_symbol(_locale(name)), ".": get_decimal_symbol(_locale(name))})


def N_(message: str, /) -> str:
    """Mark a message for the catalogues where it stands; `gettext` says it later."""
    return message


def listed(words: Iterable[str], style: str = "standard") -> str:
    """Words as a list in a sentence: "a, b and c"; with the style `or`, "a, b or c"."""
    return lists.format_list(list(words), style=style, locale=locale())  # type: ignore[arg-type]


@cache
def translations(name: str) -> NullTranslations:
    """The messages of a language. A catalogue is read when it is first needed."""
    if name == SOURCE:
        return NullTranslations()
    file = CATALOGUES / name / "LC_MESSAGES" / f"{DOMAIN}.po"
    catalogue = read_po(io.BytesIO(file.read_bytes()), locale=_LOCALES[name], domain=DOMAIN)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
