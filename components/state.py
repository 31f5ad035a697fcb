"""The selection of this reader: one truth, kept in the session and written to the address.

The address is ours and not the widgets': Streamlit would write labels into it and drop what it
does not know. So the address is read when it changes from outside (a link, a step back), every
widget shows what the selection holds, and every change is written back as codes of the dataset.
"""

from __future__ import annotations

import weakref
from typing import Any

import streamlit as st

from components import own
from components.speech import NAME as LANGUAGE
from ledger import dataset
from ledger.facts import Facts
from ledger.language import LANGUAGES, in_address
from ledger.selection import Problem, Selection, choices, parse


def facts() -> Facts:
    """The facts that this reader sees: the dataset, shared by all, and their own rows where they added some."""
    return own.beside(dataset.facts())


def read_address(page: str) -> tuple[Selection, tuple[Problem, ...]]:
    """The selection of this run, and what of the address was not understood.

    `page` is the path of the page that runs. After a step from page to page the address comes
    without its query; the selection then stays. A widget that has just changed counts for more
    than an address that the browser has not had time to take up.
    """
    state, known = st.session_state, facts()
    address = [(name, value) for name in st.query_params if name != LANGUAGE for value in st.query_params.get_all(name)]
    same_page = state.get("page") == page
    state["page"] = page
    changed_here = state.pop("selection_changed", False)
    is_new = "selection" not in state
    # A run that was broken off by the next one may have read the address and written none.
    if is_new or (not changed_here and sorted(address) != state.get("written") and (address or same_page)):
        state["selection"], state["problems"] = parse(address, choices(known))
    elif state["read_by"]() is not known:
        # Other facts may know other codes: a new version of the dataset, rows of the reader's that come or go.
        state["selection"], state["problems"] = parse(state["selection"].query(), choices(known))
    elif changed_here:
        state["problems"] = ()
    # Facts that are served no more shall not be kept by a page that is open.
    state["read_by"] = weakref.ref(known)
    languages = st.query_params.get_all(LANGUAGE)
    unknown = tuple(Problem(LANGUAGE, name, tuple(LANGUAGES)) for name in languages if name not in LANGUAGES)
    return state["selection"], (*state["problems"], *unknown)


def read() -> Selection:
    """The selection of this run; for pages, which run after the frame has read the address."""
    selection: Selection = st.session_state["selection"]
    return selection


def write_address(selection: Selection) -> None:
    """Write the selection to the address, where it is not there already."""
    query: dict[str, list[str]] = {}
    for name, value in selection.query() + in_address():
        query.setdefault(name, []).append(value)
    if {name: st.query_params.get_all(name) for name in st.query_params} != query:
        st.query_params.from_dict(query)
    st.session_state["written"] = sorted(selection.query())


def choose(**changes: Any) -> None:
    """Change the selection; for callbacks of widgets."""
    st.session_state["selection"] = st.session_state["selection"].but(**changes)
    st.session_state["selection_changed"] = True


def clear() -> None:
    """Take every filter away; the lens stays."""
    st.session_state["selection"] = st.session_state["selection"].lenses()
    st.session_state["selection_changed"] = True


def controlled(key: str, value: Any) -> str:
    """Make the widget `key` show `value` on this run; returns the key."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return key
