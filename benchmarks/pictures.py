"""Pictures of the figures, as SVG that reads on light and on dark paper.

Lines and texts take the colour of the ink, which a style in the file turns with the reader's
setting; bars are blue for the dashboard and grey for all others.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.budgets import Results, figures

#: Stands for the ink while it is drawn; nothing else has this colour.
_INK = "#010203"
_STYLE = "<style>svg{color:#1b1b1a}@media(prefers-color-scheme:dark){svg{color:#eceae4}}</style>"
OURS, OTHERS, LIMIT = "#2f7fc1", "#8a8a8a", "#d55e00"
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dashboard",
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


def charts_drawn(axes: Axes, results: Results) -> bool:
    """How long each tool takes until its charts stand, on the line."""
    found = [each for each in figures(results, "rivals", "charts drawn", line="10 Mbit/s") if "failed" not in each]
    found.sort(key=lambda each: -each["median"])
    names = [each["of"]["who"] for each in found]
    colours = [OURS if name.startswith("dashboard") else OTHERS for name in names]
    axes.barh(names, [each["median"] for each in found], color=colours)
    axes.set_xlabel("seconds until charts stand, 10 Mbit/s and 40 ms (Datasette: the table)")
    return bool(found)


def clicks_a_second(axes: Axes, results: Results) -> bool:
    """How many clicks one process answers, by the number of readers."""
    found = [each for each in figures(results, "rivals", "clicks a second") if "failed" not in each]
    for name, mark in zip(dict.fromkeys(each["of"]["who"] for each in found), "oosDd^v<>", strict=False):
        own = sorted((each["of"]["readers"], each["median"]) for each in found if each["of"]["who"] == name)
        is_ours = name.startswith("dashboard")
        dash = "--" if is_ours and "spending" in name else "-"
        axes.plot(*zip(*own, strict=True), dash, marker=mark, color=OURS if is_ours else OTHERS, label=name)
    axes.set_xlabel("readers who click without a pause")
    axes.set_ylabel("clicks answered a second")
    axes.set_ylim(bottom=0)
    if found:
        axes.legend()
    return bool(found)


def reruns(axes: Axes, results: Results) -> bool:
    """How long a rerun takes on each page, with the 10th and 90th percentile."""
    found = figures(results, "rerun", "rerun")[::-1]
    medians = [each["median"] for each in found]
    spans = [[each["median"] - each["p10"] for each in found], [each["p90"] - each["median"] for each in found]]
    axes.barh([each["of"]["page"] for each in found], medians, color=OURS, xerr=spans if found else None, ecolor=_INK)
    axes.axvline(60, color=LIMIT)
    axes.set_xlabel("milliseconds of a rerun, median, 10th and 90th percentile; the line is the budget")
    return bool(found)


def growth(axes: Axes, results: Results) -> bool:
    """How the slowest view and the register grow with the number of rows, by engine."""
    found = [each for each in figures(results, "large", "view") if "failed" not in each]
    for engine, colour in (("duckdb", OURS), ("polars", OTHERS)):
        own = [each for each in found if each["of"]["engine"] == engine]
        rows = sorted({each["of"]["rows"] for each in own})
        for said, dash, views in (("slowest view", "-", None), ("funding-register", "--", {"funding-register"})):
            worst = [
                max(
                    each["median"]
                    for each in own
                    if each["of"]["rows"] == count and (views is None or each["of"]["view"] in views)
                )
                for count in rows
            ]
            if rows:
                axes.loglog(rows, worst, dash, marker="o", color=colour, label=f"{engine}, {said}")
    axes.axhline(0.5, color=LIMIT)
    axes.set_xlabel("rows of funding")
    axes.set_ylabel("seconds, median; the line is the budget")
    if found:
        axes.legend()
    return bool(found)


PICTURES: dict[str, Callable[[Axes, Results], bool]] = {
    "charts-drawn": charts_drawn,
    "clicks-a-second": clicks_a_second,
    "reruns": reruns,
    "growth": growth,
}


def draw(results: Results, folder: Path) -> set[str]:
    """Draw what there are figures for, and take away what there are none for; the names of those drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = set()
    for name, picture in PICTURES.items():
        file = folder / f"{name}.svg"
        if save(file, partial(picture, results=results)):
            drawn.add(name)
        else:
            file.unlink(missing_ok=True)
    return drawn


def save(file: Path, picture: Callable[[Axes], bool]) -> bool:
    """Write a picture to a file, unless it says that there is nothing to draw."""
    with matplotlib.rc_context(_SETTINGS):
        paper = Figure(figsize=(8, 4), layout="constrained")
        if not picture(paper.subplots()):
            return False
        out = io.StringIO()
        paper.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    head, svg, rest = out.getvalue().partition("<defs>")
    file.write_text((head + _STYLE + svg + rest).replace(_INK, "currentColor"), encoding="utf-8")
    return True


def memory_by_size(axes: Axes, found: list[tuple[float, float]]) -> bool:
    """The most memory that a check of checkpoints takes (MB), by their size (GB)."""
    axes.plot(*zip(*found, strict=True), marker="o", color=OURS)
    axes.axhline(1000, color=LIMIT)
    axes.set_xscale("log")
    axes.set_xticks([size for size, _ in found], [f"{size:g}" for size, _ in found])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("GB of the three checkpoints")
    axes.set_ylabel("peak MB; the line is the budget")
    return bool(found)
