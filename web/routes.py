"""Addresses that are neither pages nor data."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from ledger import dataset
from ledger.brand import brand_of, logo_type
from ledger.language import gettext as _

#: Land for maps, which Plotly would otherwise fetch from an outside host.
_WORLD = Path(__file__).parent / "geo" / "world_110m.json"

_ICON = Path(__file__).parent / "icon.svg"
#: What of a refused package is told; the log holds all.
_MOST_FAULTS, _MOST_LETTERS = 100, 1000
_FOR_MINUTES = {"Cache-Control": "public, max-age=300"}
_FOR_A_WEEK = {"Cache-Control": "public, max-age=604800"}


def healthz(request: Request) -> Response:
    """Ready: the server answers only when the data are loaded. What is wrong with a newer package is said too."""
    served, refused = dataset.served(), dataset.refused()
    body: dict[str, Any] = {
        "status": "ready",
        "data_version": served.facts.version,
        "since": _time(served.since),
        "place": dataset.place_name(),
    }
    if refused:
        faults = [fault[:_MOST_LETTERS] for fault in refused.faults[:_MOST_FAULTS]]
        body["refused"] = {"at": _time(refused.at), "count": len(refused.faults), "faults": faults}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def logo(request: Request) -> Response:
    """The logo of the package, as a picture and nothing more."""
    served = dataset.served()
    path = brand_of(served.facts.descriptor).logo
    if path is None:
        return PlainTextResponse(_("This dashboard has no logo."), 404)
    # The file goes with the version that is exchanged for another; its bytes are here by then.
    content = (served.folder / path).read_bytes()
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox", **_FOR_MINUTES}
    return Response(content, media_type=logo_type(path), headers=headers)


def world(request: Request) -> Response:
    """The outlines of land and countries at 1:110 million."""
    return FileResponse(_WORLD, media_type="application/json", headers=_FOR_A_WEEK)


def icon(request: Request) -> Response:
    """The sign in the browser's tab."""
    return FileResponse(_ICON, media_type="image/svg+xml", headers=_FOR_A_WEEK)


routes: list[BaseRoute] = [
    Route("/healthz", healthz),
    Route("/icon.svg", icon),
    Route("/logo", logo),
    Route("/geo/world_110m.json", world),
]
