"""The figure of releases: municipal models by date and size."""

from __future__ import annotations

import calendar
import datetime
import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.models import IN_DOUBT, axis
from components.figures.registry import Drawing, figure
from components.figures.sheet import NEW_LINE, chart, legend_above, nothing, records, text_width
from components.look import Look
from ledger.language import N_, ngettext
from ledger.language import gettext as _
from ledger.tables import Descriptor

#: Okabe-Ito, in the order in which cities get them; further cities share the last.
_CITY_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#999999")
_WEIGHTS = {True: N_("open weights"), False: N_("weights closed"), None: N_("weights: not known")}
_SHAPES = {"dense": ("circle", "●"), "moe": ("diamond", "◆"), "unknown": ("square", "■")}


def period(date: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a partial ISO date.

    `period("2026-06") == (date(2026, 6, 1), date(2026, 6, 30))`.
    """
    parts = [int(part) for part in date.split("-")]
    year, month = parts[0], parts[1:2]
    first, last = (month[0], month[0]) if month else (1, 12)
    if len(parts) == 3:
        day = datetime.date(*parts)
        return day, day
    return datetime.date(year, first, 1), datetime.date(year, last, calendar.monthrange(year, last)[1])


@dataclass
class _Release:
    """A model on the plane of dates (days) and sizes (powers of ten); `others` share its place."""

    position: int
    name: str
    city: str
    start: datetime.date
    end: datetime.date
    size: float
    shape: str
    open_weights: bool | None
    disputed: str
    hover: str
    others: list[str] = field(default_factory=list)

    @property
    def middle(self) -> datetime.date:
        return self.start + (self.end - self.start) / 2

    @property
    def label(self) -> str:
        names = ", ".join([self.name, *self.others])
        return f"{names} ⚑\u00a0{doubt.state_words(self.disputed)}" if self.disputed in IN_DOUBT else names


@figure("model-releases")
def model_releases(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Municipal models by date of release and number of parameters, which has a log axis."""
    if table.empty:
        return nothing(look)
    releases = _releases(table, descriptor)
    missing = len(table) - len(releases)
    note = ""
    if missing:
        note = ngettext(
            "{n} model without a known date or size in the table alone.",
            "{n} models without a known date or size in the table alone.",
            missing,
        )
    if not releases:
        return nothing(look, _("No model with a known date and size."), note)
    counts = Counter(release.city for release in releases)
    ranked = sorted(counts, key=lambda city: (-counts[city], city))
    colours = {city: _CITY_COLOURS[min(i, len(_CITY_COLOURS) - 1)] for i, city in enumerate(ranked)}
    left, bottom, width, height = (64, 60, 330, 444) if look.narrow else (76, 48, 960, 500)
    entries = [("■", colours[city], formats.escape(city)) for city in ranked]
    shapes = dict.fromkeys(release.shape for release in releases)
    entries.append(NEW_LINE)
    entries += [
        (_SHAPES[shape][1], look.muted, _architecture(descriptor, shape)) for shape in _SHAPES if shape in shapes
    ]
    entries.append(("", look.muted, _("Filled: open weights · hollow: closed · dotted: not known")))
    if any(release.disputed in IN_DOUBT for release in releases):
        entries.append((doubt.FLAG, look.doubt, _("disputed, with a ring")))
    legend, above = legend_above(entries, look, left)
    plane = _Plane(releases, left, above, width - left - 14, height - bottom)
    labels = _labels(releases, plane, look)
    annotations = [legend, *labels]
    if look.narrow:
        when = "<br>".join(textwrap.wrap(_("Release; a bar where only month or year is known"), 48))
    else:
        when = _("Date of release; a bar where only month or year is known")
    days, dates = _days(*plane.days, most=4 if look.narrow else 9)
    layout = {
        "margin": {"l": left, "r": 14, "t": above, "b": bottom}, "annotations": annotations,
        "xaxis": axis(
            look, when, type="date", range=[plane.days[0].isoformat(), plane.days[1].isoformat()],
            tickvals=days, ticktext=dates,
        ),
        "yaxis": axis(
            look, _("Parameters in total (log scale)"), type="log", range=list(plane.powers),
            tickvals=plane.ticks, ticktext=[formats.short(tick) for tick in plane.ticks],
        ),
    }  # fmt: skip
    alt = _alt(releases, ranked[0], counts)
    traces = [_whiskers(releases, look), *_points(releases, colours, look)]
    if len(labels) < len({(release.middle, release.size) for release in releases}):
        unnamed = _("Some points have no name for want of room: point at them.")
        note = f"{unnamed} {note}".strip()
    drawing = Drawing(chart(look, traces, height=above + height, **layout), alt, note)
    return doubt.explained(drawing, any(release.disputed in IN_DOUBT for release in releases))


def _alt(releases: Sequence[_Release], leader: str, counts: Mapping[str, int]) -> str:
    """How many models of how many cities there are, the city with most, and the largest and the latest model."""
    largest = max(releases, key=lambda release: release.size)
    latest = max(releases, key=lambda release: release.start)
    number = ngettext("{n} model", "{n} models", len(releases))
    sentences = [
        ngettext(
            "{models} of {n} city by release and size.",
            "{models} of {n} cities by release and size.",
            len(counts),
            models=number,
        )
    ]
    if len(counts) > 1:
        sentences[0] = ngettext(
            "{models} of {n} city by release and size; {leader} leads with {number}.",
            "{models} of {n} cities by release and size; {leader} leads with {number}.",
            len(counts),
            models=number,
            leader=leader,
            number=formats.whole(counts[leader]),
        )
    size = formats.short(largest.size)
    said = N_("Largest: {model}, {city}, {size} parameters.")
    sentences.append(_(said, model=largest.label, city=largest.city, size=size))
    sentences.append(_("Latest: {model}, {city}.", model=latest.label, city=latest.city))
    return " ".join(sentences)


#: Months from one date on the axis to the next, that years begin with one.
_APART = (1, 2, 3, 6, 12, 24, 60, 120)


def _days(first: datetime.date, last: datetime.date, *, most: int) -> tuple[list[str], list[str]]:
    """First days of months between two days, at most so many, and how they are written; Plotly knows no language."""
    low, high = (day.year * 12 + day.month - 1 for day in (first, last))
    apart = next((apart for apart in _APART if high // apart - low // apart <= most), _APART[-1])
    months = [month for month in range(low + 1, high + 1) if month % apart == 0]
    written = [f"{month // 12}-{month % 12 + 1:02d}" for month in months]
    return [f"{month}-01" for month in written], [
        formats.date(month if apart % 12 else month.split("-", 1)[0]) for month in written
    ]


def _architecture(descriptor: Descriptor, code: str) -> str:
    if code == "unknown":
        return _("Architecture not known")
    return formats.escape(descriptor.label("models", "architecture", code))


def _releases(table: pd.DataFrame, descriptor: Descriptor) -> list[_Release]:
    """The models with a date and a size, the largest first."""
    columns = ("model", "city", "released_on", "parameters_total", "architecture", "open_weights", "disputed")
    found = []
    for row in records(table, *columns):
        if pd.isna(row.released_on) or pd.isna(row.parameters_total) or row.parameters_total <= 0:
            continue
        shape = row.architecture if row.architecture in _SHAPES else "unknown"
        weights = None if pd.isna(row.open_weights) else bool(row.open_weights)
        parameters = _("{number} parameters", number=formats.short(row.parameters_total))
        hover = doubt.lines(
            f"<b>{formats.escape(row.model)}</b>, {formats.escape(row.city)}",
            f"{formats.date(row.released_on)} · {parameters}",
            f"{_architecture(descriptor, shape)} · {_(_WEIGHTS[weights])}",
            doubt.of_one(row.disputed),
        )
        start, end = period(row.released_on)
        found.append(
            _Release(
                row.position,
                str(row.model),
                str(row.city),
                start,
                end,
                float(row.parameters_total),
                shape,
                weights,
                str(row.disputed),
                hover,
            )
        )
    return sorted(found, key=lambda release: -release.size)


class _Plane:
    """Where dates and sizes fall in pixels, about: enough to place labels."""

    def __init__(self, releases: Sequence[_Release], left: int, top: int, width: int, height: int) -> None:
        first, last = min(r.start for r in releases), max(r.end for r in releases)
        pad = max((last - first) * 0.05, datetime.timedelta(days=45))
        self.days = (first - pad, last + pad)
        low, high = math.log10(releases[-1].size), math.log10(releases[0].size)
        self.powers = (low - 0.25, high + 0.3)
        self.width, self.height = width, height
        tens = range(math.floor(self.powers[0]), math.ceil(self.powers[1]) + 1)
        steps = (1, 3) if high - low > 0.7 else (1, 2, 3, 5)
        ticks = [step * 10**ten for ten in tens for step in steps]
        self.ticks = [t for t in ticks if self.powers[0] <= math.log10(t) <= self.powers[1]]

    def x(self, day: datetime.date) -> float:
        return (day - self.days[0]) / (self.days[1] - self.days[0]) * self.width

    def y(self, size: float) -> float:
        return (self.powers[1] - math.log10(size)) / (self.powers[1] - self.powers[0]) * self.height

    def holds(self, box: tuple[float, float, float, float]) -> bool:
        return min(box[:2]) >= 0 and box[2] <= self.width and box[3] <= self.height


def _labels(releases: Sequence[_Release], plane: _Plane, look: Look) -> list[dict[str, Any]]:
    """Names beside their points, where none covers another name or a point; largest models first."""
    size = 11 if look.narrow else 12
    heads: dict[tuple[datetime.date, float], _Release] = {}
    for release in releases:
        head = heads.setdefault((release.middle, release.size), release)
        if head is not release:
            head.others.append(release.name)
    chosen = list(heads.values())
    if look.narrow and len(chosen) > 6:
        chosen = list({release.city: release for release in reversed(chosen)}.values())
    taken = [_box(plane.x(r.middle), plane.y(r.size), *_spot(r)) for r in heads.values()]
    # A bar over a period must stay readable as well.
    taken += [(plane.x(r.start), plane.y(r.size) - 2, plane.x(r.end), plane.y(r.size) + 2) for r in heads.values()]
    annotations = []
    for release in sorted(chosen, key=lambda r: (r.disputed not in IN_DOUBT, -r.size)):
        lines = textwrap.wrap(release.label, 24 if look.narrow else 60)
        x, y, width = plane.x(release.middle), plane.y(release.size), max(text_width(line, size) for line in lines) + 4
        tall = (size + 4) * len(lines)
        for dx, dy in _offsets(width, tall, 4 if release.disputed in IN_DOUBT else 0):
            box = _box(x + dx, y - dy, width, tall)
            if plane.holds(box) and not any(_overlap(box, other) for other in taken):
                break
        else:
            continue
        taken.append(box)
        annotations.append({
            "x": release.middle.isoformat(), "y": math.log10(release.size), "xshift": dx, "yshift": dy,
            "text": "<br>".join(formats.escape(line) for line in lines), "showarrow": False, "font": {
                "size": size, "color": look.doubt if release.disputed in IN_DOUBT else look.ink,
            },
            "bgcolor": look.paper, "borderpad": 0,  # so that no line of the grid runs through the name
        })  # fmt: skip
    return annotations


def _spot(release: _Release) -> tuple[float, float]:
    """The width and the height of a point, with its ring if it has one."""
    return (26.0, 26.0) if release.disputed in IN_DOUBT else (14.0, 14.0)


def _offsets(width: float, height: float, ring: float) -> Iterable[tuple[float, float]]:
    """Where a label may stand around its point, the best place first: right, left, above, below, corners."""
    side, over = width / 2 + 12 + ring, height / 2 + 9 + ring
    return (
        (side, 0), (-side, 0), (0, over), (0, -over), (side - 4, over - 4), (side - 4, 4 - over),
        (4 - side, over - 4), (4 - side, 4 - over), (0, over + 14), (0, -over - 14), (side - 12, over + 10),
        (side - 12, -over - 10), (12 - side, over + 10), (12 - side, -over - 10),
    )  # fmt: skip


def _box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _whiskers(releases: Sequence[_Release], look: Look) -> dict[str, Any]:
    """Bars over the periods in which models came out, where the day is not known."""
    x: list[str | None] = []
    y: list[float | None] = []
    for release in releases:
        if release.start != release.end:
            x += [release.start.isoformat(), release.end.isoformat(), None]
            y += [release.size, release.size, None]
    return {
        "type": "scatter", "mode": "lines+markers", "x": x, "y": y, "hoverinfo": "skip",
        "line": {"color": look.muted, "width": 1.5},
        "marker": {"symbol": "line-ns-open", "size": 8, "color": look.muted, "line": {"width": 1.5}},
    }  # fmt: skip


def _points(releases: Sequence[_Release], colours: dict[str, str], look: Look) -> list[dict[str, Any]]:
    """The models; those in doubt with a ring of their own."""
    suffix = {True: "", False: "-open", None: "-open-dot"}
    doubted = [release for release in releases if release.disputed in IN_DOUBT]

    def trace(rows: Sequence[_Release], marker: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "scatter", "mode": "markers", "x": [r.middle.isoformat() for r in rows],
            "y": [r.size for r in rows],
            "customdata": [[r.position, r.hover] for r in rows], "marker": marker,
            "hovertemplate": "%{customdata[1]}<extra></extra>",
        }  # fmt: skip

    points = trace(
        releases,
        {
            "symbol": [_SHAPES[r.shape][0] + suffix[r.open_weights] for r in releases],
            "color": [colours[r.city] for r in releases], "size": 12, "opacity": 1,
            "line": {
                "color": [look.paper if r.open_weights else colours[r.city] for r in releases],
                "width": [1 if r.open_weights else 2 for r in releases],
            },
        },
    )  # fmt: skip
    ring = {"symbol": "circle-open", "size": 23, "color": look.doubt, "line": {"color": look.doubt, "width": 2}}
    return [trace(doubted, ring), points] if doubted else [points]
