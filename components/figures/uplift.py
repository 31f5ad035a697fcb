"""The figure of uplift: how far above its base a model scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.models import IN_DOUBT, TEXTS, decimals, reporters, score, score_axes, setting, written
from components.figures.registry import Drawing, figure
from components.figures.sheet import chart, legend_above, nothing, records, text_width
from components.look import Look
from ledger.language import N_, ngettext
from ledger.language import gettext as _
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
    first = shown[0]
    notes = []
    if (others := len(table) - len(mine)) > 0:
        pairs_of_others = ngettext("{n} pair", "{n} pairs", others)
        notes.append(
            ngettext(
                "Drawn is {model}, the model with most pairs; {pairs} of {n} other model in the table. "
                "Choose a model in the filter.",
                "Drawn is {model}, the model with most pairs; {pairs} of {n} other models in the table. "
                "Choose a model in the filter.",
                len(counts) - 1,
                model=first.model,
                pairs=pairs_of_others,
            )
        )
    if (same := len(pairs) - len(once)) > 0:
        notes.append(
            ngettext(
                "{n} pair with the same two scores from another source drawn once.",
                "{n} pairs with the same two scores from another source drawn once.",
                same,
            )
        )
    if (left := len(once) - len(shown) + len(mine) - len(pairs)) > 0:
        notes.append(ngettext("{n} further pair in the table alone.", "{n} further pairs in the table alone.", left))
    drawing = Drawing(_uplift_sheet(shown, str(unit), descriptor, look), _alt(shown), " ".join(notes))
    return doubt.explained(drawing, first.disputed in IN_DOUBT)


def _alt(shown: Sequence[Any]) -> str:
    """The model and its base, the largest and the smallest uplift, and how often the base is the better one."""
    first, worst = shown[0], shown[-1]
    model = first.model
    if first.disputed in IN_DOUBT:
        model = _("{model} (disputed: {state})", model=model, state=doubt.state_words(first.disputed))
    sentences = [
        ngettext(
            "{model} against its base {base}, {n} pair.",
            "{model} against its base {base}, {n} pairs.",
            len(shown),
            model=model,
            base=first.base,
        ),
        _(
            "Largest uplift: {benchmark} {uplift}; smallest: {other} {least}.",
            benchmark=first.benchmark,
            uplift=_signed(first.uplift),
            other=worst.benchmark,
            least=_signed(worst.uplift),
        ),
    ]
    if below := sum(row.uplift < 0 for row in shown):
        sentences.append(
            ngettext("In {n} of them the base scores higher.", "In {n} of them the base scores higher.", below)
        )
    return " ".join(sentences)


def _signed(number: float, places: int = 1) -> str:
    """A difference with its sign: `+18.3`, `−0.6`."""
    return ("−" if f"{number:.{places}f}".startswith("-") else "+") + written(abs(number), places)


_UPLIFT_COLUMNS = (
    "benchmark", "setting", "model_id", "model", "base", "score", "base_score", "uplift", "score_unit", "reported_by",
    "base_reported_by", "same_source", "disputed",
)  # fmt: skip


def _uplift_sheet(rows: Sequence[Any], unit: str, descriptor: Descriptor, look: Look) -> dict[str, Any]:
    first = rows[0]
    names = [formats.escape(row.benchmark) + setting(row, look) for row in rows]
    digits = decimals([row.uplift for row in rows])
    left = 14 if look.narrow else int(max(text_width(name, 13) for name in names)) + 18
    mark = f" {doubt.marked(first.disputed, look)}" if first.disputed in IN_DOUBT else ""
    entries = [
        ("●", look.muted, _("{model} (base)", model=formats.escape(first.base))),
        ("●", look.accent, f"<b>{formats.escape(first.model)}</b>{mark}"),
    ]
    if not all(row.same_source for row in rows):
        entries.append(("○", look.ink, _("Hollow: the two scores come from different sources")))
    legend, above = legend_above(entries, look, left)
    places = list(range(len(rows)))
    low = min(min(row.score, row.base_score) for row in rows)
    high = max(max(row.score, row.base_score) for row in rows)
    pad = max((high - low) * 0.05, 0.5)
    room = (high - low) * (0.2 if look.narrow else 0.08)
    span = [low - pad, high + pad + room]
    who = reporters(descriptor)
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"color": look.accent, "width": 3},
            "x": [x for row in rows for x in (row.base_score, row.score, None)],
            "y": [y for place in places for y in (place, place, None)],
        },
        _ends(rows, "base_score", look.muted, who, look),
        _ends(rows, "score", look.accent, who, look),
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


def _ends(rows: Sequence[Any], column: str, colour: str, who: Mapping[str, str], look: Look) -> dict[str, Any]:
    """One end of every dumbbell: filled where one source reports both scores, else hollow."""
    return {
        "type": "scatter", "mode": "markers", "x": [getattr(row, column) for row in rows], "y": list(range(len(rows))),
        "cliponaxis": False, "hovertemplate": "%{customdata[1]}<extra></extra>",
        "customdata": [[row.position, _uplift_hover(row, who)] for row in rows],
        "marker": {
            "size": 12, "opacity": 1, "color": [colour if row.same_source else look.paper for row in rows],
            "line": {"color": colour, "width": 2},
        },
    }  # fmt: skip


def _uplift_hover(row: Any, who: Mapping[str, str]) -> str:
    words = N_("{model}: {score} (reported by: {reporter})")
    sources = _("one source") if row.same_source else _("two sources")
    return doubt.lines(
        f"<b>{formats.escape(row.benchmark)}</b>",
        _(words, model=formats.escape(row.model), score=score(row.score), reporter=who[row.reported_by]),
        _(words, model=formats.escape(row.base), score=score(row.base_score), reporter=who[row.base_reported_by]),
        " · ".join((_("Uplift {number}", number=_signed(row.uplift)), sources)),
        doubt.of_one(row.disputed),
    )
