"""Spending: who pays, at which stage, for what; every figure with its source."""

import streamlit as st

from components import headline
from components.card import card
from components.evidence import traced
from components.filters import rows_left
from components.state import facts, read
from ledger.language import gettext as _

selection = read()

st.title(_("Who pays for AI in cities, and how real is the money?"))
st.html(headline.money_sentence(facts(), selection))
rows_left(selection)

card("funding-ladder", selection)
traced(selection)
card("initiatives-traced", selection)
card("funding-by-city", selection)
card("funding-over-time", selection)
card("funding-breakdown", selection)
card("funding-flows", selection)
card("funding-map", selection)
card("funding-conflicts", selection)
card("funding-register", selection, open_table=True)
