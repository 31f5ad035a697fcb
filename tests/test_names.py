"""Cities, countries and continents have their names in the reader's language; English stays as the dataset has it."""

from __future__ import annotations

import pytest

from ledger import dataset, views
from ledger.facts import Facts
from ledger.language import LANGUAGES, SOURCE, speaking
from ledger.names import city_name, continent_name, country_name
from ledger.selection import Selection, choices, letters, localised


@pytest.fixture(scope="module")
def facts() -> Facts:
    return dataset.facts()


@pytest.mark.parametrize(
    ("english", "country", "portuguese", "spanish"),
    [
        ("Seoul", "KR", "Seul", "Seúl"),
        ("London", "GB", "Londres", "Londres"),
        ("London, Ontario", "CA", "London, Ontario", "London, Ontario"),
        ("New York City", "US", "Nova York", "Nueva York"),
        ("Mexico City", "MX", "Cidade do México", "Ciudad de México"),
        ("Singapore", "SG", "Singapura", "Singapur"),
        ("Ho Chi Minh City", "VN", "Cidade de Ho Chi Minh", "Ciudad Ho Chi Minh"),
        ("Kyiv", "UA", "Kiev", "Kiev"),
        ("Macau", "MO", "Macau", "Macao"),
        ("São Paulo", "BR", "São Paulo", "São Paulo"),
        ("Bogotá", "CO", "Bogotá", "Bogotá"),
        ("Beijing", "CN", "Pequim", "Pekín"),
        ("Porto", "PT", "Porto", "Oporto"),
        ("Brasília (Federal District)", "BR", "Brasília (Distrito Federal)", "Brasília (Distrito Federal)"),
        # A town of the same name elsewhere is another.
        ("Paris", "US", "Paris", "Paris"),
    ],
)
def test_a_city_is_named_in_the_language_that_is_spoken(
    english: str, country: str, portuguese: str, spanish: str
) -> None:
    for language, name in (("en", english), ("pt", portuguese), ("es", spanish)):
        with speaking(language):
            assert city_name(english, country) == name


@pytest.mark.parametrize(
    ("code", "english", "portuguese", "spanish"),
    [
        ("NL", "The Netherlands", "Países Baixos", "Países Bajos"),
        ("KR", "South Korea", "Coreia do Sul", "Corea del Sur"),
        ("HK", "Hong Kong", "Hong Kong", "Hong Kong"),
        ("MO", "Macao", "Macau", "Macao"),
        ("PR", "Puerto Rico", "Porto Rico", "Puerto Rico"),
        ("ZZZ", "Nowhere", "Nowhere", "Nowhere"),
    ],
)
def test_a_country_is_named_in_the_language_that_is_spoken(
    code: str, english: str, portuguese: str, spanish: str
) -> None:
    for language, name in (("en", english), ("pt", portuguese), ("es", spanish)):
        with speaking(language):
            assert country_name(code, english) == name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_continent_is_named_as_the_descriptor_labels_it(facts: Facts, language: str) -> None:
    with speaking(language):
        for continent in facts.descriptor.categories("cities", "continent"):
            assert continent_name(continent.value) == continent.label


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_filters_name_places_and_keep_their_values(facts: Facts, language: str) -> None:
    with speaking(SOURCE):
        english = choices(facts)
    with speaking(language):
        spoken = choices(facts)
    for name in ("city", "country", "continent"):
        assert set(spoken[name]) == set(english[name])
        assert len(set(spoken[name].values())) == len(spoken[name]), (language, name)
    expected = {
        "en": ("Seoul", "Germany", "Asia"),
        "pt": ("Seul", "Alemanha", "Ásia"),
        "es": ("Seúl", "Alemania", "Asia"),
    }
    assert (spoken["city"]["seoul"], spoken["country"]["DE"], spoken["continent"]["Asia"]) == expected[language]


def test_english_is_the_dataset_s_own(facts: Facts) -> None:
    cities = facts.tables["cities"]
    assert choices(facts)["city"] == dict(zip(cities["id"], cities["name"], strict=True))
    table = views.table("city-profiles", facts, Selection())
    assert localised(facts, table) is table


def test_names_stand_in_the_order_of_the_alphabet_whatever_their_accents(facts: Facts) -> None:
    assert sorted(["Zlín", "Łódź", "Lyon", "Ørsta", "Oslo"], key=letters) == ["Łódź", "Lyon", "Ørsta", "Oslo", "Zlín"]
    with speaking("pt"):
        countries = list(choices(facts)["country"].values())
    assert countries.index("África do Sul") == 0
    assert countries.index("Hong Kong") < countries.index("Índia") < countries.index("Itália")


@pytest.mark.parametrize("name", [name for name, made in views.VIEWS.items() if "city" in made.origin])
def test_the_table_of_a_view_names_places_and_changes_nothing_else(facts: Facts, name: str) -> None:
    table = views.table(name, facts, Selection())
    before = table.copy()
    with speaking("es"):
        shown = localised(facts, table)
        names, countries = choices(facts)["city"], choices(facts)["country"]
    assert table.equals(before)
    assert list(shown.columns) == list(table.columns)
    assert list(shown.dtypes) == list(table.dtypes)
    known = table["city"].notna()
    assert (shown["city"].notna() == known).all()
    assert shown.loc[known, "city"].tolist() == [names[code] for code in table.loc[known, "city_id"]]
    if "country" in table and "country_code" in table:
        there = table["country_code"].notna()
        assert shown.loc[there, "country"].tolist() == [countries[code] for code in table.loc[there, "country_code"]]
    places = ["city", "country", "continent"]
    assert shown.drop(columns=places, errors="ignore").equals(table.drop(columns=places, errors="ignore"))
