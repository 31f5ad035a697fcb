"""The loops over all numbers, compiled for this processor: read from their bits, merged, held against C, summed up.

What is compiled is kept, beside the code or in the user's cache; Numba looks at this file alone to tell whether it is
still right, so all of it stands here. No two steps of floating arithmetic are fused or done in another order, and sums
have a fixed number of lanes: every processor gives the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

#: An element is clear where A and B are so many units in the last place apart: rounding does not bend what it says.
CLEAR = 8
#: Units in the last place by which a float32 may be missed: merges are worked out in float32 and round on the way.
SLACK = 2
#: A type of numbers is known here by the bits of its significand, the hidden one too.
BF16, F16, F32 = 8, 11, 24
#: Arithmetics of a merge, as `arithmetic` names them.
ONCE, EACH, DELTA = 0, 1, 2
#: Sums and counts that `measure` adds to.
REALS, COUNTS = 5, 10

#: Elements that are worked on at once: all that is needed stays near the processor. Each sum has a quarter as many
#: lanes, to which four products at a time are added.
_TILE = 2048
_LANES = _TILE // 4
_EXPONENT = np.uint32(0x7F800000)
_MAGNITUDE = np.uint32(0x7FFFFFFF)
_SIGN = np.uint32(0x80000000)

Function = TypeVar("Function", bound=Callable[..., Any])


def _kept(function: Function) -> Function:
    """Compile a function that Python calls, and keep what was compiled."""
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy")(function))


def _inlined(function: Function) -> Function:
    """Put a function of single numbers into the loops that use it."""
    return cast(Function, njit(inline="always", error_model="numpy")(function))


def _compiled(function: Function) -> Function:
    """Compile a function that becomes a part of others."""
    return cast(Function, njit(nogil=True, error_model="numpy")(function))


def _same_bits(source: Any, target: Any) -> Any:
    def change(typingctx: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.bitcast(values[0], context.get_value_type(target))

        return target(source), generate

    return intrinsic(change)


#: The bits of a float32 as a whole number, and back.
_bits = _same_bits(types.float32, types.uint32)
_float = _same_bits(types.uint32, types.float32)


@_inlined
def _from_bf16(raw: Any) -> Any:
    return _float(np.uint32(np.uint32(raw) << np.uint32(16)))


@_inlined
def _from_f16(raw: Any) -> Any:
    magnitude = np.uint32(np.uint32(raw & 0x7FFF) << np.uint32(13))
    exponent = magnitude & np.uint32(0x0F800000)
    # From the middle of the exponents of 5 bits to that of 8; at both ends a second step.
    bits = np.uint32(magnitude + np.uint32(112 << 23))
    low = _float(np.uint32(bits + np.uint32(1 << 23))) - np.float32(2.0**-14)
    high = _float(np.uint32(bits + np.uint32(112 << 23)))
    usual = _float(bits)
    value = low if exponent == 0 else (high if exponent == np.uint32(0x0F800000) else usual)
    return _float(np.uint32(_bits(value) | np.uint32(np.uint32(raw & 0x8000) << np.uint32(16))))


@_inlined
def _from_f32(raw: Any) -> Any:
    return _float(np.uint32(raw))


@_inlined
def _to_bf16(value: Any) -> Any:
    """Round to the nearest, ties to even; all bits one are no number any more, and stay none."""
    bits = _bits(value)
    up = np.uint32((bits >> np.uint32(16)) & np.uint32(1)) + np.uint32(0x7FFF)
    return _float(np.uint32(np.uint32(bits + up) & np.uint32(0xFFFF0000)))


@_inlined
def _to_f16(value: Any) -> Any:
    bits = _bits(value)
    magnitude = np.uint32(bits & _MAGNITUDE)
    up = np.uint32((magnitude >> np.uint32(13)) & np.uint32(1)) + np.uint32(0xFFF)
    usual = _float(np.uint32(np.uint32(magnitude + up) & np.uint32(0xFFFFE000)))
    # Here float32 has the same steps as the small numbers of float16, and rounds by itself.
    low = (_float(magnitude) + np.float32(0.5)) - np.float32(0.5)
    made = low if _float(magnitude) < np.float32(2.0**-14) else usual
    made = np.float32(np.inf) if usual > np.float32(65504) else made
    made = _float(magnitude) if magnitude > _EXPONENT else made
    return _float(np.uint32(_bits(made) | np.uint32(bits & _SIGN)))


@_inlined
def _as_it_is(value: Any) -> Any:
    return value


def _each_of(change: Any) -> Any:
    @_compiled
    def loop(given: Any, made: Any) -> None:
        for at in range(len(given)):
            made[at] = change(given[at])

    return loop


_read_bf16, _read_f16, _read_f32 = map(_each_of, (_from_bf16, _from_f16, _from_f32))
_round_bf16, _round_f16 = map(_each_of, (_to_bf16, _to_f16))


@_kept
def widen(raw: Any, kind: int, made: Any) -> None:
    """Stored numbers, given as bits, as float32, without loss."""
    if kind == BF16:
        _read_bf16(raw, made)
    elif kind == F16:
        _read_f16(raw, made)
    else:
        _read_f32(raw, made)


@_kept
def rounded(values: Any, kind: int) -> None:
    """Round float32 numbers in place to those that can be stored: to the nearest, ties to even."""
    if kind == BF16:
        _round_bf16(values, values)
    elif kind == F16:
        _round_f16(values, values)


def _merges(to: Any) -> Any:
    """The three arithmetics for numbers that `to` rounds."""

    @_compiled
    def once(a: Any, b: Any, rest: Any, t: Any, made: Any) -> None:
        first, second = np.float32(rest), np.float32(t)
        for at in range(len(a)):
            made[at] = to(first * a[at] + second * b[at])

    @_compiled
    def each(a: Any, b: Any, rest: Any, t: Any, made: Any) -> None:
        first, second = to(np.float32(rest)), to(np.float32(t))
        total = to(first + second)
        for at in range(len(a)):
            made[at] = to(to(first * a[at]) + to(second * b[at]))
        if total != 1:
            for at in range(len(a)):
                made[at] = to(made[at] / total)

    @_compiled
    def delta(a: Any, b: Any, t: Any, made: Any) -> None:
        weight = to(np.float32(t))
        for at in range(len(a)):
            made[at] = to(a[at] + to(weight * to(b[at] - a[at])))

    @_compiled
    def chosen(way: int, a: Any, b: Any, rest: Any, t: Any, made: Any) -> None:
        if way == EACH:
            each(a, b, rest, t, made)
        elif way == DELTA:
            delta(a, b, t, made)
        else:
            once(a, b, rest, t, made)

    return chosen


_merge_bf16, _merge_f16, _merge_f32 = map(_merges, (_to_bf16, _to_f16, _as_it_is))


@_compiled
def _once_wide(a: Any, b: Any, rest: Any, t: Any, made: Any) -> None:
    for at in range(len(a)):
        made[at] = np.float32(rest * np.float64(a[at]) + t * np.float64(b[at]))


@_kept
def merge(way: int, kind: int, a: Any, b: Any, rest: float, t: float, made: Any) -> None:
    """What `rest`·A + `t`·B gives by one of the arithmetics."""
    if kind == F32 and way == ONCE:
        _once_wide(a, b, rest, t, made)
    elif kind == BF16:
        _merge_bf16(way, a, b, rest, t, made)
    elif kind == F16:
        _merge_f16(way, a, b, rest, t, made)
    else:
        _merge_f32(way, a, b, rest, t, made)


@_inlined
def _unit(value: Any, scale: Any, smallest: Any) -> Any:
    """The unit in the last place of numbers like this one."""
    found = _float(np.uint32(_bits(value) & _EXPONENT)) * scale
    return found if found > smallest else smallest


@_compiled
def _scale(kind: int) -> Any:
    return np.float32(2.0 ** (1 - kind))


@_inlined
def _is_clear(a: Any, b: Any, d: Any, scale: Any, smallest: Any) -> Any:
    one, two = abs(a), abs(b)
    return abs(d) >= np.float32(CLEAR) * _unit(one if one > two else two, scale, smallest)


@_kept
def is_clear(a: Any, b: Any, kind: int, smallest: float, made: Any) -> None:
    """Whether A and B are so far apart that rounding does not bend what an element says."""
    scale, least = _scale(kind), np.float32(smallest)
    for at in range(len(a)):
        made[at] = _is_clear(a[at], b[at], b[at] - a[at], scale, least)


@_kept
def meets(values: Any, wanted: Any, kind: int, smallest: float, made: Any) -> None:
    """Which numbers are those that are wanted: the same, but for the slack of float32."""
    if kind != F32:
        for at in range(len(values)):
            made[at] = values[at] == wanted[at]
    else:
        scale, least = _scale(kind), np.float32(smallest)
        for at in range(len(values)):
            room = np.float32(SLACK) * _unit(wanted[at], scale, least)
            made[at] = abs(values[at] - wanted[at]) <= room


@_kept
def hits(way: int, kind: int, a: Any, b: Any, c: Any, grid: Any) -> Any:
    """How many elements of C the merge meets at each t."""
    made, merged = np.zeros(len(grid), np.int64), np.empty_like(a)
    for place in range(len(grid)):
        merge(way, kind, a, b, 1 - grid[place], grid[place], merged)
        for at in range(len(a)):
            made[place] += merged[at] == c[at]
    return made


@_compiled
def _count(
    a: Any, b: Any, c: Any, met: Any, kind: int, smallest: Any, counts: Any, finite_d: Any, finite_e: Any, clear_d: Any
) -> None:
    """Count what is in a tile, and put 0 where a difference is not to be summed up."""
    scale, nothing, endless = _scale(kind), np.float32(0), np.float32(np.inf)
    compared = same = clear = exact = exact_clear = np.int32(0)
    exact_same = kept_clear = other_clear = same_changed = np.int32(0)
    for at in range(len(a)):
        d, e = b[at] - a[at], c[at] - a[at]
        # What is not finite in one of the three is not finite here.
        good = abs(d) < endless and abs(e) < endless
        is_same = good and d == 0
        far = good and _is_clear(a[at], b[at], d, scale, smallest)
        hit = good and met[at]
        # Numba makes 64 bits of every sum, and half as many fit into a step of the processor.
        compared = np.int32(compared + np.int32(good))
        same = np.int32(same + np.int32(is_same))
        clear = np.int32(clear + np.int32(far))
        exact = np.int32(exact + np.int32(hit))
        exact_clear = np.int32(exact_clear + np.int32(hit and far))
        exact_same = np.int32(exact_same + np.int32(hit and is_same))
        kept_clear = np.int32(kept_clear + np.int32(far and e == 0))
        other_clear = np.int32(other_clear + np.int32(far and b[at] == c[at]))
        same_changed = np.int32(same_changed + np.int32(is_same and e != 0))
        finite_d[at] = d if good else nothing
        finite_e[at] = e if good else nothing
        clear_d[at] = d if far else nothing
    counts[0] += compared
    counts[1] += compared - same
    counts[2] += clear
    counts[3] += len(a) - compared
    counts[4] += same_changed
    counts[5] += exact - exact_same
    counts[6] += exact_clear
    counts[7] += exact_same
    counts[8] += kept_clear
    counts[9] += other_clear


@_inlined
def _four(values: Any, at: int) -> Any:
    """The values that meet in a lane; a product of two float32 is exact in float64."""
    return (
        np.float64(values[at]),
        np.float64(values[at + _LANES]),
        np.float64(values[at + 2 * _LANES]),
        np.float64(values[at + 3 * _LANES]),
    )


@_inlined
def _product(one: Any, two: Any) -> Any:
    return (one[0] * two[0] + one[1] * two[1]) + (one[2] * two[2] + one[3] * two[3])


@_compiled
def _sum(d: Any, e: Any, far: Any, lanes: Any) -> None:
    """Add the products of a whole tile to the lanes."""
    for at in range(_LANES):
        some_d, some_e, some_far = _four(d, at), _four(e, at), _four(far, at)
        dd, de, ee = _product(some_d, some_d), _product(some_d, some_e), _product(some_e, some_e)
        dd_far, de_far = _product(some_far, some_far), _product(some_far, some_e)
        # Only now is anything written: the compiler reads each number once.
        lanes[0, at] += dd
        lanes[1, at] += de
        lanes[2, at] += ee
        lanes[3, at] += dd_far
        lanes[4, at] += de_far


@_kept
def measure(
    raw_a: Any, raw_b: Any, raw_c: Any, kind: int, smallest: float, way: int, t: float, reals: Any, counts: Any
) -> None:
    """Add what stored numbers of A, B and C give to the first sums and counts of `sums.Sums`, in their order."""
    # Not as rows of one array, of which the compiler would not know that their elements lie side by side.
    a, b, c = np.empty(_TILE, np.float32), np.empty(_TILE, np.float32), np.empty(_TILE, np.float32)
    merged, met = np.empty(_TILE, np.float32), np.empty(_TILE, np.bool_)
    d, e, far = np.empty(_TILE, np.float32), np.empty(_TILE, np.float32), np.empty(_TILE, np.float32)
    # Rows that begin a power of two apart would push each other out of the nearest memory.
    lanes = np.zeros((REALS, _LANES + 8))
    for start in range(0, len(raw_a), _TILE):
        end = min(start + _TILE, len(raw_a))
        size = end - start
        if size < _TILE:
            a, b, c, merged, met = a[:size], b[:size], c[:size], merged[:size], met[:size]
            d[size:], e[size:], far[size:] = 0, 0, 0
        widen(raw_a[start:end], kind, a)
        widen(raw_b[start:end], kind, b)
        widen(raw_c[start:end], kind, c)
        merge(way, kind, a, b, 1 - t, t, merged)
        meets(merged, c, kind, smallest, met)
        _count(a, b, c, met, kind, np.float32(smallest), counts, d, e, far)
        _sum(d, e, far, lanes)
    for place in range(REALS):
        for lane in range(_LANES):
            reals[place] += lanes[place, lane]
