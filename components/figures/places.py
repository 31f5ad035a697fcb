"""The map of cities."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.registry import Drawing, figure
from components.figures.sheet import NEW_LINE, chart, legend_above, nothing, records
from components.figures.sums import stages_of
from components.look import CLEAR, STAGE_INK, Look
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.tables import Descriptor

#: Area that one initiative has on the map, in square pixels, and the least span of a map, in degrees.
_SPOT, _SPOT_NARROW, _LEAST_SPAN = 30.0, 10.0, 36.0


@figure("initiatives-map")
@figure("funding-map")
def cities_map(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Cities on a map: area by number of initiatives, ink by the strongest stage."""
    stages = stages_of(descriptor)
    labels = {"": _("No counted figure"), **stages}
    spots: dict[str, list[Any]] = {stage: [] for stage in labels}
    nowhere = []
    what = "disputed_figures" if "disputed_figures" in table else "disputed_initiatives"
    columns = ("city", "latitude", "longitude", "initiatives", "all_figures", "furthest_stage", what)
    for row in records(table, *columns):
        if pd.isna(row.latitude) or pd.isna(row.longitude):
            nowhere.append(row.city)
        else:
            stage = "" if pd.isna(row.furthest_stage) else row.furthest_stage
            spots[stage].append(row)
    note = _("Without coordinates, so not on the map: {cities}.", cities=", ".join(nowhere)) if nowhere else ""
    places = [row for rows in spots.values() for row in rows]
    if not places:
        return nothing(look, note, note)
    traces = [_spots(rows, stage, labels[stage], look) for stage, rows in spots.items() if rows]
    doubted = [row for row in places if getattr(row, what)]
    if doubted:
        traces.append(_flags(doubted, look))
    drawn = {stage: label for stage, label in labels.items() if spots[stage]}
    legend, above = legend_above([*_meaning(doubted, what, look), *_inks(drawn, look)], look, 0)
    geo = _ground(places, look)
    (south, north), (west, east) = geo["lataxis"]["range"], geo["lonaxis"]["range"]
    room = (330 if look.narrow else 940) * (north - south) / (east - west) * 1.2
    layout = {
        "geo": geo,
        "annotations": [legend],
        "height": above + min(max(room, 180), 300 if look.narrow else 450),
        "margin": {"l": 0, "r": 0, "t": above, "b": 0},
    }
    return doubt.explained(Drawing(chart(look, traces, **layout), _alt(places, what, labels), note), bool(doubted))


def _alt(places: list[Any], what: str, labels: dict[str, str]) -> str:
    """How many cities there are, where most is done, and how many cities pay or have no figure."""
    leader, *others = sorted(places, key=lambda row: -row.initiatives)
    stage = labels["" if pd.isna(leader.furthest_stage) else leader.furthest_stage].lower()
    said = {"city": leader.city, "number": formats.whole(leader.initiatives), "stage": stage}
    sentences = [ngettext("A map of {n} city.", "A map of {n} cities.", len(places))]
    if what == "disputed_figures":
        sentences.append(
            _(
                "{city} has the most initiatives with figures of money: {number}; furthest stage there: {stage}.",
                **said,
            )
        )
    else:
        sentences.append(_("{city} has the most initiatives: {number}; furthest stage there: {stage}.", **said))
    if others:
        spent = sum(row.furthest_stage == "spent" for row in places)
        sentences.append(
            _(
                "Next: {city} with {number}. Cities with payments: {spent}; without a counted figure: {without}.",
                city=others[0].city,
                number=formats.whole(others[0].initiatives),
                spent=formats.whole(spent),
                without=formats.whole(sum(bool(pd.isna(row.furthest_stage)) for row in places)),
            )
        )
    return " ".join(sentences)


def _meaning(doubted: list[Any], what: str, look: Look) -> list[tuple[str, str, str]]:
    """What ink, area and flag mean, as entries of the legend."""
    entries = [("", look.muted, _("Ink: furthest stage. Area: number of initiatives."))]
    if doubted:
        figures = what == "disputed_figures"
        said = _("some of the figures are disputed.") if figures else _("some of the initiatives are disputed.")
        entries.append((doubt.FLAG, look.doubt, said))
    return [*entries, NEW_LINE]


def _inks(labels: dict[str, str], look: Look) -> list[tuple[str, str, str]]:
    """The spots of stages, as entries of the legend."""
    return [
        ("●", f"{_fill(stage, look)};stroke:{_edge(stage, look)};stroke-width:1px", label)
        for stage, label in labels.items()
    ]


def _fill(stage: str, look: Look) -> str:
    return look.tinted(look.accent, STAGE_INK.get(stage, 0.0))


def _edge(stage: str, look: Look) -> str:
    return look.accent if stage else look.muted


def _flags(rows: list[Any], look: Look) -> dict[str, Any]:
    """A flag beside each city with anything disputed."""
    return {
        "type": "scattergeo",
        "mode": "markers+text",
        # In proportion to the spot, so that the flag stands at its edge.
        "marker": {"size": [0.57 * _size(row, look) for row in rows], "opacity": 0},
        "lat": [row.latitude for row in rows],
        "lon": [row.longitude for row in rows],
        "text": [doubt.FLAG] * len(rows),
        "textposition": "top right",
        "textfont": {"color": look.doubt, "size": 13},
        "hoverinfo": "skip",
        "showlegend": False,
        "unselected": {"textfont": {"color": look.doubt}},
    }


def _size(row: Any, look: Look) -> float:
    """How wide the spot of a city is, in pixels."""
    return 2 * math.sqrt((_SPOT_NARROW if look.narrow else _SPOT) * row.initiatives / math.pi)


def _doubt(row: Any) -> str:
    """How much of a city is disputed, as a line of the text beside the pointer."""
    if hasattr(row, "disputed_figures"):
        return doubt.of_several(row.disputed_figures, row.all_figures, "figures")
    return doubt.of_several(row.disputed_initiatives, row.initiatives, "initiatives")


def _spots(rows: list[Any], stage: str, label: str, look: Look) -> dict[str, Any]:
    """The cities that came as far as one stage."""
    hover = [
        doubt.lines(
            f"<b>{formats.escape(row.city)}</b>",
            ", ".join(
                (
                    ngettext("{n} initiative", "{n} initiatives", row.initiatives),
                    ngettext("{n} figure of money", "{n} figures of money", row.all_figures),
                )
            ),
            _("Furthest stage: {stage}", stage=label.lower()),
            _doubt(row),
        )
        for row in rows
    ]
    return {
        "type": "scattergeo",
        "name": label,
        "mode": "markers",
        "lat": [row.latitude for row in rows],
        "lon": [row.longitude for row in rows],
        "customdata": [[row.position] for row in rows],
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "unselected": {"marker": {"opacity": 0.4}},
        "marker": {
            "size": [_size(row, look) for row in rows],
            "color": _fill(stage, look),
            "opacity": 1,
            "line": {"color": _edge(stage, look), "width": 1.2},
        },
    }


def _ground(places: list[Any], look: Look) -> dict[str, Any]:
    """Land, and the part of the world to show: all of it, or what the cities span."""
    geo: dict[str, Any] = {
        "projection": {"type": "natural earth"},
        "showframe": False,
        "showcoastlines": False,
        "showland": True,
        "landcolor": look.line,
        "showcountries": True,
        "countrycolor": look.panel,
        "countrywidth": 0.5,
        "showlakes": True,
        "lakecolor": look.paper,
        "bgcolor": CLEAR,
        "lataxis": {"range": [-57, 78]},
        "lonaxis": {"range": [-180, 180]},
    }
    south, north = _reach([row.latitude for row in places], _LEAST_SPAN, 85)
    # As wide as the card, so that the land does not end in the middle of it.
    wide = (north - south) * (1.1 if look.narrow else 2)
    west, east = _reach([row.longitude for row in places], wide, 180)
    if east - west < 200:
        geo |= {"lataxis": {"range": [south, north]}, "lonaxis": {"range": [west, east]}}
    return geo


def _reach(degrees: list[float], least: float, limit: float) -> tuple[float, float]:
    """From where to where a map goes: what the places span with room around, and no less than `least`."""
    low, high = min(degrees), max(degrees)
    room = max((least - (high - low)) / 2, 0.12 * (high - low), 4)
    return max(low - room, -limit), min(high + room, limit)
