"""The card of the weight check in a real browser: the worked example, a report that is given, a file that is none."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from components.weight_report import example
from provenance.report import Report, as_json
from provenance.simulate import simulate
from tests.provenance.checking import check, places
from tests.test_browser import CUT_LABELS, go

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A report with another verdict than that of the worked example."""
    folder = tmp_path_factory.mktemp("models")
    return check(places(*simulate("independent", folder, 60_000)), folder)


def card(page: Page) -> Locator:
    go(page, "/models")
    found = page.locator(".st-key-card_weight-check")
    found.scroll_into_view_if_needed()
    return found


def give(card: Locator, name: str, content: bytes) -> None:
    card.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def is_drawn(card: Locator, cells: list[dict[str, Any]]) -> None:
    """The chart has a mark for each cell, and no text that is cut off."""
    marks = sum(cell["alpha_clear"] is not None for cell in cells)
    assert marks > 10
    expect(card.locator(".js-plotly-plot .scatterlayer .point")).to_have_count(marks)
    assert card.page.evaluate(CUT_LABELS) == []


def test_the_worked_example_opens_with_its_verdict_and_chart(page: Page) -> None:
    shown = card(page)
    expect(shown).not_to_contain_text("verdict:")
    shown.get_by_text("A worked example: a blend whose past is known").click()
    expect(shown).to_contain_text("verdict: linear blend, t = 0.600")
    is_drawn(shown, example()["cells"])


def test_a_report_that_is_given_stands_on_the_page_of_the_claims(page: Page, report: Report) -> None:
    shown = card(page)
    give(shown, "weights.json", as_json(report))
    expect(shown).to_contain_text("verdict: independent of B")
    expect(shown).to_contain_text(report["verdict"]["sentence"])
    # Its own figures, not those of the example, and the claims as they were.
    expect(shown).not_to_contain_text("linear blend, t = 0.600")
    is_drawn(shown, report["cells"])
    expect(page.locator(".st-key-card_model-releases")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.json", b"{}", "notes.json: It is no report of this version of the weight check"),
        ("weights.json.gz", b"\x1f\x8bnothing", "damaged"),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_a_sentence(page: Page, name: str, content: bytes, said: str) -> None:
    shown = card(page)
    give(shown, name, content)
    expect(shown.get_by_role("alert")).to_contain_text(said)
    expect(shown).not_to_contain_text("verdict:")
    expect(shown.locator(".js-plotly-plot")).to_have_count(0)
