"""At which t would (1 − t)·A + t·B give C? Looked for over the whole range, not near an estimate.

Rounding bends the estimate by least squares; that C is met exactly, element by element, is not bent.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from functools import cache

import numpy as np

from provenance.arithmetic import STEPS, hits, merge
from provenance.numbers import Doubles, Floats, Kind, Raw, meets, rounding_bounds, stored, widen

#: Elements with which every pair of rounded weights is tried.
_TRIED = 128
#: Those of the pairs that are tried with all elements.
_FINALISTS = 6


def intervals(a: Floats, b: Floats, raw: Raw, kind: Kind) -> tuple[Doubles, Doubles]:
    """For each element the range of t at which the exact blend rounds to C; A and B must differ."""
    low, high, even = rounding_bounds(raw, kind)
    start = a.astype(np.float64)
    step = b.astype(np.float64) - start
    with np.errstate(all="ignore"):
        one, two = (low - start) / step, (high - start) / step
    first, last = np.minimum(one, two), np.maximum(one, two)
    # A tie goes to the even neighbour: to the others it is just outside.
    first = np.where(even, first, np.nextafter(first, np.inf))
    return first, np.where(even, last, np.nextafter(last, -np.inf))


def densest(first: Doubles, last: Doubles, low: float, high: float) -> tuple[int, float, float]:
    """How many ranges meet where most of them do, and from where to where they do, within [low, high]."""
    inside = (first <= high) & (last >= low) & (first <= last)
    begins, ends = np.sort(np.maximum(first[inside], low)), np.sort(np.minimum(last[inside], high))
    if not len(begins):
        return 0, low, high
    open_at = np.arange(1, len(begins) + 1) - np.searchsorted(ends, begins, side="left")
    best = int(np.argmax(open_at))
    return int(open_at[best]), float(begins[best]), float(ends[np.searchsorted(ends, begins[best], side="left")])


def simplest(low: float, high: float) -> float:
    """The number with the fewest decimals in a range."""
    if high <= low:
        return low
    first, last = Decimal(low), Decimal(high)
    for digits in range(18):
        unit = Decimal(1).scaleb(-digits)
        found = (first / unit).to_integral_value(ROUND_CEILING) * unit
        if found <= last:
            return float(found) + 0.0  # no negative zero
    return (low + high) / 2


def best_once(a: Floats, b: Floats, raw: Raw, kind: Kind, low: float = 0.0, high: float = 1.0) -> tuple[int, float]:
    """How many elements are met by one rounding at the best t, and that t."""
    most, first, last = densest(*intervals(a, b, raw, kind), low, high)
    return most, simplest(first, last)


def best_step(a: Floats, b: Floats, raw: Raw, kind: Kind, near: float) -> tuple[str, int, float]:
    """Which arithmetic with rounding at every step meets most elements, how many, and at which t.

    Rounded weights are few enough to be tried one by one, but for float32: there `near` is tried,
    where the search with one rounding ended.
    """
    c = widen(raw, kind)
    if kind.name == "F32":
        found = [(int(np.count_nonzero(meets(merge(name, a, b, near, kind), c, kind))), name, near) for name in STEPS]
    else:
        few = slice(0, _TRIED)
        grid = _weights(kind)
        found = []
        for name in STEPS:
            tried = hits(name, a[few], b[few], c[few], grid, kind)
            for place in np.argsort(-tried, kind="stable")[:_FINALISTS]:
                t = float(grid[place])
                found.append((int(np.count_nonzero(merge(name, a, b, t, kind) == c)), name, t))
    most, name, t = max(found, key=lambda one: (one[0], -STEPS.index(one[1]), -one[2]))
    return name, most, t


@cache
def _weights(kind: Kind) -> Doubles:
    """One t, with as few decimals as can be, for each pair of weights that rounding tells apart."""
    pairs: dict[tuple[float, float], float] = {}
    places = 3 if kind.name == "BF16" else 4
    for digits in range(places + 1):
        for whole in range(10**digits + 1):
            t = whole / 10**digits
            pair = widen(stored(np.array([1 - t, t]), kind), kind)
            pairs.setdefault((float(pair[0]), float(pair[1])), t)
    return np.array(sorted(pairs.values()))
