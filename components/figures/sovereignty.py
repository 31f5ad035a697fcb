"""Figures of the sovereignty goals: grades by city, and profiles of a few cities."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.registry import Drawing, figure
from components.figures.sheet import chart, legend_above, nothing, records, text_width
from components.look import Look
from ledger.language import gettext as _
from ledger.language import listed, ngettext
from ledger.tables import Descriptor

_TOP_GRADE = 3
_PROFILES = 6


def _fills(look: Look) -> tuple[str, ...]:
    """The fill of each grade, from none over a wash to solid: ink grows with the grade."""
    wash = "#345068" if look.dark else "#B8CEE1"
    return (look.paper, look.paper, wash, look.accent)


def _words(descriptor: Descriptor) -> tuple[str, ...]:
    """The name of each grade."""
    categories = descriptor.categories("initiative_goals", "evidence")
    return (_("None recorded"), *(formats.escape(category.label) for category in categories))


def _goals(table: pd.DataFrame, descriptor: Descriptor) -> list[str]:
    """The goals of the table in the order of the descriptor."""
    present = set(table["goal"])
    return [c.value for c in descriptor.categories("initiative_goals", "goal") if c.value in present]


@dataclass
class _City:
    """A city with its index and the number of initiatives behind it; `cells` are its rows of the table."""

    name: str
    index: float
    initiatives: int
    cells: list[Any]


def _cities(table: pd.DataFrame) -> list[_City]:
    """The cities in the order of the table."""
    names = (
        "city_id", "city", "goal", "grade", "initiatives", "evidence_rows", "index", "initiatives_in_all",
        "disputed_evidence",
    )  # fmt: skip
    cities: dict[str, _City] = {}
    for cell in records(table, *names):
        city = cities.setdefault(cell.city_id, _City(str(cell.city), cell.index, cell.initiatives_in_all, []))
        city.cells.append(cell)
    return list(cities.values())


def _wrapped(label: str) -> str:
    """The label of a goal, escaped already, in lines of whole words."""
    return "<br>".join(textwrap.wrap(label, 12, break_long_words=False))


def _index(city: _City) -> str:
    return _("index {number}", number=f"{city.index:.0f}")


def _initiatives(number: int) -> str:
    return ngettext("{n} initiative", "{n} initiatives", number)


def _is_doubted(cities: Sequence[_City]) -> bool:
    """Whether a grade of any of the cities rests on disputed evidence."""
    return any(cell.disputed_evidence is True for city in cities for cell in city.cells)


def _doubt(cell: Any) -> str:
    """What is in doubt of a grade, as a line of the text beside the pointer."""
    return f"{doubt.FLAG} " + _("Disputed: lower without disputed evidence") if cell.disputed_evidence is True else ""


def _sentence(cities: Sequence[_City], goals: Sequence[str], descriptor: Descriptor) -> str:
    """The cities with the highest index, and the goals with evidence in most and in fewest cities, in words."""
    leaders = ", ".join(f"{city.name} {city.index:.0f}" for city in cities[:3])
    sentences = [
        ngettext(
            "{n} city; highest index (0 to 100): {leaders}.",
            "{n} cities; highest index (0 to 100): {leaders}.",
            len(cities),
            leaders=leaders,
        )
    ]
    reached = Counter(cell.goal for city in cities for cell in city.cells if cell.grade)
    labels = {goal: descriptor.label("initiative_goals", "goal", goal) for goal in goals}
    if none := [labels[goal] for goal in goals if not reached[goal]]:
        sentences.append(_("No evidence for: {goals}.", goals=listed(none)))
    elif len(cities) > 1:
        most, least = (pick(goals, key=lambda goal: reached[goal]) for pick in (max, min))
        sentences.append(
            _(
                "Cities with evidence: most for {most} ({most_cities}), fewest for {least} ({least_cities}).",
                most=labels[most],
                most_cities=formats.whole(reached[most]),
                least=labels[least],
                least_cities=formats.whole(reached[least]),
            )
        )
    return " ".join(sentences)


@figure("goals-by-city")
def goals_by_city(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A matrix of squares: rows are cities, columns are goals, ink is the grade."""
    if table.empty:
        return nothing(look)
    cities, goals, words = _cities(table), _goals(table, descriptor), _words(descriptor)
    shown = cities[: 15 if look.narrow else 25]
    names = [formats.escape(city.name) for city in shown]
    step = 42 if look.narrow else 26
    left = 14 if look.narrow else int(max(text_width(city.name, 13) for city in shown)) + 14
    disputed = _is_doubted(shown)
    entries = _grade_legend(words, look)
    if disputed:
        entries.append((doubt.FLAG, look.doubt, _("lower without disputed evidence")))
    heads = [formats.escape(descriptor.label("initiative_goals", "goal", goal)) for goal in goals]
    if not look.narrow:
        heads = [_wrapped(head) for head in heads] + [_("<b>Index</b><br>0 to 100"), _("Initiatives<br>behind it")]
    high = 74 if look.narrow else 10 + 15 * (1 + max(head.count("<br>") for head in heads))
    legend, above = legend_above(entries, look, left)
    legend["yshift"] += high
    guides = {
        "type": "scatter", "mode": "lines", "line": {"color": look.line, "width": 1}, "hoverinfo": "skip",
        "x": [-0.5, len(goals) - 0.5, None] * len(shown),
        "y": [y for row in range(len(shown)) for y in (row, row, None)],
    }  # fmt: skip
    traces = [guides, *_squares(shown, goals, words, descriptor, look)]
    columns = len(goals)
    layout: dict[str, Any] = {
        "annotations": [legend],
        "margin": {"l": left, "r": 44 if look.narrow else 10, "t": above + high, "b": 8},
        "xaxis": {
            "side": "top", "range": [-0.6, columns - 0.4 if look.narrow else columns + 1.5], "showgrid": False,
            "zeroline": False, "tickvals": list(range(columns)), "tickangle": -50 if look.narrow else 0,
            "ticktext": heads,
            "tickfont": {"size": 12}, "fixedrange": True,
        },
        "yaxis": {
            "range": [len(shown) - 0.5, -0.7 if look.narrow else -0.5], "zeroline": False, "fixedrange": True,
            "tickvals": list(range(len(shown))), "ticktext": [f"{name}  " for name in names],
            "showticklabels": not look.narrow, "showgrid": False,
        },
    }  # fmt: skip
    if look.narrow:
        traces.append(_heads_of_rows(shown, names, look))
    else:
        layout["xaxis"]["tickvals"] = [*range(columns), columns + 0.1, columns + 1.05]
        traces.append(_sums(shown, columns, look))
    note = _("The index is the mean of the nine grades ÷ 3 × 100. It measures what has been recorded.")
    if len(cities) > len(shown):
        left = len(cities) - len(shown)
        more = ngettext("{n} more city stands in the table.", "{n} more cities stand in the table.", left)
        note += f" {more}"
    height = above + high + 8 + step * len(shown)
    alt = _sentence(cities, goals, descriptor)
    return doubt.explained(Drawing(chart(look, traces, height=height, **layout), alt, note), disputed)


def _grade_legend(words: Sequence[str], look: Look) -> list[tuple[str, str, str]]:
    """What the squares mean."""
    colours = (look.muted, look.accent, look.accent, look.accent)
    return [
        (symbol, colour, f"{grade} {word}")
        for grade, (symbol, colour, word) in enumerate(zip("·□▣■", colours, words, strict=True))
    ]


def _squares(
    shown: Sequence[_City],
    goals: Sequence[str],
    words: Sequence[str],
    descriptor: Descriptor,
    look: Look,
) -> list[dict[str, Any]]:
    """The cells, as one trace a grade, and the flags."""
    columns = {goal: i for i, goal in enumerate(goals)}
    labels = [formats.escape(descriptor.label("initiative_goals", "goal", goal)) for goal in goals]
    points: list[list[Any]] = [[] for _ in words]
    doubted: list[tuple[int, int]] = []
    for row, city in enumerate(shown):
        name = f"<b>{formats.escape(city.name)}</b>"
        for cell in city.cells:
            column = columns[cell.goal]
            said = _doubt(cell)
            hover = doubt.lines(
                f"{name} · {labels[column]}",
                _("{label} (grade {grade})", label=words[cell.grade], grade=cell.grade),
                ", ".join(
                    (
                        _initiatives(cell.initiatives),
                        ngettext("{n} piece of evidence", "{n} pieces of evidence", cell.evidence_rows),
                    )
                ),
                said,
            )
            points[cell.grade].append((column, row, [cell.position, hover]))
            if said:
                doubted.append((column, row))
    size, fills = (15 if look.narrow else 16), _fills(look)
    squares = [
        {
            "type": "scatter", "mode": "markers", "name": words[grade],
            "x": [cell[0] for cell in cells], "y": [cell[1] for cell in cells],
            "customdata": [cell[2] for cell in cells], "cliponaxis": False,
            "hovertemplate": "%{customdata[1]}<extra></extra>",
            "marker": {
                "symbol": "square" if grade else "circle", "size": size if grade else 4, "opacity": 1,
                "color": fills[grade] if grade else look.muted,
                "line": {"color": look.accent if grade else look.muted, "width": (0, 1.2, 3, 3)[grade]},
            },
        }
        for grade, cells in enumerate(points)
        if cells
    ]  # fmt: skip
    return [*squares, _flags(doubted, look)] if doubted else squares


def _flags(doubted: Sequence[tuple[int, int]], look: Look) -> dict[str, Any]:
    """A flag at the edge of each square in doubt, clear of the next square."""
    return {
        "type": "scatter", "mode": "markers+text", "hoverinfo": "skip", "cliponaxis": False,
        "x": [column for column, row in doubted], "y": [row for column, row in doubted],
        # A text stands beside its marker: one that is not seen, a little smaller than the square.
        "marker": {"size": 13, "opacity": 0}, "text": [doubt.FLAG] * len(doubted), "textposition": "middle right",
        "textfont": {"color": look.doubt, "size": 10 if look.narrow else 12},
        "unselected": {"textfont": {"color": look.doubt}},
    }  # fmt: skip


def _sums(shown: Sequence[_City], columns: int, look: Look) -> dict[str, Any]:
    """The index and the number of initiatives behind it, right of the squares."""
    count = len(shown)
    return {
        "type": "scatter", "mode": "text", "hoverinfo": "skip", "textfont": {"color": look.ink},
        "x": [columns + 0.1] * count + [columns + 1.05] * count, "y": [*range(count), *range(count)],
        "text": [f"<b>{city.index:.0f}</b>" for city in shown] + [formats.whole(city.initiatives) for city in shown],
    }  # fmt: skip


def _heads_of_rows(shown: Sequence[_City], names: Sequence[str], look: Look) -> dict[str, Any]:
    """Name, index and initiatives of a city, above its squares."""
    return {
        "type": "scatter", "mode": "text", "hoverinfo": "skip", "textposition": "middle right", "cliponaxis": False,
        "x": [-0.6] * len(shown), "y": [row - 0.46 for row in range(len(shown))],
        "textfont": {"color": look.ink, "size": 12},
        "text": [
            f'{name} <span style="color:{look.muted}">· {_index(city)} · {_initiatives(city.initiatives)}</span>'
            for name, city in zip(names, shown, strict=True)
        ],
    }  # fmt: skip


@figure("goals-profile")
def goals_profile(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """The grades of up to six cities as bars, a panel a city, all panels alike."""
    if table.empty:
        return nothing(look)
    cities, goals, words = _cities(table), _goals(table, descriptor), _words(descriptor)
    shown = cities[:_PROFILES]
    across = 1 if look.narrow else min(3, len(shown))
    down = -(-len(shown) // across)
    labels = [formats.escape(descriptor.label("initiative_goals", "goal", goal)) for goal in goals]
    if look.narrow:
        labels = [_wrapped(label) for label in labels]
    left = 14 + math.ceil(max(text_width(line, look.size) for label in labels for line in label.split("<br>")))
    # Where there is little room, words of neighbours stand on two lines.
    tight = look.narrow or across == 3
    top, panel, gap, bottom = 30, 22 * len(goals) + 22, 62, 46 if tight else 34
    height = top + down * panel + (down - 1) * gap + bottom
    inner = height - top - bottom
    grades = [words[1], f"<br>{words[2]}" if tight else words[2], words[3]]
    layout: dict[str, Any] = {
        "margin": {"l": left, "r": 14, "t": top, "b": bottom}, "annotations": [], "bargap": 0.3,
    }  # fmt: skip
    traces: list[dict[str, Any]] = []
    for number, city in enumerate(shown):
        row, column = divmod(number, across)
        width = 0.62 if across == 1 and not look.narrow else 1 / across
        start, end = column * width, column * width + width - (0.03 if across > 1 else 0)
        ceiling = 1 - row * (panel + gap) / inner
        axis = "" if number == 0 else str(number + 1)
        traces += _profile(city, goals, labels, words, axis, look)
        layout[f"xaxis{axis}"] = {
            "domain": [start, end], "anchor": f"y{axis}", "range": [0, _TOP_GRADE + (0.6 if look.narrow else 0.35)],
            "zeroline": False, "tickvals": list(range(1, _TOP_GRADE + 1)), "ticktext": grades, "tickangle": 0,
            "gridcolor": look.line, "tickfont": {"size": 11, "color": look.muted}, "fixedrange": True,
        }  # fmt: skip
        layout[f"yaxis{axis}"] = {
            "domain": [max(0.0, ceiling - panel / inner), ceiling], "anchor": f"x{axis}",
            "range": [len(goals) - 0.5, -0.5],
            "tickvals": list(range(len(goals))), "ticktext": [f"{label} " for label in labels], "showgrid": False,
            "showticklabels": column == 0, "zeroline": False, "showline": True, "linecolor": look.muted,
            "fixedrange": True,
        }  # fmt: skip
        name = "<br>".join(formats.escape(line) for line in textwrap.wrap(city.name, 34))
        layout["annotations"].append({
            "text": f'<b>{name}</b> <span style="color:{look.muted}">{_index(city)}</span>',
            "xref": "paper", "x": start, "xanchor": "left", "yref": "paper", "y": ceiling, "yanchor": "bottom",
            "yshift": 3, "showarrow": False, "font": {"color": look.ink},
        })  # fmt: skip
    note, disputed = _("Bars reach the highest evidence recorded."), _is_doubted(shown)
    if disputed:
        said = _("{flag} marks a grade that would be lower without disputed evidence.", flag=doubt.FLAG)
        note += f" {said}"
    if len(cities) > len(shown):
        more = ngettext(
            "Drawn are the {drawn} cities with the highest index; {n} other city stands in the table. "
            "Choose cities in the filter.",
            "Drawn are the {drawn} cities with the highest index; {n} other cities stand in the table. "
            "Choose cities in the filter.",
            len(cities) - len(shown),
            drawn=formats.whole(len(shown)),
        )
        note += f" {more}"
    alt = _sentence(cities, goals, descriptor)
    drawing = Drawing(chart(look, traces, height=height, **layout), alt, note)
    return doubt.explained(drawing, disputed)


def _profile(
    city: _City,
    goals: Sequence[str],
    labels: Sequence[str],
    words: Sequence[str],
    axis: str,
    look: Look,
) -> list[dict[str, Any]]:
    """The bars of one city; a goal without evidence says so in words."""
    cells = {cell.goal: cell for cell in city.cells}
    grades = [cells[goal].grade for goal in goals]
    fills = _fills(look)
    recorded = [row for row, grade in enumerate(grades) if grade]
    empty = [row for row, grade in enumerate(grades) if not grade]
    on = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    return [
        {
            "type": "bar", "orientation": "h", "width": 0.7, **on,
            "y": recorded, "x": [grades[row] for row in recorded],
            "customdata": [
                [cells[goals[row]].position, doubt.lines(
                    _("{goal}: {label} (grade {grade})", goal=labels[row], label=words[grades[row]], grade=grades[row]),
                    _doubt(cells[goals[row]]),
                )]
                for row in recorded
            ],
            "text": [doubt.FLAG if _doubt(cells[goals[row]]) else "" for row in recorded],
            "textposition": "outside", "textfont": {"color": look.doubt, "size": 12}, "textangle": 0,
            "constraintext": "none", "cliponaxis": False,
            "marker": {
                "color": [fills[grades[row]] for row in recorded], "line": {"color": look.accent, "width": 1.5},
            },
            "hovertemplate": "%{customdata[1]}<extra></extra>",
        },
        {
            "type": "scatter", "mode": "text", **on, "y": empty, "x": [0] * len(empty), "hoverinfo": "skip",
            "text": [f" {words[0].lower()}"] * len(empty), "textposition": "middle right",
            "textfont": {"color": look.muted, "size": 11},
        },
    ]  # fmt: skip
