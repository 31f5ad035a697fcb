"""The figure of a weight check: one measure by layer and component, with the line of the verdict's t."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components import formats
from components.figures.models import written
from components.figures.registry import Drawing
from components.figures.sheet import chart, legend_above, nothing, small_title
from components.look import Look
from ledger.language import N_, ngettext
from ledger.language import gettext as _

#: Symbols and colours (Okabe-Ito) of components, one after the other: nothing is told by colour alone.
_MARKS = (
    ("circle", "●", "#0072B2"), ("square", "■", "#D55E00"), ("triangle-up", "▲", "#009E73"),
    ("diamond", "◆", "#CC79A7"), ("triangle-down", "▼", "#E69F00"), ("circle-open", "○", "#56B4E9"),
    ("square-open", "□", "#D55E00"), ("triangle-up-open", "△", "#009E73"), ("diamond-open", "◇", "#CC79A7"),
    ("triangle-down-open", "▽", "#E69F00"),
)  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """A figure of the report as a chart shows it; the words are marked for the catalogues."""

    name: str
    title: str
    axis: str


MEASURES = (
    Measure("alpha_clear", N_("Place between A and B"), N_("alpha by clear numbers (0 is A, 1 is B)")),
    Measure("exact_once", N_("Exact share, one rounding"), N_("share of numbers met exactly, one rounding")),
    Measure(
        "exact_step",
        N_("Exact share, every step rounded"),
        N_("share of numbers met exactly, every step rounded"),
    ),
    Measure("cosine", N_("Direction"), N_("cosine between C − A and B − A")),
)


def weights(cells: Sequence[dict[str, Any]], measure: Measure, t: float | None, look: Look) -> Drawing:
    """A mark for each component in each layer; what stands in no layer has a column of its own at the right."""
    shown = [cell for cell in cells if cell[measure.name] is not None]
    if not shown:
        return nothing(look, _("No layer or component has this figure."))
    components = sorted({cell["component"] for cell in shown})
    layers = sorted({cell["layer"] for cell in shown if cell["layer"] is not None})
    aside = (layers[-1] if layers else 0) + 2
    marks = {name: _MARKS[place % len(_MARKS)] for place, name in enumerate(components)}
    line = t if measure.name == "alpha_clear" else None
    entries = [(marks[name][1], marks[name][2], formats.escape(name)) for name in components]
    if line is not None:
        entries.append(("╌", look.doubt, _("t of the verdict, {number}", number=written(line, 3))))
    left = 44
    legend, above = legend_above(entries, look, left)
    values = [cell[measure.name] for cell in shown]
    low, high = min(0.0, *values), max(1.0, *values)
    step = max(1, -(-len(layers) // (6 if look.narrow else 16)))
    ticks = [(number, str(number)) for number in layers[::step]]
    if any(cell["layer"] is None for cell in shown):
        ticks.append((aside, _("none")))
    layout = {
        "margin": {"l": left, "r": 14, "t": above, "b": 46},
        "annotations": [legend],
        "xaxis": {
            "tickvals": [at for at, word in ticks], "ticktext": [word for at, word in ticks], "showgrid": False,
            "zeroline": False, "title": small_title(_("layer"), look), "range": [-1, aside + 1], "fixedrange": True,
        },
        "yaxis": {
            "gridcolor": look.line, "zeroline": False, "range": [low - 0.06, high + 0.06], "fixedrange": True,
            "title": small_title(_(measure.axis), look),
        },
    }  # fmt: skip
    # Side by side within their layer, so that equal values do not hide each other.
    apart = min(0.12, 0.7 / len(components))
    shift = {name: (place - (len(components) - 1) / 2) * apart for place, name in enumerate(components)}
    traces = [_trace([cell for cell in shown if cell["component"] == name], measure, marks[name], aside, shift[name])
              for name in components]  # fmt: skip
    if line is not None:
        layout["shapes"] = [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": line, "y1": line,
             "line": {"color": look.doubt, "width": 2, "dash": "dash"}}
        ]  # fmt: skip
    return Drawing(chart(look, traces, height=above + 46 + 250, **layout), _told(shown, measure, line))


def _trace(
    cells: Sequence[dict[str, Any]], measure: Measure, mark: tuple[str, str, str], aside: int, shift: float
) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "cliponaxis": False,
        "x": [(aside if cell["layer"] is None else cell["layer"]) + shift for cell in cells],
        "y": [cell[measure.name] for cell in cells],
        "marker": {"symbol": mark[0], "color": mark[2], "size": 9, "line": {"width": 1.5, "color": mark[2]}},
        "customdata": [
            f"{formats.escape(cell['component'])}, {_layer(cell)}: {written(cell[measure.name], 3)}, "
            + ngettext("{n} clear number", "{n} clear numbers", cell["clear"])
            for cell in cells
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip


def _told(cells: Sequence[dict[str, Any]], measure: Measure, line: float | None) -> str:
    least, most = (pick(cells, key=lambda cell: cell[measure.name]) for pick in (min, max))

    def where(cell: dict[str, Any]) -> str:
        return f"{written(cell[measure.name], 3)} ({cell['component']}, {_layer(cell)})"

    text = ngettext(
        "{measure} by layer and component, {n} mark: from {least} to {most}.",
        "{measure} by layer and component, {n} marks: from {least} to {most}.",
        len(cells),
        measure=_(measure.title),
        least=where(least),
        most=where(most),
    )
    if line is None:
        return text
    verdict = _("The verdict's t is {number}.", number=written(line, 3))
    return f"{text} {verdict}"


def _layer(cell: dict[str, Any]) -> str:
    return _("no layer") if cell["layer"] is None else _("layer {number}", number=cell["layer"])
