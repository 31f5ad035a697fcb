"""The dataset that this process serves: one version at a time, exchanged as a whole.

    DASHBOARD_DATA=city.zip     a folder, a ZIP file or an address; without it, the built-in package
    DASHBOARD_ENGINE=duckdb     what works the views out (`ledger.engines`); without it, what suits the size

Whoever asks gets the version that is served now. Within `one_version` everybody gets the same one,
whatever is exchanged meanwhile: a run of a page and a request are such a span.

Where an engine is lost, as a cluster may be, facts are made again on another as soon as one can be had.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from ledger import places
from ledger.brand import check_brand
from ledger.engines import Engine, Unreachable, engine_at
from ledger.facts import Facts, facts_of
from ledger.stamps import Stamp, stamp_of
from ledger.tables import Tables, open_files

#: Seconds for which no file of a package may have changed before it is read: a copy may still go on.
QUIET = 2.0
#: Seconds between two attempts to have an engine again that was lost.
AGAIN = 3.0


@dataclass(frozen=True, eq=False)
class Served:
    """A package as it was read.

    `folder` holds the files that `facts` were made from, and goes when nobody needs them any more.
    `stamp` tells this state of the place from others; `since` is when it was read, `changed` when
    what is served changed last.
    """

    facts: Facts
    folder: Path
    stamp: Stamp
    since: datetime
    changed: datetime


@dataclass(frozen=True)
class Refused:
    """A newer state of the package that is not served, since it is not right: what is wrong, and since when."""

    at: datetime
    faults: tuple[str, ...]


class Unsettled(OSError):
    """The package changes while it is read."""

    def __init__(self, place: str | Path) -> None:
        super().__init__(f"The package at {places.shown(place)} changes while it is read. Try again when it is whole.")


_served: Served | None = None
_refused: Refused | None = None
_first = threading.Lock()
_exchange = threading.Lock()
_again = threading.Lock()
_span: ContextVar[Served | None] = ContextVar("version", default=None)


def place() -> str:
    """Where the package lies that is to be served."""
    return os.environ.get("DASHBOARD_DATA") or str(places.DATA)


def place_name() -> str:
    """The place as anybody may read it: an address without secrets, or the name of a folder or file alone."""
    return places.shown(place()) if places.is_address(place()) else Path(place()).resolve().name


def facts() -> Facts:
    """The facts that are served; the first to ask has the package opened.

    Raises:
        BrokenPackage: with every fault, where the package is not what its descriptor says.
        OSError: with a sentence, where there is no package to be read.
    """
    return served().facts


def served() -> Served:
    """The package that is served, as `facts`."""
    found = _span.get() or _served
    if found is None:
        with _first:
            found = _served or _settled(place())
            serve(found)
    if found.facts.engine.is_lost and found is _served and _again.acquire(blocking=False):
        # Not here: it takes a while, and whoever asks may need no more than what was worked out before.
        threading.Thread(target=_make_again, args=(found,), daemon=True).start()
    return found


@contextlib.contextmanager
def one_version() -> Iterator[None]:
    """A span within which everybody gets the same version; inside another, that of the outer one."""
    before = _span.set(served())
    try:
        yield
    finally:
        _span.reset(before)


def serve(new: Served) -> None:
    """Serve this package from now on. Spans that have begun keep theirs."""
    global _served
    with _exchange:
        _served = new
    refuse(None)


def _make_again(lost: Served) -> None:
    """Serve the same package from another engine, as soon as one can be had."""
    global _served
    try:
        tables = lost.facts.tables
        while _served is lost:
            try:
                made = replace(lost, facts=facts_of(tables, engine=_engine(tables)))
            except Unreachable:
                time.sleep(AGAIN)
                continue
            with _exchange:
                _served = made if _served is lost else _served
    finally:
        _again.release()


def refuse(wrong: Refused | None) -> None:
    """Note what is wrong with a newer state of the package, or that nothing is."""
    global _refused
    _refused = wrong


def refused() -> Refused | None:
    """What is wrong with the state of the package that is not served; None where the latest one is."""
    return _refused


def read(place: str | Path) -> Served:
    """Read and check a package, and derive its facts.

    Raises:
        BrokenPackage: with every fault.
        Unsettled: it changed meanwhile, so that what was read may be part old, part new.
        OSError: with a sentence, where there is no package to be read.
    """
    stamp = stamp_of(place)
    try:
        made = _read(place, stamp)
    except Exception:
        # What is wrong with files in motion is not worth telling.
        if stamp_of(place) != stamp:
            raise Unsettled(place) from None
        raise
    if stamp_of(place) != stamp:
        raise Unsettled(place)
    return made


def _read(place: str | Path, stamp: Stamp) -> Served:
    folder = Path(tempfile.mkdtemp(prefix="dashboard-"))
    try:
        with places.opened(place) as files:
            kept = _Kept(files, folder)
            tables = open_files(kept, folder)
            check_brand(tables.descriptor, kept)
        now = datetime.now(UTC)
        # Older files that take the place of others are a change all the same.
        made = Served(
            facts_of(tables, engine=_engine(tables)), folder, stamp, now, changed=now if _served else stamp.changed
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    # The tables are what facts are made from, and made from again where an engine was lost.
    weakref.finalize(tables, shutil.rmtree, folder, ignore_errors=True)
    return made


def _engine(tables: Tables) -> Engine:
    """The engine that the environment names; else one in memory, or over files where the package is large."""
    try:
        return engine_at(os.environ.get("DASHBOARD_ENGINE") or ("duckdb" if tables.is_large else "polars"))
    except ValueError as wrong:
        raise OSError(f"DASHBOARD_ENGINE: {wrong}") from None


def _settled(place: str) -> Served:
    """The package as soon as nobody writes it any more."""
    while True:
        with contextlib.suppress(Unsettled):
            # A clock that is behind the files' own makes them lie in the future: that is no sign of change.
            if places.is_address(place) or not 0 <= time.time() - stamp_of(place).changed.timestamp() <= QUIET:
                return read(place)
        time.sleep(QUIET / 10)


class _Kept:
    """The files of a package, each copied into a folder when it is first opened, and read there."""

    def __init__(self, files: places.Files, folder: Path) -> None:
        self.name = files.name
        self.descriptor = places.DESCRIPTOR
        self._files = files
        self._folder = folder

    def open(self, path: str) -> BinaryIO:
        with self._files.open(self._files.descriptor if path == self.descriptor else path) as source:
            copy = self._folder / path
            if not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as begun:
                    shutil.copyfileobj(source, begun, 1 << 20)
                Path(begun.name).rename(copy)
        return copy.open("rb")
