"""Data: every table and view to look at and to download, what changed, what columns mean, licence, citation, limits."""

import streamlit as st

from components import changes, dictionary, downloads
from components.filters import rows_left
from components.state import read

selection = read()

st.title("Take the data with you")
st.html(
    "<p class='lead'>Everything on these pages is open: take a view for the filters that are on, or a table whole. "
    "Files hold the codes of the dataset; the dictionary below says what they mean. Programs ask the "
    "<a href='/api/docs' target='_blank'>open API</a>; everything at once is in the "
    "<a href='/api/v1/package.zip' target='_blank'>package</a>.</p>"
)
rows_left(selection)

downloads.views_list(selection)
downloads.tables_list()
changes.what_changed(selection)
dictionary.dictionary()
downloads.terms()
