"""The foot of every page: licence, version, and what the dashboard does not know; on paper also where it is from."""

from __future__ import annotations

import datetime

import streamlit as st

from components.formats import as_markdown, date, escape
from components.share import base
from components.state import facts
from ledger.language import gettext as _
from ledger.selection import Selection


def footer(path: str, selection: Selection) -> None:
    """Licence, version and limits in three lines; the page at this path says on paper with which filters it was."""
    st.divider()
    licence = as_markdown(facts().descriptor.licence_words)
    st.caption(
        _(
            "Data version {version}, {licence}. Every figure has a stage, a payer, a date and a source; what restates "
            "or contradicts another figure is never added. A city without rows was not necessarily searched.",
            version=facts().version,
            licence=licence,
        )
    )
    address = base() + selection.address(f"/{path}")
    today = date(datetime.date.today().isoformat())
    st.html(f"<p class='ledger-print'>{escape(address)} · {escape(today)}</p>")
