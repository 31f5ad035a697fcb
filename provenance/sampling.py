"""What is read: everything, or a sample drawn evenly from every layer and component; and how the work is split."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provenance.matching import Trio

#: Numbers that are read together at least: in bfloat16 half a megabyte of each checkpoint.
PIECE = 1 << 18
#: Pieces of one tensor that make a unit of work at most: what a stop can cost.
_UNIT = 128


@dataclass(frozen=True)
class Unit:
    """A tensor's pieces that are read together; `spans` are ranges of pieces, from and to."""

    trio: Trio
    spans: tuple[tuple[int, int], ...]

    @property
    def values(self) -> int:
        """How many numbers are read of each checkpoint."""
        return sum(end - start for start, end in self.ranges())

    def ranges(self) -> Iterator[tuple[int, int]]:
        """The ranges of numbers."""
        for first, last in self.spans:
            yield first * PIECE, min(last * PIECE, self.trio.values)


def units(trios: Sequence[Trio], share: float | None = None, seed: int = 0) -> list[Unit]:
    """The work, in an order that depends on nothing but the tensors, the share and the seed."""
    made = []
    chosen = _sampled(trios, share, seed) if share is not None else None
    for place, trio in enumerate(trios):
        pieces = range(_pieces(trio)) if chosen is None else sorted(chosen.get(place, ()))
        made += [Unit(trio, _spans(pieces[at : at + _UNIT])) for at in range(0, len(pieces), _UNIT)]
    return made


def _pieces(trio: Trio) -> int:
    return -(-trio.values // PIECE)


def _sampled(trios: Sequence[Trio], share: float, seed: int) -> dict[int, list[int]]:
    """Pieces by the place of their tensor: the same share of each layer's each component, one piece at least."""
    strata: dict[tuple[int, str], list[int]] = {}
    for place, trio in enumerate(trios):
        strata.setdefault((-1 if trio.layer is None else trio.layer, trio.component), []).append(place)
    chosen: dict[int, list[int]] = {}
    for key, places in sorted(strata.items()):
        counts = [_pieces(trios[place]) for place in places]
        total = sum(counts)
        # A text as a seed gives the same draws on every machine and Python.
        draw = random.Random(f"{seed}/{key[0]}/{key[1]}")
        for number in draw.sample(range(total), max(1, min(total, round(share * total)))):
            for place, count in zip(places, counts, strict=True):
                if number < count:
                    chosen.setdefault(place, []).append(number)
                    break
                number -= count
    return chosen


def _spans(pieces: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Pieces that follow each other as ranges."""
    spans: list[tuple[int, int]] = []
    for piece in pieces:
        if spans and spans[-1][1] == piece:
            spans[-1] = (spans[-1][0], piece + 1)
        else:
            spans.append((piece, piece + 1))
    return tuple(spans)
