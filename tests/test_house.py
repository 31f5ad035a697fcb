"""The house keeps its order: who may import whom, and documents that name what is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit import config

from components.figures import FIGURES
from ledger import views
from tests.serving import ROOT

#: What each part may not import: imports run one way.
FORBIDDEN = {
    "ledger": {"streamlit", "plotly", "components", "app_pages", "api", "web"},
    "api": {"streamlit", "plotly", "components", "app_pages", "web"},
    "components": {"app_pages", "api", "web"},
    "provenance": {"streamlit", "plotly", "pandas", "components", "app_pages", "api", "web", "ledger"},
    "app_pages": {"api", "web", "plotly"},
}


def imported(path: Path) -> set[str]:
    """The first parts of the names of all modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("part", FORBIDDEN)
def test_imports_run_one_way(part: str) -> None:
    files = list((ROOT / part).rglob("*.py"))

    assert files
    assert {str(file): imported(file) & FORBIDDEN[part] for file in files if imported(file) & FORBIDDEN[part]} == {}


def test_every_figure_belongs_to_a_view_and_every_aggregate_has_a_figure() -> None:
    assert set(FIGURES) <= set(views.VIEWS)
    aggregates = {name for name, made in views.VIEWS.items() if made.detail and made.detail != name}
    # The profiles of cities have a page of their own: each measure has another unit.
    assert aggregates - {"city-profiles"} <= set(FIGURES)


@pytest.mark.parametrize("option", ["runner.postScriptGC", "client.disableDataExport", "server.fileWatcherType"])
def test_the_settings_that_streamlit_is_given_still_exist(option: str) -> None:
    # An option that a new version of Streamlit drops would be ignored without a word.
    assert option in config.get_config_options()


def test_the_readme_names_the_two_commands_first() -> None:
    code = (ROOT / "README.md").read_text().split("```")[1]

    assert [line.split("#")[0].strip() for line in code.strip().splitlines()] == ["make run", "make test"]
