"""The frame of every page: navigation, filters, what is on, footer."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage as Page

from components import brand, filters, html, own, speech
from components.browser import watch_browser
from components.footer import footer
from components.reach import where_it_is_reached
from components.state import read_address, write_address
from components.turns import aside_for_a_query, turn
from ledger import dataset, views
from ledger.engines import waiting_in
from ledger.language import gettext as _


def pages() -> list[Page]:
    """The pages, in the order in which a reader meets them."""
    return [
        st.Page("app_pages/overview.py", title=_("Overview"), default=True),
        st.Page("app_pages/spending.py", title=_("Spending")),
        st.Page("app_pages/sovereignty.py", title=_("Sovereignty")),
        st.Page("app_pages/models.py", title=_("Models")),
        st.Page("app_pages/city.py", title=_("City")),
        st.Page("app_pages/evidence.py", title=_("Evidence")),
        st.Page("app_pages/data.py", title=_("Data")),
        st.Page("app_pages/method.py", title=_("Method")),
        st.Page("app_pages/initiative.py", title=_("Initiative"), visibility="hidden"),
    ]


with turn(), waiting_in(aside_for_a_query), dataset.one_version(), speech.spoken(), where_it_is_reached("page"):
    brand.head()
    page = st.navigation(pages(), position="top")
    watch_browser()
    html.style()
    selection, problems = read_address(page.url_path)
    filters.sidebar(selection)
    filters.problems(problems)
    own.banner()
    filters.chips(selection)
    write_address(selection)
    try:
        page.run()
    except views.TooManyRows as too_many:
        st.info(f"{too_many} " + _("Choose a city, or other filters, and the rest of this page is drawn."))
    footer(page.url_path, selection)
