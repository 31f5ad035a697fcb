"""Overview: how much is promised, how much is real, where, what is new, what is disputed."""

import streamlit as st

from components import headline, hint, lists
from components.card import card
from components.filters import rows_left
from components.state import facts, read
from ledger.language import gettext as _

selection = read()

st.title(_("How much of the money promised for city AI has been spent?"))
st.html(headline.money_sentence(facts(), selection))
hint.first_visit()
rows_left(selection)
headline.counts(selection)
headline.public_money(selection)

card(
    "funding-by-city",
    selection.but(public=True),
    title=_("Which cities put in the most public money, stage by stage?"),
)
card("initiatives-map", selection)

new, disputed = st.columns(2)
with new:
    lists.newest(selection)
with disputed:
    lists.disputes(selection)

card("initiatives-status", selection)
card("initiatives-by-kind", selection)
