"""What is kept of weights that were read: sums and counts, which add up over any split of the work."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.arithmetic import EACH, ONCE, merge
from provenance.numbers import Floats, Kind, Raw, meets, rounded, ulps, widen
from provenance.scan import best_once, best_step

#: An element is clear where A and B are so many units in the last place apart: rounding does not bend what it says.
CLEAR = 8
#: Elements of a unit of work with which every t is tried.
SCANNED = 16_384
#: Elements that are worked on at once: what is needed for them fits into a processor's own memory.
_BLOCK = 1 << 15
#: A longer sum of products may be split over cores, and end in other bits on another machine.
_ROW = 1 << 13
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
    """Measures weights of one kind, block by block; belongs to one worker, whose memory it uses again."""

    def __init__(self, kind: Kind, recipe: Recipe) -> None:
        self.kind, self.recipe = kind, recipe
        self.sums = Sums()
        self._floats = [np.empty(_BLOCK, np.float32) for _ in range(7)]
        self._doubles = [np.empty(_BLOCK) for _ in range(3)]
        self._flags = [np.empty(_BLOCK, np.bool_) for _ in range(5)]
        self._bits = np.empty(_BLOCK, np.uint32)

    def begin(self) -> None:
        """Begin with new sums."""
        self.sums = Sums()

    def add(self, a: Raw, b: Raw, c: Raw) -> None:
        """Take stored weights in: the same elements of A, B and C."""
        for start in range(0, len(a), _BLOCK):
            part = slice(start, start + _BLOCK)
            self._block(a[part], b[part], c[part])

    def _block(self, raw_a: Raw, raw_b: Raw, raw_c: Raw) -> None:
        kind, sums, number = self.kind, self.sums, len(raw_a)
        a, b, c, d, e, x, y = (buffer[:number] for buffer in self._floats)
        widen(raw_a, kind, a)
        widen(raw_b, kind, b)
        widen(raw_c, kind, c)
        with np.errstate(invalid="ignore", over="ignore"):
            np.subtract(b, a, out=d)
            np.subtract(c, a, out=e)
            products = self._products(d, e)
        # What is not finite in one of the three is not finite in the sums.
        if not np.isfinite(products).all():
            a, b, c, d, e, x, y = self._finite_only(a, b, c)
            number = len(a)
            if not number:
                return
            products = self._products(d, e)
        sums.dd, sums.de, sums.ee = (old + new for old, new in zip((sums.dd, sums.de, sums.ee), products, strict=True))
        np.abs(a, out=x)
        np.maximum(x, np.abs(b, out=y), out=x)
        clear, same, exact, kept, both = (flags[:number] for flags in self._flags)
        ulps(x, kind, out=x)
        np.multiply(x, np.float32(CLEAR), out=x)
        np.greater_equal(np.abs(d, out=y), x, out=clear)
        np.equal(d, 0, out=same)
        np.equal(e, 0, out=kept)
        clear_d = self._doubles[2][:number]
        clear_d[...] = np.multiply(d, clear, out=x)
        sums.dd_clear += _product(clear_d, clear_d)
        sums.de_clear += _product(clear_d, self._doubles[1][:number])

        merged = self._merged(a, b, x, y)
        exact[...] = meets(merged, c, kind)
        differing = number - int(np.count_nonzero(same))
        hits = int(np.count_nonzero(exact))
        exact_same = int(np.count_nonzero(np.logical_and(exact, same, out=both)))
        sums.compared += number
        sums.differing += differing
        sums.clear += int(np.count_nonzero(clear))
        sums.exact += hits - exact_same
        sums.exact_same += exact_same
        sums.exact_clear += int(np.count_nonzero(np.logical_and(exact, clear, out=both)))
        sums.kept_clear += int(np.count_nonzero(np.logical_and(kept, clear, out=both)))
        sums.same_changed += number - differing - int(np.count_nonzero(np.logical_and(kept, same, out=both)))
        np.equal(b, c, out=kept)
        sums.other_clear += int(np.count_nonzero(np.logical_and(kept, clear, out=both)))

    def _finite_only(self, *abc: Floats) -> tuple[Floats, ...]:
        """The elements that are finite in all three, with what is derived from them."""
        a, b, c = abc
        with np.errstate(invalid="ignore", over="ignore"):
            good = np.isfinite(b - a) & np.isfinite(c - a)
        self.sums.not_finite += len(good) - int(np.count_nonzero(good))
        a, b, c = a[good], b[good], c[good]
        return a, b, c, b - a, c - a, np.empty_like(a), np.empty_like(a)

    def _products(self, d: Floats, e: Floats) -> tuple[float, float, float]:
        wide_d, wide_e, _ = (buffer[: len(d)] for buffer in self._doubles)
        wide_d[...] = d
        wide_e[...] = e
        return _product(wide_d, wide_d), _product(wide_d, wide_e), _product(wide_e, wide_e)

    def _merged(self, a: Floats, b: Floats, x: Floats, y: Floats) -> Floats:
        """What the recipe makes of A and B."""
        recipe, kind = self.recipe, self.kind
        if recipe.fits == ONCE and kind.name != "F32":
            # As `arithmetic.once`, in memory that is there.
            np.multiply(a, np.float32(1 - recipe.t), out=x)
            np.add(x, np.multiply(b, np.float32(recipe.t), out=y), out=x)
            return rounded(x, kind, self._bits[: len(x)])
        return merge(recipe.fits, a, b, recipe.t, kind)


def _product(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """The inner product, the same on any number of cores."""
    return sum(float(np.dot(one[at : at + _ROW], two[at : at + _ROW])) for at in range(0, len(one), _ROW))


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
    found: NDArray[Any] = np.abs(b - a) >= CLEAR * ulps(np.maximum(np.abs(a), np.abs(b)), kind)
    return found
