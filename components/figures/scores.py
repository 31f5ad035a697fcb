"""The figure of scores: one benchmark, and who reported which result."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.models import IN_DOUBT, TEXTS, decimals, score, score_axes, setting, written
from components.figures.registry import Drawing, figure
from components.figures.sheet import chart, legend_above, nothing, records, text_width
from components.look import Look
from ledger.language import N_, ngettext
from ledger.language import gettext as _
from ledger.tables import Descriptor

#: Who reported a score: symbol of the plot, sign of the key, words. More ink for the more independent.
_REPORTERS = {
    "printed": ("circle-open", "○", N_("Developer, of another maker's model")),
    "developer": ("circle", "●", N_("Developer, of its own model")),
    "press": ("triangle-up", "▲", N_("Press")),
    "maintainer": ("square", "■", N_("Maintainer of the benchmark")),
    "independent": ("diamond", "◆", N_("Independent")),
}
_REPORTER_COLOURS = {
    "developer": "#D55E00", "printed": "#D55E00", "press": "#009E73", "maintainer": "#CC79A7", "independent": "#0072B2",
}  # fmt: skip


@figure("model-scores")
def model_scores(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """One benchmark: a row a model and setting, a dot a result, its symbol by who reported it."""
    if table.empty:
        return nothing(look)
    benchmark, others = _widest(table)
    of_it = [row for row in records(table, *_SCORE_COLUMNS) if row.benchmark == benchmark]
    unit = Counter(row.score_unit for row in of_it).most_common(1)[0][0]
    notes = []
    if others:
        notes.append(
            ngettext(
                "Drawn is {benchmark}, the benchmark with most sources; {n} other benchmark in the table. "
                "Choose a benchmark in the filter.",
                "Drawn is {benchmark}, the benchmark with most sources; {n} other benchmarks in the table. "
                "Choose a benchmark in the filter.",
                others,
                benchmark=benchmark,
            )
        )
    drawn = [row for row in of_it if row.score_unit == unit]
    if len(drawn) < len(of_it):
        notes.append(
            ngettext(
                "{n} result in another unit in the table alone.",
                "{n} results in another unit in the table alone.",
                len(of_it) - len(drawn),
            )
        )
    groups, left_out = _score_rows(drawn, 20 if look.narrow else 34)
    if left_out:
        notes.append(
            ngettext(
                "{n} row of models of others with lower scores in the table alone.",
                "{n} rows of models of others with lower scores in the table alone.",
                left_out,
            )
        )
    notes.append(_("Scores in different settings are not comparable."))
    drawing = Drawing(_score_sheet(groups, str(unit), look), _alt(benchmark, drawn, groups), " ".join(notes))
    return doubt.explained(drawing, any(row.disputed in IN_DOUBT for group in groups for row in group))


def _alt(benchmark: str, drawn: Sequence[Any], groups: Sequence[Sequence[Any]]) -> str:
    """How many results there are, the highest one, the best of a city, and who reported it."""
    first = groups[0][0]
    sentences = [
        ngettext(
            "{benchmark}: {n} result, highest {model} {score}.",
            "{benchmark}: {n} results, highest {model} {score}.",
            len(drawn),
            benchmark=benchmark,
            model=first.model,
            score=score(first.score),
        )
    ]
    own = [group[0] for group in groups if group[0].role == "municipal"]
    if not own:
        return " ".join((*sentences, _("None is of a city.")))
    best = own[0]
    said = {"model": best.model, "score": score(best.score), "reporter": _reporter_words(best)}
    if best.disputed in IN_DOUBT:
        state = doubt.state_words(best.disputed)
        sentences.append(
            _("Best of a city: {model} {score}, reported by: {reporter}, disputed: {state}.", **said, state=state)
        )
    else:
        sentences.append(_("Best of a city: {model} {score}, reported by: {reporter}.", **said))
    if not any(row.reported_by == "independent" for row in drawn):
        sentences.append(_("No result was reported independently."))
    return " ".join(sentences)


_SCORE_COLUMNS = (
    "benchmark", "setting", "model_id", "model", "role", "score", "score_unit", "reported_by", "reported_on", "note",
    "disputed", "publisher",
)  # fmt: skip


def _widest(table: pd.DataFrame) -> tuple[str, int]:
    """The benchmark with most sources (with most rows where several have as many), and how many others there are."""
    sources: dict[str, list[str]] = {}
    for row in records(table, "benchmark", "source_id"):
        sources.setdefault(row.benchmark, []).append(row.source_id)
    widest = max(sources, key=lambda name: (len(set(sources[name])), len(sources[name])))
    return widest, len(sources) - 1


def _reporter(row: Any) -> str:
    """Who reported a score; `printed` where a developer printed that of another maker's model."""
    printed = isinstance(row.note, str) and "another developer" in row.note
    return "printed" if printed and row.reported_by == "developer" else str(row.reported_by)


def _reporter_words(row: Any) -> str:
    return _(_REPORTERS[_reporter(row)][2]).lower()


def _score_rows(drawn: Sequence[Any], limit: int) -> tuple[list[list[Any]], int]:
    """Results by model and setting: models by best score, settings of a model together.

    Where there are more rows than fit, comparators with the lowest scores go, but for eight at least; how many
    rows are left out is returned.
    """
    best: dict[str, float] = {}
    for row in drawn:
        best[row.model_id] = max(best.get(row.model_id, row.score), row.score)
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in sorted(drawn, key=lambda row: (-best[row.model_id], row.model_id, -row.score)):
        groups.setdefault((row.model_id, "" if pd.isna(row.setting) else row.setting), []).append(row)
    rows = list(groups.values())
    others = [group for group in rows if group[0].role == "comparator"]
    room = max(limit - (len(rows) - len(others)), 8)
    kept = {id(group) for group in others[:room]}
    shown = [group for group in rows if group[0].role != "comparator" or id(group) in kept]
    return shown, len(rows) - len(shown)


def _score_sheet(groups: Sequence[Sequence[Any]], unit: str, look: Look) -> dict[str, Any]:
    """The dots, with names on the left (or above, on a narrow page) and scores on the right."""
    scores = [row.score for group in groups for row in group]
    low, high = min(scores), max(scores)
    pad = max((high - low) * 0.06, abs(high) * 0.01, 0.1)
    names = [_row_name(group[0], look) for group in groups]
    places = decimals(scores)
    values = [_row_values(group, places, look) for group in groups]
    left = 14 if look.narrow else min(360, int(max(text_width(name, 12) for name in names)) + 18)
    right = 14 if look.narrow else int(max(text_width(value, 12.5) for value in values)) + 24
    used = dict.fromkeys(_reporter(row) for group in groups for row in group)
    entries = [(_REPORTERS[who][1], _REPORTER_COLOURS[who], _(_REPORTERS[who][2])) for who in _REPORTERS if who in used]
    legend, above = legend_above(entries, look, left)
    step = 40 if look.narrow else 24
    traces = _score_lines(groups, low - pad, high + pad, look) + _score_dots(groups, look)
    texts = {**TEXTS, "textfont": {"color": look.ink}}
    rows = list(range(len(groups)))
    if look.narrow:
        joined = [f"{name}  {value}" for name, value in zip(names, values, strict=True)]
        texts |= {"x": [low - pad] * len(groups), "y": [row - 0.42 for row in rows], "text": joined}
    else:
        texts |= {"x": [high + pad] * len(groups), "y": rows, "text": [f"  {value}" for value in values]}
    traces.append(texts)
    layout = {
        "margin": {"l": left, "r": right, "t": above, "b": 44}, "annotations": [legend],
        **score_axes(unit, (low - pad, high + pad), names, look),
    }  # fmt: skip
    return chart(look, traces, height=above + 44 + step * len(groups) + 6, **layout)


def _row_name(row: Any, look: Look) -> str:
    """The model, in the accent and bold where it is a city's, and the setting in small type."""
    name = formats.escape(row.model)
    if row.role == "municipal":
        name = f'<b><span style="color:{look.accent}">{name}</span></b>'
    return name + setting(row, look)


def _row_values(group: Sequence[Any], places: int, look: Look) -> str:
    """The scores of a row, each once, and the dispute in words."""
    values = " · ".join(dict.fromkeys(written(row.score, places) for row in group))
    marks = [row.disputed for row in group if row.disputed in IN_DOUBT]
    return f"<b>{values}</b> {doubt.marked(marks[0], look)}" if marks else values


def _score_lines(groups: Sequence[Sequence[Any]], low: float, high: float, look: Look) -> list[dict[str, Any]]:
    """A hair line a row, to lead from the name to the dots and the scores."""
    return [{
        "type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"color": look.line, "width": 1},
        "x": [low, high, None] * len(groups), "y": [y for row in range(len(groups)) for y in (row, row, None)],
    }]  # fmt: skip


def _score_dots(groups: Sequence[Sequence[Any]], look: Look) -> list[dict[str, Any]]:
    """One dot a result, as one trace; a result in doubt has a ring."""
    rows = [(place, row) for place, group in enumerate(groups) for row in group]
    doubted = [(place, row) for place, row in rows if row.disputed in IN_DOUBT]
    dots = {
        "type": "scatter", "mode": "markers", "x": [row.score for at, row in rows], "y": [at for at, row in rows],
        "customdata": [[row.position, _score_hover(row)] for place, row in rows],
        "hovertemplate": "%{customdata[1]}<extra></extra>", "cliponaxis": False,
        "marker": {
            "symbol": [_REPORTERS[_reporter(row)][0] for place, row in rows], "size": 11, "opacity": 1,
            "color": [_REPORTER_COLOURS[_reporter(row)] for place, row in rows],
            "line": {
                "width": [2 if _reporter(row) == "printed" else 0 for place, row in rows],
                "color": [_REPORTER_COLOURS[_reporter(row)] for place, row in rows],
            },
        },
    }  # fmt: skip
    rings = {
        "type": "scatter", "mode": "markers", "hoverinfo": "skip", "cliponaxis": False,
        "x": [row.score for place, row in doubted], "y": [place for place, row in doubted],
        "customdata": [[row.position] for place, row in doubted],
        "marker": {
            "symbol": "circle-open", "size": 20, "color": look.doubt, "line": {"width": 2, "color": look.doubt},
        },
    }  # fmt: skip
    return [rings, dots] if doubted else [dots]


def _score_hover(row: Any) -> str:
    note = "" if pd.isna(row.note) else row.note
    return doubt.lines(
        f"<b>{formats.escape(row.model)}</b>: {score(row.score)} {formats.escape(row.score_unit)}",
        _("Setting not stated") if pd.isna(row.setting) else formats.escape(row.setting),
        _("Reported by: {reporter}, {date}", reporter=_reporter_words(row), date=formats.date(row.reported_on)),
        _("Source: {publisher}", publisher=formats.escape(row.publisher)),
        *map(formats.escape, textwrap.wrap(note, 60)),
        doubt.of_one(row.disputed),
    )
