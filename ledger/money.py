"""Money: who pays, what a figure is worth in dollars, and which columns a lens shows.

A figure is never changed. Beside its amount as stated stand its value in US dollars and in
international dollars, both with a low and a high end; where no rate is known the value is
missing, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import narwhals as nw
import pandas as pd
from babel.core import get_global

Lens = Literal["stated", "usd", "intl"]
LENSES: tuple[str, ...] = get_args(Lens)

#: Who pays, told apart wherever money is shown.
PAYERS = ("public", "mixed", "private", "unknown")
PUBLIC_FUNDERS = ("city", "metropolitan", "regional", "national", "international", "development_bank")

_COLUMNS = {"stated": ("amount", "amount_high"), "usd": ("usd", "usd_high"), "intl": ("intl", "intl_high")}
_UNITS = {"usd": "USD", "intl": "international dollars"}


def payer() -> nw.Expr:
    """Payer of a figure (one of `PAYERS`) from its `funder` code."""
    return (
        nw.when(nw.col("funder").is_in(PUBLIC_FUNDERS))
        .then(nw.lit("public"))
        .otherwise(nw.col("funder"))
        .alias("payer")
    )


def with_dollars(funding: nw.LazyFrame, exchange_rates: nw.LazyFrame, purchasing_power: nw.LazyFrame) -> nw.LazyFrame:
    """Add the value of each figure in US dollars and in international dollars.

    `funding` needs `amount`, `amount_high`, `currency`, `country_code` and `year`;
    `exchange_rates` holds currency units per US dollar by currency and year;
    `purchasing_power` is the table made by `latest_purchasing_power`.

    Added: `usd`, `usd_high` (amount / units per US dollar of the year of the figure), `intl`,
    `intl_high` (local amount / local units per international dollar) and `intl_year`, the year
    of the purchasing power used. A figure in another currency than the country's goes through
    US dollars first. Missing where a rate is not known. Without a high end, high = low.
    Method: World Bank, PA.NUS.PPP; annual mean exchange rates.
    """
    stated = exchange_rates.select(
        "currency", year=nw.col("year").cast(nw.Float64), stated_rate=nw.col("units_per_usd")
    )
    local = exchange_rates.select(
        local_currency=nw.col("currency"), year=nw.col("year").cast(nw.Float64), local_rate=nw.col("units_per_usd")
    )
    high = nw.coalesce(nw.col("amount_high"), nw.col("amount"))
    local_per_stated = (
        nw.when(nw.col("currency") == nw.col("local_currency"))
        .then(nw.lit(1.0))
        .otherwise(nw.col("local_rate") / nw.col("stated_rate"))
    )
    return (
        funding.join(stated, on=["currency", "year"], how="left")
        .join(purchasing_power, on=["country_code", "year"], how="left")
        .join(local, on=["local_currency", "year"], how="left")
        .with_columns(_local_per_stated=local_per_stated)
        .with_columns(
            usd=nw.col("amount") / nw.col("stated_rate"),
            usd_high=high / nw.col("stated_rate"),
            intl=nw.col("amount") * nw.col("_local_per_stated") / nw.col("units_per_intl"),
            intl_high=high * nw.col("_local_per_stated") / nw.col("units_per_intl"),
        )
        .with_columns(intl_year=nw.when(~nw.col("intl").is_null()).then(nw.col("intl_year")))
        .drop("stated_rate", "local_rate", "local_currency", "units_per_intl", "_local_per_stated")
    )


def latest_purchasing_power(purchasing_power: pd.DataFrame, years: range) -> pd.DataFrame:
    """Purchasing power of every country for every year of `years`, each with the year it comes from.

    The World Bank publishes late, so a year without a value takes the latest earlier one.
    Columns: `country_code`, `year`, `intl_year` (the year of the value), `units_per_intl`
    (local currency units per international dollar) and `local_currency` (ISO 4217, from CLDR:
    the country's own currency in that year). Countries without any value have no rows.
    """
    known = purchasing_power.sort_values(["country_code", "year"])
    rows = []
    for country, values in known.groupby("country_code", sort=True):
        for year in years:
            earlier = values[values["year"] <= year]
            if len(earlier):
                latest = earlier.iloc[-1]
                rows.append(
                    {
                        "country_code": country,
                        "year": year,
                        "intl_year": int(latest["year"]),
                        "units_per_intl": float(latest["lcu_per_international_dollar"]),
                        "local_currency": local_currency(str(country)),
                    }
                )
    columns = ["country_code", "year", "intl_year", "units_per_intl", "local_currency"]
    types = {"country_code": "str", "year": "float64", "intl_year": "Int64", "local_currency": "str"}
    return pd.DataFrame(rows, columns=columns).astype({**types, "units_per_intl": "float64"})


def local_currency(country_code: str) -> str | None:
    """The legal tender that a country uses now (ISO 4217), from CLDR; None where it has none.

    The World Bank restates the whole series of a country in its present currency, so the
    present one is right for every year.
    """
    for code, _start, end, is_tender in get_global("territory_currencies").get(country_code, ()):
        if is_tender and end is None:
            return str(code)
    return None


def lens_unit(lens: str, *, per_resident: bool = False) -> nw.Expr:
    """What the values of a lens are counted in: `USD`, `international dollars` or the currency stated."""
    unit = _UNITS.get(lens)
    shown = nw.col("currency") if unit is None else nw.lit(unit)
    if per_resident:
        shown = nw.concat_str([shown.cast(nw.String), nw.lit(" per resident")])
    return shown.alias("unit")


def totals(funding: nw.LazyFrame, keys: Sequence[str]) -> nw.LazyFrame:
    """The figures of the facts added up by keys, for every lens, so that a sum over them is a sum of few rows.

    `keys` hold `counted` and `currency`: nothing that a view tells apart is put together. Columns: the
    keys, `rows` (figures), `first_dated`, `last_dated`, and for each lens `valued_{lens}` (figures
    with a value), `{lens}_low` and `{lens}_high` (each in the two parts of `summed`).
    """
    columns, values = {"rows": nw.lit(1)}, []
    for lens, (low, high) in _COLUMNS.items():
        columns[f"{lens}_low"], columns[f"{lens}_high"] = nw.col(low), nw.coalesce(nw.col(high), nw.col(low))
        columns[f"valued_{lens}"] = nw.when(nw.col(low).is_null()).then(0).otherwise(1)
        values += [f"{lens}_low", f"{lens}_high"]
    rows = funding.select(*keys, nw.col("dated").cast(nw.String), **columns)
    return (
        in_parts(rows, values)
        .group_by([*keys])
        .agg(
            nw.col(*parts(values), "rows", *(f"valued_{lens}" for lens in _COLUMNS)).sum(),
            first_dated=nw.col("dated").min(),
            last_dated=nw.col("dated").max(),
        )
    )


def lens_value(lens: str, *, per_resident: bool = False) -> list[nw.Expr]:
    """The columns `value`, `value_high` and `unit` of a figure under a lens.

    With `per_resident`, values are divided by the city's population and are missing where that
    is not known.
    """
    low, high = _COLUMNS[lens]
    value, value_high = nw.col(low), nw.coalesce(nw.col(high), nw.col(low))
    if per_resident:
        residents = nw.col("population").cast(nw.Float64)
        value, value_high = value / residents, value_high / residents
    return [value.alias("value"), value_high.alias("value_high"), lens_unit(lens, per_resident=per_resident)]


#: Parts of a unit in which values are added first; see `summed`.
_PARTS = 1024.0


def summed(
    frame: nw.LazyFrame, keys: Sequence[str], *others: nw.Expr, values: Sequence[str], counts: Sequence[str] = ()
) -> nw.LazyFrame:
    """The sums of some columns by keys: of `values`, which are money, and of `counts`, which are whole numbers.

    `others` are further columns of the groups.

    A sum of money is the same in whatever order an engine adds, and right to its last digit. Each
    value is cut into a multiple of 1/1024, whose sums a computer holds exactly up to 8 × 10¹², and
    the small rest; the two are added apart and put together at the end. Missing values add nothing.
    """
    return added(in_parts(frame, values), keys, *others, values=values, counts=counts)


def in_parts(frame: nw.LazyFrame, values: Sequence[str]) -> nw.LazyFrame:
    """A frame with its values cut into the two parts that are added apart (`parts`)."""
    coarse = {f"{name}_coarse": (nw.col(name) * _PARTS + 0.5).floor() / _PARTS for name in values}
    fine = {f"{name}_fine": nw.col(name) - nw.col(f"{name}_coarse") for name in values}
    return frame.with_columns(**coarse).with_columns(**fine).drop(*values)


def parts(values: Sequence[str]) -> list[str]:
    """The names of the columns that hold the parts of values."""
    return [f"{name}_{part}" for name in values for part in ("coarse", "fine")]


def added(
    frame: nw.LazyFrame, keys: Sequence[str], *others: nw.Expr, values: Sequence[str], counts: Sequence[str] = ()
) -> nw.LazyFrame:
    """As `summed`, of values that are in parts already."""
    return (
        frame.group_by([*keys])
        .agg(nw.col(*parts(values), *counts).sum(), *others)
        .with_columns(**{name: nw.col(f"{name}_coarse") + nw.col(f"{name}_fine") for name in values})
        .drop(*parts(values))
    )
