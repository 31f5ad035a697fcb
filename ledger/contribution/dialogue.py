"""The questions that make an entry: which columns there are, and what each may hold, the descriptor says."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from rapidfuzz import fuzz, utils

from ledger.contribution.answers import Wrong, check, shown
from ledger.contribution.conversation import Conversation, Unclear
from ledger.contribution.entry import PARTS, Part, columns
from ledger.contribution.files import Package, Row
from ledger.contribution.ids import propose
from ledger.contribution.likeness import alike, like_amounts
from ledger.contribution.rows import New, country_of, initiative_id, named, target_of
from ledger.descriptor import Field

#: The answer that means: one that is not there yet.
NEW = "+"
_YES, _NO = ("y", "yes"), ("n", "no")
#: The tables of which a new row may be described in the middle of another; by table the part.
_DESCRIBED = {PARTS[key].table: key for key in ("cities", "organizations", "sources")}
#: The column after which rows that look alike can be told, by table.
_TELLING = {"sources": "url", "organizations": "name", "cities": "country_code", "initiatives": "name"}
#: What is asked before another row of a part is begun.
_MORE = {
    "funding": "Record a figure of money",
    "goals": "Record evidence for a goal of sovereignty",
    "metrics": "Record a target or a result",
    "claims": "Record a claim, a dispute or an answer to one",
}


class Dialogue:
    """Asks for what an entry does not say yet; `parts` is the entry as far as it has come."""

    def __init__(self, conversation: Conversation, package: Package, begun: Mapping[str, Any]) -> None:
        self.conversation = conversation
        self.package = package
        self.begun = begun
        self.parts: dict[str, Any] = copy.deepcopy(dict(begun))

    def questions(self) -> dict[str, Any]:
        """Ask, and give the parts of the entry."""
        self.parts = copy.deepcopy(dict(self.begun))
        for key in ("cities", "organizations"):
            for row in self.parts.get(key) or []:
                self._row(PARTS[key], row)
        self._initiative()
        self._sources()
        for key in ("funding", "goals", "metrics", "claims"):
            self._list(key)
        return self.parts

    def yes(self, question: str, explain: str) -> bool:
        """Whether a question is answered with yes; no answer is no."""
        return self.conversation.ask(f"{question}? y/n", _yes_or_no, explain=explain, proposed="n") == "y"

    # The parts

    def _initiative(self) -> None:
        begun = self.parts.get("initiative")
        if not begun or (isinstance(begun, str) and not self._owner()):
            self._head("initiatives")
            known = self._choose("initiatives", "Initiative (words of its name, + for a new one)", "")
            begun = {} if known == NEW else known
            self.parts["initiative"] = begun
        if isinstance(begun, str):
            return
        self._row(PARTS["initiative"], begun)
        if "partners" not in self.parts:
            self.parts["partners"] = []
        while True:
            question = "Partner (words of its name, + for a new one, empty: no more)"
            partner = self._choose("organizations", question, "", optional=True)
            if not partner:
                return
            self.parts["partners"].append(self._described("organizations") if partner == NEW else partner)

    def _sources(self) -> None:
        self._head("sources")
        for item in self.parts.setdefault("sources", []):
            if not isinstance(item, str):
                self._row(PARTS["sources"], item)
        is_new = not isinstance(self.parts["initiative"], str)
        while True:
            needed = is_new and not self.parts["sources"]
            field = self.package.descriptor.field("sources", "url")
            accept = _accept(field) if needed else _or_empty(_accept(field))
            url = self.conversation.ask(
                "Address of a source" + ("" if needed else " (empty: no more)"), accept, explain=_help(field)
            )
            if not url:
                return
            self._source(url)

    def _source(self, url: str) -> str:
        """The id of the source with an address; where it is not there yet, it is described first."""
        known = next((row["id"] for row in self._rows("sources") if row["url"] == url), None)
        if known:
            self.conversation.say(f"  This source is there already: {known}.")
            if all(item != known and _id(item) != known for item in self.parts["sources"]):
                self.parts["sources"].append(known)
            return known
        row: Row = {"url": url}
        self.parts["sources"].append(row)
        return self._row(PARTS["sources"], row)

    def _list(self, key: str) -> None:
        part = PARTS[key]
        self._head(part.table)
        items = self.parts.setdefault(key, [])
        for item in items:
            self._row(part, item)
        while self.yes(_MORE[key] + (", another one" if items else ""), self._what(part.table)):
            row: Row = {}
            items.append(row)
            self._row(part, row)

    # One row

    def _row(self, part: Part, row: Row) -> str:
        """Ask for the cells that a row lacks, its id last; give the id."""
        names = [name for name in columns(self.package.descriptor, part) if name != "id"]
        for name in names:
            field = self.package.descriptor.field(part.table, name)
            known = self._kept(part, field, row)
            known = self._following(part, name, row) if known is None else known
            row[name] = self._cell(part, field, row) if known is None else known
            if name == _TELLING.get(part.table):
                self._warn(part, row)
        if "id" not in [field.name for field in self.package.descriptor.fields(part.table)]:
            return ""
        if not row.get("id"):
            row["id"] = self._new_id(part, row)
        return row["id"]

    def _kept(self, part: Part, field: Field, row: Row) -> str | None:
        """A cell that was filled in before; None where there is none, or none that can stay."""
        text = row.get(field.name)
        if text is None:
            return None
        target = target_of(self.package, part.table, field.name)
        if target and text:
            return named(target, text, self._rows(target))[0] or None
        try:
            return check(field, text)
        except Wrong as wrong:
            self.conversation.say(f"  {field.title}: {wrong}")
            return None

    def _following(self, part: Part, name: str, row: Row) -> str | None:
        """A cell that needs no question as others say it; None where it has to be asked."""
        match part.key, name:
            case "claims", "subject_type":
                return "initiative"
            case "claims", "subject_id":
                return self._owner()
            case "cities", "country":
                return country_of(row["country_code"], self.package) or None
            case "funding", "counted" if row["basis"] != "total":
                self.conversation.say("  Rates and ceilings are never added: counted is false.")
                return "false"
            case "funding", "related_funding_id" if row["relation"] == "none":
                return ""
        return None

    def _cell(self, part: Part, field: Field, row: Row) -> str:
        target = target_of(self.package, part.table, field.name)
        if target == "sources":
            return self._source_of()
        if target:
            return self._one_of(part, target, field, row)
        if part.key == "funding" and field.name == "relation":
            self._show_like_amounts(row)
        question = (
            field.title + (f", {field.unit}" if field.unit else "") + ("" if field.required else " (may be empty)")
        )
        self.conversation.say(f"\n  {field.description}")
        for number, category in enumerate(field.categories, start=1):
            self.conversation.say(f"  {number:2} {category.value}: {category.description}")
        return self.conversation.ask(question, _accept(field), explain=_help(field))

    def _new_id(self, part: Part, row: Row) -> str:
        taken = [one["id"] for one in self._rows(part.table)]
        known = {**row, "initiative_id": self._owner()} if part.filled else row
        proposed = propose(part.table, known, taken)
        if part.table not in ("initiatives", "cities", "organizations"):
            return proposed
        field = self.package.descriptor.field(part.table, "id")

        def accept(text: str) -> str:
            if text in taken:
                raise Wrong(text, "an id that no other row has", proposed)
            return check(field, text)

        return self.conversation.ask(field.title, accept, explain=_help(field), proposed=proposed)

    def _warn(self, part: Part, row: Row) -> None:
        for one in alike([New(part.table, row, ())], self.package):
            told = shown(_told(part.table, one.row))
            self.conversation.say(f"  Looks like {one.row['id']} ({told}): {one.same}.")

    # Rows that others refer to

    def _one_of(self, part: Part, target: str, field: Field, row: Row) -> str:
        words = f"{field.title} (words of its {'text' if part.table == target else 'name'}"
        words += ", + for a new one" if target in _DESCRIBED else ""
        words += ")" if field.required or target == "funding" else "; may be empty)"
        optional = not field.required and target != "funding"
        self.conversation.say(f"\n  {field.description}")
        if target == "claims":
            about = [one for one in self._rows("claims") if one.get("subject_id") == self._owner()]
            self._list_rows("claims", about, "Recorded about this initiative:")
        found = self._choose(target, words, field.description, optional=optional)
        return self._described(target) if found == NEW else found

    def _described(self, table: str) -> str:
        key = _DESCRIBED[table]
        row: Row = {}
        self.parts.setdefault(key, []).append(row)
        return self._row(PARTS[key], row)

    def _source_of(self) -> str:
        """The source of one row: one of the entry's, or any other by its id or address."""
        own = [item if isinstance(item, str) else item["id"] for item in self.parts["sources"] if item]
        for number, one in enumerate(own, start=1):
            self.conversation.say(f"  {number:2} {one}")
        field = self.package.descriptor.field("sources", "url")

        def accept(text: str) -> str:
            if text.isdecimal() and 1 <= int(text) <= len(own):
                return own[int(text) - 1]
            known, _ = named("sources", text, self._rows("sources"))
            return known or check(field, text)

        explain = "The number of a source above, or the id or the address of another one. No fact without a source."
        found = self.conversation.ask("Source", accept, explain=explain, proposed="1" if own else "")
        return found if named("sources", found, self._rows("sources"))[0] == found else self._source(found)

    def _choose(self, table: str, question: str, explain: str, *, optional: bool = False) -> str:
        """The id of a row by words of its name, by a number of the list that answers them, or by id."""
        rows = self._rows(table)
        names = {row["id"]: _told(table, row) for row in rows}
        listed: list[str] = []

        def accept(text: str) -> str:
            if (text == NEW and table in (*_DESCRIBED, "initiatives")) or (not text and optional):
                return text
            if text.isdecimal() and 1 <= int(text) <= len(listed):
                return listed[int(text) - 1]
            known, several = named(table, text, rows)
            if known:
                return known
            listed[:] = several or _near(text, names)
            if not listed:
                raise Unclear(f"  Nothing is called that in {table}.{self._or_new(table)}")
            lines = [f"  {number:2} {one}: {shown(names[one], 90)}" for number, one in enumerate(listed, start=1)]
            raise Unclear("\n".join([*lines, f"  Answer with a number, or with other words.{self._or_new(table)}"]))

        explain = f"{explain} {self._what(table)}".strip()
        return self.conversation.ask(question, accept, explain=f"  {explain}{self._or_new(table)}")

    def _or_new(self, table: str) -> str:
        return " + describes a new one." if table in (*_DESCRIBED, "initiatives") else ""

    def _show_like_amounts(self, row: Row) -> None:
        begun = self.parts["initiative"]
        owner = self._owner()
        known = {one["id"]: one["city_id"] for one in self.package.rows("initiatives")}
        city = known[owner] if isinstance(begun, str) else begun["city_id"]
        own = [one for one in self.parts["funding"] if one is not row and one.get("id")]
        found = own + like_amounts(row, owner, city, self.package)
        told = "Recorded for this initiative, or a like amount of its city. Is it the same money?"
        self._list_rows("funding", found, told)

    def _list_rows(self, table: str, rows: list[Row], told: str) -> None:
        if rows:
            self.conversation.say(f"  {told}")
        for one in rows:
            self.conversation.say(f"     {one['id']}: {shown(_told(table, one), 90)}")

    # What is known

    def _rows(self, table: str) -> list[Row]:
        """The rows of the package and those of the entry that are complete."""
        part = next((key for key, part in PARTS.items() if part.table == table), "")
        items = self.parts.get(part) or []
        new = [items] if isinstance(items, dict) else [] if isinstance(items, str) else items
        return [*self.package.rows(table), *(one for one in new if isinstance(one, dict) and one.get("id"))]

    def _owner(self) -> str:
        return initiative_id(self.parts, self.package)

    def _head(self, table: str) -> None:
        title = self.package.descriptor.table_title(table)
        self.conversation.say(f"\n{title}\n{'-' * len(title)}")

    def _what(self, table: str) -> str:
        return self.package.descriptor.table_description(table)


def _accept(field: Field) -> Callable[[str], str]:
    """The check of an answer; codes may be given by their number, yes and no in any way."""

    def accept(text: str) -> str:
        if field.categories and text.isdecimal() and 1 <= int(text) <= len(field.categories):
            return field.categories[int(text) - 1].value
        try:
            return check(field, text)
        except Wrong as wrong:
            if field.type == "boolean" and wrong.guess:
                return wrong.guess
            raise

    return accept


def _or_empty(accept: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: accept(text) if text else ""


def _yes_or_no(text: str) -> str:
    if text.lower() in _YES:
        return "y"
    if text.lower() in _NO:
        return "n"
    raise Wrong(text, "y or n")


def _help(field: Field) -> str:
    lines = [f"  {field.description}", f"  Expected: {field.expected}."]
    lines += [f"  {category.value}: {category.description}" for category in field.categories]
    return "\n".join(lines)


def _id(item: str | Row) -> str:
    return item if isinstance(item, str) else item.get("id", "")


def _told(table: str, row: Mapping[str, str]) -> str:
    """A row in a few words."""
    if table == "funding":
        money = "–".join(filter(None, (row.get("amount"), row.get("amount_high"))))
        words = (money, row.get("currency"), row.get("stage"), row.get("dated"), row.get("funder_name"))
        return f"{' '.join(filter(None, words))}: {row.get('note', '')}"
    if table == "claims":
        return f"{row.get('claimant', '')} {row.get('stance', '')}: {row.get('statement', '')}"
    return row.get("name") or row.get("title") or row.get("url", "")


def _near(text: str, names: Mapping[str, str], limit: int = 8) -> list[str]:
    """The ids in which, or in whose names, each of the words that somebody typed is found, the nearest first."""
    words = utils.default_process(text).split()
    scores = {
        one: min((fuzz.partial_ratio(word, utils.default_process(f"{one} {name}")) for word in words), default=0)
        for one, name in names.items()
    }
    found = sorted((one for one in names if scores[one] >= 80), key=lambda one: (-scores[one], len(names[one])))
    return found[:limit]
