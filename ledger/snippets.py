"""Lines of code that fetch a view for the filters that are on, ready to be pasted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from ledger.language import N_
from ledger.selection import Selection
from ledger.views.registry import Column, View

#: Types of columns that Power Query is told; blanks of other types stay texts.
_POWER_QUERY = {"integer": "Int64.Type", "number": "type number"}


@dataclass(frozen=True)
class Snippet:
    """A program's name, the lines, and where they belong (marked for the catalogues)."""

    name: str
    code: str
    hint: str


def snippets(base: str, view: View, selection: Selection, columns: Iterable[Column]) -> tuple[Snippet, ...]:
    """The lines for each program; `base` is the public address of the dashboard.

    Programs get the file as it is, spreadsheets the one that is safe for them. No address needs quoting: what
    stands in it is encoded.
    """
    path = f"{base}/api/v1/views/{view.id}.csv"
    chosen = view.relevant(selection)
    safe = chosen.address(path)
    raw = f"{path}?{urlencode([*chosen.query(), ('safe', 'false')])}"
    return (
        Snippet("pandas", _pandas(raw), N_("Python with pandas.")),
        Snippet("R", _r(raw), N_("R as it comes, without packages.")),
        Snippet(
            "Excel",
            _excel(safe, columns),
            N_("Data, Get Data, From Other Sources, Blank Query, Advanced Editor: in the place of what stands there."),
        ),
        Snippet(
            "Google Sheets",
            f'=IMPORTDATA("{safe}")',
            N_(
                "Into an empty cell. Google fetches the file itself, so it must be able to reach this address. Where "
                'the spreadsheet writes decimals with a comma, IMPORTDATA needs two more arguments: ","; "en_US".'
            ),
        ),
    )


def _pandas(address: str) -> str:
    # pandas would take texts such as "NA" and "None" for not known.
    return f"""import pandas as pd

table = pd.read_csv(
    "{address}",
    keep_default_na=False, na_values=[""],
)"""


def _r(address: str) -> str:
    return f"""table <- read.csv(
  "{address}",
  na.strings = "", encoding = "UTF-8"
)"""


def _excel(address: str, columns: Iterable[Column]) -> str:
    """A query of Power Query: numbers become numbers whatever the decimal sign of the reader's Excel is."""
    types = [f'{{"{column.name}", {_POWER_QUERY[column.type]}}}' for column in columns if column.type in _POWER_QUERY]
    return f"""let
    Source = Csv.Document(
        Web.Contents("{address}"),
        [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]
    ),
    Rows = Table.PromoteHeaders(Source, [PromoteAllScalars = true]),
    Typed = Table.TransformColumnTypes(Rows, {{{", ".join(types)}}}, "en-US")
in
    Typed"""
