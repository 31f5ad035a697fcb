"""The history in words: what each change is about, and what it says, as it stood then."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd
from babel.numbers import format_compact_decimal, format_decimal, get_decimal_symbol

from ledger.descriptor import Descriptor
from ledger.history import Change, Record, State, history_of, payer_class, records, removed_row, states
from ledger.language import N_, SOURCE, language, locale
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.tables import Tables

if TYPE_CHECKING:
    from ledger.facts import Facts

#: What the frame of changes holds beside the columns of the history; texts, "" where there is nothing to say.
WORDS = (
    "about", "what_changed", "initiative", "kind", "domain", "status", "model", "funder", "stage", "scope", "payer",
    "stance", "source_id",
)  # fmt: skip
_COLUMNS = (
    "change_id", "version", "changed_on", "change", "table", "row_id", "column", "before", "after", "initiative_id",
    "model_id", "city_id",
)  # fmt: skip
#: Characters of a text that are shown of it.
_SHOWN = 240

_STANCES = {
    "asserts": N_("Claim about {topic}, by {said}"),
    "disputes": N_("Dispute about {topic}, by {said}"),
    "concedes": N_("Concession about {topic}, by {said}"),
    "corroborates": N_("Confirmation about {topic}, by {said}"),
}
_STRONGEST = {
    "public": N_("Strongest stage of public money: {before} → {after}."),
    "mixed": N_("Strongest stage of mixed money: {before} → {after}."),
    "private": N_("Strongest stage of private money: {before} → {after}."),
    "unknown": N_("Strongest stage of money whose payer is not known: {before} → {after}."),
}


def said(table: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """Rows of the view `changes` with what they say in the language that is spoken; the view itself is English.

    Of a package with tables in files it stays English: what its rows were is not at hand.
    """
    if language() == SOURCE or facts.tables.is_large:
        return table
    return table.assign(what_changed=table["change_id"].map(_what_changed(facts)))


@remembered(2, in_words=True)
def _what_changed(facts: Facts) -> Mapping[str, str]:
    told = changes_in_words(facts.tables)
    return dict(zip(told["change_id"], told["what_changed"], strict=True))


def changes_in_words(tables: Tables) -> pd.DataFrame:
    """Every change of the history, the latest version first, with what it is about and what it says.

    It is said in the language that is spoken. Columns: those of the history (`id` as `change_id`)
    and `WORDS`; all texts, missing where there is nothing to say. A change tells the row as it
    stood then, whatever became of it later. Without a history the frame is empty.
    """
    history = history_of(tables)
    present = records(tables) if history else {}
    named = _with_removed(history, present)
    words = _Words(tables.descriptor, named)
    as_it_stood = states(history, present)
    versions = [
        list(rows) for version, rows in groupby(zip(history, as_it_stood, strict=True), lambda pair: pair[0]["version"])
    ]
    rows = [row for version in reversed(versions) for row in _rows(version, words, named)]
    frame = pd.DataFrame(rows, columns=[*_COLUMNS, *WORDS], dtype="str")
    return frame.mask(frame == "")


def _with_removed(history: list[Change], present: State) -> State:
    """The rows of today and those that were removed: what names are taken from."""
    removed = {
        (change["table"], change["row_id"]): removed_row(change) for change in history if change["change"] == "removed"
    }
    return {**removed, **present}


def _rows(version: list[tuple[Change, Record]], words: _Words, named: State) -> Iterator[Record]:
    """The changes of one version, by what they are about: of an initiative, a model, a city together."""
    new = {(change["table"], change["row_id"]) for change, record in version if change["change"] == "added"}
    made = []
    for change, record in version:
        initiative = named.get(("initiatives", change["initiative_id"]), {})
        about = words.about(change, record)
        stepped = change["change"] == "moved_up" and (change["table"], change["row_id"]) in new
        made.append(
            {
                "change_id": change["id"],
                **{name: change[name] for name in _COLUMNS[1:]},
                "about": about,
                "what_changed": words.what(change, record, stepped=stepped),
                "initiative": initiative.get("name", ""),
                **{name: initiative.get(name, "") for name in ("kind", "domain", "status")},
                "model": words.name("models", change["model_id"]) if change["model_id"] else "",
                **{name: record.get(name, "") for name in ("funder", "stage", "scope", "stance")},
                "payer": payer_class(record.get("funder", "")),
                "source_id": record.get("source_id", ""),
            }
        )
    # Sorting keeps the order of the history within what a change is about.
    return iter(sorted(made, key=lambda row: (row["city_id"] == "", row["city_id"], row["about"].casefold())))


class _Words:
    """Rows and changes in the words of the descriptor."""

    def __init__(self, descriptor: Descriptor, named: State) -> None:
        self.descriptor = descriptor
        self.named = named

    def about(self, change: Change, record: Record) -> str:
        """The model, the initiative or the city that a change belongs to, else the row itself."""
        for table, owner in (("models", "model_id"), ("initiatives", "initiative_id"), ("cities", "city_id")):
            if change[owner]:
                return self.name(table, change[owner])
        return record.get("name") or record.get("title") or change["row_id"]

    def what(self, change: Change, record: Record, *, stepped: bool) -> str:
        """What a change says; `stepped` where a new figure is stronger than what its initiative had."""
        row = self.row(change["table"], record) if record else f"{change['table']} {change['row_id']}"
        if change["change"] in ("added", "removed"):
            return row
        before, after = (self.value(change["table"], change["column"], change[name]) for name in ("before", "after"))
        if stepped:
            strongest = _STRONGEST.get(payer_class(record.get("funder", "")), _STRONGEST["unknown"])
            moved = _(strongest, before=before, after=after)
            return f"{moved} {row}"
        moved = f"{self.title(change['table'], change['column'])}: {before} → {after}"
        return moved if row in (self.about(change, record), "") else f"{moved}. {row}"

    def row(self, table: str, record: Record) -> str:
        """A row in words; a row that is what it is about says what sort of thing it is."""

        def label(column: str) -> str:
            return self.value(table, column, record.get(column, ""))

        match table:
            case "funding":
                basis = "" if record.get("basis") == "total" else label("basis").lower()
                dated = _("dated {date}", date=record.get("dated", ""))
                counted = "" if record.get("counted") == "true" else _("not to be added to others")
                parts = [_amount(record), label("stage").lower(), basis, dated, counted]
                stated = ", ".join(part for part in parts if part)
                return _("{figure}; payer: {payer}", figure=stated, payer=self.payer(record))
            case "metrics":
                return f"{label('name')}: {label('value')} {record.get('unit', '')} ({label('kind').lower()})"
            case "initiative_goals":
                goal, evidence = label("goal").lower(), label("evidence").lower()
                return _("Goal of sovereignty, {goal}: {evidence}", goal=goal, evidence=evidence)
            case "initiatives":
                kind, status = label("kind").lower(), label("status").lower()
                return _("Initiative: {name} ({kind}, {status})", name=record.get("name", ""), kind=kind, status=status)
            case "models":
                return _("Model: {name}", name=record.get("name", ""))
            case "model_parents":
                parent = self.name("models", record.get("parent_model_id", ""))
                relation, basis = label("relation").lower(), label("basis").lower()
                return _("Built from {model} ({relation}, {basis})", model=parent, relation=relation, basis=basis)
            case "benchmark_results":
                test = f"{record.get('benchmark', '')} {record.get('version', '')}".strip()
                score = f"{label('score')} {record.get('unit', '')}"
                by = label("reported_by").lower()
                return _("Score on {test}: {score}, reported by: {by}", test=test, score=score, by=by)
            case "claims":
                topic, said = label("topic").lower(), f"{record.get('claimant', '')}: {record.get('statement', '')}"
                stance = record.get("stance", "")
                if stance in _STANCES:
                    return _short(_(_STANCES[stance], topic=topic, said=said))
                return _short(_("{stance} about {topic}, by {said}", stance=label("stance"), topic=topic, said=said))
        return ""

    def payer(self, record: Record) -> str:
        """Who pays for a figure: by name, and as what sort of body."""
        funder = record.get("funder", "").replace("unknown", "")
        sort = self.value("funding", "funder", funder)
        return f"{record['funder_name']} ({sort.lower()})" if record.get("funder_name") else sort.lower()

    def title(self, table: str, column: str) -> str:
        """The title of a column; its name where the package has it no longer."""
        fields = self.descriptor.fields(table) if table in self.descriptor.tables else ()
        return next((field.title for field in fields if field.name == column), column)

    def value(self, table: str, column: str, text: str) -> str:
        """A value as a reader knows it: labels for codes, names for ids, numbers with separators."""
        if text == "":
            return _("not known")
        fields = self.descriptor.fields(table) if table in self.descriptor.tables else ()
        field = next((field for field in fields if field.name == column), None)
        if field and field.type in ("number", "integer"):
            return _number(text)
        labels = {one.value: one.label for one in field.categories} if field else {}
        if text in labels:
            return labels[text]
        target = self._target(table, column)
        return self.name(target, text) if target else _short(text)

    def name(self, table: str, row: str) -> str:
        """The name of a row, the key where there is none."""
        record = self.named.get((table, row), {})
        return record.get("name") or record.get("title") or row

    def _target(self, table: str, column: str) -> str:
        """The table whose ids a column holds; "" where it holds none."""
        if table not in self.descriptor.tables:
            return ""
        for key in self.descriptor.schema(table).get("foreignKeys", ()):
            if key["fields"] in (column, [column]):
                return str(key["reference"].get("resource") or table)
        return ""


def _amount(record: Record) -> str:
    """`BRL 90 million`, `USD 12 million to 15 million`."""
    ends = [record[name] for name in ("amount", "amount_high") if record.get(name)]
    shown = [
        format_compact_decimal(float(end), format_type="long", locale=locale(), fraction_digits=3)
        for end in dict.fromkeys(ends)
    ]
    amount = _("{low} to {high}", low=shown[0], high=shown[1]) if len(shown) == 2 else "".join(shown)
    return f"{record.get('currency', '')} {amount}".strip()


def _number(text: str) -> str:
    whole, point, part = text.partition(".")
    if not whole.lstrip("+-").isdigit():
        return text
    return f"{format_decimal(int(whole), locale=locale())}{get_decimal_symbol(locale()) if point else ''}{part}"


def _short(text: str) -> str:
    return textwrap.shorten(text, _SHOWN, placeholder=" …")
