"""Figures of the money ladder of initiatives: how far their money came, and what became of a promise."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.registry import Drawing, figure
from components.figures.rows import Rows, key, no_axis, payer_word, pixels_right
from components.figures.sheet import Mark, Sheet, axis_title, beside, muted, nothing, records
from components.figures.sums import MOST_UNITS, PAYERS, left_to_table, payer_name, payer_words, stages_of
from components.look import Look
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.tables import Descriptor

#: Initiatives that get a ladder; where there are a few more, all of them do.
_LADDERS, _ALL_LADDERS = 8, 10
_PROMISES = 12
_THICK = 13
_LADDER_COLUMNS = (
    "initiative_id", "initiative", "city", "stage", "payer", "unit", "value", "value_high", "figures",
    "disputed_figures", "not_converted", "not_added", "first_dated", "last_dated",
)  # fmt: skip
_TRACED_COLUMNS = (
    "initiative", "city", "payer", "unit", "announced", "contracted", "spent", "traced", "traced_share",
    "other_payers", "announced_first", "contracted_first", "spent_first", "months_to_contract",
    "months_to_contract_most", "months_to_payment", "months_to_payment_most", "disputed_figures",
)  # fmt: skip


@figure("initiatives-ladder")
def initiatives_ladder(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """A small ladder an initiative, each on its own scale; a step that adds nothing says why in words."""
    if table.empty:
        return nothing(look)
    ladders: dict[str, list[Any]] = {}
    for row in records(table, *_LADDER_COLUMNS):
        ladders.setdefault(row.initiative_id, []).append(row)
    shown = _furthest(ladders)
    stages = stages_of(descriptor)
    drawn = [row for steps in shown for row in steps]
    disputed = any(row.disputed_figures for row in drawn)
    sheet = Sheet(look)
    key([doubt.line(look)] if disputed else [], sheet)
    rows = Rows(sheet)
    units = {row.unit for row in drawn}
    labels = {row.position: _step_label(row, look, with_unit=len(units) > 1 or not look.narrow) for row in drawn}
    # Beside the names of the stages and the labels, the bars get what is left.
    longest = pixels_right(list(labels.values()), look.size - 1, 230 if look.narrow else 860)
    for steps in shown:
        _ladder(rows, steps, stages, labels, every_stage=len(shown) == 1)
    rows.draw(no_axis(longest), 4)
    scale = _("linear scale") if len(shown) == 1 else _("each initiative has its own scale")
    stated = _("Counted figures, as stated") + f"{'<br>' if look.narrow else ' '}({scale})"
    base = axis_title(drawn[0].unit, look, scale) if len(units) == 1 else stated
    sheet.text(muted(base, look, 11), pixels=4 + 15 * (1 + base.count("<br>")))
    note = ""
    if left := len(ladders) - len(shown):
        note = ngettext(
            "Drawn are the {drawn} initiatives with money at most stages; {n} more stands in the table.",
            "Drawn are the {drawn} initiatives with money at most stages; {n} more stand in the table.",
            left,
            drawn=formats.whole(len(shown)),
        )
    return doubt.explained(Drawing(sheet.figure(), _ladder_alt(shown, stages), note), disputed)


def _furthest(ladders: dict[str, list[Any]]) -> list[list[Any]]:
    """The initiatives with money at most stages, then those with most figures and the largest sum."""
    every = list(ladders.values())
    if len(every) <= _ALL_LADDERS:
        return every

    def weight(steps: list[Any]) -> tuple[float, ...]:
        counted = [row for row in steps if row.value == row.value]
        sums = [row.value for row in counted]
        return len({row.stage for row in counted}), sum(row.figures for row in counted), max(sums, default=0)

    return sorted(every, key=weight, reverse=True)[:_LADDERS]


def _step_label(row: Any, look: Look, *, with_unit: bool) -> str:
    """What a step holds, who pays and when; in fewer words on a narrow page."""
    dates, size = _dates(row, short=look.narrow), look.size - 1
    payer = payer_word(row.payer)
    if row.value != row.value:
        if look.narrow:
            said = _("not converted") if row.not_converted else _("not added")
        elif row.not_converted:
            said = ngettext("{n} figure not converted", "{n} figures not converted", row.not_converted)
        else:
            said = ngettext("{n} figure not added", "{n} figures not added", row.not_added)
        return f" {muted(f'{said} · {payer} · {dates}', look, size)}"
    high = None if look.narrow else row.value_high
    money = formats.money(row.value, row.unit, high) if with_unit else formats.short(row.value)
    text = doubt.flagged(formats.escape(money), row.disputed_figures, look)
    return beside(f"{text}\u2002{muted(f'{payer} · {dates}', look, size)}", row.value, row.value_high)


def _dates(row: Any, *, short: bool = False) -> str:
    """The first and the last date of a step; in short, their years."""
    if pd.isna(row.first_dated):
        return _("no date")
    first, last = (formats.date(date[:4] if short else date) for date in (row.first_dated, row.last_dated))
    if first == last:
        return first
    return f"{first}–{last}" if short else _("{first} to {last}", first=first, last=last)


def _ladder(rows: Rows, steps: list[Any], stages: dict[str, str], labels: dict[int, str], *, every_stage: bool) -> None:
    """One initiative: its name, and its steps from the weakest stage to the strongest."""
    look, first = rows.sheet.look, steps[0]
    rows.title(first.initiative, formats.escape(first.city), letters=34)
    longest: Counter[str] = Counter()
    for row in steps:
        if row.value == row.value:
            longest[row.unit] = max(longest[row.unit], row.value_high)
    for stage, name in stages.items():
        at_stage = [row for row in steps if row.stage == stage]
        if every_stage and not at_stage:
            rows.tick(muted(name, look), 22)
            mark = Mark(0, 0, 0, rows.height + 11, stage, _("{stage}: no figure recorded", stage=name))
            rows.label(0, mark.across, " " + muted(_("no figure recorded"), look, look.size - 1), mark)
            rows.height += 22
        for row in at_stage:
            rows.tick(name, 22)
            share, high = 0.0, 0.0
            if row.value == row.value and longest[row.unit] > 0:
                share, high = row.value / longest[row.unit], row.value_high / longest[row.unit]
            mark = Mark(0, share, high, rows.height + 11, stage, _step_hover(row, name), row.position)
            if share:
                rows.bar(mark, look.payer(row.payer), _THICK)
            rows.label(high, mark.across, labels[row.position], mark)
            rows.height += 22
    rows.height += 14


def _step_hover(row: Any, stage: str) -> str:
    if row.value == row.value:
        amount = formats.escape(formats.money(row.value, row.unit, row.value_high))
    else:
        amount = _("Nothing to add")
    numbers = [
        ngettext("{n} counted", "{n} counted", row.figures) if row.figures else "",
        ngettext("{n} not converted", "{n} not converted", row.not_converted) if row.not_converted else "",
        ngettext("{n} not added", "{n} not added", row.not_added) if row.not_added else "",
    ]
    return doubt.lines(
        f"<b>{formats.escape(row.initiative)}</b>, {formats.escape(row.city)}",
        f"{stage}. {payer_name(row.payer)}",
        f"{amount}, {_dates(row)}",
        _("Figures: {numbers}", numbers=", ".join(filter(None, numbers))),
        doubt.of_several(row.disputed_figures, row.figures),
    )


def _ladder_alt(shown: list[list[Any]], stages: dict[str, str]) -> str:
    """How many initiatives came how far, and the steps of the first two in words."""
    firm = sum(any(row.stage in ("contracted", "spent") and row.value == row.value for row in steps) for steps in shown)
    sentences = [
        ngettext(
            "{n} initiative with money by stage; with anything counted as contracted or spent: {firm}.",
            "{n} initiatives with money by stage; with anything counted as contracted or spent: {firm}.",
            len(shown),
            firm=formats.whole(firm),
        )
    ]
    for steps in shown[:2]:
        sentences.append(
            _(
                "{initiative}, {city}: {steps}.",
                initiative=steps[0].initiative,
                city=steps[0].city,
                steps="; ".join(_step_words(row, stages[row.stage].lower()) for row in steps),
            )
        )
    return " ".join(sentences)


def _step_words(row: Any, stage: str) -> str:
    """A step within a sentence."""
    payer = payer_words(row.payer)
    if row.value != row.value:
        return _("{stage}, {payer}: none counted", stage=stage, payer=payer)
    money = formats.money(row.value, row.unit, row.value_high)
    return _("{stage} {money}, {payer}", stage=stage, money=money, payer=payer)


@figure("initiatives-traced")
def initiatives_traced(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """What was announced as a dashed outline; what was contracted or paid of it as ink, however far that reaches."""
    if table.empty:
        return nothing(look, _("Nothing was announced."))
    promises = records(table, *_TRACED_COLUMNS)
    units = [unit for unit, number in Counter(row.unit for row in promises).most_common()]
    most = max(3, _PROMISES // min(len(units), MOST_UNITS))
    sheet = Sheet(look)
    shown = [row for unit in units[:MOST_UNITS] for row in [r for r in promises if r.unit == unit][:most]]
    disputed = any(row.disputed_figures for row in shown)
    key(_traced_legend(shown, disputed, look), sheet)
    for unit in units[:MOST_UNITS]:
        if len(units) > 1:
            sheet.text(f"<b>{formats.escape(formats.unit_title(unit))}</b>", pixels=24)
        _promises(sheet, [row for row in shown if row.unit == unit])
    notes = []
    places = {row.position for row in shown}
    rest = [row for row in promises if row.unit in units[:MOST_UNITS] and row.position not in places]
    if rest:
        more = ngettext(
            "Drawn are the {drawn} largest announcements; {n} more stands in the table, {traced} of them traced.",
            "Drawn are the {drawn} largest announcements; {n} more stand in the table, {traced} of them traced.",
            len(rest),
            drawn=formats.whole(len(shown)),
            traced=formats.whole(sum(row.traced > 0 for row in rest)),
        )
        notes.append(more)
    notes.append(left_to_table(units[MOST_UNITS:]))
    drawing = Drawing(sheet.figure(), _traced_alt(promises), " ".join(filter(None, notes)))
    return doubt.explained(drawing, disputed)


def _traced_legend(shown: list[Any], disputed: bool, look: Look) -> list[str]:
    """What outline and ink mean, and the colours of the payers."""
    entries = [
        f'<span style="color:{look.payer(payer)}">■</span> {payer_name(payer)}'
        for payer in PAYERS
        if any(row.payer == payer for row in shown)
    ]
    entries.append(muted(_("dashed: announced · hatched: contracted · solid: paid"), look))
    return [*entries, doubt.line(look)] if disputed else entries


def _promises(sheet: Sheet, shown: list[Any]) -> None:
    """The announcements of one unit on one scale."""
    look, rows = sheet.look, Rows(sheet)
    longest = max(max(row.announced, row.traced) for row in shown) or 1
    labels = [_traced_label(row, look) for row in shown]
    # A label stands right of its own bar: what counts is where each of them ends.
    whole = 330 if look.narrow else 960
    ends = [max(row.announced, row.traced) / longest for row in shown]
    end = max(
        (end * pixels_right([label], look.size - 1, whole) for end, label in zip(ends, labels, strict=True)), default=1
    )
    end = max(end, 1.02)
    for row, label in zip(shown, labels, strict=True):
        said = {"money": formats.money(row.announced, row.unit), "payer": payer_words(row.payer)}
        money = _("{money}, {payer}", **said) if look.narrow else _("announced {money}, {payer}", **said)
        rows.title(row.initiative, formats.escape(f"{row.city} · {money}"))
        across, hover = rows.height + 12, _traced_hover(row)
        promise = Mark(0, row.announced, 0, across, "announced", hover, row.position)
        rows.bar(promise, look.payer(row.payer), 16)
        if row.traced > 0:
            rows.bar(Mark(0, row.traced, 0, across, _reached(row), hover, row.position), look.payer(row.payer), 9)
        rows.label(max(row.announced, row.traced), across, label, promise)
        rows.height += 34
    title = axis_title(shown[0].unit, look, _("one linear scale"))
    rows.draw({**sheet.scale(longest, title=title), "range": [-longest * 0.003, longest * end]}, 64)


def _reached(row: Any) -> str:
    """The stage whose sum is traced: the larger one."""
    return "spent" if row.spent == row.spent and not row.contracted >= row.spent else "contracted"


def _traced_label(row: Any, look: Look) -> str:
    """The share, and how long it took."""
    stage = _reached(row)
    if row.traced > 0:
        said, more = f"<b>{_share(row)}</b>", _took(row, stage)
        if not look.narrow:
            money = formats.escape(formats.money(row.traced, row.unit))
            if stage == "spent":
                more = _("paid {money}, {time}", money=money, time=more)
            else:
                more = _("contracted {money}, {time}", money=money, time=more)
    else:
        by_others = row.other_payers > 0 and not look.narrow
        others = _("by other payers {money}", money=formats.escape(formats.money(row.other_payers, row.unit)))
        said, more = _("none traced"), others if by_others else ""
    text = f" {doubt.flagged(said, row.disputed_figures, look)}"
    return f"{text}\u2002{muted(more, look, look.size - 1)}" if more else text


def _share(row: Any) -> str:
    """The traced share in words; above the announcement as a multiple of it."""
    if row.announced <= 0 or pd.isna(row.traced_share):
        return _("share not known")
    if row.traced_share >= 150:
        return _("{number} × the announcement", number=formats.short(row.traced_share / 100))
    if row.traced_share < 1:
        return _("under 1 % traced")
    # Not all of it is traced as long as anything is missing.
    share = 99 if 99 < row.traced_share < 100 else int(row.traced_share + 0.5)
    return _("{number} % traced", number=share)


def _took(row: Any, stage: str) -> str:
    """The months from the announcement to the first contract or payment, as precisely as the dates allow."""
    fewest, most = (
        (row.months_to_payment, row.months_to_payment_most)
        if stage == "spent"
        else (row.months_to_contract, row.months_to_contract_most)
    )
    if pd.isna(fewest):
        return _("time not known")
    if fewest == most:
        return _("in the same month") if fewest == 0 else ngettext("after {n} month", "after {n} months", fewest)
    return ngettext("after {fewest} to {n} month", "after {fewest} to {n} months", most, fewest=formats.whole(fewest))


def _traced_hover(row: Any) -> str:
    def money(value: float) -> str:
        return formats.escape(formats.money(value, row.unit))

    steps = [_("Announced {money}, {date}", money=money(row.announced), date=formats.date(row.announced_first))]
    if row.contracted == row.contracted:
        date, time = formats.date(row.contracted_first), _took(row, "contracted")
        steps.append(_("Contracted {money}, {date}, {time}", money=money(row.contracted), date=date, time=time))
    if row.spent == row.spent:
        date, time = formats.date(row.spent_first), _took(row, "spent")
        steps.append(_("Paid {money}, {date}, {time}", money=money(row.spent), date=date, time=time))
    return doubt.lines(
        f"<b>{formats.escape(row.initiative)}</b>, {formats.escape(row.city)}",
        payer_name(row.payer),
        *steps,
        _share(row) if row.traced > 0 else _("No contract or payment since"),
        _("By other payers: {money}", money=money(row.other_payers)) if row.other_payers > 0 else "",
        f"{doubt.FLAG} " + _("Disputed figures: {number}", number=row.disputed_figures) if row.disputed_figures else "",
    )


def _traced_alt(promises: list[Any]) -> str:
    """How many announcements have anything to trace, and the largest one."""
    traced = sum(row.traced > 0 for row in promises)
    first = promises[0]
    number = ngettext(
        "{n} announcement, {traced} of them followed by a contract or a payment.",
        "{n} announcements, {traced} of them followed by a contract or a payment.",
        len(promises),
        traced=formats.whole(traced),
    )
    largest = _(
        "The largest: {initiative}, {city}, {money}, {share}.",
        initiative=first.initiative,
        city=first.city,
        money=formats.money(first.announced, first.unit),
        share=_share(first) if first.traced > 0 else _("none traced"),
    )
    return f"{number} {largest}"
