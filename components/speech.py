"""The language of this reader: what the address says, else what they chose, else what their browser prefers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from ledger.language import LANGUAGES, in_address, language, preferred, speaking

#: The name of the language in the address.
NAME = "lang"
_CHOSEN, _WRITTEN = "language", "language_written"
_is_page_speaking: ContextVar[bool] = ContextVar("is_page_speaking", default=False)


@contextmanager
def spoken() -> Iterator[None]:
    """A span in which the page speaks the reader's language: a run of a page, or of a part of one by itself."""
    if _is_page_speaking.get():
        yield
        return
    state = st.session_state
    asked = st.query_params.get(NAME)
    # What was just chosen counts for more than an address that the browser has not had time to take up.
    if asked in LANGUAGES and asked != state.get(_WRITTEN):
        state[_CHOSEN] = asked
    chosen = state.get(_CHOSEN)
    with speaking(chosen or preferred(st.context.headers.get("Accept-Language")), is_chosen=chosen is not None):
        state[_WRITTEN] = dict(in_address()).get(NAME)
        run = _is_page_speaking.set(True)
        try:
            yield
        finally:
            _is_page_speaking.reset(run)


def switcher() -> None:
    """Let the reader choose another language."""
    st.session_state["choose_language"] = language()
    st.selectbox(
        # In all of them: who cannot read the page must find it.
        "Language · Idioma",
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="choose_language",
        on_change=_choose,
    )


def _choose() -> None:
    st.session_state[_CHOSEN] = st.session_state["choose_language"]
    st.session_state["selection_changed"] = True
