"""What changed between versions of the data: the card, and the feed of the same rows."""

from __future__ import annotations

import streamlit as st

from components.card import card
from components.share import feed_address
from ledger.language import gettext as _
from ledger.selection import Selection


def what_changed(selection: Selection) -> None:
    """Every change for the filters that are on, and the address of its feed."""
    card("changes", selection, open_table=True)
    address = feed_address(selection)
    if "?" in address:
        said = _(
            "The same changes as a [feed (Atom)]({address}), for the filters that are on, to follow with a program "
            "that reads news:",
            address=address,
        )
    else:
        said = _(
            "The same changes as a [feed (Atom)]({address}), to follow with a program that reads news:",
            address=address,
        )
    # A caption is faint, and a link in it too faint to read.
    st.markdown(said)
    st.code(address, language=None, wrap_lines=True)
