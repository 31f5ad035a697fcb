"""Views of cities: one row a city, to put them side by side."""

from __future__ import annotations

import math

import narwhals as nw
import pandas as pd

from ledger.expressions import in_doubt, mapped
from ledger.facts import Facts
from ledger.language import N_
from ledger.selection import Selection
from ledger.views.columns import CITY, derived
from ledger.views.registry import view
from ledger.views.sovereignty import grades


@view(
    "city-profiles",
    title=N_("The cities in figures"),
    description=N_(
        "One row is one city: its size, what it does with AI, how far its money came, and what is disputed."
    ),
    group="initiatives",
    frame="initiatives",
    origin={
        **CITY,
        "continent": "cities.continent",
        "population": "cities.population",
        **derived(
            "initiatives", "operating", "ended_early", "all_figures", "furthest_stage", "models", "index",
            "disputed_initiatives", "disputed_models", "open_threads",
        ),
    },
    keys=("city_id",),
    detail="initiatives-register",
    behind=("city_id",),
    measures={"index": ("city",), "initiatives": ("city",), "models": ("city",)},
)  # fmt: skip
def city_profiles(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Every city with initiatives; those with most of them first."""
    doubt = nw.when(in_doubt()).then(1).otherwise(0)
    is_stopped = nw.col("status").is_in(("cancelled", "paused"))
    counts = (
        selection.rows(facts, "initiatives")
        .with_columns(
            operating=nw.when(nw.col("status") == "operating").then(1).otherwise(0),
            ended_early=nw.when(is_stopped).then(1).otherwise(0),
            disputed_initiatives=doubt,
        )
        .group_by("city_id")
        .agg(
            nw.len().alias("initiatives"),
            nw.col("operating", "ended_early", "disputed_initiatives").sum(),
            nw.col("figures").sum().alias("all_figures"),
            nw.col("rank").max(),
        )
    )
    models = (
        selection.rows(facts, "models")
        .filter(nw.col("role") == "municipal")
        .with_columns(disputed_models=doubt)
        .group_by("city_id")
        .agg(nw.len().alias("models"), nw.col("disputed_models").sum())
    )
    threads = (
        selection.rows(facts, "claims")
        .filter(nw.col("thread_state") == "open")
        .group_by("city_id")
        .agg(nw.col("thread").n_unique().alias("open_threads"))
    )
    index = grades(facts, selection).select("city_id", "index").unique()
    stages = [stage.value for stage in facts.descriptor.categories("funding", "stage")]
    return (
        facts["cities"]
        .select(*CITY, "continent", "population")
        .join(counts, on="city_id")
        .join(models, on="city_id", how="left")
        .join(threads, on="city_id", how="left")
        .join(index, on="city_id", how="left")
        .with_columns(
            nw.col("models", "disputed_models", "open_threads").fill_null(0),
            furthest_stage=mapped("rank", dict(enumerate(stages))),
        )
        .sort("initiatives", "city_id", descending=[True, False])
    )


def peers(cities: pd.DataFrame, city_id: str, *, most: int = 5) -> list[str]:
    """The ids of cities whose number of residents is nearest to that of a city, nearest first.

    `cities` needs `city_id` and `population`. Nearness is that of the ratio: a city of half the
    size is as near as one of twice the size. Empty where the population is not known.
    """
    known = cities.dropna(subset=["population"]).drop_duplicates("city_id").set_index("city_id")["population"]
    known = known[known > 0]
    if city_id not in known.index:
        return []
    own = math.log(float(known[city_id]))
    others = known.drop(city_id)
    apart = {city: abs(math.log(float(population)) - own) for city, population in others.items()}
    return sorted(apart, key=lambda city: (apart[city], city))[:most]
