"""A card: one view with its chart, its table, its sources and its downloads."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from components import own
from components.behind import show_rows_behind
from components.charts import drawing, left_out_line, look, plotly_chart, source_line, without_effect_line
from components.figures import FIGURES
from components.filters import label_of
from components.formats import escape, short, whole
from components.html import item, items, menu
from components.own_files import own_files
from components.reach import where_it_is_reached
from components.reading import reading
from components.share import files, share_menu
from components.speech import spoken
from components.state import clear, facts, read
from components.tables import view_table
from ledger import dataset, views
from ledger.effects import effect
from ledger.language import gettext as _
from ledger.language import listed, ngettext
from ledger.selection import Selection


def card(view_id: str, selection: Selection, *, title: str | None = None, open_table: bool = False) -> None:
    """Draw a view as a card.

    `title` replaces the view's own where the page asks the question more narrowly.
    `open_table` shows the table at once, for views that have no chart.
    """
    with where_it_is_reached(view_id):
        _card(view_id, selection, title, open_table)


def _card(view_id: str, selection: Selection, title: str | None, open_table: bool) -> None:
    made = views.VIEWS[view_id]
    rows = views.size(view_id, facts(), selection)
    with st.container(border=True, key=f"card_{view_id}"):
        st.header(title or _(made.title), anchor=view_id)
        st.caption(_(made.description))
        if line := without_effect_line(made, selection):
            st.caption(f":material/filter_alt_off: {line}")
        left_out(made, selection)
        own_rows(made, selection)
        if not rows:
            _no_rows(view_id, selection)
            return
        if view_id in FIGURES:
            _chart(view_id, selection)
        chosen = None
        if open_table:
            chosen = view_table(made, selection, rows, key=view_id)
        else:
            twin = st.expander(
                ngettext("Table: {n} row", "Table: {n} rows", rows), key=f"twin_{view_id}", on_change="rerun"
            )
            if twin.open:
                with twin:
                    chosen = view_table(made, selection, rows, key=view_id)
        if chosen is not None:
            show_rows_behind(view_id, chosen, selection)
        download_menu(made, selection, rows)


def own_rows(made: views.View, selection: Selection) -> None:
    """Say how many rows of a view are the reader's own."""
    if own.are_on() and (line := own.line(views.table(made.id, facts(), selection))):
        st.caption(line)


def _chart(view_id: str, selection: Selection) -> None:
    made = views.VIEWS[view_id]
    try:
        drawn = drawing(facts(), view_id, selection, look())
    except views.TooManyRows as too_many:
        meanwhile = _("The chart is drawn once filters leave fewer; the table and the files hold all.")
        st.info(f"{too_many} {meanwhile}")
        return
    clickable = bool(made.detail)
    # A new key after each drawer lets the same bar be clicked again.
    nonce = st.session_state.get(f"nonce_{view_id}", 0)
    event = plotly_chart(drawn, key=f"chart_{view_id}_{nonce}", clickable=clickable)
    if drawn.note:
        st.caption(drawn.note)
    if clickable and (points := event.selection.points):
        position = _position(points[0])
        if position is not None:
            _open_behind(view_id, position, selection)


def _position(point: dict[str, Any]) -> int | None:
    """The row of the table that a point stands for; none for "all others"."""
    data = point.get("customdata")
    first = data[0] if isinstance(data, list | tuple) and data else data.get("0") if isinstance(data, dict) else data
    return int(first) if isinstance(first, int | float) and first >= 0 else None


def _open_behind(view_id: str, position: int, selection: Selection) -> None:
    table = views.table(view_id, facts(), selection)
    if position < len(table):
        show_rows_behind(view_id, table.iloc[position].to_dict(), selection)


#: Changes listed under a card; the file of each side holds all.
_CHANGES = 40


def left_out(made: views.View, selection: Selection) -> None:
    """Say what the filter on disputed facts left out, and what changes by it."""
    found = effect(made.id, facts(), selection)
    if found is None:
        return
    st.caption(f":material/filter_alt_off: {left_out_line(found, selection)}")
    if found.changes.empty:
        return
    ranks = int(found.changes["is_rank"].sum())
    values = len(found.changes) - ranks
    said = [ngettext("{n} value", "{n} values", values)] if values else []
    said += [ngettext("{n} rank", "{n} ranks", ranks)] if ranks else []
    opened = st.expander(
        _("What changes by it: {changes}", changes=listed(said)), key=f"changes_{made.id}", on_change="rerun"
    )
    if opened.open:
        titles = {column.name: column.title for column in made.columns(facts())}
        with opened:
            st.html(items(_change(row, titles) for row in found.changes.head(_CHANGES).itertuples()))
            if len(found.changes) > _CHANGES:
                st.caption(ngettext("and {n} more", "and {n} more", len(found.changes) - _CHANGES))


def _change(row: Any, titles: dict[str, str]) -> str:
    """One value or rank before and after, in words."""
    title = titles[row.what].lower()
    what = _("rank by {column}", column=title) if row.is_rank else title
    before, after = (_("none") if pd.isna(number) else short(number, 3) for number in (row.before, row.after))
    return item(head=f"{escape(row.whose)}: {escape(what)} <strong>{before} → {after}</strong>", lines=[])


def _no_rows(view_id: str, selection: Selection) -> None:
    """Say that nothing is left, and offer to widen the selection."""
    made = views.VIEWS[view_id]
    # What a reader has chosen; a page may narrow a card by itself.
    active = [name for name in read().active() if name in made.filters]
    if not active or not views.size(view_id, facts(), selection.lenses()):
        st.info(_("The dataset holds no rows for this view."))
        return
    st.info(
        _(
            "No rows are left with these filters: {filters}. Nothing recorded is not the same as nothing done.",
            filters=", ".join(label_of(name).lower() for name in active),
        )
    )
    st.button(_("Clear all filters"), key=f"widen_{view_id}", on_click=clear)


@st.fragment
@dataset.one_version()
@spoken()
def download_menu(made: views.View, selection: Selection, rows: int, *, key: str = "") -> None:
    """The foot of a card: where its rows come from, and how to take them away.

    `key` tells two feet of one view on a page apart. A fragment, so that a menu opens without running the page.
    """
    name = key or made.id
    with where_it_is_reached(f"foot_{name}"):
        _download_menu(made, selection, rows, name)


def _download_menu(made: views.View, selection: Selection, rows: int, name: str) -> None:
    every = views.size(made.id, facts(), selection.lenses())
    with st.container(horizontal=True, vertical_alignment="center", key=f"foot_{name}"):
        st.caption(source_line(facts(), made.id, selection))
        label = ngettext("Download {some} of {n} row", "Download {some} of {n} rows", every, some=whole(rows))
        with st.popover(label, icon=":material/download:", key=f"menu_{name}"):
            if own.are_on():
                own_files(made, selection, name)
            else:
                st.html(menu(files(made, selection)))
        opened = st.popover(
            _("How to read this"), icon=":material/help:", type="tertiary", key=f"reading_{name}", on_change="rerun"
        )
        if opened.open:
            with opened:
                st.markdown("\n".join(f"- {sentence}" for sentence in reading(made.id)))
                st.page_link("app_pages/method.py", label=_("Method and glossary"))
        share_menu(made, selection, name)
