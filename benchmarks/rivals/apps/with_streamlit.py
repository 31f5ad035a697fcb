"""Streamlit as its documentation shows it: cached data, express charts, a table, a download made in the script.

    streamlit run with_streamlit.py

Settings are Streamlit's own: it does not run in the dashboard's folder.
"""

import page
import streamlit as st

table = st.cache_data(page.read)()

city = st.selectbox("City", page.cities(table))
rows = page.chosen(table, city)
st.plotly_chart(page.by_city(rows))
st.plotly_chart(page.by_year(rows))
st.dataframe(rows)
st.download_button("CSV", rows.to_csv(index=False), "funding.csv")
