"""Method: how each figure is made, and what the words mean."""

import streamlit as st

from components import glossary
from ledger.language import gettext as _

st.title(_("How is all this worked out?"))
glossary.method()
glossary.glossary()
