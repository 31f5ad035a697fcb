"""Limits of what is read from strangers, and the sentence where it is refused."""

from __future__ import annotations

#: Rows and columns of a table, and characters of a cell, that a reader may add.
MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 100_000, 200, 10_000
#: Bytes that a workbook or a package may hold unpacked: what a hundred thousand rows take, with room.
MOST_UNPACKED = 60_000_000


class Refused(ValueError):
    """A file that is not read; the text says what is wrong with it and what to do."""
