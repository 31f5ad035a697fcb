"""What figures are made of: the common ground, legends, texts, and panels of bars in the stage notation."""

from __future__ import annotations

import math
import re
import textwrap
from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd
from babel.numbers import get_decimal_symbol, get_group_symbol

from components import formats
from components.figures.registry import Drawing
from components.figures.sums import PER_RESIDENT, payer_name
from components.look import CLEAR, FONT, HOLLOW, Look, stage_markers, stage_outlines
from ledger.language import N_, locale
from ledger.language import gettext as _

_RULES = {"USD": N_("annual mean rate"), "international dollars": N_("purchasing power parity")}
_OWN_CURRENCY = N_("as stated")
_TAG = re.compile("<[^>]*>")
_SPACE = re.compile(" (?![^<]*>)")  # a blank outside a tag
#: An entry of a legend after which a new line begins.
NEW_LINE = ("", "", "")


def chart(look: Look, traces: Sequence[Mapping[str, Any]], **layout: Any) -> dict[str, Any]:
    """A figure on a clear ground, in the look of the page; `layout` comes on top."""
    base = {
        "template": {},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": look.size, "color": look.ink},
        "margin": {"l": 4, "r": 4, "t": 8, "b": 8},
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": look.panel, "bordercolor": look.line, "font": {"color": look.ink}, "align": "left"},
        "showlegend": False,
        "barmode": "overlay",
        "dragmode": False,
        # For the numbers that Plotly writes itself.
        "separators": get_decimal_symbol(locale()) + get_group_symbol(locale()),
    }
    return {"data": list(traces), "layout": base | layout}


def nothing(look: Look, alt: str = "", note: str = "") -> Drawing:
    """An empty figure, with what is to be said in place of one."""
    hidden = {"visible": False}
    return Drawing(chart(look, [], height=120, xaxis=hidden, yaxis=hidden), alt or _("No rows."), note)


def records(table: pd.DataFrame, *columns: str) -> list[Any]:
    """Rows of a table as named tuples: the position, then some columns. Much faster than pandas row by row."""
    row = _row_type(columns)
    return [row(*cells) for cells in zip(range(len(table)), *(table[name].tolist() for name in columns), strict=True)]


@cache
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", ("position", *columns))


def text_width(text: str, size: float) -> float:
    """About how many pixels a text takes, without its tags, also in a font that is wider than the page's."""
    return 0.56 * size * len(_TAG.sub("", text))


def legend_above(entries: Sequence[tuple[str, str, str]], look: Look, left: int) -> tuple[dict[str, Any], int]:
    """A line or more above the plot that explains symbols: an annotation, and the height that it takes.

    Entries are a symbol, its colour and a text (escaped already); the colour may be followed by more of a style
    (`#0072B2;stroke:#111110`). Plotly's own legend is as narrow as the plot, this one as wide as the figure;
    `left` is the left margin.
    """
    lines, used, most = [""], 0.0, 322 if look.narrow else 880
    for symbol, colour, text in entries:
        if (symbol, colour, text) == NEW_LINE:
            lines, used = [*lines, ""], 0.0
            continue
        mark = f'<span style="color:{colour};font-size:15px">{symbol}</span>\u00a0' if symbol else ""
        # What is longer than a line is broken, which no text with a tag is.
        for part in [text] if "<" in text else textwrap.wrap(text, int(most / text_width(".", 12)) - 4):
            width = text_width(part, 12) + 26
            if used and used + width > most:
                lines, used = [*lines, ""], 0.0
            lines[-1] += f"{mark}{_SPACE.sub(chr(160), part)}\u2003"
            used, mark = used + width, ""
    annotation = {
        "text": "<br>".join(lines), "xref": "paper", "x": 0, "xanchor": "left", "xshift": -left,
        "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 6, "showarrow": False, "align": "left",
        "font": {"size": 12, "color": look.ink},
    }  # fmt: skip
    return annotation, 19 * len(lines) + 12


def muted(text: str, look: Look, size: int = 12) -> str:
    """A text of second rank within another."""
    return f'<span style="color:{look.muted};font-size:{size}px">{text}</span>'


def small_title(text: str, look: Look) -> dict[str, Any]:
    """The title of an axis below a panel."""
    return {"text": text, "standoff": 6, "font": {"size": 11, "color": look.muted}}


def axis_title(unit: str, look: Look, scale: str = "", of: str = "") -> str:
    """Unit, what is shown in it (counted figures), rule and scale (one for each panel) of an axis."""
    rule = _RULES.get(unit.removesuffix(PER_RESIDENT), _OWN_CURRENCY)
    parts = [formats.escape(formats.unit_title(unit)), of or _("counted figures"), _(rule)]
    scale = scale or _("linear, each payer has its own scale")
    text = ", ".join(parts)
    return "<br>".join([*textwrap.wrap(text, 46), f"({scale})"]) if look.narrow else f"{text} ({scale})"


def has_whisker(value: float, high: float) -> bool:
    """Whether a bar of a range has a line from its low to its high end."""
    return high > value * 1.0001


def beside(text: str, value: float, high: float) -> str:
    """A label right of a bar, clear of the cap of its whisker, which would read as a digit: `|8 bn` as `18 bn`."""
    return f"\u2002 {text}" if has_whisker(value, high) else f" {text}"


def round_below(number: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above a number."""
    if number <= 0:
        return 1
    step = 10.0 ** math.floor(math.log10(number))
    return max(factor * step for factor in (1, 2, 5) if factor * step <= number)


def short_ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    """About five round numbers between two ends."""
    if logarithmic:
        powers = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
        apart = max(1, math.ceil(len(powers) / 6))
        return [10.0**power for power in powers if power % apart == 0]
    step = round_below((high - low) / 3)
    return [step * place for place in range(math.ceil(low / step), math.floor(high / step) + 1)]


def swatch(payer: str, look: Look) -> str:
    """The name of a payer behind a square in its colour."""
    return f'<span style="color:{look.payer(payer)}">■</span> <b>{payer_name(payer)}</b>'


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar: it begins at `base` on the scale and stands at `across` on the other axis.

    `high` is how far the whisker reaches beyond `base`. A segment has no edge of its own: the
    whole bar has one, so that many small segments do not look like solid ink.
    """

    base: float
    length: float
    high: float
    across: float
    stage: str
    hover: str = ""
    position: int = -1
    segment: bool = False


@dataclass
class Sheet:
    """Panels one below the other in one figure. Heights are in pixels, widths are shares."""

    look: Look
    height: float = 0
    traces: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    _panels: list[tuple[float, float, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    _wholes: list[tuple[float, float, dict[str, Any]]] = field(default_factory=list)
    _labels: float = 0

    def text(self, text: str, left: float = 0, pixels: float = 26) -> None:
        """A line of text at the present height; takes `pixels` of it."""
        place = {"x": left, "xref": "paper", "xanchor": "left", "y": self.height, "yanchor": "top"}
        self.annotations.append({**place, "text": text, "showarrow": False, "align": "left"})
        self.height += pixels

    def panel(self, top: float, height: float, xaxis: dict[str, Any], yaxis: dict[str, Any]) -> tuple[str, str]:
        """Axes for a panel that begins at `top`; gives the names of its axes for traces."""
        number = len(self._panels) + 1
        names = (f"x{number}", f"y{number}") if number > 1 else ("x", "y")
        common = {"zeroline": False, "fixedrange": True, "showline": False, "showgrid": False}
        small = {"size": self.look.size - 2, "color": self.look.muted}
        x = {**common, "anchor": names[1], "tickfont": small, **xaxis}
        y = {**common, "anchor": names[0], "automargin": "left", "tickfont": {"size": self.look.size}, **yaxis}
        self._panels.append((top, height, x, y))
        if x.get("domain", [0])[0] == 0 and y.get("showticklabels", True):
            size = y["tickfont"]["size"]
            self._labels = max([self._labels, *(text_width(label.strip(), size) + 8 for label in y["ticktext"])])
        return names

    def whole(self, trace: dict[str, Any], height: float) -> None:
        """A trace that has no axes, at the present height."""
        self.traces.append(trace)
        self._wholes.append((self.height, height, trace))
        self.height += height

    def scale(self, longest: float, starts: Sequence[float] = (0,), title: str = "") -> dict[str, Any]:
        """An axis of values: a line at each of its zeros, and one round number with its tick."""
        look, tick = self.look, round_below(longest)
        line = {"gridcolor": look.line, "gridwidth": 1}
        return {
            "tickvals": [start + ahead for start in starts for ahead in (0, tick)],
            "ticktext": ["0", formats.short(tick)] * len(starts),
            "ticks": "outside",
            "ticklen": 4,
            "tickcolor": look.line,
            "minor": {"tickvals": list(starts), "showgrid": True, **line},
            "title": small_title(title, look),
        }

    def bars(
        self,
        marks: Sequence[Mark],
        axes: tuple[str, str],
        colour: str,
        thick: float,
        *,
        upright: bool = False,
        framed: Sequence[Mark] = (),
    ) -> None:
        """Bars in the stage notation, with whiskers to the high ends.

        `framed` are whole bars that `marks` are the segments of; they get an edge and nothing else.
        """
        along, across = ("y", "x") if upright else ("x", "y")
        common = {"xaxis": axes[0], "yaxis": axes[1], "showlegend": False}
        marker = stage_markers([mark.stage for mark in marks], colour)
        marker["line"]["width"] = [
            0 if mark.segment else width for mark, width in zip(marks, marker["line"]["width"], strict=True)
        ]
        self.traces.append(
            {
                **common,
                "type": "bar",
                "orientation": "v" if upright else "h",
                along: [mark.length for mark in marks],
                across: [mark.across for mark in marks],
                "base": [mark.base for mark in marks],
                "width": thick,
                "marker": marker,
                "customdata": [[mark.position] for mark in marks],
                "hovertext": [mark.hover for mark in marks],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "textposition": "none",
                "unselected": {"marker": {"opacity": 1}},
            }
        )
        edges = [mark for mark in marks if not mark.segment and mark.stage in HOLLOW] + list(framed)
        boxes = (_box(mark, thick, upright) for mark in edges)
        self.traces += stage_outlines(boxes, colour, xaxis=axes[0], yaxis=axes[1])
        whiskers: dict[str, list[float | None]] = {along: [], across: []}
        for mark in (*marks, *framed):
            if has_whisker(mark.length, mark.high):
                whiskers[along] += [mark.base + mark.length, mark.base + mark.high, None]
                whiskers[across] += [mark.across, mark.across, None]
        if whiskers[along]:
            cap = {"symbol": "line-ew-open" if upright else "line-ns-open", "size": 4, "color": self.look.muted}
            line = {"color": self.look.muted, "width": 1}
            style = {"type": "scatter", "mode": "lines+markers", "marker": cap, "line": line, "hoverinfo": "skip"}
            self.traces.append({**common, **whiskers, **style})

    def labels(
        self,
        points: Sequence[tuple[float, float, str]],
        axes: tuple[str, str],
        *,
        side: str = "middle right",
        marks: Sequence[Mark] | None = None,
        colours: Sequence[str] = (),
        size: int = 0,
    ) -> None:
        """Texts at x, y. With `marks`, one for each text, they can be pointed at and clicked as the bars can."""
        if not points:
            return
        x, y, text = zip(*points, strict=True)
        font = {"size": size or self.look.size - 1, "color": list(colours) or self.look.ink}
        trace: dict[str, Any] = {
            "type": "scatter", "mode": "text", "x": list(x), "y": list(y), "text": list(text), "textposition": side,
            "textfont": font, "xaxis": axes[0], "yaxis": axes[1], "showlegend": False, "cliponaxis": False,
            # A click fades nothing: what is chosen is listed under the figure.
            "unselected": {"textfont": {"color": self.look.ink}},
            "selected": {"textfont": {"color": self.look.accent}},
        }  # fmt: skip
        if marks is None:
            trace["hoverinfo"] = "skip"
        else:
            trace["customdata"] = [[mark.position] for mark in marks]
            trace["hovertext"] = [mark.hover for mark in marks]
            trace["hovertemplate"] = "%{hovertext}<extra></extra>"
        self.traces.append(trace)

    def figure(self, **layout: Any) -> dict[str, Any]:
        """The figure of all panels."""
        full = max(self.height, 1)
        axes: dict[str, Any] = {}
        for number, (top, height, x, y) in enumerate(self._panels, start=1):
            y["domain"] = _shares(top, height, full)
            end = str(number) if number > 1 else ""
            axes |= {f"xaxis{end}": x, f"yaxis{end}": y}
        for top, height, trace in self._wholes:
            trace["domain"] = {"x": [0, 1], "y": _shares(top, height, full)}
        for annotation in self.annotations:
            annotation |= {"y": 1 - annotation["y"] / full, "yref": "paper"}
        # Plotly makes room for labels as it measures them; a picture may be drawn in a font that comes later.
        left = 4 if self.look.narrow else 4 + math.ceil(self._labels)
        layout |= {"height": full + 16, "annotations": self.annotations, "margin": {"l": left, "r": 4, "t": 8, "b": 8}}
        return chart(self.look, self.traces, **axes, **layout)


def _box(mark: Mark, thick: float, upright: bool) -> tuple[str, float, float, float, float]:
    """The edges of a bar as `stage_outlines` wants them."""
    ends = (mark.base, mark.base + mark.length)
    sides = (mark.across - thick / 2, mark.across + thick / 2)
    return (mark.stage, *(sides + ends if upright else ends + sides))


def _shares(top: float, height: float, full: float) -> list[float]:
    """Pixels from the top as the shares from below that Plotly wants."""
    return [max(0.0, 1 - (top + height) / full), min(1.0, 1 - top / full)]
