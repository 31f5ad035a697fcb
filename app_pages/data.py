"""Data: every table and view to look at and to download, what changed, what columns mean, licence, citation, limits."""

import streamlit as st

from components import changes, dictionary, downloads, upload
from components.filters import rows_left
from components.state import read
from ledger.language import gettext as _

selection = read()

st.title(_("Take the data with you"))
lead = _(
    "Everything on these pages is open: take a view for the filters that are on, or a table whole. Files hold the "
    "codes of the dataset; the dictionary below says what they mean."
)
st.html(f"<p class='lead'>{lead}</p>")
rows_left(selection)

upload.your_rows()
downloads.views_list(selection)
downloads.tables_list()
downloads.programs(selection)
changes.what_changed(selection)
dictionary.dictionary()
downloads.terms()
