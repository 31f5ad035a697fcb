"""One answer against the column that it is for: what a cell will hold, or what was probably meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache

from babel import Locale
from babel.numbers import get_currency_name, get_currency_symbol, list_currencies
from dateutil import parser as dates
from rapidfuzz import fuzz, process, utils
from slugify import slugify

from ledger.descriptor import Field

_NUMBER = {
    "integer": r"[+-]?[0-9]{1,18}",
    "year": r"[0-9]{4}",
    "number": r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?",
}
_YES = {"yes", "y", "ja", "sim", "si", "sí", "oui", "true", "1"}
_NO = {"no", "n", "nein", "não", "nao", "non", "false", "0"}
_SCALES = {
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "bn": 10**9,
    "billion": 10**9,
    "trillion": 10**12,
}


class Wrong(ValueError):
    """An answer that does not fit its column: what it is, what is `expected`, what was probably meant.

    `guess` is an answer that would fit, None where none comes to mind.
    """

    def __init__(self, value: str, expected: str, guess: str | None = None) -> None:
        super().__init__(value, expected, guess)
        self.value = value
        self.expected = expected
        self.guess = guess

    def __str__(self) -> str:
        found = f"found {shown(self.value)!r}" if self.value else "found nothing"
        meant = f" Did you mean {shown(self.guess)!r}?" if self.guess else ""
        return f"{found}, expected {self.expected}.{meant}"


def shown(text: str, limit: int = 80) -> str:
    """A text as it may be shown in a terminal: on one line, without characters that steer it."""
    plain = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    plain = " ".join("".join(letter for letter in plain if unicodedata.category(letter) != "Cf").split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


def check(field: Field, text: str) -> str:
    """The cell that an answer makes: blanks put right, numbers in their plain form.

    An empty answer is an empty cell: not known.

    Raises:
        Wrong: the answer does not fit the column.
    """
    text = " ".join(text.split())
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise Wrong(text, "text without control characters", shown(text))
    if not text:
        if field.required:
            raise Wrong("", f"{field.expected}, never empty")
        return ""
    if "enum" in field.constraints:
        if text not in field.constraints["enum"]:
            raise Wrong(text, field.expected, _code(field, text))
        return text
    if field.type == "boolean":
        if text not in ("true", "false"):
            raise Wrong(text, field.expected, _yes_or_no(text))
        return text
    if field.type in _NUMBER:
        return _number(field, text)
    pattern = field.constraints.get("pattern")
    if pattern and not re.fullmatch(pattern, text):
        raise Wrong(text, field.expected, _formed(field, pattern, text))
    if pattern and _is_date(pattern):
        _real_day(field, text)
    known = _KNOWN.get(field.name)
    if known and text not in known():
        raise Wrong(text, field.expected, closest(text, known()))
    return text


def closest(text: str, names: Mapping[str, str]) -> str | None:
    """The key whose key or name is like a text; None where none is."""
    wanted = utils.default_process(text)
    exact = (code for code, name in names.items() if wanted in (utils.default_process(code), name.lower()))
    found = next(exact, None)
    if found or not wanted:
        return found
    pool = {(code, way): term for code, name in names.items() for way, term in enumerate((code, name))}
    best = process.extractOne(text, pool, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=70)
    return best[2][0] if best else None


def _code(field: Field, text: str) -> str | None:
    names = {category.value: category.label for category in field.categories}
    short = [code for code in field.constraints["enum"] if code.startswith(text.lower()[:6]) and len(text) >= 4]
    return closest(text, names) or (short[0] if len(short) == 1 else None)


def _yes_or_no(text: str) -> str | None:
    return "true" if text.lower() in _YES else "false" if text.lower() in _NO else None


# Numbers


def _number(field: Field, text: str) -> str:
    if not re.fullmatch(_NUMBER[field.type], text):
        raise Wrong(text, field.expected, next(_numbers(field, text), None))
    plain = _plain(Decimal(text))
    if not _within(field, Decimal(plain)):
        raise Wrong(text, field.expected)
    return plain


def _plain(number: Decimal) -> str:
    """Digits alone, as the files have them: no sign before, no exponent, no zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _within(field: Field, number: Decimal) -> bool:
    tests: dict[str, Callable[[Decimal], bool]] = {
        "minimum": number.__ge__,
        "exclusiveMinimum": number.__gt__,
        "maximum": number.__le__,
        "exclusiveMaximum": number.__lt__,
    }
    return all(test(Decimal(str(field.constraints[name]))) for name, test in tests.items() if name in field.constraints)


def _numbers(field: Field, text: str) -> Iterator[str]:
    """What somebody means who writes 1,234.5, 1.234,5, 5,5, R$ 3 million or 40 bn."""
    found = re.fullmatch(r"[^\d+-]*([+-]?\d[\d.,' _\u00a0\u202f]*)\s*([A-Za-z]*)\.?[^\d]*", text)
    if not found:
        return
    digits = re.sub(r"[' _\u00a0\u202f]", "", found[1]).rstrip(".,")
    marks = [mark for mark in digits if mark in ".,"]
    if marks:
        last = marks[-1]
        groups = re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", digits) and len(set(marks)) == 1
        decimal = len(set(marks)) == 2 or (marks.count(last) == 1 and not groups)
        whole, _, part = digits.rpartition(last) if decimal else (digits, "", "")
        digits = re.sub(r"[.,]", "", whole) + (f".{part}" if decimal else "")
    try:
        number = Decimal(digits) * _SCALES.get(found[2].lower(), 1)
    except InvalidOperation:
        return
    plain = _plain(number)
    if re.fullmatch(_NUMBER[field.type], plain) and _within(field, number):
        yield plain


# Texts of a form


def _is_date(pattern: str) -> bool:
    return not re.fullmatch(pattern, "x") and all(re.fullmatch(pattern, text) for text in ("2025", "2025-06-13"))


def _real_day(field: Field, text: str) -> None:
    """Of the days that the pattern lets through, 31 June is none."""
    if len(text) == 10:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise Wrong(text, f"{field.expected}; this month has no such day", text[:7]) from None


def _formed(field: Field, pattern: str, text: str) -> str | None:
    if _is_date(pattern):
        return _date(text)
    if field.name in _KNOWN:
        return closest(text, _KNOWN[field.name]()) or (_symbols().get(text) if field.name == "currency" else None)
    address = f"https://{text}" if re.match(r"[\w-]+(\.[\w-]+)+(/|$)", text) else ""
    return next((guess for guess in (slugify(text), address) if re.fullmatch(pattern, guess)), None)


def _date(text: str) -> str | None:
    """A date written in another way, as precise as it was written; None where two days could be meant."""
    numeric = re.fullmatch(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{1,4})", text)
    if numeric:
        first, second, third = map(int, numeric.groups())
        orders = [(first, second, third)] if first > 31 else [(third, second, first), (third, first, second)]
        days = {day for order in orders if (day := _day(*order))}
        return days.pop() if len(days) == 1 else None
    month = re.fullmatch(r"(\d{1,2})[./-](\d{4})|(\d{4})[./-](\d{1,2})", text)
    if month:
        year, number = (month[2], month[1]) if month[2] else (month[3], month[4])
        return f"{year}-{int(number):02}" if 1 <= int(number) <= 12 else None
    if not re.search(r"[^\W\d]{3}", text):
        return None
    try:  # what the text leaves open comes from the default: what differs was not written
        one, other = (dates.parse(text, default=datetime(*start)) for start in ((1904, 1, 1), (1908, 2, 2)))
    except (ValueError, OverflowError):
        return None
    if one.year != other.year or not re.fullmatch("[12][0-9]{3}", str(one.year)):
        return None
    return f"{one:%Y-%m-%d}" if one.day == other.day else f"{one:%Y-%m}" if one.month == other.month else f"{one:%Y}"


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if 1000 <= year < 3000 else None
    except ValueError:
        return None


# Codes of the world


@cache
def countries() -> dict[str, str]:
    """The countries and territories by ISO 3166-1 code, in English."""
    return {code: name for code, name in Locale("en").territories.items() if re.fullmatch("[A-Z]{2}", code)}


@cache
def _currencies() -> dict[str, str]:
    return {code: get_currency_name(code, locale="en") for code in sorted(list_currencies())}


@cache
def _languages() -> dict[str, str]:
    return {code: name for code, name in Locale("en").languages.items() if re.fullmatch("[a-z]{2}", code)}


@cache
def _symbols() -> dict[str, str]:
    """Signs of one currency alone: a bare $ or ¥ may be that of many."""
    signs = {get_currency_symbol(code, locale="en"): code for code in _currencies()}
    return {sign: code for sign, code in signs.items() if sign not in ("$", "¥")}


#: The columns whose codes a standard lists, by name of the column.
_KNOWN: dict[str, Callable[[], dict[str, str]]] = {
    "country_code": countries,
    "currency": _currencies,
    "language": _languages,
}
