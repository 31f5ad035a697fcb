"""What a reader's browser sees: what a visit weighs, when charts stand, and from a click to a changed chart.

It looks into shadow roots too, in which some pages draw, so that every page is measured alike.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.machine_setup import ARGUMENTS, HELP, find_chromium

#: A line of 10 Mbit/s and 40 ms, as Chromium emulates it; None is the machine's own loopback.
LINE = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}
WINDOW: Any = {"viewport": {"width": 1400, "height": 950}, "locale": "en-GB"}

#: Notes what the page shows, `window.drawn`: when each chart came.
_WATCH = """
  const roots = [document];
  window.everywhere = selector => roots.flatMap(root => [...root.querySelectorAll(selector)]);
  window.drawn = [];
  const observer = new MutationObserver(() => {
    const count = everywhere(SHOWN).length;
    while (drawn.length < count) drawn.push(performance.now());
  });
  const watch = root => observer.observe(root, {childList: true, subtree: true});
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    roots.push(root);
    watch(root);
    return root;
  };
  watch(document);
"""
#: A chart whose drawing has begun.
CHART = ".js-plotly-plot .main-svg:first-child"

# Resolves when nothing further has come for a while, or nothing at all for a minute.
_DRAWN = """() => new Promise(resolve => {
  const timer = setInterval(() => {
    const waited = performance.now() - (drawn.at(-1) ?? 0);
    if (drawn.length ? waited > 2500 : waited > 60000) { clearInterval(timer); resolve(drawn); }
  }, 100);
})"""

# What the first chart shows, in words and shapes; read before a click and on every frame after it.
# The clock starts when the pointer is released, or where a list has no such moment, when it changes.
_ARM = """() => {
  const shown = () => {
    const chart = everywhere('.js-plotly-plot')[0];
    return chart ? chart.textContent + [...chart.querySelectorAll('.trace path')].map(p => p.getAttribute('d')) : null;
  };
  window.changed = new Promise(resolve => {
    const before = shown();
    let start = null;
    const begin = event => {
      if (start !== null) return;
      start = event.timeStamp;
      const look = now => shown() !== before ? resolve(now - start) : requestAnimationFrame(look);
      requestAnimationFrame(look);
    };
    for (const kind of ['pointerup', 'input']) addEventListener(kind, begin, {capture: true, once: true});
  });
}"""
_CHANGED = """() => Promise.race([changed, new Promise(resolve => setTimeout(resolve, 5000, null))])"""


@dataclass(frozen=True)
class Visit:
    """What one visit cost: over the line, and the seconds until each chart, the first first."""

    bytes: int
    requests: int
    charts: tuple[float, ...]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, or the end of the script with a sentence on how to get one."""
    path = find_chromium()
    if not path:
        raise SystemExit(HELP)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def visit(browser: Browser, address: str, line: dict[str, Any] | None, *, shown: str = CHART) -> Visit:
    """Open an address with nothing cached; `shown` selects what counts as a chart."""
    context = browser.new_context(**WINDOW)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    sizes: list[int] = []
    frames = _Frames()
    wire.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    wire.on("Network.webSocketHandshakeResponseReceived", frames.agreed)
    wire.on("Network.webSocketFrameReceived", frames.weigh)
    wire.send("Network.enable")
    if line:
        wire.send("Network.emulateNetworkConditions", line)
    page.add_init_script(_WATCH.replace("SHOWN", repr(shown)))
    page.goto(address, wait_until="commit", timeout=120_000)
    drawn = page.evaluate(_DRAWN)
    context.close()
    return Visit(sum(sizes) + frames.bytes, len(sizes), tuple(milliseconds / 1000 for milliseconds in drawn))


def files_of(browser: Browser, address: str) -> dict[str, int]:
    """The bytes over the line of each file of a first visit, by its address."""
    context = browser.new_context(**WINDOW)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire.on("Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]}))

    def arrived(event: dict[str, Any]) -> None:
        url = addresses.get(event["requestId"], "")
        sizes[url] = sizes.get(url, 0) + int(event["encodedDataLength"])

    wire.on("Network.loadingFinished", arrived)
    wire.send("Network.enable")
    page.add_init_script(_WATCH.replace("SHOWN", repr(CHART)))
    page.goto(address, wait_until="commit", timeout=120_000)
    page.evaluate(_DRAWN)
    context.close()
    return sizes


class _Frames:
    """Weighs what comes over a page's own connection.

    The browser shows it unpacked: where the connection packs, it is packed again, as servers do.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self.packers: dict[str, Any] = {}

    def agreed(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        if "permessage-deflate" in headers.get("sec-websocket-extensions", ""):
            self.packers[event["requestId"]] = zlib.compressobj(wbits=-12, memLevel=5)

    def weigh(self, event: dict[str, Any]) -> None:
        text = event["response"]["payloadData"]
        data = base64.b64decode(text) if event["response"]["opcode"] == 2 else text.encode()
        if packer := self.packers.get(event["requestId"]):
            data = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)
        self.bytes += len(data)


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page whose charts stand, ready for clicks."""
    page = browser.new_page(**WINDOW)
    page.add_init_script(_WATCH.replace("SHOWN", repr(CHART)))
    page.goto(address, wait_until="commit", timeout=120_000)
    page.evaluate(_DRAWN)
    yield page
    page.close()


def seconds_to_change(page: Page, choose: Callable[[], object]) -> float | None:
    """From the moment of a choice to the first frame in which the first chart says something else."""
    page.evaluate(_ARM)
    try:
        choose()
        milliseconds = page.evaluate(_CHANGED)
    except Error:
        return None
    return None if milliseconds is None else float(milliseconds) / 1000
