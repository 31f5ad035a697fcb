"""Money: what a figure is worth, and what may be added to what."""

from __future__ import annotations

import dataclasses
import itertools
from functools import cache

import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ledger import dataset, money, views
from ledger.facts import Facts, facts_of
from ledger.selection import FILTERS, MANY, Selection, choices

SUMS = ("funding-by-city", "funding-ladder", "funding-over-time", "funding-breakdown", "funding-flows")
APART = ["stage", "payer", "unit"]
ALTERED = itertools.count()
ACCEPTED = cache(lambda: choices(dataset.facts()))
COUNTS = ["figures", "not_converted", "not_added"]
SELECTIONS = settings(max_examples=12, deadline=None, derandomize=True)


@pytest.fixture(scope="session")
def facts() -> Facts:
    return dataset.facts()


def figure(facts: Facts, funding_id: str, **lens: object) -> pd.Series:
    """One row of the register of figures."""
    rows = views.table("funding-register", facts, Selection(**lens)).set_index("funding_id")
    return rows.loc[funding_id]


def rate(facts: Facts, currency: str, year: int) -> float:
    rates = facts.tables["exchange_rates"].set_index(["currency", "year"])["units_per_usd"]
    return float(rates[currency, year])


def power(facts: Facts, country: str, year: int) -> float:
    known = facts.tables["purchasing_power"].set_index(["country_code", "year"])["lcu_per_international_dollar"]
    return float(known[country, year])


def altered(facts: Facts, **frames: pd.DataFrame) -> Facts:
    """The facts as they would be with other tables."""
    version = f"altered-{next(ALTERED)}"
    return facts_of(dataclasses.replace(facts.tables, frames={**facts.tables.frames, **frames}, version=version))


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Any mixture of the filters of money."""
    accepted = ACCEPTED()
    names = [name for name in FILTERS["funding"] if name in MANY]
    chosen = {
        name: tuple(draw(st.lists(st.sampled_from(list(accepted[name])), min_size=1, max_size=4)))
        for name in draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    }
    since = draw(st.none() | st.integers(2015, 2026))
    return Selection(
        **chosen,
        since=since,
        until=draw(st.none() | st.integers(since or 2015, 2027)),
        public=draw(st.booleans()),
        disputed=draw(st.sampled_from(("include", "exclude", "only"))),
    )


def sums(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sums and counts by some columns; a group in which nothing was added has no sum."""
    grouped = rows.groupby(by, dropna=False)
    added = grouped[["value", "value_high"]].sum(min_count=1)
    return added.join(grouped[COUNTS].sum()).astype(dict.fromkeys(COUNTS, "int64")).sort_index()


def register_sums(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """What the figures of a register add up to, by hand: counted rows alone."""
    counted, known = rows["counted"].astype(bool), rows["value"].notna()
    rows = rows.assign(
        value=rows["value"].where(counted),
        value_high=rows["value_high"].where(counted),
        figures=(counted & known).astype("int64"),
        not_converted=(counted & ~known).astype("int64"),
        not_added=(~counted).astype("int64"),
    )
    return sums(rows, by)


# What one figure is worth


def test_a_figure_in_reais_is_worth_dollars_at_the_mean_rate_of_its_year(facts: Facts) -> None:
    row = figure(facts, "rio-de-janeiro-porto-maravalley-f2")
    assert (row["amount"], row["currency"], row["dated"]) == (90_000_000, "BRL", "2025-08-24")
    assert rate(facts, "BRL", 2025) == 5.589575
    assert row["usd"] == 90_000_000 / 5.589575
    assert row["value"] == row["usd"]
    assert row["unit"] == "USD"


def test_an_older_figure_takes_the_rate_of_its_own_year(facts: Facts) -> None:
    row = figure(facts, "rio-de-janeiro-porto-maravalley-f1")
    assert row["usd"] == 30_000_000 / 5.16696
    assert row["intl"] == pytest.approx(30_000_000 / 2.41127, rel=1e-12)
    assert row["intl_year"] == 2022


def test_international_dollars_of_2026_in_brazil_rest_on_the_purchasing_power_of_2024_and_say_so(facts: Facts) -> None:
    row = figure(facts, "rio-de-janeiro-civitas-f2", lens="intl")
    assert (row["currency"], row["year"], row["intl_year"]) == ("BRL", 2026, 2024)
    assert power(facts, "BR", 2024) == 2.48732
    assert row["value"] == pytest.approx(180_000_000 / 2.48732, rel=1e-12)
    assert row["unit"] == "international dollars"


def test_a_figure_in_dollars_in_a_country_of_reais_goes_through_dollars_first(facts: Facts) -> None:
    row = figure(facts, "rio-de-janeiro-rio-ai-city-f1", lens="intl")
    assert (row["amount"], row["currency"], row["usd"]) == (65e9, "USD", 65e9)
    in_reais = 65e9 * 5.589575
    assert row["value"] == pytest.approx(in_reais / 2.48732, rel=1e-12)


def test_a_figure_in_dollars_where_the_dollar_is_the_currency_is_divided_by_purchasing_power_alone(
    facts: Facts,
) -> None:
    row = figure(facts, "guayaquil-ai-cameras-f1")
    assert row["intl"] == pytest.approx(33_000_000 / power(facts, "EC", 2022), rel=1e-12)


def test_a_figure_in_dollars_is_the_same_in_dollars(facts: Facts) -> None:
    rows = views.table("funding-register", facts, Selection())
    dollars = rows[rows["currency"] == "USD"]
    assert len(dollars) > 50
    assert (dollars["usd"] == dollars["amount"]).all()


def test_taiwan_has_no_purchasing_power_so_its_figures_are_not_known_in_international_dollars(facts: Facts) -> None:
    row = figure(facts, "taipei-nvidia-headquarters-land-f5", lens="intl")
    assert row["counted"]
    assert pd.isna(row["value"])
    assert pd.isna(row["value_high"])
    assert pd.isna(row["intl_year"])
    assert row["usd"] == 40e9 / rate(facts, "TWD", 2026)


def test_counted_figures_that_cannot_be_converted_are_counted_as_such_and_are_no_zero(facts: Facts) -> None:
    table = views.table("funding-by-city", facts, Selection(city=("taipei",), lens="intl"))
    announced = table[(table["stage"] == "announced") & (table["payer"] == "private")].iloc[0]
    assert (announced["figures"], announced["not_converted"], announced["not_added"]) == (0, 1, 1)
    assert pd.isna(announced["value"])
    assert pd.isna(announced["value_high"])
    in_dollars = views.table("funding-by-city", facts, Selection(city=("taipei",)))
    assert in_dollars["not_converted"].sum() == 0
    assert in_dollars.loc[in_dollars["stage"] == "announced", "value"].item() == 40e9 / rate(facts, "TWD", 2026)


def test_a_figure_whose_way_through_dollars_lacks_a_rate_is_not_known_and_names_no_year(facts: Facts) -> None:
    row = figure(facts, "kyiv-ai-for-kyiv-f1")
    assert (row["currency"], row["year"], row["usd"]) == ("USD", 2019, 260_000)
    assert pd.isna(row["intl"])
    assert pd.isna(row["intl_year"])


def test_a_range_keeps_both_ends_apart_under_every_lens(facts: Facts) -> None:
    stated = figure(facts, "groningen-ai-factory-f1", lens="stated")
    assert (stated["value"], stated["value_high"], stated["unit"]) == (160e6, 240e6, "EUR")
    dollars = figure(facts, "groningen-ai-factory-f1", lens="usd")
    assert dollars["value"] == 160e6 / rate(facts, "EUR", 2025)
    assert dollars["value_high"] == 240e6 / rate(facts, "EUR", 2025)
    intl = figure(facts, "groningen-ai-factory-f1", lens="intl")
    assert intl["value_high"] == pytest.approx(240e6 / power(facts, "NL", 2024), rel=1e-12)


def test_a_figure_without_a_high_end_has_the_same_end_twice(facts: Facts) -> None:
    rows = views.table("funding-register", facts, Selection(lens="stated"))
    single = rows[rows["amount_high"].isna()]
    assert len(single) > 400
    assert (single["value"] == single["value_high"]).all()


def test_a_sum_adds_low_ends_and_high_ends_apart(facts: Facts) -> None:
    selection = Selection(city=("groningen",), stage=("estimated",), lens="stated")
    rows = views.table("funding-register", facts, selection)
    sum_ = views.table("funding-ladder", facts, selection)
    of_euros = sum_[sum_["unit"] == "EUR"]
    counted = rows[rows["counted"]]
    assert of_euros["value"].sum() == counted["amount"].sum()
    assert of_euros["value_high"].sum() - of_euros["value"].sum() == pytest.approx(80e6)


def test_per_resident_divides_by_the_population_of_the_city(facts: Facts) -> None:
    row = figure(facts, "rio-de-janeiro-porto-maravalley-f2", per_resident=True)
    assert row["value"] == pytest.approx(90_000_000 / 5.589575 / 6_747_815, rel=1e-12)
    assert row["unit"] == "USD per resident"
    stated = figure(facts, "rio-de-janeiro-porto-maravalley-f2", per_resident=True, lens="stated")
    assert stated["unit"] == "BRL per resident"


def test_figures_of_a_city_without_population_are_not_known_per_resident(facts: Facts) -> None:
    cities = facts.tables["cities"].copy()
    cities.loc[cities["id"] == "rio-de-janeiro", "population"] = pd.NA
    other = altered(facts, cities=cities)
    rio = Selection(city=("rio-de-janeiro",))
    total = views.table("funding-by-city", facts, rio)
    each = views.table("funding-by-city", other, rio.but(per_resident=True))
    assert each["value"].isna().all()
    assert (each["figures"] == 0).all()
    assert each["not_converted"].tolist() == total["figures"].tolist()
    assert each["not_added"].tolist() == total["not_added"].tolist()
    assert views.table("funding-by-city", other, rio)["value"].tolist() == pytest.approx(
        total["value"].tolist(), nan_ok=True
    )
    size = other["cities"].filter(nw.col("city_id") == "rio-de-janeiro").collect()["size"]
    assert size.is_null().to_list() == [True]


def test_a_currency_without_a_rate_gives_no_dollars_and_no_international_dollars(facts: Facts) -> None:
    rates = facts.tables["exchange_rates"]
    other = altered(facts, exchange_rates=rates[rates["currency"] != "BRL"])
    reais = figure(other, "rio-de-janeiro-porto-maravalley-f2")
    assert pd.isna(reais["usd"])
    assert reais["intl"] == pytest.approx(90_000_000 / 2.48732, rel=1e-12)
    through_dollars = figure(other, "rio-de-janeiro-rio-ai-city-f1")
    assert through_dollars["usd"] == 65e9
    assert pd.isna(through_dollars["intl"])
    spent = views.table("funding-ladder", other, Selection(city=("rio-de-janeiro",), stage=("spent",)))
    assert (spent["figures"].item(), spent["not_converted"].item()) == (0, 1)
    assert pd.isna(spent["value"].item())


def test_conversion_neither_loses_nor_doubles_a_figure(facts: Facts) -> None:
    ids = views.table("funding-register", facts, Selection())["funding_id"]
    assert sorted(ids) == sorted(facts.tables["funding"]["id"])


def test_every_conversion_is_the_division_that_the_method_names(facts: Facts) -> None:
    rates = facts.tables["exchange_rates"].set_index(["currency", "year"])["units_per_usd"].to_dict()
    known = facts.tables["purchasing_power"].set_index(["country_code", "year"])["lcu_per_international_dollar"]
    powers = known.to_dict()
    for row in views.table("funding-register", facts, Selection()).itertuples():
        stated = rates.get((row.currency, row.year))
        assert row.usd == pytest.approx(row.amount / stated if stated else float("nan"), rel=1e-12, nan_ok=True)
        years = [year for country, year in powers if country == row.country_code and year <= row.year]
        local = money.local_currency(row.country_code)
        through = (
            1.0 if local == row.currency else rates.get((local, row.year), float("nan")) / (stated or float("nan"))
        )
        wanted = row.amount * through / powers[row.country_code, max(years)] if years else float("nan")
        assert row.intl == pytest.approx(wanted, rel=1e-12, nan_ok=True), row.funding_id
        assert pd.isna(row.intl_year) if pd.isna(wanted) else row.intl_year == max(years)


# The purchasing power of a year


def purchasing(*rows: tuple[str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["country_code", "year", "lcu_per_international_dollar"])


def test_a_year_without_purchasing_power_takes_the_latest_earlier_one_and_says_which() -> None:
    known = purchasing(("BR", 2024, 2.5), ("BR", 2021, 2.0))
    made = money.latest_purchasing_power(known, range(2020, 2028)).set_index("year")
    assert 2020 not in made.index
    assert made["intl_year"].to_dict() == {y: 2021 if y < 2024 else 2024 for y in range(2021, 2028)}
    assert made["units_per_intl"].to_dict() == {y: 2.0 if y < 2024 else 2.5 for y in range(2021, 2028)}
    assert set(made["local_currency"]) == {"BRL"}


def test_purchasing_power_of_one_country_is_never_taken_for_another() -> None:
    made = money.latest_purchasing_power(purchasing(("BR", 2020, 2.0), ("CL", 2022, 400.0)), range(2020, 2024))
    chile = made[made["country_code"] == "CL"]
    assert chile["year"].tolist() == [2022, 2023]
    assert set(chile["units_per_intl"]) == {400.0}


def test_without_any_purchasing_power_there_are_columns_and_no_rows() -> None:
    made = money.latest_purchasing_power(purchasing(), range(2020, 2024))
    assert made.empty
    assert list(made) == ["country_code", "year", "intl_year", "units_per_intl", "local_currency"]


@pytest.mark.parametrize(
    ("country", "currency"),
    [("BR", "BRL"), ("DE", "EUR"), ("US", "USD"), ("EC", "USD"), ("HK", "HKD"), ("KR", "KRW"), ("AE", "AED")],
)
def test_a_country_has_the_currency_that_it_uses_now(country: str, currency: str) -> None:
    assert money.local_currency(country) == currency


def test_a_country_that_is_not_known_has_no_currency() -> None:
    assert money.local_currency("XX") is None


def test_purchasing_power_is_in_the_currency_of_the_country_wherever_money_is_recorded(facts: Facts) -> None:
    """Prices differ between countries by less than ten times: more means the wrong currency."""
    rates = facts.tables["exchange_rates"].set_index(["currency", "year"])["units_per_usd"]
    powers = facts.tables["purchasing_power"].set_index(["country_code", "year"])["lcu_per_international_dollar"]
    recorded = views.table("funding-register", facts, Selection())
    converted = recorded[recorded["intl"].notna()].drop_duplicates(["country_code", "intl_year"])
    assert len(converted) > 30
    for row in converted.itertuples():
        local = money.local_currency(row.country_code)
        if (local, row.intl_year) in rates.index:
            level = powers[row.country_code, row.intl_year] / rates[local, row.intl_year]
            assert 0.1 < level < 2, (row.country_code, local, level)


# Who pays


def test_every_funder_is_public_private_mixed_or_unknown_and_only_public_bodies_are_public(facts: Facts) -> None:
    rows = views.table("funding-register", facts, Selection())
    funders = {category.value for category in facts.descriptor.categories("funding", "funder")}
    assert funders == {*money.PUBLIC_FUNDERS, "private", "mixed", "unknown"}
    assert set(rows["payer"]) == set(money.PAYERS)
    for funder, payer in set(zip(rows["funder"], rows["payer"], strict=True)):
        assert payer == ("public" if funder in money.PUBLIC_FUNDERS else funder)


def test_public_money_alone_holds_no_private_mixed_or_unknown_money(facts: Facts) -> None:
    for name in (*SUMS, "funding-register"):
        assert set(views.table(name, facts, Selection(public=True))["payer"]) == {"public"}, name


# What may be added to what


@SELECTIONS
@given(selections(), st.sampled_from(money.LENSES))
def test_the_cities_the_ladder_and_the_register_come_to_the_same_sums(selection: Selection, lens: str) -> None:
    facts, selection = dataset.facts(), selection.but(lens=lens)
    expected = register_sums(views.table("funding-register", facts, selection), APART)
    for name in SUMS:
        made = sums(views.table(name, facts, selection), APART)
        assert_frame_equal(made, expected, rtol=1e-9, check_names=False, obj=name)


@SELECTIONS
@given(selections(), st.sampled_from(money.LENSES))
def test_sums_per_resident_are_sums_of_the_register_per_resident(selection: Selection, lens: str) -> None:
    facts, selection = dataset.facts(), selection.but(lens=lens, per_resident=True)
    rows = views.table("funding-register", facts, selection)
    by = ["city_id", *APART]
    made = sums(views.table("funding-by-city", facts, selection), by)
    assert_frame_equal(made, register_sums(rows, by), rtol=1e-9)
    assert rows["unit"].str.endswith(" per resident").all()


@SELECTIONS
@given(selections(), st.sampled_from(money.LENSES), st.booleans())
def test_sums_keep_stages_payers_and_units_apart_and_never_say_zero_for_unknown(
    selection: Selection, lens: str, per_resident: bool
) -> None:
    facts, selection = dataset.facts(), selection.but(lens=lens, per_resident=per_resident)
    for name in SUMS:
        table = views.table(name, facts, selection)
        assert not table[APART].isna().any(axis=None), name
        assert not table.duplicated(list(views.VIEWS[name].keys)).any(), name
        assert (table["value"].isna() == (table["figures"] == 0)).all(), name
        assert (table["value_high"].isna() == (table["figures"] == 0)).all(), name
        known = table[table["figures"] > 0]
        assert (known["value_high"] >= known["value"]).all(), name
        assert (known["value"] > 0).all(), name
        assert (table[COUNTS] >= 0).all(axis=None), name
        assert (table[COUNTS].sum(axis=1) > 0).all(), name


@pytest.mark.parametrize("lens", money.LENSES)
def test_each_sum_holds_figures_of_its_own_stage_payer_and_currency(facts: Facts, lens: str) -> None:
    table = views.table("funding-ladder", facts, Selection(lens=lens))
    rows = views.table("funding-register", facts, Selection(lens=lens))
    for row in table.itertuples():
        mine = rows[(rows["stage"] == row.stage) & (rows["payer"] == row.payer) & (rows["unit"] == row.unit)]
        assert mine.loc[mine["counted"], "value"].sum() == pytest.approx(row.value if row.figures else 0)
        if lens == "stated":
            assert set(mine["currency"]) == {row.unit}
    assert (
        set(table["unit"])
        == {
            "stated": set(facts.tables["funding"]["currency"]),
            "usd": {"USD"},
            "intl": {"international dollars"},
        }[lens]
    )


def test_rows_that_are_not_counted_never_contribute_whatever_they_say(facts: Facts) -> None:
    funding = facts.tables["funding"].copy()
    aside = ~funding["counted"].astype(bool)
    assert aside.sum() > 150
    funding.loc[aside, "amount"] *= 1e6
    funding.loc[aside, "amount_high"] = funding.loc[aside, "amount"] * 2
    other = altered(facts, funding=funding)
    for lens in money.LENSES:
        for name in SUMS:
            selection = Selection(lens=lens, per_resident=True)
            assert_frame_equal(views.table(name, other, selection), views.table(name, facts, selection), obj=name)
    changed = views.table("funding-register", other, Selection())["amount"].sum()
    assert changed > 1e6 * views.table("funding-register", facts, Selection())["amount"].sum() * 0.1


def test_every_counted_row_contributes(facts: Facts) -> None:
    funding = facts.tables["funding"].copy()
    funding["amount"], funding["amount_high"] = 1.0, float("nan")
    other = altered(facts, funding=funding)
    for name in SUMS:
        table = views.table(name, other, Selection(lens="stated"))
        assert table["value"].sum() == funding["counted"].sum(), name
        assert table["figures"].sum() == funding["counted"].sum(), name
        assert table["not_added"].sum() == (~funding["counted"].astype(bool)).sum(), name


def test_the_year_of_a_sum_is_the_year_of_the_date_of_its_figures(facts: Facts) -> None:
    table = views.table("funding-over-time", facts, Selection(since=2025, until=2025))
    assert set(table["year"]) == {2025}
    rows = views.table("funding-register", facts, Selection(since=2025, until=2025))
    assert rows["dated"].str.startswith("2025").all()
    assert table[COUNTS].sum().sum() == len(rows)


@pytest.mark.parametrize("lens", ["", "USD", "euro"])
def test_a_lens_that_is_none_is_an_error(lens: str) -> None:
    with pytest.raises(KeyError):
        money.lens_value(lens)
