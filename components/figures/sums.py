"""Rows of sums, as the figures of money need them, and what is said of them in words."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from components import formats
from components.figures.doubt import lines, of_several
from ledger.language import N_, ngettext
from ledger.language import gettext as _
from ledger.tables import Descriptor

#: Payers in the order of the panels, and what their money is called.
PAYERS = {
    "public": N_("Public money"),
    "mixed": N_("Mixed public and private money"),
    "private": N_("Private money"),
    "unknown": N_("Money of unknown payers"),
}
#: At most so many units get panels; the rest is named in the note.
MOST_UNITS = 4
#: The key of what is put together.
OTHERS = "others"
PER_RESIDENT = " per resident"


@dataclass(frozen=True, slots=True)
class Sum:
    """One row of a table of sums, or several rows of one stage, payer and unit put together.

    `position` is that of the row in the table, -1 for several rows. `key` tells what a bar
    stands for (a city, a kind), `part` what the segment of a bar stands for.
    """

    position: int
    key: str
    part: str
    stage: str
    payer: str
    unit: str
    value: float
    high: float
    figures: int
    not_converted: int
    not_added: int
    disputed: int = 0

    def hover(self, stage: str, name: str = "") -> str:
        """The text beside the pointer; `stage` and `name` (what the bar stands for) are labels, already escaped."""
        numbers = [ngettext("{n} counted figure", "{n} counted figures", self.figures)]
        if self.not_converted:
            numbers.append(ngettext("{n} not converted", "{n} not converted", self.not_converted))
        if self.not_added:
            numbers.append(ngettext("{n} not added", "{n} not added", self.not_added))
        amount = formats.escape(formats.money(self.value, self.unit, self.high))
        said = f"{stage}. {payer_name(self.payer)}"
        return lines(f"<b>{name}</b>" if name else "", said, amount, ", ".join(numbers), self.doubt)

    @property
    def doubt(self) -> str:
        """How many of the figures are disputed, in words; empty where none is."""
        return of_several(self.disputed, self.figures, "counted")


def payer_name(payer: str) -> str:
    """What the money of a payer is called, where it stands alone: `Public money`."""
    return _(PAYERS[payer])


def payer_words(payer: str) -> str:
    """What the money of a payer is called within a line: `public money`."""
    name = payer_name(payer)
    return name[0].lower() + name[1:]


def read(table: pd.DataFrame, key: str | None = None, part: str | None = None) -> tuple[list[Sum], list[Sum]]:
    """The rows of a table of sums that have a value, and those that have none."""
    empty = [""] * len(table)
    columns = [
        table[key].astype(str).tolist() if key else empty,
        table[part].astype(str).tolist() if part else empty,
        *(table[name].tolist() for name in ("stage", "payer", "unit", "value", "value_high")),
        *(table[name].tolist() for name in ("figures", "not_converted", "not_added", "disputed_figures")),
    ]
    rows = [Sum(position, *row) for position, row in enumerate(zip(*columns, strict=True))]
    return [row for row in rows if not math.isnan(row.value)], [row for row in rows if math.isnan(row.value)]


def together(sums: Sequence[Sum], key: str) -> Sum:
    """Several sums of one stage, payer and unit as one."""
    first = sums[0]
    return Sum(
        -1, key, "", first.stage, first.payer, first.unit,
        sum(row.value for row in sums), sum(row.high for row in sums), sum(row.figures for row in sums),
        sum(row.not_converted for row in sums), sum(row.not_added for row in sums), sum(row.disputed for row in sums),
    )  # fmt: skip


def per_resident(unit: str) -> bool:
    """Whether values are divided by residents, so that those of several cities cannot be added."""
    return unit.endswith(PER_RESIDENT)


def largest(sums: Sequence[Sum], most: int) -> tuple[list[str], list[Sum], list[str]]:
    """The keys to show with the largest first, the sums to draw, and the keys that have no row of their own.

    Shown are those that lead a stage, and then those with the longest bar. All other
    keys are put together under `OTHERS`, stage by stage; values per resident cannot be, and are
    left out.
    """
    bars: dict[tuple[str, str], float] = defaultdict(float)
    for row in sums:
        bars[row.key, row.stage] += row.value
    peak: dict[str, float] = {}
    leader: dict[str, tuple[float, str]] = {}
    for (key, stage), value in bars.items():
        peak[key] = max(peak.get(key, 0), value)
        leader[stage] = max(leader.get(stage, (0, key)), (value, key))
    keys = sorted(peak, key=lambda key: (-peak[key], key))
    if len(keys) <= most + 1:
        return keys, list(sums), []
    leaders = {key for _, key in leader.values()}
    first = sorted(keys, key=lambda key: key not in leaders)[:most]
    kept, rest = [key for key in keys if key in first], set(keys) - set(first)
    drawn = [row for row in sums if row.key not in rest]
    if per_resident(sums[0].unit):
        return kept, drawn, sorted(rest)
    by_stage: dict[str, list[Sum]] = defaultdict(list)
    for row in sums:
        if row.key in rest:
            by_stage[row.stage].append(row)
    return kept, drawn + [together(rows, OTHERS) for rows in by_stage.values()], sorted(rest)


def groups(sums: Iterable[Sum]) -> tuple[dict[str, dict[str, list[Sum]]], str]:
    """Sums by unit and payer, and what is said of the units that get no panel."""
    sums = list(sums)
    figures: Counter[str] = Counter()
    for row in sums:
        figures[row.unit] += row.figures
    units = [unit for unit, _ in figures.most_common()]
    grouped: dict[str, dict[str, list[Sum]]] = {
        unit: {payer: rows for payer in PAYERS if (rows := [r for r in sums if (r.unit, r.payer) == (unit, payer)])}
        for unit in units[:MOST_UNITS]
    }
    return grouped, left_to_table(units[MOST_UNITS:])


def left_to_table(units: Sequence[str]) -> str:
    """Names the units that a figure does not draw."""
    if not units:
        return ""
    names = ", ".join(sorted(unit.removesuffix(PER_RESIDENT) for unit in units))
    return ngettext(
        "Amounts in {n} more currency stand in the table: {names}.",
        "Amounts in {n} more currencies stand in the table: {names}.",
        len(units),
        names=names,
    )


def without_value(not_converted: Sequence[int]) -> str:
    """Says how many rows have no value to draw; of each, how many counted figures lack a rate."""
    if not not_converted:
        return ""
    rows, unrated = len(not_converted), sum(number > 0 for number in not_converted)
    if not unrated:
        return ngettext(
            "{n} row holds only figures that are not added; it stands in the table.",
            "{n} rows hold only figures that are not added; they stand in the table.",
            rows,
        )
    if unrated == rows:
        return ngettext(
            "{n} row holds only figures that are not added, all for want of a rate; it stands in the table.",
            "{n} rows hold only figures that are not added, all for want of a rate; they stand in the table.",
            rows,
        )
    return ngettext(
        "{n} row holds only figures that are not added, of which {unrated} for want of a rate; it stands in the table.",
        "{n} rows hold only figures that are not added, of which {unrated} for want of a rate; "
        "they stand in the table.",
        rows,
        unrated=formats.whole(unrated),
    )


def stages_of(descriptor: Descriptor) -> dict[str, str]:
    """Stages from weakest to strongest with their labels."""
    return {category.value: formats.escape(category.label) for category in descriptor.categories("funding", "stage")}
