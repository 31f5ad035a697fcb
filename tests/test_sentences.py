"""Sentences that pages show and the ledger makes: in the reader's language on a page, in English anywhere else."""

from __future__ import annotations

import io
from datetime import date
from html import escape

import pandas as pd
import pytest

from ledger import changes, views
from ledger.citation import citation, filter_words, in_words
from ledger.facts import Facts
from ledger.language import speaking
from ledger.own import with_own
from ledger.own_rows import OwnRows, read_own
from ledger.reading.refused import Refused
from ledger.selection import Selection, choices
from ledger.tables import TooManyRows
from tests.pseudo import LANGUAGE, OPEN, speak_pseudo, untold
from tests.test_own import OWN
from tests.test_validate import as_csv, broken_rows, good_rows


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Facts:
    """The facts, served in a language whose every message stands in brackets."""
    return speak_pseudo(monkeypatch)


def read(facts: Facts, name: str, content: bytes) -> OwnRows:
    return read_own(name, io.BytesIO(content), facts.tables, 10_000)


def test_faults_of_a_readers_rows_are_told_in_their_language_with_the_same_guesses(facts: Facts) -> None:
    rows, _ = broken_rows()
    content = as_csv(rows).encode()
    english = read_own("funding.csv", io.BytesIO(content), facts.tables, 10**7)
    with speaking(LANGUAGE):
        told = read_own("funding.csv", io.BytesIO(content), facts.tables, 10**7)
        said = [str(fault) for fault in told.faults]
    assert said
    assert [fault.value for fault in told.faults] == [fault.value for fault in english.faults]
    for fault, other, sentence in zip(told.faults, english.faults, said, strict=True):
        assert OPEN not in str(other)
        assert untold(escape(sentence), facts) == []
        # Of two guesses the word between them is in the language.
        meant = (fault.meant or "").replace(" ou ", " or ")
        assert meant == (other.meant or "")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("funding.csv", b""),
        ("funding.csv", b"a" * 10_001),
        ("funding.csv", b"id,name\0\n"),
        ("funding.txt", b"id"),
        ("nothing.csv", b"alpha,beta\n1,2\n"),
        ("funding.csv", b"\xff\xfei"),
        ("funding.csv", b"id," * 300 + b"\n"),
        ("funding.xlsx", b"PK"),
        ("package.zip", b"PK"),
        ("package.zip", b"PK\x05\x06" + bytes(18)),
    ],
)
def test_what_is_refused_is_told_in_the_readers_language(facts: Facts, name: str, content: bytes) -> None:
    with speaking(LANGUAGE), pytest.raises(Refused) as told:
        read(facts, name, content)
    assert OPEN in str(told.value)
    assert untold(escape(str(told.value)), facts) == []
    with pytest.raises(Refused) as english:
        read(facts, name, content)
    assert OPEN not in str(english.value)


def test_notes_on_a_file_are_told_in_the_readers_language(facts: Facts) -> None:
    header, row = as_csv(good_rows()[:1], ";").splitlines()
    content = f"{header};colour\n{row};café\n".encode("cp1252")
    known = facts.tables["sources"].head(2).to_csv(index=False).encode()
    with speaking(LANGUAGE):
        notes = [*read(facts, "funding.csv", content).notes, *read(facts, "sources.csv", known).notes]
    assert len(notes) == 5
    assert all(untold(escape(note.removeprefix("funding.csv: ")), facts) == [] for note in notes)


def test_filters_are_said_in_the_language_and_a_citation_is_english(facts: Facts) -> None:
    selection = Selection(city=("rio-de-janeiro",), stage=("spent",), since=2024, public=True, lens="intl")
    english = filter_words(selection, choices(facts))
    title, on = "Money", date(2026, 1, 1)
    cited = citation(facts, title, "https://x.example", on, english)
    with speaking(LANGUAGE):
        words = filter_words(selection, choices(facts))
        assert untold(in_words(words), facts) == []
        assert citation(facts, title, "https://x.example", on, english) == cited
    assert (
        in_words(english)
        == "city: Rio de Janeiro; stage: Spent; from 2024; Public money only; money: "
        + (choices(facts)["lens"]["intl"])
    )
    many = {"city": tuple("abcdefgh")}
    assert in_words(many) == "city: a, b, c, d, e, f and 2 more"


def test_what_changed_is_said_in_the_language_and_kept_in_english(facts: Facts) -> None:
    table = views.table("changes", facts, Selection())
    assert changes.said(table, facts) is table
    with speaking(LANGUAGE):
        # Facts that come to be while another language is spoken speak English all the same.
        assert not with_own(facts, OWN)["history"].collect().to_pandas()["what_changed"].str.contains(OPEN).any()
        told = changes.said(table, facts)
    assert list(told["change_id"]) == list(table["change_id"])
    assert not table["what_changed"].str.contains(OPEN).any()
    assert told["what_changed"].str.contains(OPEN).mean() > 0.9
    pd.testing.assert_frame_equal(told.drop(columns="what_changed"), table.drop(columns="what_changed"))


def test_that_there_is_too_much_is_said_in_the_language(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.views.rows.MOST", 10)
    monkeypatch.setattr("ledger.views.rows._may_be_large", lambda made, facts: True)
    with speaking(LANGUAGE), pytest.raises(TooManyRows) as told:
        views.table("funding-register", facts, Selection())
    assert untold(escape(str(told.value)), facts) == []
