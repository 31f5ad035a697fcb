"""Numbers, dates and texts as a reader sees them."""

from __future__ import annotations

import datetime
import html
import math
import re
from functools import lru_cache
from urllib.parse import urlsplit

import pandas as pd
from babel.dates import format_skeleton

from ledger.language import N_, SOURCE, language, locale, written
from ledger.language import gettext as _

#: What makes a link open beside the page.
BESIDE = ' target="_blank" rel="noopener noreferrer"'
#: Steps of a number in few characters, the largest first.
_STEPS = ((1e12, N_("{number} tn")), (1e9, N_("{number} bn")), (1e6, N_("{number} M")), (1e3, N_("{number} k")))
_UNITS = {"USD": N_("US$ {number}"), "international dollars": N_("int. $ {number}")}
_UNIT_TITLES = {"USD": N_("US dollars"), "international dollars": N_("International dollars")}
_PER_RESIDENT = " per resident"


def short(number: float | None, digits: int = 2) -> str:
    """A number in few characters, with two significant digits or all that stand before the point.

    `short(8_470_000) == "8.5 M"`, `short(65e9) == "65 bn"`, `short(417e6) == "417 M"`.
    """
    if number is None or pd.isna(number):
        return _("not known")
    sign, size = ("−" if number < 0 else ""), abs(float(number))
    for place, (step, words) in enumerate(_STEPS):
        if size >= step * (1 - 0.5 / 10**3):
            scaled = size / step
            if place and _significant(scaled, digits) == 1000:
                scaled, words = 1, _STEPS[place - 1][1]
            return sign + _(words, number=_written(scaled, digits))
    return sign + _written(size, digits)


def _significant(size: float, digits: int) -> float:
    return round(size, _places(size, digits)) if size else 0.0


def _places(size: float, digits: int) -> int:
    return max(0, digits - 1 - math.floor(math.log10(size)))


def _written(size: float, digits: int) -> str:
    text = f"{size:.{_places(size, digits) if size else 0}f}"
    return written(text.rstrip("0").rstrip(".") if "." in text else text)


def whole(number: float) -> str:
    """A count with separators: `1,225`."""
    return written(f"{int(number):,}")


def money(value: float | None, unit: str, high: float | None = None) -> str:
    """An amount with its unit, and as a range where its ends differ: `US$ 65 bn`, `BRL 12 M to 15 M`."""
    if value is None or pd.isna(value):
        return _("not known")
    number = short(value)
    if high is not None and not pd.isna(high) and short(high) != number:
        number = _("{low} to {high}", low=number, high=short(high))
    per_resident = unit.endswith(_PER_RESIDENT)
    unit = unit.removesuffix(_PER_RESIDENT)
    text = _(_UNITS[unit], number=number) if unit in _UNITS else f"{unit} {number}"
    return _("{money} per resident", money=text) if per_resident else text


def unit_title(unit: str) -> str:
    """A unit as the title of an axis."""
    bare = unit.removesuffix(_PER_RESIDENT)
    title = _(_UNIT_TITLES[bare]) if bare in _UNIT_TITLES else bare
    return _("{unit} per resident", unit=title) if bare != unit else title


def within(label: str) -> str:
    """A label as it stands within a sentence: its first letter small, unless it begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def date(text: str | None) -> str:
    """A partial ISO date in words: `2025`, `Jun 2025`, `13 Jun 2025`."""
    return _("no date") if text is None or pd.isna(text) else _date(str(text), language())


@lru_cache(4096)
def _date(text: str, language: str) -> str:
    """In a language, which is that spoken now: pages say the same dates again and again."""
    year, *rest = map(int, text.split("-"))
    if not rest:
        return text
    day = datetime.date(year, rest[0], rest[1] if len(rest) == 2 else 1)
    return format_skeleton("yMMMd" if len(rest) == 2 else "yMMM", day, locale=locale())


def escape(text: str | None) -> str:
    """A text of the dataset for HTML, and for labels of Plotly, which reads some tags."""
    return "" if text is None or pd.isna(text) else html.escape(str(text), quote=True)


def data_text(text: str | None) -> str:
    """A sentence of the dataset for HTML, marked as English where the page speaks another language."""
    said = escape(text)
    return said if not said or language() == SOURCE else f'<span lang="{SOURCE}">{said}</span>'


def as_markdown(text: str) -> str:
    """A text of the dataset for a Markdown label: every mark stands for itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def safe_url(url: str | None) -> str | None:
    """The address, if it is http or https and names a host; nothing else is made into a link."""
    if url is None or pd.isna(url):
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme in ("http", "https") and parts.hostname else None


def link(url: str | None, text: str) -> str:
    """A link as HTML that opens beside the page; the bare text where the address is no web address."""
    address = safe_url(url)
    if address is None:
        return escape(text)
    return f'<a href="{escape(address)}"{BESIDE}>{escape(text)}</a>'


def title_link(url: str | None, title: str) -> str:
    """A link whose text is the title of a source, marked as English where the page speaks another language."""
    made = link(url, title)
    return made if language() == SOURCE else f'<span lang="{SOURCE}">{made}</span>'
