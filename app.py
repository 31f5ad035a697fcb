"""The server: the pages and the open data in one process, started by `streamlit run app.py`."""

from __future__ import annotations

import gc
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
from ledger.tables import BrokenPackage
from web.brief import routes as brief_routes
from web.charts import routes as chart_routes
from web.crawlers import routes as crawler_routes
from web.embed import routes as embed_routes
from web.middleware import BrowserFiles, Page, SecurityHeaders, compress_first_files
from web.plain import routes as plain_routes
from web.routes import routes as web_routes

try:
    dataset.facts()
except BrokenPackage as broken:
    raise SystemExit(str(broken)) from None

# A file that a reader gives is read in memory, whatever its size: it never touches the disk.
MultiPartParser.spool_max_size = sys.maxsize

add_compress_type("text/csv")
add_compress_type("application/atom+xml")


@asynccontextmanager
async def ready(app: st.App) -> AsyncIterator[None]:
    """Do once what would otherwise burden the first reader, or every collection of garbage."""
    threading.Thread(target=compress_first_files, daemon=True).start()
    gc.collect()
    gc.freeze()
    # Runs make many objects that do not live long: look for rings among the old ones less often.
    gc.set_threshold(20_000, 20, 50)
    yield


app = st.App(
    "dashboard.py",
    lifespan=ready,
    routes=[*web_routes, *chart_routes, *embed_routes, *brief_routes, *plain_routes, *crawler_routes, *api_routes],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(BrowserFiles),
        # Streamlit's own gzip would come first if it saw what the browser accepts.
        Middleware(CompressMiddleware, remove_accept_encoding=True),
        Middleware(Page),
    ],
)
