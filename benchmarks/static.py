"""The least that charts can cost: a page of HTML that holds them and nothing else, compressed, with Plotly."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import plotly.offline

from benchmarks.results import ROOT


class Chart(NamedTuple):
    """A chart as Plotly's JSON, and its size on the page."""

    figure: str
    width: int
    height: int


@contextmanager
def static_page(charts: Sequence[Chart]) -> Iterator[str]:
    """The address of a page that holds these charts."""
    divisions = "".join(
        f'<div id="chart{n}" style="width:{chart.width}px;height:{chart.height}px"></div>'
        f"<script>{{const f={chart.figure};"
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
