"""The page of the evidence, the threads of claims on it, and what of the announced money is traced."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from components import evidence, thread
from components.formats import escape, money
from ledger import dataset, views
from ledger.selection import Selection
from ledger.views.ladders import traced_share
from tests.test_pages import open_page, texts

CARDS = (
    "threads", "funding-naive-sums", "funding-double-counts", "funding-conflicts", "coverage", "freshness",
    "evidence-support", "claims-register", "sources-register",
)  # fmt: skip
MERGE = "claim-rio35-own-post-training"
HOSTILE = "<img src=x onerror=alert(1)>"


def claims_of(selection: Selection) -> pd.DataFrame:
    return views.table("claims-register", dataset.facts(), selection)


def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is put on the page as HTML, without a page."""
    said: list[str] = []
    monkeypatch.setattr("streamlit.html", said.append)
    return said


def figures(sentence: str) -> list[str]:
    """The bold figures of a sentence."""
    return re.findall(r"<strong>(.*?)</strong>", sentence)


# The page


@pytest.mark.parametrize(
    "query",
    [
        (),
        (("city", "rio-de-janeiro"),),
        (("disputed", "exclude"),),
        (("disputed", "only"),),
        (("city", "addis-ababa"),),
        (("lens", "stated"),),
    ],
    ids=lambda query: "-".join(value for _, value in query) or "everything",
)
def test_the_page_stands_with_all_its_cards(query: tuple[tuple[str, str], ...]) -> None:
    app = open_page("evidence", query)

    assert not app.exception
    anchors = [part.proto.anchor for part in app.header]
    assert anchors == list(CARDS)


def test_a_city_without_claims_says_so() -> None:
    selection = Selection(city=("addis-ababa",))
    assert claims_of(selection).empty
    assert not views.table("initiatives-register", dataset.facts(), selection).empty

    app = open_page("evidence", [("city", "addis-ababa")])

    assert any("No claim is recorded" in info.value for info in app.info)
    assert "No dispute is left" in texts(app)


def test_the_first_sentence_counts_threads_with_a_dispute_by_their_state() -> None:
    claims = claims_of(Selection())
    disputed = claims[claims["thread"].isin(claims.loc[claims["stance"] == "disputes", "thread"])]
    states = disputed.groupby("thread")["thread_state"].first().value_counts()

    sentence = evidence.sentence(Selection())

    for state in ("conceded", "open", "answered"):
        assert states[state] > 0
        assert f"<strong>{states[state]}</strong> {state}" in sentence


def test_the_first_sentence_counts_no_dispute_where_disputed_facts_are_left_out() -> None:
    selection = Selection(city=("rio-de-janeiro",), disputed="exclude")

    assert "No dispute is left" in evidence.sentence(selection)
    assert "No dispute is left" not in evidence.sentence(selection.but(disputed="include"))


# Threads


def test_the_thread_of_rios_merge_runs_from_assertion_to_dispute_to_concession() -> None:
    said = texts(open_page("evidence", [("city", "rio-de-janeiro")]))
    claims = claims_of(Selection(city=("rio-de-janeiro",))).set_index("claim_id")
    assert claims.loc[MERGE, "thread_state"] == "conceded"
    order = ["claim-rio35-own-post-training", "claim-rio35-nex-merge", "claim-rio35-card-concedes-merge",
             "claim-rio35-statement-lost-weights"]  # fmt: skip
    assert claims.loc[order, "stance"].tolist() == ["asserts", "disputes", "concedes", "concedes"]
    places = [said.find(str(escape(claims.loc[claim, "statement"]))) for claim in order]
    assert -1 not in places
    assert places == sorted(places)
    head = said.rfind("<strong>Rio 3.5 Open 397B</strong>, Rio de Janeiro", 0, places[0])
    assert '<span class="ledger-badge alert">conceded</span>' in said[head : places[0]]


def test_the_first_page_holds_ten_disputed_threads_the_longest_first() -> None:
    app = open_page("evidence")
    claims = claims_of(Selection())
    (html,) = [part.proto.body for part in app.get("html") if 'class="ledger-items thread"' in part.proto.body]

    disputed = claims[claims["thread_state"] != "undisputed"]
    sizes = disputed["thread"].value_counts().sort_values(ascending=False)
    shown = [part.count("<li") for part in html.split('<ul class="ledger-items thread">')[1:]]
    # Each part but the last also opens the next thread.
    assert [*(size - 1 for size in shown[:-1]), shown[-1]] == sizes.head(thread.PER_PAGE).tolist()
    calm = claims.loc[claims["thread_state"] == "undisputed", "statement"]
    assert not any(str(escape(statement)) in html for statement in calm)


def test_disputed_threads_come_before_longer_undisputed_ones() -> None:
    claims = claims_of(Selection())
    calm = claims[(claims["thread_state"] == "undisputed")].copy()
    longest = calm["thread"].value_counts().index[0]
    disputed = claims.loc[claims["thread_state"] == "open", "thread"].value_counts().index[-1]
    both = claims[claims["thread"].isin([longest, disputed])].copy()
    both.loc[both["thread"] == longest, "thread_order"] = -1

    html = thread.threads_html(both)

    states = re.findall(r'<span class="ledger-badge[^"]*">(open|undisputed)</span>', html)
    assert states == ["open", "undisputed"]


def test_a_thread_says_how_many_of_its_statements_the_filters_leave_out() -> None:
    claims = claims_of(Selection())
    rows = claims[claims["thread"] == MERGE]

    assert "leave out" not in thread.threads_html(rows)
    cut = thread.threads_html(rows[rows["depth"] > 0])
    assert "The filters leave out 1 statement of this thread." in cut


def test_a_chosen_state_survives_a_change_of_the_filters() -> None:
    app = open_page("evidence")
    app.pills(key="thread_states").set_value(["conceded"]).run()
    assert not app.exception
    app.multiselect(key="filter_city").select("bogota").run()
    assert not app.exception
    claims = claims_of(Selection(city=("bogota",)))
    assert "conceded" not in set(claims["thread_state"])
    assert str(escape(claims.sort_values("thread_order")["statement"].iloc[0])) in texts(app)


def test_every_text_of_a_thread_is_escaped_and_only_web_addresses_are_links() -> None:
    columns = ("subject", "city", "statement", "claimant", "note", "publisher", "source_title", "thread_state")
    row = claims_of(Selection()).head(1)
    hostile = row.assign(**dict.fromkeys(columns, HOSTILE), source_url="javascript:alert(1)")

    html = thread.threads_html(hostile)

    assert "<img" not in html
    assert "href" not in html
    assert html.count(str(escape(HOSTILE))) == len(columns)


# Sums


def test_what_is_said_of_adding_all_rows_is_the_sum_of_the_register(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch)
    selection = Selection(city=("rio-de-janeiro",), stage=("estimated",))
    register = views.table("funding-register", dataset.facts(), selection)
    assert round(register["usd"].sum() / 1e9) == 384

    evidence.careless_sum(selection)

    assert figures(said[0]) == ["US$ 384 bn", "US$ 65 bn of mixed public and private money"]


def test_payers_whose_figures_are_all_counted_are_added_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every city and stage: the sentence gives all rows of the register, whoever pays."""
    naive = views.table("funding-naive-sums", dataset.facts(), Selection())
    every = views.table("funding-by-city", dataset.facts(), Selection())
    every = every[every["value"] > 0].groupby(["city_id", "stage"])["payer"].agg(set)
    known = naive.groupby(["city_id", "stage"])["payer"].agg(set)
    city, stage = next(key for key in known.index if key in every.index and every[key] - known[key])
    selection = Selection(city=(city,), stage=(stage,))
    said = told(monkeypatch)

    evidence.careless_sum(selection)

    register = views.table("funding-register", dataset.facts(), selection)
    assert figures(said[0])[0] == money(register["usd"].sum(), "USD")


def test_sums_of_several_currencies_are_not_set_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch)
    evidence.careless_sum(Selection(lens="stated"))
    assert said == []
    evidence.careless_sum(Selection(lens="stated", city=("toronto",)))
    assert "CAD" in said[0]


@pytest.mark.parametrize("lens", ["usd", "intl"])
def test_the_sentence_on_traced_money_is_of_public_money_alone(lens: str, monkeypatch: pytest.MonkeyPatch) -> None:
    selection = Selection(lens=lens)
    table = views.table("initiatives-traced", dataset.facts(), selection)
    public = table[table["payer"] == "public"]
    share = traced_share(public)
    assert share is not None
    assert share != traced_share(table)
    said = told(monkeypatch)

    evidence.traced(selection)

    announced = escape(money(public["announced"].sum(), public["unit"].iloc[0]))
    assert f"Of {announced} of public money announced" in said[0]
    assert figures(said[0]) == [f"{share:.0f} %"]
    without = (public["traced"] == 0).sum()
    assert f"For {without} of {len(public)} initiatives none is recorded." in said[0]


def test_no_share_is_traced_of_money_as_stated_or_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch)
    evidence.traced(Selection(lens="stated", city=("rio-de-janeiro",)))
    evidence.traced(Selection(city=("addis-ababa",), funder=("private",)))
    assert said == []
    evidence.traced(Selection(city=("rio-de-janeiro",)))
    assert len(said) == 1


def test_the_spending_page_shows_what_became_of_announced_money_below_the_ladder() -> None:
    app = open_page("spending")
    anchors = [part.proto.anchor for part in app.header]
    place = anchors.index("funding-ladder")
    assert anchors[place + 1] == "initiatives-traced"
    assert "can be traced to a contract or a payment" in texts(app)
    assert "can be traced to a contract or a payment" not in texts(open_page("spending", [("lens", "stated")]))
