"""Reports hold to their schema, stand for themselves, and show texts from files as texts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from provenance import SCHEMA
from provenance.numbers import stored
from provenance.report import as_html, as_json, as_text, write_report
from provenance.results import FIGURES
from provenance.simulate import simulate
from provenance.verdict import KINDS
from tests.provenance.checking import BF16, check, pair, places, three

HOSTILE = "model.layers.0.mlp.<script>alert(1)</script>.weight"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("models")
    return check(places(*simulate("linear-3", folder, 60_000)), folder)


def test_a_report_holds_to_its_schema(report: dict[str, Any], tmp_path: Path) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(as_json(report)), schema)
    one = np.ones(3, np.float32)
    jsonschema.validate(check(three(tmp_path, {"a": one}, {"a": one}, {"b": one}), tmp_path), schema)


def test_the_schema_names_every_figure_and_verdict() -> None:
    schema = json.loads(SCHEMA.read_text())["properties"]
    assert list(schema["whole"]["properties"]) == list(FIGURES)
    assert schema["verdict"]["properties"]["kind"]["enum"] == list(KINDS)


def test_json_is_the_report_itself(report: dict[str, Any], tmp_path: Path) -> None:
    assert json.loads(as_json(report)) == report
    write_report(report, tmp_path / "r.json.gz")
    assert json.loads(gzip.decompress((tmp_path / "r.json.gz").read_bytes())) == report


def test_the_page_stands_for_itself(report: dict[str, Any]) -> None:
    page = as_html(report).decode()
    assert "verdict: linear blend, t = 0.600" in page
    for outside in ("<script", "http://", "https://", "<link", "@import", "url("):
        assert outside not in page
    # Four charts with a mark for each layer's each component, and their twins as tables.
    assert page.count('role="img"') == 4
    assert page.count("<title>experts, layer 2") == 4
    assert 'class="recipe"' in page
    assert page.count("<table>") >= 6
    for line in report["verdict"]["cannot_tell"]:
        assert line.split(":")[0] in page


def test_a_tensors_name_is_text_and_no_markup(tmp_path: Path) -> None:
    a, b = pair(5000, 0.03)
    where = three(tmp_path, *({HOSTILE: stored(part, BF16)} for part in (a, b, 0.4 * a + 0.6 * b)))
    with_missing = three(tmp_path / "more", {HOSTILE: stored(a, BF16)}, *[{"w": stored(a, BF16)}] * 2)
    for found in (check(where, tmp_path), check(with_missing, tmp_path / "more")):
        assert "<script" not in as_html(found).decode()


def test_the_terminal_shows_a_row_for_each_part_and_ends_with_the_verdict(report: dict[str, Any]) -> None:
    lines = as_text(report).splitlines()
    assert lines[-1] == report["verdict"]["line"]
    for part in ("whole model", "experts", "router", "norm", "layer 3", "layer none"):
        assert any(line.startswith(part) for line in lines)
    assert "139 of 139 tensors read" in "\n".join(lines)
