"""Writing a package: the whole of the change is there, or none of it, whenever the writer is killed.

    write_package("data", {"funding.csv": new_bytes})

A complete copy of the folder is made beside it, checked, and put in its place by one step of the
file system that exchanges two folders (Linux, macOS). Where that step is not to be had (another
system, a folder that is a mount point or whose parent may not be written), each file is replaced
whole, tables before those that refer to them: with rows that are only added, a package that is
read or left between two files is then valid too, but holds a part of the change.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

from ledger.tables import BrokenPackage, Tables, open_package

if sys.platform != "win32":
    import fcntl

#: The end of the name of the copy in the making; what a killed writer left is removed by the next.
_ENDING = ".writing"


class ChangedMeanwhile(OSError):
    """A file of the package is not the one any more that the change was made from."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} was changed by somebody else in the meantime. Nothing was written: begin again.")


def check_package(folder: str | Path, files: Mapping[str, bytes]) -> Tables:
    """The package in a folder as it would be with some of its files replaced; the folder is left alone.

    Args:
        folder: the folder of the package.
        files: the new content by path of the file, from the folder on.

    Raises:
        BrokenPackage: with every fault, where the package would not be right.
    """
    folder = _real(folder)
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / folder.name
        # No second names here: they would be a change of the files, which are served, to whoever watches them.
        _copy(folder, copy, files, by=shutil.copy2)
        return _opened(copy, folder)


def write_package(folder: str | Path, files: Mapping[str, bytes], made_from: Mapping[str, bytes] | None = None) -> None:
    """Replace or add files of a package, all or none of them.

    Nothing else in the folder changes; a replaced file keeps its permissions. Writers wait for one
    another. What a killed writer left behind is removed first.

    Args:
        folder: the folder of the package.
        files: the new content by path of the file, from the folder on.
        made_from: what the files held, by path, when the change was made.

    Raises:
        BrokenPackage: the package would not be right; nothing is written.
        ChangedMeanwhile: a file holds something else than `made_from` says; nothing is written.
        ValueError: a path leads out of the folder.
        OSError: the disk refused; nothing is written, or, where folders cannot be exchanged, some files.
    """
    folder = _real(folder)
    outside = [name for name in files if Path(name).is_absolute() or ".." in Path(name).parts]
    if outside:
        raise ValueError(f"These are not paths inside the folder: {', '.join(outside)}.")
    with _alone(folder):
        beside, inside = folder.parent / f".{folder.name}{_ENDING}", folder / _ENDING
        for left in (beside, inside):
            _remove(left)
        for name, content in (made_from or {}).items():
            if (folder / name).read_bytes() != content:
                raise ChangedMeanwhile(folder / name)
        place = beside if os.access(folder.parent, os.W_OK) else inside
        try:
            _copy(folder, place, files, by=_same)
            tables = _opened(place, folder)
            if place == inside or not _exchange(place, folder):
                _replace_each(folder, place, files, tables)
            _sync(folder.parent)
        finally:
            _remove(place)


def _real(folder: str | Path) -> Path:
    """The folder itself where a link names it."""
    return Path(os.path.realpath(folder))


def _copy(folder: Path, copy: Path, files: Mapping[str, bytes], by: Callable[[str, str], object]) -> None:
    """The folder with some files new; `by` brings one that does not change to its place."""
    left_out = {folder / name for name in (*files, _ENDING)}

    def without(place: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(place) / name in left_out]

    shutil.copytree(folder, copy, symlinks=True, ignore=without, copy_function=by)
    for name, content in files.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        with (copy / name).open("xb") as file:
            file.write(content)
            if (folder / name).exists():
                shutil.copymode(folder / name, copy / name)
            file.flush()
            os.fsync(file.fileno())
        _sync((copy / name).parent)
    _sync(copy)


def _same(source: str, target: str) -> None:
    """The same file under a second name, where there can be one."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, or one without second names
        shutil.copy2(source, target, follow_symlinks=False)


def _opened(copy: Path, folder: Path) -> Tables:
    """The copy, checked; faults name the folder that it is to become."""
    try:
        return open_package(copy)
    except BrokenPackage as broken:
        raise BrokenPackage(folder / "datapackage.json", broken.faults) from None


def _replace_each(folder: Path, place: Path, files: Mapping[str, bytes], tables: Tables) -> None:
    """Put each file in its place whole: tables before those that refer to them, the descriptor last."""
    order = list(_parents_first(tables))
    for name in sorted(files, key=lambda name: order.index(name) if name in order else len(order)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).replace(folder / name)
        _sync((folder / name).parent)


def _parents_first(tables: Tables) -> Iterator[str]:
    """The files of the tables, each after those to which its foreign keys refer."""
    paths = {resource["name"]: resource["path"] for resource in tables.descriptor.raw["resources"]}
    needed = {
        table: {
            key["reference"].get("resource") or table for key in tables.descriptor.schema(table).get("foreignKeys", ())
        }
        - {table}
        for table in tables.descriptor.tables
    }
    return (paths[table] for table in TopologicalSorter(needed).static_order())


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    system = ctypes.CDLL(None, use_errno=True) if sys.platform in ("linux", "darwin") else None
    rename = getattr(system, "renameat2" if sys.platform == "linux" else "renameatx_np", None)
    if rename is None:
        return False
    rename.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    anywhere = -100 if sys.platform == "linux" else -2  # AT_FDCWD: the paths are whole
    exchange = 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS
    return bool(rename(anywhere, os.fsencode(one), anywhere, os.fsencode(other), exchange) == 0)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time: the lock is on the folder above, which stays, and ends with the process."""
    if sys.platform == "win32":
        yield
        return
    above = os.open(folder.parent, os.O_RDONLY)
    try:
        fcntl.flock(above, fcntl.LOCK_EX)
        yield
    finally:
        os.close(above)


def _remove(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)


def _sync(folder: Path) -> None:
    """What was renamed in a folder is on the disk when this returns."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
