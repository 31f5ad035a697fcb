"""The figure of careless sums: what adding every row would make of the money that counts once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.registry import Drawing, figure
from components.figures.rows import Rows, key, no_axis, payer_word, pixels_right
from components.figures.sheet import Mark, Sheet, muted, nothing, records
from components.figures.sums import payer_name, payer_words, stages_of
from components.look import Look
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.tables import Descriptor

_MOST = 12
#: Pixels of the outline of all rows, and of the counted bar in it: apart, so that dashes and dots are seen.
_THICK, _INNER = 16, 9
_COLUMNS = (
    "city", "stage", "payer", "unit", "naive", "value", "value_high", "figures_in_all", "figures", "without_rate",
    "disputed_figures",
)  # fmt: skip


@figure("funding-naive-sums")
def naive_sums(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A row a city, stage and payer: all rows added as a light outline, the counted ones as ink in it.

    Sums differ by a factor of a million, so each row has its own scale and says both sums.
    """
    everything = records(table, *_COLUMNS)
    rows = [row for row in everything if row.without_rate < row.figures_in_all and row.naive == row.naive]
    notes = []
    if unrated := len(everything) - len(rows):
        notes.append(
            ngettext(
                "{n} row without a rate in the table alone.", "{n} rows without a rate in the table alone.", unrated
            )
        )
    if not rows:
        return nothing(look, note=" ".join(notes))
    shown = _largest(rows)
    if len(rows) > len(shown):
        largest = ngettext(
            "Drawn are the {drawn} rows with the largest differences; {n} more row stands in the table.",
            "Drawn are the {drawn} rows with the largest differences; {n} more rows stand in the table.",
            len(rows) - len(shown),
            drawn=formats.whole(len(shown)),
        )
        notes.insert(0, largest)
    stages = stages_of(descriptor)
    sheet = Sheet(look)
    disputed = any(row.disputed_figures for row in shown)
    key(_legend(disputed, look), sheet, 620)
    _panel(sheet, shown, stages)
    return doubt.explained(Drawing(sheet.figure(), _alt(rows, shown[0], stages), " ".join(notes)), disputed)


def _alt(rows: list[Any], first: Any, stages: dict[str, str]) -> str:
    """How many sums would be overstated, which most, and how many of them hold nothing that counts."""
    sentences = [
        ngettext(
            "{n} row in which adding everything overstates the sum.",
            "{n} rows in which adding everything overstates the sum.",
            len(rows),
        ),
        _(
            "The largest: {city}, {stage}, {payer}: {sums}.",
            city=first.city,
            stage=stages[first.stage].lower(),
            payer=payer_words(first.payer),
            sums=_both(first),
        ),
    ]
    if none := sum(row.value != row.value for row in rows):
        sentences.append(ngettext("In {n} of them nothing is counted.", "In {n} of them nothing is counted.", none))
    return " ".join(sentences)


def _largest(rows: list[Any]) -> list[Any]:
    """The rows with the largest differences, of each unit in turn: currencies cannot be compared."""
    ranks: Counter[str] = Counter()
    places = []
    for row in rows:
        places.append((ranks[row.unit], row.position, row))
        ranks[row.unit] += 1
    chosen = sorted(places, key=lambda place: place[:2])[:_MOST]
    return [place[2] for place in sorted(chosen, key=lambda place: place[1])]


def _legend(disputed: bool, look: Look) -> list[str]:
    ground = f'<span style="color:{look.muted}">▭</span> ' + _("all rows added")
    ink = "■ " + _("counted, in the pattern of its stage")
    entries = [ground, ink, muted(_("each row has its own scale"), look)]
    return [*entries, doubt.line(look)] if disputed else entries


def _both(row: Any) -> str:
    """Both sums with as many digits as tell them apart."""
    every = formats.money(row.naive, row.unit)
    if row.value != row.value:
        return _("all rows {all} → none counted", all=every)
    counted = formats.money(row.value, row.unit, row.value_high)
    if every == formats.money(row.value, row.unit):
        every = _("more than {money}", money=every)
    return _("all rows {all} → counted {counted}", all=every, counted=counted)


def _panel(sheet: Sheet, shown: list[Any], stages: dict[str, str]) -> None:
    look, rows = sheet.look, Rows(sheet)
    labels = [f" {doubt.flagged(formats.escape(_both(row)), row.disputed_figures, look)}" for row in shown]
    for row, label in zip(shown, labels, strict=True):
        stage = stages[row.stage].lower()
        payer = muted(payer_word(row.payer), look, look.size - 1 if look.narrow else look.size)
        name = f"<b>{formats.escape(row.city)}</b>, {stage}, {payer}"
        across = rows.height + 13
        if look.narrow:
            rows.head(name)
            across = rows.height + 9
        else:
            rows.tick(name, 26)
        share = row.value / row.naive if row.naive > 0 and row.value == row.value else 0.0
        hover = doubt.lines(
            f"<b>{formats.escape(row.city)}</b>",
            f"{stages[row.stage]}. {payer_name(row.payer)}",
            ngettext(
                "All {n} figure added: {money}",
                "All {n} figures added: {money}",
                row.figures_in_all,
                money=formats.escape(formats.money(row.naive, row.unit)),
            ),
            _counted(row),
            ngettext("{n} without a rate", "{n} without a rate", row.without_rate) if row.without_rate else "",
            doubt.of_several(row.disputed_figures, row.figures, "counted"),
        )
        ground = Mark(0, 1, 1, across, row.stage, hover, row.position)
        rows.ground(ground)
        if share > 0:
            rows.bar(Mark(0, share, share, across, row.stage, hover, row.position), look.payer(row.payer), _INNER)
        if look.narrow:
            rows.label(0, across + 18, label.strip(), ground)
            rows.height += 46
        else:
            rows.label(1, across, label, ground)
            rows.height += 28
    rows.draw(no_axis(1.005 if look.narrow else pixels_right(labels, look.size, 680)), 8, _THICK)


def _counted(row: Any) -> str:
    if row.value != row.value:
        return _("None of them is counted")
    money = formats.escape(formats.money(row.value, row.unit, row.value_high))
    return ngettext("Counted {n}: {money}", "Counted {n}: {money}", row.figures, money=money)
