"""The selection: from the address and back, and the rows that it leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger import dataset
from ledger.facts import SIZES, Facts
from ledger.selection import FILTERS, MANY, NAMES, Selection, choices, parse

#: The public names; what is promised never goes.
PROMISED = {
    "city", "country", "continent", "kind", "domain", "status", "goal", "funder", "stage", "scope",
    "from", "to", "size", "public", "disputed", "lens", "per_resident",
}  # fmt: skip
ACCEPTED = cache(lambda: choices(dataset.facts()))
#: The frame on which each filter is tried with all of its values.
FRAME = {"goal": "goals", "model": "models", "benchmark": "results", "funder": "funding", "stage": "funding",
         "scope": "funding"}  # fmt: skip
HOSTILE = (
    "", " ", "%", "%00", "\x00", "'; DROP TABLE funding; --", "<script>alert(1)</script>", "../../etc/passwd",
    "rio-de-janeiro,seoul", "Rio de Janeiro", "RIO-DE-JANEIRO", " rio-de-janeiro", "rio-de-janeiro ", "ｒｉｏ", "None",
    "nan", "|", ".*", "São Paulo", "😀", "a" * 10_000,
)  # fmt: skip


@pytest.fixture(scope="session")
def facts() -> Facts:
    return dataset.facts()


@pytest.fixture(scope="session")
def accepted(facts: Facts) -> Mapping[str, Mapping[str, str]]:
    return choices(facts)


def left(facts: Facts, name: str, selection: Selection) -> pd.DataFrame:
    return selection.rows(facts, name).collect("pandas").to_native()


def whole(facts: Facts, name: str) -> pd.DataFrame:
    return facts[name].collect("pandas").to_native()


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    values = ACCEPTED()
    years = sorted(draw(st.lists(st.integers(0, 9999), min_size=2, max_size=2)))
    return Selection(
        **{name: tuple(draw(st.lists(st.sampled_from(list(values[name])), max_size=3))) for name in MANY},
        since=draw(st.sampled_from((None, years[0]))),
        until=draw(st.sampled_from((None, years[1]))),
        public=draw(st.booleans()),
        disputed=draw(st.sampled_from(list(values["disputed"]))),
        lens=draw(st.sampled_from(list(values["lens"]))),
        per_resident=draw(st.booleans()),
    )


# The address


def test_the_promised_names_are_accepted_and_have_values(accepted: Mapping[str, Mapping[str, str]]) -> None:
    assert set(NAMES) >= PROMISED
    assert set(NAMES) == {*accepted, "from", "to"}
    assert all(accepted.values())
    assert set(accepted["size"]) == set(SIZES) == {"under-250k", "250k-1m", "1m-5m", "over-5m"}
    assert set(accepted["disputed"]) == {"include", "exclude", "only"}
    assert set(accepted["lens"]) == {"stated", "usd", "intl"}
    assert set(accepted["public"]) == {"only"}


@settings(max_examples=100, deadline=None, derandomize=True)
@given(selections())
@example(Selection(since=7, until=99))
def test_a_selection_comes_back_from_its_own_address(selection: Selection) -> None:
    address = selection.address("/spending")
    query = parse_qsl(urlsplit(address).query, keep_blank_values=True, strict_parsing=bool(selection.query()))
    assert query == selection.query()
    assert parse(query, ACCEPTED()) == (selection, ())


@settings(max_examples=50, deadline=None, derandomize=True)
@given(selections(), st.randoms(use_true_random=False))
def test_the_order_of_the_address_says_nothing(selection: Selection, random: object) -> None:
    shuffled = selection.query()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found, problems = parse(shuffled, ACCEPTED())
    assert (found, problems) == (selection, ())
    assert found.address() == selection.address()


def test_every_accepted_value_of_every_filter_is_read_back(accepted: Mapping[str, Mapping[str, str]]) -> None:
    for name, values in accepted.items():
        for value in values:
            selection, problems = parse([(name, value)], accepted)
            assert problems == (), (name, value)
            again, problems = parse(parse_qsl(selection.address("/").partition("?")[2]), accepted)
            assert (again, problems) == (selection, ()), (name, value)


def test_an_address_without_choices_has_no_query() -> None:
    assert Selection().address("/spending") == "/spending"
    assert Selection().query() == []
    assert Selection().active() == ()


def test_defaults_are_left_out_of_the_address(accepted: Mapping[str, Mapping[str, str]]) -> None:
    given_ = [("disputed", "include"), ("lens", "usd"), ("per_resident", "false")]
    assert parse(given_, accepted) == (Selection(), ())


def test_the_address_has_one_stable_order() -> None:
    selection = Selection(
        per_resident=True, lens="intl", disputed="only", public=True, until=2026, since=2020, scope=("ai",),
        stage=("spent", "announced"), city=("seoul", "rio-de-janeiro"), kind=("model",),
    )  # fmt: skip
    assert selection.address("/spending") == (
        "/spending?city=rio-de-janeiro&city=seoul&kind=model&stage=announced&stage=spent&scope=ai&from=2020&to=2026"
        "&public=only&disputed=only&lens=intl&per_resident=true"
    )


def test_a_repeated_name_means_any_of_these(facts: Facts, accepted: Mapping[str, Mapping[str, str]]) -> None:
    query = [("city", "seoul"), ("city", "rio-de-janeiro"), ("city", "seoul")]
    selection, problems = parse(query, accepted)
    assert problems == ()
    assert selection == Selection(city=("rio-de-janeiro", "seoul"))
    both = left(facts, "funding", selection)
    assert set(both["city_id"]) == {"rio-de-janeiro", "seoul"}
    each = [len(left(facts, "funding", Selection(city=(city,)))) for city in ("rio-de-janeiro", "seoul")]
    assert len(both) == sum(each)


def test_different_names_mean_all_of_these(facts: Facts) -> None:
    rows = left(facts, "funding", Selection(city=("rio-de-janeiro",), stage=("estimated",), funder=("mixed",)))
    assert set(rows["funding_id"]) == {f"rio-de-janeiro-rio-ai-city-f{number}" for number in (1, 2, 4, 5)}


def test_equal_choices_are_equal_selections() -> None:
    one, two = Selection(city=("b", "a", "a")), Selection(city=("a", "b"))
    assert one == two
    assert hash(one) == hash(two)


# What is not understood


def test_an_unknown_name_is_named_with_a_suggestion(accepted: Mapping[str, Mapping[str, str]]) -> None:
    selection, (problem,) = parse([("citty", "rio-de-janeiro"), ("stage", "spent")], accepted)
    assert selection == Selection(stage=("spent",))
    assert problem.name == "citty"
    assert problem.accepted == NAMES
    assert str(problem).startswith("There is no filter “citty”. Did you mean city")


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("city", "riodejaneiro", "rio-de-janeiro"),
        ("city", "Rio-de-Janeiro", "rio-de-janeiro"),
        ("city", "rio-de", "rio-de-janeiro"),
        ("country", "br", "BR"),
        ("continent", "south america", "South America"),
        ("stage", "Spent", "spent"),
        ("stage", "spend", "spent"),
        ("lens", "US", "usd"),
        ("kind", "modle", "model"),
        ("size", "1m", "1m-5m"),
    ],
)
def test_an_unknown_value_is_named_with_a_suggestion(
    accepted: Mapping[str, Mapping[str, str]], name: str, value: str, meant: str
) -> None:
    selection, (problem,) = parse([(name, value)], accepted)
    assert selection == Selection()
    assert (problem.name, problem.value, problem.accepted) == (name, value, tuple(accepted[name]))
    what, _, suggested = str(problem).partition(" Did you mean ")
    assert what == f"“{value}” is not a value of the filter “{name}”."
    assert re.split(", | or ", suggested.removesuffix("?"))[0] == meant


def test_a_value_like_no_other_gets_the_accepted_ones_where_they_are_few(
    accepted: Mapping[str, Mapping[str, str]],
) -> None:
    _, (few,) = parse([("lens", "bitcoin")], accepted)
    assert str(few).endswith("Accepted: stated, usd, intl.")
    _, (many,) = parse([("city", "####")], accepted)
    assert f"{len(accepted['city'])} values are accepted" in str(many)


def test_an_empty_value_is_named_and_suggests_nothing_at_random(accepted: Mapping[str, Mapping[str, str]]) -> None:
    for name in NAMES:
        selection, (problem,) = parse([(name, "")], accepted)
        assert selection == Selection()
        assert str(problem).startswith(f"“” is not a value of the filter “{name}”."), name
        assert "Did you mean" not in str(problem), name


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_hostile_values_are_named_and_choose_nothing(
    accepted: Mapping[str, Mapping[str, str]], name: str, value: str
) -> None:
    selection, (problem,) = parse([(name, value)], accepted)
    assert selection == Selection()
    assert (problem.name, problem.value) == (name, value)
    assert str(problem)


@pytest.mark.parametrize("name", [*HOSTILE, "City", "city[]", "__class__", "since", "until", "filters", "safe"])
def test_hostile_names_are_named_and_choose_nothing(accepted: Mapping[str, Mapping[str, str]], name: str) -> None:
    selection, (problem,) = parse([(name, "rio-de-janeiro")], accepted)
    assert selection == Selection()
    assert problem.name == name
    assert str(problem).startswith(f"There is no filter “{name}”.")


@pytest.mark.parametrize(
    "year", ["25", "20255", "2025-06", "-2025", "+2025", "2025.0", "２０２５", "²⁰²⁵", "now", " 2025"]
)
@pytest.mark.parametrize("name", ["from", "to"])
def test_what_is_no_year_is_named(accepted: Mapping[str, Mapping[str, str]], name: str, year: str) -> None:
    selection, (problem,) = parse([(name, year)], accepted)
    assert selection == Selection()
    assert str(problem) == f"“{year}” is not a value of the filter “{name}”. Accepted: a year such as 2025."


@pytest.mark.parametrize("query", [[("from", "2026"), ("to", "2020")], [("to", "2020"), ("from", "2026")]])
def test_a_span_that_ends_before_it_begins_is_named(
    accepted: Mapping[str, Mapping[str, str]], query: list[tuple[str, str]]
) -> None:
    selection, (problem,) = parse(query, accepted)
    assert selection == Selection(since=2026)
    assert (problem.name, problem.value) == ("to", "2020")
    assert "2026" in str(problem)


def test_a_span_of_one_year_is_right(accepted: Mapping[str, Mapping[str, str]]) -> None:
    assert parse([("from", "2025"), ("to", "2025")], accepted) == (Selection(since=2025, until=2025), ())


def test_every_problem_is_named_and_the_rest_is_kept(accepted: Mapping[str, Mapping[str, str]]) -> None:
    query = [("city", "atlantis"), ("city", "seoul"), ("colour", "red"), ("from", "x"), ("public", "only")]
    selection, problems = parse(query, accepted)
    assert selection == Selection(city=("seoul",), public=True)
    assert [problem.name for problem in problems] == ["city", "colour", "from"]


def test_percent_encoded_values_are_read_as_what_they_stand_for(accepted: Mapping[str, Mapping[str, str]]) -> None:
    query = parse_qsl("city=rio%2Dde%2Djaneiro&continent=South%20America&continent=North+America")
    assert parse(query, accepted) == (
        Selection(city=("rio-de-janeiro",), continent=("North America", "South America")),
        (),
    )
    twice = parse_qsl("city=rio%252Dde%252Djaneiro")
    assert parse(twice, accepted)[0] == Selection()
    benchmark = next(name for name in accepted["benchmark"] if not name.isascii())
    address = Selection(benchmark=(benchmark,)).address("/models")
    assert address.isascii()
    assert parse(parse_qsl(urlsplit(address).query), accepted)[0].benchmark == (benchmark,)


# Parts of a selection


FULL = Selection(
    city=("seoul",), goal=("data",), stage=("spent",), since=2020, until=2025, public=True, disputed="only",
    lens="intl", per_resident=True,
)  # fmt: skip


def test_only_keeps_the_named_parts_by_their_public_names() -> None:
    assert FULL.only(()) == Selection()
    assert FULL.only(("city", "from")) == Selection(city=("seoul",), since=2020)
    assert FULL.only(("to", "lens", "public")) == Selection(until=2025, lens="intl", public=True)
    assert FULL.only(NAMES) == FULL


def test_a_selection_is_its_filters_and_its_lens() -> None:
    assert FULL.filters() == FULL.but(lens="usd", per_resident=False)
    assert FULL.lenses() == Selection(lens="intl", per_resident=True)
    assert FULL.active() == ("city", "goal", "stage", "from", "to", "public", "disputed")
    assert FULL.lenses().active() == ()


def test_filters_can_be_left_out_of_the_rows(facts: Facts) -> None:
    rows = FULL.but(city=("rio-de-janeiro",)).rows(facts, "funding", without=tuple(FILTERS["funding"])).collect()
    assert len(rows) == len(whole(facts, "funding"))


# The rows that are left


def is_same(found: pd.DataFrame, wanted: pd.DataFrame) -> bool:
    """Whether two frames hold the same rows; where none are missing, an engine may hold numbers in another type."""
    return found.astype(object).equals(wanted.astype(object).set_axis(found.index))


def expected(rows: pd.DataFrame, name: str, value: str) -> pd.Series:
    """Which rows a filter should leave, by hand."""
    if name == "goal":
        return rows["goal"] == value if "goal" in rows else rows["goals"].str.split("|").map(lambda all_: value in all_)
    if name == "model" and "subject_type" in rows:
        return (rows["subject_type"] == "model") & (rows["subject_id"] == value)
    return rows[MANY[name]] == value


@pytest.mark.parametrize("name", MANY)
def test_every_single_value_leaves_just_its_rows(
    facts: Facts, accepted: Mapping[str, Mapping[str, str]], name: str
) -> None:
    frame = FRAME.get(name, "initiatives")
    rows = whole(facts, frame)
    for value in accepted[name]:
        found = left(facts, frame, Selection(**{name: (value,)}))
        assert is_same(found, rows[expected(rows, name, value)]), value


@pytest.mark.parametrize("frame", FILTERS)
def test_each_filter_narrows_each_frame_that_it_concerns_and_no_other(
    facts: Facts, accepted: Mapping[str, Mapping[str, str]], frame: str
) -> None:
    rows = whole(facts, frame)
    for name in MANY:
        for value in list(accepted[name])[:: max(1, len(accepted[name]) // 3)]:
            found = left(facts, frame, Selection(**{name: (value,)}))
            wanted = rows[expected(rows, name, value)] if name in FILTERS[frame] else rows
            assert is_same(found, wanted), (name, value)


@pytest.mark.parametrize("frame", FILTERS)
def test_years_public_money_and_disputes_leave_just_their_rows(facts: Facts, frame: str) -> None:
    rows = whole(facts, frame)
    cases = {
        "from": (Selection(since=2025), lambda: rows["year"] >= 2025),
        "to": (Selection(until=2024), lambda: rows["year"] <= 2024),
        "public": (Selection(public=True), lambda: rows["payer"] == "public"),
        "disputed": (Selection(disputed="only"), lambda: rows["disputed"].isin(["open", "conceded"])),
    }
    for name, (selection, wanted) in cases.items():
        found = left(facts, frame, selection)
        if name in FILTERS[frame]:
            # All parents are undisputed, and all changes of one year.
            assert 0 < len(found) < len(rows) or frame in ("parents", "history"), (frame, name)
            assert is_same(found, rows[wanted()]), (frame, name)
        else:
            assert len(found) == len(rows), (frame, name)


def test_a_row_without_a_date_is_in_no_span_of_years(facts: Facts) -> None:
    claims = whole(facts, "claims")
    undated = set(claims.loc[claims["made_on"].isna(), "claim_id"])
    assert undated
    for selection in (Selection(since=1000), Selection(until=9999)):
        assert undated.isdisjoint(left(facts, "claims", selection)["claim_id"])


def test_the_classes_of_size_part_all_cities_whose_population_is_known(facts: Facts) -> None:
    cities = whole(facts, "cities")
    known = cities[cities["population"].notna()]
    assert 0 < len(known) < len(cities)
    found = {size: left(facts, "cities", Selection(size=(size,))) for size in SIZES}
    assert sum(map(len, found.values())) == len(known)
    bounds = [*SIZES.values(), float("inf")]
    for (_, rows), least, most in zip(found.items(), bounds[:-1], bounds[1:], strict=True):
        assert rows["population"].between(least, most, inclusive="left").all()


def test_filters_name_columns_that_their_frames_have(facts: Facts) -> None:
    columns = {"from": "year", "to": "year", "public": "payer", "disputed": "disputed", **MANY}
    for frame, names in FILTERS.items():
        for name in names:
            column = "subject_id" if (frame, name) == ("claims", "model") else columns[name]
            assert column in whole(facts, frame), (frame, name)


def test_a_filter_that_holds_one_value_names_a_second_one() -> None:
    selection, problems = parse([("lens", "intl"), ("lens", "usd"), ("from", "2020"), ("from", "2020")], ACCEPTED())

    assert selection == Selection(lens="intl", since=2020)
    assert [(problem.name, problem.value) for problem in problems] == [("lens", "usd")]
    assert "intl is taken" in str(problems[0])
