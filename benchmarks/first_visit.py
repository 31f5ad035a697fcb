"""A first visit on a line of 10 Mbit/s and 40 ms, beside a static page with the same charts.

    python -m benchmarks.first_visit [--visits N]

Budget: at most 2.6 MB over the wire; charts drawn within 1.3 times what a static page with the same
charts and a gzip-compressed Plotly needs in the same run. The dashboard draws charts once they come
near the window, and the static page all of them: its time is that until as many stand.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from benchmarks.browser import LINE, Visit, chromium, opened, visit
from benchmarks.results import Record, parser
from benchmarks.static import Chart, static_page
from tests.serving import serve

PAGES = ["/", "/spending", "/sovereignty", "/models"]

# The charts of a page as Plotly got them, without what it keeps in them for itself.
CHARTS = """() => everywhere('.js-plotly-plot').map(chart => [
  JSON.stringify({data: chart.data, layout: chart.layout}, (key, value) =>
    key.startsWith('_') ? undefined : ArrayBuffer.isView(value) ? Array.from(value) : value),
  chart.clientWidth, chart.clientHeight,
])"""


def charts_of(browser: Browser, address: str) -> list[Chart]:
    """The figures that a page shows once it is whole, on paper for instance."""
    with opened(browser, address) as page:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.wait_for_function("everywhere('.stPlotlyChart').every(one => one.querySelector('.main-svg'))")
        return [Chart(*chart) for chart in page.evaluate(CHARTS)]


def note(record: Record, visits: list[Visit], near: int, **of: str) -> None:
    """Add what visits of one page cost; `near` is the number of charts that are waited for."""
    record.add("over the line", "MB", [each.bytes / 1e6 for each in visits], **of)
    record.add("requests", "", [each.requests for each in visits], **of)
    record.add("charts", "", [len(each.charts) for each in visits], **of)
    record.add("first chart", "s", [each.charts[0] for each in visits], **of)
    record.add("charts drawn", "s", [each.charts[near - 1] for each in visits], **of)


def main() -> None:
    """Measure each page, and the static one with its charts, in turn."""
    command = parser(__doc__)
    command.add_argument("--visits", type=int, help="visits per page (5; short: 1)")
    given = command.parse_args()
    count = given.visits or (1 if given.quick else 5)
    record = Record("first_visit", given)
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as base, chromium() as browser:
        for address in PAGES:
            still: list[Visit] = []
            ours: list[Visit] = []
            with static_page(charts_of(browser, base + address)) as limit:
                for _ in range(count):
                    still.append(visit(browser, limit, LINE))
                    ours.append(visit(browser, base + address, LINE))
            near = min(len(each.charts) for each in ours)
            note(record, ours, near, page=address, who="dashboard")
            note(record, still, near, page=address, who="static")
            times = median(each.charts[near - 1] for each in ours) / median(each.charts[near - 1] for each in still)
            record.add("charts drawn against static", "×", [times], page=address)
    record.keep()


if __name__ == "__main__":
    main()
