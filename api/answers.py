"""What every answer carries: version, filters, licence, citation, and how long it may be kept."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from ledger import dataset
from ledger.address import public_address
from ledger.language import language

CSV = "text/csv; charset=utf-8"
JSON = "application/json"
PARQUET = "application/vnd.apache.parquet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
JSON_LD = "application/ld+json"
ATOM = "application/atom+xml; charset=utf-8"

_ROOT = Path(__file__).resolve().parent.parent
#: Seconds for which an answer may be kept without asking again.
_FRESH = 300
#: What the headers mean that every answer carries, …
ALWAYS = {
    "Cache-Control": "How long the answer may be kept without asking again.",
    "ETag": "What tells this answer from others: sent back as If-None-Match, it saves sending the same again.",
    "Last-Modified": "When data or code changed last: sent back as If-Modified-Since, it does the same.",
    "Link": "Licence, descriptions and contract; where a limit is given, the rows after (next) and before (prev).",
    "X-Data-Version": "The date of the data and the start of a digest of its files.",
}
#: … the answers with the rows of a view or a table, …
OF_ROWS = {
    "X-Citation": "How to cite the answer, in ASCII.",
    "X-Filters": "The filters that narrow the rows, as in an address; empty where there are none.",
    "X-Total-Rows": "How many rows there are, whatever the limit.",
}
#: … and the answers that are files.
OF_FILES = {"Content-Disposition": "The name under which to save the file."}
#: Headers that programs in a browser may read.
EXPOSED = (
    "Content-Disposition",
    "ETag",
    "Link",
    "X-Citation",
    "X-Data-Version",
    "X-Filters",
    "X-Filters-Without-Effect",
    "X-Left-Out-By-Disputed",
    "X-Total-Rows",
)
#: What the answer carries that there is none now: when it is worth asking again.
RETRY = {"Retry-After": "30", "Cache-Control": "no-store"}
#: Lets programs in the browser read answers from any page.
OPEN = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "HEAD"],
    # If-None-Match is one of those that a browser asks for first.
    allow_headers=["*"],
    expose_headers=list(EXPOSED),
)


def send(
    request: Request,
    chunks: Callable[[], Iterable[bytes]],
    media_type: str,
    *,
    headers: dict[str, str] | None = None,
    file: str = "",
) -> Response:
    """An answer whose bytes are made by `chunks`, and only where the asker does not hold them already.

    One piece is sent with its length; more are streamed. `file` names what is to be saved.
    """
    every = _common(request)
    for name, value in (headers or {}).items():
        every[name] = f"{every[name]}, {value}" if name == "Link" else value
    if file:
        every["Content-Disposition"] = f'attachment; filename="{file}"'
    if _is_known(request, every):
        # What the whole answer would say of itself, its encoding included: the copy may be a shared one.
        return NotModifiedResponse(Headers({**every, "Vary": "Accept-Encoding"}))
    pieces = iter(chunks())
    first, second = next(pieces, b""), next(pieces, None)
    if second is None:
        return Response(first, media_type=media_type, headers=every)
    if request.scope.get("without_body"):
        # The rest need not be made.
        return StreamingResponse(iter(()), media_type=media_type, headers=every)
    return StreamingResponse(_rest(first, second, pieces), media_type=media_type, headers=every)


def _rest(first: bytes, second: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    return chain((first, second), pieces)


def _common(request: Request) -> dict[str, str]:
    """Headers of every answer that succeeds."""
    facts = dataset.facts()
    licence = quote(facts.descriptor.licence_path, safe=":/?&=#%+,;@~")
    links = [
        *([f'<{licence}>; rel="license"'] if licence else []),
        '</api/v1/datapackage.json>; rel="describedby"; type="application/json"',
        f'</api/v1/croissant.json>; rel="describedby"; type="{JSON_LD}"; title="Croissant"',
        f'</api/v1/catalogue.jsonld>; rel="describedby"; type="{JSON_LD}"; title="schema.org and DCAT"',
        '</api/v1/openapi.json>; rel="service-desc"; type="application/json"',
        '</api/docs>; rel="service-doc"; type="text/html"',
    ]
    address = f"{public_address(str(request.url))}{request.url.path}?{request.url.query}"
    # The day is part of it since citations say when something was looked at.
    known = "|".join((facts.version, _code(), datetime.now(UTC).date().isoformat(), language(), address))
    return {
        "X-Data-Version": facts.version,
        "Link": ", ".join(links),
        "Cache-Control": f"public, max-age={_FRESH}",
        # Weak: the same answer may come in one encoding or another.
        "ETag": f'W/"{hashlib.sha256(known.encode()).hexdigest()[:24]}"',
        "Last-Modified": format_datetime(_modified(), usegmt=True),
    }


def _is_known(request: Request, headers: dict[str, str]) -> bool:
    """Whether the asker's copy still holds."""
    bare = Headers({"etag": headers["ETag"].removeprefix("W/"), "last-modified": headers["Last-Modified"]})
    return StaticFiles().is_not_modified(bare, request.headers)


@cache
def _sources() -> tuple[Path, ...]:
    """The files of code that answers are made from."""
    made_from = (".py", ".xml", ".html", ".css", ".po")
    parts = ("ledger", "api", "components", "web", "locale")
    code = [file for part in parts for file in (_ROOT / part).rglob("*") if file.suffix in made_from]
    return (*sorted(code), _ROOT / "requirements.txt")


@cache
def _code() -> str:
    """A digest of what makes answers: a new version of the code may answer in another way."""
    digest = hashlib.sha256()
    for file in _sources():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _modified() -> datetime:
    """When code or data changed last; data that were exchanged while the server runs changed then."""
    return max(_code_changed(), dataset.served().changed).replace(microsecond=0)


@cache
def _code_changed() -> datetime:
    return datetime.fromtimestamp(max(file.stat().st_mtime for file in _sources()), UTC)


def plain(text: str) -> str:
    """A text as a header may hold it: ASCII, on one line."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(ascii_text.split())


def other_page(request: Request, offset: int, limit: int) -> str:
    """The path and query of this request for other rows."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name not in ("offset", "limit")]
    return f"{request.url.path}?{urlencode([*query, ('limit', limit), ('offset', offset)])}"


def refused(problems: list[dict[str, Any]]) -> Response:
    """Say what was not understood, with the accepted values."""
    message = " ".join(dict.fromkeys(str(problem["message"]) for problem in problems))
    return JSONResponse({"message": message, "problems": problems}, status_code=400)


def not_found(what: str, name: str, accepted: tuple[str, ...]) -> Response:
    """Say that there is nothing of this name, and what there is."""
    message = f"There is no {what} “{name}”. The {what}s are: {', '.join(accepted)}."
    return JSONResponse({"message": message, "accepted": list(accepted)}, status_code=404)
