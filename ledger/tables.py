"""Opening a data package: the whole of it is checked, then its tables are given typed.

    tables = open_package("data")
    tables["funding"]                                   # a typed pandas frame
    tables.descriptor.label("funding", "stage", "spent")

A package that is not right is not opened: `BrokenPackage` lists every fault in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa

from ledger.checks import Batch, Source, check
from ledger.checks.cells import TRUE
from ledger.checks.description import REQUIRED, json_object, names_of, resources_of
from ledger.checks.rows import csv_batches
from ledger.checks.tables import Seen
from ledger.descriptor import Category, Descriptor, Field
from ledger.faults import BrokenPackage, Fault, Faults, in_order
from ledger.places import Files, opened

__all__ = [
    "REQUIRED",
    "BrokenPackage",
    "Category",
    "Descriptor",
    "Fault",
    "Field",
    "Tables",
    "open_files",
    "open_package",
    "typed",
]


@dataclass(frozen=True)
class Tables:
    """The tables of a package, checked and typed, by name.

    Text is `str`, whole numbers and years `Int64`, numbers `float64`, yes or no `boolean`;
    dates of any precision and codes stay text; what is not known is missing.
    `version` names the data: the date of the package and the start of a digest of its files.
    """

    frames: Mapping[str, pd.DataFrame]
    descriptor: Descriptor
    version: str

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]


def open_package(path: str | Path) -> Tables:
    """Open a package in a folder, a ZIP file or at an address (`ledger.places.opened`), and check all of it.

    Raises BrokenPackage with every fault: in the descriptor, the files, the columns, the cells,
    the keys, and in what ties rows together beyond keys. Nothing outside the folder is read.
    Raises OSError with a sentence where there is no package to be read.
    """
    with opened(path) as files:
        return open_files(files)


def open_files(files: Files) -> Tables:
    """Check the files of a package and give its tables typed; as `open_package`."""
    faults, read = Faults(), dict[str, list[Batch]]()
    raw, resources = check_files(files, faults, lambda source, batch: read.setdefault(source.table, []).append(batch))
    if len(faults):
        raise BrokenPackage(Path(files.name), in_order(faults, names_of(raw)))
    digest = hashlib.sha256()
    for path in (files.descriptor, *(resource["path"] for resource in resources.values())):
        with files.open(path) as file:
            while part := file.read(1 << 20):
                digest.update(part)
    descriptor = Descriptor(raw)
    frames = {name: typed(_frame(read.pop(name, [])), descriptor.schema(name)) for name in descriptor.tables}
    return Tables(frames, descriptor, f"{raw['created'][:10]}-{digest.hexdigest()[:8]}")


def check_files(
    files: Files, faults: Faults, seen: Seen = lambda source, batch: None
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Check the files of a package: its descriptor, and every table in it.

    Args:
        files: the package.
        faults: takes what is wrong.
        seen: is given each batch of rows as it is read.

    Returns:
        The descriptor as it stands in the file, and those of its resources that can be read, by name.

    Raises:
        BrokenPackage: there is no descriptor to go by.
    """
    file = Path(files.name)
    try:
        with files.open(files.descriptor) as opened_file:
            content = opened_file.read()
    except OSError as error:
        raise BrokenPackage(file, (Fault(None, None, None, None, str(error)),)) from None
    raw = json_object(file, content)
    resources, found = resources_of(raw)
    faults.add(found)
    sources = []
    for name, resource in resources.items():
        try:
            with files.open(resource["path"]) as opened_file:
                size = _size(opened_file)
        except OSError as error:
            faults.add([Fault(name, None, None, resource["path"], str(error))])
            continue
        if "schema" in resource:
            sources.append(_source(files, name, resource, size))
    check(sources, faults, seen)
    return raw, resources


def _source(files: Files, name: str, resource: Mapping[str, Any], size: int) -> Source:
    def batches(faults: Faults) -> Iterator[Batch]:
        return csv_batches(name, resource["schema"], partial(files.open, resource["path"]), faults, size)

    return Source(name, resource["schema"], batches)


def _size(file: BinaryIO) -> int:
    """The number of bytes of a file; 0 where it can only be read from start to end."""
    return file.seek(0, 2) if file.seekable() else 0


def _frame(batches: list[Batch]) -> pd.DataFrame:
    """Batches of a table as one frame of text."""
    if not batches:
        return pd.DataFrame()
    text = pd.StringDtype(na_value=float("nan"))
    return pd.DataFrame(
        {
            name: pd.array(pa.chunked_array([batch.columns[name] for batch in batches], pa.string()), dtype=text)
            for name in batches[0].columns
        }
    )


def typed(frame: pd.DataFrame, schema: Mapping[str, Any]) -> pd.DataFrame:
    """Checked text as typed columns, in the order of the schema; missing where a cell is empty."""
    return pd.DataFrame(
        {field["name"]: _typed_column(frame[field["name"]].reset_index(drop=True), field) for field in schema["fields"]}
    )


def _typed_column(texts: pd.Series[str], field: Mapping[str, Any]) -> pd.Series[Any]:
    known = texts.mask(texts == "")
    match field.get("type"):
        case "integer" | "year":
            return known.astype("Int64")
        case "number":
            return known.astype("float64")
        case "boolean":
            true = field.get("trueValues", TRUE)
            return known.isin(true).astype("boolean").mask(known.isna())
    return known
