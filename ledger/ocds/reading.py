"""Reading files of the Open Contracting Data Standard as a stream: releases, records and packages of them.

A file holds one JSON value, a list, several values one after another, or one value a line; it may be
compressed with gzip. However large it is, one release or record at a time is in memory.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import ijson

from ledger.ocds.shape import plain_text
from ledger.ocds.unused import Place, Unused

#: The name of a file that means standard input.
STANDARD_INPUT = "-"

_LISTS = {"releases": "release", "records": "record"}
#: How much of a file is looked at to tell whether it has one value a line.
_HEAD = 2**20
_LONGEST_LINE = 2**26
_DEEPEST, _MOST_PARTS = 64, 500_000

#: Parts of a top-level object: the name of its list and an item of it, or "" and everything else.
_Parts = Iterator[tuple[str, Any]]


@dataclass(frozen=True)
class Found:
    """A release as it stands in a file: whether it sums up a process, its place, the number of its package."""

    release: dict[str, Any]
    compiled: bool
    place: Place
    package: int


@dataclass(frozen=True)
class Package:
    """What a package says about itself: its address, publisher and date, as they stand in it."""

    number: int
    uri: Any
    publisher: Any
    published: Any


Finding = Found | Package | Unused


class _TooLarge:
    """Stands for a value that is too deep or too large to be a release."""


def read(files: Iterable[str]) -> Iterator[Finding]:
    """Every release in the files, the packages that they came in, and what could not be read.

    A file is a path or `-` for standard input. A broken line does not stop the others; a broken document is
    read up to the break. A package is given after its releases.
    """
    first = 1
    for name in files:
        for finding in _file(name, first):
            yield finding
            if isinstance(finding, Found | Package):
                number = finding.package if isinstance(finding, Found) else finding.number
                first = max(first, number + 1)


def _file(name: str, first: int) -> Iterator[Finding]:
    label = "standard input" if name == STANDARD_INPUT else name
    with ExitStack() as stack:
        try:
            if name == STANDARD_INPUT:
                raw: Any = io.BufferedReader(sys.stdin.buffer, _HEAD)
            else:
                raw = stack.enter_context(Path(name).open("rb", buffering=_HEAD))
            stream = _unpacked(raw, stack)
            head = stream.peek(_HEAD)
        except (OSError, EOFError, zlib.error) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            yield Unused(Place(label, ""), f"The file could not be read: {reason}.", broken=True)
            return
        if not head.strip(b"\xef\xbb\xbf \t\r\n"):
            yield Unused(Place(label, ""), "The file is empty.", broken=True)
            return
        values = _lines if _one_a_line(head, name) else _documents
        yield from values(stream, label, first)


def _unpacked(stream: Any, stack: ExitStack) -> Any:
    """The stream of bytes, unpacked where it is compressed, without the mark that some put before UTF-8."""
    if stream.peek(2)[:2] == b"\x1f\x8b":
        packed = stack.enter_context(gzip.GzipFile(fileobj=stream))
        stream = stack.enter_context(io.BufferedReader(packed, _HEAD))
    if stream.peek(3)[:3] == b"\xef\xbb\xbf":
        stream.read(3)
    return stream


def _one_a_line(head: bytes, name: str) -> bool:
    """Whether each line is a value of its own, even where the first of them is broken."""
    if {".jsonl", ".ndjson"} & set(Path(name).suffixes):
        return True
    lines = [line.strip() for line in head.split(b"\n")[:-1] if line.strip()][:2]
    if not lines or not lines[0].startswith(b"{"):
        return False
    if _is_json(lines[0]):
        return True
    return len(lines) == 2 and lines[0].endswith(b"}") and lines[1].startswith(b"{") and _is_json(lines[1])


def _is_json(text: bytes) -> bool:
    try:
        _parsed(text)
    except (ValueError, ArithmeticError, RecursionError):
        return False
    return True


def _parsed(text: bytes) -> Any:
    return json.loads(text.decode(), parse_float=Decimal, parse_constant=_refuse)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


# One value a line


def _lines(stream: IO[bytes], label: str, first: int) -> Iterator[Finding]:
    package, number = first, 0
    while True:
        number += 1
        place = Place(label, f"line {number}")
        try:
            line = stream.readline(_LONGEST_LINE)
            if not line:
                return
            if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                while len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                    line = stream.readline(_LONGEST_LINE)
                yield Unused(place, f"The line is longer than {_LONGEST_LINE // 2**20} MB.", broken=True)
                continue
            if not line.strip():
                continue
            value = _parsed(line.strip())
        except (OSError, EOFError, zlib.error) as error:
            yield Unused(place, f"The file breaks off: {error}.", broken=True)
            return
        except RecursionError:
            yield Unused(place, "The line is nested too deeply.", broken=True)
            continue
        except (ValueError, ArithmeticError) as error:
            detail = f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else error
            yield Unused(place, f"The line is no JSON ({detail}).", broken=True)
            continue
        for item in value if isinstance(value, list) else [value]:
            yield from _object(_parts(item), place, package)
            package += 1


def _parts(value: Any) -> _Parts:
    """The parts of a value that is in memory."""
    if not isinstance(value, dict):
        yield "", value
        return
    rest: dict[str, Any] = {}
    for name, part in value.items():
        if name in _LISTS and isinstance(part, list):
            yield from ((name, item) for item in part)
            rest[name] = []
        else:
            rest[name] = part
    yield "", rest


# Documents


def _documents(stream: IO[bytes], label: str, first: int) -> Iterator[Finding]:
    number, position = 0, ""
    try:
        for parts in _values(ijson.basic_parse(stream, multiple_values=True)):
            number += 1
            place = Place(label, f"object {number}" if number > 1 else "")
            for finding in _object(parts, place, first + number - 1):
                if not isinstance(finding, Package):
                    position = finding.place.position
                yield finding
    except (ijson.JSONError, ValueError, ArithmeticError) as error:
        said = error.args[0] if error.args else ""
        detail = (
            (said.decode(errors="replace") if isinstance(said, bytes) else str(said)).partition("\n")[0].rstrip(".")
        )
        reason = f"The file is no JSON from here on ({detail}). What stands before was read."
        yield Unused(Place(label, f"after {position}" if position else ""), reason, broken=True)
    except (OSError, EOFError, zlib.error) as error:
        yield Unused(
            Place(label, f"after {position}" if position else ""), f"The file breaks off: {error}.", broken=True
        )


_Events = Iterator[tuple[str, Any]]


def _values(events: _Events) -> Iterator[_Parts]:
    """The parts of each value at the top, and of each in a list at the top."""
    in_list = False
    for event, value in events:
        if event == "start_array" and not in_list:
            in_list = True
        elif event == "end_array":
            in_list = False
        elif event == "start_map":
            parts = _streamed_parts(events)
            yield parts
            for _ in parts:  # whatever the reader left
                pass
        else:
            yield iter([("", _built(event, value, events))])


def _streamed_parts(events: _Events) -> _Parts:
    rest: dict[str, Any] = {}
    for event, name in events:
        if event == "end_map":
            break
        start, value = next(events)
        if name in _LISTS and start == "start_array":
            rest[name] = []
            for opening, item in events:
                if opening == "end_array":
                    break
                yield name, _built(opening, item, events)
        else:
            rest[name] = _built(start, value, events)
    yield "", rest


def _built(event: str, value: Any, events: _Events) -> Any:
    """The value that begins with an event; `_TooLarge` where it is too deep or too large."""
    if event not in ("start_map", "start_array"):
        return value
    root: Any = {} if event == "start_map" else []
    stack, names, depth, count = [root], [""], 1, 0
    for event, value in events:
        count += 1
        if event in ("end_map", "end_array"):
            depth -= 1
            if depth == 0:
                break
            if root is not _TooLarge:
                stack.pop()
                names.pop()
            continue
        starts = event in ("start_map", "start_array")
        depth += starts
        if depth > _DEEPEST or count > _MOST_PARTS:
            root, stack, names = _TooLarge, [], []
        if root is _TooLarge:
            continue
        if event == "map_key":
            names[-1] = value
            continue
        item: Any = ({} if event == "start_map" else []) if starts else value
        if isinstance(stack[-1], dict):
            stack[-1][names[-1]] = item
        else:
            stack[-1].append(item)
        if starts:
            stack.append(item)
            names.append("")
    return root


# What an object holds


def _object(parts: _Parts, place: Place, package: int) -> Iterator[Finding]:
    """The releases of a release, a record or a package, then what the package says about itself."""
    held = 0
    for name, item in parts:
        if name:
            held += 1
            inner = _within(place, f"{_LISTS[name]} {held}")
            yield from (_release if name == "releases" else _record)(item, inner, package)
        else:
            yield from _rest(item, place, package, held)


def _rest(rest: Any, place: Place, package: int, held: int) -> Iterator[Finding]:
    """What an object holds beside its lists: a release, a record's summary, or a package's own description."""
    if not isinstance(rest, dict) or not ({"ocid", "uri"} | set(_LISTS)) & set(rest):
        yield from _refused(rest, place, "neither a release nor a record nor a package of them")
    elif "compiledRelease" in rest or "versionedRelease" in rest:
        yield from _record({**rest, "releases": []}, place, package, listed=held > 0)
    elif "ocid" in rest and not set(_LISTS) & set(rest):
        yield from _release(rest, place, package)
    else:
        for name in _LISTS:
            if name in rest and not isinstance(rest[name], list):
                yield Unused(place, f"Its {name} are no list.")
        yield Package(package, rest.get("uri"), rest.get("publisher"), rest.get("publishedDate"))


def _release(release: Any, place: Place, package: int) -> Iterator[Finding]:
    if not isinstance(release, dict):
        yield from _refused(release, place, "no object")
    elif "ocid" in release:
        tags = release.get("tag")
        yield Found(release, isinstance(tags, list) and "compiled" in tags, place, package)
    elif "url" in release:
        pass  # a link: the record has a compiled release beside it, or is named itself
    else:
        yield Unused(place, "The release has no ocid, so its process is not known.")


def _record(record: Any, place: Place, package: int, *, listed: bool = False) -> Iterator[Finding]:
    """The compiled release of a record, and the releases that it holds in full."""
    if not isinstance(record, dict):
        yield from _refused(record, place, "no object")
        return
    compiled, releases = record.get("compiledRelease"), record.get("releases")
    whole = [one for one in releases if isinstance(one, dict) and "ocid" in one] if isinstance(releases, list) else []
    if isinstance(compiled, dict) and "ocid" in compiled:
        yield Found(compiled, True, place, package)
    elif not whole and not listed:
        reason = "The record has neither a compiled release nor a release in full; links are not followed."
        yield Unused(place, reason, ocid=plain_text(record.get("ocid")))
    for number, release in enumerate(whole, start=1):
        yield Found(release, False, _within(place, f"release {number}"), package)


def _refused(value: Any, place: Place, otherwise: str) -> Iterator[Unused]:
    too_large = "It is nested too deeply or too large to be a release."
    yield Unused(place, too_large if value is _TooLarge else f"It is {otherwise}.")


def _within(place: Place, position: str) -> Place:
    return Place(place.file, f"{place.position}, {position}" if place.position else position)
