"""Small pieces that every engine understands."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals as nw


def mapped(column: str, values: Mapping[str, int] | Mapping[int, str]) -> nw.Expr:
    """The value that belongs to the code in a column; missing for any other code."""
    kind = nw.String if isinstance(next(iter(values.values())), str) else nw.Int64
    # Not `replace_strict`, which Spark Connect does not know; over many rows this is the faster one, too.
    return nw.coalesce(
        *(nw.when(nw.col(column) == code).then(nw.lit(value, dtype=kind)) for code, value in values.items())
    )


def in_doubt() -> nw.Expr:
    """Whether a fact is in a dispute that is open, or that its maker conceded; a withdrawn one no longer counts."""
    return nw.col("disputed").is_in(("open", "conceded"))


def ranks(codes: tuple[str, ...], *, start: int = 0) -> dict[str, int]:
    """The place of each code in its order."""
    return {code: place for place, code in enumerate(codes, start=start)}
