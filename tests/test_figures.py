"""Figures: every one draws whatever the selection, says what the table says, and takes texts for texts."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import pytest

from components.figures import FIGURES
from components.figures.registry import Drawing
from components.figures.sheet import text_width
from components.figures.sums import PAYERS
from components.look import Look
from ledger import dataset, views
from ledger.language import speaking
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
#: By stage: whether there is ink inside its bars, their hatch, their edge. More ink is more real.
NOTATION = {
    "Spent": (True, "", "solid"),
    "Contracted": (True, "dense", "solid"),
    "Budgeted": (True, "light", "solid"),
    "Committed": (False, "", "solid"),
    "Announced": (False, "", "6px,3px"),
    "Estimated": (False, "", "1.5px,2.5px"),
}
HOSTILE = "<script>alert(1)</script> & <b>bold</b>, which is 'quoted' and goes on for so long that it fills lines"
#: Columns with texts that somebody wrote; the others hold codes, numbers and dates.
WRITTEN = {"city", "initiative", "model", "developer", "parent", "parent_developer", "base", "benchmark", "setting",
           "score_unit", "publisher", "note", "what"}  # fmt: skip
#: What figures themselves mark up.
MARKUP = re.compile(r'</?b>|<br>|<span style="[^"<>&]*">|</span>|<extra></extra>')


@cache
def drawn(view: str, name: str, look: Look) -> tuple[pd.DataFrame, Drawing]:
    table = views.table(view, dataset.facts(), SELECTIONS[name])
    return table, draw(view, table, look)


def draw(view: str, table: pd.DataFrame, look: Look) -> Drawing:
    drawing = FIGURES[view](table, dataset.facts().descriptor, look)
    go.Figure(plain(drawing.figure))  # Raises where a part is none that Plotly knows.
    return drawing


def plain(figure: dict[str, Any]) -> dict[str, Any]:
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


def positions(figure: dict[str, Any]) -> set[int]:
    """The rows of the table that points say they stand for."""
    points = [point for trace in plain(figure)["data"] for point in trace.get("customdata", [])]
    return {point[0] for point in points if point[0] >= 0}


@VIEWS
@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("look", LOOKS, ids=["wide light", "narrow dark"])
def test_a_figure_is_valid_and_says_nothing_ugly(view: str, selection: str, look: Look) -> None:
    table, drawing = drawn(view, selection, look)
    assert re.match(r"[A-Z0-9⚑].*\.$", drawing.alt, re.DOTALL), drawing.alt
    for text in [*strings(plain(drawing.figure)), drawing.alt, drawing.note]:
        assert not re.search(r"\bnan\b|NaN|None(?!\s(recorded|of))|\binf\b|<NA>", text), text
    assert positions(drawing.figure) <= set(range(len(table)))


@VIEWS
def test_a_figure_of_nothing_is_still_one(view: str) -> None:
    table = views.table(view, dataset.facts(), Selection()).head(0)
    for look in LOOKS:
        drawing = draw(view, table, look)
        assert drawing.alt.endswith(".")
        assert positions(drawing.figure) == set()


@pytest.mark.parametrize("view", sorted(set(FIGURES) - {"funding-flows"}))
def test_every_figure_of_everything_leads_to_rows(view: str) -> None:
    """The browser does not tell which band of a flow was clicked: its rows are opened from the table."""
    table, drawing = drawn(view, "everything", Look())
    assert len(positions(drawing.figure)) >= min(5, len(table))


@pytest.mark.parametrize("number", range(1, 7))
def test_profiles_of_any_number_of_cities_stand_inside_the_figure(number: int) -> None:
    table = views.table("goals-profile", dataset.facts(), Selection())
    some = table[table["city_id"].isin(table["city_id"].unique()[:number])].reset_index(drop=True)
    for look in LOOKS:
        layout = plain(draw("goals-profile", some, look).figure)["layout"]
        assert sum(name.startswith("yaxis") for name in layout) == number


# Bars


class Bar(NamedTuple):
    """A bar as it is drawn. Stage and payer are those of the text beside the pointer; a key has no payer."""

    panel: str
    place: int
    stage: str
    payer: str
    length: float
    colour: str
    inside: tuple[bool, str]
    edged: bool


def bars(figure: dict[str, Any]) -> list[Bar]:
    found = []
    for trace in plain(figure)["data"]:
        if trace["type"] != "bar":
            continue
        marker, hatch, colour = trace["marker"], trace["marker"]["pattern"], trace["marker"]["line"]["color"]
        lengths = trace["x" if trace["orientation"] == "h" else "y"]
        for at, hover in enumerate(trace["hovertext"]):
            said = re.search(r"(?:^|<br>)([A-Z][a-z]+)(?:\. ([A-Z][a-z ]+))?(?:<br>|$)", hover)
            assert said, hover
            texture = ("dense" if hatch["solidity"][at] > 0.4 else "light") if hatch["shape"][at] else ""
            panel, place = trace["xaxis"] + trace["yaxis"], trace["customdata"][at][0]
            inside, edged = (marker["color"][at] == colour, texture), marker["line"]["width"][at] > 0
            found.append(Bar(panel, place, said[1], said[2] or "", lengths[at], colour, inside, edged))
    return found


def strokes(figure: dict[str, Any], mode: str) -> list[tuple[str, str, float]]:
    """Panel, dash and length along the scale of lines with gaps between them."""
    traces = plain(figure)["data"]
    scale = "y" if any(trace.get("orientation") == "v" for trace in traces) else "x"
    found = []
    for trace in (trace for trace in traces if trace.get("mode") == mode):
        ends, panel, dash = trace[scale], trace["xaxis"] + trace["yaxis"], trace["line"].get("dash", "")
        size = ends.index(None) + 1
        for line in (ends[start : start + size - 1] for start in range(0, len(ends), size)):
            found.append((panel, dash, max(line) - min(line)))
    return found


def total(pairs: Iterable[tuple[Any, float]]) -> dict[Any, float]:
    sums: dict[Any, float] = defaultdict(float)
    for key, number in pairs:
        sums[key] += number
    return dict(sums)


#: Where everything is drawn; values per resident of several cities cannot be put together.
BARS = pytest.mark.parametrize(
    ("view", "selection", "look"),
    list(
        product(
            ["funding-by-city", "funding-ladder", "funding-over-time", "funding-breakdown"],
            ["everything", "rio", "undisputed", "as stated"],
            LOOKS,
        )
    ),
)


@BARS
def test_bars_add_up_to_the_table_and_mix_neither_stages_nor_payers(view: str, selection: str, look: Look) -> None:
    table, drawing = drawn(view, selection, look)
    stages = {stage.value: stage.label for stage in dataset.facts().descriptor.categories("funding", "stage")}
    codes = {words: payer for payer, words in PAYERS.items()}
    shown = [bar for bar in bars(drawing.figure) if bar.payer]
    whose = {bar.panel: (bar.payer, table["unit"][bar.place]) for bar in shown if bar.place >= 0}
    for bar in shown:
        assert bar.payer == whose[bar.panel][0]
        assert bar.colour == look.payer(codes[bar.payer])
        if bar.place >= 0:
            row = table.iloc[bar.place]
            assert (stages[row["stage"]], PAYERS[row["payer"]], row["value"]) == (bar.stage, bar.payer, bar.length)
            assert row["unit"] == whose[bar.panel][1]
    counted = table.dropna(subset="value")
    rows = counted[["stage", "payer", "unit", "value"]].itertuples(index=False)
    wanted = total(((stages[stage], PAYERS[payer], unit), value) for stage, payer, unit, value in rows)
    assert total(((bar.stage, *whose[bar.panel]), bar.length) for bar in shown) == pytest.approx(wanted, rel=1e-9)
    whiskers = sum(length for *_, length in strokes(drawing.figure, "lines+markers"))
    assert whiskers == pytest.approx((counted["value_high"] - counted["value"]).sum(), rel=1e-3)


@BARS
def test_every_bar_is_drawn_in_the_notation_of_its_stage(view: str, selection: str, look: Look) -> None:
    figure = drawn(view, selection, look)[1].figure
    for bar in bars(figure):
        assert bar.inside == NOTATION[bar.stage][:2], bar
    # An edge is the bar's own, or a line around the bar or around all of its segments.
    edges = [((bar.panel, "solid"), bar.length) for bar in bars(figure) if bar.edged]
    edges += [((panel, dash), length) for panel, dash, length in strokes(figure, "lines") if dash]
    wanted = total(((bar.panel, NOTATION[bar.stage][2]), bar.length) for bar in bars(figure))
    assert total(edges) == pytest.approx(wanted, rel=1e-6)


def test_all_six_stages_are_drawn_and_differ_without_colour() -> None:
    assert {bar.stage for bar in bars(drawn("funding-by-city", "everything", Look())[1].figure)} == set(NOTATION)
    assert len(set(NOTATION.values())) == len(dataset.facts().descriptor.categories("funding", "stage")) == 6


def test_the_bar_of_rios_estimate_is_65_billion_long_and_marked_as_disputed() -> None:
    table, drawing = drawn("funding-by-city", "rio", Look())
    row = int(table.index[(table["stage"] == "estimated") & (table["payer"] == "mixed")][0])
    data = plain(drawing.figure)["data"]
    hovers = [
        trace["hovertext"][trace["customdata"].index([row])]
        for trace in data
        if trace["type"] == "bar" and [row] in trace["customdata"]
    ]
    assert len(hovers) == 1
    assert "US$ 65 bn" in hovers[0]
    assert "⚑ Disputed" in hovers[0]
    assert "⚑ marks what is disputed." in drawing.alt
    assert "⚑" not in drawn("funding-by-city", "undisputed", Look())[1].alt


def test_rows_without_a_year_are_told_where_there_are_no_others_too() -> None:
    table = views.table("funding-over-time", dataset.facts(), SELECTIONS["rio"]).copy()
    table["year"] = pd.NA
    assert f"{len(table)} rows without a year in the table alone." in draw("funding-over-time", table, Look()).note


@pytest.mark.parametrize("view", ["funding-by-city", "funding-ladder", "initiatives-ladder"])
@pytest.mark.parametrize("look", LOOKS, ids=["wide", "narrow"])
def test_no_label_stands_so_close_to_the_end_of_a_range_that_it_reads_as_a_digit(view: str, look: Look) -> None:
    traces = plain(drawn(view, "everything", look)[1].figure)["data"]
    ends = {
        (trace["xaxis"], x, y)
        for trace in traces
        if trace.get("mode") == "lines+markers"
        for x, y in list(zip(trace["x"], trace["y"], strict=True))[1::3]
    }
    beside = {
        (trace["xaxis"], x, y): text
        for trace in traces
        if trace.get("mode") == "text"
        for x, y, text in zip(trace["x"], trace["y"], trace["text"], strict=True)
    }
    assert ends
    assert all(beside[end].startswith("\u2002") for end in ends)


@pytest.mark.parametrize("name", ["en", "pt", "es"])
@pytest.mark.parametrize("view", ["funding-by-city", "funding-breakdown"])
def test_a_value_ends_before_the_column_of_the_next_stage_begins(view: str, name: str) -> None:
    with speaking(name):
        figure = plain(draw(view, views.table(view, dataset.facts(), Selection()), Look()).figure)
    layout = figure["layout"]
    for trace in figure["data"]:
        if trace.get("mode") != "text" or "customdata" not in trace:
            continue
        column = layout[trace["xaxis"].replace("x", "xaxis")]["range"][1] / 6
        pixels = (908 - layout["margin"]["l"]) / 6
        for x, text in zip(trace["x"], trace["text"], strict=True):
            assert x % column / column * pixels + 0.8 * text_width(text, 12) <= pixels, text


# Texts


@pytest.mark.parametrize("view", ["funding-map", "initiatives-map"])
@pytest.mark.parametrize("look", LOOKS, ids=["wide", "narrow"])
def test_the_legend_of_a_map_names_every_stage_that_is_drawn(view: str, look: Look) -> None:
    figure = plain(drawn(view, "everything", look)[1].figure)
    (legend,) = figure["layout"]["annotations"]
    said = legend["text"].replace("\u00a0", " ")
    assert all(trace["name"] in said for trace in figure["data"] if "name" in trace)
    assert 19 * (legend["text"].count("<br>") + 1) < figure["layout"]["margin"]["t"]


@pytest.mark.parametrize("name", ["en", "pt", "es"])
@pytest.mark.parametrize(
    ("view", "table", "column", "axis"),
    [
        ("goals-by-city", "initiative_goals", "goal", "xaxis"),
        ("goals-profile", "initiative_goals", "goal", "yaxis"),
        ("initiatives-by-kind", "initiatives", "kind", "yaxis"),
    ],
)
def test_names_on_an_axis_are_broken_between_words_alone(
    view: str, table: str, column: str, axis: str, name: str
) -> None:
    with speaking(name):
        descriptor = dataset.facts().descriptor
        labels = {category.label for category in descriptor.categories(table, column)}
        for look in LOOKS:
            figure = plain(draw(view, views.table(view, dataset.facts(), Selection()), look).figure)
            written = {text.replace("<br>", " ").strip() for text in figure["layout"][axis]["ticktext"]}
            assert len(written & labels) == len(labels)


@VIEWS
@pytest.mark.parametrize("name", ["pt", "es"])
def test_numbers_and_dates_of_a_figure_are_written_in_the_readers_language(view: str, name: str) -> None:
    table = views.table(view, dataset.facts(), Selection())
    with speaking(name):
        drawing = draw(view, table, Look())
    assert drawing.figure["layout"]["separators"] == ",."
    for text in [*strings(plain(drawing.figure)), drawing.alt]:
        assert not re.search(r"US\$ \d+\.\d (M|k)\b|\b(Feb|Apr|May|Aug|Sept|Dec) 20\d\d", text), text


@pytest.mark.parametrize("look", LOOKS, ids=["wide", "narrow"])
def test_the_axis_of_releases_has_dates_in_words_within_its_ends(look: Look) -> None:
    axis = plain(drawn("model-releases", "everything", look)[1].figure)["layout"]["xaxis"]
    assert 2 <= len(axis["tickvals"]) == len(axis["ticktext"]) <= (4 if look.narrow else 9)
    assert axis["range"][0] <= axis["tickvals"][0] < axis["tickvals"][-1] <= axis["range"][1]
    assert all(re.fullmatch(r"([A-Z][a-z]+ )?20\d\d", text) for text in axis["ticktext"])


def test_what_a_figure_shows_is_told_with_its_leader_and_its_gaps() -> None:
    table, drawing = drawn("funding-by-city", "everything", Look())
    counted = table.dropna(subset="value")
    spent = counted[(counted["stage"] == "spent") & (counted["payer"] == "public")]
    leader = spent.groupby("city")["value"].sum().idxmax()
    assert f"{counted['city_id'].nunique()} cities with counted figures" in drawing.alt
    assert f"At stage spent, public money: {leader} leads with" in drawing.alt
    firm = counted[counted["stage"].isin(["contracted", "spent"])]["city_id"].nunique()
    assert f"with money contracted or spent: {firm}." in drawing.alt
    years = set(drawn("funding-over-time", "rio", Look())[0].dropna(subset=["year", "value"])["year"])
    gaps = [year for year in range(int(min(years)), int(max(years))) if year not in years]
    assert gaps
    assert all(str(year) in drawn("funding-over-time", "rio", Look())[1].alt for year in gaps)


@VIEWS
def test_texts_of_the_dataset_are_no_markup(view: str) -> None:
    table = views.table(view, dataset.facts(), Selection(city=("rio-de-janeiro", "seoul"))).copy()
    written = WRITTEN & set(table)
    for name in written:
        table[name] = HOSTILE
    for look in LOOKS:
        texts = strings(plain(draw(view, table, look).figure))
        assert not written or any("&lt;script&gt;" in text for text in texts)
        for text in texts:
            assert not re.search(r"<|&(?!(amp|lt|gt|#x27);)", MARKUP.sub("", text)), text


# Lineage


def lineage(links: list[tuple[str, str | None]]) -> pd.DataFrame:
    """A table of links from a model to what it was built from; that may be unknown, and the name of one is."""
    like = views.table("model-lineage", dataset.facts(), Selection()).head(1)
    rows = pd.concat([like] * len(links), ignore_index=True)
    rows["model"] = rows["model_id"] = pd.Series([child for child, _ in links], dtype="str")
    rows["parent_model_id"] = pd.Series([parent for _, parent in links], dtype="str")
    rows["parent"] = rows["parent_model_id"].where(rows["parent_model_id"] != "nameless")
    return rows


@pytest.mark.parametrize("look", LOOKS, ids=["wide", "narrow"])
@pytest.mark.parametrize(
    ("links", "loops"),
    [
        ([("a", "a")], 1),
        ([("a", "b"), ("b", "a")], 1),
        ([("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")], 1),
        ([("a", "nameless"), ("b", None)], 0),
        ([("a", "b"), ("a", "b")], 0),
        ([("a", "b"), ("a", "c"), ("a", "d"), ("b", "d"), ("e", "a"), ("e", "d")], 0),
        ([(f"m{step}", f"m{step + 1}") for step in range(14)] + [("m0", "m9")], 0),
    ],
    ids=[
        "itself",
        "two in a circle",
        "three in a circle",
        "parents not known",
        "twice",
        "several parents",
        "a long line",
    ],
)
def test_every_link_is_drawn_or_named_as_a_loop(links: list[tuple[str, str | None]], loops: int, look: Look) -> None:
    drawing = draw("model-lineage", lineage(links), look)
    left_out = [links[place] for place in sorted(set(range(len(links))) - positions(drawing.figure))]
    assert len(left_out) == loops
    said = " ".join(strings(plain(drawing.figure)))
    for child, parent in links:
        assert re.search(rf"\b{child}\b", said)
        assert re.search(rf"\b{parent or 'A model that is not known'}\b", re.sub("<br>", " ", said))
    assert all(f"{child} from {parent}" in drawing.note for child, parent in left_out)
