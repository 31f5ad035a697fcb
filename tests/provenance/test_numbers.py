"""Numbers are read as they are stored, and rounded as processors round them."""

from __future__ import annotations

import math
import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.numbers import KINDS, bits, meets, rounding_bounds, stored, widen
from provenance.sums import is_clear
from tests.provenance.checking import BF16

BITS = st.integers(0, 0xFFFF)


def value(bits: int) -> float:
    """The bfloat16 of these bits, by another way: the upper half of a float32."""
    return float(struct.unpack(">f", struct.pack(">HH", bits, 0))[0])


FINITE = BITS.filter(lambda bits: math.isfinite(value(bits)))


@given(BITS)
@settings(deadline=None)
def test_bfloat16_is_the_upper_half_of_a_float32(bits: int) -> None:
    read = float(widen(np.array([bits], np.uint16), BF16)[0])
    assert read == value(bits) or (math.isnan(read) and math.isnan(value(bits)))


@given(st.floats(-(2.0**126), 2.0**126, width=32))
@settings(deadline=None)
def test_bfloat16_rounds_to_the_nearest_and_ties_to_even(number: float) -> None:
    bits = int(stored(np.array([number]), BF16)[0])
    exact, found = Fraction(number), Fraction(value(bits))
    for neighbour in (bits - 1, bits + 1):
        if 0 <= neighbour <= 0xFFFF and math.isfinite(value(neighbour)):
            other = Fraction(value(neighbour))
            assert abs(found - exact) <= abs(other - exact)
            assert abs(found - exact) < abs(other - exact) or bits % 2 == 0 or found == other


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(number=st.floats(-60000, 60000, width=16))
@settings(deadline=None)
def test_what_can_be_stored_comes_back(kind: object, number: float) -> None:
    assert isinstance(kind, type(BF16))
    first = stored(np.array([number]), kind)
    assert stored(widen(first, kind), kind).tobytes() == first.tobytes()


@given(FINITE.filter(lambda bits: bits & 0x7FFF not in (0, 0x7F7F)))
@settings(deadline=None)
def test_what_is_within_the_bounds_is_rounded_to_the_number_and_what_is_not_is_not(bits: int) -> None:
    low, high, even = (part[0] for part in rounding_bounds(np.array([bits], np.uint16), BF16))
    inside = np.array([np.nextafter(low, high), np.nextafter(high, low), low, high])
    outside = np.array([np.nextafter(low, -np.inf), np.nextafter(high, np.inf)])

    def meets(numbers: np.ndarray) -> list[bool]:
        # Rounded once: the numbers are nearer to the bounds than float32 can tell.
        exact = [Fraction(float(number)) for number in numbers]
        target, below, above = (Fraction(value_of(place)) for place in (0, -1, 1))
        return [
            abs(number - target) < min(abs(number - below), abs(number - above))
            or (abs(number - target) == min(abs(number - below), abs(number - above)) and bool(even))
            for number in exact
        ]

    def value_of(step: int) -> float:
        place = (-1 if bits & 0x8000 else 1) * (bits & 0x7FFF) + step
        return value(abs(place) | (0x8000 if place < 0 else 0))

    assert meets(inside) == [True, True, bool(even), bool(even)]
    assert meets(outside) == [False, False]


@pytest.mark.parametrize("kind", [BF16, KINDS["F16"]], ids=["BF16", "F16"])
def test_a_number_is_clear_from_eight_steps_to_the_next_number_on(kind: object) -> None:
    assert isinstance(kind, type(BF16))
    numbers = widen(stored(np.array([1.0, 1.5, 0.02, 3e-7, 100.0]), kind), kind)
    step = widen((bits(stored(numbers, kind), kind) + 1).view(kind.raw), kind) - numbers
    assert is_clear(numbers, numbers + 8 * step, kind).all()
    assert not is_clear(numbers, numbers + 7 * step, kind).any()


def test_a_float32_may_be_missed_by_two_units_in_the_last_place() -> None:
    wanted = np.ones(7, np.float32)
    steps = np.arange(-3, 4) * 2.0**-23 + 1.0
    assert meets(steps.astype(np.float32), wanted, KINDS["F32"]).tolist() == [False, *[True] * 5, False]
    assert not meets(wanted + np.float32(2.0**-7), wanted, BF16).any()
