"""The t at which a blend meets C is found over the whole range, whatever rounding does to the estimate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenance.arithmetic import DELTA, EACH, ONCE, WAYS, merge
from provenance.numbers import Kind, stored, widen
from provenance.scan import best_once, best_step, densest, intervals, simplest
from provenance.verdict import MET
from tests.provenance.checking import BF16, F16, F32, pair

RATIOS = st.integers(20, 980).map(lambda number: number / 1000)


def merged(name: str, t: float, kind: Kind = BF16, change: float = 0.03, number: int = 6000) -> tuple:
    a, b = (widen(stored(part, kind), kind) for part in pair(number, change, kind))
    use = a != b
    return a[use], b[use], stored(merge(name, a[use], b[use], t, kind), kind)


def ties(a: np.ndarray, b: np.ndarray, t: float) -> int:
    """How many blends lie so near the middle of two bfloat16 numbers that an error of float32 moves them over it."""
    blend = np.abs((1 - t) * a.astype(np.float64) + t * b.astype(np.float64))
    units = blend / 2.0 ** (np.floor(np.log2(blend)) - 7)
    return int(np.count_nonzero(np.abs(units % 1 - 0.5) < 2.0**-12))


@given(RATIOS)
@example(0.1)
@example(0.5)
@example(0.9)
@settings(deadline=None, max_examples=30)
def test_one_rounding_is_met_by_every_number_at_its_t_but_for_ties(t: float) -> None:
    a, b, c = merged(ONCE, t)
    hits, found = best_once(a, b, c, BF16)
    assert hits >= max(len(a) - ties(a, b, t), MET * len(a))
    assert found == pytest.approx(t, abs=0.002)


@given(RATIOS)
@settings(deadline=None, max_examples=15)
def test_rounding_at_every_step_is_met_by_its_own_arithmetic(t: float) -> None:
    a, b, c = merged(EACH, t)
    name, hits, found = best_step(a, b, c, BF16, t)
    assert (name, hits) == (EACH, len(a))
    assert found == pytest.approx(t, abs=0.004)


def test_the_two_arithmetics_do_not_meet_each_other() -> None:
    a, b, c = merged(EACH, 0.6, change=0.1)
    hits, _ = best_once(a, b, c, BF16)
    assert 0.55 < hits / len(a) < 0.65


def test_merging_by_differences_is_told_from_merging_by_products() -> None:
    a, b, c = merged(DELTA, 0.6, change=1.0)
    name, hits, t = best_step(a, b, c, BF16, 0.6)
    assert (name, hits, t) == (DELTA, len(a), 0.6)


@pytest.mark.parametrize("kind", [F16, F32], ids=["F16", "F32"])
@pytest.mark.parametrize("t", [0.3, 0.6, 4 / 7])
def test_finer_numbers_find_a_finer_t(kind: Kind, t: float) -> None:
    a, b, c = merged(ONCE, t, kind)
    hits, found = best_once(a, b, c, kind)
    assert hits >= 0.99 * len(a)
    assert found == pytest.approx(t, abs=1e-4 if kind is F16 else 1e-6)


@pytest.mark.parametrize("name", WAYS)
def test_where_a_and_b_are_one_unit_apart_the_whole_range_is_looked_at(name: str) -> None:
    a, b, c = merged(name, 0.6, change=0.001, number=60_000)
    hits, t = best_once(a, b, c, BF16) if name == ONCE else best_step(a, b, c, BF16, 0.9)[1:]
    assert hits == len(a)
    assert t == pytest.approx(0.6, abs=0.004)


@given(st.lists(st.tuples(st.floats(-1, 2), st.floats(0, 1)), min_size=1, max_size=40))
@settings(deadline=None)
def test_the_densest_place_is_as_dense_as_any(spans: list[tuple[float, float]]) -> None:
    first = np.array([low for low, _ in spans])
    last = np.array([low + width for low, width in spans])
    hits, low, high = densest(first, last, 0.0, 1.0)

    def at(t: float) -> int:
        return int(np.count_nonzero((first <= t) & (t <= last)))

    assert hits == max(at(t) for t in [*np.clip(first, 0, 1), *np.clip(last, 0, 1)])
    if hits:
        assert at(low) == hits == at(high)


def test_a_tie_belongs_to_the_even_neighbour() -> None:
    a = widen(np.array([0x3F80, 0x3F80], np.uint16), BF16)
    b = widen(np.array([0x3F81, 0x3F81], np.uint16), BF16)
    first, last = intervals(a, b, np.array([0x3F80, 0x3F81], np.uint16), BF16)
    # Halfway between the two the first one is met, which ends in a zero, and not the other.
    assert last[0] == 0.5
    assert first[1] > 0.5


@pytest.mark.parametrize(
    ("low", "high", "wanted"), [(0.57, 0.63, 0.6), (0.57119, 0.5716, 0.5712), (0.31, 0.31, 0.31), (-0.2, 0.3, 0.0)]
)
def test_the_simplest_number_of_a_range(low: float, high: float, wanted: float) -> None:
    assert simplest(low, high) == pytest.approx(wanted, abs=1e-12)
    assert low <= simplest(low, high) <= high
