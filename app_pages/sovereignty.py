"""Sovereignty: which goals cities pursue, and on what evidence."""

import streamlit as st

from components import headline
from components.card import card
from components.filters import rows_left
from components.state import facts, read
from ledger.language import gettext as _

selection = read()

st.title(_("Which cities want AI of their own, and what do they have to show?"))
st.html(headline.goals_sentence(facts(), selection))
rows_left(selection)

card("goals-by-city", selection)
card("goals-profile", selection)
card("goals-evidence", selection, open_table=True)
