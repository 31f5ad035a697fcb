"""Evidence: who says what, what rests on little, what is told twice, and what is not known."""

import streamlit as st

from components import evidence, thread
from components.card import card
from components.filters import rows_left
from components.state import read
from ledger.language import gettext as _

selection = read()

st.title(_("How sure is all this?"))
st.html(evidence.sentence(selection))
rows_left(selection)

thread.threads(selection)
evidence.careless_sum(selection)
card("funding-naive-sums", selection)
card("funding-double-counts", selection)
card("funding-conflicts", selection)
card("coverage", selection)
card("freshness", selection)
card("evidence-support", selection)
card("claims-register", selection)
card("sources-register", selection)
