"""What the dashboard promises of its speed, each as a check of kept figures.

Where several figures fall under a budget, the worst of them decides: a budget holds on every page,
for every view, or it does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: What each script has kept, by its name.
Results = Mapping[str, Mapping[str, Any]]
Figures = list[dict[str, Any]]

LARGE = 10_000_000
#: Readers who click at once, where clicks a second are compared.
READERS = 25


def figures(results: Results, script: str, what: str, **of: Any) -> Figures:
    """The figures of a script that say this, of these."""
    return [
        figure
        for figure in results.get(script, {}).get("figures", [])
        if figure["what"] == what and of.items() <= figure["of"].items()
    ]


@dataclass(frozen=True)
class Verdict:
    """How a budget stands: `met`, `short` or `not measured`; in figures, and by how much it is short."""

    state: str
    limit: str
    measured: str = ""
    by: str = ""

    def __str__(self) -> str:
        return f"short: {self.by}" if self.state == "short" else self.state


@dataclass(frozen=True)
class Budget:
    """What is promised, what was measured for it, and the limit: a number, or one that others' figures give.

    `factor` times the limit is what is asked for; `at_least` turns the comparison round. `profile`
    names the part of `benchmarks.profile` that shows where the time or the bytes go.
    """

    what: str
    unit: str
    measured: Callable[[Results], Figures]
    limit: float | Callable[[Results], Figures]
    factor: float = 1
    at_least: bool = False
    against: str = ""
    profile: str = ""

    def verdict(self, results: Results) -> Verdict:
        """How it stands with these results."""
        worst, best = (min, max) if self.at_least else (max, min)
        sign = "≥" if self.at_least else "≤"
        limit: float | None
        if callable(self.limit):
            # Several rivals: the strongest of them is to be beaten.
            rivals = [figure["median"] for figure in self.limit(results) if "failed" not in figure]
            limit = self.factor * best(rivals) if rivals else None
            said = f"{sign} {self.against}" + (f" = {number(limit)} {self.unit}" if limit is not None else "")
        else:
            limit = self.limit
            said = f"{sign} {number(limit)} {self.unit}"
        found = self.measured(results)
        if failed := [figure["failed"] for figure in found if "failed" in figure]:
            return Verdict("short", said, by=failed[0])
        if not found or limit is None:
            return Verdict("not measured", said)
        value = worst(figure["median"] for figure in found)
        measured = f"{number(value)} {self.unit}"
        if value >= limit if self.at_least else value <= limit:
            return Verdict("met", said, measured)
        over = abs(value / limit - 1)
        return Verdict("short", said, measured, f"{over:.0%} {'too little' if self.at_least else 'too much'}")


def number(value: float) -> str:
    """Three digits, and thousands apart."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _of(script: str, what: str, **of: Any) -> Callable[[Results], Figures]:
    return lambda results: figures(results, script, what, **of)


def _ours(what: str, **of: Any) -> Callable[[Results], Figures]:
    """Figures of the dashboard's own pages beside the rivals."""
    return lambda results: [
        figure for figure in figures(results, "rivals", what, **of) if figure["of"]["who"].startswith("dashboard")
    ]


def _theirs(what: str, *who: str, **of: Any) -> Callable[[Results], Figures]:
    return lambda results: [figure for figure in figures(results, "rivals", what, **of) if figure["of"]["who"] in who]


_LINE = {"line": "10 Mbit/s"}

BUDGETS = (
    Budget(
        "First visit over the line, any page",
        "MB",
        _of("first_visit", "over the line", who="dashboard"),
        2.6,
        profile="bytes of a first visit",
    ),
    Budget(
        "The same, beside the rivals",
        "MB",
        _ours("over the line", **_LINE),
        _theirs("over the line", "Dash", "Panel", **_LINE),
        factor=0.5,
        against="half of Dash's and Panel's",
        profile="bytes of a first visit",
    ),
    Budget(
        "Charts drawn at 10 Mbit/s and 40 ms, any page",
        "× static",
        _of("first_visit", "charts drawn against static"),
        1.3,
        profile="bytes of a first visit",
    ),
    Budget(
        "The same, beside the rivals",
        "s",
        _ours("charts drawn", **_LINE),
        _theirs("charts drawn", "Streamlit", "Dash", "Panel", **_LINE),
        factor=0.5,
        against="half of Streamlit's, Dash's and Panel's",
        profile="bytes of a first visit",
    ),
    Budget(
        "Rerun after a change of a filter, any page",
        "ms",
        _of("rerun", "rerun"),
        60,
        profile="time in a rerun",
    ),
    Budget(
        "Click to changed figure, any page",
        "ms",
        _of("click", "click to changed figure"),
        150,
        profile="time in a rerun",
    ),
    Budget(
        f"Clicks a second, one process, {READERS} readers",
        "/s",
        _ours("clicks a second", readers=READERS),
        _theirs("clicks a second", "Streamlit", readers=READERS),
        factor=5,
        at_least=True,
        against="5 × Streamlit's",
        profile="time in a rerun",
    ),
    Budget(
        "The same",
        "/s",
        _ours("clicks a second", readers=READERS),
        _theirs("clicks a second", "Dash", readers=READERS),
        at_least=True,
        against="Dash's",
        profile="time in a rerun",
    ),
    Budget("Any view over 10 million rows, DuckDB", "s", _of("large", "view", engine="duckdb", rows=LARGE), 0.5),
    Budget("The same: memory", "MB", _of("large", "peak memory", engine="duckdb", rows=LARGE), 1000),
    Budget("CSV of 10 million rows: speed", "MB/s", _of("large", "CSV, speed", rows=LARGE), 100, at_least=True),
    Budget("The same: more memory", "MB", _of("large", "CSV, more memory", rows=LARGE), 200),
    Budget("The same: first byte", "s", _of("large", "CSV, first byte", rows=LARGE), 0.3),
    Budget("Start until ready", "s", _of("start", "ready"), 3),
    Budget("500 open sessions in one process: memory", "MB", _of("sessions", "memory", sessions=500), 1000),
    Budget("25 clicks at once among them", "ms", _of("sessions", "click", sessions=500), 1000),
)
