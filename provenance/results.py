"""From the sums of units to the figures of tensors, layers, components and the whole model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provenance.faults import Unreadable
from provenance.matching import component, layer
from provenance.sums import NAMES, REAL, Sums
from provenance.work import ROLES, read_work


@dataclass
class TensorSums:
    """A tensor with its sums, and the t that fits it best with one rounding and with rounding at every step."""

    name: str
    kind: str
    shape: tuple[int, ...]
    sums: Sums
    t_once: float | None
    t_step: float | None
    t_moved: float | None

    @property
    def component(self) -> str:
        """What it is part of."""
        return component(self.name)

    @property
    def layer(self) -> int | None:
        """In which layer it stands."""
        return layer(self.name)

    @property
    def is_frozen(self) -> bool:
        """Whether A and B are equal in it: it carries nothing."""
        return not self.sums.differing


@dataclass
class Combined:
    """What was read: on what, how much of it, and each tensor's sums."""

    header: dict[str, Any]
    units_read: int
    tensors: list[TensorSums] = field(default_factory=list)


def combined(paths: Sequence[Path]) -> Combined:
    """Add up files of work. The sums do not depend on how the work was split, nor on its order."""
    header: dict[str, Any] = {}
    records: dict[int, dict[str, Any]] = {}
    hashes: dict[tuple[str, str], str] = {}
    for path in paths:
        found, lines, _ = read_work(path)
        if found is None:
            raise Unreadable(f"{path}: holds no work.")
        if not header:
            header, first = found, path
        elif any(header[name] != found[name] for name in ("fingerprint", "recipe")):
            raise Unreadable(f"{path} and {first} hold work on different checkpoints, or with different samples.")
        for line in lines:
            if "sha256" in line:
                hashes[line["model"], line["file"]] = line["sha256"]
            elif records.setdefault(line["unit"], line) != line:
                raise Unreadable(f"{path}: unit {line['unit']} has other sums than in another file of the same work.")
    for role in ROLES:
        for file in header["models"][role]["files"]:
            file["sha256"] = file["sha256"] or hashes.get((role, file["name"]))
    return Combined(header, len(records), _tensors(records))


def _tensors(records: dict[int, dict[str, Any]]) -> list[TensorSums]:
    by_tensor: dict[str, list[dict[str, Any]]] = {}
    for number in sorted(records):
        by_tensor.setdefault(records[number]["tensor"], []).append(records[number])
    return [_tensor(name, parts) for name, parts in by_tensor.items()]


def _tensor(name: str, parts: list[dict[str, Any]]) -> TensorSums:
    columns = dict(zip(NAMES, zip(*(part["sums"] for part in parts), strict=True), strict=True))
    # An exact sum of the units' sums, rounded once.
    total: dict[str, Any] = {key: math.fsum(column) if key in REAL else sum(column) for key, column in columns.items()}
    weights = columns["scanned"]
    t = [
        _median([(part["t"][place], weight) for part, weight in zip(parts, weights, strict=True)]) for place in range(3)
    ]
    return TensorSums(name, parts[0]["kind"], tuple(parts[0]["shape"]), Sums(**total), *t)


def _median(pairs: Iterable[tuple[float | None, float]]) -> float | None:
    """The weighted median of what is known."""
    known = sorted((value, weight) for value, weight in pairs if value is not None and weight)
    half, so_far = math.fsum(weight for _, weight in known) / 2, 0.0
    for value, weight in known:
        so_far += weight
        if so_far >= half:
            return value
    return None


#: What each figure of a tensor or of several means; the order is that of reports.
FIGURES = {
    "values": "numbers compared",
    "differing": "of them, with A ≠ B",
    "clear": "of them, with A and B at least eight units in the last place apart",
    "alpha": "where C lies between A (0) and B (1)",
    "alpha_clear": "the same, by clear numbers alone",
    "spread": "standard deviation of alpha by clear numbers over tensors",
    "alpha_low": "the least of these alphas",
    "alpha_high": "the greatest of these alphas",
    "cosine": "between C − A and B − A",
    "residual": "share of C − A that the line leaves unexplained",
    "exact": "share met exactly at the recipe's t, of all with A ≠ B",
    "exact_clear": "the same, of clear numbers alone",
    "exact_once": "share met at the best t of each unit with one rounding, of numbers tried with every t",
    "exact_once_clear": "the same, of clear numbers alone",
    "t_once": "that t",
    "exact_step": "share met at the best t of each unit with rounding at every step",
    "exact_step_clear": "the same, of clear numbers alone",
    "t_step": "that t",
    "kept": "share of clear numbers in which C is still A",
    "taken": "share of clear numbers in which C is B",
    "moved_exact": "share met by one t that may lie outside of 0 to 1, of clear numbers that C changed",
    "t_moved": "that t",
    "same_changed": "numbers with A = B that C changed",
    "same_exact": "share of numbers with A = B that the recipe meets",
    "not_finite": "numbers left out as not finite in one of the three",
}

Figures = dict[str, float | int | None]


def figures(tensors: Sequence[TensorSums]) -> Figures:
    """The figures of one tensor, or of several.

    Alpha and cosine of several are means, each tensor with the number of its values as its weight: else the few large
    numbers of norms would outweigh the millions of small ones of experts.
    """
    total = Sums()
    for tensor in tensors:
        total.add(tensor.sums)
    each = [(tensor.sums.de_clear / tensor.sums.dd_clear, tensor.sums.clear) for tensor in tensors if tensor.sums.clear]
    many = [alpha for alpha, clear in each if clear >= _MANY]
    cosine = _mean(tensors, lambda one: _cosine(one.dd, one.de, one.ee), "differing")
    share = _share
    return {
        "values": total.compared,
        "differing": total.differing,
        "clear": total.clear,
        "alpha": _mean(tensors, lambda one: _ratio(one.de, one.dd), "differing"),
        "alpha_clear": _mean(tensors, lambda one: _ratio(one.de_clear, one.dd_clear), "clear"),
        "spread": _deviation(each) if len(tensors) > 1 else None,
        "alpha_low": min(many, default=None) if len(tensors) > 1 else None,
        "alpha_high": max(many, default=None) if len(tensors) > 1 else None,
        "cosine": cosine,
        "residual": None if cosine is None else math.sqrt(max(0.0, 1 - cosine * cosine)),
        "exact": share(total.exact, total.differing),
        "exact_clear": share(total.exact_clear, total.clear),
        "exact_once": share(total.once_best, total.scanned),
        "exact_once_clear": share(total.once_best_clear, total.scanned_clear),
        "t_once": _median([(tensor.t_once, tensor.sums.scanned_clear) for tensor in tensors]),
        "exact_step": share(total.step_best, total.scanned),
        "exact_step_clear": share(total.step_best_clear, total.scanned_clear),
        "t_step": _median([(tensor.t_step, tensor.sums.scanned_clear) for tensor in tensors]),
        "kept": share(total.kept_clear, total.clear),
        "taken": share(total.other_clear, total.clear),
        "moved_exact": share(total.moved_best, total.moved),
        "t_moved": _median([(tensor.t_moved, tensor.sums.moved) for tensor in tensors]),
        "same_changed": total.same_changed,
        "same_exact": share(total.exact_same, total.compared - total.differing),
        "not_finite": total.not_finite,
    }


#: Clear numbers from which the alpha of a tensor is shown as one of the least or greatest.
_MANY = 200


def _mean(tensors: Sequence[TensorSums], of: Callable[[Sums], float | None], weight: str) -> float | None:
    pairs = [(of(tensor.sums), getattr(tensor.sums, weight)) for tensor in tensors]
    known = [(value, number) for value, number in pairs if value is not None and number]
    total = sum(number for _, number in known)
    return math.fsum(value * number for value, number in known) / total if total else None


def _deviation(pairs: Sequence[tuple[float, int]]) -> float | None:
    total = sum(weight for _, weight in pairs)
    if not total:
        return None
    middle = math.fsum(value * weight for value, weight in pairs) / total
    return math.sqrt(math.fsum((value - middle) ** 2 * weight for value, weight in pairs) / total)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _cosine(dd: float, de: float, ee: float) -> float | None:
    """The cosine; 0 where C is A, which points nowhere."""
    if dd <= 0:
        return None
    return max(-1.0, min(1.0, de / math.sqrt(dd * ee))) if ee > 0 else 0.0


def grouped(
    tensors: Sequence[TensorSums], key: Callable[[TensorSums], Any]
) -> list[tuple[Any, Figures, list[TensorSums]]]:
    """Figures of tensors that have the same key, in the order of the keys; those without a key come last."""
    groups: dict[Any, list[TensorSums]] = {}
    for tensor in tensors:
        groups.setdefault(key(tensor), []).append(tensor)

    def order(found: Any) -> tuple[bool, Any]:
        return (found is None, 0 if found is None else found)

    return [(found, figures(groups[found]), groups[found]) for found in sorted(groups, key=order)]
