"""How a text is told: on a page of the dashboard, in a file on disk, or on a plain page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from components.formats import escape
from ledger.language import N_
from ledger.selection import Selection

Kind = Literal["city", "initiative", "model"]

#: Where the dashboard tells of one of each kind, and where a plain page does.
_PAGES = {"city": "/city", "initiative": "/initiative", "model": "/models"}
_PLAIN = {"city": "/c", "initiative": "/i", "model": "/m"}
#: What the link from a page of the dashboard to the plain one says; marked for the catalogues.
PLAIN_PAGE = N_("Plain page, for slow connections and to print")
#: Parts of a selection that a link keeps: what is left out stays left out.
_KEPT = ("disputed", "lens", "per_resident")
_ALL = Selection()


def page_address(kind: Kind, name: str, under: Selection = _ALL) -> str:
    """The dashboard's page of a city, an initiative or a model; `under` a selection, what it leaves out stays out."""
    return under.only(_KEPT).but(**{kind: (name,)}).address(_PAGES[kind])


def plain_address(kind: Kind, name: str) -> str:
    """The plain page of a city, an initiative or a model."""
    return f"{_PLAIN[kind]}/{quote(name, safe='')}"


def plain_link(kind: Kind, name: str) -> str:
    """The address of a plain page in a link, in the language that the reader chose."""
    return _ALL.address(plain_address(kind, name))


@dataclass(frozen=True)
class Telling:
    """What differs from one face of a text to another.

    `links` says where names lead: to pages of the dashboard, to plain pages, or nowhere. `most`
    figures are listed in a section, all where it is None. `folded` shows a long thread only when
    it is opened. `head` is the element of the heads within a section.
    """

    links: Literal["dashboard", "plain", "none"]
    most: int | None
    folded: bool
    head: str

    def link(self, kind: Kind, name: str, html: str, under: Selection = _ALL) -> str:
        """A piece of HTML that names something, as a link to the page of that where there is one to lead to."""
        if self.links == "none":
            return html
        if self.links == "plain":
            return f'<a href="{escape(plain_link(kind, name))}">{html}</a>'
        return f'<a href="{escape(page_address(kind, name, under))}" target="_self">{html}</a>'

    def register(self, selection: Selection) -> str:
        """The address that holds every figure of a selection."""
        if self.links == "plain":
            return selection.address("/api/v1/views/funding-register.csv")
        return f"{selection.address('/spending')}#funding-register"


#: A page of the dashboard; figures beyond these stand in the register.
PAGE = Telling("dashboard", most=12, folded=True, head="h3")
#: A file on disk, which leads nowhere and holds everything.
FILE = Telling("none", most=None, folded=False, head="h3")
#: A plain page, which is not to be long.
PLAIN = Telling("plain", most=12, folded=False, head="h3")
