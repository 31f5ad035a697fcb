"""The views. Importing this package registers all of them, in the order of the pages."""

# ruff: noqa: F401, I001
from ledger.views import spending
from ledger.views import ladders
from ledger.views import double_counts
from ledger.views import sovereignty
from ledger.views import models
from ledger.views import initiatives
from ledger.views import cities
from ledger.views import evidence
from ledger.tables import TooManyRows
from ledger.views.registry import VIEWS, Column, View
from ledger.views.rows import batches, distinct, number_where, part, rows_behind, size, sources, table

__all__ = [
    "VIEWS",
    "Column",
    "TooManyRows",
    "View",
    "batches",
    "distinct",
    "number_where",
    "part",
    "rows_behind",
    "size",
    "sources",
    "table",
]
