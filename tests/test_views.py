"""Views: what holds for every one of them, and what some must say of Rio de Janeiro."""

from __future__ import annotations

import csv
import io
import random
import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ledger import dataset, views
from ledger.exports import BOM, to_csv
from ledger.facts import Facts, facts_of
from ledger.money import LENSES
from ledger.selection import MANY, Selection, choices

RIO = Selection(city=("rio-de-janeiro",))
VIEWS = pytest.mark.parametrize("view", views.VIEWS)
#: Views whose rows stand for several of another one; the rows of all others are facts.
SUMS = [name for name, view in views.VIEWS.items() if view.detail and views.VIEWS[view.detail].keys != view.keys]
FACTS = [name for name, view in views.VIEWS.items() if view.detail and name not in SUMS]
#: Views of sums that have no row where there is nothing to tell: no double count, no announcement.
PARTIAL = {"funding-naive-sums", "initiatives-traced"}
#: The addresses of these are promised.
PROMISED = {
    "spending": {
        "funding-by-city", "funding-ladder", "funding-over-time", "funding-breakdown", "funding-flows", "funding-map",
        "funding-register", "funding-conflicts",
    },
    "sovereignty": {"goals-by-city", "goals-profile", "goals-evidence"},
    "evidence": {"claims-register", "sources-register", "coverage", "freshness"},
    "models": {"model-releases", "model-scores", "model-uplift", "model-lineage", "model-claims"},
}  # fmt: skip
TYPES = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}
#: Columns that grow with the number of rows behind them; all others must not change when a filter narrows.
SUMMED = {
    "value", "value_high", "figures", "not_converted", "not_added", "initiatives", "cities", "all_figures",
    "furthest_stage", "grade", "evidence", "evidence_rows", "index", "initiatives_in_all", "disputed_figures",
    "disputed_initiatives", "disputed_models", "naive", "told_again", "figures_in_all", "without_rate", "known_of",
    "operating", "ended_early", "models", "open_threads",
}  # fmt: skip
#: Columns that a narrower selection may move either way: words, dates, and shares of what is left.
MOVING = {
    "evidence", "disputed_evidence", "first_dated", "last_dated", "known_share", "announced", "contracted", "spent",
    "traced", "traced_within", "traced_share", "other_payers", "announced_first", "contracted_first", "spent_first",
    "months_to_contract", "months_to_contract_most", "months_to_payment", "months_to_payment_most",
}  # fmt: skip
#: Columns of a case: the range narrows with the statements that are left.
RANGE = {"case_low", "case_high"}
ACCEPTED = cache(lambda: choices(dataset.facts()))


@pytest.fixture(scope="session")
def facts() -> Facts:
    return dataset.facts()


def parsed(data: bytes, view: str, facts: Facts) -> pd.DataFrame:
    """A CSV file read back to the table it was, in either form."""
    text = data.decode()
    safe = text.startswith(BOM)
    header, *records = csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), strict=True)
    columns = views.VIEWS[view].columns(facts)
    assert header == [column.name for column in columns]
    assert {len(record) for record in records} <= {len(header)}

    def value(cell: str, kind: str) -> object:
        if cell == "":
            return None
        if kind == "string":
            return cell[1:] if safe and re.match(r"''*\s*[=+\-@＝＋－＠\t\r]", cell) else cell
        return {"integer": int, "number": float, "boolean": {"true": True, "false": False}.__getitem__}[kind](cell)

    return pd.DataFrame(
        {
            column.name: pd.Series([value(record[at], column.type) for record in records], dtype=TYPES[column.type])
            for at, column in enumerate(columns)
        }
    )


# What a view is


def test_the_promised_views_are_there_and_in_their_groups() -> None:
    for group, names in PROMISED.items():
        assert {name for name, view in views.VIEWS.items() if view.group == group} >= names


def test_every_view_has_a_question_of_its_own_and_a_description() -> None:
    titles = [view.title for view in views.VIEWS.values()]
    assert len(set(titles)) == len(titles)
    for name, view in views.VIEWS.items():
        assert view.id == name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert view.title[0].isupper(), name
        assert view.description.endswith("."), name
        assert view.group in {"spending", "sovereignty", "models", "initiatives", "evidence"}, name


def test_one_id_cannot_stand_for_two_views() -> None:
    register = views.registry.view(
        "funding-map", title="", description="", group="", frame="cities", origin={}, keys=()
    )
    with pytest.raises(ValueError, match="two views"):
        register(lambda facts, selection: facts["cities"])


@VIEWS
def test_the_columns_and_their_types_are_those_declared(facts: Facts, view: str) -> None:
    for selection in (Selection(), RIO, Selection(lens="intl", per_resident=True), Selection(lens="stated")):
        table = views.table(view, facts, selection)
        columns = views.VIEWS[view].columns(facts)
        assert list(table) == [column.name for column in columns]
        assert {name: str(dtype) for name, dtype in table.dtypes.items()} == {
            column.name: TYPES[column.type] for column in columns
        }
        assert list(table.index) == list(range(len(table)))


@VIEWS
def test_every_column_is_explained_and_every_number_has_a_unit(facts: Facts, view: str) -> None:
    for column in views.VIEWS[view].columns(facts):
        assert column.title, column.name
        assert column.description.endswith("."), column.name
        assert column.type in TYPES, column.name
        assert bool(column.unit) == (column.type in ("integer", "number")), column.name


@VIEWS
def test_the_titles_of_the_columns_of_one_view_differ_where_their_names_do(facts: Facts, view: str) -> None:
    columns = views.VIEWS[view].columns(facts)
    assert len({column.name for column in columns}) == len(columns)


@VIEWS
def test_keys_are_there_and_tell_every_row_from_every_other(facts: Facts, view: str) -> None:
    keys = list(views.VIEWS[view].keys)
    for lens in LENSES:
        table = views.table(view, facts, Selection(lens=lens))
        assert len(table)
        assert not table[keys].isna().any(axis=None)
        assert not table.duplicated(keys).any()


@VIEWS
def test_a_selection_that_leaves_nothing_gives_the_same_columns_and_no_rows(facts: Facts, view: str) -> None:
    nothing = Selection(city=("rio-de-janeiro",), country=("JP",), model=("falcon-40b",), benchmark=("none",))
    table = views.table(view, facts, nothing)
    if views.VIEWS[view].filters:
        assert table.empty
    whole = views.table(view, facts, Selection())
    assert table.dtypes.to_dict() == whole.dtypes.to_dict()
    other = views.table(view, facts, replace(nothing, status=("planned",)))
    joined = table.merge(other, on=[*views.VIEWS[view].keys], how="outer")
    assert len(joined) == len(table), "tables without rows can be joined as any others"
    assert parsed(to_csv(table), view, facts).dtypes.to_dict() == whole.dtypes.to_dict()


@VIEWS
def test_what_does_not_concern_a_view_leaves_its_table_as_it_is(facts: Facts, view: str) -> None:
    about = views.VIEWS[view]
    whole = views.table(view, facts, Selection())
    if "stage" not in about.filters:
        assert views.table(view, facts, Selection(stage=("spent",))) is whole
    if "public" not in about.filters:
        assert views.table(view, facts, Selection(public=True)) is whole
    if not about.lens:
        assert views.table(view, facts, Selection(lens="intl")) is whole
    if not about.per_resident:
        assert views.table(view, facts, Selection(per_resident=True)) is whole
    on = Selection(city=("seoul",), stage=("spent",), model=("falcon-40b",), per_resident=True)
    told = about.without_effect(on)
    assert set(told) - {"per_resident"} == {"city", "stage", "model"} - set(about.filters)
    assert ("per_resident" in told) == (about.lens and not about.per_resident)


@VIEWS
@pytest.mark.parametrize("safe", [True, False])
def test_the_csv_of_a_view_reads_back_to_the_very_same_table(facts: Facts, view: str, safe: bool) -> None:
    for selection in (Selection(), Selection(lens="intl", per_resident=True), RIO.but(lens="stated")):
        table = views.table(view, facts, selection)
        assert_frame_equal(parsed(to_csv(table, safe=safe), view, facts), table, check_exact=True)


@VIEWS
def test_the_csv_has_the_form_of_rfc_4180(facts: Facts, view: str) -> None:
    text = to_csv(views.table(view, facts, Selection()), safe=False).decode()
    outside = re.sub(r'"(?:[^"]|"")*"', "", text)
    assert '"' not in outside
    assert outside.endswith("\r\n")
    assert "\r" not in outside.replace("\r\n", "")
    assert "\n" not in outside.replace("\r\n", "")


# Filters only ever narrow


def stages(facts: Facts) -> dict[str, int]:
    return {stage.value: rank for rank, stage in enumerate(facts.descriptor.categories("funding", "stage"))}


def assert_narrower(facts: Facts, view: str, selection: Selection, wider: Selection) -> None:
    """The rows of a selection are rows of a wider one: the same where they are facts, not more where they sum up."""
    about = views.VIEWS[view]
    table, whole = views.table(view, facts, selection), views.table(view, facts, wider)
    if table is whole:
        return
    keys = list(about.keys)
    places = pd.MultiIndex.from_frame(whole[keys]).get_indexer(pd.MultiIndex.from_frame(table[keys]))
    assert (places >= 0).all(), (view, selection)
    same = whole.iloc[places].reset_index(drop=True)
    varies = SUMMED | MOVING if view in SUMS else RANGE if "case_low" in table else set()
    for name in table:
        narrow, wide = table[name], same[name]
        if name not in varies:
            assert narrow.equals(wide), (view, name, selection)
        elif name == "furthest_stage":
            ranks = stages(facts)
            assert (narrow.map(ranks).fillna(-1) <= wide.map(ranks).fillna(-1)).all(), (view, name, selection)
        elif name == "case_low":
            assert (narrow.fillna(0) >= wide.fillna(0)).all(), (view, name, selection)
        elif name not in MOVING:
            narrow, wide = narrow.astype("float64"), wide.astype("float64")
            assert not (narrow.notna() & wide.isna()).any(), (view, name, selection)
            assert (narrow.fillna(0) <= wide.fillna(0) * (1 + 1e-12)).all(), (view, name, selection)


def single_choices() -> list[Selection]:
    """Each filter with values that matter: all where they are few, an even sample where they are many."""
    found = [Selection(**{name: (value,)}) for name in MANY for value in sampled(name)]
    found += [Selection(since=year) for year in (2020, 2025)] + [Selection(until=year) for year in (2019, 2024)]
    return [*found, Selection(public=True), Selection(disputed="exclude"), Selection(disputed="only")]


def sampled(name: str) -> list[str]:
    values = list(ACCEPTED()[name])
    step = max(1, len(values) // 2) if len(values) > 6 else 1
    return sorted({*values[::step], *({"rio-de-janeiro", "seoul"} if name == "city" else ())})


@VIEWS
def test_each_filter_by_itself_only_narrows(facts: Facts, view: str) -> None:
    for selection in single_choices():
        if set(selection.active()) & set(views.VIEWS[view].filters):
            assert_narrower(facts, view, selection, Selection())


def combination(rng: random.Random) -> tuple[Selection, Selection]:
    """A selection of several filters, and the same with one of them left out."""
    chosen: dict[str, object] = {
        name: tuple(rng.sample(list(ACCEPTED()[name]), rng.randint(1, max(1, len(ACCEPTED()[name]) // 2))))
        for name in rng.sample(list(MANY), rng.randint(1, 3))
    }
    chosen |= rng.choice(({}, {"since": 2023}, {"until": 2025}, {"since": 2024, "until": 2026}))
    chosen |= rng.choice(({}, {"public": True}, {"disputed": "exclude"}, {"disputed": "only"}))
    lens = {"lens": rng.choice(LENSES), "per_resident": rng.random() < 0.3}
    left_out = rng.choice(list(chosen))
    rest = {name: value for name, value in chosen.items() if name != left_out}
    return Selection(**chosen, **lens), Selection(**rest, **lens)


@pytest.mark.parametrize("seed", range(20))
def test_one_filter_more_only_narrows_whatever_the_others_are(facts: Facts, seed: int) -> None:
    rng = random.Random(seed)
    for turn in range(10):
        selection, wider = combination(rng)
        for view in list(views.VIEWS)[(10 * seed + turn) % 12 :: 12]:
            assert_narrower(facts, view, selection, wider)


# What stands behind a row


def assert_behind(facts: Facts, view: str, selection: Selection) -> int:
    table = views.table(view, facts, selection)
    rows_behind = 0
    for row in table.to_dict("records"):
        rows, number = views.rows_behind(view, row, facts, selection)
        assert number == len(rows)
        rows_behind += number
        if "figures" in row:
            counted = rows["counted"].astype(bool)
            added = rows[counted & rows["value"].notna()]
            assert len(added) == row["figures"], row
            assert (counted & rows["value"].isna()).sum() == row["not_converted"], row
            assert (~counted).sum() == row["not_added"], row
            for name in ("value", "value_high"):
                total = added[name].sum() if len(added) else float("nan")
                assert total == pytest.approx(row[name], rel=1e-9, nan_ok=True), row
        if "all_figures" in row and view.startswith("funding"):
            assert len(rows) == row["all_figures"]
        if "initiatives" in row:
            assert rows["initiative_id"].nunique() == row["initiatives"], row
        if "cities" in row:
            assert rows["city_id"].nunique() == row["cities"], row
        if "grade" in row:
            assert len(rows) == row["evidence_rows"], row
            assert (rows["grade"].max() if len(rows) else 0) == row["grade"], row
    return rows_behind


@pytest.mark.parametrize("view", SUMS)
@pytest.mark.parametrize(
    "selection",
    [RIO, RIO.but(lens="stated"), Selection(country=("TW", "BR"), lens="intl", per_resident=True, since=2025)],
    ids=["dollars", "as stated", "international dollars per resident"],
)
def test_the_rows_behind_a_row_add_up_to_it(facts: Facts, view: str, selection: Selection) -> None:
    behind = assert_behind(facts, view, selection)
    every = len(views.table(views.VIEWS[view].detail, facts, views.VIEWS[view].relevant(selection)))
    assert 0 < behind <= every if view in PARTIAL else behind == every > 0


@pytest.mark.parametrize("view", ["funding-ladder", "initiatives-status", "funding-map"])
def test_the_rows_behind_all_rows_are_all_rows(facts: Facts, view: str) -> None:
    assert assert_behind(facts, view, Selection()) == len(views.table(views.VIEWS[view].detail, facts, Selection()))


@pytest.mark.parametrize("view", FACTS)
def test_behind_a_fact_stands_the_fact_itself_with_its_source(facts: Facts, view: str) -> None:
    about = views.VIEWS[view]
    table = views.table(view, facts, Selection(lens="stated"))
    for row in table.iloc[:: max(1, len(table) // 20)].to_dict("records"):
        behind, _ = views.rows_behind(view, row, facts, Selection(lens="stated"))
        assert len(behind) == 1
        assert behind.loc[0, list(about.keys)].to_dict() == {key: row[key] for key in about.keys}


def test_a_view_of_sums_names_the_view_with_its_rows() -> None:
    for name, view in views.VIEWS.items():
        assert bool(view.detail) == bool(view.behind), name
        if view.detail:
            detail = views.VIEWS[view.detail]
            assert detail.frame == view.frame, name
            assert set(view.behind) <= set(detail.origin) & set(view.origin), name


# Rio de Janeiro: the money


def test_of_rios_estimates_just_one_figure_is_added_that_of_65_billion(facts: Facts) -> None:
    table = views.table("funding-by-city", facts, RIO)
    estimated = table[table["stage"] == "estimated"].set_index("payer")
    assert estimated["figures"].to_dict() == {"mixed": 1, "private": 0, "public": 0}
    assert estimated.loc["mixed", "value"] == 65e9
    assert estimated["value"].isna().to_dict() == {"mixed": False, "private": True, "public": True}
    (row,) = estimated.loc[["mixed"]].reset_index().to_dict("records")
    behind = views.rows_behind("funding-by-city", row, facts, RIO)[0].set_index("funding_id")
    assert behind["counted"].to_dict() == {
        "rio-de-janeiro-rio-ai-city-f1": True,
        "rio-de-janeiro-rio-ai-city-f2": False,
        "rio-de-janeiro-rio-ai-city-f4": False,
        "rio-de-janeiro-rio-ai-city-f5": False,
    }


def test_the_550_million_stand_in_the_register_twice_and_are_added_nowhere(facts: Facts) -> None:
    register = views.table("funding-register", facts, RIO)
    rows = register[register["amount"] == 550e6].set_index("funding_id")
    article, fund = rows.loc["rio-de-janeiro-rio-ai-city-f9"], rows.loc["rio-de-janeiro-rio-ai-city-f10"]
    assert len(rows) == 2
    assert not rows["counted"].any()
    assert rows["reason"].str.len().min() > 20
    assert set(rows["disputed"]) == {"open"}
    assert (article["payer"], article["relation"], article["related_funding_id"]) == ("unknown", "restates", fund.name)
    assert (fund["payer"], fund["funder_name"]) == ("private", "I Squared Capital")
    assert rows["source_url"].str.startswith("http").all()
    committed = views.table("funding-by-city", facts, RIO)
    committed = committed[(committed["stage"] == "committed")].set_index("payer")
    for payer in ("private", "unknown"):
        assert pd.isna(committed.loc[payer, "value"])
        assert (committed.loc[payer, "figures"], committed.loc[payer, "not_added"]) == (0, 1)
    assert committed.loc["public", "value"] == pytest.approx((24e6 + 5e6) / 5.386746, rel=1e-12)


def test_public_and_private_money_stand_apart_wherever_money_is_shown(facts: Facts) -> None:
    for name, view in views.VIEWS.items():
        if "value" in view.origin and view.frame == "funding":
            assert "payer" in view.origin, name
            if name in SUMS:
                assert "payer" in view.keys, name
                assert "stage" in view.keys, name
                assert "unit" in view.keys, name


def test_leaving_disputed_figures_out_takes_the_65_billion_away(facts: Facts) -> None:
    table = views.table("funding-by-city", facts, RIO.but(disputed="exclude"))
    assert 65e9 not in set(table["value"])
    assert "rio-de-janeiro-rio-ai-city" not in set(
        views.table("funding-register", facts, RIO.but(disputed="exclude"))["initiative_id"]
    )


def test_money_flows_to_the_one_goal_of_an_initiative_or_to_several(facts: Facts) -> None:
    goals = facts.tables["initiative_goals"].groupby("initiative_id")["goal"].agg(set).to_dict()
    for row in views.table("funding-register", facts, Selection()).itertuples():
        recorded = goals.get(row.initiative_id, set())
        wanted = "none recorded" if not recorded else next(iter(recorded)) if len(recorded) == 1 else "several"
        assert row.purpose == wanted, row.funding_id
    flows = views.table("funding-flows", facts, RIO)
    district = flows[(flows["funder"] == "mixed") & (flows["stage"] == "estimated")].iloc[0]
    assert (district["kind"], district["purpose"], district["value"]) == ("infrastructure", "several", 65e9)
    hub = flows[(flows["stage"] == "spent")].iloc[0]
    assert (hub["funder"], hub["purpose"], hub["value"]) == ("city", "industry", 90e6 / 5.589575)


def test_a_sum_is_never_split_between_goals(facts: Facts) -> None:
    flows = views.table("funding-flows", facts, Selection())
    ladder = views.table("funding-ladder", facts, Selection())
    assert flows["figures"].sum() == ladder["figures"].sum()


def test_the_estimates_for_rio_contradict_each_other_between_60_and_65_billion(facts: Facts) -> None:
    table = views.table("funding-conflicts", facts, RIO)
    case = table[table["case"] == "rio-de-janeiro-rio-ai-city:estimated"]
    assert case["funding_id"].tolist() == ["rio-de-janeiro-rio-ai-city-f5", "rio-de-janeiro-rio-ai-city-f1"]
    assert case["value"].tolist() == [60e9, 65e9]
    assert set(case["case_low"]) == {60e9}
    assert set(case["case_high"]) == {65e9}
    assert case["source_url"].nunique() == 2


@pytest.mark.parametrize("lens", LENSES)
def test_a_case_has_at_least_two_statements_about_one_initiative_at_one_stage(facts: Facts, lens: str) -> None:
    table = views.table("funding-conflicts", facts, Selection(lens=lens))
    for (case, _), rows in table.groupby(["case", "unit"]):
        assert len(rows) >= 2, case
        assert set(rows["initiative_id"] + ":" + rows["stage"]) == {case}
        assert "alternative" in set(rows["relation"]), case
        assert rows["case_low"].nunique() <= 1
        if rows["value"].notna().all():
            assert (rows["case_low"] == rows["value"].min()).all()
            assert (rows["case_high"] >= rows["value"].max()).all()
            assert (rows["case_high"] >= rows["case_low"]).all()


def test_the_map_of_money_tells_the_strongest_stage_of_a_counted_figure(facts: Facts) -> None:
    ranks = stages(facts)
    register = views.table("funding-register", facts, Selection())
    strongest = register[register["counted"]].groupby("city_id")["stage"].agg(lambda all_: max(all_, key=ranks.get))
    table = views.table("funding-map", facts, Selection()).set_index("city_id")
    assert table.loc["rio-de-janeiro", "furthest_stage"] == "spent"
    assert table["furthest_stage"].dropna().to_dict() == strongest.to_dict()
    every = views.table("initiatives-map", facts, Selection()).set_index("city_id")
    assert every["furthest_stage"].dropna().to_dict() == strongest.to_dict()
    assert every["initiatives"].sum() == len(facts.tables["initiatives"])
    assert every["all_figures"].sum() == len(facts.tables["funding"])


def test_the_range_of_a_case_reaches_to_the_high_end_of_a_statement_that_is_a_range(facts: Facts) -> None:
    funding = facts.tables["funding"].copy()
    funding.loc[funding["id"] == "rio-de-janeiro-rio-ai-city-f5", "amount_high"] = 70e9
    frames = {**facts.tables.frames, "funding": funding}
    other = facts_of(replace(facts.tables, frames=frames, version="a range"))
    table = views.table("funding-conflicts", other, RIO.but(stage=("estimated",)))
    assert table[["case_low", "case_high"]].drop_duplicates().values.tolist() == [[60e9, 70e9]]


# Rio de Janeiro: the models


def test_on_terminal_bench_rio_3_5_deepseek_and_qwen_score_as_its_first_card_says(facts: Facts) -> None:
    table = views.table("model-scores", facts, Selection(city=("rio-de-janeiro",), benchmark=("Terminal-Bench 2.1",)))
    card = table[table["source_id"] == "src-friendli-rio-3-5-card"].set_index("model_id")
    wanted = {"rio-3-5-open-397b": 70.8, "deepseek-v4-pro": 67.9, "qwen3-5-397b-a17b": 52.5}
    assert card.loc[list(wanted), "score"].to_dict() == wanted
    assert set(card["reported_by"]) == {"developer"}
    assert card.loc["rio-3-5-open-397b", "disputed"] == "conceded"
    assert card.loc["deepseek-v4-pro", "note"] == "figure printed by IplanRio for another developer's model"
    own = table[(table["model_id"] == "deepseek-v4-pro") & (table["source_id"] == "src-nex-n2-readme")]
    assert own["score"].tolist() == [72.0]
    assert set(table["benchmark"]) == {"Terminal-Bench 2.1"}
    assert set(table.loc[table["role"] == "municipal", "city_id"]) == {"rio-de-janeiro"}


def test_models_of_others_stay_only_on_benchmarks_on_which_the_citys_models_were_tested(facts: Facts) -> None:
    table = views.table("model-scores", facts, RIO)
    assert set(table.loc[table["role"] != "municipal", "benchmark"]) <= set(
        table.loc[table["role"] == "municipal", "benchmark"]
    )
    assert not table["result_id"].duplicated().any()
    assert len(views.table("model-scores", facts, Selection())) == len(facts.tables["benchmark_results"])


def test_rio_3_5_scores_18_points_above_its_base_on_terminal_bench(facts: Facts) -> None:
    table = views.table("model-uplift", facts, RIO)
    row = table[(table["model_id"] == "rio-3-5-open-397b") & (table["benchmark"] == "Terminal-Bench 2.1")].iloc[0]
    assert (row["score"], row["base_score"], row["base"]) == (70.8, 52.5, "Qwen3.5-397B-A17B")
    assert row["uplift"] == pytest.approx(18.3)
    assert row["same_source"]
    assert row["disputed"] == "conceded"


def test_every_uplift_is_between_a_model_and_its_base_on_one_test_in_one_setting(facts: Facts) -> None:
    results = facts.tables["benchmark_results"].set_index("id")
    bases = facts.tables["models"].set_index("id")["base_model_id"]
    for row in views.table("model-uplift", facts, Selection()).itertuples():
        mine, base = results.loc[row.result_id], results.loc[row.base_result_id]
        assert base["model_id"] == bases[row.model_id] == row.base_model_id
        for name in ("benchmark", "version", "unit", "setting"):
            assert mine[name] == base[name] or (pd.isna(mine[name]) and pd.isna(base[name])), (row.result_id, name)
        assert row.uplift == mine["score"] - base["score"]
        assert row.same_source == (mine["source_id"] == base["source_id"])


def test_rio_3_5_comes_from_nex_as_conceded_and_from_qwen_as_stated(facts: Facts) -> None:
    table = views.table("model-lineage", facts, RIO).set_index(["model_id", "parent_model_id"])
    nex = table.loc[("rio-3-5-open-397b", "nex-n2-pro")]
    assert (nex["relation"], nex["basis_of_link"], nex["disputed"]) == ("merge", "conceded", "conceded")
    assert nex["source_url"].startswith("http")
    assert (nex["parent"], nex["parent_developer"]) == ("Nex-N2-Pro", "Nex-AGI")
    qwen = table.loc[("rio-3-5-open-397b", "qwen3-5-397b-a17b")]
    assert (qwen["relation"], qwen["basis_of_link"], qwen["parent"]) == ("merge", "stated", "Qwen3.5-397B-A17B")
    assert ("nex-n2-pro", "qwen3-5-397b-a17b") in table.index


def test_the_thread_about_rio_3_5_runs_from_claim_to_rebuttal_to_concession(facts: Facts) -> None:
    table = views.table("model-claims", facts, Selection(model=("rio-3-5-open-397b",)))
    assert set(table["model_id"]) == {"rio-3-5-open-397b"}
    thread = table[table["thread"] == "claim-rio35-own-post-training"]
    assert thread["depth"].iloc[0] == 0
    places = {claim: place for place, claim in enumerate(thread["claim_id"])}
    depths = thread.set_index("claim_id")["depth"]
    for claim, answered in thread[["claim_id", "responds_to"]].itertuples(index=False):
        if depths[claim] > 0:
            assert depths[claim] == depths[answered] + 1
            assert places[claim] > places[answered]
    assert depths["claim-rio35-statement-lost-weights"] == 2


def test_releases_are_models_of_cities_alone(facts: Facts) -> None:
    table = views.table("model-releases", facts, Selection())
    models = facts.tables["models"]
    assert sorted(table["model_id"]) == sorted(models.loc[models["role"] == "municipal", "id"])
    dates = table["released_on"].dropna().tolist()
    assert dates == sorted(dates, reverse=True)


# Rio de Janeiro: the goals


def test_the_grades_and_the_index_of_rio_are_those_of_its_evidence(facts: Facts) -> None:
    table = views.table("goals-by-city", facts, RIO)
    assert table["goal"].tolist() == [goal.value for goal in facts.descriptor.categories("initiative_goals", "goal")]
    grades = table.set_index("goal")["grade"].to_dict()
    assert grades == {
        "compute": 2, "data": 1, "models": 3, "openness": 3, "skills": 3, "language": 0, "energy": 1,
        "accountability": 3, "industry": 3,
    }  # fmt: skip
    assert table["index"].tolist() == pytest.approx([(2 + 1 + 3 + 3 + 3 + 0 + 1 + 3 + 3) / 9 / 3 * 100] * 9)
    skills = table.set_index("goal").loc["skills"]
    assert (skills["evidence"], skills["initiatives"], skills["evidence_rows"]) == ("operating", 4, 5)
    language = table.set_index("goal").loc["language"]
    assert (language["evidence"], language["initiatives"], language["evidence_rows"]) == ("none recorded", 0, 0)
    evidence = views.table("goals-evidence", facts, RIO)
    assert set(table["initiatives_in_all"]) == {evidence["initiative_id"].nunique()} == {16}


def test_every_city_with_evidence_has_nine_grades_and_one_index_made_of_them(facts: Facts) -> None:
    table = views.table("goals-by-city", facts, Selection())
    evidence = views.table("goals-evidence", facts, Selection())
    assert set(table["city_id"]) == set(evidence["city_id"])
    for city, rows in table.groupby("city_id"):
        assert len(rows) == rows["goal"].nunique() == 9, city
        assert rows["index"].tolist() == pytest.approx([rows["grade"].sum() / 27 * 100] * 9), city
    best = evidence.groupby(["city_id", "goal"])["grade"].max()
    assert table[table["grade"] > 0].set_index(["city_id", "goal"])["grade"].sort_index().to_dict() == best.to_dict()


def test_choosing_goals_shows_fewer_of_them_and_leaves_grades_and_index_as_they_are(facts: Facts) -> None:
    whole = views.table("goals-by-city", facts, RIO).set_index("goal")
    some = views.table("goals-by-city", facts, RIO.but(goal=("models", "language"))).set_index("goal")
    assert list(some.index) == ["models", "language"]
    assert some["grade"].to_dict() == {"models": 3, "language": 0}
    assert set(some["index"]) == set(whole["index"])


def test_profiles_are_the_same_grades(facts: Facts) -> None:
    for selection in (Selection(), RIO):
        assert_frame_equal(
            views.table("goals-profile", facts, selection), views.table("goals-by-city", facts, selection)
        )


# Registers hold everything


@pytest.mark.parametrize(
    ("view", "table", "key"),
    [
        ("funding-register", "funding", "funding_id"),
        ("initiatives-register", "initiatives", "initiative_id"),
        ("initiatives-metrics", "metrics", "metric_id"),
        ("claims-register", "claims", "claim_id"),
        ("sources-register", "sources", "source_id"),
    ],
)
def test_a_register_holds_every_row_of_its_table(facts: Facts, view: str, table: str, key: str) -> None:
    assert sorted(views.table(view, facts, Selection())[key]) == sorted(facts.tables[table]["id"])


def test_failures_are_shown_like_all_others(facts: Facts) -> None:
    table = views.table("initiatives-status", facts, Selection())
    recorded = facts.tables["initiatives"]["status"].value_counts().to_dict()
    assert table.groupby("status")["initiatives"].sum().to_dict() == recorded
    assert {"cancelled", "paused"} <= set(recorded)


def test_a_source_counts_the_rows_that_cite_it(facts: Facts) -> None:
    table = views.table("sources-register", facts, Selection()).set_index("source_id")["facts"]
    cited = sum(int((frame["source_id"] == "src-seed-article").sum()) for frame in facts.tables.frames.values()
                if "source_id" in frame)  # fmt: skip
    assert table["src-seed-article"] == cited > 3


@pytest.mark.parametrize("view", ["funding-register", "goals-evidence", "initiatives-metrics", "claims-register"])
def test_every_fact_has_a_source_with_an_address(facts: Facts, view: str) -> None:
    table = views.table(view, facts, Selection())
    assert table[["source_id", "source_url", "source_title"]].notna().all(axis=None)


@pytest.mark.parametrize("selection", [RIO, Selection(city=("seoul", "bogota"), disputed="exclude", lens="stated")])
@pytest.mark.parametrize("name", views.VIEWS)
def test_sources_are_those_of_the_rows_that_are_shown(facts: Facts, name: str, selection: Selection) -> None:
    found, made = views.sources(name, facts, selection), views.VIEWS[name]
    table = views.table(name, facts, selection)
    if "source_id" in table:
        rows = [table]
    elif made.detail and "source_id" in views.VIEWS[made.detail].origin:
        rows = [views.rows_behind(name, row, facts, selection, most=10_000)[0] for row in table.to_dict("records")]
    else:
        assert found is None
        return
    assert found == len({source for part in rows for source in part["source_id"].dropna()})
