"""The figures, one a view. Importing this package registers all of them."""

from components.figures import (  # noqa: F401
    conflicts,
    double_counts,
    evidence,
    flows,
    initiatives,
    ladders,
    lineage,
    places,
    releases,
    scores,
    sovereignty,
    spending,
    uplift,
)
from components.figures.registry import FIGURES, figure

__all__ = ["FIGURES", "figure"]
