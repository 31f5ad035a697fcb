"""The open-data API: CSV of every view and every table, and answers that help when it refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers

from api import routes
from ledger import dataset, views
from ledger.exports import BOM, to_csv
from ledger.facts import Facts
from ledger.selection import NAMES, Selection, choices

APP = Starlette(routes=routes.routes)
TABLES = tuple(dataset.facts().tables.frames)


@pytest.fixture(scope="session")
def facts() -> Facts:
    return dataset.facts()


@dataclass(frozen=True)
class Answer:
    """What the routes answer to one request."""

    status: int
    headers: Headers
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


def get(address: str, query: Sequence[tuple[str, str]] = (), *, method: str = "GET") -> Answer:
    """Ask the routes, without a server; `address` is encoded as in a request line."""
    path, _, given = address.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "server": ("localhost", 80),
        "root_path": "",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": (given or urlencode(query)).encode(),
        "headers": [(b"host", b"localhost")],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(APP(scope, receive, send))  # type: ignore[arg-type]
    start, *bodies = sent
    content = b"".join(message.get("body", b"") for message in bodies)
    return Answer(start["status"], Headers(raw=start["headers"]), content)


@pytest.mark.parametrize("view", views.VIEWS)
def test_the_csv_of_a_view_is_its_table(facts: Facts, view: str) -> None:
    answer = get(f"/api/v1/views/{view}.csv")
    assert answer.status == 200
    assert answer.content == to_csv(views.table(view, facts, Selection()))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{view}_2026-11-23.csv"'
    assert answer.headers["x-data-version"] == facts.version
    assert answer.headers["access-control-allow-origin"] == "*"
    assert 'rel="license"' in answer.headers["link"]


@pytest.mark.parametrize("view", views.VIEWS)
def test_the_csv_of_a_view_follows_every_filter_of_the_address(facts: Facts, view: str) -> None:
    query = [("city", "rio-de-janeiro"), ("city", "seoul"), ("from", "2024"), ("disputed", "exclude"), ("lens", "intl")]
    selection = Selection(city=("rio-de-janeiro", "seoul"), since=2024, disputed="exclude", lens="intl")
    answer = get(f"/api/v1/views/{view}.csv", query)
    assert answer.status == 200
    assert answer.content == to_csv(views.table(view, facts, selection))


@pytest.mark.parametrize("table", TABLES)
def test_the_csv_of_a_table_is_the_whole_table(facts: Facts, table: str) -> None:
    answer = get(f"/api/v1/tables/{table}.csv")
    assert answer.status == 200
    assert answer.content == to_csv(facts.tables[table])
    assert answer.headers["content-disposition"] == f'attachment; filename="{table}_2026-11-23.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    raw = get(f"/api/v1/tables/{table}.csv", [("safe", "false")])
    assert raw.content == to_csv(facts.tables[table], safe=False)


def test_the_form_is_safe_unless_the_raw_one_is_asked_for(facts: Facts) -> None:
    address = "/api/v1/views/sources-register.csv"
    table = views.table("sources-register", facts, Selection())
    bom = BOM.encode()
    assert get(address).content.startswith(bom)
    assert get(address, [("safe", "true")]).content == to_csv(table)
    raw = get(address, [("safe", "false")])
    assert raw.content == to_csv(table, safe=False)
    assert not raw.content.startswith(bom)
    assert b",+COMUNIDAD," in raw.content


def test_the_name_of_the_file_says_what_was_asked_for() -> None:
    answer = get("/api/v1/views/funding-by-city.csv?city=rio-de-janeiro&safe=false")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="funding-by-city_rio-de-janeiro_2026-11-23.csv"'
    )


@pytest.mark.parametrize("name", ["funding", "funding-by-city.json", "FUNDING-BY-CITY", "%00", "<script>", "a b"])
def test_an_unknown_view_gets_the_list_of_views(name: str) -> None:
    answer = get(f"/api/v1/views/{quote(name)}.csv")
    assert answer.status == 404
    assert answer.json()["accepted"] == list(views.VIEWS)
    assert "funding-by-city" in answer.json()["message"]
    assert answer.headers["content-type"] == "application/json"


def test_an_unknown_table_gets_the_list_of_tables() -> None:
    answer = get("/api/v1/tables/funding-by-city.csv")
    assert answer.status == 404
    assert answer.json()["accepted"] == list(TABLES)
    assert answer.json()["message"].startswith("There is no table “funding-by-city”. The tables are: ")


@pytest.mark.parametrize("path", ["../../pyproject.toml", "%2e%2e%2f%2e%2e%2fpyproject.toml", "funding.csv/.."])
def test_no_path_leads_out_of_the_data(path: str) -> None:
    assert get(f"/api/v1/tables/{path}.csv").status == 404


def test_an_unknown_value_is_refused_with_the_accepted_ones(facts: Facts) -> None:
    answer = get("/api/v1/views/funding-by-city.csv?city=riodejaneiro&stage=spent")
    assert answer.status == 400
    (problem,) = answer.json()["problems"]
    assert (problem["name"], problem["value"]) == ("city", "riodejaneiro")
    assert problem["accepted"] == list(choices(facts)["city"])
    assert problem["message"].startswith(
        "“riodejaneiro” is not a value of the filter “city”. Did you mean rio-de-janeiro"
    )
    assert answer.json()["message"] == problem["message"]


def test_an_unknown_filter_is_refused_with_the_accepted_ones() -> None:
    answer = get("/api/v1/views/funding-by-city.csv?colour=red")
    assert answer.status == 400
    (problem,) = answer.json()["problems"]
    assert problem["name"] == "colour"
    assert problem["accepted"] == list(NAMES)


@pytest.mark.parametrize("query", ["city=", "from=x", "from=2026&to=2020", "public=true", "lens=eur", "per_resident=1"])
def test_nothing_that_is_not_understood_is_ignored(query: str) -> None:
    answer = get(f"/api/v1/views/funding-by-city.csv?{query}")
    assert answer.status == 400
    assert answer.json()["problems"]


def test_every_problem_is_told_at_once() -> None:
    answer = get("/api/v1/views/funding-by-city.csv?city=x1&colour=red&safe=maybe&lens=eur")
    assert answer.status == 400
    assert {problem["name"] for problem in answer.json()["problems"]} == {"city", "colour", "safe", "lens"}


def test_what_is_neither_safe_nor_raw_is_refused() -> None:
    for address in ("/api/v1/views/funding-by-city.csv", "/api/v1/tables/funding.csv"):
        for value in ("no", "", "False", "0"):
            answer = get(address, [("safe", value)])
            assert answer.status == 400
            assert answer.json()["problems"][0]["accepted"] == ["true", "false"]


def test_a_table_takes_no_filters_and_says_so() -> None:
    answer = get("/api/v1/tables/funding.csv?city=rio-de-janeiro")
    assert answer.status == 400
    (problem,) = answer.json()["problems"]
    assert (problem["name"], problem["value"], problem["accepted"]) == ("city", "rio-de-janeiro", ["safe"])


def test_a_refusal_is_no_script() -> None:
    answer = get("/api/v1/views/funding-by-city.csv", [("city", "<script>alert(1)</script>")])
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/json"


def test_the_head_of_a_file_can_be_asked_for_alone_and_nothing_can_be_sent() -> None:
    head = get("/api/v1/views/funding-ladder.csv", method="HEAD")
    assert head.status == 200
    assert int(head.headers["content-length"]) == len(get("/api/v1/views/funding-ladder.csv").content)
    for method in ("POST", "PUT", "DELETE"):
        assert get("/api/v1/views/funding-ladder.csv", method=method).status == 405


def test_a_question_that_nothing_answers_is_an_empty_table_and_no_error() -> None:
    answer = get("/api/v1/views/funding-by-city.csv?city=rio-de-janeiro&to=1999")
    assert answer.status == 200
    assert answer.content.count(b"\r\n") == 1
    assert answer.content.startswith(b"\xef\xbb\xbfcity_id,")


def test_without_disputed_facts_the_files_leave_rio_3_5_out_and_say_how_much(facts: Facts) -> None:
    answer = get("/api/v1/views/model-scores.csv", [("benchmark", "Terminal-Bench 2.1"), ("disputed", "exclude")])
    assert "rio-3-5-open-397b" not in answer.content.decode()
    assert "deepseek-v4-pro" in answer.content.decode()
    left_out, _, rows = answer.headers["x-left-out-by-disputed"].partition(" of ")
    every = views.table("model-scores", facts, Selection(benchmark=("Terminal-Bench 2.1",)))
    own = every[every["disputed"].isin(["open", "conceded"])]
    assert (int(left_out), rows) == (len(own), f"{len(every)} rows")
    assert "x-left-out-by-disputed" not in get("/api/v1/views/model-scores.csv").headers
