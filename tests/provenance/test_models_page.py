"""The Models page shows a report beside the claims where a reader gives one, and invents none."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import Any

import pandas as pd
import plotly.io as pio
import pytest
from streamlit.testing.v1 import AppTest

from components.figures.weights import MEASURES, weights
from components.look import Look
from components.weight_report import LIMIT_UNPACKED, NoReport, example, read_report
from components.weights import COLUMNS
from provenance import EXAMPLE, SCHEMA
from provenance.example import example as made_anew
from provenance.report import as_json
from tests.serving import ROOT
from tests.test_pages import SECONDS, texts

HOSTILE = "<script>alert(1)</script> & <b>bold</b>"


def models_page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=SECONDS)
    app.switch_page("app_pages/models.py")
    return app.run()


def test_without_a_report_the_page_says_what_it_is_and_shows_no_verdict() -> None:
    app = models_page()
    assert not app.exception
    assert "no report of a real model comes with it" in texts(app)
    assert "verdict:" not in texts(app)


def test_the_dashboard_needs_nothing_of_what_the_check_itself_needs() -> None:
    code = "import sys, components.weights; print(*{'numba', 'llvmlite', 'huggingface_hub'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


def test_the_worked_example_is_what_the_generator_gives() -> None:
    made, kept = made_anew(), example()
    assert made["verdict"]["line"] == kept["verdict"]["line"] == "verdict: linear blend, t = 0.600"
    assert [row["component"] for row in made["components"]] == [row["component"] for row in kept["components"]]
    for name in ("alpha", "alpha_clear", "cosine", "exact"):
        assert made["whole"][name] == pytest.approx(kept["whole"][name], rel=1e-6)
    assert round(kept["whole"]["alpha"], 1) == 0.8


def test_a_report_is_read_packed_or_not() -> None:
    packed = EXAMPLE.read_bytes()
    assert read_report(packed) == read_report(gzip.decompress(packed)) == example()


def without(name: str) -> bytes:
    return as_json({key: value for key, value in example().items() if key != name})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"format": NaN}', "not JSON"),
        (b'{"format": 1e999}', "not JSON"),
        (b"{}", "no report of this version"),
        (without("verdict"), "'verdict' is a required property"),
        (json.dumps({**example(), "format": "weight-check-0"}).encode(), "format is not as it should be"),
        (b"\x1f\x8bnothing", "damaged"),
        (gzip.compress(bytes((LIMIT_UNPACKED + 1) * 2**20)), f"more than {LIMIT_UNPACKED} MB"),
    ],
    ids=["empty", "deep", "nan", "infinite", "object", "incomplete", "old", "damaged", "bomb"],
)
def test_a_file_that_is_no_report_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(NoReport, match=said):
        read_report(content)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
@pytest.mark.parametrize("look", [Look(), Look(dark=True, narrow=True)], ids=["wide", "narrow"])
def test_a_chart_shows_every_cell_and_says_so(measure: Any, look: Look) -> None:
    cells = example()["cells"]
    drawn = weights(cells, measure, 0.6, look)
    shown = [cell for cell in cells if cell[measure.name] is not None]
    assert sum(len(trace["x"]) for trace in drawn.figure["data"]) == len(shown) > 10
    assert measure.title in drawn.alt
    assert ("The verdict's t is 0.600" in drawn.alt) == (measure.name == "alpha_clear")
    pio.to_json(drawn.figure, validate=True)


def test_texts_of_a_report_are_no_markup() -> None:
    cells = [{**example()["cells"][0], "component": HOSTILE}]
    drawn = weights(cells, MEASURES[0], None, Look())
    assert "<script" not in pio.to_json(drawn.figure).replace("\\u003c", "<")


def test_the_table_has_the_figures_of_the_chart_with_their_meanings() -> None:
    assert {measure.name for measure in MEASURES} <= set(COLUMNS)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]["whole"]["properties"]
    for name, (_title, meaning) in COLUMNS.items():
        assert meaning == schema.get(name, {}).get("description", ""), name
    assert set(COLUMNS) <= set(pd.DataFrame(example()["cells"]).columns)
