"""City: the story of one city, or up to six side by side."""

import streamlit as st

from components import cities
from components.filters import rows_left
from components.state import read
from ledger.language import gettext as _

selection = read()

if not selection.city:
    st.title(_("Which city?"))
    cities.choose_one(selection)
elif len(selection.city) == 1:
    cities.one(selection)
else:
    st.title(_("Cities side by side"))
    rows_left(selection)
    cities.side_by_side(selection)
