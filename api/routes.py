"""Where the open-data API stands beside the pages."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount, Route

from api.app import app
from api.feed import feed

routes: list[BaseRoute] = [Route("/feed.atom", feed), Mount("/api", app)]
