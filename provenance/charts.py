"""Charts of a report as SVG, which stands for itself in a page: no script, no outside host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

#: Shapes and colours (Okabe-Ito) of the components: nothing is told by colour alone.
_MARKS = (
    ("circle", "#0072B2"), ("square", "#D55E00"), ("up", "#009E73"), ("diamond", "#CC79A7"), ("down", "#E69F00"),
    ("cross", "#56B4E9"), ("ring", "#0072B2"), ("box", "#D55E00"), ("plus", "#009E73"), ("bar", "#999999"),
)  # fmt: skip
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 860, 330, 58, 16, 14, 46


@dataclass(frozen=True)
class Point:
    """A component in a layer (none: outside of all) with its value."""

    series: str
    layer: int | None
    value: float


def by_layer(points: Sequence[Point], title: str, low: float, high: float, line: float | None = None) -> Markup:
    """A chart of values by layer, a mark for each component; `line` draws the recipe's t."""
    layers = sorted({point.layer for point in points if point.layer is not None})
    series = sorted({point.series for point in points})
    last = layers[-1] if layers else 0
    # What stands in no layer has a column of its own, to the right of all.
    columns = last + 3
    low, high = min([low, *(point.value for point in points)]), max([high, *(point.value for point in points)])

    def x(layer: int | None) -> float:
        place = last + 2 if layer is None else layer
        return _LEFT + (place + 0.5) / columns * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _TOP + (high - value) / ((high - low) or 1) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(_WIDTH, _HEIGHT, title),
    ]
    for value in _ticks(low, high):
        parts.append(
            Markup('<line class="rule" x1="{}" x2="{}" y1="{y:.1f}" y2="{y:.1f}"/>').format(
                _LEFT, _WIDTH - _RIGHT, y=y(value)
            )
            + Markup('<text x="{}" y="{:.1f}" text-anchor="end">{:g}</text>').format(_LEFT - 8, y(value) + 4, value)
        )
    step = max(1, -(-(last + 1) // 16))
    named = [(x(layer), str(layer)) for layer in range(0, last + 1, step)] if layers else []
    if any(point.layer is None for point in points):
        named.append((x(None), "none"))
    parts += [
        Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(at, _HEIGHT - _BOTTOM + 18, word)
        for at, word in named
    ]
    parts.append(
        Markup('<text x="{:.1f}" y="{}" text-anchor="middle">layer</text>').format((_LEFT + _WIDTH) / 2, _HEIGHT - 8)
    )
    if line is not None:
        parts.append(
            Markup('<line class="recipe" x1="{}" x2="{}" y1="{y:.1f}" y2="{y:.1f}"/>').format(
                _LEFT, _WIDTH - _RIGHT, y=y(line)
            )
        )
    for point in points:
        place = series.index(point.series)
        # Side by side in their layer, so that equal values do not hide each other.
        aside = (place - (len(series) - 1) / 2) * min(7.0, 0.8 * (_WIDTH - _LEFT - _RIGHT) / columns / len(series))
        parts.append(_mark(place, x(point.layer) + aside, y(point.value), _told(point)))
    parts.append(Markup("</svg>"))
    return Markup("\n").join(parts)


def legend(series: Iterable[str]) -> Markup:
    """The marks with their words, in the order in which `by_layer` gives them out."""
    return Markup(" ").join(
        Markup(
            '<span class="key"><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{}</svg> {}</span>'
        ).format(_mark(place, 7, 7, ""), word)
        for place, word in enumerate(sorted(series))
    )


def _told(point: Point) -> str:
    where = "no layer" if point.layer is None else f"layer {point.layer}"
    return f"{point.series}, {where}: {point.value:.4g}"


def _ticks(low: float, high: float) -> list[float]:
    span = high - low
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5) if span / step <= 6), span / 5)
    first = int(low / step) - 1
    return [
        round(number * step, 6) for number in range(first, first + 12) if low - 1e-9 <= number * step <= high + 1e-9
    ]


def _mark(place: int, x: float, y: float, title: str) -> Markup:
    shape, colour = _MARKS[place % len(_MARKS)]
    name = Markup("<title>{}</title>").format(title) if title else Markup("")
    paths = {
        "square": "M-3.5-3.5h7v7h-7z", "up": "M0-4.5 4.2 3.5h-8.4z", "down": "M0 4.5 4.2-3.5h-8.4z",
        "diamond": "M0-5 4.5 0 0 5-4.5 0z", "box": "M-3.5-3.5h7v7h-7z", "cross": "M-4-4 4 4M4-4-4 4",
        "plus": "M0-4.5v9M-4.5 0h9", "bar": "M-4.5 0h9",
        "circle": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", "ring": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    }  # fmt: skip
    hollow = shape in ("box", "ring", "cross", "plus", "bar")
    return Markup(
        '<path transform="translate({:.1f} {:.1f})" d="{}" fill="{}" stroke="{}" stroke-width="{}">{}</path>'
    ).format(x, y, paths[shape], "none" if hollow else colour, colour, 2 if hollow else 0.5, name)
