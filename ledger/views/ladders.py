"""Views of the money ladder: how far the money of an initiative came, when, and what a promise became."""

from __future__ import annotations

import narwhals as nw
import pandas as pd

from ledger.expressions import in_doubt
from ledger.facts import Facts
from ledger.money import lens_unit, lens_value
from ledger.selection import Selection
from ledger.views.columns import CITY, INITIATIVE, MONEY, derived
from ledger.views.registry import view
from ledger.views.spending import counted_sums

#: Stages at which money is real: somebody owes it, or has paid it.
REAL = ("contracted", "spent")


@view(
    "initiatives-ladder",
    title="How far has the money of each initiative come?",
    description="Counted figures of each initiative by stage and payer, with the dates of the first and the latest. "
    "Stages are different sets of figures and are never added.",
    group="spending",
    frame="funding",
    origin={
        **CITY,
        **INITIATIVE,
        "stage": "funding.stage",
        **derived("payer", "first_dated", "last_dated"),
        **MONEY,
    },
    keys=("initiative_id", "stage", "payer", "unit"),
    detail="funding-register",
    behind=("initiative_id", "stage", "payer", "unit"),
    lens=True,
    per_resident=True,
    measures={"value": ("initiative", "stage", "payer", "unit")},
)
def initiatives_ladder(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Counted figures by initiative, stage and payer, with their first and last dates."""
    keys = ["initiative_id", "stage", "payer"]
    sums = counted_sums(facts, selection, *CITY, *INITIATIVE, per_resident=True)
    unit = lens_unit(selection.lens, per_resident=selection.per_resident)
    dates = (
        selection.rows(facts, "funding")
        .select(*keys, unit, dated=nw.col("dated").cast(nw.String))
        .group_by([*keys, "unit"])
        .agg(first_dated=nw.col("dated").min(), last_dated=nw.col("dated").max())
    )
    return sums.join(dates, on=[*keys, "unit"], how="left")


@view(
    "initiatives-traced",
    title="What became of the money that was announced?",
    description="For each initiative with an announced sum: the larger of what was contracted and what was paid "
    "since, by the same payer (by any, where several or none were named), as a share of it, and how long that took. "
    "Figures are linked because they belong to one initiative, not because a source follows the money.",
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
    keys=("initiative_id", "payer", "unit"),
    detail="funding-register",
    behind=("initiative_id", "unit"),
    lens=True,
    ignores=("stage", "from", "to"),
    measures=dict.fromkeys(("announced", "traced_share"), ("initiative", "payer", "unit")),
)  # fmt: skip
def initiatives_traced(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """What was announced, contracted and paid for each initiative and payer; the largest announcement first.

    Contracts and payments that are surely older than the first announcement do not count.
    """
    figures = (
        selection.rows(facts, "funding", without=("stage", "from", "to"))
        .filter(nw.col("counted"))
        .with_columns(*lens_value(selection.lens))
        .filter(~nw.col("value").is_null())
        .select(
            *CITY, *INITIATIVE, "status", "stage", "payer", "unit", "value", "month", "month_end",
            dated=nw.col("dated").cast(nw.String),
            doubted=nw.when(in_doubt()).then(1).otherwise(0),
        )
    )  # fmt: skip
    keys = ["initiative_id", "payer", "unit"]
    announced = (
        figures.filter(nw.col("stage") == "announced")
        .group_by(*CITY, *INITIATIVE, "status", "payer", "unit")
        .agg(nw.col("value", "doubted").sum(), nw.col("dated", "month", "month_end").min())
        .rename(
            {
                "value": "announced",
                "dated": "announced_first",
                "month": "announced_from",
                "month_end": "announced_to",
                "doubted": "announced_doubted",
            }
        )
    )
    promises = announced.select("initiative_id", "unit", "announced_from", promised_by="payer")
    since = (
        figures.filter(nw.col("stage").is_in(REAL))
        .join(promises, on=["initiative_id", "unit"])
        .filter(nw.col("month_end") >= nw.col("announced_from"))
        .with_columns(
            # A promise of several payers, or of none that is named, may be kept by any.
            is_own=(nw.col("payer") == nw.col("promised_by")) | nw.col("promised_by").is_in(("mixed", "unknown")),
            payer=nw.col("promised_by"),
        )
    )
    own, others = since.filter("is_own"), since.filter(~nw.col("is_own"))
    found = announced
    for stage in REAL:
        at_stage = own.filter(nw.col("stage") == stage).select(
            *keys,
            "doubted",
            **{stage: "value", f"{stage}_first": "dated", f"{stage}_from": "month", f"{stage}_to": "month_end"},
        )
        added = at_stage.group_by(keys).agg(
            nw.col(stage, "doubted").sum(), nw.col(f"{stage}_first", f"{stage}_from", f"{stage}_to").min()
        )
        found = found.join(added.rename({"doubted": f"{stage}_doubted"}), on=keys, how="left")
    by_others = others.group_by([*keys, "stage"]).agg(nw.col("value").sum())
    larger = by_others.group_by(keys).agg(nw.col("value").max()).rename({"value": "other_payers"})
    found = found.join(larger, on=keys, how="left")
    return (
        found.with_columns(
            traced=nw.max_horizontal(*(nw.col(stage).fill_null(0.0) for stage in REAL)),
            disputed_figures=nw.sum_horizontal(*(f"{stage}_doubted" for stage in ("announced", *REAL))),
            **_months("contract", "contracted"),
            **_months("payment", "spent"),
        )
        .with_columns(
            traced_within=nw.min_horizontal("traced", "announced"),
            traced_share=nw.col("traced") * 100.0 / nw.col("announced"),
        )
        .sort("announced", *keys, descending=[True, False, False, False])
    )


def _months(name: str, stage: str) -> dict[str, nw.Expr]:
    """The fewest and the most months from the first announcement to the first figure of a stage.

    Dates that are a year or a month alone may stand for any day of it.
    """
    fewest = nw.col(f"{stage}_from") - nw.col("announced_to")
    return {
        f"months_to_{name}": nw.when(fewest < 0).then(0).otherwise(fewest),
        f"months_to_{name}_most": nw.col(f"{stage}_to") - nw.col("announced_from"),
    }


def traced_share(traced: pd.DataFrame) -> float | None:
    """The share, in percent, of announced money of one payer and unit that can be traced.

    `traced` holds rows of `initiatives-traced`. What one initiative got beyond its announcement
    does not make up for another: `traced_within` is added. None where nothing was announced.
    """
    announced = traced["announced"].sum()
    return float(100 * traced["traced_within"].sum() / announced) if announced > 0 else None
