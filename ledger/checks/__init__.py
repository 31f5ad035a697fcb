"""Checking rows against a descriptor: form of the file, cells, keys, and what ties rows together beyond keys.

    faults = Faults()
    check([Source("funding", schema, rows)], faults)

Rows come as batches of columns, so that a table of any size is checked within the same memory.
Every check works on whole columns: a code that stands in a million rows is looked at once.
"""

from ledger.checks.rows import Batch, Source
from ledger.checks.tables import check

__all__ = ["Batch", "Source", "check"]
