"""The figure of flows: who pays for what, and to which end."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.registry import Drawing, figure
from components.figures.sheet import Sheet, axis_title, muted, nothing, records, swatch
from components.figures.sums import PAYERS, left_to_table, stages_of, without_value
from components.look import Look
from ledger.tables import Descriptor

#: Units that get flows: a flow diagram for each stage is a lot of ink.
_FLOW_UNITS = 2
_COLUMNS = (
    "funder", "kind", "purpose", "stage", "payer", "unit", "value", "value_high", "figures", "not_converted",
    "disputed_figures",
)  # fmt: skip
#: What is no goal, on a wide and on a narrow page.
_PURPOSES = {"several": ("Several goals", "Several"), "none recorded": ("No goal recorded", "No goal")}


@figure("funding-flows")
def flows(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Who pays, for what kind, to which end: one flow diagram a stage, in the colours of the payers."""
    everything = records(table, *_COLUMNS)
    rows = [row for row in everything if row.value > 0]
    missing = without_value([row.not_converted for row in everything if math.isnan(row.value)])
    if zeros := sum(row.value == 0 for row in everything):
        missing = f"{missing} {formats.count(zeros, 'row')} of value zero in the table alone.".strip()
    if not rows:
        return nothing(look, note=missing)
    stages = stages_of(descriptor)
    figures: Counter[str] = Counter()
    for row in rows:
        figures[row.unit] += row.figures
    units = [unit for unit, _ in figures.most_common()]
    sheet = Sheet(look)
    present = [payer for payer in PAYERS if any(row.payer == payer for row in rows)]
    for line in [[payer] for payer in present] if look.narrow else [present]:
        sheet.text("    ".join(swatch(payer, look) for payer in line), pixels=20)
    disputed = any(row.disputed_figures for row in rows if row.unit in units[:_FLOW_UNITS])
    if disputed:
        sheet.text(f"{doubt.line(look)} {muted('(at both ends of a band)', look)}", pixels=20)
    for unit in units[:_FLOW_UNITS]:
        title = axis_title(unit, look, "width of a band; each stage has its own scale")
        sheet.height += 8
        sheet.text(muted(title, look), pixels=44 if look.narrow else 30)
        for stage, label in stages.items():
            at_stage = [row for row in rows if (row.stage, row.unit) == (stage, unit)]
            if at_stage:
                counted = formats.count(sum(row.figures for row in at_stage), "counted figure")
                sheet.text(f"<b>{label}</b>  {muted(counted, look)}", pixels=24)
                _diagram(sheet, at_stage, descriptor)
                sheet.height += 24
    note = "Bands can be compared within a stage, not between stages: each stage has its own scale."
    top = sorted((row for row in rows if row.unit == units[0]), key=lambda row: -row.value)[:2]
    sentences = [
        f"{stages[row.stage]}, {PAYERS[row.payer].lower()} for "
        f"{descriptor.label('initiatives', 'kind', row.kind).lower()}: "
        f"{formats.money(row.value, row.unit, row.value_high)}."
        for row in top
    ]
    note = " ".join(filter(None, [note, left_to_table(units[_FLOW_UNITS:]), missing]))
    return doubt.explained(Drawing(sheet.figure(), "The largest flows. " + " ".join(sentences), note), disputed)


def _diagram(sheet: Sheet, rows: list[Any], descriptor: Descriptor) -> None:
    """One Sankey diagram: funders, kinds, purposes. No node states a sum over payers."""
    look = sheet.look
    nodes: dict[tuple[str, str], int] = {}
    colours: dict[tuple[str, str], str] = {}
    values: Counter[tuple[int, int, str, str]] = Counter()
    figures: Counter[tuple[int, int, str, str]] = Counter()
    disputed: Counter[tuple[int, int, str, str]] = Counter()
    for row in rows:
        path = [(column, getattr(row, column)) for column in ("funder", "kind", "purpose")]
        for node in path:
            nodes.setdefault(node, len(nodes))
            colours[node] = look.payer(row.payer) if node[0] == "funder" else look.muted
        for start, end in pairwise(path):
            link = (nodes[start], nodes[end], row.payer, row.funder)
            values[link] += row.value
            figures[link] += row.figures
            disputed[link] += row.disputed_figures
    touched = {node for link, number in disputed.items() if number for node in link[:2]}
    labels = [formats.escape(_node_label(*node, descriptor, look)) for node in nodes]
    hover = [
        doubt.lines(
            f"{labels[link[0]]} → {labels[link[1]]}",
            f"{PAYERS[link[2]]}: {formats.escape(formats.money(value, rows[0].unit))}",
            formats.count(figures[link], "counted figure"),
            doubt.of_several(disputed[link], figures[link], "counted figure"),
        )
        for link, value in values.items()
    ]
    tallest = max(Counter(column for column, _ in nodes).values())
    # A halo keeps labels readable that stand on a band.
    halo = ", ".join(f"{x}px {y}px 2px {look.paper}" for x in (-1, 0, 1) for y in (-1, 0, 1))
    trace = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": {
            "label": [doubt.flagged(label, place in touched, look) for place, label in enumerate(labels)],
            "color": [colours[node] for node in nodes],
            "pad": 16,
            "thickness": 10,
            "line": {"width": 0},
            "hovertemplate": "%{label}<extra></extra>",
        },
        "link": {
            "source": [start for start, _, _, _ in values],
            "target": [end for _, end, _, _ in values],
            "value": list(values.values()),
            "color": [look.tinted(look.payer(payer), 0.45) for _, _, payer, _ in values],
            "customdata": hover,
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        "textfont": {"size": 10 if look.narrow else 13, "color": look.ink, "shadow": halo},
    }
    sheet.whole(trace, 44 + 24 * tallest)


def _node_label(column: str, code: str, descriptor: Descriptor, look: Look) -> str:
    if code in _PURPOSES:
        return _PURPOSES[code][look.narrow]
    if column == "purpose":
        return descriptor.label("initiative_goals", "goal", code)
    if column == "kind":
        return descriptor.label("initiatives", "kind", code)
    return descriptor.label("funding", "funder", code)
