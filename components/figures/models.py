"""What the figures of models share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
from babel.numbers import format_decimal

from components import formats
from components.figures.sheet import muted
from components.look import Look
from ledger.language import gettext as _
from ledger.language import locale
from ledger.tables import Descriptor

#: Marks of disputes that put a fact in doubt.
IN_DOUBT = ("open", "conceded")
#: A trace of texts that stand right of their places.
TEXTS: dict[str, Any] = {
    "type": "scatter", "mode": "text", "hoverinfo": "skip", "cliponaxis": False, "textposition": "middle right",
}  # fmt: skip


def axis(look: Look, title: str, **more: Any) -> dict[str, Any]:
    """An axis with a grid and a title."""
    return {
        "title": {"text": title, "font": {"size": 12}, "standoff": 8}, "gridcolor": look.line, "zeroline": False,
        "fixedrange": True, **more,
    }  # fmt: skip


def score_axes(unit: str, span: Sequence[float], names: Sequence[str], look: Look) -> dict[str, Any]:
    """Axes of scores: values from left to right, rows with their names on the left (above, on a narrow page)."""
    title = _("Score, {unit} (the axis does not start at 0)", unit=formats.escape(unit))
    return {
        "xaxis": axis(look, title, range=list(span), nticks=5 if look.narrow else 9),
        "yaxis": {
            "tickvals": list(range(len(names))), "ticktext": [f"{name}  " for name in names],
            "showticklabels": not look.narrow, "range": [len(names) - 0.5, -0.8 if look.narrow else -0.6],
            "showgrid": False, "zeroline": False, "fixedrange": True,
        },
    }  # fmt: skip


def setting(row: Any, look: Look) -> str:
    """The setting of a test in small type, if it is known."""
    return "" if pd.isna(row.setting) else f" {muted(formats.escape(row.setting), look, 11)}"


def reporters(descriptor: Descriptor) -> dict[str, str]:
    """Who may report a score, in words within a line."""
    categories = descriptor.categories("benchmark_results", "reported_by")
    return {category.value: formats.escape(category.label.lower()) for category in categories}


def score(number: float) -> str:
    """A score as it is stated: `94.9`."""
    return format_decimal(Decimal(f"{number:.6g}"), format="0.######", locale=locale())


def written(number: float, places: int) -> str:
    """A number with so many places after the point."""
    return format_decimal(Decimal(f"{number:.{places}f}"), format=f"0.{'0' * places}", locale=locale())


def decimals(numbers: Iterable[float]) -> int:
    """How many places after the point the numbers are stated with, at most two."""
    return max((min(2, len(f"{number:.6g}".partition(".")[2])) for number in numbers), default=0)
