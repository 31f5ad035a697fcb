"""The pages of a city, of cities side by side and of an initiative, and the page of the evidence."""

from __future__ import annotations

import re

import pytest

from components import city, evidence, thread
from components.telling import FILE, PAGE
from ledger import dataset, views
from ledger.language import speaking
from ledger.selection import Selection
from tests.test_pages import follow, open_page, texts

RIO = ("city", "rio-de-janeiro")
DISTRICT = "rio-de-janeiro-rio-ai-city"


def in_order(text: str, *words: str) -> None:
    """Each of the words stands in the text, behind the one before it."""
    place = 0
    for word in words:
        found = text.find(word, place)
        assert found >= 0, (word, word in text)
        place = found + len(word)


# A city


def test_what_is_counted_is_named_once_and_in_the_language_that_is_spoken() -> None:
    metrics = views.table("initiatives-metrics", dataset.facts(), Selection())
    (cameras,) = metrics[(metrics["metric"] == "cameras") & (metrics["unit"] == "cameras")].head(1).itertuples()
    (gpus,) = metrics[(metrics["metric"] == "gpus") & (metrics["unit"] == "GPUs")].head(1).itertuples()
    power = metrics[(metrics["metric"] == "capacity") & (metrics["unit"] == "GW")].head(1)
    for language, words in (("en", " cameras ("), ("pt", " câmeras ("), ("es", " cámaras (")):
        with speaking(language):
            said = city.outcome(metrics[metrics["metric_id"] == cameras.metric_id])
        assert words in said
        assert "lang=" not in said
    with speaking("pt"):
        assert " GPUs (" in city.outcome(metrics[metrics["metric_id"] == gpus.metric_id])
        assert '<span lang="en">GW</span> (capacidade, ' in city.outcome(power)


def test_rio_is_told_from_the_estimate_to_what_is_not_known() -> None:
    sections = city.story(Selection(city=("rio-de-janeiro",)), telling=PAGE)
    told = {section.anchor: section.html for section in sections}
    assert list(told) == ["cost", "told", "public", "runs", "models", "goals", "disputes", "unknown", "sources"]

    in_order(told["cost"], "US$ 65 bn", "Estimated", "mixed public and private money", "Rio AI City", "memorandum",
             "Terra / Estadão")  # fmt: skip
    in_order(told["told"], "US$ 550 M", "private money", "I Squared Capital", "US$ 550 M", "payer unknown",
             "Names no payer", "Value The Markets")  # fmt: skip
    in_order(
        told["public"], "announced", "US$ 5.8 M", "committed", "US$ 5.4 M", "budgeted", "US$ 35 M", "spent", "US$ 16 M"
    )
    in_order(told["runs"], "Operating: 8 initiatives", "CIVITAS", "Under way", "Rio AI City")
    in_order(
        told["models"], "Rio 3.5 Open 397B", "origin disputed: conceded", "Nex-N2-Pro", "70.8", "What was conceded"
    )
    in_order(told["unknown"], "When it ends", "21", "A contract or a payment", "20", "open dispute")
    for anchor in ("cost", "told", "runs", "models", "disputes", "sources"):
        assert 'href="http' in told[anchor], anchor


def test_the_payers_of_the_550_million_are_told_apart_before_the_figures_follow() -> None:
    (told,) = [s.html for s in city.story(Selection(city=("rio-de-janeiro",)), telling=PAGE) if s.anchor == "told"]
    in_order(told, "Whose US$ 550 M?", "private money (I Squared Capital) according to", "Breaking AI News",
             "payer unknown according to", "Value The Markets", '<ul class="ledger-items')  # fmt: skip


def test_every_counted_figure_of_public_money_stands_with_its_source() -> None:
    facts = dataset.facts()
    for name in ("rio-de-janeiro", "seoul", "new-york-city"):
        selection = Selection(city=(name,))
        register = views.table("funding-register", facts, selection)
        public = register[register["counted"] & (register["payer"] == "public")]
        (told,) = [s.html for s in city.story(selection, telling=FILE) if s.anchor == "public"]
        assert len(public)
        for row in public.itertuples():
            assert city.escape(row.reason) in told
            assert city.escape(row.source_url) in told


def test_no_claim_is_left_out_unless_its_model_is() -> None:
    facts = dataset.facts()
    every = views.table("claims-register", facts, Selection())
    places = facts.tables["cities"]["id"]
    kept = {claim for place in places for claim in city.claims_left(Selection(city=(place,)))["claim_id"]}
    assert kept == set(every.loc[every["city_id"].notna(), "claim_id"])
    undisputed = Selection(city=("rio-de-janeiro",), disputed="exclude")
    assert "rio-3-5-open-397b" not in set(city.claims_left(undisputed)["subject_id"])


def test_a_dispute_about_a_model_whose_story_is_not_told_stands_among_the_disputes() -> None:
    (told,) = [s.html for s in city.story(Selection(city=("rio-de-janeiro",)), telling=PAGE) if s.anchor == "disputes"]
    assert "The model is available under CC BY 4.0." in told
    assert "Rio 3.5 Open 397B</strong>" not in told


def test_links_to_initiatives_keep_disputed_facts_out() -> None:
    story = city.story(Selection(city=("rio-de-janeiro",), disputed="exclude"), telling=PAGE)
    links = re.findall(r'href="(/initiative[^"]+)"', " ".join(section.html for section in story))
    assert links
    assert all(link.endswith("&amp;disputed=exclude") for link in links)


def test_a_city_without_money_or_failures_says_so_once() -> None:
    app = open_page("city", [("city", "mitoyo")])
    said = texts(app)
    assert "No figure is recorded." in said
    assert "Every figure that is recorded is added." not in said
    assert not app.info
    rio = city.initiatives_html(Selection(city=("rio-de-janeiro",)), telling=PAGE)
    assert "None is recorded as paused or cancelled." in rio


def test_cities_side_by_side_name_what_failed() -> None:
    said = texts(open_page("city", [("city", "amsterdam"), RIO]))
    in_order(said, "Amsterdam</strong>, cancelled or paused", "Smart Check", "Cancelled", "Rio de Janeiro</strong>",
             "No initiative is recorded.")  # fmt: skip


def test_the_models_of_an_initiative_bear_their_mark_and_go_with_it() -> None:
    name = ("initiative", "rio-de-janeiro-rio-open-models")
    assert "origin disputed: conceded" in texts(open_page("initiative", [name]))
    without = texts(open_page("initiative", [name, ("disputed", "exclude")]))
    assert "<strong>Rio 3.5 Open 397B</strong>" not in without
    assert "<strong>Rio 3.0 Open</strong>" in without


def test_the_thread_of_a_model_unfolds_on_the_page_and_lies_open_in_a_file() -> None:
    selection = Selection(city=("rio-de-janeiro",))
    for telling in (PAGE, FILE):
        (models,) = [part.html for part in city.story(selection, telling=telling) if part.anchor == "models"]
        assert ("<details><summary>The whole thread: " in models) == (telling is PAGE)
        in_order(models, "What was conceded", "Asserts", "Disputes", "Concedes")


def test_initiatives_are_links_on_the_page_and_bare_names_in_a_file() -> None:
    selection = Selection(city=("rio-de-janeiro",))
    for telling in (PAGE, FILE):
        told = " ".join(section.html for section in city.story(selection, telling=telling))
        assert (f'href="/initiative?initiative={DISTRICT}"' in told) == (telling is PAGE)


def test_no_sum_of_rios_public_money_mixes_stages_or_payers() -> None:
    selection = Selection(city=("rio-de-janeiro",))
    (section,) = [section for section in city.story(selection, telling=FILE) if section.anchor == "public"]
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', section.html)
    ladder = views.table("funding-ladder", dataset.facts(), selection)
    assert len(rows) == ladder["stage"].nunique()
    assert "US$ 65 bn" not in section.html.split("</p>")[0]
    for _, cells in rows:
        assert len(re.findall("<td ", cells)) == 4


def test_without_disputed_facts_rio_3_5_and_the_district_are_gone_from_the_story() -> None:
    sections = city.story(Selection(city=("rio-de-janeiro",), disputed="exclude"), telling=PAGE)
    told = {section.anchor: section.html for section in sections}
    for gone in ("US$ 65 bn", "US$ 550 M", "70.8"):
        assert not [anchor for anchor, html in told.items() if gone in html], gone
    assert "Rio 3.5" not in told["models"]
    assert "Rio 3.0 Open" in told["models"]


def test_failures_are_listed_like_all_others() -> None:
    facts = dataset.facts()
    stopped = views.table("initiatives-register", facts, Selection(status=("cancelled",))).iloc[0]
    html = city.initiatives_html(Selection(city=(stopped["city_id"],)), telling=PAGE)
    assert "Cancelled: " in html
    every = views.table("initiatives-register", facts, Selection(city=(stopped["city_id"],)))
    assert html.count('class="head"') == len(every)


def test_the_page_of_a_city_stands_whatever_the_selection() -> None:
    app = open_page("city")
    assert not app.exception
    assert "Which city?" in app.title[0].value
    cities = views.table("city-profiles", dataset.facts(), Selection())["city_id"].tolist()
    for query in (
        [RIO],
        [RIO, ("disputed", "exclude")],
        [RIO, ("disputed", "only"), ("lens", "stated")],
        [RIO, ("stage", "spent"), ("from", "2026")],
        [("city", cities[-1])],
        [RIO, ("city", "seoul")],
        [("city", name) for name in cities[:6]],
        [("kind", "model"), ("status", "paused")],
    ):
        follow(app, query)
        app.run()
        assert not app.exception, query
        assert len(app.title) == 1


def test_of_more_than_six_cities_the_first_six_are_shown_and_the_page_says_so() -> None:
    chosen = sorted(views.table("city-profiles", dataset.facts(), Selection())["city_id"].tolist()[:8])
    app = open_page("city", [("city", name) for name in chosen])
    assert not app.exception
    assert "At most 6 cities" in app.warning[0].value
    names = dict(dataset.facts().tables["cities"].set_index("id")["name"])
    (table,) = [part.proto.body for part in app.get("html") if '<table class="ledger-table"' in part.proto.body]
    assert [name in table for name in (names[code] for code in chosen)] == [True] * 6 + [False] * 2


def test_a_peer_of_like_size_opens_beside_the_city() -> None:
    app = open_page("city", [RIO])
    (first, *_) = [button for button in app.button if button.key.startswith("peer_")]
    peer = first.key.removeprefix("peer_rio-de-janeiro_")
    first.click().run()
    assert not app.exception
    assert set(app.session_state["selection"].city) == {"rio-de-janeiro", peer}
    assert app.title[0].value == "Cities side by side"


# An initiative


def test_an_initiative_is_told_with_everything_known_of_it() -> None:
    app = open_page("initiative", [("initiative", DISTRICT)])
    assert not app.exception
    said = texts(app)
    for words in ("Rio AI City data-centre district", "status disputed: open", "Rio de Janeiro</a>, Brazil", "Partners",
                  "US$ 550 M", "Investment in a company", "1.5 GW", "When it ends", "Terra / Estadão"):  # fmt: skip
        assert words in said + app.title[0].value, words
    register = views.table("funding-register", dataset.facts(), Selection(initiative=(DISTRICT,)))
    assert said.count("<em>Added:</em>") + said.count("<em>Not added:</em>") == len(register) == 12
    assert f"/initiative?initiative={DISTRICT}" in app.code[0].value


def test_no_initiative_of_any_status_raises() -> None:
    table = dataset.facts().tables["initiatives"]
    chosen = [name for _, rows in table.groupby("status") for name in rows["id"].tolist()[::20]]
    app = open_page("initiative", [("initiative", chosen[0])])
    for name in chosen:
        follow(app, [("initiative", name)])
        app.run()
        assert not app.exception, name
        assert len(app.title) == 1


def test_none_or_several_initiatives_are_offered_for_choice() -> None:
    app = open_page("initiative")
    assert app.title[0].value == "Which initiative?"
    app.selectbox(key="choose_initiative").select(DISTRICT).run()
    assert app.session_state["selection"] == Selection(initiative=(DISTRICT,))
    follow(app, [("initiative", DISTRICT), ("initiative", "rio-de-janeiro-civitas")])
    app.run()
    assert "one initiative at a time" in app.info[0].value


def test_a_disputed_initiative_that_is_left_out_says_so_and_can_be_included() -> None:
    app = open_page("initiative", [("initiative", DISTRICT), ("disputed", "exclude")])
    assert not app.exception
    assert "leaves it out" in app.info[0].value
    next(button for button in app.button if button.label == "Include disputed facts").click().run()
    assert "US$ 65 bn" in texts(app)


# The evidence


def test_the_evidence_page_says_what_adding_everything_would_make_of_rio() -> None:
    said = texts(open_page("evidence", [RIO]))
    in_order(said, "Rio de Janeiro, estimated: adding all rows gives", "US$ 384 bn",
             "US$ 65 bn of mixed public and private money")  # fmt: skip


def test_threads_stand_under_their_subject_with_their_state_from_assertion_to_concession() -> None:
    claims = views.table("claims-register", dataset.facts(), Selection(city=("rio-de-janeiro",)))
    html = thread.threads_html(claims[claims["thread"] == "claim-rio35-own-post-training"])
    in_order(
        html, "Rio 3.5 Open 397B", "conceded", "Asserts", "Disputes", "Nex-AGI", "Concedes", "IplanRIO (statement)"
    )
    assert html.count('class="head"') == (claims["thread"] == "claim-rio35-own-post-training").sum() + 1


def test_texts_in_a_thread_are_no_markup() -> None:
    claims = views.table("claims-register", dataset.facts(), Selection()).head(1)
    bad = "<script>alert(1)</script>"
    hostile = claims.assign(
        subject=bad, statement=bad, claimant=bad, note=bad, city=bad, source_url="javascript:alert(1)"
    )
    html = thread.threads_html(hostile)
    assert "<script>" not in html
    assert "javascript:" not in html
    assert html.count("&lt;script&gt;") >= 5


def test_threads_can_be_narrowed_to_a_state() -> None:
    app = open_page("evidence", [("city", "bogota")])
    claims = views.table("claims-register", dataset.facts(), Selection(city=("bogota",)))
    assert "answered" in set(claims["thread_state"])
    app.pills(key="thread_states").set_value(["answered"]).run()
    assert not app.exception
    said = texts(app)
    answered = claims[claims["thread_state"] == "answered"]
    others = claims[claims["thread_state"] != "answered"]
    assert all(city.escape(text) in said for text in answered["statement"])
    assert not any(city.escape(text) in said for text in others["statement"])


@pytest.mark.parametrize("disputed", ["include", "exclude", "only"])
def test_the_first_sentence_counts_the_facts_of_the_selection(disputed: str) -> None:
    selection = Selection(city=("rio-de-janeiro",), disputed=disputed)
    support = views.table("evidence-support", dataset.facts(), selection)
    assert f"{len(support)} fact" in evidence.sentence(selection)


def test_the_evidence_page_without_any_claim_stands() -> None:
    app = open_page("evidence", [("city", "aberdeen"), ("disputed", "exclude"), ("from", "2030")])
    assert not app.exception
    assert any("No claim is recorded" in info.value for info in app.info)
