"""Models: what cities released, what it scores according to whom, what it was built from, what is claimed."""

import streamlit as st

from components import choosers, headline, own, thread
from components.card import card
from components.filters import rows_left
from components.state import facts, read
from components.telling import PLAIN_PAGE, plain_link
from components.weights import weight_check
from ledger.language import gettext as _

selection = read()

st.title(_("Which AI models have cities released, and are they what they say?"))
st.html(headline.models_sentence(facts(), selection))
rows_left(selection)

card("model-releases", selection)
chosen = choosers.model(selection)
thread.story(selection, chosen)
if chosen and not own.are_on():
    st.link_button(_(PLAIN_PAGE), plain_link("model", chosen))
weight_check()
card("model-scores", selection.but(benchmark=(choosers.benchmark(selection),)))
card("model-uplift", selection)
card("model-lineage", selection)
