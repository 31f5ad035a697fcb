"""Views of models: releases, scores, uplift over the base, lineage and what is claimed of them."""

from __future__ import annotations

import narwhals as nw

from ledger.facts import Facts
from ledger.language import N_
from ledger.selection import Selection
from ledger.views.columns import SOURCE, derived
from ledger.views.registry import Column, view

_PLACE = {"city_id": "models.city_id", "city": "cities.name"}
_MODEL = {"model_id": "models.id", "model": "models.name", "role": "models.role"}
_TEST: dict[str, str | Column] = {
    **derived("benchmark"),
    "setting": "benchmark_results.setting",
}
_RESULT: dict[str, str | Column] = {
    "result_id": "benchmark_results.id",
    **_TEST,
    **_MODEL,
    **_PLACE,
    "score": "benchmark_results.score",
    "reported_by": "benchmark_results.reported_by",
    "reported_on": "benchmark_results.reported_on",
    "note": "benchmark_results.note",
    **derived("disputed"),
    **SOURCE,
}


@view(
    "model-releases",
    title=N_("Which models have cities released, and how large are they?"),
    description=N_(
        "Models made by or for a city-level government, by date of release and number of parameters. "
        "Models without a known date or size stand in the table."
    ),
    group="models",
    frame="models",
    origin={
        **_MODEL,
        **_PLACE,
        **derived("developer"),
        "government_link": "models.government_link",
        "released_on": "models.released_on",
        "parameters_total": "models.parameters_total",
        "parameters_active": "models.parameters_active",
        "architecture": "models.architecture",
        "context_tokens": "models.context_tokens",
        "modality": "models.modality",
        "license": "models.license",
        "open_weights": "models.open_weights",
        "base_model_id": "models.base_model_id",
        "base_relation": "models.base_relation",
        **derived("disputed"),
        "weights_url": "models.weights_url",
        "note": "models.note",
        "initiative_id": "models.initiative_id",
    },
    keys=("model_id",),
    detail="model-releases",
    behind=("model_id",),
)
def model_releases(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Municipal models, newest first."""
    return (
        selection.rows(facts, "models")
        .filter(nw.col("role") == "municipal")
        .sort("released_on", "model_id", descending=[True, False], nulls_last=True)
    )


@view(
    "model-scores",
    title=N_("What do the models score, and who says so?"),
    description=N_(
        "Scores as reported, each with who reported it. Scores of one benchmark in different settings are "
        "not comparable. Models of others stay for comparison where a city's model was tested on the same benchmark."
    ),
    group="models",
    frame="results",
    origin={**_RESULT, "score_unit": "benchmark_results.unit"},
    keys=("result_id",),
    detail="model-scores",
    behind=("result_id",),
    measures={"score": ("model", "benchmark", "setting", "publisher")},
    ranks={"score": ("benchmark",)},
)
def model_scores(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Results of the selected models, and of comparators on the same benchmarks."""
    columns = (*_RESULT, "unit")
    chosen = selection.rows(facts, "results").select(columns)
    same_terms = selection.only(("benchmark", "from", "to", "disputed"))
    compared = (
        same_terms.rows(facts, "results")
        .filter(nw.col("role") != "municipal")
        .select(columns)
        .join(chosen.select("benchmark").unique(), on="benchmark", how="semi")
        .join(chosen.select("result_id"), on="result_id", how="anti")
    )
    return (
        nw.concat([chosen, compared])
        .rename({"unit": "score_unit"})
        .sort("benchmark", "score", "model_id", "result_id", descending=[False, True, False, False])
    )


@view(
    "model-uplift",
    title=N_("How far above its base does a city's model score?"),
    description=N_(
        "Score of the model minus score of its base, on the same benchmark and version, in the same setting. "
        "Both as reported; the table says by whom."
    ),
    group="models",
    frame="results",
    origin={
        **_TEST,
        **_MODEL,
        **_PLACE,
        "base_model_id": "models.base_model_id",
        **derived("base"),
        "score": "benchmark_results.score",
        **derived("base_score", "uplift"),
        "score_unit": "benchmark_results.unit",
        "reported_by": "benchmark_results.reported_by",
        **derived("base_reported_by", "same_source", "disputed"),
        "result_id": "benchmark_results.id",
        "base_result_id": "benchmark_results.id",
        **SOURCE,
        **derived("base_source_url"),
    },
    keys=("result_id", "base_result_id"),
    detail="model-uplift",
    behind=("result_id", "base_result_id"),
    measures={"uplift": ("model", "benchmark", "setting", "publisher")},
)
def model_uplift(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Pairs of results of a municipal model and of its base."""
    like = ["benchmark", "same_setting", "unit"]
    # Left out as disputed is left out on either side.
    terms = selection.only(("disputed",)) if selection.disputed == "exclude" else Selection()
    base = terms.rows(facts, "results").select(
        "benchmark",
        "unit",
        base_model_id=nw.col("model_id"),
        same_setting=nw.col("same_setting"),
        base_score=nw.col("score"),
        base_reported_by=nw.col("reported_by"),
        base_result_id=nw.col("result_id"),
        base_source_url=nw.col("source_url"),
        _base_source=nw.col("source_id"),
    )
    return (
        selection.rows(facts, "results")
        .filter(nw.col("role") == "municipal", ~nw.col("base_model_id").is_null())
        .join(base, on=[*like, "base_model_id"], how="inner")
        .with_columns(
            uplift=nw.col("score") - nw.col("base_score"),
            same_source=nw.col("source_id") == nw.col("_base_source"),
        )
        .rename({"unit": "score_unit"})
        .sort("model_id", "uplift", "result_id", "base_result_id", descending=[False, True, False, False])
    )


@view(
    "model-lineage",
    title=N_("What was built from what?"),
    description=N_(
        "Each link from a model to one that it was built from, and on whose word. A link that the developer "
        "did not state at first carries the source that names it."
    ),
    group="models",
    frame="models",
    origin={
        **_MODEL,
        **_PLACE,
        **derived("developer", "parent_model_id", "parent", "parent_developer"),
        "relation": "models.base_relation",
        **derived("basis_of_link"),
        "released_on": "models.released_on",
        **derived("disputed"),
        "source_id": "sources.id",
        "source_url": "sources.url",
    },
    keys=("model_id", "parent_model_id"),
    detail="model-lineage",
    behind=("model_id", "parent_model_id"),
)
def model_lineage(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Links of the selected models and of all that they were built from."""
    roots = selection.rows(facts, "models").select(root_id=nw.col("model_id"))
    kept = facts["ancestors"].join(roots, on="root_id", how="semi").select("model_id").unique()
    return (
        facts["parents"]
        .join(kept, on="model_id", how="semi")
        .rename({"basis": "basis_of_link"})
        .sort("city_id", "model_id", "parent_model_id", nulls_last=True)
    )


@view(
    "model-claims",
    title=N_("What is claimed of the model, and who answers?"),
    description=N_("Claims about models, each under the one that it answers, in order of time."),
    group="models",
    frame="claims",
    origin={
        "claim_id": "claims.id",
        **derived("thread", "depth"),
        "model_id": "models.id",
        "model": "models.name",
        "topic": "claims.topic",
        "stance": "claims.stance",
        "statement": "claims.statement",
        "claimant": "claims.claimant",
        "made_on": "claims.made_on",
        "responds_to": "claims.responds_to",
        "note": "claims.note",
        **derived("state", "disputed", "thread_order", "thread_state"),
        **SOURCE,
    },
    keys=("claim_id",),
)
def model_claims(facts: Facts, selection: Selection) -> nw.LazyFrame:
    """Claims about models, in threads."""
    return (
        selection.rows(facts, "claims")
        .filter(nw.col("subject_type") == "model")
        .rename({"subject_id": "model_id", "subject": "model"})
        .sort("model_id", "thread_order")
    )
