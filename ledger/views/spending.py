"""Views of money. Only counted figures of one stage, one payer and one unit are ever added."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from ledger.expressions import in_doubt, mapped
from ledger.facts import Facts
from ledger.language import N_
from ledger.memory import remembered
from ledger.money import added, lens_unit, lens_value
from ledger.selection import Selection
from ledger.views.columns import CITY, INITIATIVE, MONEY, SOURCE, derived
from ledger.views.registry import view

STAGE = {"stage": "funding.stage"}


def counted_sums(
    facts: Facts, selection: Selection, *by: str, per_resident: bool = False, others: Sequence[nw.Expr] = ()
) -> nw.LazyFrame:
    """Counted figures added up by some columns, always apart by stage, payer and unit.

    Adds `value` and `value_high` (sums of low and of high ends; missing where nothing was
    added), `figures` (added), `disputed_figures` (of these), `not_converted` (counted, but without
    a rate) and `not_added`. `per_resident` says that `by` tells cities apart, so that sums can be
    divided by residents where that is chosen. `others` are further columns of the sums.
    Rows come in the order of `by`, then from the weakest stage to the strongest.
    """
    per_resident = per_resident and selection.per_resident
    keys = [*by, "stage_rank", "stage", "payer"]
    unit = lens_unit(selection.lens, per_resident=per_resident)
    if selection.lens == "stated":
        keys.append("unit")
    residents = [nw.col("residents").max()] if per_resident else []
    figures = priced(facts, selection.but(per_resident=False)).with_columns(unit)
    sums = added(figures, keys, *residents, *others, values=("value", "value_high"), counts=COUNTS)
    if per_resident:
        is_known = ~nw.col("residents").is_null()
        shares = {name: nw.col(name) / nw.col("residents") for name in ("value", "value_high")}
        moved = nw.when(is_known).then(0).otherwise(nw.col("figures"))
        sums = sums.with_columns(
            **shares,
            not_converted=nw.col("not_converted") + moved,
            disputed_figures=nw.when(is_known).then(nw.col("disputed_figures")).otherwise(0),
        ).with_columns(figures=nw.when(is_known).then(nw.col("figures")).otherwise(0))
    has_any = nw.col("figures") > 0
    return sums.with_columns(
        value=nw.when(has_any).then(nw.col("value")),
        value_high=nw.when(has_any).then(nw.col("value_high")),
        unit=nw.col("unit") if selection.lens == "stated" else unit,
    ).sort(keys)


#: What is counted beside each sum.
COUNTS = ("figures", "disputed_figures", "not_converted", "not_added")


@remembered(32)
def priced(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """The selected totals with what each adds to a sum under the lens; views of one page share them.

    `value` and `value_high` (in their parts) are missing, and `figures` is 0, where nothing is added:
    because it is not counted (`not_added`), or for want of a rate (`not_converted`).
    """
    lens, counted = selection.lens, nw.col("counted")
    figures = nw.when(counted).then(nw.col(f"valued_{lens}")).otherwise(0)
    values = {
        f"{name}_{part}": nw.when(counted).then(nw.col(f"{lens}_{end}_{part}"))
        for name, end in (("value", "low"), ("value_high", "high"))
        for part in ("coarse", "fine")
    }
    return selection.rows(facts, "totals").select(
        *CITY, *INITIATIVE, "year", "kind", "domain", "funder", "purpose", "stage_rank", "stage", "payer", "currency",
        "first_dated", "last_dated",
        **values,
        first_added=nw.when(counted).then(nw.col("first_dated")),
        last_added=nw.when(counted).then(nw.col("last_dated")),
        residents=nw.col("population").cast(nw.Float64),
        figures=figures,
        disputed_figures=nw.when(in_doubt()).then(figures).otherwise(0),
        not_converted=nw.when(counted).then(nw.col("rows") - nw.col(f"valued_{lens}")).otherwise(0),
        not_added=nw.when(counted).then(0).otherwise(nw.col("rows")),
    )  # fmt: skip


@view(
    "funding-by-city",
    title=N_("Who puts money into AI, and how real is it?"),
    description=N_("Counted figures by city, stage and payer. Each stage stands for itself: stages are never added."),
    group="spending",
    frame="funding",
    origin={**CITY, **STAGE, **derived("payer"), **MONEY},
    keys=("city_id", "stage", "payer", "unit"),
    detail="funding-register",
    behind=("city_id", "stage", "payer", "unit"),
    lens=True,
    per_resident=True,
    measures={"value": ("city", "stage", "payer", "unit")},
    ranks={"value": ("stage", "payer", "unit")},
)
def funding_by_city(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Counted figures by city, stage and payer."""
    return counted_sums(facts, selection, *CITY, per_resident=True)


@view(
    "funding-ladder",
    title=N_("How far has the money come?"),
    description=N_(
        "From hopes to payments: counted figures at each stage, by payer. A sum may stand at several stages "
        "(announced, then contracted), so the steps are different sets of figures and are never added."
    ),
    group="spending",
    frame="funding",
    origin={**STAGE, **derived("payer"), **MONEY},
    keys=("stage", "payer", "unit"),
    detail="funding-register",
    behind=("stage", "payer", "unit"),
    lens=True,
    measures={"value": ("stage", "payer", "unit")},
)
def funding_ladder(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Counted figures by stage and payer."""
    return counted_sums(facts, selection)


@view(
    "funding-over-time",
    title=N_("When was the money announced, committed and spent?"),
    description=N_(
        "Counted figures by the year of their date, stage and payer. The year is that of the statement, not "
        "of the payment: a plan for ten years stands in the year in which it was made public."
    ),
    group="spending",
    frame="funding",
    origin={**derived("year"), **STAGE, **derived("payer"), **MONEY},
    keys=("year", "stage", "payer", "unit"),
    detail="funding-register",
    behind=("year", "stage", "payer", "unit"),
    lens=True,
    measures={"value": ("year", "stage", "payer", "unit")},
)
def funding_over_time(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Counted figures by year, stage and payer."""
    return counted_sums(facts, selection, "year")


@view(
    "funding-breakdown",
    title=N_("What is the money for?"),
    description=N_("Counted figures by kind and domain of the initiative, stage and payer."),
    group="spending",
    frame="funding",
    origin={"kind": "initiatives.kind", "domain": "initiatives.domain", **STAGE, **derived("payer"), **MONEY},
    keys=("kind", "domain", "stage", "payer", "unit"),
    detail="funding-register",
    behind=("kind", "domain", "stage", "payer", "unit"),
    lens=True,
    measures={"value": ("kind", "domain", "stage", "payer", "unit")},
)
def funding_breakdown(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Counted figures by kind, domain, stage and payer."""
    return counted_sums(facts, selection, "kind", "domain")


@view(
    "funding-flows",
    title=N_("Who pays for what, and to which end?"),
    description=N_(
        "Counted figures from the funder through the kind of initiative to its goal, one stage at a time. "
        "A sum is never split between goals: initiatives with more than one stand under “several”."
    ),
    group="spending",
    frame="funding",
    origin={
        "funder": "funding.funder",
        "kind": "initiatives.kind",
        **derived("purpose"),
        **STAGE,
        **derived("payer"),
        **MONEY,
    },
    keys=("funder", "kind", "purpose", "stage", "payer", "unit"),
    detail="funding-register",
    behind=("funder", "kind", "purpose", "stage", "unit"),
    lens=True,
    measures={"value": ("funder", "kind", "purpose", "stage", "unit")},
)
def funding_flows(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Counted figures by funder, kind, purpose and stage."""
    return counted_sums(facts, selection, "funder", "kind", "purpose")


@view(
    "funding-map",
    title=N_("Where do cities invest in AI?"),
    description=N_("Cities by number of initiatives, with the strongest stage that a counted figure of money reached."),
    group="spending",
    frame="funding",
    origin={
        **CITY,
        "latitude": "cities.latitude",
        "longitude": "cities.longitude",
        "population": "cities.population",
        **derived("initiatives", "all_figures", "disputed_figures", "furthest_stage"),
    },
    keys=("city_id",),
    detail="funding-register",
    behind=("city_id",),
    measures={"all_figures": ("city",)},
)
def funding_map(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Cities with figures of money: how many, and how far they came."""
    counts = (
        selection.rows(facts, "totals")
        .select(
            "city_id",
            "initiative_id",
            "rows",
            rank=nw.when(nw.col("counted")).then(nw.col("stage_rank")),
            disputed_figures=nw.when(in_doubt()).then(nw.col("rows")).otherwise(0),
        )
        .group_by("city_id")
        .agg(
            nw.col("initiative_id").n_unique().alias("initiatives"),
            nw.col("rows").sum().alias("all_figures"),
            nw.col("rank").max(),
            nw.col("disputed_figures").sum(),
        )
    )
    return on_map(facts, counts)


def on_map(facts: Facts, counts: nw.LazyFrame) -> nw.LazyFrame:
    """Places of cities with their numbers and the stage of `rank`; most initiatives first."""
    stages = [stage.value for stage in facts.descriptor.categories("funding", "stage")]
    places = facts["cities"].select("city_id", "city", "country_code", "country", "latitude", "longitude", "population")
    return (
        counts.join(places, on="city_id", how="left")
        .with_columns(furthest_stage=mapped("rank", dict(enumerate(stages))))
        .sort("initiatives", "city_id", descending=[True, False])
    )


@view(
    "funding-register",
    title=N_("Every figure of money, with its stage, payer, date and source"),
    description=N_(
        "One row is one figure as one source states it. A figure that is not counted says why; it is never "
        "added to others."
    ),
    group="spending",
    frame="funding",
    origin={
        "funding_id": "funding.id",
        **CITY,
        **INITIATIVE,
        "amount": "funding.amount",
        "amount_high": "funding.amount_high",
        "currency": "funding.currency",
        **STAGE,
        **derived("payer"),
        "dated": "funding.dated",
        "counted": "funding.counted",
        "reason": "funding.reason",
        **derived("disputed"),
        **SOURCE,
        **derived("usd"),
        "funder": "funding.funder",
        "funder_name": "funding.funder_name",
        "basis": "funding.basis",
        "scope": "funding.scope",
        "relation": "funding.relation",
        "related_funding_id": "funding.related_funding_id",
        "overlaps": "funding.overlaps",
        "note": "funding.note",
        "period_start": "funding.period_start",
        "period_end": "funding.period_end",
        **derived("value", "value_high", "unit", "usd_high", "intl", "intl_high", "intl_year", "year"),
        "kind": "initiatives.kind",
        "domain": "initiatives.domain",
        **derived("purpose"),
    },
    grows=True,
    keys=("funding_id",),
    lens=True,
    per_resident=True,
)
def funding_register(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Every figure, newest first."""
    return facts.in_order("funding", selection.rows(facts, "funding")).with_columns(
        *lens_value(selection.lens, per_resident=selection.per_resident)
    )


@view(
    "funding-conflicts",
    title=N_("Where do sources contradict each other?"),
    description=N_(
        "Figures of one initiative at one stage that state different amounts for the same thing, as a range "
        "with all its sources. They are never added."
    ),
    group="spending",
    frame="funding",
    origin={
        **derived("case"),
        **CITY,
        **INITIATIVE,
        **STAGE,
        **derived("unit", "case_low", "case_high", "value"),
        "funding_id": "funding.id",
        "amount": "funding.amount",
        "currency": "funding.currency",
        **derived("payer"),
        "dated": "funding.dated",
        "counted": "funding.counted",
        "relation": "funding.relation",
        "reason": "funding.reason",
        **derived("disputed"),
        **SOURCE,
    },
    grows=True,
    keys=("funding_id",),
    detail="funding-register",
    behind=("funding_id",),
    lens=True,
    measures=dict.fromkeys(("case_low", "case_high"), ("initiative", "stage", "unit")),
)
def funding_conflicts(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Figures that contradict each other, by case; a case of which one statement is left is none."""
    rows = selection.rows(facts, "conflicts").with_columns(*lens_value(selection.lens))
    ranges = rows.group_by("case", "unit").agg(
        nw.col("value").min().alias("case_low"),
        nw.col("value_high").max().alias("case_high"),
        nw.len().alias("statements"),
    )
    return (
        rows.join(ranges, on=["case", "unit"], how="left")
        .filter(nw.col("statements") > 1, nw.col("case_low") < nw.col("case_high"))
        .sort("case", "unit", "value", "funding_id")
    )
