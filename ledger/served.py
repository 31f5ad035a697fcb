"""The dataset where it is served: the address of each table, and the file that this address gives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from ledger.exports import csv_chunks
from ledger.facts import Facts
from ledger.memory import remembered


class File(NamedTuple):
    """A file as descriptions name it: its address, its size in bytes, and the digest of its bytes."""

    address: str
    size: int
    sha256: str


def measured(address: str, chunks: Iterable[bytes]) -> File:
    """The file at an address that holds these bytes."""
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
    return File(address, size, digest.hexdigest())


def table_path(table: str) -> str:
    """The path of a table as the raw CSV that programs read."""
    return f"/api/v1/tables/{table}.csv?safe=false"


@remembered(1)
def _files(facts: Facts) -> dict[str, File]:
    """The file of each table, by its path; every row is written once to be measured."""
    return {
        table: measured(table_path(table), csv_chunks(facts.tables.batches(table), safe=False))
        for table in facts.descriptor.tables
    }


def files_at(facts: Facts, address: str) -> dict[str, File]:
    """The file of each table under `address` (scheme and host)."""
    return {table: file._replace(address=address + file.address) for table, file in _files(facts).items()}


def descriptor_at(facts: Facts, address: str) -> dict[str, Any]:
    """The descriptor with each table at its own address: raw CSV under `address` (scheme and host)."""
    resources = [
        {**resource, "path": address + table_path(resource["name"])}
        for resource in facts.descriptor.raw["resources"]
        if "schema" in resource
    ]
    return {**facts.descriptor.raw, "resources": resources}
