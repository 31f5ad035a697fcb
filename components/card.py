"""A card: one view with its chart, its table, its sources and its downloads."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from components.behind import show_rows_behind
from components.figures import FIGURES
from components.figures.registry import Drawing
from components.filters import LABELS
from components.formats import count, escape, short, whole
from components.html import item, items, menu
from components.look import Look
from components.state import clear, facts
from components.tables import view_table
from components.viewport import is_narrow
from ledger import views
from ledger.effects import effect
from ledger.facts import Facts
from ledger.selection import Selection

#: Where Plotly gets the land of its maps: from this server, never from another host.
CHART_CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
    "responsive": True,
    "topojsonURL": "/geo/",
}


def look() -> Look:
    """How charts are to be drawn for this reader."""
    return Look(dark=st.context.theme.type == "dark", narrow=is_narrow())


@lru_cache(maxsize=256)
def drawing(facts: Facts, view_id: str, selection: Selection, look: Look) -> Drawing:
    """The figure of a view. Figures are shared between readers and never changed."""
    return FIGURES[view_id](views.table(view_id, facts, selection), facts.descriptor, look)


def card(view_id: str, selection: Selection, *, title: str | None = None, open_table: bool = False) -> None:
    """Draw a view as a card.

    `title` replaces the view's own where the page asks the question more narrowly.
    `open_table` shows the table at once, for views that have no chart.
    """
    made = views.VIEWS[view_id]
    table = views.table(view_id, facts(), selection)
    with st.container(border=True, key=f"card_{view_id}"):
        st.subheader(title or made.title, anchor=view_id)
        st.caption(made.description)
        _without_effect(made, selection)
        left_out(made, selection)
        if table.empty:
            _no_rows(view_id, selection)
            return
        if view_id in FIGURES:
            _chart(view_id, selection)
        chosen = None
        if open_table:
            chosen = view_table(made, table, key=view_id)
        else:
            twin = st.expander(f"Table: {count(len(table), 'row')}", key=f"twin_{view_id}", on_change="rerun")
            if twin.open:
                with twin:
                    chosen = view_table(made, table, key=view_id)
        if chosen is not None:
            _open_behind(view_id, chosen, selection)
        download_menu(made, selection, len(table))


def _chart(view_id: str, selection: Selection) -> None:
    made = views.VIEWS[view_id]
    drawn = drawing(facts(), view_id, selection, look())
    clickable = bool(made.detail)
    # A new key after each drawer lets the same bar be clicked again.
    nonce = st.session_state.get(f"nonce_{view_id}", 0)
    event: Any = st.plotly_chart(
        drawn.figure,
        theme=None,
        key=f"chart_{view_id}_{nonce}",
        config=CHART_CONFIG,
        alt=drawn.alt,
        on_select="rerun" if clickable else "ignore",
        selection_mode="points",
    )
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


def _without_effect(made: views.View, selection: Selection) -> None:
    names = made.without_effect(selection)
    if names:
        words = ", ".join(LABELS[name].lower() for name in names)
        st.caption(f":material/filter_alt_off: Not changed by: {words}.")


#: Changes listed under a card; the file of each side holds all.
_CHANGES = 40


def left_out(made: views.View, selection: Selection) -> None:
    """Say what the filter on disputed facts left out, and what changes by it."""
    found = effect(made.id, facts(), selection)
    if found is None:
        return
    why = "as disputed" if selection.disputed == "exclude" else "as not disputed"
    st.caption(f":material/filter_alt_off: {whole(found.left_out)} of {count(found.rows, 'row')} left out {why}.")
    if found.changes.empty:
        return
    ranks = int(found.changes["is_rank"].sum())
    values = len(found.changes) - ranks
    said = [count(number, word) for number, word in ((values, "value"), (ranks, "rank")) if number]
    opened = st.expander(f"What changes by it: {' and '.join(said)}", key=f"changes_{made.id}", on_change="rerun")
    if opened.open:
        titles = {column.name: column.title for column in made.columns(facts().descriptor)}
        with opened:
            st.html(items(_change(row, titles) for row in found.changes.head(_CHANGES).itertuples()))
            if len(found.changes) > _CHANGES:
                st.caption(f"and {whole(len(found.changes) - _CHANGES)} more.")


def _change(row: Any, titles: dict[str, str]) -> str:
    """One value or rank before and after, in words."""
    what = f"rank by {titles[row.what].lower()}" if row.is_rank else titles[row.what].lower()
    before, after = ("none" if pd.isna(number) else short(number, 3) for number in (row.before, row.after))
    return item(head=f"{escape(row.whose)}: {escape(what)} <strong>{before} → {after}</strong>", lines=[])


def _no_rows(view_id: str, selection: Selection) -> None:
    """Say that nothing is left, and offer to widen the selection."""
    active = [name for name in selection.active() if name in views.VIEWS[view_id].filters]
    if not active:
        st.info("The dataset holds no rows for this view.")
        return
    words = ", ".join(LABELS[name].lower() for name in active)
    st.info(f"No rows are left with these filters: {words}. Nothing recorded is not the same as nothing done.")
    st.button("Clear all filters", key=f"widen_{view_id}", on_click=clear)


def download_menu(made: views.View, selection: Selection, rows: int, *, key: str = "") -> None:
    """The foot of a card: where its rows come from, and how to take them away.

    `key` tells two feet of one view on a page apart.
    """
    with st.container(horizontal=True, vertical_alignment="center", key=f"foot_{key or made.id}"):
        st.caption(source_line(made, selection))
        _downloads(made, selection, rows, key or made.id)


def source_line(made: views.View, selection: Selection) -> str:
    """Number of sources, licence and version of the data behind a view."""
    behind = views.table(made.detail or made.id, facts(), selection)
    parts = [count(behind["source_id"].nunique(), "source")] if "source_id" in behind else []
    return " · ".join([*parts, "CC BY 4.0", f"data {facts().version}"])


def _downloads(made: views.View, selection: Selection, rows: int, key: str) -> None:
    everything = selection.lenses()
    every = len(views.table(made.id, facts(), everything))
    label = f"Download {whole(rows)} of {whole(every)} rows"
    with st.popover(label, icon=":material/download:", key=f"menu_{key}"):
        address = f"/api/v1/views/{made.id}.csv"
        links = [
            (selection.address(address), f"CSV of what is shown: {count(rows, 'row')}"),
            (everything.address(address), f"CSV of everything: {count(every, 'row')}"),
        ]
        if made.id in FIGURES:
            theme = "dark" if look().dark else "light"
            for form in ("png", "svg"):
                query = urlencode([*selection.query(), ("format", form), ("theme", theme)])
                links.append((f"/chart/{made.id}?{query}", f"Chart as {form.upper()}"))
        st.html(menu(links))
