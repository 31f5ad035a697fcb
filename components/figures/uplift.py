"""The figure of uplift: how far above its base a model scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components import formats
from components.figures.doubt import explained
from components.figures.models import IN_DOUBT, TEXTS, decimals, score_axes, setting
from components.figures.registry import Drawing, figure
from components.figures.sheet import chart, legend_above, nothing, records, text_width
from components.look import Look
from ledger.tables import Descriptor


@figure("model-uplift")
def model_uplift(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Dumbbells from the base's score to the model's, the largest gain on top."""
    if table.empty:
        return nothing(look)
    rows = records(table, *_UPLIFT_COLUMNS)
    counts = Counter(row.model_id for row in rows)
    mine = [row for row in rows if row.model_id == counts.most_common(1)[0][0]]
    unit = Counter(row.score_unit for row in mine).most_common(1)[0][0]
    pairs = [row for row in mine if row.score_unit == unit]
    # The same two scores, once from one source and once from two, are one dumbbell.
    once: dict[tuple[Any, ...], Any] = {}
    for row in sorted(pairs, key=lambda row: (-row.uplift, not row.same_source)):
        once.setdefault((row.benchmark, str(row.setting), row.score, row.base_score), row)
    shown = list(once.values())[:20]
    first, worst = shown[0], shown[-1]
    notes = []
    if (others := len(table) - len(mine)) > 0:
        models = len(counts) - 1
        notes.append(
            f"Drawn is {first.model}, the model with most pairs; {formats.count(others, 'pair')} of "
            f"{formats.count(models, 'other model')} in the table. Choose a model in the filter."
        )
    if (same := len(pairs) - len(once)) > 0:
        notes.append(f"{formats.count(same, 'pair')} with the same two scores from another source drawn once.")
    if (left := len(once) - len(shown) + len(mine) - len(pairs)) > 0:
        notes.append(f"{formats.count(left, 'further pair')} in the table alone.")
    doubt = f" (disputed: {first.disputed})" if first.disputed in IN_DOUBT else ""
    alt = (
        f"{first.model}{doubt} against its base {first.base}, {formats.count(len(shown), 'pair')}. "
        f"Largest uplift: {first.benchmark} {_signed(first.uplift)}; "
        f"smallest: {worst.benchmark} {_signed(worst.uplift)}."
    )
    drawing = Drawing(_uplift_sheet(shown, str(unit), look), alt, " ".join(notes))
    return explained(drawing, first.disputed in IN_DOUBT)


def _signed(number: float, places: int = 1) -> str:
    """A difference with its sign: `+18.3`, `−0.6`."""
    return f"{number:+.{places}f}".replace("-", "−")


_UPLIFT_COLUMNS = (
    "benchmark", "setting", "model_id", "model", "base", "score", "base_score", "uplift", "score_unit", "reported_by",
    "base_reported_by", "same_source", "disputed",
)  # fmt: skip


def _uplift_sheet(rows: Sequence[Any], unit: str, look: Look) -> go.Figure:
    first = rows[0]
    names = [formats.escape(row.benchmark) + setting(row, look) for row in rows]
    digits = decimals([row.uplift for row in rows])
    left = 14 if look.narrow else int(max(text_width(name, 13) for name in names)) + 18
    doubt = ""
    if first.disputed in IN_DOUBT:
        doubt = f' <span style="color:{look.doubt}">⚑ disputed: {first.disputed}</span>'
    entries = [
        ("●", look.muted, f"{formats.escape(first.base)} (base)"),
        ("●", look.accent, f"<b>{formats.escape(first.model)}</b>{doubt}"),
    ]
    if not all(row.same_source for row in rows):
        entries.append(("○", look.ink, "Hollow: the two scores come from different sources"))
    legend, above = legend_above(entries, look, left)
    places = list(range(len(rows)))
    low = min(min(row.score, row.base_score) for row in rows)
    high = max(max(row.score, row.base_score) for row in rows)
    pad = max((high - low) * 0.05, 0.5)
    room = (high - low) * (0.2 if look.narrow else 0.08)
    span = [low - pad, high + pad + room]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"color": look.accent, "width": 3},
            "x": [x for row in rows for x in (row.base_score, row.score, None)],
            "y": [y for place in places for y in (place, place, None)],
        },
        _ends(rows, "base_score", look.muted, look),
        _ends(rows, "score", look.accent, look),
        {
            **TEXTS, "y": places, "x": [max(row.score, row.base_score) for row in rows],
            "text": [f"   <b>{_signed(row.uplift, digits)}</b>" for row in rows], "textfont": {"color": look.ink},
        },
    ]  # fmt: skip
    if look.narrow:
        heads = {"x": [span[0]] * len(rows), "y": [place - 0.45 for place in places], "text": names}
        traces.append({**TEXTS, **heads, "textfont": {"color": look.ink}})
    axes = score_axes(unit, span, names, look)
    axes["yaxis"] |= {"gridcolor": look.line, "showgrid": not look.narrow}
    layout = {
        "margin": {"l": left, "r": 14, "t": above, "b": 44}, "annotations": [legend],
        **axes,
    }  # fmt: skip
    return chart(look, traces, height=above + 44 + (40 if look.narrow else 25) * len(rows) + 8, **layout)


def _ends(rows: Sequence[Any], column: str, colour: str, look: Look) -> dict[str, Any]:
    """One end of every dumbbell: filled where one source reports both scores, else hollow."""
    return {
        "type": "scatter", "mode": "markers", "x": [getattr(row, column) for row in rows], "y": list(range(len(rows))),
        "cliponaxis": False, "hovertemplate": "%{customdata[1]}<extra></extra>",
        "customdata": [[row.position, _uplift_hover(row)] for row in rows],
        "marker": {
            "size": 12, "opacity": 1, "color": [colour if row.same_source else look.paper for row in rows],
            "line": {"color": colour, "width": 2},
        },
    }  # fmt: skip


def _uplift_hover(row: Any) -> str:
    lines = [
        f"<b>{formats.escape(row.benchmark)}</b>",
        f"{formats.escape(row.model)}: {row.score:g} (reported by: {row.reported_by})",
        f"{formats.escape(row.base)}: {row.base_score:g} (reported by: {row.base_reported_by})",
        f"Uplift {_signed(row.uplift)} · " + ("one source" if row.same_source else "two sources"),
    ]
    return "<br>".join([*lines, f"⚑ Disputed: {row.disputed}"] if row.disputed != "none" else lines)
