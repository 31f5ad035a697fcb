"""The face of the package on every page: the title in the browser's tab, and the logo."""

from __future__ import annotations

import streamlit as st

from components.share import base
from components.state import facts
from ledger.brand import brand_of


def head() -> None:
    """Set the title of the page, and the logo where there is one."""
    brand = brand_of(facts().descriptor)
    st.set_page_config(page_title=brand.title, layout="wide")
    if brand.logo and base():
        st.logo(f"{base()}/logo?v={facts().version}", size="large")
