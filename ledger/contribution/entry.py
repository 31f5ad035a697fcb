"""An entry: one initiative with its sources, figures, goals, metrics and claims, as YAML.

Each part holds rows of one table; the keys of a row are the columns of the table. What follows from
the rest is left out: ids that are proposed, and the links of rows to the initiative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ledger.contribution.answers import closest, shown
from ledger.descriptor import Descriptor

#: Where something stands in an entry: ("funding", 0, "amount").
Place = tuple[str | int, ...]

#: No entry is longer (bytes) or deeper than that.
LIMIT, DEPTH = 1_000_000, 4


@dataclass(frozen=True)
class Part:
    """A part of an entry: the `table` of its rows, and the columns that are `filled` in for it."""

    key: str
    table: str
    filled: tuple[str, ...] = ()


#: The parts, tables before those that refer to them.
PARTS = {
    part.key: part
    for part in (
        Part("cities", "cities"),
        Part("organizations", "organizations"),
        Part("sources", "sources"),
        Part("initiative", "initiatives"),
        Part("partners", "initiative_partners", ("initiative_id",)),
        Part("funding", "funding", ("initiative_id",)),
        Part("goals", "initiative_goals", ("initiative_id",)),
        Part("metrics", "metrics", ("initiative_id",)),
        Part("claims", "claims"),
    )
}

#: Parts in which a row may be named by one text: a row that is there, or a partner.
NAMED = ("initiative", "partners", "sources")


@dataclass(frozen=True)
class Mistake:
    """Something that is wrong in an entry: where, on which line of its file (None: no file), and what."""

    place: Place
    line: int | None
    message: str

    def __str__(self) -> str:
        words = [f"line {self.line}"] if self.line else []
        words += [part if isinstance(part, str) else str(part + 1) for part in self.place]
        return f"{', '.join(words)}: {self.message}" if words else self.message


@dataclass(frozen=True)
class Entry:
    """The parts of an entry by key, made of texts alone, and the line of each of them in its file."""

    parts: Mapping[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)

    def mistake(self, place: Place, message: str) -> Mistake:
        """A mistake at a place, with the nearest line that is known."""
        near = next((self.lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self.lines), None)
        return Mistake(place, near, message)


class BrokenEntry(ValueError):
    """An entry that cannot be read, with every mistake in it (`mistakes`)."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def columns(descriptor: Descriptor, part: Part) -> list[str]:
    """The columns of the table of a part that an entry may state."""
    return [one.name for one in descriptor.fields(part.table) if one.name not in part.filled]


def read_entry(file: Path, descriptor: Descriptor) -> Entry:
    """Read an entry from a YAML file.

    Every value is text as it is written: 2025-06-13 no date object, NO no negation, 007 no number.

    Raises:
        OSError: the file cannot be read.
        BrokenEntry: it is not YAML, too large, or not of the shape of an entry.
    """
    with file.open("rb") as stream:
        content = stream.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise BrokenEntry([Mistake((), None, f"An entry holds at most {LIMIT} bytes.")])
    try:
        text = content.decode("utf-8-sig")
        _without_tricks(text)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except UnicodeDecodeError as error:
        before = content.count(b"\n", 0, error.start)
        raise BrokenEntry([Mistake((), before + 1, "found bytes that are not UTF-8 text.")]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BrokenEntry([Mistake((), line, f"This is not YAML: {error.problem}.{_hint(error)}")]) from None
    except yaml.YAMLError:
        raise BrokenEntry([Mistake((), None, "This is not YAML: it holds a character that is not allowed.")]) from None
    return _shaped(root, descriptor)


def _hint(error: yaml.MarkedYAMLError) -> str:
    if "mapping values" in str(error.problem):
        return " Put quotes around a text that holds a colon and a blank."
    return " Indent with blanks, not with tabs." if "\\t" in str(error.problem) else ""


def _without_tricks(text: str) -> None:
    """Refuse what an entry does not need and what could fill the memory, before anything is built."""
    depth, documents = 0, 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        wrong = None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            wrong = "Anchors (&) and aliases (*) are not used here: write the value out, in quotes if it is text."
        elif getattr(event, "tag", None):
            wrong = "Tags (!) are not used here: write the value alone, in quotes if it is text."
        elif depth > DEPTH:
            wrong = "This is deeper than an entry goes."
        elif documents > 1:
            wrong = "An entry is one document: put the next one into a file of its own."
        if wrong:
            line = event.start_mark.line + 1 if event.start_mark else None
            raise BrokenEntry([Mistake((), line, wrong)])


def _shaped(root: yaml.Node | None, descriptor: Descriptor) -> Entry:
    parts: dict[str, Any] = {}
    lines: dict[Place, int] = {}
    mistakes: list[Mistake] = []

    def note(place: Place, node: yaml.Node, message: str) -> None:
        mistakes.append(Mistake(place, node.start_mark.line + 1, message))

    def pairs(node: yaml.MappingNode, place: Place, known: Mapping[str, str]) -> dict[str, yaml.Node]:
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in known:
                note(place, key, _unknown(name, place, known))
            elif name in found:
                note((*place, name), key, "stands here twice; keep one.")
            else:
                found[name] = value
                lines[(*place, name)] = key.start_mark.line + 1
        return found

    def cells(node: yaml.Node, place: Place, part: Part) -> Any:
        lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode) and part.key in NAMED:
            return _scalar(node)
        if not isinstance(node, yaml.MappingNode) or part.key == "partners":
            note(
                place,
                node,
                "expected an id or a name." if part.key == "partners" else "expected `column: value` lines.",
            )
            return None
        known = {one.name: one.title for one in descriptor.fields(part.table) if one.name not in part.filled}
        row = {}
        for name, value in pairs(node, place, known).items():
            if isinstance(value, yaml.ScalarNode):
                row[name] = _scalar(value)
            else:
                note((*place, name), value, "expected one value, not a list.")
        return row

    if not isinstance(root, yaml.MappingNode):
        raise BrokenEntry([Mistake((), 1, f"expected the parts of an entry: {', '.join(PARTS)}.")])
    titles = {key: descriptor.table_title(part.table) for key, part in PARTS.items()}
    for key, node in pairs(root, (), titles).items():
        if key == "initiative":
            parts[key] = cells(node, (key,), PARTS[key])
        elif isinstance(node, yaml.SequenceNode):
            parts[key] = [cells(one, (key, number), PARTS[key]) for number, one in enumerate(node.value)]
        elif not (isinstance(node, yaml.ScalarNode) and not _scalar(node)):
            note((key,), node, "expected a list: each item on a line that begins with a hyphen.")
    if mistakes:
        raise BrokenEntry(mistakes)
    return Entry(parts, lines)


def _scalar(node: yaml.ScalarNode) -> str:
    """A value as it is written; nothing, `~` and `null` without quotes are an empty cell."""
    value = str(node.value)
    return "" if node.style is None and value in ("", "~", "null") else value


def _unknown(name: str, place: Place, known: Mapping[str, str]) -> str:
    filled = PARTS[str(place[0])].filled if place else ()
    if name in filled:
        return f"the key {shown(name)!r} is filled in from the entry's initiative; leave it out."
    tables = {part.table: key for key, part in PARTS.items()}
    meant = (tables.get(name) if not place else None) or closest(name, known)
    meant = meant or next((key for key in known if key.startswith(f"{name}_") or key.endswith(f"_{name}")), None)
    return f"unknown key {shown(name)!r}. " + (
        f"Did you mean {meant!r}?" if meant else f"Known are {', '.join(known)}."
    )


def as_yaml(parts: Mapping[str, Any]) -> str:
    """An entry as the YAML that `read_entry` reads back."""
    ordered = {key: parts[key] for key in PARTS if parts.get(key)}
    return yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=110)
