"""Numbers, dates and texts as a reader sees them."""

from __future__ import annotations

import html
import math
import re
from urllib.parse import urlsplit

import pandas as pd

_STEPS = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
#: What makes a link open beside the page.
BESIDE = ' target="_blank" rel="noopener noreferrer"'
_UNITS = {"USD": "US$", "international dollars": "int. $"}


def short(number: float | None, digits: int = 2) -> str:
    """A number in few characters, with two significant digits or all that stand before the point.

    `short(8_470_000) == "8.5 M"`, `short(65e9) == "65 bn"`, `short(417e6) == "417 M"`.
    """
    if number is None or pd.isna(number):
        return "not known"
    sign, size = ("−" if number < 0 else ""), abs(float(number))
    for place, (step, name) in enumerate(_STEPS):
        if size >= step * (1 - 0.5 / 10**3):
            scaled = size / step
            text = _significant(scaled, digits)
            if text == "1000" and place:
                return f"{sign}1 {_STEPS[place - 1][1]}"
            return f"{sign}{text} {name}"
    return f"{sign}{_significant(size, digits)}"


def _significant(size: float, digits: int) -> str:
    if size == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{size:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole(number: float) -> str:
    """A count with separators: `1,225`."""
    return f"{int(number):,}"


def money(value: float | None, unit: str, high: float | None = None) -> str:
    """An amount with its unit, and as a range where its ends differ: `US$ 65 bn`, `BRL 12 M to 15 M`."""
    if value is None or pd.isna(value):
        return "not known"
    sign = _UNITS.get(unit.removesuffix(" per resident"), unit.removesuffix(" per resident"))
    text = f"{sign} {short(value)}"
    if high is not None and not pd.isna(high) and short(high) != short(value):
        text += f" to {short(high)}"
    return text + (" per resident" if unit.endswith(" per resident") else "")


def unit_title(unit: str) -> str:
    """A unit as the title of an axis."""
    return {"USD": "US dollars", "international dollars": "International dollars"}.get(unit, unit)


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 city`, `281 cities`."""
    return f"{whole(number)} {one if number == 1 else many or one + 's'}"


def date(text: str | None) -> str:
    """A partial ISO date in words: `2025`, `Jun 2025`, `13 Jun 2025`."""
    if text is None or pd.isna(text):
        return "no date"
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    year, *rest = text.split("-")
    if not rest:
        return year
    month = months[int(rest[0]) - 1]
    return f"{month} {year}" if len(rest) == 1 else f"{int(rest[1])} {month} {year}"


def escape(text: str | None) -> str:
    """A text of the dataset for HTML, and for labels of Plotly, which reads some tags."""
    return "" if text is None or pd.isna(text) else html.escape(str(text), quote=True)


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
