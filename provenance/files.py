"""Where bytes come from: a folder, a file, or a repository on the Hugging Face hub, read alike.

A reader gives exactly the bytes that were asked for, of the file that was there at the beginning, or says why not.
"""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import Protocol

from provenance.faults import Unreadable

#: How a repository is named: `hf://owner/name@revision`.
HUB = "hf://"


class Files(Protocol):
    """The files of a checkpoint."""

    #: What the reader of a report is told: the place as it was given, and the revision it stood for.
    place: str
    revision: str | None

    def sizes(self) -> dict[str, int]:
        """Every file with its size in bytes."""

    def read(self, name: str, start: int, into: memoryview) -> None:
        """Fill `into` with the bytes from `start` on."""

    def unchanged(self, name: str) -> None:
        """Raise `Unreadable` if the file is not what it was when it was opened."""

    def mark(self, name: str) -> str:
        """What changes when the file does, as far as can be told without reading it."""

    def sha256(self, name: str) -> str | None:
        """The hash of the whole file, where its place states it."""


def files_at(place: str) -> Files:
    """The reader for a place."""
    if not place.startswith(HUB):
        return LocalFiles(place)
    try:
        from provenance.hub import HubFiles
    except ImportError:
        raise Unreadable(f"{place}: reading from the hub needs `pip install -r requirements-provenance.txt`.") from None
    return HubFiles(place)


class LocalFiles:
    """A folder, or a single file."""

    revision: str | None = None

    def __init__(self, place: str) -> None:
        self.place = place
        path = Path(place)
        try:
            if path.is_dir():
                found = [entry for entry in path.iterdir() if entry.is_file()]
            elif path.is_file():
                found = [path]
            else:
                raise Unreadable(f"{place}: there is no such folder or file.")
            self._paths = {entry.name: entry for entry in sorted(found)}
            self._first = {name: _state(entry) for name, entry in self._paths.items()}
        except OSError as error:
            raise Unreadable(f"{place}: cannot be read ({error.strerror}).") from None
        self._open: dict[str, int] = {}
        self._lock = threading.Lock()

    def sizes(self) -> dict[str, int]:
        """Every file with its size in bytes."""
        return {name: state[0] for name, state in self._first.items()}

    def read(self, name: str, start: int, into: memoryview) -> None:
        """Fill `into` with the bytes from `start` on."""
        done = 0
        try:
            number = self._number(name)
            while done < len(into):
                got = os.preadv(number, [into[done:]], start + done)
                if not got:
                    raise Unreadable(f"{self._paths[name]}: ends at byte {start + done}, before its last tensor does.")
                done += got
        except OSError as error:
            raise Unreadable(f"{self._paths[name]}: cannot be read ({error.strerror}).") from None

    def _number(self, name: str) -> int:
        with self._lock:
            if name not in self._open:
                self._open[name] = os.open(self._paths[name], os.O_RDONLY)
            return self._open[name]

    def unchanged(self, name: str) -> None:
        """Raise `Unreadable` if the file is not what it was when it was opened."""
        try:
            same = _state(self._paths[name]) == self._first[name]
        except OSError:
            same = False
        if not same:
            raise Unreadable(f"{self._paths[name]}: was changed or taken away while it was read. Begin anew.")

    def mark(self, name: str) -> str:
        """When the file was last written, to the nanosecond."""
        return str(self._first[name][1])

    def sha256(self, name: str) -> str | None:
        """Nothing: a folder states no hashes; `hashed` works them out."""
        return None

    def hashed(self, name: str) -> str:
        """The hash of the whole file, worked out by reading it."""
        try:
            with self._paths[name].open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise Unreadable(f"{self._paths[name]}: cannot be read ({error.strerror}).") from None
        self.unchanged(name)
        return found

    def __del__(self) -> None:
        for number in getattr(self, "_open", {}).values():
            os.close(number)


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino
