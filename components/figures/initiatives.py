"""Figures of initiatives: what cities do, and how it stands."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.registry import Drawing, figure
from components.figures.sheet import chart, legend_above, nothing, records, text_width
from components.look import KIND_COLOURS, Look
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.tables import Descriptor

#: Colours of domains (Okabe-Ito). Four of the twelve share a colour and are hatched.
_DOMAIN_COLOURS = {
    "general": "#999999",
    "administration": "#0072B2",
    "citizen_services": "#56B4E9",
    "mobility": "#009E73",
    "public_safety": "#D55E00",
    "economy": "#E69F00",
    "environment": "#F0E442",
    "procurement": "#CC79A7",
    "health": "#CC79A7",
    "education": "#E69F00",
    "culture": "#F0E442",
    "housing": "#009E73",
}
_HATCHED = ("health", "education", "culture", "housing")
_HATCH = {"shape": "/", "fgcolor": "#1B1B1A", "size": 9, "solidity": 0.1, "fillmode": "overlay"}

_ROW = 36


@figure("initiatives-by-kind")
def initiatives_by_kind(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A bar a kind, the longest on top, made of domains."""
    totals = _totals(records(table, "kind", "initiatives"))
    kinds = sorted(totals, key=lambda kind: -totals[kind])
    return stacked(table, descriptor, look, "kind", kinds, "domain", _DOMAIN_COLOURS, said=_by_kind)


@figure("initiatives-status")
def initiatives_status(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A bar a status in the order of the descriptor, made of kinds. A status without any has its row too."""
    statuses = [category.value for category in descriptor.categories("initiatives", "status")]
    return stacked(table, descriptor, look, "status", statuses, "kind", KIND_COLOURS, said=_by_status)


def _by_kind(number: int, parts: str) -> str:
    return ngettext("{n} initiative by kind. {parts}.", "{n} initiatives by kind. {parts}.", number, parts=parts)


def _by_status(number: int, parts: str) -> str:
    return ngettext("{n} initiative by status. {parts}.", "{n} initiatives by status. {parts}.", number, parts=parts)


def stacked(
    table: pd.DataFrame,
    descriptor: Descriptor,
    look: Look,
    by: str,
    rows: Sequence[str],
    part: str,
    colours: Mapping[str, str],
    *,
    said: Callable[[int, str], str],
    names: Mapping[str, str] | None = None,
) -> Drawing:
    """Horizontal bars of numbers of initiatives, one a code of `by`, segments by the codes of `part`.

    `said` puts the number of initiatives and the numbers of the bars into words; `names` are words for the codes
    of `by`, where the descriptor has none.
    """
    if table.empty:
        return nothing(look)

    def label(column: str, code: str) -> str:
        if names and column == by:
            return formats.escape(names[code])
        return formats.escape(descriptor.label("initiatives", column, code))

    place = {code: position for position, code in enumerate(rows)}
    more = [name for name in ("cities", "disputed_initiatives") if name in table]
    cells = records(table, by, part, "initiatives", *more)
    doubted = _doubted(cells)
    totals = _totals((cell.position, cell[1], cell.initiatives) for cell in cells)
    longest = max(5, *totals.values())  # so that a single initiative does not fill the width
    ticks = [_wrapped(label(by, code), look) for code in rows]
    left = max(110 if look.narrow else 130, *(int(text_width(line, look.size)) + 22 for line in _lines(ticks)))
    pixels = ((330 if look.narrow else 960) - left - 50) / longest
    traces: list[dict[str, Any]] = []
    entries: list[tuple[str, str, str]] = []
    for category in descriptor.categories("initiatives", part):
        chosen = [cell for cell in cells if cell[2] == category.value]
        if not chosen:
            continue
        name, colour = label(part, category.value), colours.get(category.value, "#999999")
        hatched = category.value in _HATCHED
        entries.append(("▨" if hatched else "■", colour, name))
        counts = [cell.initiatives for cell in chosen]
        traces.append({
            "type": "bar", "orientation": "h", "name": name,
            "y": [place[cell[1]] for cell in chosen], "x": counts,
            "customdata": [[cell.position, _hover(cell, label(by, cell[1]), name)] for cell in chosen],
            "marker": {
                "color": colour, "line": {"color": look.paper, "width": 1},
                **({"pattern": _HATCH} if hatched else {}),
            },
            "text": [_inside(name, cell.initiatives, cell.initiatives * pixels, _is_doubted(cell)) for cell in chosen],
            "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
            "constraintext": "none", "cliponaxis": False,
            "textfont": {"color": "#FFFFFF" if colour == "#0072B2" else "#1B1B1A", "size": 12},
            "hovertemplate": "%{customdata[1]}<extra></extra>",
        })  # fmt: skip
    traces.append({
        "type": "scatter", "mode": "text", "hoverinfo": "skip", "cliponaxis": False,
        "y": list(range(len(rows))), "x": [totals.get(code, 0) for code in rows],
        "text": [doubt.flagged(f" {formats.whole(totals.get(code, 0))}", code in doubted, look) for code in rows],
        "textposition": "middle right", "textfont": {"color": look.ink},
    })  # fmt: skip
    if doubted:
        entries.append(doubt.entry(look))
    legend, above = legend_above(entries, look, left)
    layout = {
        "annotations": [legend], "barmode": "stack", "bargap": 0.28,
        "margin": {"l": left, "r": 50, "t": above, "b": 46},
        "xaxis": {
            "title": {"text": _("Number of initiatives"), "font": {"size": 12}, "standoff": 8},
            "range": [0, longest * 1.002],
            "tickformat": ",d", "dtick": 1 if longest < 6 else None, "nticks": 4 if look.narrow else 8,
            "gridcolor": look.line, "zeroline": False,
        },
        "yaxis": {
            "tickvals": list(range(len(rows))), "ticktext": [f"{tick}  " for tick in ticks],
            "range": [len(rows) - 0.5, -0.5], "showgrid": False, "zeroline": False,
        },
    }  # fmt: skip
    drawn = chart(look, traces, height=above + 46 + _ROW * len(rows), **layout)
    names_of = {code: label(by, code) for code in rows}
    return doubt.explained(Drawing(drawn, _summary(totals, names_of, said)), bool(doubted))


def _is_doubted(cell: Any) -> bool:
    """Whether any of the initiatives of a segment is disputed, as far as the table knows."""
    return bool(getattr(cell, "disputed_initiatives", 0))


def _doubted(cells: Iterable[Any]) -> set[str]:
    """The codes of bars with anything disputed in them."""
    return {cell[1] for cell in cells if _is_doubted(cell)}


def _hover(cell: Any, bar: str, segment: str) -> str:
    """The text beside the pointer; `bar` and `segment` are labels, already escaped."""
    number = ngettext("{n} initiative", "{n} initiatives", cell.initiatives)
    if hasattr(cell, "cities"):
        number = ngettext("{initiatives} in {n} city", "{initiatives} in {n} cities", cell.cities, initiatives=number)
    disputed = getattr(cell, "disputed_initiatives", 0)
    return doubt.lines(f"<b>{bar}</b> · {segment}", number, doubt.of_several(disputed, cell.initiatives, "initiatives"))


def _wrapped(label: str, look: Look) -> str:
    """A name in lines that leave room for its bar on a narrow page."""
    return "<br>".join(textwrap.wrap(label, 14, break_long_words=False)) if look.narrow else label


def _lines(labels: Iterable[str]) -> list[str]:
    return [line for label in labels for line in label.split("<br>")]


def _inside(name: str, count: int, width: float, disputed: bool) -> str:
    """What fits into a segment: its name and count, its count, or nothing; with the flag where it is disputed."""
    mark = f"\u00a0{doubt.FLAG}" if disputed else ""
    for text, room in ((f"{name} {count}{mark}", 10), (f"{count}{mark}", 6), (str(count), 6)):
        if width > text_width(text, 12) + room:
            return text
    return ""


def _totals(cells: Iterable[tuple[Any, ...]]) -> dict[str, int]:
    """Numbers of initiatives by code, from tuples of a position, a code and a number."""
    totals: Counter[str] = Counter()
    for cell in cells:
        totals[cell[1]] += cell[2]
    return dict(totals)


def _summary(totals: Mapping[str, int], names: Mapping[str, str], said: Callable[[int, str], str]) -> str:
    """All bars from the longest on, and those that are empty."""
    ranked = sorted(names, key=lambda code: -totals.get(code, 0))
    parts = [f"{names[code]}: {formats.whole(totals.get(code, 0))}" for code in ranked]
    return said(sum(totals.values()), "; ".join(parts))
