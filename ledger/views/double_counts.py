"""Views of what must not be added: which figures tell the same money again, and what a careless sum would be."""

from __future__ import annotations

import narwhals as nw

from ledger.facts import Facts
from ledger.language import N_
from ledger.money import added, lens_unit, lens_value
from ledger.selection import Selection
from ledger.views.columns import CITY, INITIATIVE, MONEY, SOURCE, derived
from ledger.views.registry import view
from ledger.views.spending import counted_sums


@view(
    "funding-double-counts",
    title=N_("Which figures tell the same money again?"),
    description=N_(
        "Every figure that is not added, and every one that restates, contains, is part of, replaces or "
        "contradicts another, with the figure that it belongs to."
    ),
    group="spending",
    frame="funding",
    origin={
        "funding_id": "funding.id",
        **CITY,
        **INITIATIVE,
        "stage": "funding.stage",
        **derived("payer"),
        "amount": "funding.amount",
        "amount_high": "funding.amount_high",
        "currency": "funding.currency",
        **derived("value", "unit"),
        "basis": "funding.basis",
        "dated": "funding.dated",
        "counted": "funding.counted",
        "relation": "funding.relation",
        "related_funding_id": "funding.related_funding_id",
        **derived("related_stage", "related_amount", "related_currency", "related_counted"),
        "reason": "funding.reason",
        "overlaps": "funding.overlaps",
        **derived("disputed"),
        **SOURCE,
    },
    grows=True,
    keys=("funding_id",),
    lens=True,
)
def funding_double_counts(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Figures that are not added or that belong to another, the largest in dollars first within a city and stage."""
    return facts.in_order("repeats", selection.rows(facts, "repeats")).with_columns(*lens_value(selection.lens))


@view(
    "funding-naive-sums",
    title=N_("What would adding everything make of it?"),
    description=N_(
        "For each city, stage and payer, the sum of all figures as they are told, rates and repetitions "
        "included, beside the sum of the counted ones."
    ),
    group="spending",
    frame="funding",
    origin={
        **CITY,
        "stage": "funding.stage",
        **derived("payer", "naive", "told_again", "figures_in_all", "without_rate"),
        **MONEY,
    },
    keys=("city_id", "stage", "payer", "unit"),
    detail="funding-register",
    behind=("city_id", "stage", "payer", "unit"),
    picks=True,
    lens=True,
    measures=dict.fromkeys(("naive", "value"), ("city", "stage", "payer", "unit")),
)
def funding_naive_sums(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """The careless sum and the counted one, where they differ, the largest difference first."""
    keys = ["city_id", "stage", "payer"]
    lens, counted = selection.lens, nw.col("counted")
    told = {
        f"{name}_{part}": value.alias(f"{name}_{part}")
        for part in ("coarse", "fine")
        for name, value in (
            ("naive", nw.col(f"{lens}_low_{part}")),
            ("told_again", nw.when(~counted).then(nw.col(f"{lens}_low_{part}"))),
        )
    }
    rows = selection.rows(facts, "totals").select(
        *keys,
        lens_unit(lens),
        **told,
        figures_in_all=nw.col("rows"),
        without_rate=nw.col("rows") - nw.col(f"valued_{lens}"),
    )
    every = added(rows, [*keys, "unit"], values=("naive", "told_again"), counts=("figures_in_all", "without_rate"))
    return (
        counted_sums(facts, selection, *CITY)
        .filter(nw.col("not_added") > 0)
        .join(every, on=[*keys, "unit"], how="left")
        .sort("told_again", "city_id", "stage_rank", "payer", "unit", descending=[True, False, False, False, False])
    )
