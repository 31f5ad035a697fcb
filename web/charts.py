"""A chart as a picture: a small page that draws it and hands it over as PNG or SVG.

The picture is made by the reader's own browser, with the same figure as on the page, so that
the server needs no browser of its own.
"""

from __future__ import annotations

import json
from pathlib import Path

import plotly.io as pio
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from components.charts import drawing
from components.figures import FIGURES
from components.formats import escape
from components.look import look_of
from components.speech import NAME as LANGUAGE
from ledger import dataset, views
from ledger.brand import brand_of
from ledger.exports import file_name
from ledger.facts import Facts
from ledger.language import gettext as _
from ledger.language import tag
from ledger.selection import choices, parse
from web import frontend

FORMATS = ("png", "svg")
THEMES = ("light", "dark")
#: Width of the picture in pixels; a PNG has twice as many, for print and fine screens.
WIDTH = 1000

_SCRIPT = Path(__file__).parent / "picture.js"

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body style="margin:2rem;background:{paper};color:{ink};font-family:sans-serif">
<p id="status" role="status">{status}</p>
<p>{title}<br>{note}</p>
<div id="chart" style="width:{width}px"></div>
<script type="application/json" id="spec">{spec}</script>
<script src="/{library}"></script><script src="/chart/picture.js"></script>
</body></html>"""


def picture(request: Request) -> Response:
    """The page that makes the picture of a view's chart and downloads it."""
    name = request.path_params["view"]
    if name not in FIGURES:
        message = _("There is no chart “{name}”. The charts are: {charts}.", name=name, charts=", ".join(FIGURES))
        return JSONResponse({"message": message}, status_code=404)
    query = request.query_params.multi_items()
    wanted = dict(query)
    form, theme = wanted.get("format", "png"), wanted.get("theme", "light")
    facts = dataset.facts()
    filters = [pair for pair in query if pair[0] not in ("format", "theme", LANGUAGE)]
    selection, problems = parse(filters, choices(facts))
    messages = [str(problem) for problem in problems]
    if form not in FORMATS:
        accepted = ", ".join(FORMATS)
        messages.append(_("“{name}” is not a format of pictures. Accepted: {values}.", name=form, values=accepted))
    if theme not in THEMES:
        accepted = ", ".join(THEMES)
        messages.append(_("“{name}” is not a theme. Accepted: {values}.", name=theme, values=accepted))
    if messages:
        return JSONResponse({"message": " ".join(messages)}, status_code=400)
    look = look_of(facts.descriptor, dark=theme == "dark")
    drawn = drawing(facts, name, selection, look)
    figure = json.loads(pio.to_json(drawn.figure, validate=False))
    figure["layout"] |= {"paper_bgcolor": look.paper, "plot_bgcolor": look.paper, "width": WIDTH}
    made = views.VIEWS[name]
    file = file_name(name, made.relevant(selection), facts.version, "x").removesuffix(".x")
    spec = {
        "figure": figure,
        "format": form,
        "file": file,
        "title": _caption(_(made.title), facts),
        "done": _("The picture is in your downloads."),
        "failed": _("The picture could not be made: {error}"),
    }
    page = _PAGE.format(
        language=tag(),
        status=escape(_("The picture is being made…")),
        title=escape(_(made.title)),
        note=escape(drawn.note),
        paper=look.paper,
        ink=look.ink,
        width=WIDTH,
        library=frontend.chart_library(),
        # "<" would end the script in which the figure stands.
        spec=json.dumps(spec).replace("<", "\\u003c"),
    )
    return HTMLResponse(page)


def _caption(title: str, facts: Facts) -> str:
    descriptor = facts.descriptor
    source = _(
        "{dashboard}, data {version}, {licence}",
        dashboard=brand_of(descriptor).title,
        version=facts.version,
        licence=descriptor.licence_words,
    )
    return f"{title} · {source}"


def picture_script(request: Request) -> Response:
    """Our few lines that draw the chart and start the download."""
    return FileResponse(_SCRIPT, media_type="text/javascript", headers={"Cache-Control": "public, max-age=604800"})


routes: list[BaseRoute] = [
    Route("/chart/picture.js", picture_script),
    Route("/chart/{view}", picture),
]
