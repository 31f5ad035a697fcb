"""What became of announced money: contracts and payments of the same initiative, and how long they took."""

from __future__ import annotations

import narwhals as nw

from ledger.expressions import in_doubt
from ledger.money import lens_value, summed

#: Stages at which money is real: somebody owes it, or has paid it.
REAL = ("contracted", "spent")

_KEYS = ["initiative_id", "payer", "unit"]


def promises(funding: nw.LazyFrame, lens: str) -> nw.LazyFrame:
    """What was announced, contracted and paid: a row an initiative, payer of the announcement and unit.

    `funding` is that of the facts. Only counted figures with a value under the lens are added.
    Contracts and payments surely older than the first announcement do not count. `traced` is the
    larger of the two, by the same payer, or by any where the announcement is of several payers
    or of none that is named; `other_payers` is the larger of what others contracted and paid.

    Columns: `initiative_id`, `payer`, `unit`, `announced`, `contracted`, `spent`, `traced`,
    `traced_within` (at most the announcement), `traced_share` (percent), `other_payers`,
    `{stage}_first` (dates), `months_to_contract`, `months_to_payment` (and each `_most`),
    `disputed_figures`.
    """
    figures = (
        funding.filter(nw.col("counted"))
        .with_columns(*lens_value(lens))
        .filter(~nw.col("value").is_null())
        .select(
            *_KEYS,
            "stage",
            "value",
            "month",
            "month_end",
            dated=nw.col("dated").cast(nw.String),
            doubted=nw.when(in_doubt()).then(1).otherwise(0),
        )
    )
    announced = _of_stage(figures, "announced")
    since = (
        figures.filter(nw.col("stage").is_in(REAL))
        .join(
            announced.select("initiative_id", "unit", "announced_from", promised_by="payer"),
            on=["initiative_id", "unit"],
        )
        .filter(nw.col("month_end") >= nw.col("announced_from"))
        .with_columns(
            is_own=(nw.col("payer") == nw.col("promised_by")) | nw.col("promised_by").is_in(("mixed", "unknown")),
            payer=nw.col("promised_by"),
        )
    )
    found = announced
    for stage in REAL:
        found = found.join(_of_stage(since.filter("is_own"), stage), on=_KEYS, how="left")
    by_others = summed(since.filter(~nw.col("is_own")), [*_KEYS, "stage"], values=("value",))
    larger = by_others.group_by(_KEYS).agg(nw.col("value").max()).rename({"value": "other_payers"})
    return (
        found.join(larger, on=_KEYS, how="left")
        .with_columns(
            traced=nw.max_horizontal(*(nw.col(stage).fill_null(0.0) for stage in REAL)),
            disputed_figures=nw.sum_horizontal(*(f"{stage}_doubted" for stage in ("announced", *REAL))),
            **_months("contract", "contracted"),
            **_months("payment", "spent"),
        )
        .with_columns(
            traced_within=nw.min_horizontal("traced", "announced"),
            traced_share=nw.col("traced") * 100.0 / nw.col("announced"),
        )
    )


def _of_stage(figures: nw.LazyFrame, stage: str) -> nw.LazyFrame:
    """The figures of one stage added up, with their first date and the number of them that are disputed."""
    return summed(
        figures.filter(nw.col("stage") == stage),
        _KEYS,
        nw.col("dated", "month", "month_end").min(),
        values=("value",),
        counts=("doubted",),
    ).rename(
        {
            "value": stage,
            "doubted": f"{stage}_doubted",
            "dated": f"{stage}_first",
            "month": f"{stage}_from",
            "month_end": f"{stage}_to",
        }
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
