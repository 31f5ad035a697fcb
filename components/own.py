"""A reader's own rows: kept in their session alone, seen beside the dataset, gone with one click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.formats import whole
from components.html import badge
from ledger import own
from ledger.facts import SIGN, Facts
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.own_rows import faults_of

_KEY, _LOST = "own_rows", "own_rows_lost"


@dataclass(frozen=True)
class _Kept:
    """The rows of a reader by table, as text, and the facts with them."""

    rows: Mapping[str, pd.DataFrame]
    facts: Facts


def beside(base: Facts) -> Facts:
    """The facts of the dataset with the rows of this reader, where they have added some.

    Rows that no longer fit a dataset that has changed are taken away, which the banner then says.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return base
    try:
        kept: _Kept | None = st.session_state[_KEY]
    except KeyError:
        remove()
        return base
    if kept is None:
        return base
    if kept.facts.base is not base:
        if faults_of(kept.rows, base.tables):
            remove()
            st.session_state[_LOST] = True
            return base
        kept = _Kept(kept.rows, own.with_own(base, kept.rows))
        st.session_state[_KEY] = kept
    return kept.facts


def add(base: Facts, rows: Mapping[str, pd.DataFrame]) -> None:
    """Add checked rows, by table and as text, to those that this reader has already."""
    kept: _Kept | None = st.session_state.get(_KEY)
    earlier = kept.rows if kept else {}
    together = {
        name: pd.concat([frames[name] for frames in (earlier, rows) if name in frames], ignore_index=True)
        for name in {**earlier, **rows}
    }
    st.session_state[_KEY] = _Kept(together, own.with_own(base, together))


def remove() -> None:
    """Take all rows of this reader away."""
    # What is there is found at once; for what is not, Streamlit looks in many places, at each of a hundred questions.
    st.session_state[_KEY] = None


def are_on() -> bool:
    """Whether this reader sees rows of their own."""
    return st.session_state.get(_KEY) is not None


def sign_of(row: Any) -> str:
    """The mark of a row of a view, as HTML; empty where the dataset alone gives the row so."""
    return " " + badge(_("{sign} yours", sign=SIGN)) if getattr(row, "yours", False) else ""


def banner() -> None:
    """Say on every page that rows of this reader are shown, and offer to remove them."""
    if st.session_state.pop(_LOST, False):
        st.warning(
            _(
                "The dataset has changed, and your rows no longer fit it: they were taken away. Add your file again "
                "on the Data page to see why."
            ),
            icon=":material/sync_problem:",
        )
    kept: _Kept | None = st.session_state.get(_KEY)
    if kept is None:
        return
    rows = own.counted(kept.rows, kept.facts)
    said = ", ".join(f"{title.lower()} {whole(number)}" for title, number in rows.items())
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="own_banner"):
        st.markdown(
            ngettext(
                "**{sign} {n} row of your own beside the dataset** ({tables}). Only you see them, in this tab, until "
                "you remove them or close it.",
                "**{sign} {n} rows of your own beside the dataset** ({tables}). Only you see them, in this tab, until "
                "you remove them or close it.",
                sum(rows.values()),
                sign=SIGN,
                tables=said,
            ),
            width="stretch",
        )
        st.button(_("Remove my rows"), icon=":material/delete:", key="own_remove", on_click=remove)


def listed() -> None:
    """The reader's rows by table."""
    kept: _Kept | None = st.session_state.get(_KEY)
    if kept is None:
        return
    lines = [
        ngettext("- {table}: {n} row", "- {table}: {n} rows", number, table=title)
        for title, number in own.counted(kept.rows, kept.facts).items()
    ]
    st.markdown("\n".join([_("{sign} Added in this tab:", sign=SIGN), *lines]))


def line(table: pd.DataFrame) -> str:
    """How many rows of a view are the reader's, in words; empty where there is none."""
    number = int(table["yours"].sum()) if "yours" in table else 0
    if not number:
        return ""
    return ngettext(
        "{sign} Yours, or changed by your rows: {some} of {n} row.",
        "{sign} Yours, or changed by your rows: {some} of {n} rows.",
        len(table),
        sign=SIGN,
        some=whole(number),
    )
