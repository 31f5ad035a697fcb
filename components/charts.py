"""A view's chart and the lines that stand beside it, on a card and in an embed alike."""

from __future__ import annotations

from typing import Any

import streamlit as st
from plotly.basedatatypes import BaseFigure

from components.browser import is_narrow
from components.figures import FIGURES
from components.figures.registry import Drawing
from components.filters import label_of
from components.formats import whole
from components.look import Look, look_of
from components.state import facts
from ledger import views
from ledger.effects import Effect
from ledger.facts import Facts
from ledger.language import N_, ngettext
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.own import signed
from ledger.selection import Selection, localised

#: Where Plotly gets the land of its maps: from this server, never from another host.
CHART_CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
    "responsive": True,
    "topojsonURL": "/geo/",
}


def is_dark() -> bool:
    """Whether this reader's page is dark."""
    return st.context.theme.type == "dark"


def look() -> Look:
    """How charts are to be drawn for this reader."""
    return look_of(facts().descriptor, dark=is_dark(), narrow=is_narrow())


class _Finished(BaseFigure):  # type: ignore[misc]
    """A figure that is finished, for Streamlit, which asks one for its dict and for nothing else.

    Plotly's own figures check and copy each part of theirs: at each run, longer than all that draws it.
    """

    def __init__(self, figure: dict[str, Any]) -> None:
        self._figure = figure

    def to_dict(self) -> dict[str, Any]:
        return self._figure


def plotly_chart(drawn: Drawing, *, key: str, clickable: bool = False) -> Any:
    """Put a figure on the page; the points of a clickable one that are chosen."""
    return st.plotly_chart(
        _Finished(drawn.figure),
        theme=None,
        key=key,
        config=CHART_CONFIG,
        alt=drawn.alt,
        on_select="rerun" if clickable else "ignore",
        selection_mode="points",
    )


@remembered(in_words=True)
def drawing(facts: Facts, view_id: str, selection: Selection, look: Look) -> Drawing:
    """The figure of a view. Figures are shared between readers and never changed."""
    table = signed(views.VIEWS[view_id], localised(facts, views.table(view_id, facts, selection)))
    return FIGURES[view_id](table, facts.descriptor, look)


@remembered(in_words=True)
def source_line(facts: Facts, view_id: str, selection: Selection) -> str:
    """Number of sources, licence and version of the data behind a view."""
    sources = views.sources(view_id, facts, selection)
    parts = [] if sources is None else [ngettext("{n} source", "{n} sources", sources)]
    words = N_("data {version}") if facts.base is None else N_("data {version} with rows of yours")
    version = _(words, version=facts.version)
    return " · ".join(filter(None, [*parts, facts.descriptor.licence_name, version]))


def without_effect_line(made: views.View, selection: Selection) -> str:
    """The filters that are on but do not change the view; empty where there is none."""
    words = ", ".join(label_of(name).lower() for name in made.without_effect(selection))
    return _("Not changed by: {filters}.", filters=words) if words else ""


def left_out_line(found: Effect, selection: Selection) -> str:
    """How many rows the filter on disputed facts left out."""
    left_out = whole(found.left_out)
    if selection.disputed == "exclude":
        return ngettext(
            "{left_out} of {n} row left out as disputed.",
            "{left_out} of {n} rows left out as disputed.",
            found.rows,
            left_out=left_out,
        )
    return ngettext(
        "{left_out} of {n} row left out as not disputed.",
        "{left_out} of {n} rows left out as not disputed.",
        found.rows,
        left_out=left_out,
    )
