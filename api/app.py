"""The open-data API under `/api`: views and tables as files, and the contract that says so."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import fastapi_offline
import pyarrow as pa
from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from api import answers
from api.contract import contract
from api.queries import (
    Filters,
    Paged,
    Refusal,
    TableCsvQuery,
    TableName,
    ViewCsvQuery,
    ViewName,
    ViewQuery,
    no_query,
    problems_of,
    selection_of,
    table_names,
    table_query,
)
from ledger import dataset, views
from ledger.address import public_address
from ledger.arrow import CHUNK
from ledger.catalogue import catalogue
from ledger.citation import citation, filter_words
from ledger.croissant import croissant_at
from ledger.effects import effect
from ledger.engines import Unreachable
from ledger.exports import csv_chunks, file_name, json_chunks, parquet_chunks, to_xlsx
from ledger.facts import Facts
from ledger.language import LANGUAGES, speaking
from ledger.language import gettext as _
from ledger.package import package_zip
from ledger.selection import Selection, choices
from ledger.served import descriptor_at
from ledger.template import template


class Problem(BaseModel):
    """One part of an address that was not understood."""

    name: str
    value: str
    accepted: list[str]
    message: str


class BadRequest(BaseModel):
    """Why a query is refused: every problem, with the accepted values."""

    message: str
    problems: list[Problem]


class NotFound(BaseModel):
    """That there is nothing of this name, and what there is."""

    message: str
    accepted: list[str]


class Unavailable(BaseModel):
    """That what works the answers out cannot be reached, and what can be done."""

    message: str


class ColumnMeaning(BaseModel):
    """What a column holds."""

    name: str
    title: str
    description: str
    type: str
    unit: str


class Answer(BaseModel):
    """The rows of a view or a table, with what is needed to use and to cite them."""

    name: str
    title: str
    description: str
    data_version: str
    filters: dict[str, list[str]]
    filters_without_effect: list[str]
    left_out_by_disputed: int | None
    licence: dict[str, str]
    citation: str
    bibtex: str
    address: str
    columns: list[ColumnMeaning]
    total_rows: int
    offset: int
    limit: int | None
    next: str | None
    rows: list[dict[str, str | int | float | bool | None]]


@dataclass(frozen=True)
class Part:
    """The rows that were asked for, some at a time, and what is to be said of them."""

    name: str
    rows: int
    batches: Callable[[], Iterator[pa.Table]]
    about: dict[str, Any]
    headers: dict[str, str]
    selection: Selection


app = FastAPI(
    title="Open data",  # `api.contract` says whose
    version="1",
    openapi_url=None,
    docs_url=None,
    redoc_url=None,
)
_REFUSED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The copy that the asker holds still is the answer."},
    400: {"model": BadRequest, "description": "A name or a value was not understood."},
    404: {"model": NotFound, "description": "There is nothing of this name."},
    503: {"model": Unavailable, "description": "What works the answers out cannot be reached; Retry-After says when."},
}


def _file_of(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string"} if media_type.startswith("text/") else {"type": "string", "format": "binary"}
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}, **_REFUSED}


_CSV = _file_of("text/csv", "The rows as CSV (RFC 4180, UTF-8); an empty cell is not known.")
_PARQUET = _file_of(answers.PARQUET, "The rows as Parquet, with the types of the columns.")
_XLSX = _file_of(answers.XLSX, "The rows as an Excel workbook; its second sheet says what they are.")
_JSON: dict[int | str, dict[str, Any]] = {200: {"model": Answer, "description": "The rows as JSON."}, **_REFUSED}


def _about(media_type: str) -> dict[str, Any]:
    """What addresses have that say what there is, as one object."""
    return {
        "response_class": Response,
        "tags": ["about"],
        "dependencies": [Depends(no_query)],
        "responses": {
            200: {"content": {media_type: {"schema": {"type": "object"}}}},
            **{status: _REFUSED[status] for status in (304, 400, 503)},
        },
    }


_ABOUT, _LINKED_DATA = _about(answers.JSON), _about(answers.JSON_LD)


@app.get("/v1/views/{view}.csv", responses=_CSV, response_class=Response, tags=["views"], summary="A view as CSV")
def view_csv(request: Request, view: ViewName, query: Annotated[ViewCsvQuery, Query()]) -> Response:
    """The table of a view for the filters, as a file for spreadsheets and programs."""
    return _answer(request, lambda: _of_view(request, view, query), "csv", safe=query.safe)


@app.get("/v1/views/{view}.json", responses=_JSON, response_class=Response, tags=["views"], summary="A view as JSON")
def view_json(request: Request, view: ViewName, query: Annotated[ViewQuery, Query()]) -> Response:
    """The table of a view for the filters, with the meaning of its columns, licence and citation."""
    return _answer(request, lambda: _of_view(request, view, query), "json")


@app.get(
    "/v1/views/{view}.parquet", responses=_PARQUET, response_class=Response, tags=["views"], summary="A view as Parquet"
)
def view_parquet(request: Request, view: ViewName, query: Annotated[ViewQuery, Query()]) -> Response:
    """The table of a view for the filters, typed."""
    return _answer(request, lambda: _of_view(request, view, query), "parquet")


@app.get("/v1/views/{view}.xlsx", responses=_XLSX, response_class=Response, tags=["views"], summary="A view for Excel")
def view_xlsx(request: Request, view: ViewName, query: Annotated[ViewQuery, Query()]) -> Response:
    """The table of a view for the filters, as a workbook."""
    return _answer(request, lambda: _of_view(request, view, query), "xlsx")


@app.get("/v1/tables/{table}.csv", responses=_CSV, response_class=Response, tags=["tables"], summary="A table as CSV")
def table_csv(request: Request, table: TableName, query: Annotated[TableCsvQuery, Query()]) -> Response:
    """A table of the dataset, whole."""
    return _answer(request, lambda: _of_table(request, table, query), "csv", safe=query.safe)


@app.get(
    "/v1/tables/{table}.json", responses=_JSON, response_class=Response, tags=["tables"], summary="A table as JSON"
)
def table_json(request: Request, table: TableName, query: Annotated[Paged, Query()]) -> Response:
    """A table of the dataset, whole, with the meaning of its columns, licence and citation."""
    return _answer(request, lambda: _of_table(request, table, query), "json")


@app.get(
    "/v1/tables/{table}.parquet",
    responses=_PARQUET,
    response_class=Response,
    tags=["tables"],
    summary="A table as Parquet",
)
def table_parquet(request: Request, table: TableName, query: Annotated[Paged, Query()]) -> Response:
    """A table of the dataset, whole, typed."""
    return _answer(request, lambda: _of_table(request, table, query), "parquet")


@app.get(
    "/v1/tables/{table}.xlsx", responses=_XLSX, response_class=Response, tags=["tables"], summary="A table for Excel"
)
def table_xlsx(request: Request, table: TableName, query: Annotated[Paged, Query()]) -> Response:
    """A table of the dataset, whole, as a workbook."""
    return _answer(request, lambda: _of_table(request, table, query), "xlsx")


# What is asked for


def _of_view(request: Request, name: str, query: ViewQuery) -> Part | Response:
    if name not in views.VIEWS:
        return answers.not_found("view", name, tuple(views.VIEWS))
    facts = dataset.facts()
    selection = selection_of(request)
    made = views.VIEWS[name]
    relevant, ignored = made.relevant(selection), made.without_effect(selection)
    found = effect(name, facts, selection)
    headers = {}
    if ignored:
        headers["X-Filters-Without-Effect"] = ", ".join(ignored)
    if found:
        headers["X-Left-Out-By-Disputed"] = f"{found.left_out} of {found.rows} rows"
    about = {
        "title": made.title,
        "description": made.description,
        "filters_without_effect": list(ignored),
        "left_out_by_disputed": found.left_out if found else None,
        "columns": [vars(column) for column in made.columns(facts)],
    }
    rows = _Rows(
        views.size(name, facts, selection), lambda start, end: views.batches(name, facts, selection, start, end)
    )
    return _part(request, name, rows, about, headers, relevant, query)


def _of_table(request: Request, name: str, query: Paged) -> Part | Response:
    if name not in table_names():
        return answers.not_found("table", name, table_names())
    table_query(request)
    facts = dataset.facts()
    about = {
        "title": facts.descriptor.table_title(name),
        "description": facts.descriptor.table_description(name),
        "filters_without_effect": [],
        "left_out_by_disputed": None,
        "columns": [
            {
                "name": field.name,
                "title": field.title,
                "description": field.description,
                "type": field.type,
                "unit": field.unit or "",
            }
            for field in facts.descriptor.fields(name)
        ],
    }
    rows = _Rows(facts.tables.size(name), lambda start, end: facts.tables.batches(name, start, end))
    return _part(request, name, rows, about, {}, Selection(), query)


class _Rows(NamedTuple):
    """All rows of a view or a table: how many, and those from one place up to another."""

    number: int
    batches: Callable[[int, int | None], Iterator[pa.Table]]


def _part(
    request: Request,
    name: str,
    rows: _Rows,
    about: dict[str, Any],
    headers: dict[str, str],
    selection: Selection,
    page: Paged,
) -> Part:
    """Cut the rows that are wanted, and say what every answer says."""
    facts = dataset.facts()
    end = None if page.limit is None else page.offset + page.limit
    last = rows.number if end is None else min(end, rows.number)
    base = public_address(str(request.url))
    address = f"{base}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
    words = filter_words(selection, choices(facts))
    cited = citation(facts, str(about["title"]), address, datetime.now(UTC).date(), words)
    filters: dict[str, list[str]] = {}
    for key, value in selection.query():
        filters.setdefault(key, []).append(value)
    following = None
    links = []
    if page.limit is not None and end is not None and end < rows.number:
        following = f"{base}{answers.other_page(request, end, page.limit)}"
        links.append(f'<{following}>; rel="next"')
    if page.limit is not None and page.offset:
        before = answers.other_page(request, max(0, min(page.offset, rows.number) - page.limit), page.limit)
        links.append(f'<{base}{before}>; rel="prev"')
    licence = next(iter(facts.descriptor.licenses), {})
    return Part(
        name=name,
        rows=max(last - page.offset, 0),
        batches=lambda: rows.batches(page.offset, end),
        about={
            "name": name,
            **about,
            "data_version": facts.version,
            "filters": filters,
            "licence": dict(licence),
            "citation": cited.text,
            "bibtex": cited.bibtex,
            "address": address,
            "total_rows": rows.number,
            "offset": page.offset,
            "limit": page.limit,
            "next": following,
        },
        headers={
            **headers,
            "X-Total-Rows": str(rows.number),
            "X-Filters": Selection.address(selection).removeprefix("?"),
            "X-Citation": answers.plain(cited.text),
            **({"Link": ", ".join(links)} if links else {}),
        },
        selection=selection,
    )


# What is answered


def _answer(request: Request, find: Callable[[], Part | Response], form: str, *, safe: str = "true") -> Response:
    part = find()
    if isinstance(part, Response):
        return part
    makers: dict[str, tuple[str, Callable[[], Iterable[bytes]]]] = {
        "csv": (answers.CSV, lambda: csv_chunks(part.batches(), safe=safe == "true")),
        "json": (answers.JSON, lambda: _whole(json_chunks(part.batches(), part.about), part.rows)),
        "parquet": (answers.PARQUET, lambda: _whole(parquet_chunks(part.batches(), _notes(part)), part.rows)),
        "xlsx": (answers.XLSX, lambda: [to_xlsx(part.batches(), part.rows, list(_notes(part).items()))]),
    }
    media_type, chunks = makers[form]
    # Programs read JSON where it is; files are saved under a name that says what they are.
    file = "" if form == "json" else file_name(part.name, part.selection, dataset.facts().version, form)
    return answers.send(request, chunks, media_type, headers=part.headers, file=file)


def _whole(chunks: Iterator[bytes], rows: int) -> Iterable[bytes]:
    """What is small in one piece, so that its length is known; what is large as it is made."""
    return [b"".join(chunks)] if rows <= CHUNK else chunks


def _notes(part: Part) -> dict[str, str]:
    """What a file says of itself: names and texts."""
    about = part.about
    notes = {
        "Title": about["title"],
        "Description": about["description"],
        "Filters": "; ".join(f"{name}: {', '.join(values)}" for name, values in about["filters"].items()) or "none",
        "Rows": f"{part.rows} of {about['total_rows']}",
        "Data version": about["data_version"],
        "Licence": " ".join(filter(None, (about["licence"].get("title"), about["licence"].get("path")))),
        "Citation": about["citation"],
        "Address": about["address"],
    }
    for column in about["columns"]:
        unit = f" Unit: {column['unit']}." if column["unit"] else ""
        notes[f"Column {column['name']}"] = f"{column['title']}: {column['description']}{unit}"
    return notes


# What there is


@app.get("/v1/views", summary="Every view, with its columns and filters", **_ABOUT)
def all_views(request: Request) -> Response:
    """The views: id, title, what they answer, the filters that narrow them, and what each column means.

    `labels` holds the title in every language of the dashboard.
    """
    facts = dataset.facts()
    titles = {language: _titles(facts, language) for language in LANGUAGES}
    listed = [
        {
            "id": made.id,
            "title": made.title,
            "labels": {language: titles[language][made.id] for language in LANGUAGES},
            "description": made.description,
            "group": made.group,
            "filters": list(made.filters),
            "columns": [
                {
                    **vars(column),
                    "labels": {language: titles[language][made.id, column.name] for language in LANGUAGES},
                }
                for column in made.columns(facts)
            ],
            "address": f"/api/v1/views/{made.id}.json",
        }
        for made in views.VIEWS.values()
    ]
    return answers.send(request, lambda: [bytes(JSONResponse({"views": listed}).body)], answers.JSON)


def _titles(facts: Facts, language: str) -> dict[object, str]:
    """The title of each view by its id, and of each of its columns by both names, in a language."""
    with speaking(language):
        return {made.id: _(made.title) for made in views.VIEWS.values()} | {
            (made.id, column.name): column.title for made in views.VIEWS.values() for column in made.columns(facts)
        }


@app.get("/v1/filters", summary="Every filter, with its accepted values", **_ABOUT)
def all_filters(request: Request) -> Response:
    """The accepted values of each filter, with their labels."""
    return answers.send(request, lambda: [bytes(JSONResponse(choices(dataset.facts())).body)], answers.JSON)


@app.get("/v1/datapackage.json", summary="The descriptor of the dataset", **_ABOUT)
def datapackage(request: Request) -> Response:
    """What every table, column and code means (Data Package v2), with the address of each table."""
    made = descriptor_at(dataset.facts(), public_address(str(request.url)))
    return answers.send(request, lambda: [bytes(JSONResponse(made).body)], answers.JSON)


@app.get("/v1/croissant.json", summary="The dataset in Croissant", **_LINKED_DATA)
def croissant(request: Request) -> Response:
    """Every file with its digest, every column with its type, and every code with its meaning, in Croissant 1.1.

    Tools for machine learning load the tables by it.
    """
    facts, base = dataset.facts(), public_address(str(request.url))
    return answers.send(request, lambda: [bytes(JSONResponse(croissant_at(facts, base)).body)], answers.JSON_LD)


@app.get("/v1/catalogue.jsonld", summary="The dataset for data catalogues", **_LINKED_DATA)
def catalogue_entry(request: Request) -> Response:
    """The dataset, its files and this API in schema.org and in DCAT-AP 3, for search engines and data portals."""
    facts, base = dataset.facts(), public_address(str(request.url))
    return answers.send(request, lambda: [bytes(JSONResponse(catalogue(facts, base)).body)], answers.JSON_LD)


@app.get("/v1/package.zip", response_class=Response, tags=["about"], summary="The whole dataset as a data package",
         responses=_file_of(answers.ZIP, "CSV files, datapackage.json, croissant.json and a README."))  # fmt: skip
def package(request: Request, query: Annotated[Filters, Query()]) -> Response:
    """Every table with its descriptor, licence, citation and method; with filters, the rows that they leave.

    Rows that others refer to are kept, so that a filtered package is whole in itself.
    """
    facts = dataset.facts()
    selection = selection_of(request).filters()
    base = public_address(str(request.url))
    return answers.send(
        request,
        lambda: [package_zip(facts, selection, base, dataset.served().folder)],
        answers.ZIP,
        headers={"X-Filters": selection.address().removeprefix("?")},
        file=file_name(facts.descriptor.name, selection, facts.version, "zip"),
    )


@app.get("/v1/template.xlsx", response_class=Response, tags=["about"], summary="A workbook to fill in",
         responses=_file_of(answers.XLSX, "A sheet for each table, with the codes as drop-downs."))  # fmt: skip
def template_xlsx(request: Request) -> Response:
    """An empty workbook in the form of the dataset, for rows of your own."""
    descriptor = dataset.facts().descriptor
    return answers.send(request, lambda: [template(descriptor)], answers.XLSX, file="template.xlsx")


# The contract


@app.get("/v1/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """The contract."""
    return answers.send(request, lambda: [bytes(JSONResponse(contract(app)).body)], answers.JSON)


_STATIC = Path(fastapi_offline.__file__).parent / "static"
app.mount("/docs/static", StaticFiles(directory=_STATIC), name="static")


@app.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """The contract, to read and to try; nothing comes from another host."""
    page = get_swagger_ui_html(
        openapi_url="/api/v1/openapi.json",
        title=app.title,
        swagger_js_url="/api/docs/static/swagger-ui-bundle.js",
        swagger_css_url="/api/docs/static/swagger-ui.css",
        swagger_favicon_url="/icon.svg",
    )
    inline = re.findall(rb"<script>(.*?)</script>", bytes(page.body), re.DOTALL)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'" for code in inline)
    page.headers["Content-Security-Policy"] = (
        f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    return page


# What is refused


@app.exception_handler(views.TooManyRows)
def too_many(request: Request, error: Exception) -> Response:
    """More rows than the form that was asked for can hold."""
    return JSONResponse({"message": str(error), "problems": []}, status_code=400)


@app.exception_handler(Unreachable)
def out_of_reach(request: Request, error: Exception) -> Response:
    """What works the answers out cannot be reached."""
    return JSONResponse({"message": str(error)}, status_code=503, headers=answers.RETRY)


@app.exception_handler(RequestValidationError)
def not_valid(request: Request, error: RequestValidationError) -> Response:
    """What FastAPI did not understand, in the words of the pages."""
    return answers.refused(problems_of(request, error.errors()))


@app.exception_handler(Refusal)
def not_accepted(request: Request, error: Refusal) -> Response:
    """What the dataset does not know."""
    return answers.refused(error.problems)


@app.exception_handler(HTTPException)
def not_there(request: Request, error: HTTPException) -> Response:
    """An address or a method that there is not."""
    message = f"{error.detail}. /api/docs says what there is."
    headers = {**(error.headers or {}), **({"Allow": "GET, HEAD"} if error.status_code == 405 else {})}
    return JSONResponse({"message": message, "accepted": []}, status_code=error.status_code, headers=headers)


class Heads:
    """Answers HEAD like GET; the server leaves the body away."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the app for what GET would give."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET", "without_body": True}
        await self.inner(scope, receive, send)


app.add_middleware(Heads)
app.add_middleware(answers.OPEN.cls, *answers.OPEN.args, **answers.OPEN.kwargs)
