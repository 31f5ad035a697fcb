"""A checkpoint in the safetensors format: which tensors there are, and at which bytes of which file."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from provenance.faults import Unreadable
from provenance.files import Files, files_at

INDEX = "model.safetensors.index.json"
ENDING = ".safetensors"
#: The longest header that is read. It holds a quarter of a million tensors; more in one file is a trap.
LONGEST_HEADER = 32 * 2**20
#: Bits a number of each type of the format.
BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "U32": 32, "I32": 32, "U64": 64, "I64": 64, "C64": 64,
    "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
}  # fmt: skip


@dataclass(frozen=True)
class Tensor:
    """Where a tensor lies: its first byte counted from the beginning of the file."""

    name: str
    file: str
    kind: str
    shape: tuple[int, ...]
    start: int

    @property
    def values(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Shard:
    """A file of a checkpoint, as a report names it."""

    name: str
    size: int
    header_sha256: str


@dataclass(frozen=True)
class Checkpoint:
    """Where it is, its files, and its tensors by name."""

    files: Files
    shards: tuple[Shard, ...]
    tensors: dict[str, Tensor]


def open_checkpoint(place: str) -> Checkpoint:
    """Read the index and the headers of a checkpoint; the weights stay where they are."""
    files = files_at(place)
    sizes = files.sizes()
    wanted = _index(files, sizes[INDEX]) if INDEX in sizes else None
    names = sorted(set(wanted.values())) if wanted is not None else [name for name in sizes if name.endswith(ENDING)]
    if not names:
        raise Unreadable(f"{place}: holds no file that ends in {ENDING}. Other formats are not read.")
    for name in names:
        if name not in sizes:
            raise Unreadable(f"{place}: {INDEX} names the file {name}, which is not there.")
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda name: _shard(files, name, sizes[name]), names))
    tensors: dict[str, Tensor] = {}
    for tensor in (one for _, found in read for one in found):
        if wanted is not None and wanted.get(tensor.name) != tensor.file:
            continue
        if tensor.name in tensors:
            raise Unreadable(
                f"{place}: the tensor {tensor.name} is in {tensors[tensor.name].file} and in {tensor.file}."
            )
        tensors[tensor.name] = tensor
    for name, file in (wanted or {}).items():
        if name not in tensors:
            raise Unreadable(f"{place}: {INDEX} says that the tensor {name} is in {file}, which does not hold it.")
    return Checkpoint(files, tuple(shard for shard, _ in read), dict(sorted(tensors.items())))


def _index(files: Files, size: int) -> dict[str, str]:
    if size > LONGEST_HEADER:
        raise Unreadable(f"{files.place}: {INDEX} has {size:,} bytes; at most {LONGEST_HEADER:,} are read.")
    content = _bytes(files, INDEX, 0, size)
    where = f"{files.place}: {INDEX}"
    found = _object(content, where)
    wanted = found.get("weight_map")
    if not isinstance(wanted, dict) or not all(isinstance(file, str) for file in wanted.values()):
        raise Unreadable(f"{where} has no “weight_map” of tensors to files.")
    return wanted


def _shard(files: Files, name: str, size: int) -> tuple[Shard, list[Tensor]]:
    where = f"{files.place}: {name}"
    if size < 8:
        raise Unreadable(f"{where} has {size} bytes: it is cut off, or no safetensors file.")
    length = int.from_bytes(_bytes(files, name, 0, 8), "little")
    if length > size - 8:
        raise Unreadable(
            f"{where} says that its header has {length:,} bytes, and has {size:,} bytes itself: it is cut off, "
            "or no safetensors file."
        )
    if length > LONGEST_HEADER:
        raise Unreadable(f"{where} has a header of {length:,} bytes; at most {LONGEST_HEADER:,} are read.")
    header = _bytes(files, name, 8, length)
    tensors = list(tensors_of(header, name, size - 8 - length, where))
    return Shard(name, size, hashlib.sha256(header).hexdigest()), tensors


def tensors_of(header: bytes, file: str, room: int, where: str) -> Iterable[Tensor]:
    """The tensors that a header names, each checked against the `room` bytes behind the header."""
    found = _object(header, f"{where}: its header")
    found.pop("__metadata__", None)
    tensors, spans = [], []
    for name, entry in found.items():
        tensor, span = _tensor(name, entry, file, room, len(header) + 8, where)
        tensors.append(tensor)
        spans.append((*span, name))
    spans.sort()
    for (_, end, first), (start, _, second) in pairwise(spans):
        if start < end:
            raise Unreadable(f"{where}: the tensors {first} and {second} lie over each other.")
    return tensors


def _tensor(name: str, entry: Any, file: str, room: int, behind: int, where: str) -> tuple[Tensor, tuple[int, int]]:
    if not isinstance(entry, dict):
        raise Unreadable(f"{where}: the tensor {name} is not described as one.")
    kind, shape, span = entry.get("dtype"), entry.get("shape"), entry.get("data_offsets")
    if not isinstance(kind, str):
        raise Unreadable(f"{where}: the tensor {name} has no type.")
    if not isinstance(shape, list) or not all(_is_count(number) for number in shape):
        raise Unreadable(f"{where}: the tensor {name} has no shape of whole numbers.")
    if not isinstance(span, list) or len(span) != 2 or not all(_is_count(number) for number in span):
        raise Unreadable(f"{where}: the tensor {name} has no beginning and end that are whole numbers from 0 on.")
    start, end = span
    if start > end:
        raise Unreadable(f"{where}: the tensor {name} ends at byte {end}, before it begins at byte {start}.")
    if end > room:
        raise Unreadable(
            f"{where}: the tensor {name} ends at byte {end:,} of its data, of which there are {room:,}: the file is "
            "cut off."
        )
    # A type that is not known is not compared: its length cannot be checked.
    if kind in BITS and 8 * (end - start) != math.prod(shape) * BITS[kind]:
        raise Unreadable(
            f"{where}: the tensor {name} has {end - start:,} bytes, which does not fit {kind} of the shape {shape}."
        )
    return Tensor(name, file, kind, tuple(shape), behind + start), (start, end)


def _is_count(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**63


def _object(content: bytes, where: str) -> dict[str, Any]:
    """A JSON object in which no name stands twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise Unreadable(f"{where} names {twice} twice.")
        return made

    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Unreadable(f"{where} is not JSON: the file is damaged, or no safetensors file.") from None
    if not isinstance(found, dict):
        raise Unreadable(f"{where} is not a JSON object.")
    return found


def _bytes(files: Files, name: str, start: int, length: int) -> bytes:
    made = bytearray(length)
    if length:
        files.read(name, start, memoryview(made))
    return bytes(made)
