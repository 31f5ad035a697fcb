"""Pages that are whole HTML: their templates, which speak the reader's language and keep it in their links."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from ledger.language import gettext, tag
from ledger.selection import Selection

_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
_TEMPLATES.globals |= {"_": gettext, "tag": tag, "address": Selection().address}


def template(name: str) -> Template:
    """A template of this folder: `_` says a message, `tag` names the language, `address` keeps it in a link."""
    return _TEMPLATES.get_template(name)
