"""The arithmetics of a merge: what (1 − t)·A + t·B gives, depending on where it is rounded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from provenance import kernel
from provenance.numbers import Doubles, Floats, Kind

#: In float32 (float64 for float32 weights), rounded once at the end.
ONCE = "one rounding"
#: Both products, their sum, each rounded to the form in which the weights are stored: mergekit's linear method.
EACH = "rounded at every step"
#: A plus the product of t and B − A, each step rounded: mergekit's task arithmetic.
DELTA = "rounded at every step, by differences"

#: All of them, by the number that the compiled loops know them by.
WAYS = {ONCE: kernel.ONCE, EACH: kernel.EACH, DELTA: kernel.DELTA}
#: Those that round at every step.
STEPS = (EACH, DELTA)


def merge(name: str, a: Floats, b: Floats, t: float, kind: Kind) -> Floats:
    """What the merge at `t` gives by one of the arithmetics."""
    made = np.empty(a.shape, np.float32)
    kernel.merge(WAYS[name], kind.bits, a.ravel(), b.ravel(), 1 - t, t, made.ravel())
    return made


def hits(name: str, a: Floats, b: Floats, c: Floats, grid: Doubles, kind: Kind) -> NDArray[np.int64]:
    """How many elements of C the merge at each t of the grid meets."""
    made: NDArray[np.int64] = kernel.hits(WAYS[name], kind.bits, a, b, c, grid)
    return made
