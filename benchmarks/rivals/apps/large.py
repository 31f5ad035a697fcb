"""What large tables are asked for in every tool."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd


def read() -> pd.DataFrame:
    """The package's figures of money with their city."""
    folder = Path(os.environ["RIVALS_DATA"])
    funding = pd.read_csv(folder / "funding.csv", low_memory=False)
    initiatives = pd.read_csv(folder / "initiatives.csv", usecols=["id", "city_id"])
    return funding.merge(initiatives.rename(columns={"id": "initiative_id"}), on="initiative_id")


def sums(table: pd.DataFrame) -> pd.DataFrame:
    """Money by city and stage."""
    return table.groupby(["city_id", "stage"], as_index=False)["amount"].sum()
