"""What tests of the weight check share: checkpoints made for them, and a check from beginning to end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from provenance.numbers import KINDS, Kind, Raw, stored, widen
from provenance.report import report_of
from provenance.simulate import Values, write_checkpoint
from provenance.work import ROLES, Journal, plan, run

BF16, F16, F32 = KINDS["BF16"], KINDS["F16"], KINDS["F32"]


def places(base: Path | str, other: Path | str, candidate: Path | str) -> dict[str, str]:
    return dict(zip(ROLES, (str(base), str(other), str(candidate)), strict=True))


def work(where: dict[str, str], path: Path, *, share: float | None = None, seed: int = 0, **how: Any) -> Path:
    """Do the work, or a part of it."""
    planned = plan(where, share, seed)
    journal = Journal(path, planned)
    try:
        run(planned, journal, workers=how.pop("workers", 2), **how)
    finally:
        journal.close()
    return path


def check(where: dict[str, str], folder: Path, **how: Any) -> dict[str, Any]:
    """The report of a whole check."""
    return report_of([work(where, folder / "check.work", **how)])


def as_stored(values: Values, kind: Kind) -> Values:
    return widen(stored(values, kind), kind).astype(np.float64)


def pair(number: int, change: float, kind: Kind = BF16, seed: int = 7, spread: float = 0.02) -> tuple[Values, Values]:
    """A and B: B is A with a change of so much of the weights' spread."""
    chance = np.random.default_rng(seed)
    a = as_stored(chance.normal(size=number) * spread, kind)
    return a, as_stored(a + chance.normal(size=number) * spread * change, kind)


def three(folder: Path, *models: dict[str, Raw], shards: int = 1) -> dict[str, str]:
    """Write A, B and C."""
    for role, model in zip(ROLES, models, strict=True):
        write_checkpoint(folder / role, model, shards)
    return places(*(folder / role for role in ROLES))
