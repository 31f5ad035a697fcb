"""The tables that stand in the place of charts on a page without any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from components import city, formats
from components.behind import initiative_name
from components.formats import escape, link, money
from components.html import badge, unbroken
from components.state import facts
from components.telling import Telling
from components.words import MONEY
from ledger import views
from ledger.language import N_, ngettext
from ledger.language import gettext as _
from ledger.selection import Selection

#: Titles and descriptions for a page about one city or one initiative, where those of the view speak of several.
_OF_ONE = {
    ("city", "goals-profile"): (
        N_("How far has each goal come?"),
        N_("The nine grades of the city, with the strongest evidence for each goal."),
    ),
    ("initiative", "initiatives-ladder"): (
        N_("How far has its money come?"),
        N_(
            "Counted figures by stage and payer, with the dates of the first and the latest. Stages are different "
            "sets of figures and are never added."
        ),
    ),
}


def twin_html(view_id: str, selection: Selection, *, telling: Telling) -> str:
    """The table of a view under its title; empty where it has no rows, or where the text above it says the same."""
    if view_id not in _TWINS:
        return ""
    table = views.table(view_id, facts(), selection)
    if table.empty:
        return ""
    made = views.VIEWS[view_id]
    about = "initiative" if selection.initiative else "city"
    title, description = _OF_ONE.get((about, view_id), (made.title, made.description))
    heads, rows = _TWINS[view_id](table, selection, telling)
    head = f"<{telling.head}>{escape(_(title))}</{telling.head}>"
    return f"{head}<p class='ledger-note'>{escape(_(description))}</p>{city.table_html(heads, rows)}"


def _ladder(table: pd.DataFrame, selection: Selection, telling: Telling) -> tuple[list[str], list[list[str]]]:
    """Counted sums of each initiative by stage and payer, with the sources of the figures that are added."""
    register = views.table("funding-register", facts(), selection)
    rows = []
    for row in table.itertuples():
        same = (register["initiative_id"] == row.initiative_id) & (register["stage"] == row.stage)
        added = register[same & (register["payer"] == row.payer) & register["counted"]]
        sources = dict.fromkeys(link(figure.source_url, figure.publisher) for figure in added.itertuples())
        rows.append(
            [
                initiative_name(row, telling, selection),
                escape(facts().descriptor.label("funding", "stage", row.stage)),
                escape(_(MONEY[row.payer])),
                city.sum_html(row),
                _span(row.first_dated, row.last_dated),
                ", ".join(sources) or _("nothing is added"),
            ]
        )
    heads = [_("Initiative"), _("Stage"), _("Payer"), _("Added"), _("Dated"), _("Sources of what is added")]
    # A page about one initiative has named it.
    return (heads[1:], [row[1:] for row in rows]) if selection.initiative else (heads, rows)


def _traced(table: pd.DataFrame, selection: Selection, telling: Telling) -> tuple[list[str], list[list[str]]]:
    """What was announced for each initiative and payer, and what was contracted and paid since."""
    rows = [
        [
            initiative_name(row, telling, selection),
            escape(_(MONEY[row.payer])),
            *(
                _dated(amount, row.unit, first)
                for amount, first in (
                    (row.announced, row.announced_first),
                    (row.contracted, row.contracted_first),
                    (row.spent, row.spent_first),
                )
            ),
            badge(_("⚑ disputed"), alert=True) if row.disputed_figures else "",
        ]
        for row in table.itertuples()
    ]
    heads = [_("Initiative"), _("Payer"), _("Announced"), _("Contracted"), _("Paid out"), _("In dispute")]
    return heads, rows


def _goals(table: pd.DataFrame, selection: Selection, telling: Telling) -> tuple[list[str], list[list[str]]]:
    """Each of the goals with its grade, those without evidence too."""
    descriptor = facts().descriptor
    # Where there is no evidence, the view says so in the place of a code.
    words = {category.value: category.label for category in descriptor.categories("initiative_goals", "evidence")}
    rows = [
        [
            escape(descriptor.label("initiative_goals", "goal", row.goal)),
            _("{grade} of 3", grade=row.grade),
            escape(words.get(row.evidence) or _("none recorded"))
            + (" " + badge(_("⚑ disputed"), alert=True) if row.disputed_evidence else ""),
            ngettext("{n} initiative", "{n} initiatives", row.initiatives),
        ]
        for row in table.itertuples()
    ]
    return [_("Goal"), _("Grade"), _("Strongest evidence"), _("Behind it")], rows


def _span(first: Any, last: Any) -> str:
    """The dates of the first and the latest figure."""
    begin, end = (unbroken(formats.date(one)) for one in (first, last))
    return begin if pd.isna(first) or first == last else _("{first} to {last}", first=begin, last=end)


def _dated(amount: Any, unit: str, first: Any) -> str:
    if pd.isna(amount):
        return _("none recorded")
    return escape(money(amount, unit)) + ("" if pd.isna(first) else f" ({unbroken(formats.date(first))})")


#: Views whose charts say more than the text above them. What a city's public money is at each stage,
#: the text says as a table already.
_TWINS: dict[str, Callable[[pd.DataFrame, Selection, Telling], tuple[list[str], list[list[str]]]]] = {
    "initiatives-ladder": _ladder,
    "initiatives-traced": _traced,
    "goals-profile": _goals,
}
