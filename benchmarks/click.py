"""From a click on a filter to the changed figure, in Chromium.

    python -m benchmarks.click [--clicks N]

Budget: at most 150 ms, median. The clock runs in the page, from the pointer's release to the first
frame in which the first chart says something else.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.browser import chromium, opened, seconds_to_change
from benchmarks.results import Record, parser
from tests.serving import serve

CITIES = ["Rio de Janeiro", "Singapore", "Barcelona", "New York"]
PAGES = ["/", "/spending", "/sovereignty", "/models"]


def clicks(page: Page, count: int) -> list[float]:
    """Milliseconds of clicks: a city is chosen, then all filters are cleared, in turn."""
    taken: list[float] = []
    for turn in range(count):
        city = CITIES[turn // 2 % len(CITIES)]
        if turn % 2 == 0:
            page.get_by_role("combobox", name="City", exact=True).fill(city)
            target = page.get_by_role("option", name=city).first
        else:
            target = page.get_by_test_id("stMain").get_by_role("button", name="Clear all", exact=True)
        target.wait_for()
        seconds = seconds_to_change(page, target.click)
        if seconds is not None:
            taken.append(seconds * 1000)
        page.keyboard.press("Escape")
        page.wait_for_timeout(500)
    return taken


def main() -> None:
    """Measure every page."""
    command = parser(__doc__)
    command.add_argument("--clicks", type=int, help="clicks per page (16; short: 6)")
    given = command.parse_args()
    count = given.clicks or (6 if given.quick else 16)
    record = Record("click", given)
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as base, chromium() as browser:
        for address in PAGES:
            with opened(browser, base + address) as page:
                record.add("click to changed figure", "ms", clicks(page, count), page=address)
    record.keep()


if __name__ == "__main__":
    main()
