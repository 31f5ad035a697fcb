"""The brief of a city: one HTML file that needs nothing else, to read from disk and to print on A4."""

from __future__ import annotations

import difflib
import json
import re

import plotly.io as pio
from markupsafe import Markup
from plotly.offline import get_plotlyjs
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from components import city
from components.charts import drawing
from components.formats import escape
from components.html import STYLE
from components.look import look_of
from components.speech import NAME as LANGUAGE
from components.telling import FILE
from ledger import dataset, views
from ledger.address import public_address
from ledger.brand import brand_of
from ledger.exports import file_name
from ledger.language import gettext as _
from ledger.language import listed
from ledger.selection import Selection, choices, parse
from web.templates import template

#: Width in pixels at which charts are drawn; on paper they shrink to its width.
WIDTH = 1000
#: Links out of the brief, as `components.formats.link` makes them.
_LINK = re.compile(r'<a href="(https?://[^"]+)"[^>]*>.*?</a>', re.DOTALL)

_PAGE = template("brief.html")
#: Nothing may be asked for from anywhere, wherever the file is opened.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"


def brief(request: Request) -> Response:
    """The brief of one city for the filters of the address."""
    facts = dataset.facts()
    accepted = choices(facts)
    name = request.path_params["city"]
    if name not in accepted["city"]:
        close = difflib.get_close_matches(name, accepted["city"], n=3, cutoff=0.5)
        said = [_("There is no city “{name}”.", name=name)]
        if close:
            said.append(_("Did you mean {values}?", values=listed(close, "or")))
        return JSONResponse({"message": " ".join(said), "close": close}, status_code=404)
    filters = [pair for pair in request.query_params.multi_items() if pair[0] != LANGUAGE]
    selection, problems = parse(filters, accepted)
    messages = [str(problem) for problem in problems]
    if selection.city not in ((), (name,)):
        messages.append(_("The address names the city {name} already; “city” cannot name another.", name=name))
    if messages:
        return JSONResponse({"message": " ".join(messages)}, status_code=400)
    selection = selection.but(city=(name,))
    file = file_name("brief", selection, facts.version, "html")
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Content-Security-Policy": _POLICY}
    return HTMLResponse(brief_html(selection, public_address(str(request.url))), headers=headers)


def brief_html(selection: Selection, base: str) -> str:
    """The brief as HTML; the selection holds one city, `base` is the address of the dashboard."""
    facts = dataset.facts()
    name = choices(facts)["city"][selection.city[0]]
    sections, specs = [], []
    for section in city.story(selection, telling=FILE):
        charts = []
        for view in section.charts:
            if not views.size(view, facts, selection):
                continue
            drawn = drawing(facts, view, selection, look_of(facts.descriptor))
            figure = json.loads(pio.to_json(drawn.figure, validate=False))
            figure["layout"] |= {"width": WIDTH, "paper_bgcolor": "#FFFFFF"}
            specs.append(figure)
            note = f"<figcaption>{escape(_(views.VIEWS[view].title))} {escape(drawn.note)}</figcaption>"
            charts.append(f'<figure><img class="chart" alt="{escape(drawn.alt)}">{note}</figure>')
        sections.append(f"<section><h2>{escape(section.title)}</h2>{section.html}{''.join(charts)}</section>")
    *told, sources = sections
    return _PAGE.render(
        policy=Markup(_POLICY),
        style=Markup(STYLE),
        title=name,
        profile=Markup(city.profile_html(selection)),
        sections=Markup(_numbered("".join(told), sources) + _with_addresses(sources)),
        address=f"{base.rstrip('/')}{selection.address('/city')}",
        version=facts.version,
        dashboard=brand_of(facts.descriptor).title,
        licence=facts.descriptor.licence_words,
        accent=brand_of(facts.descriptor).accent.light,
        # "<" would end the script in which the charts stand.
        specs=Markup(json.dumps(specs).replace("<", "\\u003c")),
        plotly=Markup(get_plotlyjs()),
    )


def _numbered(told: str, sources: str) -> str:
    """The text with the number of its source behind every link: paper cannot be clicked."""
    numbers: dict[str, int] = {}
    for number, entry in enumerate(re.findall(r"<li>(.*?)</li>", sources, re.DOTALL), start=1):
        for address in _LINK.findall(entry):
            numbers.setdefault(address, number)
    return _LINK.sub(
        lambda found: found[0] + (f"<sup>[{numbers[found[1]]}]</sup>" if found[1] in numbers else ""), told
    )


def _with_addresses(sources: str) -> str:
    """The list of sources with each address in print."""
    return _LINK.sub(lambda found: f'{found[0]} <span class="address">{found[1]}</span>', sources)


routes: list[BaseRoute] = [Route("/brief/{city}", brief)]
