"""Views of the money ladder: how far the money of an initiative came, when, and what a promise became."""

from __future__ import annotations

import narwhals as nw
import pandas as pd

from ledger.facts import Facts
from ledger.language import N_
from ledger.selection import Selection
from ledger.views.columns import CITY, INITIATIVE, MONEY, derived
from ledger.views.registry import view
from ledger.views.spending import counted_sums


@view(
    "initiatives-ladder",
    title=N_("How far has the money of each initiative come?"),
    description=N_(
        "Counted figures of each initiative by stage and payer, with the dates of the first and the latest. "
        "Stages are different sets of figures and are never added."
    ),
    group="spending",
    frame="funding",
    origin={
        **CITY,
        **INITIATIVE,
        "stage": "funding.stage",
        **derived("payer", "first_dated", "last_dated"),
        **MONEY,
    },
    grows=True,
    keys=("initiative_id", "stage", "payer", "unit"),
    detail="funding-register",
    behind=("initiative_id", "stage", "payer", "unit"),
    lens=True,
    per_resident=True,
    measures={"value": ("initiative", "stage", "payer", "unit")},
)
def initiatives_ladder(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Counted figures by initiative, stage and payer, with their first and last dates."""
    dates = [nw.col("first_dated", "first_added").min(), nw.col("last_dated", "last_added").max()]
    sums = counted_sums(facts, selection, *CITY, *INITIATIVE, per_resident=True, others=dates)
    # Beside a sum stand the dates of what it adds; where nothing is added, those of what is not.
    return sums.with_columns(
        first_dated=nw.coalesce("first_added", "first_dated"), last_dated=nw.coalesce("last_added", "last_dated")
    )


@view(
    "initiatives-traced",
    title=N_("What became of the money that was announced?"),
    description=N_("For each initiative with an announced sum: the larger of what was contracted and what was paid "
    "since, by the same payer (by any, where several or none were named), as a share of it, and how long that took. "
    "Figures are linked because they belong to one initiative, not because a source follows the money."),
    group="spending",
    frame="funding",
    origin={
        **CITY,
        **INITIATIVE,
        "status": "initiatives.status",
        **derived(
            "payer", "unit", "announced", "contracted", "spent", "traced", "traced_within", "traced_share",
            "other_payers", "announced_first", "contracted_first", "spent_first", "months_to_contract",
            "months_to_contract_most", "months_to_payment", "months_to_payment_most", "disputed_figures",
        ),
    },
    grows=True,
    keys=("initiative_id", "payer", "unit"),
    detail="funding-register",
    behind=("initiative_id", "unit"),
    picks=True,
    lens=True,
    ignores=("stage", "from", "to", "funder", "scope"),
    measures=dict.fromkeys(("announced", "traced_share"), ("initiative", "payer", "unit")),
)  # fmt: skip
def initiatives_traced(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """What was announced, contracted and paid for each initiative and payer; the largest announcement first."""
    return selection.rows(facts, f"promises_{selection.lens}").sort(
        "announced", "initiative_id", "payer", "unit", descending=[True, False, False, False]
    )


def traced_share(traced: pd.DataFrame) -> float | None:
    """The share, in percent, of announced money of one payer and unit that can be traced.

    `traced` holds rows of `initiatives-traced`. What one initiative got beyond its announcement
    does not make up for another: `traced_within` is added. None where nothing was announced.
    """
    announced = traced["announced"].sum()
    return float(100 * traced["traced_within"].sum() / announced) if announced > 0 else None
