"""The benchmarks start, keep what they measure, and the report says rightly how the budgets stand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.budgets import BUDGETS, Results
from benchmarks.results import FOLDER, Figure, Record, keep, kept, parser, spread
from tests.serving import ROOT

SCRIPTS = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for file in (ROOT / "benchmarks").rglob("*.py")
    if "def main(" in file.read_text()
)


def figure(what: str, value: float, unit: str = "ms", **of: Any) -> Figure:
    return {"what": what, "unit": unit, "of": of, **spread([value])}


def results(**figures: list[Figure]) -> Results:
    """What scripts would have kept."""
    about = {"date": "2026-11-28T12:00+00:00", "quick": False}
    machine = {"cores": 2, "memory_gb": 4.0, "python": "3.11.7", "system": "Linux x86_64"}
    return {name: {"name": name, **about, "machine": machine, "figures": own} for name, own in figures.items()}


def states(given: Results) -> dict[tuple[str, str], str]:
    """The verdict of each budget, in words, by what it is and what it is held against."""
    return {(budget.what, budget.against): str(budget.verdict(given)) for budget in BUDGETS}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_says_what_it_does(script: str) -> None:
    run = subprocess.run([sys.executable, "-m", script, "--help"], cwd=ROOT, capture_output=True, text=True)

    assert run.returncode == 0, run.stderr
    assert f"python -m {script}" in run.stdout
    if script not in ("benchmarks.generate", "benchmarks.report"):
        assert "--quick" in run.stdout


def test_figures_come_back_as_they_were_kept(tmp_path: Path) -> None:
    own = [
        figure("rerun", 48.5, page="/"),
        {"what": "view", "unit": "s", "of": {"rows": 10}, "failed": "out of memory"},
    ]

    file = keep("rerun", own, quick=True, folder=tmp_path)

    assert file == tmp_path / "rerun.json"
    found = kept(tmp_path)["rerun"]
    assert found["figures"] == own
    assert found["quick"] is True
    assert set(found["machine"]) == {"cores", "memory_gb", "python", "system"}


def test_a_figure_has_its_median_its_spread_and_its_number_of_runs() -> None:
    assert spread([3, 1, 2, 5, 4, 6, 8, 7, 9, 10, 11]) == {"median": 6, "p10": 2, "p90": 10, "runs": 11}
    assert spread([7.0]) == {"median": 7.0, "p10": 7.0, "p90": 7.0, "runs": 1}


def test_what_never_came_to_an_end_is_kept_as_such(tmp_path: Path) -> None:
    record = Record("click", parser(None).parse_args(["--results", str(tmp_path)]))
    record.add("click to changed figure", "ms", [], page="/")
    record.keep()

    assert "no run" in kept(tmp_path)["click"]["figures"][0]["failed"]


def test_without_figures_nothing_is_said_to_be_met() -> None:
    assert set(states({}).values()) == {"not measured"}


def test_the_worst_page_decides() -> None:
    what = "Rerun after a change of a filter, any page"

    assert states(results(rerun=[figure("rerun", 50, page="/"), figure("rerun", 60, page="/data")]))[what, ""] == "met"
    short = results(rerun=[figure("rerun", 50, page="/"), figure("rerun", 90, page="/data")])
    assert states(short)[what, ""] == "short: 50% too much"


def test_a_rival_sets_the_limit_and_the_strongest_of_them_counts() -> None:
    def clicks(**rates: float) -> Results:
        names = {"overview": "dashboard /", "spending": "dashboard /spending"}
        return results(
            rivals=[
                figure("clicks a second", rate, "/s", who=names.get(who, who), readers=25)
                for who, rate in rates.items()
            ]
        )

    same = states(clicks(overview=30, spending=20, Streamlit=5, Dash=16))
    assert same["Clicks a second, one process, 25 readers", "5 × Streamlit's"] == "short: 20% too little"
    assert same["The same", "Dash's"] == "met"
    assert states(clicks(Streamlit=5, Dash=16))["The same", "Dash's"] == "not measured"
    assert states(clicks(overview=30))["The same", "Dash's"] == "not measured"

    line = {"line": "10 Mbit/s"}
    drawn = [("dashboard /", 3.0), ("Streamlit", 11.0), ("Dash", 5.0), ("Panel", 10.0), ("static", 2.5)]
    given = results(rivals=[figure("charts drawn", seconds, "s", who=who, **line) for who, seconds in drawn])
    assert (
        states(given)["The same, beside the rivals", "half of Streamlit's, Dash's and Panel's"] == "short: 20% too much"
    )


def test_what_failed_is_short_with_its_reason() -> None:
    of = {"engine": "duckdb", "rows": 10_000_000}
    views = [figure("view", 0.2, "s", **of), {"what": "view", "unit": "s", "of": of, "failed": "out of memory"}]

    assert states(results(large=views))["Any view over 10 million rows, DuckDB", ""] == "short: out of memory"


def test_figures_of_fewer_rows_say_nothing_of_ten_million() -> None:
    views = [figure("view", 0.2, "s", engine="duckdb", rows=100_000)]

    assert states(results(large=views))["Any view over 10 million rows, DuckDB", ""] == "not measured"


def test_the_report_has_verdicts_tables_and_pictures_that_name_their_colour_once(tmp_path: Path) -> None:
    given = results(
        rerun=[figure("rerun", 90, page="/data"), figure("sent", 100, "kB", page="/data")],
        start=[figure("ready", 2.2, "s"), figure("first page whole", 2.9, "s")],
        profile=[figure("time in a rerun", 30, page="/data", part="pandas")],
    )

    report.write(given, tmp_path)

    text = (tmp_path / "performance.md").read_text()
    assert "| Rerun after a change of a filter, any page | ≤ 60 ms | 90 ms | short: 50% too much |" in text
    assert "| Start until ready | ≤ 3 s | 2.2 s | met |" in text
    assert "| Any view over 10 million rows, DuckDB | ≤ 0.5 s | – | not measured |" in text
    assert "pandas 30 ms (100%)" in text
    assert "Not final" not in text
    pictures = re.findall(r"\]\((performance/.+?\.svg)\)", text)
    assert pictures == ["performance/reruns.svg"]
    assert [file.name for file in (tmp_path / "performance").iterdir()] == ["reruns.svg"]
    svg = (tmp_path / pictures[0]).read_text()
    ElementTree.fromstring(svg)
    assert "prefers-color-scheme:dark" in svg
    assert "currentColor" in svg
    assert "#010203" not in svg


def test_a_short_run_makes_the_report_say_so(tmp_path: Path) -> None:
    given = results(start=[figure("ready", 2.2, "s")])
    quick = {"start": {**given["start"], "quick": True}}

    assert "**Not final.**" in report.render(quick, set())


def test_the_report_in_docs_is_that_of_the_figures_that_are_kept() -> None:
    pictures = {file.stem for file in (ROOT / "docs/performance").glob("*.svg")}

    assert (ROOT / "docs/performance.md").read_text() == report.render(kept(FOLDER), pictures)


def test_rivals_have_the_versions_that_the_dashboard_has() -> None:
    def pins(file: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / file).read_text(), flags=re.MULTILINE))

    ours, theirs = {**pins("requirements.txt"), **pins("requirements-dev.txt")}, pins("benchmarks/requirements.txt")
    same = ("streamlit", "plotly", "pandas", "datasette")
    assert {name: theirs[name] for name in same} == {name: ours[name] for name in same}


def test_a_real_run_keeps_real_figures(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.ocds", "--releases", "300", "--quick", "--results", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert run.returncode == 0, run.stderr
    found = json.loads((tmp_path / "ocds.json").read_text())
    assert found["quick"] is True
    assert {each["what"] for each in found["figures"]} == {"time", "releases a second", "file", "peak memory"}
    assert all(each["median"] > 0 for each in found["figures"])
