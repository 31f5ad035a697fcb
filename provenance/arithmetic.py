"""The arithmetics of a merge: what (1 − t)·A + t·B gives, depending on where it is rounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.numbers import Floats, Kind, rounded

#: In float32 (float64 for float32 weights), rounded once at the end.
ONCE = "one rounding"
#: Both products, their sum, each rounded to the form in which the weights are stored: mergekit's linear method.
EACH = "rounded at every step"
#: A plus the product of t and B − A, each step rounded: mergekit's task arithmetic.
DELTA = "rounded at every step, by differences"

Merge = Callable[[Floats, Floats, Any, Any, Kind], Floats]


def once(a: Floats, b: Floats, rest: Any, t: Any, kind: Kind) -> Floats:
    """Merge with one rounding at the end."""
    if kind.name == "F32":
        wide: NDArray[np.float64] = rest * a.astype(np.float64) + t * b.astype(np.float64)
        return wide.astype(np.float32)
    return rounded(np.float32(rest) * a + np.float32(t) * b, kind)


def each(a: Floats, b: Floats, rest: Any, t: Any, kind: Kind) -> Floats:
    """Merge with weights, products, sum and division by the weights' sum rounded."""
    # Whole arrays of weights, to be rounded as any others.
    first, second = (rounded(np.array(weight, np.float32, ndmin=1), kind) for weight in (rest, t))
    total = rounded(first + second, kind)
    mixed = rounded(rounded(first * a, kind) + rounded(second * b, kind), kind)
    return mixed if (total == 1).all() else rounded(mixed / total, kind)


def delta(a: Floats, b: Floats, rest: Any, t: Any, kind: Kind) -> Floats:
    """Merge by adding to A, with difference, product and sum rounded."""
    weight = rounded(np.array(t, np.float32, ndmin=1), kind)
    return rounded(a + rounded(weight * rounded(b - a, kind), kind), kind)


MERGES: dict[str, Merge] = {ONCE: once, EACH: each, DELTA: delta}
#: Those that round at every step.
STEPS = (EACH, DELTA)


def merge(name: str, a: Floats, b: Floats, t: Any, kind: Kind) -> Floats:
    """What the merge at `t` gives by one of the arithmetics."""
    return MERGES[name](a, b, 1 - t, t, kind)
