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
#: What is expected where a column stands twice, and where a row holds nothing.
_ONCE, _WITH_VALUES = "each column once", "a row with values"
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
    with opened() as binary:
        content: TextIO
        if size >= LARGE:
            content = io.TextIOWrapper(binary, encoding=encoding, newline="")
        else:
            content = io.StringIO(_decoded(table, binary.read(), encoding), newline="")
        try:
            yield from record_batches(table, schema, csv_records(table, content, delimiter), faults, skip=done)
        except UnicodeDecodeError:
            raise Unreadable(_undecodable(table, opened, encoding)) from None


def _decoded(table: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        # The decoder counts from after a byte order mark.
        mark = len(codecs.BOM_UTF8) if encoding == "utf-8-sig" and data.startswith(codecs.BOM_UTF8) else 0
        place = error.start + mark
        line = data.count(b"\n", 0, place) + 1
        raise Unreadable(Fault(table, line, None, f"byte 0x{data[place]:02x}", "UTF-8 text")) from None


def _undecodable(table: str, opened: Callable[[], BinaryIO], encoding: str) -> Fault:
    """The first byte of a large file that is no letter."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with opened() as binary:
        while piece := binary.read(1 << 20):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                line += error.object.count(b"\n", 0, error.start)
                return Fault(table, line, None, f"byte 0x{error.object[error.start]:02x}", "UTF-8 text")
            line += piece.count(b"\n")
    return Fault(table, line, None, None, "UTF-8 text")


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

    `skip` is the number of records after the header that were read already. Where it `is_part` of a
    table, columns that may be empty may be missing, and columns that are unknown are passed over.
    """
    rest = iter(records)
    _, header = next(rest, (0, None))
    if header is None:
        raise Unreadable(Fault(table, 1, None, None, "a header line"))
    declared = [field["name"] for field in schema["fields"]]
    if not set(declared) & set(header):
        wanted = f"a header with the columns {', '.join(declared)}, in UTF-8, with commas between"
        raise Unreadable(Fault(table, 1, None, ", ".join(header), wanted))
    found = list(header_faults(table, header, declared))
    required = set[str]()
    if is_part:
        required = {one["name"] for one in schema["fields"] if one.get("constraints", {}).get("required")}
        found = [
            fault for fault in found if fault.expected == _ONCE or (fault.value is None and fault.column in required)
        ]
    faults.add(found)
    places = {column: header.index(column) for column in declared if column in header}
    missing = missing_values(schema)
    width = len(header)
    next(islice(rest, skip, skip), None)
    is_first = not skip
    # A table without rows is one batch without rows: its columns are there all the same.
    while (part := list(islice(rest, BATCH))) or is_first:
        is_first = False
        rows, cells = [number for number, _ in part], [record for _, record in part]
        ragged = np.zeros(len(part), dtype=bool)
        for place, record in enumerate(cells):
            if len(record) == width and any(record):
                continue
            ragged[place] = True
            if any(record):
                found_cells, wanted = f"{len(record)} cells", f"{width} cells, as in the header"
                faults.add([Fault(table, rows[place], None, found_cells, wanted)])
            else:
                faults.add([Fault(table, rows[place], None, None, _WITH_VALUES)])
            cells[place] = [*record, *[""] * width][:width]
        columns = {
            column: without(missing, pa.array([record[place] for record in cells], pa.string()))
            for column, place in places.items()
        }
        if is_part:
            empty = pa.array([""] * len(part), pa.string())
            columns |= {column: empty for column in declared if column not in {*columns, *required}}
        yield Batch(np.array(rows, dtype=np.int64), columns, ragged)


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
            yield Fault(table, 1, column, column, _ONCE)


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
    if list(header_faults(table, header, declared)):
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
            faults.add(Fault(table, int(row), None, None, _WITH_VALUES) for row in rows[blank])
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
