"""Every text of every page, also of what is folded away, is in the reader's language, a name or marked as English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from ledger import views
from ledger.facts import Facts
from tests.pseudo import LANGUAGE, OPEN, speak_pseudo, untold
from tests.serving import ROOT

RIO = ("city", "rio-de-janeiro")
SEOUL = ("city", "seoul")
#: Fields of Streamlit's elements that are read, heard, or shown on hover.
READ = {"label", "help", "body", "placeholder", "options", "alt", "title", "raw_value", "raw_values"}
#: Fields that hold JSON, and what of it is read; a chart's `customdata` is what it shows on hover.
JSON = {
    "columns": {"label", "help"},
    "json": {"title", "sentences", "close"},
    "spec": {"text", "ticktext", "name", "hovertemplate", "title", "labels", "customdata"},
}


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Facts:
    """The facts, served in a language whose every message stands in brackets."""
    return speak_pseudo(monkeypatch)


def texts(block: Any) -> Iterator[tuple[str, str]]:
    """Every text of a page, with the kind of element and the field that hold it."""
    if isinstance(message := getattr(block, "proto", None), Message):
        yield from _of_message(message, type(message).__name__)
    for child in getattr(block, "children", {}).values():
        yield from texts(child)


def _of_message(message: Message, kind: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if isinstance(one, Message):
                yield from _of_message(one, f"{kind}.{field.name}")
            elif field.name in READ and isinstance(one, str):
                yield f"{kind}.{field.name}", one
            elif field.name in JSON and isinstance(one, str) and one:
                for text in _of_json(json.loads(one), JSON[field.name]):
                    yield f"{kind}.{field.name}", text


def _of_json(part: Any, read: set[str], *, is_read: bool = False) -> Iterator[str]:
    if isinstance(part, str) and is_read:
        yield part
    elif isinstance(part, list):
        for one in part:
            yield from _of_json(one, read, is_read=is_read)
    elif isinstance(part, dict):
        for name, one in part.items():
            yield from _of_json(one, read, is_read=name in read)


#: Names of languages in their own, of the field that chooses one, and of formats.
SAME = {"English", "Português", "Español", "Language · Idioma", "Parquet", "JSON", "Excel", "BibTeX"}


def plain(text: str, facts: Facts) -> str:
    """A text without addresses, names of columns, views and icons, and without what a chart puts in for its marks.

    How a score was measured, and the note on it, are texts of the dataset; a chart cannot mark them as English.
    """
    if text in SAME | {field.name for table in facts.descriptor.tables for field in facts.descriptor.fields(table)}:
        return ""
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", text)  # Markdown's signs stand for themselves.
    text = re.sub(r"`[^`]*`|:material/\w+:|%\{[^}]*\}|(?<![\w<])/(?=[\w?])\S*", " ", text)
    # Names are broken into lines, also after a hyphen, and kept together, to fit a chart.
    text = re.sub(r"(?<=\w)-\s+", "-", text.replace("<br>", " ").replace("\xa0", " "))
    for said in (*_scores(facts), *(f"({view})" for view in views.VIEWS)):
        text = text.replace(said, "")
    return text


def _scores(facts: Facts) -> list[str]:
    scores = facts.tables["benchmark_results"]
    return sorted(map(escape, {*scores["setting"].dropna(), *scores["note"].dropna()}), key=len, reverse=True)


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("overview", []),
        ("spending", [RIO, ("lens", "intl"), ("per_resident", "yes")]),
        ("sovereignty", [SEOUL]),
        ("models", []),
        ("city", []),
        ("city", [RIO]),
        ("city", [RIO, SEOUL]),
        ("evidence", [("disputed", "only"), ("stage", "spent")]),
        ("data", [RIO]),
        ("method", []),
        ("initiative", [("initiative", "rio-de-janeiro-rio-ai-city")]),
    ],
    ids=lambda one: one if isinstance(one, str) else ",".join(value for _, value in one),
)
def test_a_page_says_nothing_in_another_language(facts: Facts, page: str, query: list[tuple[str, str]]) -> None:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
    for name, value in [*query, ("lang", LANGUAGE)]:
        app.query_params[name] = [*app.query_params.get(name, []), value]
    app.switch_page(f"app_pages/{page}.py")
    app.run()
    assert not app.exception
    found = dict.fromkeys(texts(app._tree))
    assert sum(OPEN in text for _, text in found) > 30
    method = (ROOT / "locale" / LANGUAGE / "method.md").read_text(encoding="utf-8")
    assert [
        (place, strange)
        for place, text in found
        if text.strip() not in method  # It is written in each language, not translated.
        for strange in untold(plain(text, facts), facts)
    ] == []
