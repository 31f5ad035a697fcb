"""The figure of contradictions: what several sources say of the same money."""

from __future__ import annotations

import math
from collections import Counter
from textwrap import wrap
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.models import IN_DOUBT
from components.figures.registry import Drawing, figure
from components.figures.rows import key
from components.figures.sheet import Sheet, axis_title, muted, nothing, records, short_ticks, small_title
from components.figures.sums import MOST_UNITS, PAYERS, left_to_table, payer_name, stages_of
from components.look import Look
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.tables import Descriptor

#: Cases whose amounts are further apart than this need a logarithmic scale.
_LOG_FROM = 40
_COLUMNS = (
    "case", "city", "initiative", "stage", "unit", "case_low", "case_high", "value", "payer", "dated", "counted",
    "publisher", "disputed",
)  # fmt: skip


@figure("funding-conflicts")
def conflicts(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A row a case: each statement a dot, filled where it is counted."""
    rows = [row for row in records(table, *_COLUMNS) if row.value >= 0]
    absent = len(table) - len(rows)
    missing = ""
    if absent:
        missing = ngettext(
            "{n} statement without a rate in the table alone.",
            "{n} statements without a rate in the table alone.",
            absent,
        )
    if not rows:
        return nothing(look, note=missing)
    stages = stages_of(descriptor)
    units = [unit for unit, number in Counter(row.unit for row in rows).most_common()]
    sheet = Sheet(look)
    legend = [
        f'<span style="color:{look.payer(payer)}">●</span> {payer_name(payer)}'
        for payer in PAYERS
        if any(row.payer == payer for row in rows)
    ]
    legend.append("  ".join(("● " + _("counted"), "○ " + _("not added"))))
    disputed = any(row.disputed in IN_DOUBT for row in rows if row.unit in units[:MOST_UNITS])
    if disputed:
        legend.append(" ".join((doubt.flag(look), _("disputed, with a ring"))))
    key(legend, sheet)
    sheet.height += 4
    for unit in units[:MOST_UNITS]:
        if len(units) > 1:
            sheet.text(f"<b>{formats.escape(formats.unit_title(unit))}</b>", pixels=22)
        cases: dict[str, list[Any]] = {}
        for row in rows:
            if row.unit == unit:
                cases.setdefault(row.case, []).append(row)
        _cases(sheet, cases, unit, stages)
    widest = max(rows, key=_width)
    number = ngettext(
        "{n} case with {statements} statements, {counted} of them counted.",
        "{n} cases with {statements} statements, {counted} of them counted.",
        len({row.case for row in rows}),
        statements=formats.whole(len(rows)),
        counted=formats.whole(sum(bool(row.counted) for row in rows)),
    )
    largest = _(
        "The widest: {initiative}, {city}, {stage}, {amounts} {unit}.",
        initiative=widest.initiative,
        city=widest.city,
        stage=stages[widest.stage].lower(),
        amounts=_span(widest),
        unit=formats.unit_title(widest.unit),
    )
    alt = f"{number} {largest}"
    note = " ".join(filter(None, [left_to_table(units[MOST_UNITS:]), missing]))
    return doubt.explained(Drawing(sheet.figure(), alt, note), disputed)


def _width(case: Any) -> float:
    """How many times its lowest statement the highest one of a case is."""
    return case.case_high / case.case_low if case.case_low > 0 else math.inf


def _cases(sheet: Sheet, cases: dict[str, list[Any]], unit: str, stages: dict[str, str]) -> None:
    """The cases of one unit, the widest on top."""
    look = sheet.look
    ordered = sorted(cases.values(), key=lambda rows: -_width(rows[0]))
    low, high = min(rows[0].case_low for rows in ordered), max(rows[0].case_high for rows in ordered)
    logarithmic = low > 0 and high / low > _LOG_FROM
    start, end = (low / 1.6, high * 1.6) if logarithmic else (0.0, high * 1.04)
    ticks = short_ticks(start, end, logarithmic)
    scale = _("logarithmic scale") if logarithmic else _("linear scale")
    names = [wrap(rows[0].initiative, 46 if look.narrow else 100) for rows in ordered]
    pitch = 40 + 15 * max(map(len, names)) if look.narrow else 42
    height = pitch * (len(ordered) + 0.3)
    axes = sheet.panel(
        sheet.height,
        height,
        {
            "type": "log" if logarithmic else "linear",
            "range": [math.log10(start), math.log10(end)] if logarithmic else [start - high * 0.02, end],
            "tickvals": ticks,
            "ticktext": [formats.short(tick) for tick in ticks],
            "showgrid": True,
            "gridcolor": look.line,
            "title": small_title(axis_title(unit, look, scale, of=_("each statement")), look),
        },
        {"range": [len(ordered) - 0.55, -0.85], "showticklabels": False},
    )
    bands: dict[str, list[float | None]] = {"x": [], "y": []}
    for across, rows in enumerate(ordered):
        case = rows[0]
        bands["x"] += [case.case_low, case.case_high, None]
        bands["y"] += [across, across, None]
        name = "<br>".join(map(formats.escape, names[across]))
        label = f"<b>{formats.escape(case.city)}</b>, {stages[case.stage].lower()} {muted(_span(case), look)}"
        states = dict.fromkeys(row.disputed for row in rows if row.disputed in IN_DOUBT)
        if states:
            said = ", ".join(map(doubt.state_words, states))
            label += f' <span style="color:{look.doubt}">{doubt.FLAG}\u00a0{said}</span>'
        label += f"{'<br>' if look.narrow else '   '}{name}"
        place = {"x": 0, "xref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False, "align": "left"}
        style = {"font": {"size": 12}, "bgcolor": look.paper, "borderpad": 0}
        above = sheet.height + pitch * (across + 0.85) - 8
        sheet.annotations.append({**place, **style, "y": above, "text": label})
    sheet.height += height + 72
    common = {"xaxis": axes[0], "yaxis": axes[1], "type": "scatter", "showlegend": False}
    line = {"color": look.muted, "width": 1.5}
    sheet.traces.append({**common, **bands, "mode": "lines", "line": line, "hoverinfo": "skip"})
    doubted = [(row.value, across) for across, rows in enumerate(ordered) for row in rows if row.disputed in IN_DOUBT]
    if doubted:
        sheet.traces.append({**common, **_rings(doubted, look)})
    sheet.traces.append({**common, **_statements(ordered, stages, look)})


def _rings(places: list[tuple[float, int]], look: Look) -> dict[str, Any]:
    """Rings around the statements that are disputed."""
    ring = {"symbol": "circle-open", "size": 20, "color": look.doubt, "line": {"width": 2, "color": look.doubt}}
    x, y = zip(*places, strict=True)
    return {"mode": "markers", "x": x, "y": y, "hoverinfo": "skip", "cliponaxis": False, "marker": ring}


def _span(case: Any) -> str:
    """The lowest and the highest statement of a case, with as many digits as tell them apart."""
    ends = (case.case_low, case.case_high)
    for digits in (2, 3, 4):
        low, high = (formats.short(end, digits) for end in ends)
        if low != high:
            return _("{low} to {high}", low=low, high=high)
    return formats.short(case.case_low)


def _statements(ordered: list[list[Any]], stages: dict[str, str], look: Look) -> dict[str, Any]:
    """A dot for every statement, those that are counted on top."""
    dots = [(across, row) for across, rows in enumerate(ordered) for row in rows]
    dots.sort(key=lambda dot: bool(dot[1].counted))
    colours = [look.payer(dot[1].payer) for dot in dots]
    hover = [
        doubt.lines(
            f"<b>{formats.escape(row.initiative)}</b>",
            f"{stages[row.stage]}. {payer_name(row.payer)}",
            f"{formats.escape(formats.money(row.value, row.unit))}, {formats.escape(formats.date(row.dated))}",
            formats.escape(row.publisher),
            _("counted") if row.counted else _("not added"),
            doubt.of_one(row.disputed),
        )
        for across, row in dots
    ]
    return {
        "mode": "markers",
        "x": [row.value for across, row in dots],
        "y": [across for across, row in dots],
        "customdata": [[row.position] for across, row in dots],
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
        "unselected": {"marker": {"opacity": 0.4}},
        "marker": {
            "size": 11,
            "color": [
                colour if row.counted else look.paper for colour, (across, row) in zip(colours, dots, strict=True)
            ],
            "line": {"color": colours, "width": 2},
        },
    }
