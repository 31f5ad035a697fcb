"""What the Evidence page says first, and the sentences above its charts."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import formats
from components.formats import escape, money, whole
from components.state import facts
from ledger import views
from ledger.disputes import THREAD_STATES
from ledger.selection import Selection
from ledger.views.ladders import traced_share


def sentence(selection: Selection) -> str:
    """On how much the facts rest, how old the sources are, and how the disputes stand."""
    every = views.size("evidence-support", facts(), selection)
    if not every:
        return "<p class='lead'>No fact is left with these filters.</p>"
    ages = views.table("freshness", facts(), selection).groupby("age")["initiatives"].sum()
    old = int(sum(ages.get(age, 0) for age in ("2-5-years", "over-5-years", "no-date")))
    parts = [
        f"Of <strong>{formats.count(every, 'fact')}</strong>, {_share(selection, 'one_source', every)} rest "
        f"on one source alone and {_share(selection, 'no_official_source', every)} on no official one.",
        _disputes(views.table("claims-register", facts(), selection)),
        f"For {whole(old)} of {formats.count(int(ages.sum()), 'initiative')} the latest source is over two years old "
        "or has no date.",
    ]
    return f"<p class='lead'>{' '.join(parts)}</p>"


def _share(selection: Selection, column: str, every: int) -> str:
    """The share of the facts for which a column of `evidence-support` says yes."""
    return f"{100 * views.number_where('evidence-support', facts(), selection, column) / every:.0f} %"


def _disputes(claims: pd.DataFrame) -> str:
    """How the threads stand in which a dispute is left; `claims` as in `claims-register`."""
    disputed = claims[claims["stance"] == "disputes"].drop_duplicates("thread")
    if disputed.empty:
        return "No dispute is left with these filters."
    states = disputed["thread_state"].value_counts()
    said = [f"<strong>{whole(states[state])}</strong> {state}" for state in THREAD_STATES if state in states]
    return f"Threads with a dispute: {', '.join(said)}."


def careless_sum(selection: Selection) -> None:
    """Say what adding everything would make of the city and stage where it goes most wrong.

    Nothing is said where sums of several currencies stand beside each other.
    """
    sums = views.table("funding-naive-sums", facts(), selection)
    if sums.empty or sums["unit"].nunique() > 1 or not sums["told_again"].iloc[0] > 0:
        return
    first = sums.iloc[0]
    told_again = sums.loc[(sums["city_id"] == first["city_id"]) & (sums["stage"] == first["stage"]), "told_again"].sum()
    # Payers whose figures are all counted do not stand among the careless sums; they are added all the same.
    by_city = views.table("funding-by-city", facts(), selection.but(per_resident=False))
    counted = by_city[
        (by_city["city_id"] == first["city_id"])
        & (by_city["stage"] == first["stage"])
        & (by_city["unit"] == first["unit"])
        & (by_city["value"] > 0)
    ]
    stage = facts().descriptor.label("funding", "stage", first["stage"]).lower()
    every = escape(money(told_again + counted["value"].sum(), first["unit"]))
    apart = " and ".join(_with_payer(money(row.value, row.unit), row.payer) for row in counted.itertuples())
    rest = f"without double counting it is <strong>{escape(apart)}</strong>" if apart else "no figure of it is counted"
    st.html(
        f"<p class='lead'>{escape(first['city'])}, {escape(stage)}: adding all rows gives <strong>{every}</strong>; "
        f"{rest}.</p>"
    )


def _with_payer(amount: str, payer: str) -> str:
    return f"{amount} of money whose payer is not known" if payer == "unknown" else f"{amount} of {payer} money"


def traced(selection: Selection) -> None:
    """Say how much of the announced public money can be traced to a contract or a payment; not of money as stated."""
    if selection.lens == "stated":
        return
    table = views.table("initiatives-traced", facts(), selection)
    public = table[table["payer"] == "public"]
    share = traced_share(public)
    if share is None:
        return
    without = int((public["traced"] == 0).sum())
    st.html(
        f"<p class='lead'>Of {escape(money(public['announced'].sum(), public['unit'].iloc[0]))} of public money "
        f"announced, <strong>{share:.0f} %</strong> can be traced to a contract or a payment of the same initiative. "
        f"{_none_recorded(without, len(public))}</p>"
    )


def _none_recorded(without: int, every: int) -> str:
    if not without:
        return "Each initiative with an announcement has one."
    return f"For {whole(without)} of {formats.count(every, 'initiative')} none is recorded."
