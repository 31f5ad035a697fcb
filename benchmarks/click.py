"""From a click on a filter to the changed figure, in Chromium.

    python -m benchmarks.click [clicks per page]

Budget: at most 150 ms, median. The clock runs in the page, from the pointer's release to the first
frame in which the first chart says something else.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.reader import machine, spread
from tests.machine_setup import ARGUMENTS, HELP, find_chromium
from tests.serving import serve

CITIES = ["Rio de Janeiro", "Singapore", "Barcelona", "New York"]
PAGES = ["/", "/spending", "/sovereignty", "/models"]

# What the first chart shows, in words and shapes; read before each click and on every frame after it.
WATCH = """() => {
  const shown = () => {
    const chart = document.querySelector('.js-plotly-plot');
    return chart ? chart.textContent + [...chart.querySelectorAll('.trace path')].map(p => p.getAttribute('d')) : null;
  };
  window.changed = new Promise(resolve => {
    const before = shown();
    addEventListener('pointerup', event => {
      const start = event.timeStamp;
      const look = now => shown() !== before ? resolve(now - start) : requestAnimationFrame(look);
      requestAnimationFrame(look);
    }, {capture: true, once: true});
  });
}"""
CHANGED = """() => Promise.race([window.changed, new Promise(resolve => setTimeout(resolve, 5000, null))])"""


def clicks(page: Page, address: str, count: int) -> list[float]:
    """Seconds of clicks: a city is chosen, then all filters are cleared, in turn."""
    page.goto(address)
    page.locator(".js-plotly-plot").first.wait_for()
    page.wait_for_timeout(2000)
    taken: list[float] = []
    for turn in range(count):
        city = CITIES[turn // 2 % len(CITIES)]
        if turn % 2 == 0:
            page.get_by_role("combobox", name="City", exact=True).fill(city)
            target = page.get_by_role("option", name=city).first
        else:
            target = page.get_by_test_id("stMain").get_by_role("button", name="Clear all", exact=True)
        target.wait_for()
        page.evaluate(WATCH)
        target.click()
        milliseconds = page.evaluate(CHANGED)
        if milliseconds is not None:
            taken.append(milliseconds / 1000)
        page.keyboard.press("Escape")
        page.wait_for_timeout(500)
    return taken


def main(count: int = 16) -> None:
    """Print a row for each page."""
    chromium = find_chromium()
    if not chromium:
        sys.exit(HELP)
    print("| page | clicks | median ms | p95 ms |\n|---|---:|---:|---:|")
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "log.txt") as base,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for address in PAGES:
            page = browser.new_page(viewport={"width": 1400, "height": 950}, locale="en-GB", base_url=base)
            taken = clicks(page, address, count)
            print(f"| {address} | {len(taken)} | {spread(taken) if len(taken) > 1 else '– | –'} |", flush=True)
            page.close()
        browser.close()
    print(machine())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
