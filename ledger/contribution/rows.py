"""From an entry to rows: names become ids, links are filled in, and every answer is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.contribution.answers import Wrong, check, closest, countries, shown
from ledger.contribution.entry import PARTS, Entry, Mistake, Part, Place
from ledger.contribution.files import Package, Row, with_rows
from ledger.contribution.ids import propose
from ledger.descriptor import Field
from ledger.tables import BrokenPackage, Fault
from ledger.writing import check_package

#: The columns by which people know a row.
_KNOWN_BY = {"cities": "name", "organizations": "name", "initiatives": "name", "models": "name", "sources": "url"}
#: The columns that refer to a row of another table although no foreign key can say so.
_SUBJECTS = {"initiative": "initiatives", "model": "models"}


@dataclass(frozen=True)
class New:
    """A row that an entry adds to a `table`, and the `place` in the entry from which it comes."""

    table: str
    row: Row
    place: Place


@dataclass(frozen=True)
class Addition:
    """What an entry adds: new rows, the sources that are there already (ids), and what is wrong with it."""

    new: tuple[New, ...]
    reused: tuple[str, ...]
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class Plan:
    """The files as they will be, by path; what they were made from; where each new row stands in its file."""

    files: Mapping[str, bytes]
    made_from: Mapping[str, bytes]
    numbers: tuple[int, ...]


def rows_of(entry: Entry, package: Package) -> Addition:
    """The rows that an entry adds to a package, each cell checked against the descriptor."""
    maker = _Maker(entry, package)
    for key in ("cities", "organizations", "sources"):
        maker.rows(PARTS[key], entry.parts.get(key) or [])
    maker.initiative()
    for key in ("partners", "funding", "goals", "metrics", "claims"):
        maker.rows(PARTS[key], entry.parts.get(key) or [])
    maker.links()
    maker.once()
    return Addition(tuple(maker.new), tuple(maker.reused), tuple(maker.mistakes))


def plan(new: Iterable[New], package: Package) -> Plan:
    """The files of the package with new rows in their places."""
    new = tuple(new)
    numbers: dict[int, int] = {}
    files, made_from = {}, {}
    for name in dict.fromkeys(one.table for one in new):
        table = package.tables[name]
        places = [place for place, one in enumerate(new) if one.table == name]
        files[table.file], found = with_rows(table, [new[place].row for place in places])
        made_from[table.file] = table.content
        numbers |= dict(zip(places, found, strict=True))
    return Plan(files, made_from, tuple(numbers[place] for place in range(len(new))))


def faults_of(new: tuple[New, ...], made: Plan, entry: Entry, package: Package) -> list[Mistake]:
    """What the rules of the package have against it with the new rows, as mistakes of the entry."""
    try:
        check_package(package.folder, made.files)
    except BrokenPackage as broken:
        rows = {(one.table, number): one for one, number in zip(new, made.numbers, strict=True)}
        return [_mistake(entry, fault, rows.get((fault.table or "", fault.row or 0))) for fault in broken.faults]
    return []


def _mistake(entry: Entry, fault: Fault, one: New | None) -> Mistake:
    if one is None:
        return Mistake((), None, str(fault))
    found = f"found {shown(fault.value)!r}, " if fault.value else "found nothing, " if fault.value == "" else ""
    return entry.mistake((*one.place, *([fault.column] if fault.column else [])), f"{found}expected {fault.expected}.")


def initiative_id(parts: Mapping[str, Any], package: Package) -> str:
    """The initiative that an entry is about: one that is there, or the id that its new one states."""
    stated = parts.get("initiative") or ""
    if isinstance(stated, str):
        return named("initiatives", stated, package.rows("initiatives"))[0] if stated else ""
    return str(stated.get("id", ""))


def named(table: str, text: str, rows: Iterable[Row]) -> tuple[str, list[str]]:
    """The id of the row that a text names by its id, its name or its address; "" and the ids where it is not one."""
    rows = list(rows)
    column = _KNOWN_BY.get(table, "id")
    found = [row["id"] for row in rows if row["id"] == text]
    found = found or [row["id"] for row in rows if row.get(column, "").casefold() == text.casefold()]
    return (found[0] if len(found) == 1 else "", found)


def target_of(package: Package, table: str, column: str) -> str | None:
    """The table to which a column refers by the descriptor; None where it refers to none."""
    for key in package.descriptor.schema(table).get("foreignKeys", ()):
        columns = [key["fields"]] if isinstance(key["fields"], str) else key["fields"]
        if columns == [column]:
            return str(key["reference"].get("resource") or table)
    return None


@dataclass
class _Maker:
    """The rows made so far, and what was found wrong on the way."""

    entry: Entry
    package: Package
    new: list[New] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    owner: str = ""

    def note(self, place: Place, message: str) -> None:
        self.mistakes.append(self.entry.mistake(place, message))

    def all_rows(self, table: str) -> list[Row]:
        return [*self.package.rows(table), *(one.row for one in self.new if one.table == table)]

    # Rows of a part

    def rows(self, part: Part, items: list[Any]) -> None:
        """First the ids of all rows of a part, so that they may refer to one another; then their cells."""
        if part.filled and items and not self.owner:
            self.note((part.key,), "belongs to an initiative: name it in `initiative`.")
        first = len(self.new)
        stated: list[Row] = []
        for number, item in enumerate(items):
            place: Place = (part.key, number)
            if isinstance(item, str) and part.key == "sources":
                self._reuse(item, place)
                continue
            cells: Row = {"organization_id": item} if part.key == "partners" else self._subject(part, item)
            if (part.key == "sources" and self._is_there(cells)) or self._is_known(part, cells, place):
                continue
            row: Row = {"initiative_id": self.owner} if part.filled else {}
            if "id" in [one.name for one in self.package.descriptor.fields(part.table)]:
                taken = [row["id"] for row in self.all_rows(part.table)]
                row["id"] = cells.get("id") or propose(part.table, {**cells, **row}, taken)
                if row["id"] in taken:
                    self.note((*place, "id"), f"found {shown(row['id'])!r}, expected an id that no other row has.")
            stated.append(cells)
            self.new.append(New(part.table, row, place))
        for one, cells in zip(self.new[first:], stated, strict=True):
            self._fill(one, cells)

    def _fill(self, one: New, cells: Mapping[str, str]) -> None:
        place = one.place[:2]
        for column in self.package.descriptor.fields(one.table):
            text = cells.get(column.name, "")
            if column.name == "id":
                self._cell(one, column, one.row["id"], (*place, "id"))
            elif column.name not in one.row:
                self._cell(one, column, text, place if one.table == "initiative_partners" else (*place, column.name))
        self._sense(one)

    def _cell(self, one: New, column: Field, text: str, place: Place) -> None:
        target = target_of(self.package, one.table, column.name)
        if column.name == "subject_id":
            target = _SUBJECTS.get(one.row.get("subject_type", ""))
        one.row[column.name] = text
        try:
            one.row[column.name] = self._reference(target, text) if target and text else check(column, text)
        except Wrong as wrong:
            self.note(place, str(wrong))

    def _reference(self, table: str, text: str) -> str:
        rows = self.all_rows(table)
        found, several = named(table, " ".join(text.split()), rows)
        if found:
            return found
        known_by = _KNOWN_BY.get(table)
        expected = f"an id of `{table}`" + (
            f", or the {'address' if known_by == 'url' else 'name'} of one" if known_by else ""
        )
        if several:
            raise Wrong(text, f"{expected}, of one alone: {' or '.join(several)}")
        part = next((key for key, part in PARTS.items() if part.table == table and key != "initiative"), None)
        if part:
            expected += f" (a new one is described under `{part}`)"
        raise Wrong(text, expected, closest(text, {row["id"]: row.get(known_by or "id", "") for row in rows}))

    def _subject(self, part: Part, item: Mapping[str, str]) -> Row:
        """A claim that names no subject is about the initiative; a city's country has its code's name."""
        cells = dict(item)
        if part.key == "claims" and not cells.get("subject_type") and not cells.get("subject_id"):
            cells |= {"subject_type": "initiative", "subject_id": self.owner}
        if part.key == "cities" and not cells.get("country"):
            cells["country"] = country_of(cells.get("country_code", ""), self.package)
        return cells

    def _sense(self, one: New) -> None:
        """What people get wrong and no descriptor can say."""
        row, place = one.row, one.place
        if one.table == "funding" and row["counted"] == "true" and row["basis"] not in ("total", ""):
            message = f"found 'true', expected 'false': a figure whose basis is {shown(row['basis'])} is never added."
            self.note((*place, "counted"), message)
        for start, end in (("period_start", "period_end"), ("started_on", "ends_on")):
            length = min(len(row.get(start, "")), len(row.get(end, "")))
            if length and row[start][:length] > row[end][:length]:
                self.note(
                    (*place, end), f"found {shown(row[end])!r}, expected a date not before {start}, {row[start]}."
                )

    # Sources

    def _reuse(self, text: str, place: Place) -> None:
        try:
            self.reused.append(self._reference("sources", text))
        except Wrong as wrong:
            self.note(place, str(wrong))

    def _is_there(self, cells: Mapping[str, str]) -> bool:
        """A source whose address is there already is that source."""
        found = next((row["id"] for row in self.package.rows("sources") if row["url"] == cells.get("url", "")), None)
        if found:
            self.reused.append(found)
        return found is not None

    def _is_known(self, part: Part, cells: Row, place: Place) -> bool:
        """A city or an organization of the same name and country is that one; it is not described again."""
        if part.key not in ("cities", "organizations"):
            return False
        what = _who(cells)
        found = next((row["id"] for row in self.package.rows(part.table) if _who(row) == what), None)
        if found:
            self.note(place, f"this is there already as {found}; leave it out.")
        return found is not None

    # The initiative

    def initiative(self) -> None:
        stated = self.entry.parts.get("initiative")
        if isinstance(stated, str) and stated:
            try:
                self.owner = self._reference("initiatives", stated)
            except Wrong as wrong:
                self.owner = stated
                self.note(("initiative",), str(wrong))
        elif isinstance(stated, Mapping):
            place: Place = ("initiative",)
            city = named("cities", stated.get("city_id", ""), self.all_rows("cities"))[0]
            taken = [row["id"] for row in self.package.rows("initiatives")]
            self.owner = stated.get("id") or propose("initiatives", {**stated, "city_id": city}, taken)
            one = New("initiatives", {"id": self.owner}, place)
            self.new.append(one)
            for column in self.package.descriptor.fields("initiatives"):
                text = self.owner if column.name == "id" else stated.get(column.name, "")
                self._cell(one, column, text, (*place, column.name))
            self._sense(one)
            self._same_initiative(one)
            if not self.entry.parts.get("sources"):
                self.note(place, "a new initiative needs a source: describe it under `sources`.")

    def _same_initiative(self, one: New) -> None:
        for row in self.package.rows("initiatives"):
            same_name = row["name"].casefold() == one.row["name"].casefold() and row["city_id"] == one.row["city_id"]
            if same_name or row["id"] == one.row["id"]:
                message = f"{row['id']} is there already. To add to it, write `initiative: {row['id']}` alone."
                self.note(("initiative", "name" if same_name else "id"), message)
                return

    # What follows

    def links(self) -> None:
        """Each source of an initiative or a model is linked to it, once."""
        linked = {
            (table, tuple(row.values()))
            for table in ("initiative_sources", "model_sources")
            for row in self.package.rows(table)
        }
        for table, owner, source, place in self._read():
            row = {"initiative_id" if table == "initiative_sources" else "model_id": owner, "source_id": source}
            if owner and source and (table, (owner, source)) not in linked:
                linked.add((table, (owner, source)))
                self.new.append(New(table, row, place))

    def _read(self) -> list[tuple[str, str, str, Place]]:
        read: list[tuple[str, str, str, Place]] = [
            ("initiative_sources", self.owner, source, ("sources",)) for source in self.reused
        ]
        for one in self.new:
            source = one.row["id"] if one.table == "sources" else one.row.get("source_id", "")
            of_model = one.row.get("subject_type") == "model"
            owner = one.row["subject_id"] if one.table == "claims" else self.owner
            read.append(("model_sources" if of_model else "initiative_sources", owner, source, one.place))
        return read

    def once(self) -> None:
        """A row that says no more than one that is there, or than another new one, is not added."""
        for table in dict.fromkeys(one.table for one in self.new):
            seen = {_content(row): row.get("id", "") for row in self.package.rows(table)}
            for one in (one for one in self.new if one.table == table and table not in ("cities", "initiatives")):
                same = seen.get(_content(one.row))
                if same is not None:
                    self.note(one.place, f"this is there already{f' as {same}' if same else ''}; leave it out.")
                seen[_content(one.row)] = one.row.get("id", "")


def _who(row: Row) -> tuple[str, str]:
    return " ".join(row.get("name", "").split()).casefold(), row.get("country_code", "")


def _content(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((column, text) for column, text in row.items() if column != "id"))


def country_of(code: str, package: Package) -> str:
    """The name of a country as the package has it, else its name in English; "" where neither is known."""
    names = Counter(row["country"] for row in package.rows("cities") if row["country_code"] == code)
    return names.most_common(1)[0][0] if names else countries().get(code, "")
