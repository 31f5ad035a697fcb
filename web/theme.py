"""The accent colour of the package in Streamlit's own elements."""

from __future__ import annotations

import logging

from streamlit import config

from ledger.brand import KEY, OWN_ACCENT, brand_of
from ledger.dataset import Served

_log = logging.getLogger(__name__)


def paint(served: Served) -> None:
    """Give buttons, links and marks the accent of a package; pages that are opened from now on have it."""
    accent = brand_of(served.facts.descriptor).accent
    for theme, colour in zip(accent._fields, accent, strict=True):
        for option in ("primaryColor", "linkColor"):
            config.set_option(f"theme.{theme}.{option}", colour)
    said = served.facts.descriptor.raw.get(KEY, {}).get("accent", "").upper()
    if accent != OWN_ACCENT and said not in accent:
        _log.warning("The accent %s cannot be read on light or dark ground: %s and %s are used.", said, *accent)
