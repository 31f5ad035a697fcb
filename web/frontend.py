"""Streamlit's browser files, as they lie in the installed package.

A chart can only be drawn when its chunk has come, and the browser learns of that chunk only
after the page's script has connected and received a first element. The page therefore names
these chunks in its head. Their names carry hashes, so they are read from the manifest that
comes with them. Of the largest, the one for charts, a smaller one is sent (`web.chart_library`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

import streamlit

from components.browser import NARROW
from ledger.language import gettext as _

ROOT = Path(streamlit.__file__).parent / "static"
#: The small chart library; `web.chart_library` says what it is and makes it.
CHARTS = Path(__file__).parent / "plotly"
_JS = "static/js"

#: What nearly every page shows: preloaded with everything that they import, charts first.
_PRELOADED = ("PlotlyChart", "Multiselect", "Selectbox", "Checkbox", "BidiComponent", "Html", "Metric")

#: The land of maps: their charts would ask for it last of all.
_LAND = "/geo/world_110m.json"

# Where the server is, said in advance. Without it the browser asks for health and host
# configuration below the page's own address first (a 404 on every page but the first), and
# connects only after the answers. No other origin may steer the page.
_CONNECTION = (
    "window.__streamlit = {BACKEND_BASE_URL: location.origin, "
    "HOST_CONFIG: {allowedOrigins: [location.origin], useExternalAuthToken: false}}"
)


@cache
def original_page() -> bytes:
    """The page as Streamlit sends it, for every address that is a page."""
    return (ROOT / "index.html").read_bytes()


@lru_cache(maxsize=8)
def page(title: str, description: str, language: str, *, land: bool = False) -> bytes:
    """The page as this dashboard sends it: own title, and a head that saves round trips; both texts are plain.

    `language` is that of the page (BCP 47), and the one that is spoken; `land` asks for that of maps at once.
    """
    html = original_page().decode()
    title, description = escape(title), escape(description)
    head = (
        f'<title>{title}</title><meta name="description" content="{description}">'
        f'<link rel="alternate" type="application/atom+xml" title="{title}: what changed" href="/feed.atom">'
        f"<script>{_CONNECTION}</script>"
        f'<script type="importmap">{_import_map()}</script>'
    )
    html = html.replace('<html lang="en"', f'<html lang="{escape(language)}"', 1)
    html = re.sub(r"<title>.*?</title>", lambda _: head, html, count=1, flags=re.DOTALL)
    # After the chunks that the page names itself: the app shall start while the charts' chunk still comes.
    links = "".join(f'<link rel="modulepreload" crossorigin href="./{file}">' for file in preloaded())
    if land:
        links += f'<link rel="preload" as="fetch" crossorigin href="{_LAND}" media="(min-width: {NARROW + 1}px)">'
    html = html.replace("</head>", f"{links}</head>", 1)
    html = html.replace('href="./favicon.png"', 'href="/icon.svg" type="image/svg+xml"')
    html = re.sub(r"<noscript>.*?</noscript>", lambda found: _without_scripts(), html, count=1, flags=re.DOTALL)
    return html.encode()


def _without_scripts() -> str:
    """What a browser shows that runs no scripts."""
    plain = {"/c": _("Cities"), "/i": _("Initiatives"), "/m": _("Models")}
    files = {f"/api/v1/tables/{name}.csv": f"{name}.csv" for name in ("cities", "initiatives", "funding", "sources")}
    pages, tables = (
        ", ".join(f'<a href="{address}">{escape(name)}</a>' for address, name in links.items())
        for links in (plain, files)
    )
    told = _(
        "The charts need JavaScript. Plain pages tell the same without it: {pages}. The data are CSV files: {tables}.",
        pages=pages,
        tables=tables,
    )
    return f"<noscript><p>{told}</p></noscript>"


def begins_with_map(path: str) -> bool:
    """Whether a map is among the charts that the page at this path draws at first, where the window is wide."""
    return path == "/"


def script_hashes() -> list[str]:
    """The page's inline scripts as sources of a Content-Security-Policy, so that no others run."""
    scripts = re.findall(rb'<script(?: type="importmap")?>(.*?)</script>', page("", "", "en"), flags=re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts]


@cache
def _manifest() -> dict[str, Any]:
    """Which chunk is where and imports which; nothing where it is not there."""
    try:
        return dict(json.loads((ROOT / "manifest.json").read_bytes()))
    except (OSError, ValueError):
        return {}


def chunk(name: str) -> str | None:
    """The file of a chunk."""
    return next((str(chunk["file"]) for chunk in _manifest().values() if chunk.get("name") == name), None)


@cache
def preloaded() -> tuple[str, ...]:
    """The chunks to name in the head beyond those named there; none where the manifest is not as expected."""
    try:
        manifest = _manifest()
        wanted = [key for name in _PRELOADED for key, chunk in manifest.items() if chunk.get("name") == name]
        known = set(_with_imports(manifest, ["index.html"]))
        chunks = [str(manifest[key]["file"]) for key in _with_imports(manifest, wanted) if key not in known]
    except (KeyError, AttributeError):
        return ()
    instead = exchanged()
    first = [chart_library()] if instead else []
    return (*first, *(instead.get(file, file) for file in chunks))


def chart_library() -> str:
    """The plotly.js with the kinds of traces that our charts have; it lies there packed."""
    return f"{_JS}/{next(CHARTS.glob('plotly.*.br')).stem}"


def own_files() -> dict[str, Path]:
    """The files that we put beside Streamlit's chunks, by their addresses; names carry hashes."""
    return {f"{_JS}/{path.name.removesuffix('.br')}": path for path in CHARTS.glob("*.js*")}


@cache
def exchanged() -> dict[str, str]:
    """The chunk of Streamlit that a smaller one of ours stands in for; none where it is not the one we know."""
    whole = chunk("PlotlyChart")
    found = list(CHARTS.glob(f"{Path(whole).stem}.*.js")) if whole else []
    return {whole: f"{_JS}/{found[0].name}"} if whole and found else {}


def _import_map() -> str:
    return json.dumps({"imports": {f"./{whole}": f"./{small}" for whole, small in exchanged().items()}})


def first_files() -> list[str]:
    """What a first visit asks for: everything that the page's head names."""
    return re.findall(r'(?:href|src)="\./(static/[^"]+)"', page("", "", "en").decode())


def _with_imports(manifest: dict[str, dict[str, list[str]]], keys: Iterable[str]) -> list[str]:
    """The chunks and all that they import, the asked ones first."""
    found: dict[str, None] = {}
    waiting = list(keys)
    while waiting:
        key = waiting.pop(0)
        if key not in found:
            found[key] = None
            waiting += manifest[key].get("imports", [])
    return list(found)
