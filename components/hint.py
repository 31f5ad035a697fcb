"""A hint for whoever comes for the first time; closed once, their browser remembers it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ledger.language import gettext as _

_hint = st.components.v2.component(
    "hint", html="<aside hidden></aside>", js=Path(__file__).with_suffix(".js").read_text()
)


def first_visit() -> None:
    """What a reader can do here, until they close it."""
    _hint(
        key="hint",
        data={
            "title": _("New here?"),
            "sentences": [
                _("Choose a city in the filters: every chart, table and file follows."),
                _("Click a bar to see the figures behind it, each with its source."),
                _("Copy the address to share exactly what you see."),
            ],
            "close": _("Close this hint for good"),
        },
        height="content",
    )
