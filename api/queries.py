"""What an address may ask for: names and values of its query, checked by FastAPI and by the dataset.

FastAPI checks names and forms against the models below, which also make the contract. Which codes
are accepted is known to the dataset alone: `selection_of` asks it. Both refuse in the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import Path, Request
from pydantic import BaseModel, ConfigDict, Field

from ledger import dataset, views
from ledger.selection import Selection, choices, parse


def table_names() -> tuple[str, ...]:
    """The names of the tables of the dataset."""
    return dataset.facts().tables.names


ViewName = Annotated[
    str,
    Path(
        description="The id of a view; `/api/v1/views` lists them.",
        json_schema_extra={"enum": list(views.VIEWS)},
        examples=["funding-by-city"],
    ),
]
TableName = Annotated[
    str,
    Path(
        description="The name of a table of the dataset; the descriptor says what it holds.",
        examples=["funding"],
    ),
]

_YEAR = r"^\d{4}$"
_PAGE = re.compile("[1-9][0-9]{0,5}")


class Filters(BaseModel):
    """The filters and lenses of the pages, under the same names. A repeated name means "any of these"."""

    model_config = ConfigDict(extra="forbid")

    city: list[str] = Field([], description="Cities, by id.")
    initiative: list[str] = Field([], description="Initiatives, by id.")
    country: list[str] = Field([], description="Countries, by ISO 3166-1 alpha-2 code.")
    continent: list[str] = Field([], description="Continents.")
    size: list[str] = Field([], description="Classes of city size by residents.")
    kind: list[str] = Field([], description="Kinds of initiative.")
    domain: list[str] = Field([], description="Domains that initiatives serve.")
    status: list[str] = Field([], description="Statuses of initiatives, failures included.")
    goal: list[str] = Field([], description="Sovereignty goals.")
    funder: list[str] = Field([], description="Classes of payer.")
    stage: list[str] = Field([], description="Stages of money, from estimated to spent.")
    scope: list[str] = Field([], description="What a figure of money covers.")
    model: list[str] = Field([], description="Models, by id.")
    benchmark: list[str] = Field([], description="Benchmarks, by name.")
    since: str | None = Field(
        None, alias="from", description="The first year, in four digits.", pattern=_YEAR, examples=["2024"]
    )
    until: str | None = Field(
        None, alias="to", description="The last year, in four digits.", pattern=_YEAR, examples=["2026"]
    )
    public: Literal["only"] | None = Field(None, description="`only`: public money alone.")
    disputed: Literal["include", "exclude", "only"] = Field("include", description="What to do with disputed facts.")
    lens: Literal["stated", "usd", "intl"] = Field(
        "usd", description="The unit of money: as stated, US dollars, or international dollars."
    )
    per_resident: Literal["true", "false"] = Field("false", description="Money divided by the city's residents.")


class Paged(BaseModel):
    """Which rows of an answer are wanted; all of them unless it is said."""

    model_config = ConfigDict(extra="forbid")

    limit: int | None = Field(None, ge=1, le=1_000_000, description="Rows at most; all where it is left out.")
    offset: int = Field(0, ge=0, le=1_000_000_000, description="Rows to leave out at the start.")


class ViewQuery(Paged, Filters):
    """Filters, and which rows."""


class Safe(BaseModel):
    """The form of a CSV file."""

    safe: Literal["true", "false"] = Field(
        "true",
        description="`true`: safe for spreadsheets (a byte order mark, and an apostrophe before texts that would start "
        "a formula). `false`: the raw values, for programs.",
    )


class ViewCsvQuery(Safe, ViewQuery):
    """Filters, which rows, and the form of the file."""


class TableCsvQuery(Safe, Paged):
    """Which rows, and the form of the file."""


#: What each name that is no filter accepts, in words.
_OWN = {
    "safe": ("true", "false"),
    "limit": ("a whole number from 1 to 1000000",),
    "offset": ("a whole number from 0 to 1000000000",),
}


class Refusal(Exception):
    """A query that was not understood; `problems` tell each part of it with what is accepted."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(problems)
        self.problems = problems


def selection_of(request: Request) -> Selection:
    """The selection that the query of a request names.

    Raises:
        Refusal: with everything that the dataset does not know.
    """
    selection, problems = _parsed(request, _OWN)
    found = [*problems, *_repeated(request)]
    if found:
        raise Refusal(found)
    return selection


def page_query(request: Request) -> tuple[Selection, int]:
    """The selection and the number of the page (`page`, from 1) that the query of a request names.

    Raises:
        Refusal: with everything that is not understood.
    """
    selection, problems = _parsed(request, ("page",))
    given = request.query_params.getlist("page") or ["1"]
    problems += [page_problem(page) for page in dict.fromkeys(given) if not _PAGE.fullmatch(page)]
    if len(set(given)) > 1:
        problems.append(_problem("page", given[-1], (given[0],), "“page” is given twice."))
    if problems:
        raise Refusal(problems)
    return selection, int(given[0])


def page_problem(page: str, last: int | None = None) -> dict[str, Any]:
    """That there is no such page; `last` is the number of the last one, where it is known."""
    accepted = f"a whole number from 1 to {last}" if last else "a whole number from 1"
    return _problem("page", page, (accepted,), f"“{page}” is not a value of “page”.")


def table_query(request: Request) -> None:
    """Check what no model can: that a value is given once.

    Raises:
        Refusal: where two values of one name contradict each other.
    """
    if found := _repeated(request):
        raise Refusal(found)


def no_query(request: Request) -> None:
    """Check that nothing is asked of an address that gives one answer.

    Raises:
        Refusal: with every name of the query.
    """
    message = "This address gives one answer: it takes no query."
    asked = request.query_params.multi_items()
    if asked:
        raise Refusal([{"name": name, "value": value, "accepted": [], "message": message} for name, value in asked])


def problems_of(request: Request, errors: Iterable[Any]) -> list[dict[str, Any]]:
    """Everything that is wrong with a query that FastAPI refused, in the words of the pages."""
    broken = {str(error["loc"][1]): error for error in errors if len(error["loc"]) > 1}
    own = [
        _problem(name, str(error["input"]), _OWN[name], f"“{error['input']}” is not a value of “{name}”.")
        for name, error in broken.items()
        if name in _OWN and error["type"] != "extra_forbidden"
    ]
    if "table" in request.path_params:
        accepted = ("safe", "limit", "offset") if request.url.path.endswith(".csv") else ("limit", "offset")
        message = "A table is given whole: it takes no filters. For filters, ask for a view."
        return own + [
            {"name": name, "value": value, "accepted": list(accepted), "message": message}
            for name, value in request.query_params.multi_items()
            if name not in accepted
        ]
    # A name of ours that this address does not take is as unknown as any other.
    taken = tuple(name for name in _OWN if broken.get(name, {}).get("type") != "extra_forbidden")
    return [*_parsed(request, taken)[1], *own, *_repeated(request)]


def _parsed(request: Request, taken: Iterable[str]) -> tuple[Selection, list[dict[str, Any]]]:
    query = [(name, value) for name, value in request.query_params.multi_items() if name not in taken]
    selection, problems = parse(query, choices(dataset.facts()))
    told = [{"name": p.name, "value": p.value, "accepted": list(p.accepted), "message": str(p)} for p in problems]
    return selection, told


def _repeated(request: Request) -> list[dict[str, Any]]:
    """Names of ours that are given twice, with different values; of filters `parse` tells it."""
    query = request.query_params
    return [
        _problem(name, query.getlist(name)[-1], (query.getlist(name)[0],), f"“{name}” is given twice.")
        for name in _OWN
        if len(set(query.getlist(name))) > 1
    ]


def _problem(name: str, value: str, accepted: tuple[str, ...], message: str) -> dict[str, Any]:
    told = f"{message} Accepted: {', '.join(accepted)}."
    return {"name": name, "value": value, "accepted": list(accepted), "message": told}
