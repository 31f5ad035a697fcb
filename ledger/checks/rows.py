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

#: Rows that are checked at a time.
BATCH = 100_000
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


def of_frame(table: str, schema: Mapping[str, Any], frame: pd.DataFrame, **about: Any) -> Source:
    """The rows of a frame, typed or text, counted from 2 on, or from `first` on."""
    first = int(about.pop("first", 2))

    def batches(faults: Faults) -> Iterator[Batch]:
        columns = {field["name"]: as_text(frame[field["name"]]) for field in schema["fields"] if field["name"] in frame}
        numbers = np.arange(first, first + len(frame), dtype=np.int64)
        yield Batch(numbers, columns, np.zeros(len(frame), dtype=bool))

    return Source(table, schema, batches, **about)


def as_text(values: pd.Series[Any]) -> pa.Array:
    """A column as text, "" for what is missing."""
    if values.dtype == "boolean":
        values = values.map({True: "true", False: "false"})
    return pa.array(values.astype("str").fillna("").astype(object), pa.string())


# CSV


def csv_batches(
    table: str, schema: Mapping[str, Any], opened: Callable[[], BinaryIO], faults: Faults, size: int = 0
) -> Iterator[Batch]:
    """The rows of a CSV file (RFC 4180, UTF-8, comma).

    Args:
        table: its name.
        schema: its Table Schema.
        opened: opens the file; more than once where it is large and not right.
        faults: takes what is wrong with the form of the file.
        size: bytes of the file; large files are read by Arrow.

    Raises:
        Unreadable: the file is no CSV from some place on.
    """
    done = 0
    if size >= LARGE:
        try:
            for batch in _by_arrow(table, schema, opened):
                done += len(batch.rows)
                yield batch
        except pa.ArrowInvalid:
            pass  # The rest is read by a reader that says where the fault is.
        else:
            return
    with opened() as binary:
        content: TextIO
        if size >= LARGE:
            content = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
        else:
            content = io.StringIO(_decoded(table, binary.read()), newline="")
        yield from record_batches(table, schema, _records(table, content), faults, skip=done)


def _decoded(table: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder counts from after a byte order mark.
        mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        place = error.start + mark
        line = data.count(b"\n", 0, place) + 1
        raise Unreadable(Fault(table, line, None, f"byte 0x{data[place]:02x}", "UTF-8 text")) from None


def _records(table: str, content: TextIO) -> Iterator[list[str]]:
    """The records of a CSV text, each as a list of cells."""
    reader = csv.reader(content, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise Unreadable(Fault(table, reader.line_num, None, None, f"CSV ({error})")) from None
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise Unreadable(Fault(table, reader.line_num + 1, None, f"byte 0x{byte:02x}", "UTF-8 text")) from None


def record_batches(
    table: str, schema: Mapping[str, Any], records: Iterable[Sequence[str]], faults: Faults, skip: int = 0
) -> Iterator[Batch]:
    """Batches of records of which the first is the header; what is wrong with their form is added to the faults.

    `skip` is the number of records after the header that were read already.
    """
    rest = iter(records)
    header = next(rest, None)
    if header is None:
        raise Unreadable(Fault(table, 1, None, None, "a header line"))
    declared = [field["name"] for field in schema["fields"]]
    faults.add(header_faults(table, header, declared))
    places = {column: header.index(column) for column in declared if column in header}
    missing = missing_values(schema)
    width, start = len(header), 2 + skip
    next(islice(rest, skip, skip), None)
    is_first = not skip
    # A table without rows is one batch without rows: its columns are there all the same.
    while (part := list(islice(rest, BATCH))) or is_first:
        is_first = False
        ragged = np.zeros(len(part), dtype=bool)
        for number, record in enumerate(part):
            if len(record) == width and any(record):
                continue
            ragged[number] = True
            if any(record):
                cells = f"{len(record)} cells"
                faults.add([Fault(table, start + number, None, cells, f"{width} cells, as in the header")])
            else:
                faults.add([Fault(table, start + number, None, None, "a row with values")])
            part[number] = [*record, *[""] * width][:width]
        columns = {
            column: without(missing, pa.array([record[place] for record in part], pa.string()))
            for column, place in places.items()
        }
        yield Batch(np.arange(start, start + len(part), dtype=np.int64), columns, ragged)
        start += len(part)


def missing_values(schema: Mapping[str, Any]) -> frozenset[str]:
    """The texts that stand for an empty cell, beside the empty one."""
    return frozenset(schema.get("missingValues", [""])) - {""}


def without(missing: frozenset[str], values: pa.Array) -> pa.Array:
    """A column with "" for the texts that stand for an empty cell."""
    if not missing:
        return values
    return pc.if_else(pc.is_in(values, pa.array(sorted(missing), pa.string())), "", values)


def header_faults(table: str, header: Sequence[str], declared: Sequence[str]) -> Iterator[Fault]:
    """Columns that are missing, unknown or there twice."""
    for column in declared:
        if column not in header:
            yield Fault(table, 1, column, None, "a column of this name")
    for column in dict.fromkeys(header):
        if column not in declared:
            yield Fault(table, 1, column, column, f"one of the columns {', '.join(declared)}")
        if list(header).count(column) > 1:
            yield Fault(table, 1, column, column, "each column once")


def _by_arrow(table: str, schema: Mapping[str, Any], opened: Callable[[], BinaryIO]) -> Iterator[Batch]:
    """The rows of a large file. Raises ArrowInvalid where its form is not right in any way."""
    with opened() as binary:
        begin = binary.read(1 << 20).decode("utf-8-sig", errors="replace")
        header = next(csv.reader(io.StringIO(begin, newline="")))
    declared = [field["name"] for field in schema["fields"]]
    if list(header_faults(table, header, declared)):
        raise pa.ArrowInvalid("The header is not right.")
    missing = missing_values(schema)
    start = 2
    with opened() as binary:
        reader = pa.csv.open_csv(
            binary,
            pa.csv.ReadOptions(block_size=1 << 24),
            pa.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            pa.csv.ConvertOptions(
                column_types=dict.fromkeys(declared, pa.string()), strings_can_be_null=False, include_columns=declared
            ),
        )
        for part in reader:
            columns = {name: without(missing, part.column(name)) for name in declared}
            yield Batch(np.arange(start, start + len(part), dtype=np.int64), columns, np.zeros(len(part), dtype=bool))
            start += len(part)
