"""Figures: every one draws whatever the selection, says what the table says, and takes texts for texts."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import pytest

from components.figures import FIGURES
from components.figures.registry import Drawing
from components.look import Look, stage_marker, stage_outlines
from ledger import dataset, views
from ledger.selection import Selection

VIEWS = pytest.mark.parametrize("view", FIGURES)
SELECTIONS = {
    "everything": Selection(),
    "rio": Selection(city=("rio-de-janeiro",)),
    "spent": Selection(stage=("spent",)),
    "as stated": Selection(lens="stated", country=("BR", "KR")),
    "per resident": Selection(lens="intl", per_resident=True),
    "undisputed": Selection(disputed="exclude"),
    "one initiative": Selection(initiative=("rio-de-janeiro-rio-ai-city",)),
}
LOOKS = [Look(), Look(dark=True, narrow=True)]
#: Sums whose bars are lengths; each row is drawn by itself or put together with others of its stage and payer.
BARS = {"funding-by-city", "funding-ladder", "funding-over-time", "funding-breakdown"}
HOSTILE = '<script>alert(1)</script> & "<b>bold</b>"'


@cache
def drawn(view: str, name: str, look: Look) -> tuple[pd.DataFrame, Drawing]:
    table = views.table(view, dataset.facts(), SELECTIONS[name])
    return table, FIGURES[view](table, dataset.facts().descriptor, look)


def plain(figure: go.Figure) -> dict[str, Any]:
    """The figure as the browser gets it."""
    parsed: dict[str, Any] = json.loads(pio.to_json(figure, validate=False))
    return parsed


def strings(part: Any) -> list[str]:
    """Every text in a figure."""
    if isinstance(part, dict):
        return [text for value in part.values() for text in strings(value)]
    if isinstance(part, list):
        return [text for value in part for text in strings(value)]
    return [part] if isinstance(part, str) else []


def positions(figure: go.Figure) -> list[int]:
    """The rows of the table that points say they stand for."""
    found = []
    for trace in plain(figure)["data"]:
        parts = [trace, *(trace[name] for name in ("link", "node") if name in trace)]
        for data in (part.get("customdata") for part in parts):
            for point in data or []:
                place = point[0] if isinstance(point, list) else point
                if isinstance(place, int | float) and place >= 0:
                    found.append(int(place))
    return found


@VIEWS
@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("look", LOOKS, ids=["wide light", "narrow dark"])
def test_a_figure_is_valid_and_says_nothing_ugly(view: str, selection: str, look: Look) -> None:
    table, drawing = drawn(view, selection, look)

    go.Figure(plain(drawing.figure))  # Raises where a part is none that Plotly knows.
    assert re.match(r"[A-Z0-9⚑].*\.$", drawing.alt, re.DOTALL), drawing.alt
    for text in [*strings(plain(drawing.figure)), drawing.alt, drawing.note]:
        assert not re.search(r"\bnan\b|NaN|None(?!\s(recorded|of))|\binf\b|<NA>", text), text
    assert all(place < len(table) for place in positions(drawing.figure))


@VIEWS
def test_a_figure_of_nothing_is_still_one(view: str) -> None:
    table = views.table(view, dataset.facts(), Selection()).head(0)
    for look in LOOKS:
        drawing = FIGURES[view](table, dataset.facts().descriptor, look)
        assert drawing.alt.endswith(".")
        assert positions(drawing.figure) == []


@pytest.mark.parametrize("view", sorted(set(FIGURES) - {"funding-flows"}))
def test_every_figure_of_everything_leads_to_rows(view: str) -> None:
    """The browser does not tell which band of a flow was clicked: its rows are opened from the table."""
    table, drawing = drawn(view, "everything", Look())
    assert len(set(positions(drawing.figure))) >= min(5, len(table))


# Bars


def lengths(figure: go.Figure) -> dict[tuple[str, str], float]:
    """The lengths of the bars that stand for values, by the stage and the payer that their hover text tells."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for trace in plain(figure)["data"]:
        if trace["type"] != "bar":
            continue
        along = trace["y"] if trace["orientation"] == "v" else trace["x"]
        for length, hover in zip(along, trace["hovertext"], strict=True):
            if match := re.search(r"(?:^|<br>)([A-Z][a-z]+)\. ([A-Z][a-z ]+?)<br>", hover):
                found[match[1], match[2]] += length
    return found


@pytest.mark.parametrize("view", sorted(BARS))
@pytest.mark.parametrize("selection", ["everything", "rio", "undisputed"])
@pytest.mark.parametrize("look", LOOKS, ids=["wide", "narrow"])
def test_bars_are_as_long_together_as_the_sums_of_the_table_at_each_stage_and_payer(
    view: str, selection: str, look: Look
) -> None:
    table, drawing = drawn(view, selection, look)
    stages = {stage.value: stage.label for stage in dataset.facts().descriptor.categories("funding", "stage")}
    payers = {"public": "Public money", "mixed": "Mixed public and private money", "private": "Private money",
              "unknown": "Money of unknown payers"}  # fmt: skip
    wanted = {
        (stages[str(stage)], payers[str(payer)]): total
        for (stage, payer), total in table.groupby(["stage", "payer"])["value"].sum().items()
        if total > 0
    }
    found = lengths(drawing.figure)
    assert set(found) == set(wanted)
    for key, total in wanted.items():
        assert found[key] == pytest.approx(total, rel=1e-9), key


def test_the_bar_of_rios_estimate_is_65_billion_long_and_marked_as_disputed() -> None:
    table, drawing = drawn("funding-by-city", "rio", Look())
    row = int(table.index[(table["stage"] == "estimated") & (table["payer"] == "mixed")][0])
    hovers = [
        hover
        for trace in plain(drawing.figure)["data"]
        if trace["type"] == "bar"
        for point, hover in zip(trace["customdata"], trace["hovertext"], strict=True)
        if point[0] == row
    ]
    assert len(hovers) == 1
    assert "US$ 65 bn" in hovers[0]
    assert "⚑ Disputed" in hovers[0]
    assert "⚑ marks what is disputed." in drawing.alt
    assert "⚑" not in drawn("funding-by-city", "undisputed", Look())[1].alt


# The notation


def test_the_six_stages_differ_without_colour() -> None:
    stages = [stage.value for stage in dataset.facts().descriptor.categories("funding", "stage")]
    signs = []
    for stage in stages:
        marker = stage_marker(stage, "#000000")
        (edge,) = stage_outlines([(stage, 0, 1, 0, 1)], "#000000", xaxis="x", yaxis="y")
        dash = edge["line"]["dash"]
        filled = marker["color"] == "#000000"
        signs.append((filled, marker["pattern"]["shape"], marker["pattern"]["solidity"], dash))
    assert len(set(signs)) == len(stages) == 6
    ink = [solidity if shape else float(filled) for filled, shape, solidity, _ in signs]
    assert ink == sorted(ink), "more ink means more real"


# Texts


@VIEWS
def test_texts_of_the_dataset_are_no_markup(view: str) -> None:
    made = views.VIEWS[view]
    table = views.table(view, dataset.facts(), Selection(city=("rio-de-janeiro", "seoul"))).copy()
    named = {"city", "initiative", "model", "developer", "parent", "parent_developer", "base", "benchmark", "publisher",
             "funder_name", "what"}  # fmt: skip
    for name in named & set(table) - set(made.behind):
        table[name] = HOSTILE
    for look in LOOKS:
        for text in strings(plain(FIGURES[view](table, dataset.facts().descriptor, look).figure)):
            assert "<script" not in text
            assert "<b>bold" not in text


# Lineage


def lineage(links: list[tuple[str, str]]) -> pd.DataFrame:
    """A table of lineage with links from a model to what it was built from."""
    like = views.table("model-lineage", dataset.facts(), Selection()).head(1)
    rows = pd.concat([like] * len(links), ignore_index=True) if links else like.head(0)
    for side, place in (("model", 0), ("parent", 1)):
        names = pd.Series([link[place] for link in links], dtype="str")
        rows[f"{side}_id" if side == "model" else "parent_model_id"] = names
        rows[side] = names
    return rows


@pytest.mark.parametrize(
    "links",
    [
        [("a", "a")],
        [("a", "b"), ("b", "a")],
        [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")],
        [("a", "gone")],
        [("a", "b"), ("a", "b")],
        [("a", "b"), ("a", "c"), ("a", "d"), ("b", "d")],
    ],
    ids=["itself", "two in a circle", "three in a circle", "a parent not listed", "twice", "several parents"],
)
def test_lineage_stands_whatever_was_built_from_what(links: list[tuple[str, str]]) -> None:
    for look in LOOKS:
        drawing = FIGURES["model-lineage"](lineage(links), dataset.facts().descriptor, look)
        go.Figure(plain(drawing.figure))
        said = " ".join(strings(plain(drawing.figure)))
        for name in {name for link in links for name in link}:
            assert re.search(rf"\b{name}\b", said), name
