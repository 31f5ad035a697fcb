"""Validation of whatever somebody has: a package, a table of one as a file of its own, a workbook, an address."""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from ledger import download
from ledger.checks import Batch, Source, check
from ledger.checks.description import names_of
from ledger.checks.rows import csv_batches, record_batches
from ledger.descriptor import Descriptor
from ledger.faults import BrokenPackage, Fault, Faults, in_order
from ledger.own_rows import known_sources
from ledger.places import LIMIT, is_address, opened, shown
from ledger.reading.given import tables_of_sheets, unknown_table
from ledger.reading.matching import table_of
from ledger.reading.refused import Refused
from ledger.reading.sheets import Workbook
from ledger.reading.text import SAMPLE, dialect_of
from ledger.tables import Tables, check_files

Progress = Callable[[str, int], None]


@dataclass
class Result:
    """What was checked, and what is wrong with it.

    `place` is what was checked, `rows` the number of rows by table, `faults` what is wrong in order,
    `more` the number of faults that are not among them, `notes` what was assumed or passed over.
    """

    place: str
    rows: Counter[str] = field(default_factory=Counter)
    faults: tuple[Fault, ...] = ()
    more: int = 0
    notes: list[str] = field(default_factory=list)


def validate(place: str, base: Callable[[], Tables], progress: Progress = lambda table, rows: None) -> Result:
    """Check a package, or a table in the place of that of another package.

    Args:
        place: a folder with a package, its descriptor, a ZIP file, a CSV file, a workbook, or an address
            of one of these.
        base: gives the package that a table alone is checked with.
        progress: is told the table and the number of its rows that were checked.

    Raises:
        OSError: it could not be read; the text is a sentence.
    """
    with _local(place) as (file, name):
        result = Result(name)
        try:
            if _is_package(file, place):
                _package(place if file is None else str(file), result, progress)
            elif file is not None and _is_workbook(file):
                _workbook(file, base(), result, progress)
            elif file is not None:
                _csv(file, base(), result, progress)
        except Refused as refused:
            raise OSError(str(refused)) from None
        return result


@contextlib.contextmanager
def _local(place: str) -> Iterator[tuple[Path | None, str]]:
    """The file at a place, and what messages call it; no file where a descriptor leads to others at an address."""
    if not is_address(place):
        path = Path(place)
        if not path.exists():
            raise OSError(f"There is nothing at {place}. Name a folder, a file or an address.")
        yield path, place
        return
    name = PurePosixPath(urlsplit(place).path).name or "download"
    if name.endswith(".json"):
        yield None, shown(place)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        download.Source(LIMIT).fetch(place, file, shown(place))
        yield file, shown(place)


def _is_package(file: Path | None, place: str) -> bool:
    if file is None or file.is_dir() or file.suffix.lower() == ".json":
        return True
    with file.open("rb") as begun:
        is_packed = begun.read(4) == b"PK\3\4"
    return (is_packed or file.suffix.lower() == ".zip") and not _is_workbook(file)


def _is_workbook(file: Path) -> bool:
    return file.suffix.lower() in (".xlsx", ".xlsm")


def _package(place: str, result: Result, progress: Progress) -> None:
    faults = Faults()
    with opened(place) as files:
        try:
            with files.open(files.descriptor) as descriptor:
                descriptor.read(1)
        except OSError:
            raise OSError(f"{result.place} holds no {files.descriptor}: it is no package.") from None
        try:
            raw, _ = check_files(files, faults, partial(_count, result, progress))
        except BrokenPackage as broken:
            result.faults = broken.faults
            return
    result.faults, result.more = in_order(faults, names_of(raw)), faults.more


def _count(result: Result, progress: Progress, source: Source, batch: Batch) -> None:
    if not source.is_known:
        result.rows[source.table] += len(batch.rows)
        progress(source.table, result.rows[source.table])


# A table alone


def _csv(file: Path, base: Tables, result: Result, progress: Progress) -> None:
    size = file.stat().st_size
    with file.open("rb") as begun:
        begin = begun.read(SAMPLE)
    if not begin:
        raise OSError(f"{result.place} is empty.")
    descriptor = base.descriptor
    dialect = dialect_of(begin, descriptor.columns, is_whole=size <= SAMPLE)
    if b"\0" in begin and dialect.encoding != "utf-16":
        raise OSError(f"{result.place} holds null bytes: it is neither a CSV file nor a package or a workbook.")
    table = table_of(file.name, dialect.header, descriptor)
    if table is None:
        raise OSError(unknown_table(file.name, descriptor))
    result.notes += [_told(file.name, table), *dialect.notes]
    encoding = "utf-8-sig" if dialect.encoding == "utf-8" else dialect.encoding
    schema = descriptor.schema(table)

    def batches(faults: Faults) -> Iterator[Batch]:
        return csv_batches(table, schema, lambda: file.open("rb"), faults, size, encoding, dialect.delimiter)

    _tables([Source(table, schema, batches, file.name)], base, result, progress)


def _workbook(file: Path, base: Tables, result: Result, progress: Progress) -> None:
    descriptor = base.descriptor
    with file.open("rb") as begun:
        book = Workbook(begun)
        tables = tables_of_sheets(book, file.name, descriptor, result.notes)
        result.notes += [_told(f"The sheet {sheet}", table) for sheet, table in tables.items()]
        sources = [_sheet(book, sheet, table, descriptor) for sheet, table in tables.items()]
        _tables(sources, base, result, progress)


def _sheet(book: Workbook, sheet: str, table: str, descriptor: Descriptor) -> Source:
    schema = descriptor.schema(table)

    def batches(faults: Faults) -> Iterator[Batch]:
        return record_batches(table, schema, book.records(sheet, table, faults, sheet), faults)

    return Source(table, schema, batches, sheet)


def _tables(sources: list[Source], base: Tables, result: Result, progress: Progress) -> None:
    """Check tables in the place of those of the same names."""
    faults = Faults()
    replaced = {source.table for source in sources}
    known = [source for source in known_sources(base) if source.table not in replaced]
    check([*known, *sources], faults, partial(_count, result, progress))
    result.faults, result.more = in_order(faults, base.descriptor.tables), faults.more


def _told(name: str, table: str) -> str:
    return f"{name} was checked as the table {table}."
