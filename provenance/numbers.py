"""How checkpoints store numbers: bfloat16, float16 and float32, to and from NumPy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance import kernel
from provenance.kernel import SLACK

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Raw = NDArray[Any]


@dataclass(frozen=True)
class Kind:
    """A way to store a number; `bits` counts those of the significand, the hidden one too."""

    name: str
    raw: type[np.generic]
    bits: int
    smallest: float

    @property
    def size(self) -> int:
        """Bytes a number."""
        return np.dtype(self.raw).itemsize


#: bfloat16 is unknown to NumPy: its bits are kept as whole numbers.
KINDS = {
    "BF16": Kind("BF16", np.uint16, 8, 2.0**-133),
    "F16": Kind("F16", np.float16, 11, 2.0**-24),
    "F32": Kind("F32", np.float32, 24, 2.0**-149),
}


def bits(raw: Raw, kind: Kind) -> Raw:
    """Stored numbers as whole numbers of the same bits."""
    return raw.view(f"u{kind.size}")


def widen(raw: Raw, kind: Kind) -> Floats:
    """Stored numbers as float32, without loss."""
    made = np.empty(raw.shape, np.float32)
    kernel.widen(bits(raw, kind).ravel(), kind.bits, made.ravel())
    return made


def stored(values: NDArray[Any], kind: Kind) -> Raw:
    """Numbers in the form in which a checkpoint stores them."""
    narrow = values.astype(np.float32)
    if kind.name == "BF16":
        kernel.rounded(narrow.ravel(), kind.bits)
        return (narrow.view(np.uint32) >> 16).astype(np.uint16)
    with np.errstate(over="ignore"):
        return narrow.astype(kind.raw)


def meets(values: Floats, wanted: Floats, kind: Kind) -> NDArray[np.bool_]:
    """Which numbers are those that are wanted: the same, but for the slack of float32."""
    made = np.empty(values.shape, np.bool_)
    kernel.meets(values, wanted, kind.bits, kind.smallest, made)
    return made


def rounding_bounds(raw: Raw, kind: Kind) -> tuple[Doubles, Doubles, NDArray[np.bool_]]:
    """From where to where numbers are taken for each of these, and whether the ends belong to it."""
    width = 8 * kind.size
    whole = bits(raw, kind).astype(np.int64)
    magnitude = whole & ((1 << (width - 1)) - 1)
    place = np.where(whole >> (width - 1), -magnitude, magnitude)
    value = _at(place, kind)
    if kind.name == "F32":
        return _at(place - SLACK, kind), _at(place + SLACK, kind), magnitude >= 0
    return (_at(place - 1, kind) + value) / 2, (value + _at(place + 1, kind)) / 2, magnitude % 2 == 0


def _at(place: NDArray[np.int64], kind: Kind) -> Doubles:
    """The number at a place in the order of all that can be stored; zero has the place 0."""
    magnitude = np.abs(place).astype(f"u{kind.size}")
    value = widen(magnitude if kind.name == "BF16" else magnitude.view(kind.raw), kind).astype(np.float64)
    return np.where(place < 0, -value, value)
