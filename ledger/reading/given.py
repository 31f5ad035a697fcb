"""The tables that a reader's file holds: each with its rows as text, their numbers, and where they are from."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from babel.numbers import format_decimal

from ledger.checks import Batch
from ledger.checks.rows import Record, Unreadable, csv_records, record_batches
from ledger.descriptor import Descriptor
from ledger.faults import Faults
from ledger.language import N_, locale
from ledger.language import gettext as _
from ledger.places import DAMAGE, DESCRIPTOR
from ledger.reading.matching import table_named, table_of
from ledger.reading.refused import MOST_ROWS, MOST_UNPACKED, Refused
from ledger.reading.sheets import Workbook, check_record
from ledger.reading.text import dialect_of
from ledger.template import LISTS, README

#: Bytes of a descriptor.
_MOST_DESCRIPTOR = 5_000_000
_ACCEPTED = N_("Give a CSV file, an Excel workbook (XLSX) or a data package as ZIP.")


@dataclass(frozen=True)
class Given:
    """The rows of one table as they came: its batches, and the file or sheet that they are from."""

    table: str
    file: str
    batches: list[Batch]


def given(name: str, data: bytes, descriptor: Descriptor, faults: Faults, notes: list[str]) -> Iterator[Given]:
    """The tables that a file holds, by the end of its name: CSV, XLSX, or a ZIP file of CSV files.

    What is wrong with the form of the file is added to the faults, what is passed over to the notes.

    Raises:
        Refused: the file cannot be read, or holds more than the limits allow.
    """
    end = name.lower().rpartition(".")[2]
    if end == "csv":
        yield _csv(name, data, descriptor, faults, notes)
    elif end == "xlsx":
        yield from _workbook(name, data, descriptor, faults, notes)
    elif end == "zip":
        yield from _package(data, descriptor, faults, notes)
    else:
        raise Refused(_(_ACCEPTED))


def _names(packed: zipfile.ZipFile) -> dict[str, str]:
    """The tables of the files by the descriptor of a package, where there is one that can be read."""
    place = next((name for name in packed.namelist() if name.rpartition("/")[2] == DESCRIPTOR), None)
    if place is None:
        return {}
    try:
        with packed.open(place) as opened:
            resources = json.loads(opened.read(_MOST_DESCRIPTOR))["resources"]
        return {one["path"].rpartition("/")[2]: one["name"] for one in resources if isinstance(one["name"], str)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _csv(
    name: str,
    data: bytes,
    descriptor: Descriptor,
    faults: Faults,
    notes: list[str],
    table: str | None = None,
) -> Given:
    """The table that a CSV file of any dialect holds, found out where it is not said; as `given`."""
    dialect = dialect_of(data, descriptor.columns, is_whole=True)
    if b"\0" in data and dialect.encoding != "utf-16":
        raise Refused(_("{file} holds null bytes: it is no text.", file=name) + " " + _(_ACCEPTED))
    check_record(list(dialect.header), _("{file}, row {number}", file=name, number=1))
    table = table or table_of(name, dialect.header, descriptor)
    if table is None:
        raise Refused(unknown_table(name, descriptor))
    notes.extend(f"{name}: {note}" for note in dialect.notes)
    try:
        text = data.decode(dialect.encoding)
    except UnicodeDecodeError:
        said = _("{file} is no text in UTF-16, as its first bytes say. Save it as UTF-8.", file=name)
        raise Refused(said) from None
    records = _within(csv_records(table, io.StringIO(text, newline=""), dialect.delimiter), name)
    return _table(table, name, records, descriptor, faults, notes)


def _written(number: int) -> str:
    """A number as the reader's language writes it."""
    return format_decimal(number, locale=locale())


def _within(records: Iterable[Record], where: str) -> Iterator[Record]:
    """Records within the limits."""
    for number, record in records:
        if number > MOST_ROWS + 1:
            raise Refused(_("{file} has more than {most} rows. Divide it.", file=where, most=_written(MOST_ROWS)))
        check_record(list(record), _("{file}, row {number}", file=where, number=number))
        yield number, record


def _workbook(name: str, data: bytes, descriptor: Descriptor, faults: Faults, notes: list[str]) -> Iterator[Given]:
    book = Workbook(io.BytesIO(data))
    for sheet, table in tables_of_sheets(book, name, descriptor, notes).items():
        where = _("{file}, sheet {sheet}", file=name, sheet=sheet)
        yield _table(table, where, book.records(sheet, table, faults, where), descriptor, faults, notes)


def tables_of_sheets(book: Workbook, name: str, descriptor: Descriptor, notes: list[str]) -> dict[str, str]:
    """The table that each sheet of a workbook holds; sheets that hold none are told to the notes.

    Raises:
        Refused: none of the sheets holds a table.
    """
    sheets = [sheet for sheet in book.names if sheet not in (README, LISTS)]
    found = {}
    for sheet in sheets:
        header = book.header(sheet)
        # The name of the file counts where there is but one sheet.
        called = name if len(sheets) == 1 else sheet
        table = table_named(sheet, descriptor) or table_of(called, header, descriptor)
        if table and header:
            found[sheet] = table
        elif header:
            notes.append(_("The sheet {sheet} is none of the tables and was passed over.", sheet=sheet))
    if not found:
        raise Refused(unknown_table(name, descriptor))
    return found


def _package(data: bytes, descriptor: Descriptor, faults: Faults, notes: list[str]) -> Iterator[Given]:
    left, found = MOST_UNPACKED, 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if len(packed.namelist()) > 1_000:
                said = _(
                    "The ZIP file holds more than {most} files. Give those with the tables alone.", most=_written(1_000)
                )
                raise Refused(said)
            names = _names(packed)
            for part in packed.infolist():
                base_name = part.filename.rpartition("/")[2]
                if ".." in part.filename.split("/") or part.filename.startswith("/") or "\\" in part.filename:
                    said = _("The ZIP file holds a file outside its folder: {file}.", file=part.filename[:80])
                    raise Refused(said)
                if not base_name.lower().endswith(".csv") or base_name.startswith("."):
                    continue
                table = table_named(names.get(base_name, base_name), descriptor)
                if table is None:
                    notes.append(_("{file} is none of the tables and was passed over.", file=base_name[:80]))
                    continue
                if part.flag_bits & 1:
                    raise Refused(_("The ZIP file is encrypted. Give it without a password."))
                with packed.open(part) as opened:
                    content = opened.read(left + 1)
                left -= len(content)
                if left < 0:
                    most = MOST_UNPACKED // 1_000_000
                    raise Refused(_("Unpacked, the tables have more than {number} MB. Divide them.", number=most))
                found += 1
                yield _csv(base_name, content, descriptor, faults, notes, table)
    except Refused:
        raise
    except DAMAGE:
        raise Refused(_("This is not a ZIP file, or it is damaged. Pack it again.")) from None
    if not found:
        raise Refused(_("The ZIP file holds no CSV file named after a table, such as initiatives.csv or funding.csv."))


def unknown_table(name: str, descriptor: Descriptor) -> str:
    """That a file holds none of the tables, and what to do."""
    return _(
        "{file} is none of the tables: {tables}. Name the file after its table, with the columns of that in its first "
        "row; the template shows them.",
        file=name[:80],
        tables=", ".join(descriptor.tables),
    )


def _table(
    table: str, file: str, records: Iterable[Record], descriptor: Descriptor, faults: Faults, notes: list[str]
) -> Given:
    """The rows of a table; what is wrong with their form is added to the faults."""
    form = Faults()
    header: list[str] = []

    def noted() -> Iterator[Record]:
        for number, record in records:
            if not header:
                header.extend(record)
            yield number, record

    batches: list[Batch] = []
    try:
        batches.extend(record_batches(table, descriptor.schema(table), noted(), form, is_part=True))
    except Unreadable as wrong:
        form.add([wrong.fault])
    faults.add(replace(fault, file=file) for fault in form)
    declared = {field.name for field in descriptor.fields(table)}
    for column in dict.fromkeys(header):
        if column not in declared:
            notes.append(
                _(
                    "{file}: the column “{column}” is none of {table} and was passed over.",
                    file=file,
                    column=column[:80],
                    table=table,
                )
            )
    return Given(table, file, batches)


def kept(batch: Batch, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> Batch:
    """The rows of a batch for which the mask holds."""
    columns = {name: values.filter(pa.array(mask)) for name, values in batch.columns.items()}
    return Batch(batch.rows[mask], columns, batch.ragged[mask])


def frame_of(given: Given, schema: Mapping[str, Any]) -> pd.DataFrame:
    """The rows as one frame of text with every column."""
    names = [field["name"] for field in schema["fields"]]
    frames = [
        pd.DataFrame({name: batch.columns[name].to_pandas() for name in names if name in batch.columns}, dtype="str")
        for batch in given.batches
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=names, dtype="str")
