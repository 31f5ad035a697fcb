"""Releases grouped by process on disk, and merged to what is known last.

Releases of one process may be scattered over files. They wait in a temporary SQLite file, so that memory
stays the same however many there are; then one process at a time is merged in the order of its dates, by
the rules of the standard (`ocdsmerge`): a later value takes the place of an earlier one.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ocdsmerge.exceptions import DuplicateIdValueWarning, InconsistentTypeError
from ocdsmerge.merge import CompiledRelease

from ledger.ocds.dates import moment
from ledger.ocds.reading import Finding, Found, Package
from ledger.ocds.shape import RELEASE, plain_text, reduced
from ledger.ocds.unused import Place, Unused

#: What tells a value of a process from its others: ("award", "1").
Key = tuple[str, ...]


@dataclass(frozen=True)
class Stated:
    """Where a value was stated as it is now: the date of that release ("" if unknown), its package and place."""

    date: str
    package: Package | None
    place: Place


@dataclass(frozen=True)
class Process:
    """A contracting process as it is known last.

    `release` is merged of `releases` releases and holds what `shape.RELEASE` names. `stated` says for each value
    of money which release stated it as it is now; `latest` is the last of them all.
    """

    ocid: str
    release: Mapping[str, Any]
    releases: int
    stated: Mapping[Key, Stated]
    latest: Stated


def _merge_rules(shape: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, inner in shape.items():
        here = (*path, name)
        item = inner[0] if isinstance(inner, list) else inner
        if isinstance(inner, list) and (
            not isinstance(item, dict) or "id" not in item or name == "additionalClassifications"
        ):
            yield here, "wholeListMerge"
        elif isinstance(item, dict):
            yield from _merge_rules(item, here)


#: The standard's rules for the parts that are read; other lists are merged by the ids of their entries.
MERGE_RULES = {**dict(_merge_rules(RELEASE)), ("id",): "omitWhenMerged", ("date",): "omitWhenMerged"}

#: A release with such a tag says by it alone that what it holds is over.
_ENDINGS = {
    "tenderCancellation": ("tender", "cancelled"),
    "awardCancellation": ("awards", "cancelled"),
    "contractTermination": ("contracts", "terminated"),
}


def processes(
    findings: Iterable[Finding], wanted: Callable[[Mapping[str, Any]], bool], today: date
) -> Iterator[Process | Unused | int]:
    """Each process that has a wanted release, in the order of their ocids, and what could not be used on the way.

    Args:
        findings: what `reading.read` gives.
        wanted: says of a reduced release whether its process is wanted. It need not be sure.
        today: dates after it cannot be true.

    Yields:
        What could not be used; then the number of all processes; then the wanted ones.
    """
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "releases")) as store:
        store.executescript(
            """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            CREATE TABLE release (number INTEGER PRIMARY KEY, ocid TEXT, moment TEXT, compiled INTEGER,
                                  wanted INTEGER, package INTEGER, file TEXT, position TEXT, body TEXT);
            CREATE TABLE package (number INTEGER PRIMARY KEY, body TEXT);
            """
        )
        for finding in findings:
            if isinstance(finding, Found):
                yield from _keep(store, finding, wanted, today)
            elif isinstance(finding, Package):
                about = json.dumps([finding.uri, finding.publisher, finding.published])
                store.execute("INSERT OR REPLACE INTO package VALUES (?, ?)", (finding.number, about))
            else:
                yield finding
        store.execute("CREATE INDEX by_process ON release (ocid, moment, number)")
        yield store.execute("SELECT count(DISTINCT ocid) FROM release").fetchone()[0]
        named = store.execute("SELECT DISTINCT ocid FROM release WHERE wanted ORDER BY ocid")
        for (ocid,) in named:
            yield from _merged(store, ocid)


def _keep(
    store: sqlite3.Connection, found: Found, wanted: Callable[[Mapping[str, Any]], bool], today: date
) -> Iterator[Unused]:
    release, faults = reduced(found.release)
    ocid = plain_text(release.get("ocid"))
    for fault in faults:
        yield Unused(found.place, f"It has another type than the standard says; {fault}.", ocid=ocid)
    if not ocid:
        yield Unused(found.place, "The release has no ocid, so its process is not known.")
        return
    row = (
        ocid,
        moment(release.get("date"), today),
        found.compiled,
        wanted(release),
        found.package,
        found.place.file,
        found.place.position,
        json.dumps(release, ensure_ascii=False),
    )
    store.execute("INSERT INTO release VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _merged(store: sqlite3.Connection, ocid: str) -> Iterator[Process | Unused]:
    """The process, after what of it could not be used."""
    count = store.execute("SELECT count(*) FROM release WHERE ocid = ?", (ocid,)).fetchone()[0]
    # The newest compiled release sums up all before it.
    newest = store.execute(
        "SELECT moment, number FROM release WHERE ocid = ? AND compiled AND (moment > '' OR ? = 1) "
        "ORDER BY moment DESC, number DESC LIMIT 1",
        (ocid, count),
    ).fetchone()
    rows = store.execute(
        "SELECT number, moment, compiled, package, file, position, body FROM release WHERE ocid = ? "
        "ORDER BY moment, number",
        (ocid,),
    )
    whole = CompiledRelease(merge_rules=MERGE_RULES)
    stated: dict[Key, Stated] = {}
    values: dict[Key, dict[str, Any]] = {}
    latest, merged, language = None, 0, None
    for number, when, compiled, package, file, position, body in rows:
        place = Place(file, position)
        if not when and count > 1:
            yield Unused(place, "The release has no date that can be true, so its order is not known.", ocid=ocid)
            continue
        release = _with_endings(json.loads(body))
        here = Stated(when[:10], _package(store, package), place)
        summed_up = newest is not None and number != newest[1] and (compiled or when <= newest[0])
        if not (summed_up and compiled):
            # A release that a later one sums up still tells since when its values stand.
            for key, value in values_of(release):
                now = {**values.get(key, {}), **(value or {})}
                if now != values.get(key):
                    values[key], stated[key] = now, here
        if summed_up:
            continue
        latest, merged, language = here, merged + 1, release.get("language") or language
        whole.data = _without(whole.data, tuple(_taken_back(release)))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DuplicateIdValueWarning)
            whole.append(release)
        for warning in caught:
            yield Unused(place, f"Entries with the same id were taken as one ({warning.message}).", ocid=ocid)
    if latest is None:
        return
    try:
        release = {**whole.asdict(), "language": language}
    except InconsistentTypeError as error:
        yield Unused(latest.place, f"Its releases contradict each other in their form ({error}).", ocid=ocid)
        return
    if merged == 1:
        _number(release)
    yield Process(ocid, release, merged, stated, latest)


def _number(release: Mapping[str, Any]) -> None:
    """Name the entries without an id by their place, which is safe in a single release alone."""
    contracts = release.get("contracts") or []
    payments = [(contract.get("implementation") or {}).get("transactions") or [] for contract in contracts]
    for entries in (release.get("awards") or [], contracts, *payments):
        for number, entry in enumerate(entries, start=1):
            entry["id"] = entry.get("id") or f"number-{number}"


def _with_endings(release: dict[str, Any]) -> dict[str, Any]:
    """The release with the status that its tag says, where it has none itself."""
    for tag in release.pop("tag", None) or []:
        name, status = _ENDINGS.get(tag, ("", ""))
        if name == "tender":
            release[name] = {"status": status, **(release.get(name) or {})}
        elif name:
            release[name] = [{"status": status, **entry} for entry in release.get(name) or []]
    return release


def _taken_back(part: Mapping[str, Any], path: Key = ()) -> Iterator[Key]:
    """The paths to what a release takes back: its nulls. The merge itself would keep what stood below them."""
    for name, value in part.items():
        if value is None:
            yield (*path, name)
        elif isinstance(value, dict):
            yield from _taken_back(value, (*path, name))
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, dict) and entry.get("id"):
                    yield from _taken_back(entry, (*path, name, entry["id"]))


def _without(data: dict[Key, Any], gone: Sequence[Key]) -> dict[Key, Any]:
    """The values by their paths, without those at and below the paths that are gone."""
    if not gone:
        return data
    return {path: value for path, value in data.items() if not any(path[: len(one)] == one for one in gone)}


def values_of(release: Mapping[str, Any]) -> Iterator[tuple[Key, dict[str, Any] | None]]:
    """The values of money in a release, with what tells each from the others. Entries without an id have "" for it."""
    planning, tender = release.get("planning") or {}, release.get("tender") or {}
    yield ("budget",), (planning.get("budget") or {}).get("amount")
    yield ("tender",), tender.get("value")
    for award in release.get("awards") or []:
        yield ("award", award.get("id") or ""), award.get("value")
    for contract in release.get("contracts") or []:
        identifier = contract.get("id") or ""
        yield ("contract", identifier), contract.get("value")
        for transaction in (contract.get("implementation") or {}).get("transactions") or []:
            value = transaction.get("value") or transaction.get("amount")
            yield ("transaction", identifier, transaction.get("id") or ""), value


def _package(store: sqlite3.Connection, number: int) -> Package | None:
    row = store.execute("SELECT body FROM package WHERE number = ?", (number,)).fetchone()
    return Package(number, *json.loads(row[0])) if row else None
