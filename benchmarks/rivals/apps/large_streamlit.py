"""A large table in Streamlit: kept once for all (`cache_resource`, as its documentation says for large data)."""

import large
import streamlit as st

table = st.cache_resource(large.read)()
st.dataframe(large.sums(table))
if "csv" in st.query_params:
    st.download_button("CSV", table.to_csv(index=False), "funding.csv")
