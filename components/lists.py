"""Two short lists of the overview: what is new and what is disputed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import formats
from components.behind import initiative_name
from components.formats import data_text, escape, link
from components.html import badge, item, items
from components.own import sign_of
from components.state import facts
from components.words import DISPUTED, DISPUTES, MONEY
from ledger import views
from ledger.facts import Facts
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.memory import remembered
from ledger.selection import Selection, localised

#: Entries of a list.
SHOWN = 7
#: Rows of the register among which they are looked for.
_LATEST = 1000


def _card(name: str, title: str, *, anchor: str) -> DeltaGenerator:
    """A card of the overview, as high as the one beside it."""
    made = st.container(border=True, height="stretch", key=f"card_{name}")
    made.header(title, anchor=anchor)
    return made


def _show(html: str, *, nothing: str) -> None:
    """A list, or what is to be said where it is empty."""
    if html:
        st.html(html)
    else:
        st.info(nothing)


def newest(selection: Selection) -> None:
    """The figures with the latest dates."""
    with _card("newest", _("What is new?"), anchor="new"):
        st.caption(_("The figures of money with the latest dates."))
        _show(_newest(facts(), selection), nothing=_("No dated figures are left with these filters."))


@remembered(in_words=True)
def _newest(facts: Facts, selection: Selection) -> str:
    """The figures as HTML; empty where there is none."""
    # The register begins with the latest dates; those of a year alone, which say too little to count as new, come
    # after the days of that year.
    register = localised(facts, views.part("funding-register", facts, selection, 0, _LATEST))
    latest = register[register["dated"].str.len() > 4].head(SHOWN)
    return items(_figure(row) for row in latest.itertuples()) if len(latest) else ""


def _figure(row: Any) -> str:
    stage = facts().descriptor.label("funding", "stage", row.stage)
    amount = formats.money(row.amount, row.currency, row.amount_high)
    marks = [badge(stage), badge(_(MONEY[row.payer]))]
    if not row.counted:
        marks.append(badge(_("not added")))
    if row.disputed in ("open", "conceded"):
        marks.append(badge(_(DISPUTED[row.disputed]), alert=True))
    return item(
        head=f"<strong>{escape(row.city)}: {escape(amount)}</strong> {' '.join(marks)}{sign_of(row)}",
        lines=[
            initiative_name(row),
            f"<span class='ledger-note'>{escape(formats.date(row.dated))} · "
            f"{link(row.source_url, row.publisher)}</span>",
        ],
    )


def disputes(selection: Selection) -> None:
    """What is in dispute, the conceded ones first."""
    with _card("disputes", _("What is disputed?"), anchor="disputed"):
        st.caption(
            _("Facts that somebody disputes, with the latest statement. Conceded: the side that asserted gave in.")
        )
        _show(_disputes(facts(), selection), nothing=_("No dispute is recorded for these filters."))


@remembered(in_words=True)
def _disputes(facts: Facts, selection: Selection) -> str:
    """The disputes as HTML; empty where there is none."""
    claims = localised(facts, views.table("claims-register", facts, selection))
    wanted = (claims["stance"] == "disputes") & claims["disputed"].isin(["conceded", "open"])
    found = claims.loc[wanted, ["subject_id", "topic", "disputed", "made_on", "claim_id"]]
    conceded = claims.loc[claims["stance"] == "concedes", "responds_to"]
    # The statement to show of a topic: the one that was conceded, else the latest.
    order = found.assign(
        open=found["disputed"] != "conceded", unanswered=~found["claim_id"].isin(conceded)
    ).sort_values(
        ["open", "unanswered", "made_on", "claim_id"], ascending=[True, True, False, True], na_position="last"
    )
    topics = order.drop_duplicates(["subject_id", "topic"])
    if topics.empty:
        return ""
    listed = items(_dispute(row) for row in claims.loc[topics.index[:SHOWN]].itertuples())
    if len(topics) <= SHOWN:
        return listed
    more = ngettext(
        '<a href="{address}" target="_self">{n} more dispute on the Evidence page</a>',
        '<a href="{address}" target="_self">{n} more disputes on the Evidence page</a>',
        len(topics) - SHOWN,
        address=escape(f"{selection.address('/evidence')}#threads"),
    )
    return f"{listed}<p class='ledger-note'>{more}</p>"


def _dispute(row: Any) -> str:
    topic = facts().descriptor.label("claims", "topic", row.topic)
    where = "" if pd.isna(row.city) else f", {escape(row.city)}"
    marks = f"{badge(topic)} {badge(_(DISPUTES[row.disputed]), alert=True)}{sign_of(row)}"
    return item(
        head=f"<strong>{escape(row.subject)}</strong>{where} {marks}",
        lines=[
            data_text(row.statement),
            f"<span class='ledger-note'>{escape(row.claimant)}, {escape(formats.date(row.made_on))} · "
            f"{link(row.source_url, row.publisher)}</span>",
        ],
    )
