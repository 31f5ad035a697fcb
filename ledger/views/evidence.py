"""Views of the evidence itself: claims and sources."""

from __future__ import annotations

import narwhals as nw

from ledger.facts import Facts
from ledger.selection import Selection
from ledger.views.columns import SOURCE, derived
from ledger.views.registry import view


@view(
    "claims-register",
    title="Who disputes what?",
    description="Every statement about an initiative or a model, and what it answers.",
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
        **derived("state", "disputed"),
        **SOURCE,
    },
    keys=("claim_id",),
)
def claims_register(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Every claim, newest first."""
    return selection.rows(facts, "claims").sort("made_on", "claim_id", descending=[True, False], nulls_last=True)


@view(
    "sources-register",
    title="What does the dataset rest on?",
    description="Every page that was read, and how many rows of the dataset cite it.",
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
