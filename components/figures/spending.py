"""Figures of money by stage: by city, as a ladder, over time, and by what it is for.

All share one layout: panels for payers one below the other, stages side by side or as lines,
so that neither payers nor stages look as if they could be added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.registry import Drawing, figure
from components.figures.sheet import Mark, Sheet, axis_title, beside, muted, nothing, small_title, swatch
from components.figures.stage_bars import StageBars
from components.figures.sums import (
    OTHERS,
    PAYERS,
    Sum,
    groups,
    largest,
    payer_name,
    payer_words,
    read,
    stages_of,
    together,
    without_value,
)
from components.look import Look
from ledger.language import gettext as _
from ledger.language import listed, ngettext
from ledger.tables import Descriptor

#: Height of a row of years, in units of the longest bar, and in pixels.
_STEP, _STEP_PIXELS = 1.55, 58
#: Height of a label above a bar, and of the air below it, in the same units.
_LIFT, _AIR = 0.36, 0.11
#: Pixels that a panel of the ladder takes with its heading and its axis.
_LADDER_HEIGHT = 26 + 6 * 28 + 72


@figure("funding-by-city")
def by_city(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Cities as rows, one column a stage: the further right, the more real."""
    names = dict(zip(table["city_id"], table["city"], strict=True))
    return _by_stage(table, descriptor, look, key="city_id", names=names)


@figure("funding-breakdown")
def breakdown(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Kinds of initiatives as rows, one column a stage; the segments of a bar are domains."""
    kinds = {category.value: category.label for category in descriptor.categories("initiatives", "kind")}
    domains = {category.value: category.label for category in descriptor.categories("initiatives", "domain")}
    drawing = _by_stage(table, descriptor, look, key="kind", names=kinds, part="domain", parts=domains)
    if table.empty:
        return drawing
    segments = _("The segments of a bar are domains: point at one to read its name.")
    return Drawing(drawing.figure, drawing.alt, f"{segments} {drawing.note}".strip())


def _by_stage(
    table: pd.DataFrame,
    descriptor: Descriptor,
    look: Look,
    *,
    key: str,
    names: dict[str, str],
    part: str | None = None,
    parts: dict[str, str] | None = None,
) -> Drawing:
    sums, missing = read(table, key, part)
    if not sums:
        return nothing(look, note=_left_out(missing))
    stages = stages_of(descriptor)
    grouped, rest = groups(sums)
    sheet, disputed = Sheet(look), _disputed(sums)
    _explain(sheet, disputed)
    omitted: set[str] = set()
    for unit, payers in grouped.items():
        for payer, rows in payers.items():
            keys, drawn, left = largest(rows, _most_rows(payer, len(grouped), look))
            title = axis_title(unit, look)
            labels = {**names, OTHERS: _all_others(key, len(left))}
            if any(row.key == OTHERS for row in drawn):
                keys = [*keys, OTHERS]
            else:
                omitted |= set(left)
            sheet.text(_heading(payer, unit, grouped, look))
            bars = StageBars(sheet, drawn, keys, labels, parts or {}, stages, title)
            bars.as_lines() if look.narrow else bars.as_columns()
            sheet.height += 14
    note = [rest, _left_out(missing)]
    if omitted:
        note.insert(0, _omitted(key, len(omitted)))
    alt = f"{_reach(key, sums)} {_leaders(sums, names, stages)}"
    return doubt.explained(Drawing(sheet.figure(), alt, " ".join(filter(None, note))), disputed)


def _all_others(key: str, number: int) -> str:
    """The name of the row in which all are that have none of their own."""
    if key == "city_id":
        return ngettext("All others ({n} city)", "All others ({n} cities)", number)
    return ngettext("All others ({n} kind)", "All others ({n} kinds)", number)


def _omitted(key: str, number: int) -> str:
    """Says how many are not drawn because they cannot be put together."""
    if key == "city_id":
        return ngettext(
            "Values per resident cannot be added: {n} city with smaller ones stands in the table alone.",
            "Values per resident cannot be added: {n} cities with smaller ones stand in the table alone.",
            number,
        )
    return ngettext(
        "Values per resident cannot be added: {n} kind with smaller ones stands in the table alone.",
        "Values per resident cannot be added: {n} kinds with smaller ones stand in the table alone.",
        number,
    )


def _reach(key: str, sums: Sequence[Sum]) -> str:
    """How many cities or kinds there are, and how many of them came as far as a contract or a payment."""
    every = len({row.key for row in sums})
    firm = formats.whole(len({row.key for row in sums if row.stage in ("contracted", "spent")}))
    if key == "city_id":
        return ngettext(
            "{n} city with counted figures; with money contracted or spent: {firm}.",
            "{n} cities with counted figures; with money contracted or spent: {firm}.",
            every,
            firm=firm,
        )
    return ngettext(
        "{n} kind of initiative with counted figures; with money contracted or spent: {firm}.",
        "{n} kinds of initiatives with counted figures; with money contracted or spent: {firm}.",
        every,
        firm=firm,
    )


def _disputed(sums: Iterable[Sum]) -> bool:
    """Whether any of the figures added is disputed."""
    return any(row.disputed for row in sums)


def _explain(sheet: Sheet, disputed: bool) -> None:
    """A line on top that says what the flag means, where there is one."""
    if disputed:
        sheet.text(doubt.line(sheet.look), pixels=26)


def _heading(payer: str, unit: str, units: Collection[str], look: Look) -> str:
    """What stands above a panel: its payer, and its unit where there are several."""
    return swatch(payer, look) + (f" ({formats.escape(unit)})" if len(units) > 1 else "")


def _left_out(missing: Sequence[Sum]) -> str:
    return without_value([row.not_converted for row in missing])


def _most_rows(payer: str, units: int, look: Look) -> int:
    """How many rows a panel has, before those that are put together."""
    if units > 1:
        return 5 if payer == "public" else 3
    if look.narrow:
        return 5
    return 12 if payer == "public" else 8


@figure("funding-ladder")
def ladder(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Six steps from hopes to payments; each payer has a panel with its own scale."""
    sums, missing = read(table)
    if not sums:
        return nothing(look, note=_left_out(missing))
    stages = stages_of(descriptor)
    grouped, rest = groups(sums)
    sheet, disputed = Sheet(look), _disputed(sums)
    _explain(sheet, disputed)
    for unit, payers in grouped.items():
        top = sheet.height
        for place, (payer, rows) in enumerate(payers.items()):
            if look.narrow:
                left, right = 0.0, 1.0
            else:
                sheet.height = top
                left, right = place % 2 * 0.54, place % 2 * 0.54 + 0.46
                top += (place % 2) * _LADDER_HEIGHT
            sheet.text(_heading(payer, unit, grouped, look), left)
            absent = [row for row in missing if (row.unit, row.payer) == (unit, payer)]
            _steps(sheet, rows, absent, stages, left, right)
    note = " ".join(filter(None, [rest, _left_out(missing)]))
    return doubt.explained(Drawing(sheet.figure(), _ladder_alt(sums, stages), note), disputed)


def _steps(
    sheet: Sheet, rows: Sequence[Sum], absent: Sequence[Sum], stages: dict[str, str], left: float, right: float
) -> None:
    """One payer's panel of the ladder. Steps with nothing to add (`absent`) say so in words."""
    look = sheet.look
    longest = max(row.high for row in rows) or 1
    order = list(stages)
    title = axis_title(rows[0].unit, look).replace(" (", "<br>(")
    axes = sheet.panel(
        sheet.height,
        len(order) * 28,
        {
            **sheet.scale(longest, title=title),
            "domain": [left, right],
            "range": [-longest * 0.01, longest * (1.75 if look.narrow else 1.6)],
        },
        {
            "range": [len(order) - 0.5, -0.5],
            "tickvals": list(range(len(order))),
            "ticktext": [label + " " for label in stages.values()],
        },
    )
    sheet.height += len(order) * 28 + 72
    payer = rows[0].payer
    marks = [
        Mark(0, row.value, row.high, order.index(row.stage), row.stage,
             row.hover(stages[row.stage]), row.position)
        for row in rows
    ]  # fmt: skip
    sheet.bars(marks, axes, look.payer(payer), 0.62)
    texts = [
        (row.high, order.index(row.stage),
         beside(f"{doubt.flagged(formats.short(row.value), row.disputed, look)} ", row.value, row.high)
         + muted(" " + ngettext("{n} figure", "{n} figures", row.figures), look, 11))
        for row in rows
    ]  # fmt: skip
    sheet.labels(texts, axes, marks=marks)
    words = []
    for row in absent:
        said = ngettext(
            "nothing to add: {n} figure in the table",
            "nothing to add: {n} figures in the table",
            row.not_converted + row.not_added,
        )
        words.append((0.0, order.index(row.stage), f" {muted(said, look, 11)}"))
    sheet.labels(words, axes)


@figure("funding-over-time")
def over_time(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Years from left to right, one row of bars a stage, one panel a payer."""
    undated = int(table["year"].isna().sum())
    absent = ""
    if undated:
        absent = ngettext(
            "{n} row without a year in the table alone.", "{n} rows without a year in the table alone.", undated
        )
    dated = table["year"].astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    sums, missing = read(table, "year")
    sums = [row for row in sums if dated[row.position] == dated[row.position]]
    if not sums:
        return nothing(look, note=" ".join(filter(None, [_left_out(missing), absent])))
    stages = stages_of(descriptor)
    grouped, rest = groups(sums)
    years = [int(row.key) for row in sums]
    sheet, disputed = Sheet(look), _disputed(sums)
    _explain(sheet, disputed)
    for unit, payers in grouped.items():
        for payer, rows in payers.items():
            sheet.text(_heading(payer, unit, grouped, look))
            _years(sheet, rows, stages, axis_title(unit, look), min(years), max(years))
    note = [_("A year without a bar has no counted figure: that is not zero."), rest, _left_out(missing), absent]
    alt = f"{_span(years)} {_leaders(sums, {row.key: row.key for row in sums}, stages)}"
    return doubt.explained(Drawing(sheet.figure(), alt, " ".join(filter(None, note))), disputed)


def _span(years: Sequence[int]) -> str:
    """From when to when there are counted figures, and the years between that have none."""
    first, last = min(years), max(years)
    gaps = [str(year) for year in range(first, last) if year not in years]
    if first == last:
        return _("Counted figures of {year} alone.", year=first)
    if gaps:
        return _("Counted figures from {first} to {last}, none in {years}.", first=first, last=last, years=listed(gaps))
    return _("Counted figures of every year from {first} to {last}.", first=first, last=last)


def _years(sheet: Sheet, rows: Sequence[Sum], stages: dict[str, str], title: str, first: int, last: int) -> None:
    """One payer's panel over time: the stages that it has, weakest on top."""
    look = sheet.look
    longest = max(row.high for row in rows) or 1
    present = [stage for stage in stages if any(row.stage == stage for row in rows)]
    step = longest * _STEP
    floor = {stage: (len(present) - 1 - place) * step for place, stage in enumerate(present)}
    top = floor[present[0]] + max(row.high for row in rows if row.stage == present[0]) + longest * (_LIFT + _AIR)
    height = _STEP_PIXELS * top / step
    apart = 3 if look.narrow and last - first > 5 else 1
    years = list(range(last, first - 1, -apart))
    axes = sheet.panel(
        sheet.height,
        height,
        {
            "range": [first - 0.6, last + (1.6 if look.narrow else 0.6)],
            "tickvals": years,
            "ticktext": [str(year) for year in years],
            "title": small_title(title, look),
        },
        {
            "range": [-longest * 0.04, top],
            "tickvals": [floor[stage] for stage in present],
            "ticktext": [stages[stage] + " " for stage in present],
            "showgrid": True,
            "gridcolor": look.line,
        },
    )
    sheet.height += height + (66 if look.narrow else 56)
    payer = rows[0].payer
    marks = [
        Mark(floor[row.stage], row.value, row.high, int(row.key), row.stage,
             row.hover(stages[row.stage], row.key), row.position)
        for row in rows
    ]  # fmt: skip
    sheet.bars(marks, axes, look.payer(payer), 0.6 if last > first else 0.1, upright=True)
    named = _peaks(rows) if look.narrow and last - first > 5 else list(rows)
    # Where there is room for few labels, what is disputed still has its flag, clear of the label beside it.
    labelled = named + [row for row in rows if row.disputed and row not in named]
    texts = []
    for place, row in enumerate(labelled):
        text, lift = doubt.flagged(formats.short(row.value), row.disputed, look), longest * _AIR
        if place >= len(named):
            neighbours = [r for r in named if r.stage == row.stage and abs(int(r.key) - int(row.key)) == 1]
            near = [r for r in neighbours if abs(r.high - row.high) < longest * _LIFT]
            text = doubt.flag(look)
            lift += max((r.high - row.high + longest * _LIFT for r in near), default=0.0)
        texts.append((int(row.key), floor[row.stage] + row.high + lift, text))
    sheet.labels(texts, axes, side="top center", marks=[marks[rows.index(row)] for row in labelled], size=11)


def _peaks(rows: Sequence[Sum]) -> list[Sum]:
    """The largest value of each stage."""
    peaks: dict[str, Sum] = {}
    for row in rows:
        if row.stage not in peaks or row.value > peaks[row.stage].value:
            peaks[row.stage] = row
    return list(peaks.values())


def _leaders(sums: Sequence[Sum], names: dict[str, str], stages: dict[str, str]) -> str:
    """Who leads at the stage with most figures and at the strongest stage, for the first payer there is."""
    payer = next(payer for payer in PAYERS if any(row.payer == payer for row in sums))
    unit = _main_unit(row for row in sums if row.payer == payer)
    rows = [row for row in sums if row.payer == payer and row.unit == unit]
    figures = {stage: sum(row.figures for row in rows if row.stage == stage) for stage in stages}
    present = [stage for stage, number in figures.items() if number]
    sentences = []
    for stage in dict.fromkeys((max(present, key=lambda s: figures[s]), present[-1])):
        keys = dict.fromkeys(row.key for row in rows if row.stage == stage)
        at_stage = [together([r for r in rows if r.stage == stage and r.key == key], key) for key in keys]
        first, *others = sorted(at_stage, key=lambda row: -row.value)
        said = {
            "stage": stages[stage].lower(),
            "payer": payer_words(payer),
            "first": names[first.key],
            "money": formats.money(first.value, unit, first.high),
        }
        if others:
            sentences.append(
                _(
                    "At stage {stage}, {payer}: {first} leads with {money}; {second} follows with {less}.",
                    **said,
                    second=names[others[0].key],
                    less=formats.money(others[0].value, unit, others[0].high),
                )
            )
        else:
            sentences.append(_("At stage {stage}, {payer}: {first} with {money}.", **said))
    return " ".join(sentences)


def _main_unit(sums: Iterable[Sum]) -> str:
    """The unit with most figures."""
    figures: Counter[str] = Counter()
    for row in sums:
        figures[row.unit] += row.figures
    return figures.most_common(1)[0][0]


def _ladder_alt(sums: Sequence[Sum], stages: dict[str, str]) -> str:
    """The steps of the first two payers in words, and those on which they have nothing."""
    unit = _main_unit(sums)
    sentences = []
    for payer in PAYERS:
        rows = {row.stage: row for row in sums if (row.payer, row.unit) == (payer, unit)}
        steps = [
            _(
                "{stage} {money}",
                stage=label.lower(),
                money=formats.money(rows[stage].value, unit, rows[stage].high),
            )
            for stage, label in stages.items()
            if stage in rows
        ]
        none = [label.lower() for stage, label in stages.items() if stage not in rows]
        said = {"payer": payer_name(payer), "steps": ", ".join(steps)}
        if steps and none:
            sentences.append(_("{payer}: {steps}; nothing counted as {stages}.", **said, stages=listed(none, "or")))
        elif steps:
            sentences.append(_("{payer}: {steps}.", **said))
    return " ".join(sentences[:2])
