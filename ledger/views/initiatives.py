"""Views of initiatives: what cities do, how it stands, and what came of it."""

from __future__ import annotations

import narwhals as nw

from ledger.expressions import in_doubt
from ledger.facts import Facts
from ledger.language import N_
from ledger.selection import Selection
from ledger.views.columns import CITY, INITIATIVE, SOURCE, derived
from ledger.views.registry import view
from ledger.views.spending import on_map

_COUNTS = derived("initiatives", "disputed_initiatives", "cities")


@view(
    "initiatives-register",
    title=N_("Every initiative"),
    description=N_("One row is one thing that a city does with AI. Failures, pauses and criticised systems are in."),
    group="initiatives",
    frame="initiatives",
    origin={
        **INITIATIVE,
        **CITY,
        "summary": "initiatives.summary",
        "kind": "initiatives.kind",
        "domain": "initiatives.domain",
        "status": "initiatives.status",
        "status_as_of": "initiatives.status_as_of",
        "government_level": "initiatives.government_level",
        "announced_on": "initiatives.announced_on",
        "started_on": "initiatives.started_on",
        "ends_on": "initiatives.ends_on",
        **derived("date"),
        "lead": "organizations.name",
        **derived("sources", "official_sources", "latest_source_on", "age", "disputed"),
    },
    grows=True,
    keys=("initiative_id",),
)
def initiatives_register(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Every initiative, the latest first."""
    return selection.rows(facts, "initiatives").sort("date", "initiative_id", descending=[True, False], nulls_last=True)


@view(
    "initiatives-map",
    title=N_("Where do cities use AI?"),
    description=N_(
        "Cities by number of initiatives. The ink tells the strongest stage that a counted figure of money has reached."
    ),
    group="initiatives",
    frame="initiatives",
    origin={
        **CITY,
        "latitude": "cities.latitude",
        "longitude": "cities.longitude",
        "population": "cities.population",
        **derived("initiatives", "disputed_initiatives", "all_figures", "furthest_stage"),
    },
    keys=("city_id",),
    detail="initiatives-register",
    behind=("city_id",),
    measures={"initiatives": ("city",)},
)
def initiatives_map(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Cities with initiatives: how many, with how many figures of money, and how far those came."""
    counts = (
        selection.rows(facts, "initiatives")
        .select("city_id", "figures", "rank", disputed_initiatives=nw.when(in_doubt()).then(1).otherwise(0))
        .group_by("city_id")
        .agg(
            nw.len().alias("initiatives"),
            nw.col("figures").sum().alias("all_figures"),
            nw.col("rank").max(),
            nw.col("disputed_initiatives").sum(),
        )
    )
    return on_map(facts, counts)


@view(
    "initiatives-by-kind",
    title=N_("What do cities do with AI?"),
    description=N_("Number of initiatives by kind and domain."),
    group="initiatives",
    frame="initiatives",
    origin={
        "kind": "initiatives.kind",
        "domain": "initiatives.domain",
        **derived("initiatives", "disputed_initiatives", "cities"),
    },
    keys=("kind", "domain"),
    detail="initiatives-register",
    behind=("kind", "domain"),
    measures={"initiatives": ("kind", "domain")},
)
def initiatives_by_kind(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Number of initiatives by kind and domain."""
    return _counts(facts, selection, "kind", "domain")


@view(
    "initiatives-status",
    title=N_("How do the initiatives stand?"),
    description=N_("Number of initiatives by status and kind; cancelled and paused ones are shown like all others."),
    group="initiatives",
    frame="initiatives",
    origin={
        "status": "initiatives.status",
        "kind": "initiatives.kind",
        **derived("initiatives", "disputed_initiatives", "cities"),
    },
    keys=("status", "kind"),
    detail="initiatives-register",
    behind=("status", "kind"),
    measures={"initiatives": ("status", "kind")},
)
def initiatives_status(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Number of initiatives by status and kind."""
    return _counts(facts, selection, "status", "kind")


def _counts(facts: Facts, selection: Selection, *by: str) -> nw.LazyFrame:
    return (
        selection.rows(facts, "initiatives")
        .select(*by, "city_id", disputed_initiatives=nw.when(in_doubt()).then(1).otherwise(0))
        .group_by(list(by))
        .agg(
            nw.len().alias("initiatives"),
            nw.col("city_id").n_unique().alias("cities"),
            nw.col("disputed_initiatives").sum(),
        )
        .sort(*by)
    )


@view(
    "initiatives-metrics",
    title=N_("What was aimed at, and what came of it?"),
    description=N_("Targets and actuals as stated, each with its date and source."),
    group="initiatives",
    frame="metrics",
    origin={
        "metric_id": "metrics.id",
        **CITY,
        **INITIATIVE,
        "metric": "metrics.name",
        "value": "metrics.value",
        "unit": "metrics.unit",
        "measured": "metrics.kind",
        "dated": "metrics.dated",
        "note": "metrics.note",
        **derived("disputed"),
        **SOURCE,
    },
    grows=True,
    keys=("metric_id",),
)
def initiatives_metrics(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Every metric, by initiative."""
    return selection.rows(facts, "metrics").sort("initiative_id", "metric", "measured", "metric_id")
