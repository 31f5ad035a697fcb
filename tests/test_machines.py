"""The dataset described for machines: Croissant, schema.org and DCAT, each by what checks it elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mlcroissant
import pyshacl
import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.term import Node

from ledger import dataset
from ledger.facts import Facts
from tests.asking import get
from tests.test_pages import open_page

SHAPES = Path(__file__).parent / "shapes" / "dcat-ap.ttl"
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
SCHEMA = Namespace("https://schema.org/")
WEB_ADDRESS = re.compile(r"https?://[^\s<>]+")


@pytest.fixture(scope="module")
def facts() -> Facts:
    return dataset.facts()


@pytest.fixture(scope="module")
def croissant() -> dict[str, Any]:
    made: dict[str, Any] = get("/api/v1/croissant.json").json()
    return made


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    made: dict[str, Any] = get("/api/v1/catalogue.jsonld").json()
    return made


def graph_of(document: dict[str, Any]) -> Graph:
    return Graph().parse(data=json.dumps(document), format="json-ld")


def part(catalogue: dict[str, Any], kind: str) -> dict[str, Any]:
    """The one part of the catalogue that is of a type of schema.org."""
    (found,) = [node for node in catalogue["@graph"] if kind in node["@type"]]
    return dict(found)


# How they are served


@pytest.mark.parametrize("address", ["/api/v1/croissant.json", "/api/v1/catalogue.jsonld"])
def test_a_description_is_linked_data_that_any_page_may_read_and_nobody_gets_twice(address: str, facts: Facts) -> None:
    answer = get(address)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-data-version"] == facts.version
    again = get(address, headers=[(b"if-none-match", answer.headers["etag"].encode())])
    assert (again.status, again.content) == (304, b"")


@pytest.mark.parametrize("address", ["/api/v1/croissant.json", "/api/v1/catalogue.jsonld"])
def test_every_answer_links_to_the_descriptions_and_the_contract_names_them(address: str) -> None:
    links = get("/api/v1/views/funding-by-city.csv").headers["link"]
    assert f'<{address}>; rel="describedby"; type="application/ld+json"' in links
    operation = get("/api/v1/openapi.json").json()["paths"][address.removeprefix("/api")]["get"]
    assert list(operation["responses"]["200"]["content"]) == ["application/ld+json"]


@pytest.mark.parametrize("address", ["/api/v1/croissant.json", "/api/v1/catalogue.jsonld"])
def test_addresses_are_those_that_the_operator_names(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_URL", "https://ai.example.org")
    text = get(address).content.decode()
    assert "https://ai.example.org/api/v1/tables/funding.csv?safe=false" in text
    assert "localhost" not in text


# Croissant


def test_the_validator_of_croissant_finds_no_error_and_nothing_to_warn_of(croissant: dict[str, Any]) -> None:
    checked = mlcroissant.Dataset(croissant).metadata
    assert (checked.issues.errors, checked.issues.warnings) == (set(), set())
    assert checked.conforms_to == ["http://mlcommons.org/croissant/1.1"]


def test_the_validator_of_croissant_would_find_a_fault(croissant: dict[str, Any]) -> None:
    first, *others = croissant["distribution"]
    with pytest.raises(mlcroissant.ValidationError, match=first["@id"]):
        mlcroissant.Dataset({**croissant, "distribution": others})


def test_croissant_leads_to_the_very_bytes_of_every_table(croissant: dict[str, Any], facts: Facts) -> None:
    files = {file["@id"]: file for file in croissant["distribution"]}
    assert list(files) == [f"{table}.csv" for table in facts.descriptor.tables]
    for file in files.values():
        content = get(file["contentUrl"].removeprefix("http://localhost")).content
        assert file["contentSize"] == f"{len(content)} B"
        assert file["sha256"] == hashlib.sha256(content).hexdigest()


def test_croissant_has_every_column_with_its_unit_and_every_code_with_its_meaning(
    croissant: dict[str, Any], facts: Facts
) -> None:
    sets = {one["@id"]: one for one in croissant["recordSet"]}
    coded = []
    for table in facts.descriptor.tables:
        described = facts.descriptor.fields(table)
        fields = {field["@id"]: field for field in sets[table]["field"]}
        assert list(fields) == [f"{table}/{field.name}" for field in described]
        for field in described:
            assert field.description in fields[f"{table}/{field.name}"]["description"]
            assert (field.unit or "") in fields[f"{table}/{field.name}"]["description"]
            if field.categories:
                name = f"{table}/{field.name}/codes"
                coded.append(name)
                codes = [record[f"{name}/value"] for record in sets[name]["data"]]
                assert codes == [category.value for category in field.categories]
                assert fields[f"{table}/{field.name}"]["references"] == {"field": {"@id": f"{name}/value"}}
    assert set(sets) == {*facts.descriptor.tables, *coded}


# schema.org and DCAT


def test_the_catalogue_has_what_dcat_ap_asks_for(catalogue: dict[str, Any]) -> None:
    conforms, _, report = pyshacl.validate(graph_of(catalogue), shacl_graph=str(SHAPES))
    assert conforms, report


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (DCAT.Catalog, DCT.publisher),
        (DCAT.Dataset, DCT.title),
        (DCAT.Dataset, DCAT.keyword),
        (DCAT.Distribution, DCAT.accessURL),
        (DCAT.Distribution, DCT.license),
        (DCAT.DataService, DCAT.endpointURL),
    ],
)
def test_the_check_of_dcat_ap_misses_what_is_taken_away(catalogue: dict[str, Any], kind: Node, name: URIRef) -> None:
    graph = graph_of(catalogue)
    subject = next(graph.subjects(RDF.type, kind))
    graph.remove((subject, name, None))
    conforms, _, report = pyshacl.validate(graph, shacl_graph=str(SHAPES))
    assert not conforms
    assert str(name).rpartition("/")[2].rpartition("#")[2] in report


def test_both_vocabularies_tell_of_the_same_things(catalogue: dict[str, Any], facts: Facts) -> None:
    graph = graph_of(catalogue)
    pairs = [
        (SCHEMA.DataCatalog, DCAT.Catalog, 1),
        (SCHEMA.Dataset, DCAT.Dataset, 1),
        (SCHEMA.WebAPI, DCAT.DataService, 1),
        (SCHEMA.DataDownload, DCAT.Distribution, len(facts.descriptor.tables) + 1),
    ]
    for ours, theirs, number in pairs:
        found = set(graph.subjects(RDF.type, ours))
        assert found == set(graph.subjects(RDF.type, theirs))
        assert len(found) == number
    for file in graph.subjects(RDF.type, DCAT.Distribution):
        assert graph.value(file, SCHEMA.contentUrl) == graph.value(file, DCAT.downloadURL)


def test_the_dataset_has_what_search_engines_ask_of_a_dataset(catalogue: dict[str, Any], facts: Facts) -> None:
    found = part(catalogue, "Dataset")
    assert found["name"] == facts.descriptor.title
    assert 50 <= len(found["description"]) <= 5000
    assert found["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert found["version"] == facts.version
    assert found["isAccessibleForFree"] is True
    assert len(found["keywords"]) > 2
    for one in (*found["creator"], found["publisher"]):
        assert "Organization" in one["@type"]
        assert one["name"]
    assert facts.version in found["creditText"]
    first, last = found["temporalCoverage"].split("/")
    assert 1990 < int(first) < int(last) < 2100
    south, west, north, east = map(float, found["spatialCoverage"]["geo"]["box"].split())
    assert facts.tables["cities"]["latitude"].dropna().between(south, north).all()
    assert facts.tables["cities"]["longitude"].dropna().between(west, east).all()
    countries = {place["identifier"] for place in found["spatialCoverage"]["containsPlace"]}
    assert countries == set(facts.tables["cities"]["country_code"])
    measured = {(one["name"].partition(": ")[2], one["unitText"]) for one in found["variableMeasured"]}
    assert ("Population", "residents") in measured
    assert found["includedInDataCatalog"] == {"@id": part(catalogue, "DataCatalog")["@id"]}


def test_every_file_of_the_catalogue_is_there_with_its_type_and_its_bytes(catalogue: dict[str, Any]) -> None:
    for file in part(catalogue, "Dataset")["distribution"]:
        answer = get(file["contentUrl"].removeprefix("http://localhost"))
        assert answer.status == 200
        assert answer.headers["content-type"].partition(";")[0] == file["encodingFormat"]
        if "sha256" in file:
            assert file["sha256"] == hashlib.sha256(answer.content).hexdigest()
            assert file["dcat:byteSize"]["@value"] == str(len(answer.content))
        assert file["name"]
        assert file["description"]


def test_links_of_the_catalogue_are_links_and_its_names_are_those_of_schema_org(catalogue: dict[str, Any]) -> None:
    graph = graph_of(catalogue)
    for subject, name, value in graph:
        if name in (SCHEMA.url, SCHEMA.contentUrl, SCHEMA.license, SCHEMA.documentation, SCHEMA.termsOfService):
            assert isinstance(value, URIRef)
            assert WEB_ADDRESS.fullmatch(str(value)), (subject, name, value)
    pages = {str(graph.value(one, SCHEMA.documentation)) for one in graph.subjects(RDF.type, SCHEMA.WebAPI)}
    assert {urlsplit(page).path for page in pages} == {"/api/docs"}


# On the Data page


def test_the_data_page_lists_what_programs_take_and_each_is_there() -> None:
    page = open_page("data", [("city", "rio-de-janeiro"), ("lens", "intl")])
    (listed,) = [part.proto.body for part in page.get("html") if "/api/docs" in part.proto.body]
    addresses = [unescape(address) for address in re.findall('href="([^"]*)"', listed)]
    assert addresses == [
        "/api/v1/package.zip?city=rio-de-janeiro",
        "/api/v1/datapackage.json",
        "/api/v1/croissant.json",
        "/api/v1/catalogue.jsonld",
        "/api/docs",
    ]
    assert {get(address).status for address in addresses} == {200}
