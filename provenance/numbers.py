"""How checkpoints store numbers: bfloat16, float16 and float32, to and from NumPy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Raw = NDArray[Any]

#: Units in the last place by which a float32 may be missed: merges are worked out in float32 and round on the way.
SLACK = 2
_EXPONENT = np.uint32(0x7F800000)


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


def widen(raw: Raw, kind: Kind, out: Floats | None = None) -> Floats:
    """Stored numbers as float32, without loss."""
    made = np.empty(raw.shape, np.float32) if out is None else out
    if kind.name == "BF16":
        bits = made.view(np.uint32)
        bits[...] = raw
        np.left_shift(bits, 16, out=bits)
    else:
        made[...] = raw
    return made


def rounded(values: Floats, kind: Kind, scratch: NDArray[np.uint32] | None = None) -> Floats:
    """Round float32 numbers in place to those that can be stored: to the nearest, ties to even."""
    if kind.name == "BF16":
        bits = values.view(np.uint32)
        half = np.right_shift(bits, 16, out=scratch)
        np.bitwise_and(half, 1, out=half)
        np.add(half, 0x7FFF, out=half)
        np.add(bits, half, out=bits)
        np.bitwise_and(bits, 0xFFFF0000, out=bits)
    elif kind.name == "F16":
        with np.errstate(over="ignore"):
            values[...] = values.astype(np.float16)
    return values


def stored(values: NDArray[Any], kind: Kind) -> Raw:
    """Numbers in the form in which a checkpoint stores them."""
    narrow = values.astype(np.float32)
    if kind.name == "BF16":
        return (rounded(narrow, kind).view(np.uint32) >> 16).astype(np.uint16)
    return narrow.astype(kind.raw)


def ulps(largest: Floats, kind: Kind, out: Floats | None = None) -> Floats:
    """The unit in the last place of numbers of this magnitude (which are not negative)."""
    made = np.empty_like(largest) if out is None else out
    np.bitwise_and(largest.view(np.uint32), _EXPONENT, out=made.view(np.uint32))
    np.multiply(made, np.float32(2.0 ** (1 - kind.bits)), out=made)
    return np.maximum(made, np.float32(kind.smallest), out=made)


def meets(values: Floats, wanted: Floats, kind: Kind) -> NDArray[np.bool_]:
    """Which numbers are those that are wanted: the same, but for the slack of float32."""
    if kind.name != "F32":
        return np.equal(values, wanted)
    with np.errstate(invalid="ignore"):
        near: NDArray[np.bool_] = np.abs(values - wanted) <= SLACK * ulps(np.abs(wanted), kind)
    return near


def rounding_bounds(raw: Raw, kind: Kind) -> tuple[Doubles, Doubles, NDArray[np.bool_]]:
    """From where to where numbers are taken for each of these, and whether the ends belong to it."""
    width = 8 * kind.size
    bits = raw.view(f"u{kind.size}").astype(np.int64)
    magnitude = bits & ((1 << (width - 1)) - 1)
    place = np.where(bits >> (width - 1), -magnitude, magnitude)
    value = _at(place, kind)
    if kind.name == "F32":
        return _at(place - SLACK, kind), _at(place + SLACK, kind), magnitude >= 0
    return (_at(place - 1, kind) + value) / 2, (value + _at(place + 1, kind)) / 2, magnitude % 2 == 0


def _at(place: NDArray[np.int64], kind: Kind) -> Doubles:
    """The number at a place in the order of all that can be stored; zero has the place 0."""
    magnitude = np.abs(place).astype(f"u{kind.size}")
    value = widen(magnitude if kind.name == "BF16" else magnitude.view(kind.raw), kind).astype(np.float64)
    return np.where(place < 0, -value, value)
