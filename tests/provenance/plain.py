"""What the compiled loops do, once more in plain NumPy, for the tests to hold them against."""

from __future__ import annotations

import numpy as np

from provenance.arithmetic import DELTA, EACH, ONCE
from provenance.kernel import CLEAR, SLACK
from provenance.numbers import Floats, Kind


def widened(raw: np.ndarray, kind: Kind) -> Floats:
    if kind.name == "BF16":
        return (raw.astype(np.uint32) << 16).view(np.float32)
    return raw.astype(np.float32)


def rounded(values: np.ndarray, kind: Kind) -> Floats:
    """To the nearest that can be stored, ties to even."""
    values = np.asarray(values, np.float32)
    if kind.name == "BF16":
        bits = values.view(np.uint32)
        return ((bits + ((bits >> 16) & 1) + 0x7FFF) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    return values.astype(kind.raw).astype(np.float32)


def merged(name: str, a: Floats, b: Floats, t: float, kind: Kind) -> Floats:
    def to(values: np.ndarray) -> Floats:
        return rounded(values, kind)

    if name == ONCE and kind.name == "F32":
        return ((1 - t) * a.astype(np.float64) + t * b.astype(np.float64)).astype(np.float32)
    first, second = np.float32(1 - t), np.float32(t)
    if name == ONCE:
        return to(first * a + second * b)
    first, second = to(np.array([first, second]))
    if name == EACH:
        total = to(np.array([first + second]))[0]
        mixed = to(to(first * a) + to(second * b))
        return mixed if total == 1 else to(mixed / total)
    assert name == DELTA
    return to(a + to(second * to(b - a)))


def units(values: Floats, kind: Kind) -> np.ndarray:
    """The unit in the last place, worked out in float64."""
    _, exponent = np.frexp(values.astype(np.float64))
    return np.where(values == 0, kind.smallest, np.maximum(np.ldexp(1.0, exponent - kind.bits), kind.smallest))


def met(values: Floats, wanted: Floats, kind: Kind) -> np.ndarray:
    if kind.name != "F32":
        return values == wanted
    room = SLACK * units(wanted, kind)
    return np.abs(values - wanted) <= np.where(np.isfinite(wanted), room, 0)


def sums(raw: list[np.ndarray], kind: Kind, name: str, t: float) -> dict[str, float | int]:
    """All that `Meter` gives, by its names."""
    a, b, c = (widened(part, kind) for part in raw)
    d, e = b - a, c - a
    good = np.isfinite(d) & np.isfinite(e)
    a, b, c, d, e = (part[good] for part in (a, b, c, d, e))
    same = a == b
    clear = np.abs(d) >= CLEAR * units(np.maximum(np.abs(a), np.abs(b)), kind)
    hit = met(merged(name, a, b, t, kind), c, kind)
    d, e = d.astype(np.float64), e.astype(np.float64)
    return {
        "dd": d @ d,
        "de": d @ e,
        "ee": e @ e,
        "dd_clear": d[clear] @ d[clear],
        "de_clear": d[clear] @ e[clear],
        "compared": len(a),
        "differing": np.count_nonzero(~same),
        "clear": np.count_nonzero(clear),
        "not_finite": len(good) - len(a),
        "same_changed": np.count_nonzero(same & (c != a)),
        "exact": np.count_nonzero(hit & ~same),
        "exact_clear": np.count_nonzero(hit & clear),
        "exact_same": np.count_nonzero(hit & same),
        "kept_clear": np.count_nonzero(clear & (c == a)),
        "other_clear": np.count_nonzero(clear & (c == b)),
    }
