"""How to read each card: what its marks stand for, and what it must not be taken for."""

from __future__ import annotations

from ledger.language import N_
from ledger.language import gettext as _

_STAGES = N_(
    "More ink is more real: spent money is solid, contracted densely and budgeted lightly hatched, committed has a "
    "solid outline, announced a dashed and estimated a dotted one."
)
_RANGES = N_("A bar ends at the low end of what is stated; a thin line reaches the high end.")
_DOUBT = N_("A flag marks what rests on facts that somebody disputes.")
_CLICK = N_("Click a mark, or a row of the table, to see the figures behind it and their sources.")
_ROWS = N_("One row is one record of the dataset. Click the head of a column to sort by it; the file has more columns.")

#: What is special about a view, by its id.
_READINGS: dict[str, tuple[str, ...]] = {
    "funding-by-city": (
        N_("Each column is one stage, on one scale; each row is a city. Colours tell who pays."),
        _STAGES,
        _RANGES,
        _DOUBT,
        _CLICK,
    ),
    "funding-ladder": (
        N_("From left to right: hopes first, payments last. A sum that was announced and then paid stands in both."),
        _STAGES,
        _RANGES,
        _DOUBT,
        _CLICK,
    ),
    "funding-over-time": (
        N_("A figure stands in the year in which it was stated, not in which the money flows."),
        _STAGES,
        _DOUBT,
        _CLICK,
    ),
    "funding-breakdown": (
        N_("Bars are split by the domain of the initiative where there is more than one."),
        _STAGES,
        _DOUBT,
        _CLICK,
    ),
    "funding-flows": (
        N_("Bands run from who pays, through what is done, to the goal; the thicker, the more money."),
        N_("One stage is drawn at a time, since stages are never added."),
    ),
    "funding-map": (
        N_("The larger a circle, the more initiatives; the darker, the further the city’s money has come."),
        _CLICK,
    ),
    "initiatives-map": (
        N_("The larger a circle, the more initiatives; the darker, the further the city’s money has come."),
        _CLICK,
    ),
    "funding-conflicts": (
        N_("Each line is one case; its dots are what different sources state. No dot is more right than another."),
        _CLICK,
    ),
    "initiatives-ladder": (
        N_("Each row is one initiative. Dates are those of the first and the latest statement at a stage."),
        _STAGES,
        _DOUBT,
        _CLICK,
    ),
    "initiatives-traced": (
        N_("The outline is what was announced, the filled part what was contracted or paid since."),
        N_("A long outline without filling says that nothing was found, not that nothing was paid."),
        _CLICK,
    ),
    "funding-naive-sums": (
        N_("The pale bar is what a careless sum of all rows gives, the strong one what may be added."),
        _CLICK,
    ),
    "goals-by-city": (
        N_("One row is a city, one column a goal. A fuller square is stronger evidence: stated, funded, operating."),
        N_("An empty cell says that nothing is recorded."),
        _CLICK,
    ),
    "goals-profile": (
        N_("Nine goals, each from nothing recorded to operating. Compare shapes, not sums: goals differ in worth."),
        _CLICK,
    ),
    "model-releases": (
        N_("Further right is later, further up is larger; each step of the scale is ten times the last."),
        _DOUBT,
        _CLICK,
    ),
    "model-scores": (
        N_("The form of a mark tells who reported the score. Compare only marks of one setting."),
        _DOUBT,
        _CLICK,
    ),
    "model-uplift": (
        N_("The length of a line is what the model gained over its base on the same test; to the left it lost."),
        _CLICK,
    ),
    "model-lineage": (
        N_("An arrow leads from a model to what was built from it; coloured if its developer did not say so at first."),
        _CLICK,
    ),
    "initiatives-by-kind": (N_("The length of a bar is a number of initiatives, not of money."), _CLICK),
    "initiatives-status": (
        N_("The length of a bar is a number of initiatives. Cancelled and paused ones count like all others."),
        _CLICK,
    ),
    "coverage": (N_("A long bar: known of many initiatives. What is missing was not found, or was not searched."),),
    "freshness": (N_("The age is that of the latest source with a date, not of the initiative."), _CLICK),
}  # fmt: skip


def reading(view_id: str) -> list[str]:
    """How to read a view, in sentences."""
    return [_(sentence) for sentence in _READINGS.get(view_id, (_ROWS,))]
