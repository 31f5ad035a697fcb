"""Colours and the stage notation. More ink means more real; nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.brand import OWN_ACCENT, Accent, brand_of, distance
from ledger.descriptor import Descriptor

#: The font of every figure: that of the page.
FONT = "Source Sans, sans-serif"
CLEAR = "rgba(0,0,0,0)"


_OTHER_PAYERS = {"mixed": "#009E73", "private": "#D55E00", "unknown": "#8A8A8A"}
#: The least distance of two colours that shall not be taken for each other.
_APART = 0.2


@dataclass(frozen=True)
class Look:
    """How a figure is to be drawn: for the light or the dark theme, for a wide or a narrow page."""

    dark: bool = False
    narrow: bool = False
    accents: Accent = OWN_ACCENT

    @property
    def size(self) -> int:
        """The size of text in pixels."""
        return 12 if self.narrow else 13

    @property
    def accent(self) -> str:
        """The one accent colour of the theme."""
        return self.accents.dark if self.dark else self.accents.light

    @property
    def ink(self) -> str:
        """Text."""
        return "#ECEAE4" if self.dark else "#111110"

    @property
    def paper(self) -> str:
        """The ground."""
        return "#14161A" if self.dark else "#FCFBF8"

    @property
    def panel(self) -> str:
        """A ground a shade off the paper: land on a map, empty cells."""
        return "#1C1F25" if self.dark else "#F3F1EB"

    @property
    def line(self) -> str:
        """Rules and axes."""
        return "#333842" if self.dark else "#DDD9CF"

    @property
    def muted(self) -> str:
        """Text of second rank, still 4.5 : 1 on the ground."""
        return "#A9ADB5" if self.dark else "#5F5C55"

    @property
    def doubt(self) -> str:
        """A mark of dispute, readable on the ground."""
        return "#FFA25C" if self.dark else "#A63F00"

    def payer(self, payer: str) -> str:
        """The colour of a payer (Okabe-Ito, but for the accent that public money has where it is apart from these)."""
        return self._public if payer == "public" else _OTHER_PAYERS[payer]

    @property
    def _public(self) -> str:
        if min(distance(self.accent, other) for other in _OTHER_PAYERS.values()) >= _APART:
            return self.accent
        return OWN_ACCENT.dark if self.dark else OWN_ACCENT.light

    def tinted(self, colour: str, strength: float) -> str:
        """A colour `#RRGGBB` let through to the ground: 0 is clear, 1 is full ink."""
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return f"rgba({red},{green},{blue},{strength})"


def look_of(descriptor: Descriptor, *, dark: bool = False, narrow: bool = False) -> Look:
    """How figures of a package are drawn: in its own accent."""
    return Look(dark, narrow, brand_of(descriptor).accent)


#: Okabe-Ito, as given, for kinds.
KIND_COLOURS = {
    "infrastructure": "#D55E00",
    "model": "#CC79A7",
    "service": "#0072B2",
    "strategy": "#56B4E9",
    "programme": "#009E73",
    "skills": "#E69F00",
    "governance": "#F0E442",
    "research": "#999999",
}

#: How much ink a spot has that cannot be hatched (a place on a map), by stage: in equal steps, to tell them apart.
STAGE_INK = {
    "estimated": 0.0,
    "announced": 0.2,
    "committed": 0.4,
    "budgeted": 0.6,
    "contracted": 0.8,
    "spent": 1.0,
}

_HATCH: dict[str, dict[str, Any]] = {
    "contracted": {"shape": "/", "solidity": 0.5, "size": 5},
    "budgeted": {"shape": "/", "solidity": 0.18, "size": 8},
}
_NO_HATCH: dict[str, Any] = {"shape": "", "solidity": 0.3, "size": 8}
_DASH = {"announced": "6px,3px", "estimated": "1.5px,2.5px"}
_EDGE = 1.5

#: Stages whose bars have no ink inside and an edge that `stage_outlines` draws.
HOLLOW = tuple(_DASH)


def stage_marker(stage: str, colour: str) -> dict[str, Any]:
    """The marker of a bar in the stage notation.

    Spent is solid, contracted densely and budgeted lightly hatched, committed a solid outline.
    Announced and estimated are hollow: `stage_outlines` draws their dashed or dotted edge, which
    a bar cannot have itself.
    """
    return {
        # In the fill mode `replace`, this is the colour of the hatch and not of what is below it.
        "color": colour if stage == "spent" or stage in _HATCH else CLEAR,
        "line": {"color": colour, "width": 0 if stage in HOLLOW else _EDGE},
        "pattern": {**_HATCH.get(stage, _NO_HATCH), "fillmode": "replace"},
    }


def stage_markers(stages: Sequence[str], colour: str) -> dict[str, Any]:
    """The marker of a trace whose bars stand at different stages: lists in place of single values."""
    markers = [stage_marker(stage, colour) for stage in stages]
    return {
        "color": [marker["color"] for marker in markers],
        "line": {"color": colour, "width": [marker["line"]["width"] for marker in markers]},
        "pattern": {
            "fillmode": "replace",
            **{name: [marker["pattern"][name] for marker in markers] for name in _NO_HATCH},
        },
    }


def stage_outlines(
    boxes: Iterable[tuple[str, float, float, float, float]], colour: str, *, xaxis: str, yaxis: str
) -> list[dict[str, Any]]:
    """Traces with the edges of bars: dotted for estimated, dashed for announced, else solid.

    A box is its stage and its edges x0, x1, y0, y1. One trace holds all edges of one kind, which
    is much quicker to draw than a shape for each.
    """
    paths: dict[str, tuple[list[float | None], list[float | None]]] = {}
    for stage, x0, x1, y0, y1 in boxes:
        xs, ys = paths.setdefault(_DASH.get(stage, "solid"), ([], []))
        xs += [x0, x1, x1, x0, x0, None]
        ys += [y0, y0, y1, y1, y0, None]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": xs,
            "y": ys,
            "xaxis": xaxis,
            "yaxis": yaxis,
            "line": {"color": colour, "width": _EDGE, "dash": dash},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for dash, (xs, ys) in paths.items()
    ]
