"""Figures of the evidence: what is known of the initiatives, and how old it is."""

from __future__ import annotations

import pandas as pd

from components import formats
from components.figures.initiatives import stacked
from components.figures.registry import Drawing, figure
from components.figures.rows import Rows, pixels_right
from components.figures.sheet import Mark, Sheet, nothing, records, small_title
from components.look import KIND_COLOURS, Look
from ledger.coverage import AGES
from ledger.tables import Descriptor

_THICK = 14


@figure("coverage")
def coverage(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A bar a thing: the share of the initiatives of which it is known, in an outline of all of them."""
    things = [row for row in records(table, "what", "known_of", "initiatives", "known_share") if row.initiatives > 0]
    if not things:
        return nothing(look)
    sheet = Sheet(look)
    rows = Rows(sheet)
    labels = [
        f" {formats.whole(row.known_of)} of {formats.whole(row.initiatives)} ({_percent(row.known_share)})"
        for row in things
    ]
    for row, label in zip(things, labels, strict=True):
        name = formats.escape(row.what)
        if look.narrow:
            rows.head(name)
        else:
            rows.tick(name, 24)
        across = rows.height + (9 if look.narrow else 12)
        hover = f"<b>{name}</b><br>known of{label}"
        rows.ground(Mark(0, 100, 100, across, "spent", hover, row.position))
        if row.known_of:
            mark = Mark(0, row.known_share, row.known_share, across, "spent", hover, row.position)
            rows.bar(mark, look.accent, _THICK)
        else:
            mark = Mark(0, 0, 0, across, "spent", hover, row.position)
        rows.label(100, across, label, mark)
        rows.height += 25
    axis = {
        "range": [0, 100 * pixels_right(labels, look.size, 326 if look.narrow else 700)],
        "tickvals": [0, 50, 100], "ticktext": ["0", "50", "100"], "ticks": "outside", "ticklen": 4,
        "tickcolor": look.line, "title": small_title("Share of the initiatives, percent", look),
    }  # fmt: skip
    rows.draw(axis, 46, _THICK)
    most, least = max(things, key=lambda row: row.known_share), min(things, key=lambda row: row.known_share)
    alt = (
        f"Of {formats.count(things[0].initiatives, 'initiative')}, known most often: {most.what} "
        f"({_percent(most.known_share)}); least often: {least.what} ({_percent(least.known_share)})."
    )
    return Drawing(sheet.figure(), alt)


def _percent(share: float) -> str:
    return "under 1 %" if 0 < share < 1 else f"{share:.0f} %"


@figure("freshness")
def freshness(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A bar a class of age, the freshest on top, made of kinds. A class without any has its row too."""
    names = {code: words for code, (words, _) in AGES.items()}
    return stacked(
        table, descriptor, look, "age", list(AGES), "kind", KIND_COLOURS, names=names, said="age of the latest source"
    )
