"""The open-data API: CSV of every view and every table, and answers that help when it refuses."""

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from frictionless import Package

from ledger import dataset, views
from ledger.descriptor import Descriptor
from ledger.exports import BOM, to_csv
from ledger.facts import Facts
from ledger.language import LANGUAGES, speaking
from ledger.places import DATA
from ledger.selection import NAMES, Selection, choices
from tests.asking import get
from tests.forms import FORMS, Asked, fault

TABLES = tuple(dataset.facts().tables.frames)


@pytest.fixture(scope="session")
def facts() -> Facts:
    return dataset.facts()


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


@pytest.mark.parametrize(
    "name", ["funding", "funding-by-city.json", "FUNDING-BY-CITY", "%00", "\n", "a\nb", "<script>", "a b"]
)
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


@pytest.mark.parametrize("address", ["views", "filters", "datapackage.json", "croissant.json", "catalogue.jsonld"])
def test_an_address_that_gives_one_answer_takes_no_query(address: str) -> None:
    assert get(f"/api/v1/{address}").status == 200
    answer = get(f"/api/v1/{address}?city=seoul&colour=red")
    assert answer.status == 400
    assert [problem["name"] for problem in answer.json()["problems"]] == ["city", "colour"]
    assert answer.json()["message"] == "This address gives one answer: it takes no query."


def test_views_and_their_columns_are_listed_with_titles_in_every_language() -> None:
    listed = {made["id"]: made for made in get("/api/v1/views").json()["views"]}
    for made in listed.values():
        assert made["labels"]["en"] == made["title"]
        for column in made["columns"]:
            assert list(column["labels"]) == list(LANGUAGES), (made["id"], column["name"])
            assert column["labels"]["en"] == column["title"]
            assert all(column["labels"].values()), (made["id"], column["name"])
    labels = {column["name"]: column["labels"] for column in listed["funding-register"]["columns"]}
    assert labels["stage"] == {"en": "Stage", "pt": "Etapa", "es": "Etapa"}
    assert labels["counted"] == {"en": "Counted", "pt": "Contado na soma", "es": "Contado en la suma"}


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
    assert (problem["name"], problem["value"], problem["accepted"]) == (
        "city",
        "rio-de-janeiro",
        ["safe", "limit", "offset"],
    )


def test_a_refusal_is_no_script() -> None:
    answer = get("/api/v1/views/funding-by-city.csv", [("city", "<script>alert(1)</script>")])
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/json"


def test_the_head_of_a_file_can_be_asked_for_alone_and_nothing_can_be_sent() -> None:
    head = get("/api/v1/views/funding-ladder.csv", method="HEAD")
    assert head.status == 200
    assert int(head.headers["content-length"]) == len(get("/api/v1/views/funding-ladder.csv").content)
    for method in ("POST", "PUT", "DELETE"):
        refused = get("/api/v1/views/funding-ladder.csv", method=method)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


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


# The same rows in every form


@pytest.mark.parametrize("table", TABLES)
def test_every_form_of_a_table_holds_its_rows(facts: Facts, table: str) -> None:
    types = {field.name: field.type for field in facts.descriptor.fields(table)}
    for form in FORMS:
        assert not fault(Asked(f"tables/{table}", (), facts.tables[table], types), form)


# What comes with every answer


def test_json_says_what_its_rows_are_and_how_to_cite_them(facts: Facts) -> None:
    answer = get("/api/v1/views/funding-by-city.json?city=rio-de-janeiro&benchmark=AIME%202026").json()
    assert answer["data_version"] == facts.version
    assert answer["filters"] == {"city": ["rio-de-janeiro"]}
    assert answer["filters_without_effect"] == ["benchmark"]
    assert answer["licence"]["name"] == "CC-BY-4.0"
    assert "Rio de Janeiro" in answer["citation"]
    assert facts.version in answer["citation"]
    assert answer["bibtex"].startswith("@misc{")


def test_a_copy_that_still_holds_is_not_sent_again() -> None:
    first = get("/api/v1/views/funding-by-city.csv?city=seoul")
    tag, changed = first.headers["etag"], first.headers["last-modified"]
    again = get("/api/v1/views/funding-by-city.csv?city=seoul", headers=[(b"if-none-match", tag.encode())])
    assert (again.status, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    # A shared copy is told apart by its encoding and by who may read it.
    assert {"Accept-Encoding", "Origin"} == {name.strip() for name in again.headers["vary"].split(",")}
    since = get("/api/v1/views/funding-by-city.csv?city=seoul", headers=[(b"if-modified-since", changed.encode())])
    assert since.status == 304
    other = get("/api/v1/views/funding-by-city.csv?city=dubai", headers=[(b"if-none-match", tag.encode())])
    assert other.status == 200
    assert other.content
    assert "max-age" in first.headers["cache-control"]


def test_a_program_in_a_browser_may_say_what_it_holds_already() -> None:
    wanted = (b"access-control-request-method", b"GET"), (b"access-control-request-headers", b"if-none-match")
    asked = get("/api/v1/views/funding-by-city.csv", method="OPTIONS", headers=wanted)
    assert asked.status == 200
    assert asked.headers["access-control-allow-headers"] == "if-none-match"
    assert asked.headers["access-control-allow-methods"] == "GET, HEAD"


@pytest.mark.parametrize("address", ["/api", "/api/"])
def test_the_api_itself_leads_to_its_contract(address: str) -> None:
    answer = get(address)
    assert (answer.status, answer.headers["location"]) == (307, "/api/docs")


def test_before_rows_that_are_not_there_come_the_last_ones(facts: Facts) -> None:
    total = len(views.table("funding-register", facts, Selection()))
    answer = get("/api/v1/views/funding-register.csv?limit=10&offset=100000")
    assert f'offset={total - 10}>; rel="prev"' in answer.headers["link"]
    assert 'rel="next"' not in answer.headers["link"]


def test_pages_of_rows_make_the_whole_together(facts: Facts) -> None:
    whole = get("/api/v1/views/funding-register.json").json()
    address, rows = "/api/v1/views/funding-register.json?limit=100", []
    while address:
        answer = get(address).json()
        assert len(answer["rows"]) <= 100
        rows += answer["rows"]
        address = (answer["next"] or "").removeprefix("http://localhost")
    assert rows == whole["rows"]
    cut = get("/api/v1/views/funding-register.csv?limit=10&offset=20")
    assert 'rel="next"' in cut.headers["link"]
    assert 'rel="prev"' in cut.headers["link"]
    assert cut.headers["x-total-rows"] == str(whole["total_rows"])


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", "limit=1&limit=2", "safe=true"])
def test_a_page_that_is_none_is_refused(query: str) -> None:
    answer = get(f"/api/v1/views/funding-ladder.json?{query}")
    assert answer.status == 400
    assert answer.json()["problems"][0]["message"]


def test_a_workbook_starts_no_formula_and_tells_what_it_is(facts: Facts) -> None:
    book = openpyxl.load_workbook(io.BytesIO(get("/api/v1/views/sources-register.xlsx").content))
    cells = [cell for row in book["Data"].iter_rows() for cell in row]
    assert any(cell.value == "+COMUNIDAD" for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "b", "inlineStr"}
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert about["Data version"] == facts.version
    assert "creativecommons.org" in about["Licence"]


def test_the_contract_names_every_address_and_every_accepted_code(facts: Facts) -> None:
    contract = get("/api/v1/openapi.json").json()
    assert contract["openapi"].startswith("3.1")
    forms = ("csv", "json", "parquet", "xlsx")
    addresses = {f"/v1/{kind}.{form}" for kind in ("views/{view}", "tables/{table}") for form in forms}
    assert addresses <= set(contract["paths"])
    parameters = contract["components"]["parameters"]
    assert parameters["query-city"]["schema"]["items"]["enum"] == list(choices(facts)["city"])
    assert {name.removeprefix("query-") for name in parameters} >= set(NAMES)


def test_the_readable_contract_asks_nobody_else() -> None:
    page = get("/api/docs")
    text = page.content.decode()
    assert "http" not in text.replace("https://github", "")
    assert "'sha256-" in page.headers["content-security-policy"]
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"/api/docs/static/{name}" in text
        assert get(f"/api/docs/static/{name}").status == 200


def test_the_descriptor_leads_to_the_raw_csv_of_every_table(facts: Facts) -> None:
    described = get("/api/v1/datapackage.json").json()
    assert [resource["name"] for resource in described["resources"]] == list(TABLES)
    for resource in described["resources"]:
        answer = get(resource["path"].removeprefix("http://localhost"))
        assert answer.content == to_csv(facts.tables[resource["name"]], safe=False)
    assert Package.from_descriptor(described).resource_names == list(TABLES)  # Raises where it is not valid.
    assert described["translations"]["pt"]["title"] == "Investimento municipal em IA"


@pytest.mark.parametrize("query", ["", "city=rio-de-janeiro", "disputed=exclude", "stage=contracted", "to=1990"])
def test_the_package_is_valid_and_whole_in_itself(facts: Facts, query: str, tmp_path: Path) -> None:
    answer = get(f"/api/v1/package.zip?{query}")
    assert answer.status == 200
    assert answer.content == get(f"/api/v1/package.zip?{query}").content
    with ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(tmp_path)
    assert Package(str(tmp_path / "datapackage.json")).validate().valid
    with speaking("es"):
        # What a part is, its title says; in the other languages it must not claim to be the whole.
        title = Descriptor(json.loads((tmp_path / "datapackage.json").read_text())).title
    assert title == "Inversión municipal en IA" if not query else title.startswith(f"{facts.descriptor.title} (")
    readme = (tmp_path / "README.md").read_text()
    assert facts.version in readme
    for table in TABLES:
        assert table in readme
        if not query:
            assert (tmp_path / f"{table}.csv").read_bytes() == (DATA / f"{table}.csv").read_bytes()
    if query.startswith("city"):
        assert set(pd.read_csv(tmp_path / "initiatives.csv")["city_id"]) == {"rio-de-janeiro"}
        assert "Rio de Janeiro" in readme


def test_a_package_of_what_is_not_known_is_refused() -> None:
    assert get("/api/v1/package.zip?city=atlantis").status == 400
    assert get("/api/v1/package.zip?limit=3").status == 400
