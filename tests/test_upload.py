"""A reader's own rows in a real browser: given, seen by them alone, gone with one click."""

from __future__ import annotations

import csv
import io
import re
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.facts import SIGN
from tests.test_browser import go, settled
from tests.test_own_rows import HOSTILE, own_package, own_workbook
from tests.test_validate import as_csv, broken_rows, good_rows

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


def give(page: Page, name: str, content: bytes) -> None:
    """Choose a file in the card for a reader's own rows."""
    file = page.locator(".st-key-card_own input[type=file]")
    file.wait_for(state="attached")
    file.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def test_two_readers_with_different_rows_never_see_each_others(browser: Browser, server: str) -> None:
    mine = good_rows()[0] | {"id": "mine-1", "note": "Only I see this"}
    contexts = [browser.new_context(base_url=server, viewport={"width": 1400, "height": 950}) for _ in range(3)]
    first, second, third = (context.new_page() for context in contexts)
    for page in (first, second, third):
        go(page, "/data")

    give(first, "city.zip", own_package())
    give(second, "funding.csv", as_csv([mine]).encode())
    expect(first.get_by_text("7 rows of your own")).to_be_visible()
    expect(second.get_by_text("1 row of your own")).to_be_visible()
    third.reload()
    settled(third)

    for page, figures in ((first, 460), (second, 459), (third, 458)):
        expect(page.get_by_text(f"of {figures} figures of money")).to_be_visible()
    expect(third.locator(".st-key-own_banner")).to_have_count(0)
    go(third, "/city?city=vila-exemplo")
    expect(third.get_by_role("alert").first).to_contain_text("vila-exemplo")
    # What is open to everybody holds the dataset alone.
    with urllib.request.urlopen(f"{server}/api/v1/views/funding-register.csv") as answer:
        said = answer.read().decode()
    assert "Only I see this" not in said
    assert "vila-exemplo" not in said

    first.get_by_role("button", name="Remove my rows").click()
    expect(first.locator(".st-key-own_banner")).to_have_count(0)
    expect(first.get_by_text("of 458 figures of money")).to_be_visible()
    expect(second.get_by_text("of 459 figures of money")).to_be_visible()
    for context in contexts:
        context.close()


def test_rows_stay_from_page_to_page_and_are_marked_in_table_and_file(page: Page) -> None:
    go(page, "/data")
    give(page, "city.xlsx", own_workbook())
    expect(page.get_by_text("7 rows of your own")).to_be_visible()

    page.get_by_role("link", name="Spending", exact=True).click()
    settled(page)
    card = page.locator(".st-key-card_funding-register")
    expect(card.get_by_text(f"{SIGN} Yours, or changed by your rows: 2 of 460 rows.")).to_be_visible()
    page.locator(".st-key-menu_funding-register button").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("^CSV of what is shown, yours included")).click()
    file = waiting.value
    assert file.suggested_filename == "funding-register-with-yours_2026-11-23.csv"
    rows = list(csv.DictReader(io.StringIO(file.path().read_text(encoding="utf-8-sig"), newline="")))
    assert {row["funding_id"] for row in rows if row["yours"] == "true"} == {"vila-exemplo-triagem-f1", "rio-f"}
    expect(page.locator(".st-key-share_funding-register")).to_have_count(0)


def test_faults_are_shown_and_given_as_a_file_and_nothing_is_added(page: Page) -> None:
    rows, faults = broken_rows()
    go(page, "/data")
    give(page, "funding.csv", as_csv(rows, ";").encode("latin-1"))

    expect(page.get_by_text(f"funding.csv has {len(faults)} faults. Nothing was added.")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Download {len(faults)} faults as CSV").click()
    table = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8-sig"), newline="")))
    assert {(int(row["row"]), row["column"]) for row in table} == {(row, column) for row, column, *_ in faults}
    expect(page.locator(".st-key-own_banner")).to_have_count(0)


@pytest.mark.parametrize("name", ["noise as a workbook", "a billion laughs", "a path that goes up"])
def test_a_hostile_file_is_refused_on_the_page_and_others_are_served(page: Page, server: str, name: str) -> None:
    go(page, "/data")
    give(page, *HOSTILE[name])
    expect(page.locator(".st-key-card_own").get_by_role("alert")).to_be_visible()
    with urllib.request.urlopen(f"{server}/healthz", timeout=10) as answer:
        assert answer.status == 200
    expect(page.locator(".st-key-own_banner")).to_have_count(0)


def test_the_template_is_one_click_away(page: Page) -> None:
    go(page, "/data")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Template to fill in (Excel)").click()
    assert waiting.value.suggested_filename == "template.xlsx"
    assert waiting.value.path().read_bytes().startswith(b"PK")
