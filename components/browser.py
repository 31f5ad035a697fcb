"""What the page and the browser tell each other: the width, the language, and what Streamlit leaves to mend.

Charts are drawn for the width that they will have. Streamlit's own few words are said in the
reader's language, where Streamlit knows English alone.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ledger.language import N_, SOURCE, language, tag
from ledger.language import gettext as _

#: Pixels below which a page counts as narrow: Streamlit stacks its columns there too.
NARROW = 640
#: Words of Streamlit that our pages can show; those with a blank stand before or behind something else.
WORDS = (
    N_("Choose an option"),
    N_("Choose options"),
    N_("No results"),
    N_("Select all"),
    N_("Clear all"),
    N_("Clear value"),
    N_("Close"),
    N_("Open"),
    N_("Search"),
    N_("Fullscreen"),
    N_("Close fullscreen"),
    N_("Expand sidebar"),
    N_("Collapse sidebar"),
    N_("Previous page"),
    N_("Next page"),
    N_("Pagination"),
    N_("Copy to clipboard"),
    N_("Upload"),
    N_("Browse files"),
    N_("Running..."),
    N_("Stop"),
    N_("Page not found"),
    N_("Show/hide columns"),
    N_("Help for "),
    N_("Remove "),
    N_("Search: "),
    N_("Fullscreen: "),
    N_("Show/hide columns: "),
    N_("Link to heading"),
    N_("Selected values"),
    N_("App pages"),
    N_("Help"),
    N_("Sidebar"),
    N_("file upload"),
    N_("Skip to main content"),
    N_("Page "),
    N_(" per file"),
)

#: What a run found: Streamlit puts together what a component said at each question.
_NARROW = "is_narrow"
_browser = st.components.v2.component("viewport", js=Path(__file__).with_suffix(".js").read_text())


def watch_browser() -> None:
    """Let the browser say whether the page is narrow, which runs the page again where it changes; and tell it ours."""
    st.session_state[_NARROW] = _is_told_narrow()
    _browser(
        key="viewport",
        data={
            "narrow": is_narrow(),
            "narrow_below": NARROW,
            "language": tag(),
            "words": {} if language() == SOURCE else {word: _(word) for word in WORDS},
        },
        on_narrow_change=lambda: None,
        height=1,
    )


def is_narrow() -> bool:
    """Whether the page is narrow, as this run found it."""
    found: bool | None = st.session_state.get(_NARROW)
    return _is_told_narrow() if found is None else found


def _is_told_narrow() -> bool:
    """What the browser said; before it did, what its name suggests."""
    told = st.session_state.get("viewport", {})
    if "narrow" in told and told["narrow"] is not None:
        return bool(told["narrow"])
    return "Mobi" in st.context.headers.get("User-Agent", "")
