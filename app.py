"""The server: the pages and the open data in one process, started by `streamlit run app.py`."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette_compress import CompressMiddleware, add_compress_type

from api.routes import routes as api_routes
from ledger import dataset
from ledger.dataset import Served
from ledger.tables import BrokenPackage
from ledger.watch import Watch
from web.brief import routes as brief_routes
from web.charts import routes as chart_routes
from web.crawlers import routes as crawler_routes
from web.embed import routes as embed_routes
from web.middleware import BrowserFiles, Language, OneVersion, Page, SecurityHeaders, Sentences, compress_first_files
from web.plain import routes as plain_routes
from web.routes import routes as web_routes
from web.sockets import send_at_once
from web.theme import paint

# What the dashboard says of itself goes to the log; Streamlit gives its own parts alone a place there.
logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
try:
    paint(dataset.served())
except (BrokenPackage, OSError) as wrong:
    raise SystemExit(str(wrong)) from None

# A file that a reader gives is read in memory, whatever its size: it never touches the disk.
MultiPartParser.spool_max_size = sys.maxsize

add_compress_type("text/csv")
add_compress_type("application/atom+xml")


def settle() -> None:
    """Take what lives long out of every later collection of garbage, and let go what no longer lives."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def taken(new: Served) -> None:
    """What another version of the package brings with it."""
    paint(new)
    settle()


@asynccontextmanager
async def ready(app: st.App) -> AsyncIterator[None]:
    """Do once what would otherwise burden the first reader, and watch the package."""
    send_at_once()
    threading.Thread(target=compress_first_files, daemon=True).start()
    settle()
    # Runs make many objects that do not live long: look for rings among the old ones less often.
    gc.set_threshold(20_000, 20, 50)
    stop = threading.Event()
    threading.Thread(target=Watch(dataset.place(), taken).run, args=(stop,), daemon=True).start()
    yield
    stop.set()


app = st.App(
    "dashboard.py",
    lifespan=ready,
    routes=[*web_routes, *chart_routes, *embed_routes, *brief_routes, *plain_routes, *crawler_routes, *api_routes],
    middleware=[
        Middleware(OneVersion),
        Middleware(Language),
        Middleware(Sentences),
        Middleware(SecurityHeaders),
        Middleware(BrowserFiles),
        # Streamlit's own gzip would come first if it saw what the browser accepts.
        Middleware(CompressMiddleware, remove_accept_encoding=True),
        Middleware(Page),
    ],
)
