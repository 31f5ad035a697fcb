"""Where the open-data API stands beside the pages."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount

from api.app import app

routes: list[BaseRoute] = [Mount("/api", app)]
