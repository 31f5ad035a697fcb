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
from ledger.views.registry import VIEWS, Column, View, rows_behind, table

__all__ = ["VIEWS", "Column", "View", "rows_behind", "table"]
