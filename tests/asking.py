"""Asking the open-data routes without a server: the request goes in as ASGI, the whole answer comes out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.applications import Starlette
from starlette.datastructures import Headers

from api import routes
from tests import loops

APP = Starlette(routes=routes.routes)


@dataclass(frozen=True)
class Answer:
    """What the routes answer to one request."""

    status: int
    headers: Headers
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


def get(
    address: str,
    query: Sequence[tuple[str, str]] = (),
    *,
    method: str = "GET",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> Answer:
    """Ask the routes, without a server; `address` is encoded as in a request line."""
    path, _, given = address.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "server": ("localhost", 80),
        "root_path": "",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": (given or urlencode(query)).encode(),
        "headers": [(b"host", b"localhost"), (b"origin", b"https://example.org"), *headers],
    }
    sent: list[dict[str, Any]] = []

    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in asked:
            return message
        return await asyncio.Future()  # The asker waits for the answer and does not hang up.

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def answer() -> None:
        await APP(scope, receive, send)  # type: ignore[arg-type]

    loops.run(answer())
    start, *bodies = sent
    content = b"".join(message.get("body", b"") for message in bodies)
    return Answer(start["status"], Headers(raw=start["headers"]), content)
