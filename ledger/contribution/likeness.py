"""Rows that look alike: what somebody adds may be there already, under another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, urlencode, urlsplit

from rapidfuzz import fuzz, utils

from ledger.contribution.files import Package, Row
from ledger.contribution.rows import New

#: From which likeness on (0 to 100) two names, or parts of names and sentences, are shown side by side.
_NAMES, _PARTS = 80, 85


@dataclass(frozen=True)
class Alike:
    """A new row, a row of the same table that looks like it, and what is the same."""

    new: New
    row: Row
    same: str


def alike(new: Iterable[New], package: Package) -> list[Alike]:
    """The rows of a package that look like new ones, by new row."""
    new = list(new)
    city = {row["id"]: row["city_id"] for row in package.rows("initiatives")}
    city |= {one.row["id"]: one.row["city_id"] for one in new if one.table == "initiatives" and "id" in one.row}
    return [
        Alike(one, row, same)
        for one in new
        for row in package.rows(one.table)
        if (same := _same(one.table, one.row, row, city))
    ]


def _same(table: str, one: Mapping[str, str], other: Mapping[str, str], city: Mapping[str, str]) -> str:
    """What makes two rows look alike, in words; "" where they do not."""
    match table:
        case "cities" if one["country_code"] == other["country_code"] and _like(one["name"], other["name"]):
            return "a city of the same country with a similar name"
        case "organizations" if _like(one["name"], other["name"]):
            return "a similar name"
        case "initiatives" if one["city_id"] == other["city_id"] and _within(one["name"], other["name"]):
            return "the same city and a similar name"
        case "sources" if _plain_address(one["url"]) == _plain_address(other["url"]):
            return "the same address, written in another way"
        case "funding" if _same_figure(one, other, city) and one["related_funding_id"] != other["id"]:
            return "the same amount, currency and stage at the same city"
        case "metrics" if all(one[column] == other[column] for column in ("initiative_id", "name", "value", "kind")):
            return "the same value of the same thing"
        case "claims" if one["subject_id"] == other["subject_id"] and (
            fuzz.token_sort_ratio(one["statement"], other["statement"], processor=utils.default_process) >= _PARTS
        ):
            return "the same subject and a similar statement"
    return ""


def _like(one: str, other: str) -> bool:
    return fuzz.token_sort_ratio(one, other, processor=utils.default_process) >= _NAMES


def _within(one: str, other: str) -> bool:
    """Whether a name is like another one, or like a part of it: of one city's initiatives, that is much."""
    ways = (fuzz.token_set_ratio, fuzz.partial_ratio)
    return max(way(one, other, processor=utils.default_process) for way in ways) >= _PARTS


def _same_figure(one: Mapping[str, str], other: Mapping[str, str], city: Mapping[str, str]) -> bool:
    same = one["currency"] == other["currency"] and one["stage"] == other["stage"]
    return same and city.get(one["initiative_id"], "") == city.get(other["initiative_id"], "?") and _meet(one, other)


def _meet(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether an end of one amount is an end of the other."""
    return bool(set(_ends(one)) & set(_ends(other)))


def _ends(row: Mapping[str, str]) -> Iterator[Decimal]:
    for column in ("amount", "amount_high"):
        try:
            yield Decimal(row.get(column) or "-")
        except InvalidOperation:
            continue


def like_amounts(figure: Mapping[str, str], initiative: str, city: str, package: Package) -> list[Row]:
    """The figures to which a new one may relate: those of its initiative, then like amounts of its city.

    Amounts are alike where they differ by a tenth at most, in the same currency.
    """
    of_city = {row["id"] for row in package.rows("initiatives") if row["city_id"] == city}
    own = [row for row in package.rows("funding") if row["initiative_id"] == initiative]
    others = [row for row in package.rows("funding") if row["initiative_id"] in of_city - {initiative}]
    return own + [row for row in others if row["currency"] == figure.get("currency") and _near(figure, row)]


def _near(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(abs(a - b) * 10 <= max(a, b) for a in _ends(one) for b in _ends(other))


def _plain_address(url: str) -> tuple[str, str, str]:
    """An address without what does not tell pages apart: scheme, www, a slash at the end, marks of campaigns."""
    parts = urlsplit(url)
    asked = [(name, value) for name, value in parse_qsl(parts.query) if not name.startswith("utm_")]
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), urlencode(sorted(asked))
