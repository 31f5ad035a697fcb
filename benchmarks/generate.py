"""A package of any size, with the distributions of the dataset.

    python -m benchmarks.generate --rows 10000000 --out /tmp/large

Every table of the dataset is there. Figures of money are the dataset's own again and again under
new ids, of initiatives that are the dataset's own again and again, so that stages, payers,
currencies, relations and dates are spread as in the dataset; amounts are multiplied by a factor
drawn for each copy, the same for figures that tell of each other. Cities, sources, models and
claims stay as they are; changes between versions are left out. The same rows and seed always give
the same package.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

DATA = Path(__file__).resolve().parent.parent / "data"
#: Initiatives at most: a ledger grows by payments more than by projects.
MOST_INITIATIVES = 100_000
#: Spread of the factors (standard deviation of their logarithms).
SPREAD = 0.5
#: Tables that grow with the initiatives, and the columns that name one.
_OF_INITIATIVES = {
    "initiatives": "id",
    "initiative_sources": "initiative_id",
    "initiative_goals": "initiative_id",
    "initiative_partners": "initiative_id",
    "metrics": "initiative_id",
}


def generate(folder: Path, rows: int, seed: int = 0) -> int:
    """Write a package with at least so many rows of funding into a folder; the bytes of that table."""
    shutil.copytree(DATA, folder, dirs_exist_ok=True)
    (folder / "history.csv").write_text((DATA / "history.csv").open(encoding="utf-8").readline(), encoding="utf-8")
    funding, initiatives = _table("funding"), _table("initiatives")
    copies = -(-rows // len(funding))
    owners = min(copies, max(1, MOST_INITIATIVES // len(initiatives)))
    for name, column in _OF_INITIATIVES.items():
        _write(folder / f"{name}.csv", (_renamed(_table(name), n, {column: n, "id": n}) for n in range(owners)))
    factors = np.exp(np.random.default_rng(seed).normal(0, SPREAD, copies))
    factors[0] = 1
    _write(
        folder / "funding.csv",
        (
            _renamed(_times(funding, factor), n, {"id": n, "related_funding_id": n, "initiative_id": n % owners})
            for n, factor in enumerate(factors)
        ),
    )
    return (folder / "funding.csv").stat().st_size


def _table(name: str) -> pl.DataFrame:
    return pl.read_csv(DATA / f"{name}.csv", infer_schema=False)


def _times(funding: pl.DataFrame, factor: float) -> pl.DataFrame:
    """Figures with their amounts multiplied, to whole units where they were whole."""
    if factor == 1:
        return funding
    return funding.with_columns(
        (pl.col(name).cast(pl.Float64) * factor).round(0).clip(lower_bound=1).cast(pl.Int64).cast(pl.String)
        for name in ("amount", "amount_high")
    )


def _renamed(table: pl.DataFrame, copy: int, names: dict[str, int]) -> pl.DataFrame:
    """The table with the number of its copy after some ids; the first copy keeps them."""
    return table.with_columns(
        pl.col(name) + f"-c{number}" for name, number in names.items() if number and name in table.columns
    )


def _write(file: Path, parts: Iterator[pl.DataFrame]) -> None:
    """Write tables one below the other, some at a time: they need not fit into memory."""
    with file.open("wb") as out:
        waiting: list[pl.DataFrame] = []
        is_first = True
        for part in parts:
            waiting.append(part)
            if len(waiting) == 500:
                pl.concat(waiting).write_csv(out, include_header=is_first)
                waiting, is_first = [], False
        if waiting:
            pl.concat(waiting).write_csv(out, include_header=is_first)


def main() -> None:
    """Write a package and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, required=True, help="rows of funding, at least")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    size = generate(given.out, given.rows, given.seed)
    print(f"{given.out}: funding.csv has {size / 1e6:,.1f} MB.")


if __name__ == "__main__":
    main()
