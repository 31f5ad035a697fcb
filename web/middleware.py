"""What happens to every response on its way out."""

from __future__ import annotations

import gzip
from contextlib import nullcontext
from functools import cache
from pathlib import Path

import anyio.to_thread
import brotli
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import RETRY
from ledger import dataset
from ledger.brand import brand_of
from ledger.engines import Unreachable
from ledger.language import LANGUAGES, preferred, speaking, tag
from ledger.language import gettext as _
from ledger.selection import FILES
from ledger.tables import TooManyRows
from web import frontend

# Said here: what Python guesses depends on the machine.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
#: The small font of icons; `web.icon_font` says what it is and makes it.
_ICONS = Path(__file__).parent / "icons"
_FOREVER = "public, max-age=31536000, immutable"


@cache
def browser_files() -> dict[str, Path]:
    """The files that are sent compressed, by their addresses."""
    streamlits = (path for path in (frontend.ROOT / "static").rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(frontend.ROOT).as_posix(): path for path in streamlits} | frontend.own_files()


def plain(file: str) -> bytes:
    """A browser file as it is; one of ours may lie there packed."""
    path = browser_files()[file]
    body = path.read_bytes()
    return bytes(brotli.decompress(body)) if path.suffix == ".br" else body


@cache
def compressed(file: str, encoding: str) -> bytes:
    """A browser file, compressed once and kept: its name carries a hash, so it never changes."""
    if encoding == "gzip":
        return gzip.compress(plain(file), 9)
    if browser_files()[file].suffix == ".br":
        return browser_files()[file].read_bytes()
    # Who asks for a rare one waits for it: a second for the largest, with 10 it would be five.
    return bytes(brotli.compress(plain(file), quality=10 if file in frontend.first_files() else 9))


def compress_first_files() -> None:
    """Compress what a first visit asks for before anyone asks."""
    for file in frontend.first_files():
        if file in browser_files():
            compressed(file, "br")
            compressed(file, "gzip")


class OneVersion:
    """Answers each request from one version of the dataset, streamed answers too, whatever is exchanged meanwhile."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the version; a connection that stays open for a whole visit holds none."""
        with dataset.one_version() if scope["type"] == "http" else nullcontext():
            await self.app(scope, receive, send)


class Language:
    """Lets pages speak the reader's language: that of their address (`lang=pt`), else what their browser prefers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak it, and say so; files speak English."""
        if scope["type"] != "http" or scope["path"].startswith((*FILES, "/static/")):
            await self.app(scope, receive, send)
            return
        asked = QueryParams(scope["query_string"]).get("lang")
        chosen = asked if asked in LANGUAGES else None

        async def with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html")
                if is_page:
                    headers.setdefault("Content-Language", tag())
                # That a kept page still holds is said without its type.
                if is_page or message["status"] == 304:
                    headers.add_vary_header("Accept-Language")
            await send(message)

        with speaking(chosen or preferred(Headers(scope=scope).get("accept-language")), is_chosen=chosen is not None):
            await self.app(scope, receive, with_language)


class Sentences:
    """Says in a sentence what cannot be drawn or put into a page: too many rows, or nobody to work them out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the place of whoever gave up before it had begun."""
        try:
            await self.app(scope, receive, send)
        except TooManyRows as too_many:
            said = str(too_many) + " " + _("Take them as a file, or choose a city or other filters.")
            await PlainTextResponse(said, status_code=400)(scope, receive, send)
        except Unreachable as away:
            await PlainTextResponse(str(away), status_code=503, headers=RETRY)(scope, receive, send)


class BrowserFiles:
    """Sends the browser files compressed; Streamlit itself sends them as they are (9 MB on a first visit)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Streamlit's larger font has the same name where it is of the same version.
        self.fonts = {f"/static/media/{path.name}": path.read_bytes() for path in _ICONS.glob("*.woff2")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a browser file; leave the rest to the app."""
        asked = scope["path"] if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else ""
        if asked in self.fonts:
            response = Response(self.fonts[asked], media_type="font/woff2", headers={"Cache-Control": _FOREVER})
            await response(scope, receive, send)
            return
        file = asked.removeprefix("/")
        if file not in browser_files():
            await self.app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        encoding = next((name for name in ("br", "gzip") if name in accepted), None)
        headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if encoding is None:
            body = await anyio.to_thread.run_sync(plain, file)
        else:
            body = await anyio.to_thread.run_sync(compressed, file, encoding)
            headers["Content-Encoding"] = encoding
        kind = _TYPES[Path(file).suffix]
        await Response(body, media_type=kind, headers=headers)(scope, receive, send)


class Page:
    """Puts this dashboard's page in the place of Streamlit's, whatever the address it is sent for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold back what could be the page until its body is known."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        brand = brand_of(dataset.facts().descriptor)
        original = frontend.original_page()
        ours = frontend.page(brand.title, brand.intro, tag(), land=frontend.begins_with_map(scope["path"]))
        start: Message | None = None
        body = b""

        async def replace(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                html = headers.get("content-type", "").startswith("text/html")
                if html and headers.get("content-length") == str(len(original)):
                    start = message
                    return
            elif start is not None and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                if body == original:
                    body = ours
                    headers = MutableHeaders(raw=start["headers"])
                    headers["Content-Length"] = str(len(ours))
                    del headers["ETag"], headers["Last-Modified"]
                await send(start)
                message = {**message, "body": body}
            await send(message)

        await self.app(scope, receive, replace)


class SecurityHeaders:
    """Says what the page may load, who may frame it and what it tells others; a route may say otherwise for itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        policy = {
            "default-src": ["'self'"],
            # blob: is how Streamlit loads the script of a component that is written in Python.
            "script-src": ["'self'", "blob:", *frontend.script_hashes()],
            "style-src": ["'self'", "'unsafe-inline'"],
            "img-src": ["'self'", "data:", "blob:"],
            "font-src": ["'self'", "data:"],
            "connect-src": ["'self'"],
            "worker-src": ["'self'", "blob:"],
            "object-src": ["'none'"],
            "base-uri": ["'self'"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'none'"],
        }
        self.headers = {
            "Content-Security-Policy": "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items()),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers that the answer does not carry yet."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)
