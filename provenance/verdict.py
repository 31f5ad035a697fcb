"""What the figures say, in measured words. The rules stand in docs/provenance.md; each is tried on known pasts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from provenance.results import Figures, TensorSums, figures, grouped
from provenance.sums import Recipe

LINEAR, CHANGED, FURTHER = "linear blend", "blend and further changes", "further training of B"
INDEPENDENT, SHARED, OPEN = "independent of B", "shared ancestry", "not decidable"
KINDS = (LINEAR, CHANGED, FURTHER, INDEPENDENT, SHARED, OPEN)

#: Clear numbers that are needed for a verdict, and for a layer or component to be judged by itself.
ENOUGH, ENOUGH_OF_GROUP = 1000, 200
#: Share of clear numbers met from which on a merge explains them all: SLERP and other rounding miss a few.
MET, MET_OF_GROUP = 0.98, 0.95
#: Share of clear numbers that are A's own, or B's own, from which on nothing else is there.
EQUAL = 0.999
#: Cosines and alphas below are taken for none.
NONE = 0.05
#: How near to 1 the alpha of further training of B is.
NEAR_ONE = 0.03
#: How near to each other cosine and alpha are where C − A is as long as B − A.
ALIKE = 0.05
#: A cosine from which on the line to B explains most of C's change, and how far alphas may spread.
MOSTLY, STEADY = 0.8, 0.1
#: A sparse merge leaves so many clear numbers as they were, and one t meets so many of the others.
SPARSE_KEPT, SPARSE_MET = 0.05, 0.7
#: A part of the model that is met by one t weighs at least so much.
A_PART = 0.05

CANNOT_TELL = (
    "The order of the models. B could as well lie beyond C on a line from A: dates of release tell, weights do not.",
    "Linear merging from SLERP, where A and B are nearly parallel: both give the same weights but for rounding.",
    "Who did what, and why. A blend is no fault by itself; the figures know nothing of intent or of attribution.",
    "A blend that was trained for long from shared ancestry: both leave the line to B.",
    "What is not in the three checkpoints: a fourth model that was blended in looks like further changes.",
)


@dataclass(frozen=True)
class Verdict:
    """One of six kinds, with t where there is one, in a sentence, and what it rests on."""

    kind: str
    sentence: str
    t: float | None = None
    t_from: float | None = None
    t_to: float | None = None
    because: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The verdict in a line."""
        if self.t is None:
            return f"verdict: {self.kind}"
        if self.t_from is not None and self.t_to is not None:
            return f"verdict: {self.kind}, t = {number(self.t)} ({number(self.t_from)} to {number(self.t_to)})"
        return f"verdict: {self.kind}, t = {number(self.t)}"


def number(value: float) -> str:
    """A ratio with three decimals."""
    return f"{value:.3f}"


def judge(tensors: Sequence[TensorSums], recipe: Recipe, *, complete: bool = True) -> Verdict:
    """The verdict on tensors that were measured; A and B differ in some of them."""
    live = [tensor for tensor in tensors if not tensor.is_frozen]
    if not tensors:
        return Verdict(OPEN, "No tensor could be compared.")
    if not live:
        return Verdict(
            OPEN, "A and B are equal in every number compared: they carry nothing on whether C has any of B."
        )
    whole = figures(live)
    if _of(whole, "clear") < ENOUGH:
        return Verdict(
            OPEN,
            f"Only {whole['clear']:,} numbers of A and B are far enough apart for rounding not to blur them; "
            f"{ENOUGH:,} are needed.",
        )
    found = _judged(live, whole, recipe, _missed([tensor for tensor in tensors if tensor.is_frozen]))
    if complete:
        return found
    return Verdict(
        found.kind, f"{found.sentence} Not all of the work is done: this is of what was read.", found.t, found.t_from,
        found.t_to, found.because,
    )  # fmt: skip


def _judged(live: Sequence[TensorSums], whole: Figures, recipe: Recipe, frozen_missed: int) -> Verdict:
    alpha, cosine = _of(whole, "alpha_clear"), _of(whole, "cosine")
    told = (
        f"alpha is {number(alpha)} by clear numbers and {number(_of(whole, 'alpha'))} by all",
        f"the cosine is {number(cosine)}, the residual {number(_of(whole, 'residual'))}",
        f"{_percent(_best(whole))} of clear numbers are met exactly at the best t",
    )
    if _of(whole, "kept") >= EQUAL:
        return Verdict(
            INDEPENDENT, "C's numbers are those of A; nothing of B's change is in them.", None, None, None, told
        )
    if _of(whole, "taken") >= EQUAL:
        return Verdict(FURTHER, "C's numbers are those of B: no further change is found.", 1.0, None, None, told)
    exact = _exact(live, whole, recipe, frozen_missed, told)
    if exact:
        return exact
    if _of(whole, "kept") >= SPARSE_KEPT and _of(whole, "moved_exact") >= SPARSE_MET:
        t = _of(whole, "t_moved")
        return Verdict(
            CHANGED,
            f"In {_percent(_of(whole, 'kept'))} of clear numbers C is still A; nearly all others lie at "
            f"t = {number(t)}, as methods that merge sparsely (TIES, DARE) leave them. On the whole C lies at "
            f"{number(alpha)} of the way from A to B.",
            alpha, None, None, told,
        )  # fmt: skip
    if abs(alpha) <= NONE and abs(cosine) <= NONE:
        return Verdict(INDEPENDENT, "C's change to A has no common direction with B's.", None, None, None, told)
    if not -NONE <= alpha <= 1 + NONE:
        return Verdict(
            OPEN, f"C lies on the line of A and B but not between them (alpha {number(alpha)}): it may be B that lies "
            "between A and C. Weights do not tell which came first.", None, None, None, told,
        )  # fmt: skip
    if abs(alpha - 1) <= NEAR_ONE and cosine >= 0.5:
        return Verdict(
            FURTHER,
            "All of B's change to A is in C, and changes of another direction beside it.",
            1.0,
            None,
            None,
            told,
        )
    if cosine > NONE and abs(cosine - _of(whole, "alpha")) <= ALIKE:
        return Verdict(
            SHARED,
            f"C's change to A is about as large as B's and points partly the same way (cosine {number(cosine)}), as "
            "when two models are trained from A on shared data.",
            None, None, None, told,
        )  # fmt: skip
    spread = _spread(live)
    if cosine >= MOSTLY and spread <= STEADY and alpha > NONE:
        return Verdict(
            CHANGED,
            f"C lies at {number(alpha)} of the way from A to B, much the same all over the model, with changes of "
            "another direction beside it.",
            alpha, None, None, told,
        )  # fmt: skip
    if cosine >= MOSTLY:
        why = f"how far C lies on the way to B differs over layers and components (standard deviation {number(spread)})"
    else:
        why = f"the line to B explains too little of C's change (cosine {number(cosine)})"
    return Verdict(
        OPEN, f"C has a direction in common with B, but {why}: a blend that was changed much, or shared ancestry.",
        None, None, None, told,
    )  # fmt: skip


def _exact(
    live: Sequence[TensorSums], whole: Figures, recipe: Recipe, frozen_missed: int, told: tuple[str, ...]
) -> Verdict | None:
    """The verdict where numbers are met exactly, in all of the model or in parts of it."""
    groups = [
        (_name(key), found)
        for key, found, _ in grouped(
            live, lambda tensor: (tensor.layer if tensor.layer is not None else -1, tensor.component)
        )
        if _of(found, "clear") >= ENOUGH_OF_GROUP and found["exact_once_clear"] is not None
    ]
    inside = 0 < recipe.t < 1
    one = inside and _of(whole, "exact_clear") >= MET
    misses = [name for name, found in groups if (_of(found, "exact_clear") if one else _best(found)) < MET_OF_GROUP]
    if frozen_missed:
        misses.append(f"tensors in which A and B are equal ({frozen_missed:,} numbers)")
    elif _of(whole, "same_exact", 1.0) < MET_OF_GROUP and one:
        misses.append("numbers in which A and B are equal")
    if one and not misses:
        return Verdict(
            LINEAR,
            f"Consistent with a linear blend at t = {number(recipe.t)} ({recipe.fits}), and nothing else changed.",
            recipe.t, None, None, told,
        )  # fmt: skip
    t = [_best_t(found) for _, found in groups]
    if groups and not misses and _best(whole) >= MET and any(0 < value < 1 for value in t):
        return Verdict(
            LINEAR,
            f"Consistent with a linear blend whose ratio differs over layers and components, from {number(min(t))} to "
            f"{number(max(t))}, and nothing else changed.",
            _of(whole, "alpha_clear"), min(t), max(t), told,
        )  # fmt: skip
    met = [
        (found["clear"] or 0, _best_t(found))
        for _, found in groups
        if _best(found) >= MET_OF_GROUP and 0 < _best_t(found) < 1
    ]
    share = sum(clear for clear, _ in met) / max(1, sum(found["clear"] or 0 for _, found in groups))
    if (one or share >= A_PART) and misses:
        t_part = recipe.t if one else max(met)[1]
        some = ", ".join(misses[:5]) + (f" and {len(misses) - 5} more" if len(misses) > 5 else "")
        return Verdict(
            CHANGED,
            f"In {_percent(share)} of the model a blend at t = {number(t_part)} meets C exactly; other changes are in: "
            f"{some}.",
            t_part, None, None, told,
        )  # fmt: skip
    return None


def _missed(frozen: Sequence[TensorSums]) -> int:
    """How many numbers of tensors in which A and B are equal are neither theirs nor what rounding makes of them."""
    compared = sum(tensor.sums.compared for tensor in frozen)
    missed = compared - sum(tensor.sums.exact_same for tensor in frozen)
    return missed if missed > (1 - MET) * compared else 0


def _name(key: tuple[int, str]) -> str:
    return key[1] if key[0] < 0 else f"layer {key[0]} {key[1]}"


def _best(found: Figures) -> float:
    """The share of clear numbers met by the arithmetic that meets most."""
    return max(_of(found, "exact_once_clear"), _of(found, "exact_step_clear"))


def _best_t(found: Figures) -> float:
    by_once = _of(found, "exact_once_clear") >= _of(found, "exact_step_clear")
    return _of(found, "t_once" if by_once else "t_step")


def _spread(live: Sequence[TensorSums]) -> float:
    """How far alphas of layers and components lie apart, those of few clear numbers left out."""
    found = [
        (_of(group, "alpha_clear"), group["clear"] or 0)
        for _, group, _ in grouped(
            live, lambda tensor: (tensor.layer if tensor.layer is not None else -1, tensor.component)
        )
        if (group["clear"] or 0) >= ENOUGH_OF_GROUP
    ]
    total = sum(weight for _, weight in found)
    if not total:
        return 0.0
    middle = sum(alpha * weight for alpha, weight in found) / total
    return math.sqrt(sum((alpha - middle) ** 2 * weight for alpha, weight in found) / total)


def _of(found: Figures, name: str, otherwise: float = 0.0) -> float:
    value = found[name]
    return otherwise if value is None else float(value)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
