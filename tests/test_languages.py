"""Three languages: every message in the catalogues, each said with the same values, chosen as readers expect."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from components import formats
from components.tables import column_config
from ledger import dataset
from ledger.language import CATALOGUES, DOMAIN, LANGUAGES, SOURCE, gettext, listed, ngettext, preferred, speaking
from ledger.selection import Selection
from tests.serving import ROOT

OTHERS = [name for name in LANGUAGES if name != SOURCE]
_TAG = re.compile(r"</?[a-z]+[^>]*>")


@cache
def said_in_the_code() -> dict[str, tuple[str, ...]]:
    """Every message of the code: its forms, by the first of them."""
    with (CATALOGUES / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(ROOT, methods, options, keywords=DEFAULT_KEYWORDS | {"N_": None})
    messages = [message if isinstance(message, tuple) else (message,) for _, _, message, _, _ in found]
    return {message[0]: message for message in messages}


@cache
def catalogue(language: str) -> Catalog:
    file = CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    return read_po(io.BytesIO(file.read_bytes()), domain=DOMAIN)


@cache
def sources() -> tuple[tuple[Path, ast.AST], ...]:
    """The code whose messages the catalogues hold."""
    folders = ("app_pages", "components", "ledger", "web")
    paths = [ROOT / "dashboard.py", *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    return tuple((path, ast.parse(path.read_text())) for path in paths)


def name_of(node: ast.AST) -> str:
    """Which of the functions that say messages is called; empty for anything else."""
    name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return name if name in ("_", "ngettext", "N_") else ""


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in sources():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node))


def pairs(message: Message) -> list[tuple[str, str]]:
    """What is said in each form, beside the English that it stands for."""
    if not message.pluralizable:
        return [(message.id, message.string)]
    return [(message.id[min(place, 1)], said) for place, said in enumerate(message.string)]


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_of_the_code_is_in_the_catalogue_and_none_beside(language: str) -> None:
    known = {message.id[0] if message.pluralizable else message.id for message in catalogue(language) if message.id}
    assert sorted(known) == sorted(said_in_the_code())


def test_no_message_hides_in_a_formatted_string() -> None:
    """What Babel does not see there on every version of Python."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, tree in sources()
        for text in ast.walk(tree)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if name_of(call) and isinstance(call.args[0], ast.Constant)
    ]
    assert not hidden


def test_babel_finds_every_message_of_the_code_in_all_its_forms() -> None:
    """Which it does not where a message holds another."""
    found = said_in_the_code()
    missed = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in calls()
        if isinstance(call.args[0], ast.Constant)
        and len(found.get(call.args[0].value, ())) < (2 if name_of(call) == "ngettext" else 1)
    ]
    assert not missed


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_said_and_none_is_a_guess(language: str) -> None:
    messages = [message for message in catalogue(language) if message.id]
    assert not [message.id for message in messages if message.fuzzy]
    assert not [message.id for message in messages if not all(said for _, said in pairs(message))]


@pytest.mark.parametrize("language", OTHERS)
def test_a_message_has_the_same_values_tags_and_ends_in_every_language(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        for english, said in pairs(message) if message.id else []:
            # One thing may be called "one" in words.
            missing = values(english) ^ values(said) - {"n"}
            blanks = [(text[:1].isspace(), text[-1:].isspace()) for text in (english, said)]
            tags = [sorted(_TAG.findall(text)) for text in (english, said)]
            if missing - {"n"} or blanks[0] != blanks[1] or tags[0] != tags[1]:
                wrong.append((english, said))
    assert not wrong


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("pt", "pt"),
        ("es-419,es;q=0.9", "es"),
        ("fr-FR,fr;q=0.9,es;q=0.5,en;q=0.3", "es"),
        ("en-US,en;q=0.9,pt;q=0.8", "en"),
        ("de,ja", "en"),
        ("pt;q=0,es", "es"),
        ("pt;q=much", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_browser_gets_the_language_that_it_prefers(header: str | None, language: str) -> None:
    assert preferred(header) == language


def test_links_between_pages_keep_a_language_that_was_chosen_and_files_have_none() -> None:
    rio = Selection(city=("rio-de-janeiro",))
    with speaking("pt", is_chosen=True):
        assert rio.address("/spending") == "/spending?city=rio-de-janeiro&lang=pt"
        assert Selection().address("/") == "/?lang=pt"
        assert rio.address("/api/v1/views/funding-register.csv").endswith("?city=rio-de-janeiro")
    with speaking("pt"):
        assert rio.address("/spending") == "/spending?city=rio-de-janeiro"


@pytest.mark.parametrize(
    ("language", "number", "money", "day", "month", "list_of_three"),
    [
        ("en", "1,225", "US$ 65 bn", "13 Jun 2025", "Jun 2025", "a, b and c"),
        ("pt", "1.225", "US$ 65 bi", "13 de jun. de 2025", "jun. de 2025", "a, b e c"),
        ("es", "1.225", "US$ 65 mil M", "13 jun 2025", "jun 2025", "a, b y c"),
    ],
)
def test_numbers_money_dates_and_lists_are_written_as_the_language_does(
    language: str, number: str, money: str, day: str, month: str, list_of_three: str
) -> None:
    with speaking(language):
        assert formats.whole(1225) == number
        assert formats.money(65e9, "USD") == money
        assert formats.date("2025-06-13") == day
        assert formats.date("2025-06") == month
        assert formats.date("2025") == "2025"
        assert listed(["a", "b", "c"]) == list_of_three


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_column_is_counted_in_is_known_in_every_language(language: str) -> None:
    with speaking(language):
        config = column_config(dataset.facts(), "funding-over-time")
    assert config["year"]["type_config"]["format"] == "%d"
    assert config["value"]["type_config"]["format"] == "localized"


def test_nobody_speaks_another_language_after_a_span_in_it() -> None:
    with speaking("es"), speaking("pt"):
        pass
    assert gettext("Overview") == "Overview"
    assert ngettext("{n} row", "{n} rows", 1225) == "1,225 rows"
