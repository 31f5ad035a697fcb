"""Disputes: which facts carry a mark, and how the dispute stands."""

from __future__ import annotations

import itertools

import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import dataset, disputes, views
from ledger.facts import Facts
from ledger.selection import Selection

COLUMNS = ["id", "subject_type", "subject_id", "topic", "stance", "claimant", "made_on", "responds_to"]


@pytest.fixture(scope="session")
def facts() -> Facts:
    return dataset.facts()


def claims(*rows: tuple[str, str, str, str | None, str | None], topic: str = "cost") -> pd.DataFrame:
    """Claims about one subject: id, stance, claimant, date and what is answered."""
    made = [(id, "initiative", "i", topic, stance, who, when, to) for id, stance, who, when, to in rows]
    return pd.DataFrame(made, columns=COLUMNS, dtype="str")


def mark(*rows: tuple[str, str, str, str | None, str | None]) -> str:
    """The mark of the one disputed topic of one subject."""
    marks = disputes.dispute_marks(claims(*rows))
    assert len(marks) == 1
    return str(marks["mark"].item())


ASSERTED = ("a", "asserts", "City", "2026-01-01", None)
DISPUTED = ("d", "disputes", "Press", "2026-02-01", "a")


def frame(facts: Facts, name: str) -> pd.DataFrame:
    return facts[name].collect("pandas").to_native()


# How a dispute stands


def test_a_statement_that_nobody_disputes_has_no_mark() -> None:
    assert disputes.dispute_marks(claims(ASSERTED)).empty
    assert disputes.dispute_marks(claims(ASSERTED, ("c", "concedes", "City", "2026-02-01", "a"))).empty


def test_a_dispute_without_an_end_is_open() -> None:
    assert mark(ASSERTED, DISPUTED) == "open"


def test_a_dispute_is_conceded_where_the_asserting_side_gives_in_to_it() -> None:
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "City", "2026-03-01", "d")) == "conceded"


def test_a_dispute_is_conceded_where_the_asserting_side_takes_back_its_statement() -> None:
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "City", "2026-03-01", "a")) == "conceded"


def test_a_dispute_is_withdrawn_where_the_disputing_side_gives_in() -> None:
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "Press", "2026-03-01", "d")) == "withdrawn"


def test_a_dispute_is_withdrawn_where_the_disputing_side_gives_in_to_the_answer() -> None:
    answer = ("r", "disputes", "City", "2026-02-10", "d")
    marks = disputes.dispute_marks(
        claims(ASSERTED, DISPUTED, answer, ("c", "concedes", "Press", "2026-03-01", "r")).assign(
            topic=["cost", "cost", "energy", "cost"]
        )
    )
    assert marks.set_index("topic")["mark"].to_dict() == {"cost": "withdrawn", "energy": "conceded"}


def test_a_concession_before_the_dispute_settles_nothing() -> None:
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "City", "2026-01-31", "a")) == "open"
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "City", "2025", "a")) == "open"


def test_a_concession_on_the_day_of_the_dispute_settles_it() -> None:
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "City", "2026-02-01", "d")) == "conceded"


@pytest.mark.parametrize("when", [None, "2026", "2026-02"])
def test_a_concession_that_may_be_later_counts_as_later(when: str | None) -> None:
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "City", when, "d")) == "conceded"


def test_a_dispute_without_a_date_can_be_conceded() -> None:
    undated = ("d", "disputes", "Press", None, "a")
    assert mark(ASSERTED, undated, ("c", "concedes", "City", "2026-01-02", "d")) == "conceded"
    assert mark(ASSERTED, undated, ("c", "concedes", "City", None, "d")) == "conceded"


def test_a_concession_to_something_else_settles_nothing() -> None:
    other = ("b", "asserts", "City", "2026-01-01", None)
    assert mark(ASSERTED, other, DISPUTED, ("c", "concedes", "City", "2026-03-01", "b")) == "open"
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "City", "2026-03-01", "nobody-said")) == "open"
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "City", "2026-03-01", None)) == "open"


def test_a_dispute_that_answers_nothing_is_not_settled_by_a_concession_that_answers_nothing() -> None:
    loose = ("d", "disputes", "Press", "2026-02-01", None)
    assert mark(ASSERTED, loose, ("c", "concedes", "City", "2026-03-01", None)) == "open"


def test_a_conceded_dispute_outweighs_an_open_one_and_an_open_one_a_withdrawn_one() -> None:
    second = ("e", "disputes", "Auditor", "2026-02-02", "a")
    conceded = ("c", "concedes", "City", "2026-03-01", "e")
    withdrawn = ("w", "concedes", "Press", "2026-03-01", "d")
    assert mark(ASSERTED, DISPUTED, second, conceded) == "conceded"
    assert mark(ASSERTED, DISPUTED, second, withdrawn) == "open"
    assert mark(ASSERTED, DISPUTED, second, withdrawn, conceded) == "conceded"


def test_what_is_conceded_stays_so_when_the_disputing_side_gives_in_too() -> None:
    conceded = ("c", "concedes", "City", "2026-03-01", "d")
    withdrawn = ("w", "concedes", "Press", "2026-03-02", "d")
    for order in itertools.permutations((ASSERTED, DISPUTED, conceded, withdrawn)):
        assert mark(*order) == "conceded"


def test_giving_in_to_a_dispute_gives_in_to_no_other_claim_that_disputes_it() -> None:
    counter = ("r", "disputes", "The city's maker", "2026-02-10", "d")
    concession = ("c", "concedes", "City", "2026-03-01", "d")
    made = claims(ASSERTED, DISPUTED, counter, concession).assign(topic=["cost", "cost", "delivery", "cost"])
    marks = disputes.dispute_marks(made).set_index("topic")["mark"].to_dict()
    assert marks == {"cost": "conceded", "delivery": "open"}


def test_marks_of_one_topic_or_subject_stay_off_the_others() -> None:
    made = claims(
        ASSERTED,
        DISPUTED,
        ("a2", "asserts", "City", "2026-01-01", None),
        ("d2", "disputes", "Press", "2026-02-01", "a2"),
        ("c2", "concedes", "City", "2026-03-01", "d2"),
    )
    made.loc[2:, "subject_id"] = "j"
    marks = disputes.dispute_marks(made).set_index("subject_id")["mark"].to_dict()
    assert marks == {"i": "open", "j": "conceded"}


def test_disputes_that_answer_each_other_in_a_circle_stay_open() -> None:
    one, two = ("x", "disputes", "City", "2026-01-01", "y"), ("y", "disputes", "Press", "2026-01-02", "x")
    assert mark(one, two) == "open"


def test_claims_that_answer_themselves_do_no_harm() -> None:
    assert mark(("d", "disputes", "Press", "2026-02-01", "d")) == "open"
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "City", "2026-03-01", "c")) == "open"


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = (ASSERTED, DISPUTED, ("c", "concedes", "City", "2026-03-01", "d"), ("e", "disputes", "X", None, None))
    assert {mark(*order) for order in itertools.permutations(rows)} == {"conceded"}


def test_without_claims_there_are_no_marks_and_no_threads() -> None:
    assert disputes.dispute_marks(claims()).empty
    assert disputes.threads(claims()).empty
    assert disputes.marks_of_topics(disputes.dispute_marks(claims()), "model", ("cost",)) == {}


def test_the_weightiest_mark_over_several_topics_is_taken() -> None:
    rows = [("model", "m", "cost", "open"), ("model", "m", "energy", "conceded"), ("initiative", "m", "bias", "open")]
    marks = pd.DataFrame(rows, columns=["subject_type", "subject_id", "topic", "mark"], dtype="str")
    assert disputes.marks_of_topics(marks, "model", ("cost", "energy")) == {"m": "conceded"}
    assert disputes.marks_of_topics(marks, "model", ("cost",)) == {"m": "open"}
    assert disputes.marks_of_topics(marks, "model", ("bias",)) == {}


# Which goals a dispute reaches


def models(**initiatives: str | None) -> pd.DataFrame:
    return pd.DataFrame({"id": list(initiatives), "initiative_id": list(initiatives.values())}, dtype="str")


def marks(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["subject_type", "subject_id", "topic", "mark"], dtype="str")


def test_the_only_model_of_an_initiative_takes_its_goals_models_and_openness_with_it() -> None:
    reached = disputes.goal_marks(marks(("model", "m", "provenance", "conceded")), models(m="i"))
    assert reached == {("i", "models"): "conceded", ("i", "openness"): "conceded"}


def test_another_undisputed_model_carries_the_goals() -> None:
    assert disputes.goal_marks(marks(("model", "m", "provenance", "conceded")), models(m="i", n="i")) == {}
    about_both = marks(("model", "m", "provenance", "open"), ("initiative", "i", "provenance", "conceded"))
    assert disputes.goal_marks(about_both, models(m="i", n="i")) == {}


def test_a_model_of_another_initiative_carries_nothing() -> None:
    reached = disputes.goal_marks(marks(("model", "m", "provenance", "open")), models(m="i", n="j", o=None))
    assert set(reached) == {("i", "models"), ("i", "openness")}


def test_where_all_models_are_disputed_the_weightiest_mark_is_on_the_goals() -> None:
    both = marks(("model", "m", "provenance", "open"), ("model", "n", "provenance", "conceded"))
    assert set(disputes.goal_marks(both, models(m="i", n="i")).values()) == {"conceded"}


def test_a_dispute_on_another_topic_of_a_model_reaches_no_goal_and_leaves_it_to_carry() -> None:
    assert disputes.goal_marks(marks(("model", "m", "performance", "conceded")), models(m="i")) == {}


def test_a_dispute_about_an_initiative_without_models_reaches_its_goals_directly() -> None:
    reached = disputes.goal_marks(marks(("initiative", "i", "provenance", "open")), models(m=None))
    assert set(reached) == {("i", "models"), ("i", "openness")}


@pytest.mark.parametrize(
    ("topic", "goals"),
    [
        ("privacy", {"data", "accountability"}),
        ("bias", {"data", "accountability"}),
        ("governance", {"data", "accountability"}),
        ("energy", {"energy"}),
        ("cost", set()),
        ("delivery", set()),
        ("performance", set()),
    ],
)
def test_each_topic_reaches_its_own_goals_alone(topic: str, goals: set[str]) -> None:
    reached = disputes.goal_marks(marks(("initiative", "i", topic, "open")), models(m="i"))
    assert {goal for _, goal in reached} == goals


# The real record


def test_the_provenance_of_rio_3_5_is_conceded(facts: Facts) -> None:
    found = disputes.dispute_marks(facts.tables["claims"])
    rio = found[found["subject_id"] == "rio-3-5-open-397b"].set_index("topic")["mark"].to_dict()
    assert rio == {"cost": "open", "delivery": "open", "performance": "open", "provenance": "conceded"}
    releases = views.table("model-releases", facts, Selection()).set_index("model_id")["disputed"]
    assert releases["rio-3-5-open-397b"] == "conceded"
    assert releases["rio-3-0-open"] == "none"


def test_the_mark_of_rio_3_5_is_on_every_score_of_it_and_on_no_other_score_of_rio(facts: Facts) -> None:
    scores = frame(facts, "results").groupby("model_id")["disputed"].agg(set)
    assert scores["rio-3-5-open-397b"] == {"conceded"}
    assert scores["rio-3-0-open"] == {"none"}
    assert scores["qwen3-5-397b-a17b"] == {"none"}


def test_the_dispute_about_the_550_million_marks_every_figure_of_rio_ai_city_and_no_other_of_rio(facts: Facts) -> None:
    funding = frame(facts, "funding")
    rio = funding[funding["city_id"] == "rio-de-janeiro"]
    of_district = rio["initiative_id"] == "rio-de-janeiro-rio-ai-city"
    assert of_district.sum() == 12
    assert set(rio.loc[of_district, "disputed"]) == {"open"}
    assert set(rio.loc[~of_district, "disputed"]) == {"none"}


def test_a_dispute_about_a_models_cost_marks_no_figure_of_its_initiative(facts: Facts) -> None:
    found = disputes.dispute_marks(facts.tables["claims"])
    disputed = set(found[(found["subject_type"] == "initiative") & (found["topic"] == "cost")]["subject_id"])
    funding = frame(facts, "funding")
    assert set(funding.loc[funding["disputed"] != "none", "initiative_id"]) <= disputed
    assert set(funding.loc[funding["disputed"] == "none", "initiative_id"]).isdisjoint(disputed)


def test_the_goals_of_rios_open_models_are_not_marked_because_undisputed_models_carry_them(facts: Facts) -> None:
    goals = frame(facts, "goals")
    mine = goals[goals["initiative_id"] == "rio-de-janeiro-rio-open-models"].set_index("goal")["disputed"].to_dict()
    assert mine == {"models": "none", "openness": "none", "compute": "none"}
    status = frame(facts, "initiatives").set_index("initiative_id")["disputed"]
    assert status["rio-de-janeiro-rio-open-models"] == "none"


def test_seouls_own_model_stands_alone_so_its_goals_are_marked(facts: Facts) -> None:
    reached = disputes.goal_marks(disputes.dispute_marks(facts.tables["claims"]), facts.tables["models"])
    assert reached["seoul-chatbot-2-own-llm", "models"] == "open"
    goals = frame(facts, "goals")
    for row in goals.itertuples():
        assert row.disputed == reached.get((row.initiative_id, row.goal), "none")


def test_the_delivery_of_rio_ai_city_is_disputed_on_its_status(facts: Facts) -> None:
    status = frame(facts, "initiatives").set_index("initiative_id")["disputed"]
    assert status["rio-de-janeiro-rio-ai-city"] == "open"
    assert status["rio-de-janeiro-civitas"] == "none"


def test_a_disputed_performance_marks_actual_metrics_and_no_target(facts: Facts) -> None:
    found = disputes.dispute_marks(facts.tables["claims"])
    performance = disputes.marks_of_topics(found, "initiative", ("performance",))
    energy = disputes.marks_of_topics(found, "initiative", ("energy",))
    for row in frame(facts, "metrics").itertuples():
        reached = [performance.get(row.initiative_id)] if row.measured == "actual" else []
        reached += [energy.get(row.initiative_id)] if row.metric == "capacity" else []
        wanted = min((mark for mark in reached if mark), key=disputes.MARKS.index, default="none")
        assert row.disputed == wanted, row.metric_id


def test_leaving_disputed_facts_out_and_in_alone_are_two_parts_of_the_whole(facts: Facts) -> None:
    for name in ("funding", "goals", "metrics", "initiatives", "models", "results", "claims"):
        sizes = [
            len(Selection(disputed=choice).rows(facts, name).collect()) for choice in ("exclude", "only", "include")
        ]
        assert sizes[0] + sizes[1] == sizes[2], name
        assert sizes[0] > 0, name


def test_a_withdrawn_dispute_no_longer_leaves_a_fact_out() -> None:
    rows = nw.from_native(pd.DataFrame({"disputed": ["none", "open", "conceded", "withdrawn"]})).lazy()
    for choice, left in (("exclude", ["none", "withdrawn"]), ("only", ["open", "conceded"])):
        condition = Selection(disputed=choice)._condition("disputed", "funding")
        assert rows.filter(condition).collect()["disputed"].to_list() == left


# Threads


def placed(made: pd.DataFrame) -> pd.DataFrame:
    return disputes.threads(made).set_index("claim_id")


def test_a_thread_is_a_claim_with_its_answers_under_it_in_order_of_time() -> None:
    made = claims(
        ("late", "disputes", "B", "2026-03", "open"),
        ("open", "asserts", "A", "2026-01", None),
        ("early", "disputes", "B", "2026-02", "open"),
        ("under", "concedes", "A", "2026-04", "early"),
        ("other", "asserts", "C", "2026-02", None),
    )
    found = disputes.threads(made)
    assert found["claim_id"].tolist() == ["open", "early", "under", "late", "other"]
    assert found["depth"].tolist() == [0, 1, 2, 1, 0]
    assert found["thread"].tolist() == ["open"] * 4 + ["other"]


def test_claims_in_a_circle_open_a_thread_with_the_earliest() -> None:
    made = claims(
        ("y", "disputes", "B", "2026-02", "x"),
        ("x", "disputes", "A", "2026-01", "z"),
        ("z", "disputes", "A", "2026-03", "y"),
    )
    found = disputes.threads(made)
    assert found["claim_id"].tolist() == ["x", "y", "z"]
    assert found["depth"].tolist() == [0, 1, 2]


def test_a_claim_that_answers_itself_is_a_thread_of_its_own() -> None:
    found = disputes.threads(claims(("x", "disputes", "A", None, "x")))
    assert found[["claim_id", "thread", "depth"]].values.tolist() == [["x", "x", 0]]


def test_an_answer_to_a_claim_that_is_not_there_opens_a_thread() -> None:
    found = disputes.threads(claims(("x", "disputes", "A", None, "gone")))
    assert found["depth"].tolist() == [0]


IDS = list("abcdefgh")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(IDS),
            st.sampled_from(("asserts", "disputes", "concedes", "corroborates")),
            st.sampled_from(("A", "B", "C")),
            st.none() | st.sampled_from(("2025", "2026", "2026-01", "2026-01-02", "2026-02")),
            st.none() | st.sampled_from((*IDS, "gone")),
        ),
        unique_by=lambda row: row[0],
        max_size=8,
    )
)
def test_threads_keep_every_claim_exactly_once_under_what_it_answers(
    rows: list[tuple[str, str, str, str | None, str | None]],
) -> None:
    made = claims(*rows)
    found = placed(made)
    assert sorted(found.index) == sorted(made["id"])
    assert sorted(found["thread_order"]) == list(range(len(made)))
    answered = {row[0]: row[4] for row in rows}
    for claim, row in found.iterrows():
        if row["depth"] == 0:
            assert row["thread"] == claim
        else:
            above = found.loc[answered[claim]]
            assert row["depth"] == above["depth"] + 1
            assert row["thread"] == above["thread"]
            assert row["thread_order"] > above["thread_order"]
    assert set(disputes.dispute_marks(made)["mark"]) <= {"open", "conceded", "withdrawn"}
    assert len(disputes.dispute_marks(made)) == any(row[1] == "disputes" for row in rows)


def test_every_claim_of_the_record_stands_in_one_thread_with_its_answers(facts: Facts) -> None:
    record = facts.tables["claims"]
    found = placed(record)
    assert sorted(found.index) == sorted(record["id"])
    assert found.loc["claim-rio35-card-concedes-merge", "depth"] == 2
    assert found.loc["claim-rio35-card-concedes-merge", "thread"] == "claim-rio35-own-post-training"
    assert found.loc["claim-rio35-nex-merge", "depth"] == 1


# How a thread stands


def thread_state(*rows: tuple[str, str, str, str | None, str | None]) -> str:
    """The state of the one thread of some claims."""
    states = set(disputes.thread_states(claims(*rows)).values())
    assert len(states) == 1
    return states.pop()


def test_a_thread_without_a_dispute_is_undisputed() -> None:
    assert thread_state(ASSERTED, ("b", "corroborates", "Press", "2026-02-01", "a")) == "undisputed"


def test_a_dispute_that_nobody_answered_leaves_the_thread_open() -> None:
    assert thread_state(ASSERTED, DISPUTED) == "open"
    assert thread_state(ASSERTED, DISPUTED, ("b", "corroborates", "Lab", "2026-03-01", "d")) == "open"


@pytest.mark.parametrize("stance", ["asserts", "disputes"])
@pytest.mark.parametrize("when", ["2026-03-01", "2026-02", None])
def test_somebody_elses_statement_on_the_dispute_answers_it(stance: str, when: str | None) -> None:
    claims_of_thread = (ASSERTED, DISPUTED, ("b", stance, "City", when, "d"))
    # A dispute of a dispute is one itself: somebody may still answer it.
    assert thread_state(*claims_of_thread) == ("answered" if stance == "asserts" else "open")


def test_neither_the_disputing_side_itself_nor_an_older_statement_answers() -> None:
    assert thread_state(ASSERTED, DISPUTED, ("b", "asserts", "Press", "2026-03-01", "d")) == "open"
    assert thread_state(ASSERTED, DISPUTED, ("b", "asserts", "City", "2026-01-15", "d")) == "open"


def test_one_dispute_without_an_answer_keeps_the_thread_open() -> None:
    other = ("e", "disputes", "Court", "2026-02-02", "a")
    assert thread_state(ASSERTED, DISPUTED, other, ("b", "asserts", "City", "2026-03-01", "d")) == "open"


def test_a_concession_weighs_more_than_all_else_in_the_thread() -> None:
    other = ("e", "disputes", "Court", "2026-02-02", "a")
    assert thread_state(ASSERTED, DISPUTED, other, ("c", "concedes", "City", "2026-03-01", "d")) == "conceded"


def test_a_dispute_that_is_taken_back_leaves_the_thread_withdrawn() -> None:
    assert thread_state(ASSERTED, DISPUTED, ("c", "concedes", "Press", "2026-03-01", "a")) == "withdrawn"


def test_a_statement_that_concedes_one_point_and_disputes_another_on_the_same_day_takes_nothing_back() -> None:
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "Press", "2026-02-01", "a")) == "open"
    assert mark(ASSERTED, DISPUTED, ("c", "concedes", "Press", None, "a")) == "open"


def test_disputes_in_a_circle_answer_each_other() -> None:
    circle = (("a", "disputes", "City", "2026-01-01", "b"), ("b", "disputes", "Press", "2026-01-01", "a"))
    assert thread_state(*circle) == "answered"


def test_a_dispute_of_itself_is_open() -> None:
    assert thread_state(("a", "disputes", "City", "2026-01-01", "a")) == "open"


def test_every_claim_of_a_thread_has_its_state_and_rios_merge_is_conceded(facts: Facts) -> None:
    table = views.table("claims-register", facts, Selection())
    assert table["thread_state"].isin(disputes.THREAD_STATES).all()
    assert (table.groupby("thread")["thread_state"].nunique() == 1).all()
    merge = table.set_index("claim_id").loc["claim-rio35-nex-merge"]
    assert (merge["state"], merge["thread_state"]) == ("conceded", "conceded")
    answered = table.set_index("claim_id").loc["claim-agata-opacity"]
    assert (answered["state"], answered["thread_state"]) == ("open", "answered")
