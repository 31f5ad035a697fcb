"""The selections under which every view is held against another engine's."""

from __future__ import annotations

import pandas as pd

from ledger import dataset, views
from ledger.facts import Facts
from ledger.selection import Selection

#: Every lens, and every kind of condition that a filter makes.
SELECTIONS = (
    Selection(),
    Selection(lens="stated"),
    Selection(lens="intl", per_resident=True),
    Selection(city=("rio-de-janeiro", "seoul"), lens="stated"),
    Selection(disputed="exclude"),
    Selection(disputed="only", per_resident=True),
    Selection(goal=("models", "openness"), since=2023),
    Selection(public=True, until=2025, stage=("contracted", "spent")),
    Selection(size=("over-5m",), model=("rio-3.5",), continent=("South America",)),
)


def differences(view: str, facts: Facts, selection: Selection) -> str:
    """What an engine's table has other than that of the dataset as it is served; nothing where they are the same."""
    here, there = (views.table(view, one, selection) for one in (dataset.facts(), facts))
    try:
        pd.testing.assert_frame_equal(here, there, check_exact=True)
    except AssertionError as different:
        return f"{view}?{selection.address()}: {different}"
    return ""
