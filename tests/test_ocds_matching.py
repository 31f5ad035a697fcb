"""AI is found by codes and words, and what only looks like it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.ocds.matching import BadTerms, matches, may_match, read_terms
from tests.releases import release

TERMS = read_terms()


def found(text: str, language: str | None, **parts: Any) -> list[str]:
    tender = {"title": text, **parts}
    return [str(match) for match in matches(release(language=language, tender=tender), TERMS, ["pt"])]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Artificial intelligence for permits", "en"),
        ("ARTIFICIAL-INTELLIGENCE PERMITS", "en"),
        ("artificial\n  intelligence", "en"),
        ("Two chatbots", "en"),
        ("AI-powered cameras", "en"),
        ("Data platform (AI)", "en"),
        ("Generative AI", "en"),
        ("Inteligência Artificial", "pt"),
        ("inteligencia artificial sem acento", "pt"),
        ("Redes neurais", "pt"),
        ("Sistema de IA", "pt"),
        ("Câmeras com reconhecimento facial", "pt"),
        ("Aprendizaje automático", "es"),
        ("Inteligencias artificiales", "es"),
        ("Soluciones de IA", "es"),
        ("Réseaux de neurones", "fr"),
        ("Plateforme d'intelligence artificielle", "fr"),
        ("Logiciel IA", "fr"),
        ("Machine learning", "fr"),
    ],
)
def test_what_is_about_ai_is_found(text: str, language: str) -> None:
    assert len(found(text, language)) == 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ai, que sistema", "pt"),
        ("j'ai un système", "fr"),
        ("J'AI UN SYSTÈME", "fr"),
        ("Sistema AI", "pt"),
        ("Software IA", "en"),
        ("Sala IA", "pt"),
        ("Processador IA-32 para sistema", "pt"),
        ("Sistema tipo IA/2", "pt"),
        ("CIA de dados", "pt"),
        ("Software for AI (artificial insemination)", "en"),
        ("Inseminação artificial (IA): sistema de registro", "pt"),
        ("System for avian influenza (AI) data", "en"),
        ("Roadworks in Ames, Iowa: data on the IA-17", "en"),
        ("Report system without the use of artificial intelligence", "en"),
        ("Rules on the use of generative AI in the preparation of bids; software", "en"),
        ("Relógio de ponto eletrônico com reconhecimento facial", "pt"),
        ("artificialintelligence", "en"),
        ("Intelligence; artificial turf", "en"),
        ("machine learnings", "en"),
    ],
)
def test_what_only_looks_like_it_is_not_found(text: str, language: str) -> None:
    assert found(text, language) == []


def test_a_match_says_what_matched_in_which_field() -> None:
    item = {
        "description": "Licença",
        "classification": {"scheme": "UNSPSC", "id": "43231511"},
        "additionalClassifications": [{"scheme": "x", "id": "1", "description": "Machine learning"}],
    }

    assert found("Chatbot", "pt", items=[item]) == [
        "UNSPSC 43231511 in tender.items.classification",
        "“Chatbot” in tender.title",
        "“Machine learning” in tender.items.classification.description",
    ]


def test_an_acronym_follows_the_language_of_its_text() -> None:
    assert found("Sistema IA", None) == ["“IA” in tender.title"], "the city's language, where none is stated"
    assert found("Sistema IA", "en") == []
    assert found("Licence", "en", title_pt="Sistema IA") == ["“IA” in tender.title_pt"]


def test_a_long_text_that_names_ai_once_in_passing_is_not_about_it() -> None:
    filler = "Pavement of the streets. " * 50

    assert found("Streets", "en", description=f"{filler} Ask our chatbot.") == []
    assert len(found("Streets", "en", description=f"{filler} A chatbot, and another chatbot.")) == 1


PIECES = ["artificial", "intelligence", "without", "AI", "IA", "sistema", "j'ai", "in", "bids", "insemination"]


@given(
    text=st.lists(st.sampled_from([*PIECES, "chatbots", ".", "(", "-", "é"])).map(" ".join),
    language=st.sampled_from(["en", "pt", "fr", None]),
)
def test_the_quick_look_never_misses_what_the_slow_one_finds(text: str, language: str | None) -> None:
    made = release(language=language, tender={"title": text})

    assert may_match(made, TERMS) or not matches(made, TERMS, ["pt", "en"])


@pytest.mark.parametrize("content", ["", "[]", '{"codes": []}', '{"codes": [1]}'])
def test_a_file_of_terms_of_another_form_is_refused_in_words(content: str, tmp_path: Path) -> None:
    file = tmp_path / "terms.json"
    file.write_text(content)

    with pytest.raises(BadTerms, match=r"terms\.json has not the form"):
        read_terms(file)
