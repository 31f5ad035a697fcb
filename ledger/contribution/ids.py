"""The short names of new rows: made as those that are there, and never given twice."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import count

from slugify import slugify

#: Tables whose rows are numbered under their initiative: rio-de-janeiro-rio-ai-city-f1.
_NUMBERED = {"funding": "f", "metrics": "m"}
_WORDS = ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to", "with")


def propose(table: str, row: Mapping[str, str], taken: Collection[str]) -> str:
    """An id for a new row that no other row of its table has.

    Args:
        table: the table of the row.
        row: what is known of it, as texts by column.
        taken: the ids that are given already.
    """
    if table in _NUMBERED:
        stem = f"{row.get('initiative_id', '')}-{_NUMBERED[table]}"
        given = [int(found[1]) for one in taken if (found := re.fullmatch(rf"{re.escape(stem)}(\d+)", one))]
        return f"{stem}{max(given, default=0) + 1}"
    stem = _stem(table, row)
    return next(one for number in count(1) if (one := stem if number == 1 else f"{stem}-{number}") not in taken)


def _stem(table: str, row: Mapping[str, str]) -> str:
    name = row.get("name", "")
    match table:
        case "initiatives":
            parts = [row.get("city_id", ""), _short(name, 40)]
        case "sources":
            parts = ["src", _short(row.get("publisher", ""), 20), _short(row.get("title", ""), 30)]
        case "claims":
            parts = ["claim", row.get("subject_id", ""), row.get("topic", "")]
        case _:
            parts = [_short(re.sub(r"\(.*?\)", "", name), 50)]
    return slugify("-".join(filter(None, parts))) or "new"


def _short(text: str, limit: int) -> str:
    return slugify(text, max_length=limit, word_boundary=True, save_order=True, stopwords=_WORDS)
