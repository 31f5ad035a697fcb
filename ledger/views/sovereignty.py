"""Views of sovereignty goals: what has been recorded, by city and goal."""

from __future__ import annotations

import narwhals as nw

from ledger.expressions import in_doubt, mapped
from ledger.facts import Facts
from ledger.language import N_
from ledger.memory import remembered
from ledger.selection import Selection
from ledger.views.columns import CITY, INITIATIVE, SOURCE, derived
from ledger.views.registry import view

#: The highest grade: evidence that something operates.
TOP_GRADE = 3


@remembered(32)
def grades(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """The grade of each city on each goal, for cities with any evidence recorded.

    A grade is the highest evidence among the city's initiatives: 0 none recorded, 1 stated,
    2 funded, 3 operating. The index is the mean of the nine grades / 3 x 100; where only some
    goals are selected it still rests on all nine. Columns as in the view `goals-by-city`.
    """
    descriptor = facts.descriptor
    goals = descriptor.categories("initiative_goals", "goal")
    words = ("none recorded", *(category.value for category in descriptor.categories("initiative_goals", "evidence")))
    rows = selection.rows(facts, "goals", without=("goal",)).select(
        "city_id", "goal", "grade", "initiative_id", sound_grade=nw.when(~in_doubt()).then(nw.col("grade"))
    )
    recorded = rows.group_by("city_id", "goal").agg(
        nw.col("grade", "sound_grade").max(),
        nw.col("initiative_id").n_unique().alias("initiatives"),
        nw.len().alias("evidence_rows"),
    )
    behind = rows.group_by("city_id").agg(nw.col("initiative_id").n_unique().alias("initiatives_in_all"))
    totals = recorded.group_by("city_id").agg(nw.col("grade").sum().alias("total"))
    cities = totals.join(behind, on="city_id").with_columns(index=nw.col("total") * (100.0 / (TOP_GRADE * len(goals))))
    grid = facts["grid"].filter(nw.col("goal").is_in(selection.goal)) if selection.goal else facts["grid"]
    return (
        grid.join(cities, on="city_id")
        .join(recorded, on=["city_id", "goal"], how="left")
        .with_columns(nw.col("grade", "sound_grade", "initiatives", "evidence_rows").fill_null(0))
        .with_columns(
            disputed_evidence=nw.col("sound_grade") < nw.col("grade"),
            evidence=mapped("grade", dict(enumerate(words))),
        )
        .sort("total", "city_id", "goal_rank", descending=[True, False, False])
    )


_GRADES = {
    **CITY,
    "goal": "initiative_goals.goal",
    **derived("grade"),
    "evidence": "initiative_goals.evidence",
    **derived("initiatives", "evidence_rows", "disputed_evidence", "index", "initiatives_in_all"),
}


@view(
    "goals-by-city",
    title=N_("Which sovereignty goals do cities pursue, and how far have they come?"),
    description=N_(
        "The highest evidence recorded for each city and goal. It measures what has been recorded, not "
        "virtue: a city without a row was not necessarily searched."
    ),
    group="sovereignty",
    frame="goals",
    origin=_GRADES,
    keys=("city_id", "goal"),
    detail="goals-evidence",
    behind=("city_id", "goal"),
    measures={"grade": ("city", "goal"), "index": ("city",)},
    ranks={"index": ()},
)
def goals_by_city(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Grade of each city on each goal."""
    return grades(facts, selection)


@view(
    "goals-profile",
    title=N_("How do the cities' goals compare?"),
    description=N_("The nine grades of each city side by side. Choose cities in the filter to compare them."),
    group="sovereignty",
    frame="goals",
    origin=_GRADES,
    keys=("city_id", "goal"),
    detail="goals-evidence",
    behind=("city_id", "goal"),
    measures={"grade": ("city", "goal"), "index": ("city",)},
    ranks={"index": ()},
)
def goals_profile(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """The same grades, drawn as profiles."""
    return grades(facts, selection)


@view(
    "goals-evidence",
    title=N_("Every piece of evidence, with its source"),
    description=N_("One row is one piece of evidence that an initiative serves a goal: stated, funded or operating."),
    group="sovereignty",
    frame="goals",
    origin={
        **CITY,
        **INITIATIVE,
        "goal": "initiative_goals.goal",
        "evidence": "initiative_goals.evidence",
        **derived("grade"),
        "note": "initiative_goals.note",
        **derived("disputed"),
        "kind": "initiatives.kind",
        "domain": "initiatives.domain",
        "status": "initiatives.status",
        **derived("year"),
        **SOURCE,
    },
    grows=True,
    keys=("initiative_id", "goal", "source_id"),
)
def goals_evidence(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Every piece of evidence, strongest first."""
    return selection.rows(facts, "goals").sort(
        "city_id", "goal", "grade", "initiative_id", "source_id", descending=[False, False, True, False, False]
    )
