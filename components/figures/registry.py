"""The register of figures: a view's table in, a figure for Plotly out.

Nothing is computed here that is not in the table; figures only choose what to draw and how.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components.look import Look
from ledger.tables import Descriptor


@dataclass(frozen=True)
class Drawing:
    """A figure with what stands beside it.

    `figure` is made of plain dicts and lists, as Plotly's script takes it: `data` and `layout`.
    `alt` says in a sentence or two what the figure shows, for those who do not see it. `note`
    says what the figure leaves to the table, and is empty where it draws everything. Each point
    that stands for a row of the view carries the row's position in the table as `customdata[0]`.
    """

    figure: dict[str, Any]
    alt: str
    note: str = ""


Draw = Callable[[pd.DataFrame, Descriptor, Look], Drawing]

#: Every figure by the id of its view.
FIGURES: dict[str, Draw] = {}


def figure(view_id: str) -> Callable[[Draw], Draw]:
    """Register a function as the figure of a view."""

    def register(draw: Draw) -> Draw:
        FIGURES[view_id] = draw
        return draw

    return register
