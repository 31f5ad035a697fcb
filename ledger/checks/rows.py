"""Rows as the checks take them: batches of columns as text, and the reader of CSV files that makes them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, TextIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ledger.faults import Fault, Faults
from ledger.language import gettext as _
from ledger.language import ngettext

#: Rows that are checked at a time.
BATCH = 100_000
#: A record with its number in the file.
Record = tuple[int, Sequence[str]]
#: Bytes from which on a file is read by Arrow, which is fast and does not say where a fault of its form is.
LARGE = 64_000_000


@dataclass(frozen=True)
class Batch:
    """Some rows of a table as text.

    `rows` holds the number of each row in its file, the header being 1; `columns` the declared
    columns that the file has, "" for an empty cell; `ragged` whether a row has no, too few or too
    many cells: filled up or cut, it keeps its keys, but nothing more is said about it.
    """

    rows: np.ndarray[Any, np.dtype[np.int64]]
    columns: Mapping[str, pa.Array]
    ragged: np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Source:
    """Rows of a table that can be read again: those of a file, of a sheet, of a frame.

    `batches` reads them from the start and adds what is wrong with their form. `file` names the
    file in faults. Rows that are known are right already; only their keys are taken.
    """

    table: str
    schema: Mapping[str, Any]
    batches: Callable[[Faults], Iterator[Batch]]
    file: str | None = None
    is_known: bool = False


class Unreadable(Exception):
    """A file whose rows cannot be told apart from some place on: `fault` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def of_frame(table: str, schema: Mapping[str, Any], frame: pd.DataFrame, *, is_known: bool = False) -> Source:
    """The rows of a frame, typed or text, counted from 2 on as in a file."""

    def batches(faults: Faults) -> Iterator[Batch]:
        columns = {field["name"]: as_text(frame[field["name"]]) for field in schema["fields"] if field["name"] in frame}
        numbers = np.arange(2, 2 + len(frame), dtype=np.int64)
        yield Batch(numbers, columns, np.zeros(len(frame), dtype=bool))

    return Source(table, schema, batches, is_known=is_known)


def as_text(values: pd.Series[Any]) -> pa.Array:
    """A column as text, "" for what is missing."""
    if values.dtype == "boolean":
        values = values.map({True: "true", False: "false"})
    return pa.array(values.astype("str").fillna("").astype(object), pa.string())


# CSV


def csv_batches(
    table: str,
    schema: Mapping[str, Any],
    opened: Callable[[], BinaryIO],
    faults: Faults,
    size: int = 0,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
) -> Iterator[Batch]:
    """The rows of a CSV file (RFC 4180; in a package UTF-8 with commas).

    Args:
        table: its name.
        schema: its Table Schema.
        opened: opens the file; more than once where it is large.
        faults: takes what is wrong with the form of the file.
        size: bytes of the file; large files are read by Arrow.
        encoding: how its letters are written.
        delimiter: what stands between cells.

    Raises:
        Unreadable: the file is no CSV from some place on.
    """
    done = 0
    if size >= LARGE:
        try:
            for batch in _by_arrow(table, schema, opened, encoding, delimiter, faults):
                done += len(batch.rows)
                yield batch
        except pa.ArrowInvalid:
            pass  # The rest is read by a reader that says where the fault is.
        else:
            return
    try:
        with opened() as binary:
            content: TextIO
            if size >= LARGE:
                content = io.TextIOWrapper(binary, encoding=encoding, newline="")
            else:
                content = io.StringIO(binary.read().decode(encoding), newline="")
            yield from record_batches(table, schema, csv_records(table, content, delimiter), faults, skip=done)
    except UnicodeDecodeError:
        raise Unreadable(_undecodable(table, opened, encoding)) from None


def _undecodable(table: str, opened: Callable[[], BinaryIO], encoding: str) -> Fault:
    """The first byte of a file that is no letter."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with opened() as binary:
        is_last = False
        while not is_last:
            piece = binary.read(1 << 20)
            is_last = not piece
            try:
                decoder.decode(piece, final=is_last)
            except UnicodeDecodeError as error:
                line += error.object.count(b"\n", 0, error.start)
                return Fault(
                    table, line, None, _("byte {byte}", byte=f"0x{error.object[error.start]:02x}"), _("UTF-8 text")
                )
            line += piece.count(b"\n")
    return Fault(table, line, None, None, _("UTF-8 text"))


def csv_records(table: str, content: TextIO, delimiter: str = ",") -> Iterator[Record]:
    """The records of a CSV text, each as a list of cells, with their numbers."""
    reader = csv.reader(content, strict=True, delimiter=delimiter)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise Unreadable(Fault(table, reader.line_num, None, None, f"CSV ({error})")) from None


def record_batches(
    table: str,
    schema: Mapping[str, Any],
    records: Iterable[Record],
    faults: Faults,
    *,
    skip: int = 0,
    is_part: bool = False,
) -> Iterator[Batch]:
    """Batches of records of which the first is the header; what is wrong with their form is added to the faults.

    `skip` is the number of records after the header that were read already. Where they are but a
    `is_part` of a table, columns that may be empty may be missing, and columns that are unknown and
    records without values are passed over.
    """
    rest = iter(records)
    header = next(rest, (0, None))[1]
    if header is None:
        raise Unreadable(Fault(table, 1, None, None, _("a header line")))
    declared = [field["name"] for field in schema["fields"]]
    if not set(declared) & set(header):
        wanted = _("a header with the columns {columns}, in UTF-8, with commas between", columns=", ".join(declared))
        raise Unreadable(Fault(table, 1, None, ", ".join(header), wanted))
    required = [one["name"] for one in schema["fields"] if one.get("constraints", {}).get("required")]
    if is_part:
        rest = ((number, record) for number, record in rest if any(record))
        faults.add(header_faults(table, header, required, header))
    else:
        faults.add(header_faults(table, header, declared, declared))
    places = {column: header.index(column) for column in declared if column in header}
    missing = missing_values(schema)
    width = len(header)
    next(islice(rest, skip, skip), None)
    is_first = not skip
    # A table without rows is one batch without rows: its columns are there all the same.
    while (part := list(islice(rest, BATCH))) or is_first:
        is_first = False
        rows, cells = [number for number, record in part], [record for number, record in part]
        ragged = np.zeros(len(part), dtype=bool)
        for place, record in enumerate(cells):
            if len(record) == width and any(record):
                continue
            ragged[place] = True
            if any(record):
                found_cells = ngettext("{n} cell", "{n} cells", len(record))
                wanted = ngettext("{n} cell, as in the header", "{n} cells, as in the header", width)
                faults.add([Fault(table, rows[place], None, found_cells, wanted)])
            else:
                faults.add([_without_values(table, rows[place])])
            cells[place] = [*record, *[""] * width][:width]
        columns = {
            column: without(missing, pa.array([record[place] for record in cells], pa.string()))
            for column, place in places.items()
        }
        if is_part:
            empty = pa.array([""] * len(part), pa.string())
            columns |= {column: empty for column in declared if column not in {*columns, *required}}
        yield Batch(np.array(rows, dtype=np.int64), columns, ragged)


def _without_values(table: str, row: int) -> Fault:
    return Fault(table, row, None, None, _("a row with values"))


def missing_values(schema: Mapping[str, Any]) -> frozenset[str]:
    """The texts that stand for an empty cell, beside the empty one."""
    return frozenset(schema.get("missingValues", [""])) - {""}


def without(missing: frozenset[str], values: pa.Array) -> pa.Array:
    """A column with "" for the texts that stand for an empty cell."""
    if not missing:
        return values
    return pc.if_else(pc.is_in(values, pa.array(sorted(missing), pa.string())), "", values)


def header_faults(table: str, header: Sequence[str], needed: Sequence[str], accepted: Sequence[str]) -> Iterator[Fault]:
    """Columns that are needed and missing, not accepted, or there twice."""
    for column in needed:
        if column not in header:
            yield Fault(table, 1, column, None, _("a column of this name"))
    for column in dict.fromkeys(header):
        if column not in accepted:
            yield Fault(table, 1, column, column, _("one of the columns {columns}", columns=", ".join(accepted)))
        if list(header).count(column) > 1:
            yield Fault(table, 1, column, column, _("each column once"))


def _by_arrow(
    table: str,
    schema: Mapping[str, Any],
    opened: Callable[[], BinaryIO],
    encoding: str,
    delimiter: str,
    faults: Faults,
) -> Iterator[Batch]:
    """The rows of a large file. Raises ArrowInvalid where its form is not right in any way."""
    with opened() as binary:
        begin = binary.read(1 << 20).decode(encoding, errors="replace")
        header = next(csv.reader(io.StringIO(begin, newline=""), delimiter=delimiter))
    declared = [field["name"] for field in schema["fields"]]
    if list(header_faults(table, header, declared, declared)):
        raise pa.ArrowInvalid("The header is not right.")
    missing = missing_values(schema)
    start = 2
    with opened() as binary:
        reader = pa.csv.open_csv(
            binary,
            pa.csv.ReadOptions(block_size=1 << 24, encoding=encoding.removesuffix("-sig")),
            pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
            pa.csv.ConvertOptions(
                column_types=dict.fromkeys(declared, pa.string()), strings_can_be_null=False, include_columns=declared
            ),
        )
        for part in reader:
            columns = {name: without(missing, part.column(name)) for name in declared}
            rows = np.arange(start, start + len(part), dtype=np.int64)
            blank = is_blank(columns.values())
            faults.add(_without_values(table, int(row)) for row in rows[blank])
            yield Batch(rows, columns, blank)
            start += len(part)


def is_blank(columns: Iterable[pa.Array]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """For each row whether all its cells are empty."""
    first, *others = columns
    blank: np.ndarray[Any, np.dtype[np.bool_]] = pc.equal(first, "").to_numpy(zero_copy_only=False)
    for values in others:
        if not blank.any():
            break
        blank = blank & pc.equal(values, "").to_numpy(zero_copy_only=False)
    return blank
