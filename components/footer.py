"""The foot of every page: licence, version, and what the dashboard does not know."""

from __future__ import annotations

import streamlit as st

from components.state import facts


def footer() -> None:
    """Licence, version and limits in three lines."""
    st.divider()
    st.caption(
        f"Data version {facts().version}, licence CC BY 4.0. Every figure has a stage, a payer, a date and a source; "
        "what restates or contradicts another figure is never added. A city without rows was not necessarily searched."
    )
