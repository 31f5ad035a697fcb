"""What tells one state of a place from the next, without reading what lies there."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ledger import download
from ledger.places import is_address


@dataclass(frozen=True)
class Stamp:
    """A state of a place: two of them are equal where nothing has changed.

    `changed` is when it changed last, as far as that is known; else when it was looked at.
    """

    marks: tuple[tuple[object, ...], ...]
    changed: datetime = field(compare=False)


def stamp_of(place: str | Path) -> Stamp:
    """The state of a folder, a file or an address.

    An address is asked for what its server says of it alone; of a descriptor on the web, the files
    that it names are not asked for.

    Raises:
        OSError: with a sentence, where a server cannot be asked.
    """
    if is_address(place):
        return Stamp((download.mark(str(place)),), datetime.now(UTC))
    path = Path(place)
    files = path if path.is_dir() else path.parent if path.suffix.lower() == ".json" else None
    marks = tuple(sorted(_below(files) if files else _one(path)))
    newest = max((changed for *_, changed in marks), default=0)
    return Stamp(marks, datetime.fromtimestamp(newest / 1e9, UTC))


def _below(folder: Path) -> Iterator[tuple[str, int, int, int, int]]:
    """The folder and everything in it; what is hidden belongs to others."""
    yield from _one(folder)
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (*folders, *files):
            if not name.startswith("."):
                yield from _one(Path(place) / name)


def _one(path: Path) -> Iterator[tuple[str, int, int, int, int]]:
    """The path, which file it is, its size, and when its content and its place changed (ns); nothing if it is gone."""
    with contextlib.suppress(OSError):
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):  # its size and times change with hidden files, too
            yield str(path), found.st_ino, 0, 0, 0
        else:
            yield str(path), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
