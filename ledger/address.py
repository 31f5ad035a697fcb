"""The public address of this dashboard, for links that leave it: citations, feeds, sitemaps, embeds."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

#: Names the public address where a proxy stands before the server: `https://ai.example.org`.
VARIABLE = "DASHBOARD_URL"


def public_address(asked: str) -> str:
    """Scheme and host without a slash at the end: what the operator names, else what was asked (any URL of ours)."""
    named = os.environ.get(VARIABLE, "")
    if named.startswith(("http://", "https://")):
        return named.rstrip("/")
    parts = urlsplit(asked)
    return f"{parts.scheme}://{parts.netloc}"
