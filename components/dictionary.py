"""The data dictionary, made from the descriptor."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.state import facts
from ledger.language import gettext as _


def dictionary() -> None:
    """What every column of a table means, with its codes."""
    descriptor = facts().descriptor
    with st.container(border=True, key="card_dictionary"):
        st.header(_("Data dictionary"), anchor="dictionary")
        st.caption(
            _("What each column means, in which unit, and what its codes stand for. An empty cell is not known.")
        )
        table = st.selectbox(
            _("Columns of"),
            list(facts().tables.names),
            format_func=descriptor.table_title,
            key="dictionary_table",
        )
        fields = descriptor.fields(table)
        st.dataframe(
            pd.DataFrame(
                {
                    _("Column"): [field.name for field in fields],
                    _("Title"): [field.title for field in fields],
                    _("Meaning"): [_bare(field.description) for field in fields],
                    _("Type"): [field.type for field in fields],
                    _("Unit"): [field.unit or "" for field in fields],
                }
            ),
            hide_index=True,
            column_config={_("Meaning"): st.column_config.TextColumn(width="large")},
            alt=_("Columns of {table}", table=table),
        )
        codes = [
            {
                _("Column"): field.name,
                _("Code"): code.value,
                _("Label"): code.label,
                _("Meaning"): _bare(code.description),
            }
            for field in fields
            for code in field.categories
        ]
        if codes:
            st.markdown(_("**Codes.** Stages, evidence and statuses stand in their order."))
            st.dataframe(
                pd.DataFrame(codes),
                hide_index=True,
                column_config={_("Meaning"): st.column_config.TextColumn(width="large")},
                alt=_("Codes of {table}", table=table),
            )


def _bare(description: str) -> str:
    """A description for a cell, where no mark sets the names of columns apart."""
    return description.replace("`", "")
