"""Figures of the evidence: what is known of the initiatives, and how old it is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from components import formats
from components.figures.initiatives import stacked
from components.figures.registry import Drawing, figure
from components.figures.rows import Rows, pixels_right
from components.figures.sheet import Mark, Sheet, nothing, records, small_title
from components.look import KIND_COLOURS, Look
from ledger.coverage import AGES, THINGS
from ledger.language import gettext as _
from ledger.language import listed, ngettext
from ledger.tables import Descriptor

_THICK = 14
#: What is known of fewer of the initiatives, in percent, is named as a gap.
_RARE = 25


@figure("coverage")
def coverage(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A bar a thing: the share of the initiatives of which it is known, in an outline of all of them."""
    things = [
        row for row in records(table, "thing", "what", "known_of", "initiatives", "known_share") if row.initiatives > 0
    ]
    if not things:
        return nothing(look)
    sheet = Sheet(look)
    rows = Rows(sheet)
    labels = [
        _(
            "{some} of {all} ({share})",
            some=formats.whole(row.known_of),
            all=formats.whole(row.initiatives),
            share=_percent(row.known_share),
        )
        for row in things
    ]
    for row, label in zip(things, labels, strict=True):
        name = formats.escape(_named(row))
        if look.narrow:
            rows.head(name)
        else:
            rows.tick(name, 24)
        across = rows.height + (9 if look.narrow else 12)
        hover = f"<b>{name}</b><br>" + _("known of {number}", number=label)
        rows.ground(Mark(0, 100, 100, across, "spent", hover, row.position))
        if row.known_of:
            mark = Mark(0, row.known_share, row.known_share, across, "spent", hover, row.position)
            rows.bar(mark, look.accent, _THICK)
        else:
            mark = Mark(0, 0, 0, across, "spent", hover, row.position)
        rows.label(100, across, f" {label}", mark)
        rows.height += 25
    axis = {
        "range": [0, 100 * pixels_right(labels, look.size, 326 if look.narrow else 700)],
        "tickvals": [0, 50, 100], "ticktext": ["0", "50", "100"], "ticks": "outside", "ticklen": 4,
        "tickcolor": look.line, "title": small_title(_("Share of the initiatives, percent"), look),
    }  # fmt: skip
    rows.draw(axis, 46, _THICK)
    most, least = max(things, key=lambda row: row.known_share), min(things, key=lambda row: row.known_share)
    alt = ngettext(
        "Of {n} initiative, known most often: {most} ({most_share}); least often: {least} ({least_share}).",
        "Of {n} initiatives, known most often: {most} ({most_share}); least often: {least} ({least_share}).",
        things[0].initiatives,
        most=_named(most),
        most_share=_percent(most.known_share),
        least=_named(least),
        least_share=_percent(least.known_share),
    )
    rare = [_named(row) for row in things if row.known_share < _RARE]
    if rare:
        number = ngettext("{n} thing is drawn.", "{n} things are drawn.", len(things))
        alt += f" {number} " + _("Known of fewer than one in four: {things}.", things=listed(rare))
    return Drawing(sheet.figure(), alt)


def _named(row: Any) -> str:
    """What is known, in words; as the table says it where there are none for its code."""
    return _(THINGS[row.thing]) if THINGS.get(row.thing) == row.what else str(row.what)


def _percent(share: float) -> str:
    return _("under 1 %") if 0 < share < 1 else _("{number} %", number=f"{share:.0f}")


@figure("freshness")
def freshness(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A bar a class of age, the freshest on top, made of kinds. A class without any has its row too."""
    names = {code: _(words) for code, (words, months) in AGES.items()}
    return stacked(table, descriptor, look, "age", list(AGES), "kind", KIND_COLOURS, names=names, said=_by_age)


def _by_age(number: int, parts: str) -> str:
    return ngettext(
        "{n} initiative by age of the latest source. {parts}.",
        "{n} initiatives by age of the latest source. {parts}.",
        number,
        parts=parts,
    )
