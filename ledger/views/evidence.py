"""Views of the evidence itself: claims, sources, what is known, how old it is, and what it rests on."""

from __future__ import annotations

import narwhals as nw

from ledger.coverage import AGES
from ledger.expressions import mapped, ranks
from ledger.facts import Facts
from ledger.language import N_
from ledger.selection import Selection
from ledger.views.columns import CITY, INITIATIVE, SOURCE, derived
from ledger.views.registry import view


@view(
    "claims-register",
    title=N_("Who disputes what?"),
    description=N_("Every statement about an initiative or a model, and what it answers."),
    group="evidence",
    frame="claims",
    origin={
        "claim_id": "claims.id",
        "subject_type": "claims.subject_type",
        "subject_id": "claims.subject_id",
        **derived("subject"),
        "city_id": "cities.id",
        "city": "cities.name",
        "topic": "claims.topic",
        "stance": "claims.stance",
        "statement": "claims.statement",
        "claimant": "claims.claimant",
        "made_on": "claims.made_on",
        "responds_to": "claims.responds_to",
        "note": "claims.note",
        **derived("state", "disputed", "thread", "depth", "thread_order", "thread_state"),
        **SOURCE,
    },
    keys=("claim_id",),
)
def claims_register(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Every claim, newest first."""
    return selection.rows(facts, "claims").sort("made_on", "claim_id", descending=[True, False], nulls_last=True)


@view(
    "sources-register",
    title=N_("What does the dataset rest on?"),
    description=N_("Every page that was read, and how many rows of the dataset cite it."),
    group="evidence",
    frame="sources",
    origin={
        **SOURCE,
        "published_on": "sources.published_on",
        "language": "sources.language",
        "source_kind": "sources.kind",
        "standing": "sources.standing",
        **derived("facts"),
    },
    keys=("source_id",),
)
def sources_register(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Every source, the most cited first."""
    return selection.rows(facts, "sources").sort("facts", "source_id", descending=[True, False])


@view(
    "coverage",
    title=N_("For how many initiatives is each thing known?"),
    description=N_(
        "What the dataset holds of the initiatives. What is missing was not found, or was not searched: it "
        "says nothing of what there is."
    ),
    group="evidence",
    frame="known",
    origin=derived("thing", "what", "known_of", "initiatives", "known_share"),
    keys=("thing",),
    detail="coverage-by-initiative",
    behind=("thing",),
    measures={"known_of": ("what",)},
)
def coverage(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """For how many initiatives each thing is known, in the order of the things."""
    return (
        selection.rows(facts, "known")
        .select("thing", "what", "thing_rank", known_of=nw.when(nw.col("known")).then(1).otherwise(0))
        .group_by("thing", "what", "thing_rank")
        .agg(nw.col("known_of").sum(), nw.len().alias("initiatives"))
        .with_columns(known_share=nw.col("known_of") * 100.0 / nw.col("initiatives"))
        .sort("thing_rank")
    )


@view(
    "coverage-by-initiative",
    title=N_("What is known of each initiative?"),
    description=N_("Every initiative with every thing that can be known of it, and whether the dataset holds it."),
    group="evidence",
    frame="known",
    origin={**INITIATIVE, **CITY, **derived("thing", "what", "known"), "status": "initiatives.status"},
    grows=True,
    keys=("initiative_id", "thing"),
)
def coverage_by_initiative(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """What is not known first."""
    return facts.in_order("known", selection.rows(facts, "known"))


@view(
    "freshness",
    title=N_("How old is what is known?"),
    description=N_(
        "Initiatives by the age of their latest source with a date, counted back from the date of the data."
    ),
    group="evidence",
    frame="initiatives",
    origin={**derived("age"), "kind": "initiatives.kind", **derived("initiatives")},
    keys=("age", "kind"),
    detail="initiatives-register",
    behind=("age", "kind"),
    measures={"initiatives": ("age", "kind")},
)
def freshness(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Number of initiatives by age of the latest source and kind, the freshest first."""
    return (
        selection.rows(facts, "initiatives")
        .group_by("age", "kind")
        .agg(nw.len().alias("initiatives"))
        .with_columns(age_rank=mapped("age", ranks(tuple(AGES))))
        .sort("age_rank", "kind")
    )


@view(
    "evidence-support",
    title=N_("What rests on one source alone, or on no official one?"),
    description=N_(
        "Initiatives, counted figures of money, models of cities and evidence for goals, with the number of "
        "sources behind each. A figure also rests on the sources of the figures that restate it."
    ),
    group="evidence",
    frame="support",
    origin={
        **derived("fact_type", "fact_id", "fact"),
        **CITY,
        **INITIATIVE,
        "model_id": "models.id",
        **derived("sources", "official_sources", "one_source", "no_official_source", "disputed"),
    },
    grows=True,
    keys=("fact_type", "fact_id"),
)
def evidence_support(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Facts, those that rest on least first."""
    return facts.in_order("support", selection.rows(facts, "support"))


@view(
    "changes",
    title=N_("What changed?"),
    description=N_(
        "Every change between versions of the data, the latest first: what is new, what moved up a step, what "
        "was corrected or updated, what was removed. Each tells the row as it stood then."
    ),
    group="evidence",
    frame="history",
    origin={
        "change_id": "history.id",
        "changed_on": "history.changed_on",
        "version": "history.version",
        "change": "history.change",
        **derived("about", "what_changed"),
        **CITY,
        **INITIATIVE,
        "model_id": "models.id",
        "model": "models.name",
        "stage": "funding.stage",
        "funder": "funding.funder",
        **derived("payer"),
        "stance": "claims.stance",
        **derived("disputed"),
        "table": "history.table",
        "row_id": "history.row_id",
        "column": "history.column",
        "before": "history.before",
        "after": "history.after",
        **SOURCE,
    },
    keys=("change_id",),
)
def changes(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Every change, the latest version first, by what it is about."""
    return selection.rows(facts, "history").sort("place")
