"""A chart alone, for a frame on another site: `/embed/{view}` with the filters of the address.

These are the only pages that other sites may frame.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import plotly.io as pio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from components.charts import CHART_CONFIG, drawing, left_out_line, source_line, without_effect_line
from components.figures import FIGURES
from components.look import look_of
from components.share import view_address
from ledger import dataset, views
from ledger.brand import brand_of
from ledger.citation import filter_words, in_words
from ledger.effects import effect
from ledger.language import LANGUAGES
from ledger.language import gettext as _
from ledger.selection import Selection, choices, parse
from web import frontend
from web.templates import template

#: What an address may hold beside filters, with the accepted values; the first is taken where none is given.
_OF_PAGE = {"theme": ("auto", "light", "dark"), "lang": tuple(LANGUAGES)}
_OF_FIGURE = {"theme": ("light", "dark"), "narrow": ("false", "true"), "lang": tuple(LANGUAGES)}

_HERE = Path(__file__).parent
_PAGE = template("embed.html")
#: The font of the pages, as it lies in the installed Streamlit.
_FONT = next((frontend.ROOT / "static" / "media").glob("SourceSansVF-Upright.*.woff2"))
#: Land for maps, which the page fetches, comes from here too.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)
_FOR_MINUTES = {"Cache-Control": "public, max-age=300"}


def embed(request: Request) -> Response:
    """The page with the chart, or with what is wrong in its address."""
    try:
        made, selection, options = _asked(request, _OF_PAGE)
    except HTTPException as refused:
        return _page(refused.status_code, title=_("This chart cannot be shown"), lines=[refused.detail])
    facts = dataset.facts()
    words = in_words(filter_words(made.relevant(selection), choices(facts)))
    left_out = effect(made.id, facts, selection)
    lines = [
        words[:1].upper() + words[1:],
        without_effect_line(made, selection),
        left_out_line(left_out, selection) if left_out else "",
    ]
    drawn = (
        None
        if views.table(made.id, facts, selection).empty
        else drawing(facts, made.id, selection, look_of(facts.descriptor))
    )
    return _page(
        200,
        theme=options["theme"],
        title=_(made.title),
        lines=list(filter(None, lines)),
        drawn=drawn,
        spec=selection.address(f"/embed/{made.id}.json"),
        source=source_line(facts, made.id, selection),
        file=selection.address(f"/api/v1/views/{made.id}.csv"),
        card=view_address(made, selection),
    )


def figure(request: Request) -> Response:
    """The figure that the page draws, with its texts."""
    try:
        made, selection, options = _asked(request, _OF_FIGURE)
    except HTTPException as refused:
        return JSONResponse({"message": refused.detail}, status_code=refused.status_code)
    facts = dataset.facts()
    look = look_of(facts.descriptor, dark=options["theme"] == "dark", narrow=options["narrow"] == "true")
    drawn = drawing(facts, made.id, selection, look)
    about = {"config": CHART_CONFIG, "alt": drawn.alt, "note": drawn.note}
    body = f'{{"figure":{pio.to_json(drawn.figure, validate=False)},{json.dumps(about)[1:]}'
    return Response(body, media_type="application/json", headers={**_FOR_MINUTES, "Vary": "Accept-Language"})


def _asked(request: Request, options: Mapping[str, tuple[str, ...]]) -> tuple[views.View, Selection, dict[str, str]]:
    """The view, the selection and the options of an address.

    Raises:
        HTTPException: where it asks for what there is not; the detail says why in plain words.
    """
    name = request.path_params["view"]
    if name not in FIGURES:
        raise HTTPException(404, _("There is no chart “{name}”.", name=name))
    query = request.query_params.multi_items()
    selection, problems = parse([pair for pair in query if pair[0] not in options], choices(dataset.facts()))
    messages = [str(problem) for problem in problems]
    messages += [
        _(
            "“{value}” is not a value of “{option}”. Accepted: {values}.",
            value=value,
            option=option,
            values=", ".join(options[option]),
        )
        for option, value in query
        if option in options and value not in options[option]
    ]
    if messages:
        raise HTTPException(400, " ".join(messages))
    return views.VIEWS[name], selection, {option: dict(query).get(option, options[option][0]) for option in options}


def _page(status: int, *, theme: str = "auto", **parts: object) -> Response:
    charts = {name: _(views.VIEWS[name].title) for name in FIGURES} if status == 404 else {}
    descriptor = dataset.facts().descriptor
    html = _PAGE.render(
        **parts,
        theme=theme,
        charts=charts,
        light=look_of(descriptor),
        dark=look_of(descriptor, dark=True),
        dashboard=brand_of(descriptor).title,
        library=frontend.chart_library(),
        font=f"/static/media/{_FONT.name}",
    )
    caching = _FOR_MINUTES if status == 200 else {}
    return HTMLResponse(html, status, headers={"Content-Security-Policy": _POLICY, **caching})


def script(request: Request) -> Response:
    """Our few lines that draw the chart."""
    return FileResponse(
        _HERE / "embed.js", media_type="text/javascript", headers={"Cache-Control": "public, max-age=86400"}
    )


routes: list[BaseRoute] = [
    Route("/embed/embed.js", script),
    Route("/embed/{view}.json", figure),
    Route("/embed/{view}", embed),
]
