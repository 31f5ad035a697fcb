"""Where the open-data API stands beside the pages."""

from __future__ import annotations

import re

from starlette.routing import BaseRoute, Mount

from api.app import app

_MOUNT = Mount("/api", app)
# Starlette's own expression ends at a line feed: what follows it would be answered as a page.
_MOUNT.path_regex = re.compile(_MOUNT.path_regex.pattern, re.DOTALL)

routes: list[BaseRoute] = [_MOUNT]
