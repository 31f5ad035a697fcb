"""What search engines ask for: which addresses there are, and which are not worth their while."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from api.answers import send
from components.telling import Kind, plain_address
from ledger import dataset
from ledger.address import public_address
from ledger.facts import Facts
from ledger.selection import choices
from web.plain import alternates, list_paths

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
#: What speaks English alone.
_IN_ENGLISH = ("/api/docs",)
#: Pages of the dashboard that stand for themselves; those of one initiative or city are there as plain pages.
_PAGES = ("/", "/spending", "/sovereignty", "/models", "/city", "/evidence", "/data", "/api/docs")
_KINDS: tuple[Kind, ...] = ("city", "initiative", "model")

_ROBOTS = """\
# The plain pages hold everything that the dashboard tells; /sitemap.xml lists them.
# Views answer for countless filters: take /api/v1/package.zip instead.
User-agent: *
Disallow: /_stcore/
Disallow: /api/v1/views/
Disallow: /brief/
Disallow: /chart/
Disallow: /embed/
Allow: /

Sitemap: {base}/sitemap.xml
"""


def paths(facts: Facts) -> Iterator[str]:
    """Every page: those of the dashboard, the lists, and one for each city, initiative and model."""
    yield from _PAGES
    yield from list_paths(facts)
    names = choices(facts)
    yield from (plain_address(kind, name) for kind in _KINDS for name in names[kind])


def sitemap(request: Request) -> Response:
    """All pages, with the day of the data and each in every language (sitemaps.org, protocol 0.9)."""
    facts, base = dataset.facts(), public_address(str(request.url))
    return send(request, lambda: [_sitemap(facts, base)], "application/xml")


def _sitemap(facts: Facts, base: str) -> bytes:
    ElementTree.register_namespace("", _NAMESPACE)
    ElementTree.register_namespace("xhtml", _XHTML)
    root = ElementTree.Element(f"{{{_NAMESPACE}}}urlset")
    for path in paths(facts):
        page = ElementTree.SubElement(root, f"{{{_NAMESPACE}}}url")
        ElementTree.SubElement(page, f"{{{_NAMESPACE}}}loc").text = base + path
        ElementTree.SubElement(page, f"{{{_NAMESPACE}}}lastmod").text = facts.descriptor.created
        for language, address in alternates(base + path) if path not in _IN_ENGLISH else ():
            ElementTree.SubElement(page, f"{{{_XHTML}}}link", rel="alternate", hreflang=language, href=address)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def robots(request: Request) -> Response:
    """What crawlers may ask for."""
    return PlainTextResponse(_ROBOTS.format(base=public_address(str(request.url))))


routes: list[BaseRoute] = [Route("/sitemap.xml", sitemap), Route("/robots.txt", robots)]
