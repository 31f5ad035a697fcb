"""The data dictionary, made from the descriptor."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.state import facts


def dictionary() -> None:
    """What every column of a table means, with its codes."""
    descriptor = facts().descriptor
    with st.container(border=True, key="card_dictionary"):
        st.subheader("Data dictionary", anchor="dictionary")
        st.caption("What each column means, in which unit, and what its codes stand for. An empty cell is not known.")
        table = st.selectbox(
            "Columns of",
            list(facts().tables.names),
            format_func=descriptor.table_title,
            key="dictionary_table",
        )
        fields = descriptor.fields(table)
        st.dataframe(
            pd.DataFrame(
                {
                    "Column": [field.name for field in fields],
                    "Title": [field.title for field in fields],
                    "Meaning": [field.description for field in fields],
                    "Type": [field.type for field in fields],
                    "Unit": [field.unit or "" for field in fields],
                }
            ),
            hide_index=True,
            column_config={"Meaning": st.column_config.TextColumn(width="large")},
            alt=f"Columns of {table}",
        )
        codes = [
            {"Column": field.name, "Code": code.value, "Label": code.label, "Meaning": code.description}
            for field in fields
            for code in field.categories
        ]
        if codes:
            st.markdown("**Codes.** Stages, evidence and statuses stand in their order.")
            st.dataframe(
                pd.DataFrame(codes),
                hide_index=True,
                column_config={"Meaning": st.column_config.TextColumn(width="large")},
                alt=f"Codes of {table}",
            )
