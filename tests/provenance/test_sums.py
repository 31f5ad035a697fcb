"""Sums are right, leave out what is no number, and add up over any split."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.arithmetic import EACH, MERGES, ONCE, STEPS
from provenance.numbers import KINDS, Kind, meets, stored, widen
from provenance.sums import CLEAR, NAMES, REAL, Meter, Recipe, Sums
from tests.provenance.checking import BF16, pair

RECIPE = Recipe(ONCE, 0.6, EACH, 0.6)


def measured(kind: Kind, *abc: np.ndarray, recipe: Recipe = RECIPE, step: int = 10**9) -> Sums:
    meter = Meter(kind, recipe)
    for start in range(0, len(abc[0]), step):
        meter.add(*(stored(part[start : start + step], kind) for part in abc))
    return meter.sums


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("fits", MERGES)
def test_sums_are_those_of_the_formulas(kind: Kind, fits: str) -> None:
    a, b = pair(40_000, 0.05, kind)
    a[::50] = b[::50]
    chance = np.random.default_rng(3)
    c = 0.6 * b + 0.4 * a + np.where(chance.random(len(a)) < 0.3, chance.normal(size=len(a)) * 0.001, 0.0)
    wide = [widen(stored(part, kind), kind).astype(np.float64) for part in (a, b, c)]
    d, e = wide[1] - wide[0], wide[2] - wide[0]
    largest = np.maximum(np.abs(wide[0]), np.abs(wide[1]))
    clear = np.abs(d) >= CLEAR * 2.0 ** (np.floor(np.log2(largest)) + 1 - kind.bits)
    met = MERGES[fits](*(part.astype(np.float32) for part in wide[:2]), 0.4, 0.6, kind)
    met = meets(met, wide[2].astype(np.float32), kind)

    found = measured(kind, a, b, c, recipe=Recipe(fits, 0.6, fits if fits in STEPS else EACH, 0.6))

    assert [found.dd, found.de, found.ee] == pytest.approx([d @ d, d @ e, e @ e], rel=1e-6)
    d, e = d[clear], e[clear]
    assert [found.dd_clear, found.de_clear] == pytest.approx([d @ d, d @ e], rel=1e-6)
    differ = wide[0] != wide[1]
    assert found.compared == len(a)
    assert found.differing == np.count_nonzero(differ)
    assert found.clear == np.count_nonzero(clear)
    assert found.exact == np.count_nonzero(met & differ)
    assert found.exact_clear == np.count_nonzero(met & clear)
    assert found.exact_same == np.count_nonzero(met & ~differ)
    assert found.kept_clear == np.count_nonzero((wide[2] == wide[0]) & clear)
    assert found.other_clear == np.count_nonzero((wide[2] == wide[1]) & clear)
    assert found.same_changed == np.count_nonzero((wide[2] != wide[0]) & ~differ)


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
