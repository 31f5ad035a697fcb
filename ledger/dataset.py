"""The dataset that this process serves, opened once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ledger.facts import Facts, facts_of
from ledger.tables import open_package

#: The package that comes with the dashboard.
DATA = Path(__file__).resolve().parent.parent / "data"


@cache
def facts() -> Facts:
    """The facts of the built-in package.

    Raises:
        BrokenPackage: with every fault, where the package is not what its descriptor says.
    """
    return facts_of(open_package(DATA))
