"""Addresses that are neither pages nor data."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ledger import dataset

#: Land for maps, which Plotly would otherwise fetch from an outside host.
_WORLD = Path(__file__).parent / "geo" / "world_110m.json"

_ICON = Path(__file__).parent / "icon.svg"
_FOR_A_WEEK = {"Cache-Control": "public, max-age=604800"}


def healthz(request: Request) -> Response:
    """Ready: the server answers only when the data are loaded."""
    body = {"status": "ready", "data_version": dataset.facts().version}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def world(request: Request) -> Response:
    """The outlines of land and countries at 1:110 million."""
    return FileResponse(_WORLD, media_type="application/json", headers=_FOR_A_WEEK)


def icon(request: Request) -> Response:
    """The sign in the browser's tab."""
    return FileResponse(_ICON, media_type="image/svg+xml", headers=_FOR_A_WEEK)


routes: list[BaseRoute] = [
    Route("/healthz", healthz),
    Route("/icon.svg", icon),
    Route("/geo/world_110m.json", world),
]
