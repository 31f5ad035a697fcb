"""Choices that belong to one page: which benchmark, which model. They are kept in the address too."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.state import choose, controlled, facts
from ledger import views
from ledger.facts import Facts
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.memory import remembered
from ledger.selection import Selection, choices


def benchmark(selection: Selection) -> str:
    """Choose a benchmark; without a choice, the one that is most talked about for these models."""
    names, debated = _benchmarks(facts(), selection.but(benchmark=()))
    chosen = selection.benchmark[0] if selection.benchmark else debated
    options = names if not chosen or chosen in names else [chosen, *names]
    if not options:
        return ""
    key = controlled("choose_benchmark", chosen)
    st.selectbox(
        ngettext(
            "Benchmark ({n} with a result of a city's model)",
            "Benchmark ({n} with a result of a city's model)",
            len(options),
        ),
        options,
        key=key,
        filter_mode="contains",
        on_change=lambda: choose(benchmark=(st.session_state[key],)),
    )
    return chosen


@remembered()
def _benchmarks(facts: Facts, selection: Selection) -> tuple[list[str], str]:
    """The benchmarks with a result of a city's model, or all where there is none, and the most debated of them."""
    results = views.table("model-scores", facts, selection)
    own = results[results["role"] == "municipal"]
    names = sorted(set(own["benchmark"])) or sorted(set(results["benchmark"]))
    claims = views.table("model-claims", facts, selection)
    return names, most_debated(claims, results[results["benchmark"].isin(names)])


def most_debated(claims: pd.DataFrame, results: pd.DataFrame) -> str:
    """The benchmark that most claims name; where none names one, the most reported.

    Both tables are those of views: `model-claims` and `model-scores`.
    """
    said = " ".join(claims["statement"])
    named = {name: said.count(name) for name in dict.fromkeys(results["benchmark"]) if name in said}
    return max(named, key=lambda name: named[name]) if named else most_reported(results)


def most_reported(results: pd.DataFrame) -> str:
    """The benchmark with results from most sources, then with most results."""
    if results.empty:
        return ""
    by_name = results.groupby("benchmark").agg(sources=("source_id", "nunique"), rows=("source_id", "size"))
    return str(by_name.sort_values(["sources", "rows"], ascending=False, kind="stable").index[0])


def model(selection: Selection) -> str:
    """Choose a model that claims are made about; without a choice, the one with most of them."""
    by_claims = _claims_of_models(facts(), selection.but(model=()))
    options = list(dict.fromkeys([*by_claims, *selection.model]))
    if not options:
        return ""
    chosen = selection.model[0] if selection.model else options[0]
    names = choices(facts())["model"]
    key = controlled("choose_model", chosen)
    st.selectbox(
        _("The story of a model"),
        options,
        format_func=lambda code: ngettext(
            "{model} ({n} claim)", "{model} ({n} claims)", by_claims.get(code, 0), model=names[code]
        ),
        key=key,
        filter_mode="contains",
        on_change=lambda: choose(model=(st.session_state[key],)),
    )
    return chosen


@remembered()
def _claims_of_models(facts: Facts, selection: Selection) -> dict[str, int]:
    """The number of claims about each model, the most debated first; those without one follow."""
    claims = views.table("model-claims", facts, selection)["model_id"].value_counts(sort=True).to_dict()
    releases = views.table("model-releases", facts, selection)["model_id"]
    return {**dict.fromkeys([*claims, *releases], 0), **claims}
