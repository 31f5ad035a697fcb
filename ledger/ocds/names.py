"""Short names of rows: made of what the releases say, always the same for the same, different for different."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

from slugify import slugify

_LONGEST = 80
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f<>\"]+", re.IGNORECASE)


def short_name(text: str) -> str:
    """Small letters, digits and single hyphens. Where that loses a part of the text, digits tell it from others."""
    name = slugify(text, max_length=_LONGEST)
    return name if name == text else f"{name}-{digest(text)}".strip("-")


def digest(text: str) -> str:
    """Eight digits that are this text's alone."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def web_address(text: str) -> str:
    """The address where it is one of the web (http or https), else ""."""
    try:
        return text if _ADDRESS.fullmatch(text) and urlsplit(text).hostname else ""
    except ValueError:
        return ""
