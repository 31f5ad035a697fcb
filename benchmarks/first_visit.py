"""A first visit on a line of 10 Mbit/s and 40 ms, beside a static page with the same charts.

    python -m benchmarks.first_visit [visits per page]

Budget: at most 2.6 MB over the wire; charts drawn within 4.0 s, and within 1.3 times what a static
page with the same charts and a gzip-compressed Plotly needs in the same run.
"""

from __future__ import annotations

import base64
import gzip
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import plotly.offline
from playwright.sync_api import Browser, sync_playwright

from benchmarks.reader import machine
from tests.machine_setup import ARGUMENTS, HELP, find_chromium
from tests.serving import ROOT, serve

PAGES = ["/", "/spending", "/sovereignty", "/models"]
LINE = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}

# Notes when the number of drawn charts last grew.
WATCH = """() => {
  window.drawn = {count: 0, at: 0};
  new MutationObserver(() => {
    const count = document.querySelectorAll('.js-plotly-plot .main-svg:first-child').length;
    if (count > window.drawn.count) window.drawn = {count, at: performance.now()};
  }).observe(document, {childList: true, subtree: true});
}"""

# Resolves when no further chart has come for a while.
DRAWN = """() => new Promise(resolve => {
  const timer = setInterval(() => {
    const waited = performance.now() - window.drawn.at;
    if (window.drawn.count > 0 ? waited > 2500 : waited > 60000) { clearInterval(timer); resolve(window.drawn); }
  }, 100);
})"""

# The charts of a page as Plotly got them, without what it keeps in them for itself.
CHARTS = """() => [...document.querySelectorAll('.js-plotly-plot')].map(chart => ({
  width: chart.clientWidth, height: chart.clientHeight,
  figure: JSON.stringify({data: chart.data, layout: chart.layout}, (key, value) =>
    key.startsWith('_') ? undefined : ArrayBuffer.isView(value) ? Array.from(value) : value),
}))"""


@dataclass(frozen=True)
class Visit:
    """What one visit cost."""

    bytes: int
    requests: int
    charts: int
    seconds: float


def visit(browser: Browser, address: str) -> Visit:
    """Open an address with nothing cached."""
    context = browser.new_context(viewport={"width": 1400, "height": 950}, locale="en-GB")
    page = context.new_page()
    wire = context.new_cdp_session(page)
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    # The browser shows frames of the page's own connection unpacked: they are packed again as the server does.
    packer = zlib.compressobj(wbits=-12, memLevel=5)
    frames: list[int] = []

    def weigh(event: dict[str, dict[str, str]]) -> None:
        frame = packer.compress(base64.b64decode(event["response"]["payloadData"]))
        frames.append(len(frame) + len(packer.flush(zlib.Z_SYNC_FLUSH)))

    wire.on("Network.webSocketFrameReceived", weigh)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", LINE)
    page.add_init_script(f"({WATCH})()")
    page.goto(address)
    drawn = page.evaluate(DRAWN)
    context.close()
    return Visit(sum(sizes) + sum(frames), len(sizes), drawn["count"], drawn["at"] / 1000)


def charts_of(browser: Browser, address: str) -> list[dict[str, str]]:
    """The figures that a page shows once it is whole."""
    page = browser.new_page(viewport={"width": 1400, "height": 950}, locale="en-GB")
    page.goto(address)
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    page.wait_for_timeout(4000)
    charts: list[dict[str, str]] = page.evaluate(CHARTS)
    page.close()
    return charts


@contextmanager
def static_page(charts: list[dict[str, str]]) -> Iterator[str]:
    """The address of a page that holds these charts and nothing else."""
    divisions = "".join(
        f'<div id="chart{n}" style="width:{chart["width"]}px;height:{chart["height"]}px"></div>'
        f"<script>{{const f={chart['figure']};"
        f'Plotly.newPlot("chart{n}",f.data,f.layout,{{displayModeBar:false,topojsonURL:"/geo/"}})}}</script>'
        for n, chart in enumerate(charts)
    )
    html = f'<!DOCTYPE html><meta charset="utf-8"><script src="/plotly.min.js"></script>{divisions}'
    files = {
        "/": ("text/html", html.encode()),
        "/plotly.min.js": ("text/javascript", plotly.offline.get_plotlyjs().encode()),
        "/geo/world_110m.json": ("application/json", (ROOT / "web/geo/world_110m.json").read_bytes()),
    }
    packed = {path: (kind, gzip.compress(body, 9)) for path, (kind, body) in files.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = packed.get(self.path, ("text/plain", gzip.compress(b"")))
            self.send_response(200 if self.path in packed else 404)
            for name, value in (
                ("Content-Type", kind),
                ("Content-Encoding", "gzip"),
                ("Content-Length", str(len(body))),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the table alone on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()


def row(name: str, visits: list[Visit], limit: float | None = None) -> str:
    """A row of the table: medians."""
    seconds = median(v.seconds for v in visits)
    against = f"{seconds / limit:.2f}" if limit else "1"
    cells = [
        name,
        f"{median(v.bytes for v in visits) / 1e6:.2f}",
        f"{median(v.requests for v in visits):.0f}",
        f"{median(v.charts for v in visits):.0f}",
        f"{seconds:.2f}",
        against,
    ]
    return f"| {' | '.join(cells)} |"


def main(count: int = 3) -> None:
    """Print two rows for each page: the page, and the static one with its charts."""
    chromium = find_chromium()
    if not chromium:
        sys.exit(HELP)
    print("| page | MB | requests | charts | charts drawn, s | × static |\n|---|---:|---:|---:|---:|---:|")
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "log.txt") as base,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for address in PAGES:
            charts = charts_of(browser, base + address)
            with static_page(charts) as limit:
                still = [visit(browser, limit) for _ in range(count)]
            ours = [visit(browser, base + address) for _ in range(count)]
            print(row(address, ours, median(v.seconds for v in still)))
            print(row(f"{address} as a static page", still), flush=True)
        browser.close()
    print(machine())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
