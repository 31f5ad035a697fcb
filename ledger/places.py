"""Where a package lies: a folder, a ZIP file or an address on the web, read through one door.

    with opened("city.zip") as files:
        with files.open(files.descriptor) as file:
            descriptor = json.load(file)

Nothing outside the package is read, whatever its descriptor says, and no more than a limit.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import mmap
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, BinaryIO, Protocol
from urllib.parse import quote, urljoin, urlsplit
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ledger import download

#: Bytes that a package in a ZIP file or at an address may have, unpacked.
LIMIT = 1_000_000_000
#: Files that a ZIP file may hold: more of them would fill the memory before one is read.
MOST_FILES = 10_000

DESCRIPTOR = "datapackage.json"
#: The package that comes with the dashboard.
DATA = Path(__file__).resolve().parent.parent / "data"

_READABLE = "a file that can be read"
_INSIDE = "a path inside the folder of the package"
#: What reading a ZIP file raises where its bytes are not what they say.
DAMAGE = (BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError, NotImplementedError, RuntimeError)


class Files(Protocol):
    """The files of a package.

    `name` is the place as messages name it, without passwords; `descriptor` the path of the
    descriptor inside the place.
    """

    name: str
    descriptor: str

    def open(self, path: str) -> BinaryIO:
        """A file of the package, by its path from the descriptor's folder on.

        Opening and reading raise OSError whose text says what is expected, to stand after
        "expected": a file that can be read, or a path inside the folder of the package.
        """
        ...


@contextlib.contextmanager
def opened(place: str | Path, limit: int = LIMIT) -> Iterator[Files]:
    """The files of a package while it is open.

    Args:
        place: a folder with a `datapackage.json`, that file, a ZIP file that holds the package in
            its root or in its one folder, or an address (http, https) of such a ZIP file or of a
            `datapackage.json` whose files lie beside or below it.
        limit: bytes that a ZIP file or what comes from an address may have, unpacked.

    Raises:
        OSError: there is no package to be read there; the text is a sentence for a person.
    """
    if is_address(place):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "download"
            source = download.Source(limit)
            name = shown(place)
            last = source.fetch(str(place), file, name)
            with file.open("rb") as begun:
                packed = begun.read(4) == b"PK\3\4"
            if packed:
                with _archive(file, name, limit) as archive:
                    yield archive
            else:
                yield _Address(name, last, file, source)
        return
    path = Path(place)
    if path.is_dir():
        yield _Folder(str(place), DESCRIPTOR, path)
    elif path.suffix.lower() == ".json":
        yield _Folder(str(place), path.name, path.parent)
    elif not path.is_file():
        raise OSError(f"There is no file at {place}. Name a folder, a ZIP file or an address that holds a package.")
    else:
        with _archive(path, str(place), limit) as archive:
            yield archive


def is_address(place: str | Path) -> bool:
    """Whether a place is an address on the web."""
    return str(place).lower().startswith(("http://", "https://"))


def shown(place: str | Path) -> str:
    """A place as messages name it: an address without the password and the query that may be secret."""
    if not is_address(place):
        return str(place)
    parts = urlsplit(str(place))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _inside(path: str) -> str:
    """The path in its plain form. Raises OSError where it leads out of the package."""
    if "\0" in path:
        raise OSError("a path without a null byte")
    parts = PurePosixPath(path)
    elsewhere = parts.is_absolute() or PureWindowsPath(path).drive or PureWindowsPath(path).root
    if elsewhere or ".." in parts.parts or ".." in PureWindowsPath(path).parts:
        raise OSError(_INSIDE)
    return str(parts)


# A folder


class _Folder:
    def __init__(self, name: str, descriptor: str, folder: Path) -> None:
        self.name = name
        self.descriptor = descriptor
        self._folder = folder

    def open(self, path: str) -> BinaryIO:
        target = Path(os.path.realpath(self._folder / _inside(path)))
        if not target.is_relative_to(os.path.realpath(self._folder)):
            raise OSError(_INSIDE)
        try:
            if target.is_file():  # a pipe would wait for ever
                return target.open("rb")
        except OSError:
            pass
        raise OSError(_READABLE)


# A ZIP file


@contextlib.contextmanager
def _archive(file: Path, name: str, limit: int) -> Iterator[_Archive]:
    """A ZIP file, looked through: OSError where it is none, or holds what a package has no use for."""
    try:
        many = _many_files(file)
    except OSError as error:
        raise OSError(f"{name} could not be read: {error.strerror}.") from None
    if many:
        raise OSError(f"{name} holds more than {MOST_FILES:,} files. Leave those out that are no part of the package.")
    try:
        archive = ZipFile(file)
    except DAMAGE:
        raise OSError(
            f"{name} is no whole ZIP file. Name a folder with a {DESCRIPTOR}, that file itself, "
            "a ZIP file or an address that holds one; a download may have been cut short."
        ) from None
    with archive:
        members = _members(archive, name)
        top = _top(members)
        if top is None:
            raise OSError(f"{name} holds no {DESCRIPTOR}, neither at its top nor in its one folder.")
        yield _Archive(name, archive, members, top, limit)


def _many_files(file: Path) -> bool:
    """Whether more files are listed than a package may have; counted in the bytes, as no header is trusted."""
    with file.open("rb") as source:
        if not os.fstat(source.fileno()).st_size:
            return False
        with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
            entries = itertools.islice(re.finditer(rb"PK\x01\x02", content), MOST_FILES + 1)
            return sum(1 for _ in entries) > MOST_FILES


def _members(archive: ZipFile, name: str) -> dict[str, ZipInfo]:
    """The files of an archive by path. Raises OSError where one of them is not to be unpacked."""
    members: dict[str, ZipInfo] = {}
    for info in archive.infolist():
        # `is_dir` asks for the last letter, also where there is none.
        if info.filename.endswith("/"):
            continue
        try:
            path = _inside(info.filename)
        except OSError:
            raise OSError(f"{name} holds a path that leads out of it: {info.filename!r}. Pack it anew.") from None
        if info.flag_bits & 0x1:
            raise OSError(f"{name} is locked by a password ({info.filename!r}). Pack it without one.")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise OSError(f"{name} is packed in an unusual way ({info.filename!r}). Pack it with plain ZIP (deflate).")
        if path in members:
            raise OSError(f"{name} holds {info.filename!r} twice. Pack it anew.")
        members[path] = info
    return members


def _top(members: dict[str, ZipInfo]) -> str | None:
    """What stands before the paths of the package: nothing, or its one folder; None where it is not there."""
    if DESCRIPTOR in members:
        return ""
    # What macOS adds is no folder of the package.
    folders = {path.partition("/")[0] for path in members} - {"__MACOSX", ".DS_Store"}
    return next((f"{folder}/" for folder in folders if len(folders) == 1 and f"{folder}/{DESCRIPTOR}" in members), None)


class _Archive:
    def __init__(self, name: str, archive: ZipFile, members: dict[str, ZipInfo], top: str, limit: int) -> None:
        self.name = name
        self.descriptor = DESCRIPTOR
        self._archive = archive
        self._members = members
        self._top = top
        self._limit = limit
        self._unpacked: dict[str, int] = {}

    def open(self, path: str) -> BinaryIO:
        path = self._top + _inside(path)
        if path not in self._members:
            raise OSError(_READABLE)
        try:
            return io.BufferedReader(_Member(self._archive.open(self._members[path]), path, self))  # type: ignore[type-var]
        except DAMAGE:
            raise OSError(f"{_READABLE} (its place in the ZIP file is damaged)") from None

    def count(self, path: str, unpacked: int) -> None:
        """Note how many bytes of a file have come. Raises OSError where the package has more than it may."""
        self._unpacked[path] = max(unpacked, self._unpacked.get(path, 0))
        if sum(self._unpacked.values()) > self._limit:
            raise OSError(f"a package of at most {download.size(self._limit)} unpacked")


class _Member(io.RawIOBase):
    """A file of an archive as it is unpacked, its bytes counted as they come."""

    def __init__(self, stream: IO[bytes], path: str, archive: _Archive) -> None:
        self._stream = stream
        self._path = path
        self._archive = archive
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except DAMAGE:
            raise OSError(f"{_READABLE} (it is damaged in the ZIP file)") from None
        self._read += len(data)
        self._archive.count(self._path, self._read)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


# An address


class _Address:
    """A descriptor on the web and the files beside or below it, each fetched when it is first opened."""

    def __init__(self, name: str, address: str, descriptor: Path, source: download.Source) -> None:
        self.name = name
        self.descriptor = DESCRIPTOR
        self._address = address
        self._fetched = {DESCRIPTOR: descriptor}
        self._source = source

    def open(self, path: str) -> BinaryIO:
        path = _inside(path)
        if path not in self._fetched:
            address = urljoin(self._address, quote(path))
            file = self._fetched[DESCRIPTOR].with_name(str(len(self._fetched)))
            try:
                self._source.fetch(address, file, shown(address), within=self._address)
            except OSError as error:
                raise OSError(f"{_READABLE} ({error})") from None
            self._fetched[path] = file
        return self._fetched[path].open("rb")
