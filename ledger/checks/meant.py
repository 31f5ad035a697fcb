"""What was probably meant by a value that is wrong. Nothing is guessed where two things are as likely."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import babel
import pyarrow as pa
from babel.numbers import get_currency_name, get_currency_symbol, list_currencies
from dateutil import parser
from rapidfuzz import fuzz, process, utils
from slugify import slugify

from ledger.checks.cells import NUMBERS, right_values
from ledger.descriptor import Field
from ledger.language import listed

#: How alike (0 to 100) two codes must be, and by how much more than the next.
_ALIKE, _AHEAD = 72, 4
_YES = ("yes", "y", "sim", "sí", "si", "oui", "ja", "wahr", "x", "verdadeiro", "verdadero", "vrai", "1.0", "on")
_NO = ("no", "n", "não", "nao", "non", "nein", "falsch", "falso", "faux", "0.0", "off")
_LOCALES = ("en", "pt_BR", "es", "fr", "de")


def meant_in(value: str, field: Field, raw: Mapping[str, Any]) -> str | None:
    """What a cell was probably meant to hold: a value that its column accepts; None where nothing is likely."""
    accepted = [candidate for candidate in dict.fromkeys(_candidates(value, field, raw)) if _is_right(candidate, raw)]
    # A day and a month that could change places are two readings; both are named.
    return listed(accepted, "or") if 0 < len(accepted) <= 2 else None


def meant_of(value: str, known: Sequence[str]) -> str | None:
    """The known id or code that a wrong one is most like, where one is ahead of all others."""
    written = slugify(value)
    if written in known and written != value:
        return written
    found = process.extract(value, known, scorer=fuzz.WRatio, processor=utils.default_process, limit=2)
    found = [hit for hit in found if hit[1] >= _ALIKE]
    if not found or (len(found) > 1 and found[0][1] - found[1][1] < _AHEAD):
        return None
    return str(found[0][0])


def _is_right(value: str, raw: Mapping[str, Any]) -> bool:
    return value != "" and bool(right_values(pa.array([value], pa.string()), raw)[0])


def _candidates(value: str, field: Field, raw: Mapping[str, Any]) -> Iterator[str]:
    # As the package has it: the words of the field are in the language that is spoken.
    form = str(raw.get("form") or "")
    plain = " ".join(unicodedata.normalize("NFKC", value).replace("\0", "").split())
    if plain != value:
        yield plain
    if field.categories:
        yield from _codes(plain, field, raw)
    elif field.type in NUMBERS:
        yield from _numbers(plain)
    elif field.type == "boolean":
        folded = plain.casefold()
        yield from ["true"] * (folded in _YES or folded == "true") + ["false"] * (folded in _NO or folded == "false")
    elif field.name == "currency" or "currency code" in form:
        yield from _currencies(plain)
    elif "country code" in form:
        yield from _countries(plain)
    elif form.startswith("a da"):
        yield from _dates(plain)
    elif form.startswith("an id"):
        yield slugify(plain)
    elif form.startswith("an address"):
        yield f"https://{plain.removeprefix('//')}"
    elif form:
        yield from (plain.upper(), plain.lower())


def _codes(value: str, field: Field, raw: Mapping[str, Any]) -> Iterator[str]:
    """A code by itself or by its label, as the package has it or in the language that is spoken."""
    written = [one for one in raw.get("categories", ()) if isinstance(one, dict)]
    by_name = {str(one.get("label", one["value"])).casefold(): str(one["value"]) for one in written}
    by_name |= {category.value.casefold(): category.value for category in field.categories}
    spoken = {category.label.casefold(): category.value for category in field.categories}
    both = spoken | by_name
    exact = both.get(value.casefold()) or both.get(value.casefold().replace(" ", "_"))
    # One after the other: a word that is alike in two languages is no doubt about what was meant.
    close = exact or meant_of(value, list(by_name)) or meant_of(value, list(spoken))
    if close:
        yield both.get(close, close)


def _numbers(value: str) -> Iterator[str]:
    """A number without what surrounds it, its decimal mark a point and its groups of three together."""
    text = re.sub(r"^[^\d+\-.,]+|[^\d]+$", "", value.replace("−", "-"))
    sign = "-" if text.startswith("-") else ""
    digits = re.sub(r"[\s'’_]", "", text.lstrip("+-"))
    if re.fullmatch(r"\d+", digits):
        yield sign + digits
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", digits) and ("," in digits or digits.count(".") > 1):
        yield sign + digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits) and ("." in digits or digits.count(",") > 1):
        yield sign + digits.replace(",", "")
    elif re.fullmatch(r"\d+,\d+", digits):
        whole, part = digits.split(",")
        yield f"{sign}{whole}.{part}"
        if len(part) == 3 and 1 <= len(whole) <= 3:
            yield sign + whole + part  # 1,234 is either
    elif re.fullmatch(r"\d+\.\d+", digits):
        yield sign + digits
        if digits.rstrip("0").endswith("."):
            yield sign + digits.partition(".")[0]


def _dates(value: str) -> Iterator[str]:
    """A date as ISO 8601; both readings where day and month can change places."""
    if found := re.fullmatch(r"(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?(?:[T ].*)?", value):
        year, month, day = found.groups()
        yield f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
        return
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{4})", value):
        yield f"{found[2]}-{int(found[1]):02}"
        return
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", value):
        first, second, year = int(found[1]), int(found[2]), found[3]
        yield from (f"{year}-{month:02}-{day:02}" for day, month in ((first, second), (second, first)) if month <= 12)
        return
    if re.search(r"[A-Za-z]", value) and re.search(r"\d{4}", value):
        try:
            one, other = (parser.parse(value, default=parser.parse(f"2001-{day}")) for day in ("01-01", "12-28"))
        except (ValueError, OverflowError):
            return
        form = "%Y-%m-%d" if one.day == other.day else "%Y-%m" if one.month == other.month else "%Y"
        yield one.strftime(form)


def _currencies(value: str) -> Iterator[str]:
    yield value.upper()
    yield from sorted(_currency_names().get(value.casefold(), ()))


@cache
def _currency_names() -> dict[str, frozenset[str]]:
    """The codes of each symbol and name of a currency, small letters."""
    found: dict[str, set[str]] = {}
    for locale in _LOCALES:
        for code in list_currencies(locale):
            names = (
                get_currency_symbol(code, locale), get_currency_name(code, locale=locale),
                get_currency_name(code, 2, locale=locale),
            )  # fmt: skip
            for name in names:
                found.setdefault(name.casefold(), set()).add(code)
    # The dollar sign alone is that of many currencies.
    found.pop("$", None)
    found["us$"] = {"USD"}
    return {name: frozenset(codes) for name, codes in found.items()}


def _countries(value: str) -> Iterator[str]:
    yield value.upper()
    yield from _country_names().get(value.casefold(), ())


@cache
def _country_names() -> dict[str, tuple[str, ...]]:
    return {
        name.casefold(): (code,)
        for locale in _LOCALES
        for code, name in babel.Locale.parse(locale).territories.items()
        if len(code) == 2 and code.isalpha()
    }
