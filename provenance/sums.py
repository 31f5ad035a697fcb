"""What is kept of weights that were read: sums and counts, which add up over any split of the work."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance import kernel
from provenance.arithmetic import EACH, ONCE, WAYS, merge
from provenance.numbers import Floats, Kind, Raw, bits, meets, widen
from provenance.scan import best_once, best_step

#: Elements of a unit of work with which every t is tried.
SCANNED = 16_384
#: Share of numbers met from which on no other merge is looked for.
_NEARLY = 0.98
#: Where t is looked for among elements that were changed: sparse merges put more than the whole change back.
_WIDE = (-1.0, 3.0)


@dataclass
class Sums:
    """Sums over elements, d = B − A and e = C − A; those that end in `_clear` over clear elements alone."""

    dd: float = 0.0
    de: float = 0.0
    ee: float = 0.0
    dd_clear: float = 0.0
    de_clear: float = 0.0
    #: Elements compared; those with A ≠ B; those of them that are clear; those left out as no finite number.
    compared: int = 0
    differing: int = 0
    clear: int = 0
    not_finite: int = 0
    #: Elements with A = B that C changed.
    same_changed: int = 0
    #: Elements that the recipe meets exactly: among those with A ≠ B, the clear ones, and those with A = B.
    exact: int = 0
    exact_clear: int = 0
    exact_same: int = 0
    #: Clear elements in which C is still A, and in which C is B.
    kept_clear: int = 0
    other_clear: int = 0
    #: Elements with A ≠ B with which every t was tried, and the clear ones of them.
    scanned: int = 0
    scanned_clear: int = 0
    #: Met by one rounding: at the t of the recipe, at the best t of the unit; and then of clear ones.
    once_recipe: int = 0
    once_best: int = 0
    once_best_clear: int = 0
    #: Met with rounding at every step.
    step_recipe: int = 0
    step_best: int = 0
    step_best_clear: int = 0
    #: Clear ones that C changed, and how many of them one t met that may lie outside of [0, 1].
    moved: int = 0
    moved_best: int = 0

    def add(self, other: Sums) -> None:
        """Add other sums to these."""
        for name in NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self) -> list[float | int]:
        """All values in their order."""
        return list(astuple(self))


NAMES = tuple(field.name for field in fields(Sums))
#: Those that are sums of real numbers; all others count.
REAL = NAMES[:5]


@dataclass(frozen=True)
class Recipe:
    """The merge that a look at the whole model found to fit best, by each arithmetic; the first is counted in full."""

    fits: str
    t_once: float
    step: str
    t_step: float

    @property
    def t(self) -> float:
        """The t of the arithmetic that fits."""
        return self.t_once if self.fits == ONCE else self.t_step


#: Where nothing was found that could fit.
NO_RECIPE = Recipe(ONCE, 0.0, EACH, 0.0)


@dataclass(frozen=True)
class Found:
    """What a unit of work gave: its sums, and the t at which most of its elements are met."""

    sums: Sums
    t_once: float | None = None
    t_step: float | None = None
    t_moved: float | None = None


class Meter:
    """Measures weights of one kind."""

    def __init__(self, kind: Kind, recipe: Recipe) -> None:
        self.kind, self.recipe = kind, recipe
        self.begin()

    def begin(self) -> None:
        """Begin with new sums."""
        self._reals, self._counts = np.zeros(kernel.REALS), np.zeros(kernel.COUNTS, np.int64)

    def add(self, a: Raw, b: Raw, c: Raw) -> None:
        """Take stored weights in: the same elements of A, B and C."""
        kind, recipe = self.kind, self.recipe
        first, second, third = (bits(part, kind) for part in (a, b, c))
        way = WAYS[recipe.fits]
        kernel.measure(first, second, third, kind.bits, kind.smallest, way, recipe.t, self._reals, self._counts)

    @property
    def sums(self) -> Sums:
        """What came of the weights so far."""
        values: list[Any] = [*self._reals.tolist(), *self._counts.tolist()]
        return Sums(*values)


def scanned(a: Raw, b: Raw, c: Raw, kind: Kind, recipe: Recipe, sums: Sums) -> Found:
    """Try every t with some elements, and add what was met to the sums."""
    wide = [widen(part, kind) for part in (a, b, c)]
    use = np.isfinite(wide[0]) & np.isfinite(wide[1]) & np.isfinite(wide[2]) & (wide[0] != wide[1])
    first, second, third = (part[use] for part in wide)
    raw = c[use]
    if not len(raw):
        return Found(sums)
    clear = is_clear(first, second, kind)
    sums.scanned, sums.scanned_clear = len(raw), int(np.count_nonzero(clear))

    def met(name: str, t: float) -> NDArray[np.bool_]:
        return meets(merge(name, first, second, t, kind), third, kind)

    _, t_once = best_once(first, second, raw, kind)
    if np.count_nonzero(met(ONCE, recipe.t_once)) >= np.count_nonzero(met(ONCE, t_once)):
        t_once = recipe.t_once
    by_once = met(ONCE, t_once)
    step, t_step = recipe.step, recipe.t_step
    by_step = met(step, t_step)
    # Where either meets nearly all, other pairs of weights need not be tried.
    if max(np.count_nonzero(by_once), np.count_nonzero(by_step)) < _NEARLY * len(raw):
        other, hits, t = best_step(first, second, raw, kind, t_once)
        if hits > np.count_nonzero(by_step):
            step, t_step, by_step = other, t, met(other, t)
    sums.once_recipe = int(np.count_nonzero(met(ONCE, recipe.t_once)))
    sums.once_best, sums.once_best_clear = int(np.count_nonzero(by_once)), int(np.count_nonzero(by_once & clear))
    sums.step_recipe = int(np.count_nonzero(met(recipe.step, recipe.t_step)))
    sums.step_best, sums.step_best_clear = int(np.count_nonzero(by_step)), int(np.count_nonzero(by_step & clear))
    moved = clear & (third != first)
    sums.moved = int(np.count_nonzero(moved))
    t_moved = None
    if sums.moved:
        sums.moved_best, t_moved = best_once(first[moved], second[moved], raw[moved], kind, *_WIDE)
    return Found(sums, t_once, t_step, t_moved)


def is_clear(a: Floats, b: Floats, kind: Kind) -> NDArray[np.bool_]:
    """Whether A and B are so far apart that rounding does not bend what an element says."""
    made = np.empty(a.shape, np.bool_)
    kernel.is_clear(a, b, kind.bits, kind.smallest, made)
    return made
