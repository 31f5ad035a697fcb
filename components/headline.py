"""What a page says first: a sentence with its figures, and the figures by themselves."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.filters import count_rows
from components.formats import count, escape, money, short, whole
from components.state import facts
from ledger import views
from ledger.selection import Selection, choices


def _public(selection: Selection) -> pd.DataFrame:
    """Public money by stage, in dollars unless the lens says otherwise."""
    ladder = views.table("funding-ladder", facts(), selection)
    return ladder[ladder["payer"] == "public"]


def _dollars(selection: Selection) -> Selection:
    """Headlines need one unit: money as stated is shown in US dollars here."""
    return selection.but(lens="usd") if selection.lens == "stated" else selection


def money_sentence(selection: Selection) -> str:
    """Public money at the stages that matter most, said as sets of figures that are not each other's parts."""
    selection = _dollars(selection)
    by_stage = _public(selection).set_index("stage")
    labels = {"announced": "announced", "committed": "committed", "budgeted": "budgeted", "contracted": "contracted",
              "spent": "paid out", "estimated": "estimated"}  # fmt: skip
    parts = [
        f"{labels[stage]} <strong>{escape(money(by_stage.loc[stage, 'value'], by_stage.loc[stage, 'unit']))}</strong>"
        for stage in ("announced", "committed", "budgeted", "contracted", "spent")
        if stage in by_stage.index and by_stage.loc[stage, "figures"] > 0
    ]
    ladder = views.table("funding-ladder", facts(), selection)
    left_out = int(ladder["not_added"].sum())
    every = left_out + int(ladder["figures"].sum()) + int(ladder["not_converted"].sum())
    where = _where(selection)
    if not parts:
        first = f"No figure of public money that can be counted is recorded {where}."
    else:
        first = (
            f"Public money {where}: {', '.join(parts)}. These are different sets of figures, not parts of each other."
        )
    second = (
        f" Of {count(every, 'figure')} of money, {whole(left_out)} restate, contain or contradict another or "
        "are rates, and are not added."
        if left_out
        else ""
    )
    return f"<p class='lead'>{first}{second}</p>"


def _where(selection: Selection) -> str:
    names = choices(facts())["city"]
    if not selection.city:
        return "in the cities selected" if selection.filters() != Selection() else "in all cities"
    chosen = [names[city] for city in selection.city]
    text = (
        chosen[0]
        if len(chosen) == 1
        else f"{', '.join(chosen[:3])}" + (f" and {len(chosen) - 3} more" if len(chosen) > 3 else "")
    )
    return f"in {escape(text)}"


def goals_sentence(selection: Selection) -> str:
    """How many cities have anything to show, in words."""
    evidence = views.table("goals-evidence", facts(), selection)
    cities = evidence["city_id"].nunique()
    operating = evidence.loc[evidence["evidence"] == "operating", "city_id"].nunique()
    return (
        f"<p class='lead'>For <strong>{count(cities, 'city', 'cities')}</strong> there is evidence of at least one of "
        f"nine goals; in <strong>{whole(operating)}</strong> something operates. The grades measure what has been "
        "recorded, not virtue: a city without a row was not necessarily searched.</p>"
    )


def models_sentence(selection: Selection) -> str:
    """How many models, how many open, how many in doubt."""
    models = views.table("model-releases", facts(), selection)
    is_open = int(models["open_weights"].fillna(False).sum())
    in_doubt = int(models["disputed"].isin(["open", "conceded"]).sum())
    scores = views.table("model-scores", facts(), selection)
    own = scores[scores["role"] == "municipal"]
    independent = int((own["reported_by"] == "independent").sum())
    return (
        f"<p class='lead'><strong>{count(len(models), 'model')}</strong> by or for city-level governments, "
        f"<strong>{whole(is_open)}</strong> with open weights. The origin of "
        f"<strong>{whole(in_doubt)}</strong> is disputed or was conceded. "
        f"Of {count(len(own), 'score')} of these models, <strong>{whole(independent)}</strong> "
        f"{'was' if independent == 1 else 'were'} reported independently of the developer.</p>"
    )


def counts(selection: Selection) -> None:
    """Cities, initiatives, figures of money and models that the selection leaves."""
    figures = [
        (
            "Cities",
            len(views.table("initiatives-map", facts(), selection)),
            "Cities with an initiative that the filters leave.",
        ),
        ("Initiatives", count_rows("initiatives", selection), "Things that a city does with AI, failures included."),
        (
            "Figures of money",
            count_rows("funding", selection),
            "Figures as sources state them, counted or not.",
        ),
        ("Models", len(views.table("model-releases", facts(), selection)), "Models by or for a city-level government."),
    ]
    with st.grid(4, min_column_width=150):
        for label, number, help_text in figures:
            st.metric(label, whole(number), border=True, help=help_text)


def public_money(selection: Selection) -> None:
    """Public money at each stage, side by side and never added."""
    shown = _dollars(selection)
    by_stage = _public(shown).set_index("stage")
    stages = facts().descriptor.categories("funding", "stage")
    unit = "international dollars" if shown.lens == "intl" else "US dollars"
    not_converted = int(by_stage["not_converted"].sum())
    missing = (
        f" {count(not_converted, 'counted figure')} without a rate {'is' if not_converted == 1 else 'are'} left out."
        if not_converted
        else ""
    )
    st.markdown(f"**Public money by stage**, {unit}. Stages are never added.{missing}")
    with st.grid(6, min_column_width=118):
        for stage in stages:
            known = stage.value in by_stage.index and by_stage.loc[stage.value, "figures"] > 0
            value = short(by_stage.loc[stage.value, "value"]) if known else "none"
            st.metric(stage.label, value, border=True, help=stage.description)
