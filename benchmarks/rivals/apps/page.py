"""What the page shows in every tool: 1,000 figures of money, two express charts, one filter on the city."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.express as px

ROWS = 1000
ALL = "All cities"
COLUMNS = ["id", "city", "initiative_id", "stage", "funder_name", "dated", "amount", "currency", "usd", "source_id"]


def read() -> pd.DataFrame:
    """The dataset's figures with their city and in dollars, again and again until there are 1,000."""
    folder = Path(os.environ["RIVALS_DATA"])
    funding = pd.read_csv(folder / "funding.csv").assign(year=lambda table: table["dated"].str[:4].astype("Int64"))
    cities = pd.read_csv(folder / "cities.csv").rename(columns={"id": "city_id", "name": "city"})
    initiatives = pd.read_csv(folder / "initiatives.csv").rename(columns={"id": "initiative_id"})
    rates = pd.read_csv(folder / "exchange_rates.csv")
    table = (
        funding.merge(initiatives[["initiative_id", "city_id"]], on="initiative_id")
        .merge(cities[["city_id", "city"]], on="city_id")
        .merge(rates[["currency", "year", "units_per_usd"]], on=["currency", "year"], how="left")
    )
    table["usd"] = table["amount"] / table["units_per_usd"].where(table["currency"] != "USD", 1)
    copies = -(-ROWS // len(table))
    return pd.concat([table] * copies, ignore_index=True).head(ROWS)[[*COLUMNS, "year"]]


def cities(table: pd.DataFrame) -> list[str]:
    """What the filter offers."""
    return [ALL, *sorted(table["city"].unique())]


def chosen(table: pd.DataFrame, city: str | None) -> pd.DataFrame:
    """The figures of a city, or all of them."""
    return table if city in (None, ALL) else table[table["city"] == city]


def by_city(table: pd.DataFrame) -> Any:
    """A bar for each of the twenty cities with most money, by stage."""
    sums = table.groupby(["city", "stage"], as_index=False)["usd"].sum()
    most = sums.groupby("city")["usd"].sum().nlargest(20).index
    return px.bar(sums[sums["city"].isin(most)], x="usd", y="city", color="stage", orientation="h")


def by_year(table: pd.DataFrame) -> Any:
    """A bar for each year, by stage."""
    sums = table.groupby(["year", "stage"], as_index=False)["usd"].sum()
    return px.bar(sums, x="year", y="usd", color="stage")
