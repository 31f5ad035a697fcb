"""Sums are right, leave out what is no number, and add up over any split."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.arithmetic import EACH, ONCE, STEPS, WAYS
from provenance.numbers import KINDS, Kind, stored
from provenance.sums import NAMES, REAL, Meter, Recipe, Sums
from tests.provenance import plain
from tests.provenance.checking import BF16, F16, pair

RECIPE = Recipe(ONCE, 0.6, EACH, 0.6)


def measured(kind: Kind, *abc: np.ndarray, recipe: Recipe = RECIPE, step: int = 10**9) -> Sums:
    meter = Meter(kind, recipe)
    for start in range(0, len(abc[0]), step):
        meter.add(*(stored(part[start : start + step], kind) for part in abc))
    return meter.sums


def is_plain(found: Sums, raw: list[np.ndarray], kind: Kind, recipe: Recipe) -> None:
    """Every counter is that of the formulas in plain NumPy, and every sum but for its own rounding."""
    with np.errstate(all="ignore"):
        wanted = plain.sums(raw, kind, recipe.fits, recipe.t)
    for name, value in wanted.items():
        if name in REAL:
            # Products of both signs may cancel: what is lost is measured by their size.
            room = 1e-12 * math.sqrt(wanted["dd"] * wanted["ee"]) if name.startswith("de") else 0.0
            assert getattr(found, name) == pytest.approx(value, rel=1e-12, abs=room), name
        else:
            assert getattr(found, name) == value, name
    assert set(wanted) == set(NAMES[: len(wanted)])


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("fits", WAYS)
def test_sums_are_those_of_the_formulas(kind: Kind, fits: str) -> None:
    a, b = pair(40_000, 0.05, kind)
    a[::50] = b[::50]
    chance = np.random.default_rng(3)
    c = 0.6 * b + 0.4 * a + np.where(chance.random(len(a)) < 0.3, chance.normal(size=len(a)) * 0.001, 0.0)
    recipe = Recipe(fits, 0.6, fits if fits in STEPS else EACH, 0.6)
    is_plain(measured(kind, a, b, c, recipe=recipe), [stored(part, kind) for part in (a, b, c)], kind, recipe)


@st.composite
def hard(draw: st.DrawFn, kind: Kind) -> list[np.ndarray]:
    """Stored numbers of A, B and C, any bits: no numbers, infinite, subnormal; many near each other or the same."""
    size = draw(st.integers(1, 40))
    top = 8 * kind.size
    # Largest of all, infinite, not a number, zeros, smallest subnormal, largest subnormal, smallest usual number.
    exponent = ((1 << (top - 1)) - 1) >> (kind.bits - 1) << (kind.bits - 1)
    edges = [exponent - 1, exponent, exponent + 1, 0, 1, (1 << (kind.bits - 1)) - 1, 1 << (kind.bits - 1)]
    edges += [edge | 1 << (top - 1) for edge in edges]
    number = st.one_of(st.integers(0, (1 << top) - 1), st.sampled_from(edges))
    a = draw(st.lists(number, min_size=size, max_size=size))
    others = []
    for _ in range(2):
        steps = st.one_of(st.integers(-20, 20), st.none())
        others.append(
            [
                draw(number) if step is None else max(0, min((1 << top) - 1, one + step))
                for one, step in zip(a, draw(st.lists(steps, min_size=size, max_size=size)), strict=True)
            ]
        )
    return [np.array(part, f"u{kind.size}").view(kind.raw) for part in (a, *others)]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(data=st.data(), fits=st.sampled_from(sorted(WAYS)), t=st.floats(0, 1))
@settings(deadline=None, max_examples=150)
def test_any_bits_give_what_plain_numpy_gives(kind: Kind, data: st.DataObject, fits: str, t: float) -> None:
    raw = data.draw(hard(kind))
    recipe = Recipe(fits, t, fits if fits in STEPS else EACH, t)
    meter = Meter(kind, recipe)
    meter.add(*raw)
    is_plain(meter.sums, raw, kind, recipe)


@pytest.mark.parametrize("kind", [BF16, F16], ids=["BF16", "F16"])
@pytest.mark.parametrize("fits", WAYS)
def test_every_number_that_can_be_stored_is_merged_as_plain_numpy_merges_it(kind: Kind, fits: str) -> None:
    every = np.arange(1 << 16).astype(np.uint16).view(kind.raw)
    for shift in (1, 77, 30_000):
        raw = [every, np.roll(every, shift), np.roll(every, shift // 2)]
        # Halves end on ties again and again.
        recipe = Recipe(fits, 0.5, fits if fits in STEPS else EACH, 0.5)
        meter = Meter(kind, recipe)
        meter.add(*raw)
        is_plain(meter.sums, raw, kind, recipe)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", range(3))
def test_what_is_no_finite_number_is_left_out_and_counted(number: float, place: int) -> None:
    a, b = pair(5000, 0.05)
    abc = [a, b, 0.4 * a + 0.6 * b]
    without = measured(BF16, *(np.delete(part, [7, 4000]) for part in abc))
    abc[place][[7, 4000]] = number

    found = measured(BF16, *abc)

    assert found.not_finite == 2
    assert found.compared == 4998
    for name in NAMES:
        if name != "not_finite":
            assert getattr(found, name) == pytest.approx(getattr(without, name), rel=1e-9)


def test_a_block_of_nothing_but_not_a_number_is_counted() -> None:
    nothing = np.full(100, math.nan)
    found = measured(BF16, nothing, nothing, nothing)
    assert (found.not_finite, found.compared, found.dd) == (100, 0, 0.0)


def test_zero_is_zero_whatever_its_sign() -> None:
    found = measured(BF16, np.array([0.0, 0.0]), np.array([-0.0, 1.0]), np.array([-0.0, 0.6]))
    assert (found.differing, found.same_changed) == (1, 0)


@given(st.lists(st.integers(1, 9000), max_size=5), st.integers(0, 3))
@settings(deadline=None, max_examples=25)
def test_counts_add_up_over_any_split(cuts: list[int], seed: int) -> None:
    a, b = pair(12_000, 0.05, seed=seed)
    c = 0.4 * a + 0.6 * b
    whole, parts = measured(BF16, a, b, c), Sums()
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(a)], strict=True):
        parts.add(measured(BF16, a[start:end], b[start:end], c[start:end]))
    for name in NAMES:
        if name in REAL:
            assert getattr(parts, name) == pytest.approx(getattr(whole, name), rel=1e-12)
        else:
            assert getattr(parts, name) == getattr(whole, name)
