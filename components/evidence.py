"""What the Evidence page says first, and the sentences above its charts."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from babel.numbers import format_decimal

from components.formats import escape, money, whole
from components.state import facts
from ledger import views
from ledger.facts import Facts
from ledger.language import N_, listed, locale, ngettext
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.selection import Selection, localised
from ledger.views.ladders import traced_share

#: An amount with whose money it is.
_WITH_PAYER = {
    "public": N_("{money} of public money"),
    "mixed": N_("{money} of mixed public and private money"),
    "private": N_("{money} of private money"),
    "unknown": N_("{money} of money whose payer is not known"),
}


def sentence(selection: Selection) -> str:
    """On how much the facts rest, how old the sources are, and how the disputes stand."""
    every = views.size("evidence-support", facts(), selection)
    if not every:
        nothing = _("No fact is left with these filters.")
        return f"<p class='lead'>{nothing}</p>"
    ages = views.table("freshness", facts(), selection).groupby("age")["initiatives"].sum()
    old = int(sum(ages.get(age, 0) for age in ("2-5-years", "over-5-years", "no-date")))
    parts = [
        ngettext(
            "Of <strong>{n} fact</strong>, {one_source} rest on one source alone and {none_official} on no official "
            "one.",
            "Of <strong>{n} facts</strong>, {one_source} rest on one source alone and {none_official} on no official "
            "one.",
            every,
            one_source=_share(selection, "one_source", every),
            none_official=_share(selection, "no_official_source", every),
        ),
        _disputes(views.table("claims-register", facts(), selection)),
        ngettext(
            "For {old} of {n} initiative the latest source is over two years old or has no date.",
            "For {old} of {n} initiatives the latest source is over two years old or has no date.",
            ages.sum(),
            old=whole(old),
        ),
    ]
    return f"<p class='lead'>{' '.join(parts)}</p>"


def _share(selection: Selection, column: str, every: int) -> str:
    """The share of the facts for which a column of `evidence-support` says yes."""
    return _percent(100 * views.number_where("evidence-support", facts(), selection, column) / every)


def _percent(share: float) -> str:
    return _("{number} %", number=format_decimal(round(share), locale=locale()))


def _disputes(claims: pd.DataFrame) -> str:
    """How the threads stand in which a dispute is left; `claims` as in `claims-register`."""
    disputed = claims[claims["stance"] == "disputes"].drop_duplicates("thread")
    if disputed.empty:
        return _("No dispute is left with these filters.")
    states = disputed["thread_state"].value_counts()
    conceded, still_open, answered, withdrawn = (
        states.get(state, 0) for state in ("conceded", "open", "answered", "withdrawn")
    )
    said = []
    if conceded:
        said.append(ngettext("<strong>{n}</strong> conceded", "<strong>{n}</strong> conceded", conceded))
    if still_open:
        said.append(ngettext("<strong>{n}</strong> open", "<strong>{n}</strong> open", still_open))
    if answered:
        said.append(ngettext("<strong>{n}</strong> answered", "<strong>{n}</strong> answered", answered))
    if withdrawn:
        said.append(ngettext("<strong>{n}</strong> withdrawn", "<strong>{n}</strong> withdrawn", withdrawn))
    return _("Threads with a dispute: {states}.", states=", ".join(said))


def careless_sum(selection: Selection) -> None:
    """Say what adding everything would make of the city and stage where it goes most wrong.

    Nothing is said where sums of several currencies stand beside each other.
    """
    sums = views.table("funding-naive-sums", facts(), selection)
    if sums.empty or sums["unit"].nunique() > 1 or not sums["told_again"].iloc[0] > 0:
        return
    first = localised(facts(), sums).iloc[0]
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
    apart = listed(_(_WITH_PAYER[row.payer], money=money(row.value, row.unit)) for row in counted.itertuples())
    where = {"city": escape(first["city"]), "stage": escape(stage), "every": every}
    if apart:
        said = _(
            "{city}, {stage}: adding all rows gives <strong>{every}</strong>; without double counting it is "
            "<strong>{apart}</strong>.",
            **where,
            apart=escape(apart),
        )
    else:
        said = _(
            "{city}, {stage}: adding all rows gives <strong>{every}</strong>; no figure of it is counted.", **where
        )
    st.html(f"<p class='lead'>{said}</p>")


def traced(selection: Selection) -> None:
    """Say how much of the announced public money can be traced to a contract or a payment; not of money as stated."""
    if said := _traced(facts(), selection):
        st.html(said)


@remembered(in_words=True)
def _traced(facts: Facts, selection: Selection) -> str:
    if selection.lens == "stated":
        return ""
    table = views.table("initiatives-traced", facts, selection)
    public = table[table["payer"] == "public"]
    share = traced_share(public)
    if share is None:
        return ""
    without = int((public["traced"] == 0).sum())
    said = _(
        "Of {money} of public money announced, <strong>{share}</strong> can be traced to a contract or a payment of "
        "the same initiative.",
        money=escape(money(public["announced"].sum(), public["unit"].iloc[0])),
        share=_percent(share),
    )
    return f"<p class='lead'>{said} {_none_recorded(without, len(public))}</p>"


def _none_recorded(without: int, every: int) -> str:
    if not without:
        return _("Each initiative with an announcement has one.")
    return ngettext(
        "For {without} of {n} initiative none is recorded.",
        "For {without} of {n} initiatives none is recorded.",
        every,
        without=whole(without),
    )
