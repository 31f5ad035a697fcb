"""What the Evidence page says first, and the sentences above its charts."""

from __future__ import annotations

import streamlit as st

from components import formats
from components.formats import escape, money, whole
from components.state import facts
from ledger import views
from ledger.selection import Selection
from ledger.views.ladders import traced_share


def sentence(selection: Selection) -> str:
    """On how much the facts rest, how old the sources are, and how the disputes stand."""
    support = views.table("evidence-support", facts(), selection)
    claims = views.table("claims-register", facts(), selection).drop_duplicates("thread")
    states = claims["thread_state"].value_counts()
    ages = views.table("freshness", facts(), selection).groupby("age")["initiatives"].sum()
    old = int(sum(ages.get(age, 0) for age in ("2-5-years", "over-5-years", "no-date")))
    every = int(ages.sum())
    if support.empty:
        return "<p class='lead'>No fact is left with these filters.</p>"
    share = 100 * support["one_source"].mean()
    official = 100 * support["no_official_source"].mean()
    parts = [
        f"Of <strong>{formats.count(len(support), 'fact')}</strong>, {share:.0f} % rest on one source alone and "
        f"{official:.0f} % on no official one.",
        f"Disputes: <strong>{whole(states.get('open', 0))}</strong> open, {whole(states.get('answered', 0))} answered, "
        f"{whole(states.get('conceded', 0))} conceded.",
        f"For {whole(old)} of {formats.count(every, 'initiative')} the latest source is over two years old or has no "
        "date.",
    ]
    return f"<p class='lead'>{' '.join(parts)}</p>"


def careless_sum(selection: Selection) -> None:
    """Say what adding everything would make of the city and stage where it goes most wrong."""
    sums = views.table("funding-naive-sums", facts(), selection)
    if sums.empty or not sums["told_again"].iloc[0] > 0:
        return
    first = sums.iloc[0]
    rows = sums[(sums["city_id"] == first["city_id"]) & (sums["stage"] == first["stage"])]
    rows = rows[rows["unit"] == first["unit"]]
    counted = [
        f"{money(row.value, row.unit)} of {row.payer} money"
        for row in rows.itertuples()
        if row.figures and row.value > 0
    ]
    stage = facts().descriptor.label("funding", "stage", first["stage"]).lower()
    every = money(rows["naive"].sum(), first["unit"])
    st.html(
        f"<p class='lead'>{escape(first['city'])}, {escape(stage)}: adding all rows gives "
        f"<strong>{escape(every)}</strong>; without double counting it is "
        f"<strong>{escape(' and '.join(counted) or 'nothing that can be counted')}</strong>.</p>"
    )


def traced(selection: Selection) -> None:
    """Say how much of the announced public money can be traced to a contract or a payment."""
    table = views.table("initiatives-traced", facts(), selection)
    public = table[table["payer"] == "public"]
    share = traced_share(public) if public["unit"].nunique() == 1 else None
    if share is None:
        return
    without = int((public["traced"] == 0).sum())
    st.html(
        f"<p class='lead'>Of {escape(money(public['announced'].sum(), public['unit'].iloc[0]))} of public money "
        f"announced, <strong>{share:.0f} %</strong> can be traced to a contract or a payment of the same initiative. "
        f"For {whole(without)} of {formats.count(len(public), 'initiative')} none is recorded.</p>"
    )
