"""A view's chart and the lines that stand beside it, on a card and in an embed alike."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.figures import FIGURES
from components.figures.registry import Drawing
from components.filters import LABELS
from components.formats import count, whole
from components.look import Look, look_of
from components.state import facts
from components.viewport import is_narrow
from ledger import views
from ledger.effects import Effect
from ledger.facts import Facts
from ledger.memory import remembered
from ledger.own import signed
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
    return look_of(facts().descriptor, dark=st.context.theme.type == "dark", narrow=is_narrow())


@remembered(256)
def drawing(facts: Facts, view_id: str, selection: Selection, look: Look) -> Drawing:
    """The figure of a view. Figures are shared between readers and never changed."""
    table = signed(views.VIEWS[view_id], views.table(view_id, facts, selection))
    return FIGURES[view_id](table, facts.descriptor, look)


def source_line(made: views.View, selection: Selection) -> str:
    """Number of sources, licence and version of the data behind a view."""
    sources = views.distinct(made.detail or made.id, facts(), selection, "source_id")
    parts = [] if sources is None else [count(sources, "source")]
    version = f"data {facts().version}" + ("" if facts().base is None else " with rows of yours")
    return " · ".join(filter(None, [*parts, facts().descriptor.licence_name, version]))


def without_effect_line(made: views.View, selection: Selection) -> str:
    """The filters that are on but do not change the view; empty where there is none."""
    words = ", ".join(LABELS[name].lower() for name in made.without_effect(selection))
    return f"Not changed by: {words}." if words else ""


def left_out_line(found: Effect, selection: Selection) -> str:
    """How many rows the filter on disputed facts left out."""
    why = "as disputed" if selection.disputed == "exclude" else "as not disputed"
    return f"{whole(found.left_out)} of {count(found.rows, 'row')} left out {why}."
