"""What stands in the place of what nobody can work out now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ledger.engines import Unreachable
from ledger.language import gettext as _


@contextmanager
def where_it_is_reached(key: str) -> Iterator[None]:
    """A span that needs the engine; where that does not answer, its sentence and a button stand there instead.

    The button runs the page again, which is all that it takes: facts are made again meanwhile.
    """
    try:
        yield
    except Unreachable as away:
        st.error(str(away), icon=":material/cloud_off:")
        st.button(_("Try again"), key=f"again_{key}", icon=":material/refresh:")
