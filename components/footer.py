"""The foot of every page: licence, version, and what the dashboard does not know; on paper also where it is from."""

from __future__ import annotations

import datetime

import streamlit as st

from components.formats import as_markdown, date, escape
from components.state import facts
from ledger.language import gettext as _


def footer() -> None:
    """Licence, version and limits in three lines."""
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
    st.html(f"<p class='ledger-print'>{escape(st.context.url)} · {escape(date(datetime.date.today().isoformat()))}</p>")
