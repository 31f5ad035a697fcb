"""The rows and sources behind a bar, a cell or a row of a table, in a drawer beside the page."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st
from babel.numbers import format_decimal

from components import formats
from components.formats import data_text, escape, link, title_link
from components.html import badge, item, items
from components.own import sign_of
from components.state import facts
from components.tables import display, is_shown
from components.telling import PAGE, Telling
from components.words import DISPUTED, MONEY, PAYERS
from ledger import views
from ledger.language import gettext as _
from ledger.language import locale, ngettext
from ledger.selection import Selection, localised

#: Items listed in the drawer; the table holds all.
LISTED = 60
#: Columns that hold sentences of the dataset.
_SENTENCES = ("summary", "note", "reason", "statement")
_ALL = Selection()


def show_rows_behind(view_id: str, row: dict[str, Any], selection: Selection) -> None:
    """Open the drawer with the rows that one row of a view stands for."""
    made = views.VIEWS[view_id]
    shown, rows = views.rows_behind(view_id, row, facts(), selection, LISTED)

    def close() -> None:
        st.session_state[f"nonce_{view_id}"] = st.session_state.get(f"nonce_{view_id}", 0) + 1

    @st.dialog(_("Behind this figure"), width=760, position="right", on_dismiss=close)
    def drawer() -> None:
        lead = "" if made.detail == view_id else f"<p class='lead'>{escape(_what(made, row))}</p>"
        detail, listing = views.VIEWS[made.detail], _LISTINGS.get(made.detail)
        told = listing(shown, under=selection) if listing else record_items(detail, shown, under=selection)
        st.html(lead + told)
        if rows > LISTED:
            st.caption(
                ngettext(
                    "{n} more row in the table of the page.",
                    "{n} more rows in the table of the page.",
                    rows - LISTED,
                )
            )

    drawer()


def _what(made: views.View, row: dict[str, Any]) -> str:
    """What the row stands for, in the words of its columns."""
    descriptor = facts().descriptor
    named = localised(facts(), pd.DataFrame([row])).iloc[0]
    words = []
    for name, origin in made.origin.items():
        shown = name if name not in made.behind else name.removesuffix("_id")
        if name not in made.behind or name == "unit" or pd.isna(row[name]):
            continue
        value = named.get(shown, row[name])
        if isinstance(origin, str):
            table, column = origin.split(".", 1)
            value = descriptor.label(table, column, str(value)) if shown == name else value
        elif name == "payer":
            value = _(PAYERS[value])
        words.append(str(value))
    text = " · ".join(words)
    if "figures" in row and "unit" in row:
        text += ": " + formats.money(row["value"], str(row["unit"]), row.get("value_high"))
        added, others = int(row["figures"]), int(row["not_added"]) + int(row["not_converted"])
        counted = ngettext(
            "{n} figure added, {others} not.",
            "{n} figures added, {others} not.",
            added,
            others=ngettext("{n} other", "{n} others", others),
        )
        text += f". {counted}"
    return text


def initiative_name(row: Any, telling: Telling = PAGE, under: Selection = _ALL) -> str:
    """The name of a row's initiative, as a link to its page where it is to be one."""
    return telling.link("initiative", row.initiative_id, escape(row.initiative), under)


def figure_items(rows: pd.DataFrame, *, telling: Telling = PAGE, under: Selection = _ALL) -> str:
    """Figures of money, each with stage, payer, date, source, and why it is or is not counted.

    `telling` says where the names of initiatives lead; `under` is the selection that the links keep.
    """
    descriptor = facts().descriptor
    made = []
    for row in localised(facts(), rows).itertuples():
        amount = formats.money(row.amount, row.currency, row.amount_high)
        if row.currency != "USD" and not pd.isna(row.usd):
            amount += f" ({formats.money(row.usd, 'USD')})"
        payer = row.funder_name if not pd.isna(row.funder_name) else ""
        marks = [
            badge(descriptor.label("funding", "stage", row.stage)),
            badge(_(MONEY[row.payer])),
            badge(_("added") if row.counted else _("not added"), strong=bool(row.counted)),
        ]
        if row.disputed != "none":
            marks.append(badge(_(DISPUTED[row.disputed]), alert=True))
        made.append(
            item(
                head=f"<strong>{escape(amount)}</strong> {' '.join(marks)}{sign_of(row)}",
                lines=[
                    f"{initiative_name(row, telling, under)}, {escape(row.city)}"
                    + (f" · {escape(payer)}" if payer else ""),
                    data_text(row.note),
                    (_("<em>Added:</em> {reason}") if row.counted else _("<em>Not added:</em> {reason}")).format(
                        reason=data_text(row.reason)
                    ),
                    f"{escape(formats.date(row.dated))} · {link(row.source_url, row.publisher)}",
                ],
            )
        )
    return items(made)


def evidence_items(rows: pd.DataFrame, *, telling: Telling = PAGE, under: Selection = _ALL) -> str:
    """Evidence for goals, each with its initiative and source."""
    descriptor = facts().descriptor
    made = []
    for row in rows.itertuples():
        marks = badge(
            descriptor.label("initiative_goals", "evidence", row.evidence), strong=row.evidence == "operating"
        )
        if row.disputed != "none":
            marks += " " + badge(_(DISPUTED[row.disputed]), alert=True)
        goal = descriptor.label("initiative_goals", "goal", row.goal)
        made.append(
            item(
                head=f"<strong>{escape(goal)}</strong> {marks}{sign_of(row)}",
                lines=[
                    initiative_name(row, telling, under),
                    data_text(row.note),
                    title_link(row.source_url, f"{row.publisher}: {row.source_title}"),
                ],
            )
        )
    return items(made)


def record_items(made: views.View, rows: pd.DataFrame, *, under: Selection = _ALL) -> str:
    """Rows of any view, column by column, each with its sources."""
    titles = {column.name: column.title for column in made.columns(facts())}
    shown = display(made, rows)
    name = next((column for column in ("initiative", "model") if column in rows), rows.columns[0])
    listed = []
    for position in range(len(rows)):
        values = shown.iloc[position]
        lines = [
            f"<span class='ledger-note'>{escape(titles[column])}:</span> {_told(column, values[column])}"
            for column in rows
            if column != name and is_shown(made, column) and not column.endswith("_url") and not pd.isna(values[column])
        ]
        lines += _sources(rows.iloc[position])
        head = initiative_name(rows.iloc[position], PAGE, under) if name == "initiative" else escape(values[name])
        listed.append(item(head=f"<strong>{head}</strong>", lines=lines))
    return items(listed)


def _told(column: str, value: Any) -> str:
    """A value of a column, as HTML."""
    if pd.api.types.is_bool(value):
        return escape(_("yes") if value else _("no"))
    if pd.api.types.is_number(value):
        return number(value)
    if column == "what":
        # A thing that can be known: marked where the things are named.
        return escape(_(value))
    return data_text(value) if column in _SENTENCES else escape(value)


def number(value: float) -> str:
    """A number with the digits that it has: `1,234.5`."""
    return format_decimal(Decimal(f"{value:.10g}"), format="#,##0.##########", locale=locale())


def _sources(row: pd.Series) -> list[str]:
    """Links to the sources of a row: its own, else those of its initiative or model."""
    if not pd.isna(row.get("source_url")):
        own = _source(row["source_url"], row.get("publisher"), row.get("source_title"))
        base = row.get("base_source_url")
        if pd.isna(base) or base == row["source_url"]:
            return [own]
        return [own, link(base, _("Source of the base's score"))]
    tables = facts().tables
    link_table, key = ("initiative_sources", "initiative_id") if "initiative" in row else ("model_sources", "model_id")
    links, sources = tables[link_table], tables["sources"]
    cited = sources[sources["id"].isin(links.loc[links[key] == row[key], "source_id"])]
    return [_source(source.url, source.publisher, source.title) for source in cited.itertuples()]


def _source(url: str, publisher: str | None, title: str | None) -> str:
    name = ": ".join(part for part in (publisher, title) if part and not pd.isna(part))
    return title_link(url, name) if name else link(url, _("Source"))


_LISTINGS: dict[str, Callable[..., str]] = {
    "funding-register": figure_items,
    "goals-evidence": evidence_items,
}
