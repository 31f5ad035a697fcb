"""A view's table on the page: the same rows as in the file, with words for codes and links for sources."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from components.formats import safe_url
from components.state import facts
from components.words import PAYERS, THREADS
from ledger import changes
from ledger.facts import Facts
from ledger.language import N_
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.selection import Selection, localised
from ledger.views import VIEWS, View, part

#: Rows on one page of a table.
PAGE = 100

#: Columns that a reader of the page can do without; they are in the file.
_IN_FILE_ONLY = {
    "country_code", "year", "purpose", "intl_year", "source_title", "value", "value_high", "unit", "usd_high",
    "intl", "intl_high", "funder", "overlaps", "period_start", "period_end", "country", "relation",
}  # fmt: skip
#: Columns whose words stand in another column already.
_TOLD = {
    "changes": {
        "version", "country", "initiative", "model", "stage", "funder", "payer", "table", "column", "before", "after",
    },
}  # fmt: skip
#: Derived columns whose codes are words, and these words.
_CODED = {
    "payer", "furthest_stage", "related_stage", "disputed", "state", "thread_state", "basis_of_link",
    "base_reported_by", "fact_type",
}  # fmt: skip
_WORDS = {
    **PAYERS,
    **THREADS,
    "estimated": N_("estimated"),
    "announced": N_("announced"),
    "budgeted": N_("budgeted"),
    "committed": N_("committed"),
    "contracted": N_("contracted"),
    "spent": N_("spent"),
    "none": N_("none"),
    "stated": N_("stated"),
    "developer": N_("developer"),
    "independent": N_("independent"),
    "maintainer": N_("maintainer"),
    "press": N_("press"),
    "figure": N_("figure"),
    "goal": N_("goal"),
    "initiative": N_("initiative"),
    "model": N_("model"),
}


def view_table(view: View, selection: Selection, rows: int, *, key: str) -> dict[str, Any] | None:
    """Draw a view's table of so many rows by pages of 100; returns the row chosen, if any.

    Rows can be chosen where the view has rows behind its rows.
    """
    start = _page_start(rows, key)
    shown = _page(facts(), view.id, selection, start)
    event: Any = st.dataframe(
        shown,
        hide_index=True,
        column_config=column_config(facts(), view.id),
        column_order=[name for name in shown.column_names if is_shown(view, name)],
        # A new key after each drawer lets the same row be chosen again.
        key=f"table_{key}_{start}_{st.session_state.get(f'nonce_{view.id}', 0)}",
        on_select="rerun" if view.detail else "ignore",
        selection_mode="single-row",
        placeholder="",
        alt=_(view.title),
    )
    if view.detail and event.selection.rows and (place := int(event.selection.rows[0])) < shown.num_rows:
        chosen: dict[str, Any] = _part(view.id, selection, start).iloc[place].to_dict()
        return chosen
    return None


def _part(view_id: str, selection: Selection, start: int) -> pd.DataFrame:
    return part(view_id, facts(), selection, start, start + PAGE)


@remembered(in_words=True)
def _page(facts: Facts, view_id: str, selection: Selection, start: int) -> pa.Table:
    """The rows of a page as the browser gets them."""
    return pa.Table.from_pandas(display(VIEWS[view_id], part(view_id, facts, selection, start, start + PAGE)))


def _page_start(rows: int, key: str) -> int:
    if rows <= PAGE:
        return 0
    pages = -(-rows // PAGE)
    number = st.pagination(pages, key=f"page_{key}")
    return (int(number or 1) - 1) * PAGE


def is_shown(view: View, name: str) -> bool:
    """Whether the page shows a column; ids and the parts of derived figures stand in the file."""
    if view.id == "funding-register":
        return name not in _IN_FILE_ONLY and not name.endswith("_id")
    if name in _TOLD.get(view.id, ()):
        return False
    return (not name.endswith("_id") and name not in ("country_code", "source_title", "unit")) or (
        name == "unit" and "value" in view.origin
    )


def display(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """The table with words for codes and names of places in the reader's language; texts stay texts."""
    if view.id == "changes":
        table = changes.said(table, facts())
    descriptor = facts().descriptor
    shown = localised(facts(), table).copy(deep=False)
    for name, origin in view.origin.items():
        if name.endswith("_url"):
            shown[name] = table[name].map(safe_url, na_action="ignore")
        elif isinstance(origin, str):
            source, _dot, column = origin.partition(".")
            known = descriptor.categories(source, column) if source in descriptor.tables else ()
            labels = {category.value: category.label for category in known}
            if labels:
                shown[name] = table[name].map(labels.get, na_action="ignore")
        elif origin.name in _CODED:
            shown[name] = table[name].map(_word, na_action="ignore")
        elif table[name].dtype == "float64":
            shown[name] = table[name].round(2).where(table[name].abs() < 1000, table[name].round())
    return shown


def _word(code: str) -> str:
    return _(_WORDS[code]) if code in _WORDS else code


@remembered(in_words=True)
def column_config(facts: Facts, view_id: str) -> dict[str, Any]:
    """Titles, help and number formats of the columns, from the descriptor; never change them."""
    view = VIEWS[view_id]
    config: dict[str, Any] = {}
    years = view.counted_in("year")
    for column in view.columns(facts):
        help_text = f"{column.description} ({column.unit})" if column.unit else column.description
        if column.name.endswith("_url"):
            config[column.name] = st.column_config.LinkColumn(
                column.title, help=help_text, display_text=_("Open source")
            )
        elif column.type in ("integer", "number"):
            config[column.name] = st.column_config.NumberColumn(
                column.title, help=help_text, format="%d" if column.name in years else "localized"
            )
        elif column.type == "boolean":
            config[column.name] = st.column_config.CheckboxColumn(column.title, help=help_text)
        else:
            config[column.name] = st.column_config.TextColumn(column.title, help=help_text)
    return config
