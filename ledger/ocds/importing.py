"""From files of releases to rows: `import_releases`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ledger.ocds.figures import Figure, buyer_of, figures, plain_name
from ledger.ocds.matching import Terms, is_framework, matches, may_match
from ledger.ocds.processes import Process, processes
from ledger.ocds.reading import read
from ledger.ocds.rows import Home, Imported, rows_of
from ledger.ocds.unused import Unused


@dataclass(frozen=True)
class Seen:
    """How many processes the files hold, about AI or not."""

    processes: int


@dataclass(frozen=True)
class OtherBuyer:
    """A process about AI of a buyer that was not asked for."""

    buyer: str


def import_releases(
    files: Iterable[str], home: Home, terms: Terms, buyers: Collection[str], today: date
) -> Iterator[Imported | Unused | OtherBuyer | Seen]:
    """The rows of every process about AI in the files, one process at a time, and what could not be used.

    Args:
        files: paths, or `-` for standard input.
        home: the dataset that rows are made for.
        terms: how AI is found.
        buyers: names or ids of the buyers that are asked for; none means every buyer.
        today: dates after it cannot be true.
    """
    wanted = frozenset(plain_name(buyer) for buyer in buyers)
    for one in processes(read(files), lambda release: may_match(release, terms), today):
        if isinstance(one, int):
            yield Seen(one)
        elif isinstance(one, Unused):
            yield one
        else:
            yield from _imported(one, home, terms, wanted, today)


def _imported(
    process: Process, home: Home, terms: Terms, wanted: frozenset[str], today: date
) -> Iterator[Imported | Unused | OtherBuyer]:
    found = matches(process.release, terms, home.languages)
    if not found:
        return
    buyer = buyer_of(process.release)
    if not buyer:
        reason = "The process names no buyer, so it cannot be said to be the city's."
        yield Unused(process.latest.place, reason, ocid=process.ocid)
        return
    if wanted and not wanted & {plain_name(buyer["name"]), plain_name(buyer.get("id"))}:
        yield OtherBuyer(buyer["name"])
        return
    if not process.latest.date:
        reason = "The release has no date that can be true."
        yield Unused(process.latest.place, reason, ocid=process.ocid)
        return
    made = list(figures(process, found, is_framework(process.release, terms), today))
    yield from (one for one in made if isinstance(one, Unused))
    usable = [one for one in made if isinstance(one, Figure)]
    if not made:
        yield Unused(process.latest.place, "The process states no money.", ocid=process.ocid)
    imported, unused = rows_of(process, usable, found, home)
    yield from unused
    if imported:
        yield imported
