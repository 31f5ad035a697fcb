"""Views and tables as CSV files under `/api/v1/`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ledger import dataset, views
from ledger.effects import Effect, effect
from ledger.exports import file_name, to_csv
from ledger.selection import Selection, choices, parse


def view_csv(request: Request) -> Response:
    """A view's table for the filters of the address."""
    name = request.path_params["view"]
    if name not in views.VIEWS:
        return _not_found("view", name, tuple(views.VIEWS))
    safe, query, refused = _safe(request)
    facts = dataset.facts()
    selection, problems = parse(query, choices(facts))
    if refused or problems:
        return _refused([*refused, *(_problem(p.name, p.value, p.accepted, str(p)) for p in problems)])
    made = views.VIEWS[name]
    file = file_name(name, made.relevant(selection), facts.version)
    return _file(
        to_csv(views.table(name, facts, selection), safe=safe),
        file,
        facts.version,
        without_effect=made.without_effect(selection),
        left_out=effect(name, facts, selection),
    )


def table_csv(request: Request) -> Response:
    """A table of the dataset, whole."""
    name = request.path_params["table"]
    facts = dataset.facts()
    if name not in facts.tables.frames:
        return _not_found("table", name, tuple(facts.tables.frames))
    safe, query, refused = _safe(request)
    message = "A table is given whole: it takes no filters. For filters, ask for a view."
    refused += [_problem(key, value, ("safe",), message) for key, value in query]
    if refused:
        return _refused(refused)
    return _file(to_csv(facts.tables[name], safe=safe), file_name(name, Selection(), facts.version), facts.version)


def _safe(request: Request) -> tuple[bool, list[tuple[str, str]], list[dict[str, object]]]:
    """Whether the file is to be safe for spreadsheets, and the rest of the query."""
    query = request.query_params.multi_items()
    rest = [(name, value) for name, value in query if name != "safe"]
    values = [value for name, value in query if name == "safe"]
    refused = [
        _problem("safe", value, ("true", "false"), f"“{value}” is not a value of “safe”. Accepted: true, false.")
        for value in values
        if value not in ("true", "false")
    ]
    return "false" not in values, rest, refused


def _problem(name: str, value: str, accepted: tuple[str, ...], message: str) -> dict[str, object]:
    return {"name": name, "value": value, "accepted": list(accepted), "message": message}


def _file(
    body: bytes,
    name: str,
    version: str,
    *,
    without_effect: tuple[str, ...] = (),
    left_out: Effect | None = None,
) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Data-Version": version,
        "Link": '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
        "Access-Control-Allow-Origin": "*",
    }
    if without_effect:
        headers["X-Filters-Without-Effect"] = ", ".join(without_effect)
    if left_out:
        headers["X-Left-Out-By-Disputed"] = f"{left_out.left_out} of {left_out.rows} rows"
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def _not_found(what: str, name: str, accepted: tuple[str, ...]) -> Response:
    message = f"There is no {what} “{name}”. The {what}s are: {', '.join(accepted)}."
    return JSONResponse({"message": message, "accepted": list(accepted)}, status_code=404)


def _refused(problems: list[dict[str, object]]) -> Response:
    return JSONResponse(
        {"message": " ".join(str(p["message"]) for p in problems), "problems": problems}, status_code=400
    )


routes: list[BaseRoute] = [
    Route("/api/v1/views/{view}.csv", view_csv),
    Route("/api/v1/tables/{table}.csv", table_csv),
]
