"""Where the open-data API stands beside the pages."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from api import answers
from api.app import app
from api.feed import feed

_MOUNT = Mount("/api", app)
# Starlette's own expression ends at a line feed: what follows it would be answered as a page.
_MOUNT.path_regex = re.compile(_MOUNT.path_regex.pattern, re.DOTALL)


def to_docs(request: Request) -> Response:
    """Who asks for the API itself wants to know what there is."""
    return RedirectResponse("/api/docs")


routes: list[BaseRoute] = [
    Route("/api", to_docs),
    Route("/api/", to_docs),
    _MOUNT,
    # A router of its own, so that what a browser asks first is answered, too.
    Route("/feed.atom", Router([Route("/feed.atom", feed)], middleware=[answers.OPEN])),
]
