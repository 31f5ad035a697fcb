"""How sure a figure is: double counts, tracing, coverage, support, and what doubt changes."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import coverage, dataset, views
from ledger.effects import effect
from ledger.facts import Facts, facts_of
from ledger.language import speaking
from ledger.selection import Selection
from ledger.views.cities import peers
from ledger.views.ladders import traced_share

RIO = Selection(city=("rio-de-janeiro",))
HUB = Selection(initiative=("rio-de-janeiro-porto-maravalley",))


@pytest.fixture(scope="session")
def facts() -> Facts:
    return dataset.facts()


def with_funding(facts: Facts, changes: dict[str, dict[str, object]], version: str) -> Facts:
    """The facts with some cells of the table of funding changed: id of the figure, column, value."""
    funding = facts.tables["funding"].copy()
    for figure, cells in changes.items():
        for column, value in cells.items():
            funding.loc[funding["id"] == figure, column] = value
    return facts_of(replace(facts.tables, frames={**facts.tables.frames, "funding": funding}, version=version))


# What must not be added


def test_all_of_rios_estimates_added_are_more_than_the_counted_one_by_the_figures_told_again(facts: Facts) -> None:
    register = views.table("funding-register", facts, RIO.but(stage=("estimated",)))
    ledger = views.table("funding-double-counts", facts, RIO.but(stage=("estimated",)))
    sums = views.table("funding-naive-sums", facts, RIO.but(stage=("estimated",)))
    told_again = ledger.loc[~ledger["counted"], "value"].sum()
    assert sums["naive"].sum() == pytest.approx(register["usd"].sum(), abs=1)
    assert sums["value"].sum() == register.loc[register["counted"], "usd"].sum() == 65e9
    assert sums["naive"].sum() - sums["value"].sum() == pytest.approx(told_again, abs=1)
    assert round(sums["naive"].sum()) == 384_417_279_042
    assert sums["figures_in_all"].sum() == 12
    assert sums["not_added"].sum() == 11


@pytest.mark.parametrize("lens", ["stated", "usd", "intl"])
def test_the_careless_sum_is_the_counted_one_and_what_is_told_again_to_the_cent(facts: Facts, lens: str) -> None:
    sums = views.table("funding-naive-sums", facts, Selection(lens=lens))
    parts = sums["value"].fillna(0) + sums["told_again"].fillna(0)
    assert sums["naive"].fillna(0).tolist() == pytest.approx(parts.tolist(), rel=1e-12)
    assert (sums["figures_in_all"] == sums["figures"] + sums["not_converted"] + sums["not_added"]).all()


def test_the_ledger_of_double_counts_names_the_figure_that_each_belongs_to(facts: Facts) -> None:
    ledger = views.table("funding-double-counts", facts, RIO).set_index("funding_id")
    article = ledger.loc["rio-de-janeiro-rio-ai-city-f9"]
    assert (article["relation"], article["related_funding_id"]) == ("restates", "rio-de-janeiro-rio-ai-city-f10")
    assert (article["related_amount"], article["related_currency"], article["related_counted"]) == (550e6, "USD", False)
    everything = views.table("funding-double-counts", facts, Selection())
    funding = facts.tables["funding"]
    wanted = funding[~funding["counted"] | (funding["relation"] != "none")]
    assert sorted(everything["funding_id"]) == sorted(wanted["id"])


def test_a_figure_that_contains_itself_stands_in_the_ledger_once(facts: Facts) -> None:
    figure = "rio-de-janeiro-rio-ai-city-f6"
    changed = with_funding(facts, {figure: {"relation": "contains", "related_funding_id": figure}}, "itself")
    ledger = views.table("funding-double-counts", changed, RIO)
    assert (ledger["funding_id"] == figure).sum() == 1
    assert len(ledger) == len(views.table("funding-double-counts", facts, RIO))


# From promise to payment


def hub(facts: Facts, selection: Selection = HUB) -> pd.Series:
    (row,) = [row for _, row in views.table("initiatives-traced", facts, selection).iterrows()]
    return row


def test_the_hub_in_rio_was_paid_three_times_what_was_announced_33_months_later(facts: Facts) -> None:
    row = hub(facts, HUB.but(lens="stated"))
    assert (row["announced"], row["spent"], row["traced"], row["traced_within"]) == (30e6, 90e6, 90e6, 30e6)
    assert row["traced_share"] == 300
    assert pd.isna(row["contracted"])
    assert (row["announced_first"], row["spent_first"]) == ("2022-11-17", "2025-08-24")
    assert (row["months_to_payment"], row["months_to_payment_most"]) == (33, 33)
    assert pd.isna(row["months_to_contract"])


def test_dates_that_are_a_year_alone_give_the_fewest_and_the_most_months(facts: Facts) -> None:
    changed = with_funding(
        facts,
        {
            "rio-de-janeiro-porto-maravalley-f1": {"dated": "2022"},
            "rio-de-janeiro-porto-maravalley-f2": {"dated": "2023-03"},
        },
        "years",
    )
    row = hub(changed)
    assert (row["months_to_payment"], row["months_to_payment_most"]) == (3, 14)


def test_a_payment_surely_older_than_the_announcement_is_not_traced_to_it(facts: Facts) -> None:
    older = with_funding(facts, {"rio-de-janeiro-porto-maravalley-f2": {"dated": "2022-10"}}, "older")
    row = hub(older)
    assert (row["traced"], row["traced_share"]) == (0, 0)
    assert pd.isna(row["spent"])
    same_year = with_funding(facts, {"rio-de-janeiro-porto-maravalley-f2": {"dated": "2022"}}, "the same year")
    assert hub(same_year)["traced"] > 0
    assert (hub(same_year)["months_to_payment"], hub(same_year)["months_to_payment_most"]) == (0, 1)


def test_what_others_paid_is_told_and_not_traced(facts: Facts) -> None:
    changed = with_funding(facts, {"rio-de-janeiro-porto-maravalley-f2": {"funder": "private"}}, "private")
    row = hub(changed, HUB.but(lens="stated"))
    assert (row["payer"], row["traced"], row["other_payers"]) == ("public", 0, 90e6)
    mixed = with_funding(facts, {"rio-de-janeiro-porto-maravalley-f1": {"funder": "mixed"}}, "mixed")
    assert hub(mixed, HUB.but(lens="stated"))["traced"] == 90e6


def test_a_contract_and_a_payment_are_never_added_to_each_other(facts: Facts) -> None:
    table = views.table("initiatives-traced", facts, Selection())
    row = table[table["initiative_id"] == "joao-pessoa-smart-city"].iloc[0]
    assert row["contracted"] > 0
    assert row["spent"] > 0
    assert row["traced"] == max(row["contracted"], row["spent"])


def test_the_filters_on_stage_and_year_do_not_make_money_look_lost(facts: Facts) -> None:
    narrow = HUB.but(stage=("announced",), until=2023)
    assert hub(facts, narrow).equals(hub(facts))
    assert set(views.VIEWS["initiatives-traced"].without_effect(narrow)) == {"stage", "to"}


def test_a_surplus_of_one_initiative_does_not_make_up_for_another() -> None:
    table = pd.DataFrame({"announced": [100.0, 300.0], "traced_within": [100.0, 0.0], "traced_share": [500.0, 0.0]})
    assert traced_share(table) == 25
    assert traced_share(table.head(0)) is None


def test_a_sum_stands_with_the_dates_of_what_it_adds(facts: Facts) -> None:
    register = views.table("funding-register", facts, Selection())
    table = views.table("initiatives-ladder", facts, Selection())
    behind = dict(iter(register.groupby(["initiative_id", "stage", "payer"])))
    for row in table.itertuples():
        rows = behind[row.initiative_id, row.stage, row.payer]
        told = rows[rows["counted"]] if rows["counted"].any() else rows
        assert (row.first_dated, row.last_dated) == (told["dated"].min(), told["dated"].max())
    district = table[(table["initiative_id"] == "rio-de-janeiro-rio-ai-city") & (table["figures"] > 0)]
    assert district[["stage", "first_dated", "last_dated"]].values.tolist() == [
        ["estimated", "2025-07-01", "2025-07-01"]
    ]


def test_the_ladder_of_an_initiative_has_its_stages_with_dates(facts: Facts) -> None:
    table = views.table("initiatives-ladder", facts, HUB.but(lens="stated"))
    assert table[["stage", "value", "first_dated", "last_dated"]].values.tolist() == [
        ["announced", 30e6, "2022-11-17", "2022-11-17"],
        ["spent", 90e6, "2025-08-24", "2025-08-24"],
    ]


# What is known, how old it is, and what it rests on


def test_coverage_counts_each_initiative_once_for_each_thing(facts: Facts) -> None:
    table = views.table("coverage", facts, Selection()).set_index("thing")
    funding, initiatives = facts.tables["funding"], facts.tables["initiatives"]
    assert list(table.index) == list(coverage.THINGS)
    assert set(table["initiatives"]) == {len(initiatives)}
    assert table.loc["money", "known_of"] == funding["initiative_id"].nunique()
    real = funding[funding["stage"].isin(["contracted", "spent"])]
    assert table.loc["contract_or_payment", "known_of"] == real["initiative_id"].nunique()
    assert table.loc["ends_on", "known_of"] == initiatives["ends_on"].notna().sum()
    rio = views.table("coverage", facts, RIO).set_index("thing")
    assert rio.loc["contract_or_payment", ["known_of", "initiatives"]].tolist() == [1, 21]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-11-23", "under-6-months"),
        ("2026", "under-6-months"),
        ("2026-05-24", "under-6-months"),
        ("2026-05-23", "6-12-months"),
        ("2025-11-24", "6-12-months"),
        ("2025-11-23", "1-2-years"),
        ("2025", "6-12-months"),
        ("2024-11", "2-5-years"),
        ("2021-11-24", "2-5-years"),
        ("2021-11-23", "over-5-years"),
        (None, "no-date"),
    ],
)
def test_the_age_of_a_source_counts_whole_months_and_a_year_alone_from_its_end(date: str, expected: str) -> None:
    assert coverage.age(date, "2026-11-23") == expected


def test_every_initiative_has_one_age(facts: Facts) -> None:
    assert views.table("freshness", facts, Selection())["initiatives"].sum() == len(facts.tables["initiatives"])


def test_a_figure_also_rests_on_the_sources_of_those_that_restate_it(facts: Facts) -> None:
    support = views.table("evidence-support", facts, RIO).set_index(["fact_type", "fact_id"])
    district = support.loc[("figure", "rio-de-janeiro-rio-ai-city-f1")]
    funding = facts.tables["funding"].set_index("id")
    restating = [f"rio-de-janeiro-rio-ai-city-f{number}" for number in (1, 2, 3, 4)]
    assert district["sources"] == funding.loc[restating, "source_id"].nunique() > 1
    assert not district["one_source"]
    alone = support.loc[("figure", "rio-de-janeiro-porto-maravalley-f2")]
    assert (alone["sources"], bool(alone["one_source"])) == (1, True)


def funding_of(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "relation", "related_funding_id"], dtype="str")


def test_restating_in_a_circle_to_itself_or_to_nothing_does_no_harm() -> None:
    rows = funding_of(
        ("a", "restates", "b"), ("b", "restates", "c"), ("c", "restates", "a"), ("d", "restates", "d"),
        ("e", "restates", "gone"), ("f", "part_of", "a"), ("g", "none", None),
    )  # fmt: skip
    groups = coverage.restated_together(rows)
    assert groups["a"] == groups["b"] == groups["c"]
    assert len({groups[name] for name in "adefg"}) == 5


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_figures_that_restate_each_other_stand_together_whatever_the_order(links: list[tuple[int, int]]) -> None:
    related = dict(links)
    rows = [(str(n), "restates" if n in related else "none", str(related[n]) if n in related else None)
            for n in range(10)]  # fmt: skip
    groups = coverage.restated_together(funding_of(*rows))
    assert groups == coverage.restated_together(funding_of(*reversed(rows)))
    for first, second in related.items():
        assert groups[str(first)] == groups[str(second)]


def test_peers_are_the_cities_nearest_in_size(facts: Facts) -> None:
    profiles = views.table("city-profiles", facts, Selection())
    nearest = peers(profiles, "rio-de-janeiro")
    sizes = profiles.set_index("city_id")["population"].astype("float64")
    ratio = (sizes / sizes["rio-de-janeiro"]).map(lambda share: max(share, 1 / share))
    assert len(nearest) == 5
    assert max(ratio[nearest]) <= ratio.drop([*nearest, "rio-de-janeiro"]).min()
    assert peers(profiles, "nowhere") == []


# What doubt changes


def test_whose_a_changed_value_is_stands_in_the_language_that_is_spoken() -> None:
    for name, word in (("en", "mixed"), ("pt", "misto"), ("es", "mixto")):
        with speaking(name):
            found = effect("funding-by-city", dataset.facts(), Selection(disputed="exclude"))
        assert found is not None
        assert any(f" · {word} · " in whose for whose in found.changes["whose"])


def test_without_disputed_facts_rios_65_billion_are_gone_and_the_view_says_so(facts: Facts) -> None:
    found = effect("funding-by-city", facts, RIO.but(disputed="exclude"))
    assert found is not None
    assert (found.left_out, found.rows) == (12, 23)
    changed = found.changes[~found.changes["is_rank"]].set_index("whose")
    assert list(changed.index) == ["Rio de Janeiro · Estimated · mixed · USD"]
    assert changed["before"].item() == 65e9
    assert pd.isna(changed["after"].item())


def test_without_rio_3_5_the_others_on_the_benchmark_move_up(facts: Facts) -> None:
    selection = Selection(benchmark=("Terminal-Bench 2.1",), disputed="exclude")
    found = effect("model-scores", facts, selection)
    assert found is not None
    table = views.table("model-scores", facts, selection)
    assert "rio-3-5-open-397b" not in set(table["model_id"])
    ranks = found.changes[found.changes["is_rank"]]
    rio = ranks[ranks["whose"].str.startswith("Rio 3.5 Open 397B")]
    assert len(rio) > 0
    assert rio["after"].isna().all()
    others = ranks.drop(rio.index)
    assert len(others) > 0
    assert (others["after"] < others["before"]).all()


def test_a_grade_that_rests_on_disputed_evidence_alone_says_so_and_falls_without_it(facts: Facts) -> None:
    adelaide = Selection(city=("adelaide",))
    table = views.table("goals-by-city", facts, adelaide).set_index("goal")
    assert table.index[table["disputed_evidence"]].tolist() == ["accountability"]
    assert table.loc["accountability", "grade"] == 3
    found = effect("goals-by-city", facts, adelaide.but(disputed="exclude"))
    assert found is not None
    grade = found.changes[found.changes["what"] == "grade"].iloc[0]
    assert grade["whose"].startswith("Adelaide · ")
    assert grade["before"] == 3
    assert pd.isna(grade["after"]) or grade["after"] < 3
    without = views.table("goals-by-city", facts, adelaide.but(disputed="exclude"))
    assert without.empty or without.set_index("goal").loc["accountability", "grade"] == 0
    # Elsewhere another, undisputed piece of evidence carries the grade.
    seoul = views.table("goals-by-city", facts, Selection(city=("seoul",))).set_index("goal")
    assert not seoul.loc["models", "disputed_evidence"]


@pytest.mark.parametrize("view", views.VIEWS)
def test_every_view_says_how_many_rows_are_left_out_on_either_side(facts: Facts, view: str) -> None:
    about = views.VIEWS[view]
    out, only = (effect(view, facts, Selection(disputed=side)) for side in ("exclude", "only"))
    if "disputed" not in about.filters:
        assert out is None
        assert only is None
        return
    assert out is not None
    assert only is not None
    assert out.rows == only.rows == len(views.table(about.detail or view, facts, Selection()))
    if view != "model-scores" and view != "model-uplift" and view != "model-lineage":
        assert out.left_out + only.left_out == out.rows
    assert effect(view, facts, Selection()) is None


def test_a_sum_counts_its_disputed_figures(facts: Facts) -> None:
    table = views.table("funding-by-city", facts, Selection())
    register = views.table("funding-register", facts, Selection())
    added = register[register["counted"] & register["usd"].notna() & register["disputed"].isin(["open", "conceded"])]
    assert table["disputed_figures"].sum() == len(added) > 0
    assert (table["disputed_figures"] <= table["figures"]).all()
