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
from components.figures.sums import PAYERS, left_to_table, payer_name, payer_words, stages_of, without_value
from components.look import Look
from ledger.language import N_, listed, ngettext
from ledger.language import gettext as _
from ledger.tables import Descriptor

#: Units that get flows: a flow diagram for each stage is a lot of ink.
_FLOW_UNITS = 2
_COLUMNS = (
    "funder", "kind", "purpose", "stage", "payer", "unit", "value", "value_high", "figures", "not_converted",
    "disputed_figures",
)  # fmt: skip
#: What is no goal, on a wide and on a narrow page.
_PURPOSES = {
    "several": (N_("Several goals"), N_("Several")),
    "none recorded": (N_("No goal recorded"), N_("No goal")),
}


@figure("funding-flows")
def flows(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Who pays, for what kind, to which end: one flow diagram a stage, in the colours of the payers."""
    everything = records(table, *_COLUMNS)
    rows = [row for row in everything if row.value > 0]
    missing = without_value([row.not_converted for row in everything if math.isnan(row.value)])
    if zeros := sum(row.value == 0 for row in everything):
        alone = ngettext(
            "{n} row of value zero in the table alone.", "{n} rows of value zero in the table alone.", zeros
        )
        missing = f"{missing} {alone}".strip()
    if not rows:
        return nothing(look, note=missing)
    stages = stages_of(descriptor)
    figures: Counter[str] = Counter()
    for row in rows:
        figures[row.unit] += row.figures
    units = [unit for unit, number in figures.most_common()]
    sheet = Sheet(look)
    present = [payer for payer in PAYERS if any(row.payer == payer for row in rows)]
    for line in [[payer] for payer in present] if look.narrow else [present]:
        sheet.text("    ".join(swatch(payer, look) for payer in line), pixels=20)
    disputed = any(row.disputed_figures for row in rows if row.unit in units[:_FLOW_UNITS])
    if disputed:
        where = muted(_("(at both ends of a band)"), look)
        for text in [doubt.line(look), where] if look.narrow else [f"{doubt.line(look)} {where}"]:
            sheet.text(text, pixels=20)
    for unit in units[:_FLOW_UNITS]:
        title = axis_title(unit, look, _("width of a band; each stage has its own scale"))
        sheet.height += 8
        sheet.text(muted(title, look), pixels=14 + 15 * (1 + title.count("<br>")))
        for stage, label in stages.items():
            at_stage = [row for row in rows if (row.stage, row.unit) == (stage, unit)]
            if at_stage:
                figures_here = sum(row.figures for row in at_stage)
                counted = ngettext("{n} counted figure", "{n} counted figures", figures_here)
                sheet.text(f"<b>{label}</b>  {muted(counted, look)}", pixels=24)
                _diagram(sheet, at_stage, descriptor)
                sheet.height += 24
    note = _("Bands can be compared within a stage, not between stages: each stage has its own scale.")
    note = " ".join(filter(None, [note, left_to_table(units[_FLOW_UNITS:]), missing]))
    drawn = [row for row in rows if row.unit in units[:_FLOW_UNITS]]
    alt = _alt(drawn, [row for row in drawn if row.unit == units[0]], stages, descriptor)
    return doubt.explained(Drawing(sheet.figure(), alt, note), disputed)


def _alt(drawn: list[Any], compared: list[Any], stages: dict[str, str], descriptor: Descriptor) -> str:
    """How many flows there are, the two largest of those in one unit, and the stages that have none."""
    sentences = [
        ngettext(
            "{n} flow from a funder by kind of initiative to a goal.",
            "{n} flows from funders by kind of initiative to goals, the largest first.",
            len(drawn),
        )
    ]
    for row in sorted(compared, key=lambda row: -row.value)[:2]:
        sentences.append(
            _(
                "{stage}, {payer} for {kind}: {money}.",
                stage=stages[row.stage],
                payer=payer_words(row.payer),
                kind=descriptor.label("initiatives", "kind", row.kind).lower(),
                money=formats.money(row.value, row.unit, row.value_high),
            )
        )
    present = {row.stage for row in drawn}
    if none := [label.lower() for stage, label in stages.items() if stage not in present]:
        sentences.append(_("Nothing to draw as {stages}.", stages=listed(none, "or")))
    return " ".join(sentences)


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
            f"{payer_name(link[2])}: {formats.escape(formats.money(value, rows[0].unit))}",
            ngettext("{n} counted figure", "{n} counted figures", figures[link]),
            doubt.of_several(disputed[link], figures[link], "counted"),
        )
        for link, value in values.items()
    ]
    tallest = max(Counter(column for column, code in nodes).values())
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
            "source": [link[0] for link in values],
            "target": [link[1] for link in values],
            "value": list(values.values()),
            "color": [look.tinted(look.payer(link[2]), 0.45) for link in values],
            "customdata": hover,
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        "textfont": {"size": 10 if look.narrow else 13, "color": look.ink, "shadow": halo},
    }
    sheet.whole(trace, 44 + 24 * tallest)


def _node_label(column: str, code: str, descriptor: Descriptor, look: Look) -> str:
    if code in _PURPOSES:
        return _(_PURPOSES[code][look.narrow])
    if column == "purpose":
        return descriptor.label("initiative_goals", "goal", code)
    if column == "kind":
        return descriptor.label("initiatives", "kind", code)
    return descriptor.label("funding", "funder", code)
