"""The package as other programs open it: frictionless, Croissant, pandas, Datasette, and R's frictionless."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import mlcroissant
import pandas as pd
import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from playwright.sync_api import Browser
from sqlite_utils.cli import cli as sqlite_utils

from ledger import dataset
from tests import loops
from tests.asking import get

TABLES = dataset.facts().descriptor.tables
#: The whole package, and parts of it; the last has no figure of money and no claim.
QUERIES = ["", "city=rio-de-janeiro&disputed=exclude", "to=1990"]


@pytest.fixture(scope="module", params=QUERIES, ids=[query or "whole" for query in QUERIES])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, unpacked."""
    made = tmp_path_factory.mktemp("package")
    with ZipFile(io.BytesIO(get(f"/api/v1/package.zip?{request.param}").content)) as packed:
        packed.extractall(made)
    return made


def described(folder: Path) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return raw


def cells(folder: Path, resource: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of a file, as text."""
    with (folder / resource["path"]).open(encoding=resource["encoding"], newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def test_frictionless_validates_it(folder: Path) -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("frictionless"), "validate", "datapackage.json", "--json"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(run.stdout)
    assert report["valid"]
    assert [task["name"] for task in report["tasks"]] == list(TABLES)


# Croissant


def test_its_croissant_describes_the_files_beside_it(folder: Path) -> None:
    croissant = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    raw = described(folder)
    assert (croissant["name"], croissant["description"]) == (raw["title"], raw["description"])
    assert [file["contentUrl"] for file in croissant["distribution"]] == [one["path"] for one in raw["resources"]]
    for file in croissant["distribution"]:
        content = (folder / file["contentUrl"]).read_bytes()
        assert file["contentSize"] == f"{len(content)} B"
        assert file["sha256"] == hashlib.sha256(content).hexdigest()


def test_croissant_reads_every_record_of_every_table(folder: Path) -> None:
    opened = mlcroissant.Dataset(str(folder / "croissant.json"))
    assert (opened.metadata.issues.errors, opened.metadata.issues.warnings) == (set(), set())
    for resource in described(folder)["resources"]:
        header, rows = cells(folder, resource)
        records = list(opened.records(resource["name"]))
        assert len(records) == len(rows)
        for record, row in zip(records, rows, strict=True):
            assert list(record) == [f"{resource['name']}/{column}" for column in header]
            for value, text in zip(record.values(), row, strict=True):
                assert says(value, text), (resource["name"], value, text)


def says(value: Any, text: str) -> bool:
    """Whether a value of a record is what a cell says; a missing one is the empty cell."""
    if isinstance(value, bytes):
        # The reader guesses types from cells: texts of digits, in a column with gaps, come back as `2024.0`.
        return value.decode() in (text, f"{text}.0")
    if value is None or pd.isna(value):
        return text == ""
    if text in ("true", "false"):
        return bool(value) == (text == "true")
    return float(value) == float(text)


def test_croissant_reads_the_codes_with_their_meaning(folder: Path) -> None:
    opened = mlcroissant.Dataset(str(folder / "croissant.json"))
    lists = [one.uuid for one in opened.metadata.record_sets if one.uuid not in TABLES]
    assert lists == [
        f"{resource['name']}/{field['name']}/codes"
        for resource, fields in resources_with_fields(folder)
        for field in fields
        if "categories" in field
    ]
    for name in lists:
        for record in opened.records(name):
            assert all(record[f"{name}/{part}"] for part in ("value", "label", "description"))


# Tables


def test_pandas_reads_every_table_by_the_types_of_the_descriptor(folder: Path) -> None:
    types = {"string": "str", "integer": "Int64", "year": "Int64", "number": "float64", "boolean": "boolean"}
    for resource in described(folder)["resources"]:
        fields = resource["schema"]["fields"]
        frame = pd.read_csv(
            folder / resource["path"],
            dtype={field["name"]: types[field["type"]] for field in fields},
            na_values=resource["schema"]["missingValues"],
            keep_default_na=False,
            encoding=resource["encoding"],
        )
        header, rows = cells(folder, resource)
        assert list(frame.columns) == header
        assert len(frame) == len(rows)
        assert frame.isna().values.tolist() == [[cell == "" for cell in row] for row in rows]
        for field in fields:
            if "enum" in field.get("constraints", {}):
                assert set(frame[field["name"]].dropna()) <= set(field["constraints"]["enum"])


@pytest.fixture(scope="module")
def database(folder: Path) -> Path:
    """The tables in SQLite, as `sqlite-utils insert` puts them there."""
    made = folder / "ai.db"
    for table in TABLES:
        command = ["insert", str(made), table, str(folder / f"{table}.csv"), "--csv", "--silent"]
        result = CliRunner().invoke(sqlite_utils, command)
        assert result.exit_code == 0, result.output
    return made


def test_datasette_shows_every_row_of_every_table(folder: Path, database: Path) -> None:
    files = {resource["name"]: cells(folder, resource) for resource in described(folder)["resources"]}
    # A file without rows makes no table.
    filled = [table for table, (_, rows) in files.items() if rows]
    served = loops.run(answers(Datasette([str(database)]), [f"/ai/{table}.json?_size=1" for table in filled]))
    assert filled
    for table, answer in zip(filled, served, strict=True):
        header, rows = files[table]
        assert answer["filtered_table_rows_count"] == len(rows)
        assert [column for column in answer["columns"] if column != "rowid"] == header


async def answers(datasette: Datasette, addresses: list[str]) -> list[dict[str, Any]]:
    return [(await datasette.client.get(address)).json() for address in addresses]


# R's frictionless: what its `read_package` and `read_resource` ask for.


def resources_with_fields(folder: Path) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    for resource in described(folder)["resources"]:
        yield resource, resource["schema"]["fields"]


def test_every_resource_is_a_table_for_either_version_of_the_standard(folder: Path) -> None:
    assert described(folder)["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    for resource, _ in resources_with_fields(folder):
        assert (resource["type"], resource["profile"]) == ("table", "tabular-data-resource")
        assert "data" not in resource


def test_every_path_is_a_file_beside_the_descriptor(folder: Path) -> None:
    for resource, _ in resources_with_fields(folder):
        assert not Path(resource["path"]).is_absolute()
        assert ".." not in Path(resource["path"]).parts
        assert (folder / resource["path"]).is_file()


def test_the_columns_of_a_file_are_the_fields_in_their_order(folder: Path) -> None:
    # R takes the names from the descriptor and leaves the first line of the file out.
    for resource, fields in resources_with_fields(folder):
        header, _ = cells(folder, resource)
        assert header == [field["name"] for field in fields]


def test_types_and_missing_values_are_said_and_known(folder: Path) -> None:
    known = {"string", "number", "integer", "boolean", "date", "time", "datetime", "year", "yearmonth", "any"}
    for resource, fields in resources_with_fields(folder):
        assert {field["type"] for field in fields} <= known
        assert resource["schema"]["missingValues"] == [""]


def test_cells_need_no_dialect_and_no_setting_of_a_field(folder: Path) -> None:
    settings = {"decimalChar", "groupChar", "bareNumber", "trueValues", "falseValues", "format"}
    for resource, fields in resources_with_fields(folder):
        assert resource["encoding"] == "utf-8"
        assert "dialect" not in resource
        assert not (folder / resource["path"]).read_bytes().startswith(b"\xef\xbb\xbf")
        header, rows = cells(folder, resource)
        assert {len(row) for row in rows} <= {len(header)}
        for position, field in enumerate(fields):
            assert not settings & set(field), (resource["name"], field["name"])
            if field["type"] == "boolean":
                assert {row[position] for row in rows} <= {"true", "false", ""}


def test_codes_that_become_factors_are_listed_in_their_order(folder: Path) -> None:
    for resource, fields in resources_with_fields(folder):
        for field in fields:
            codes = [category["value"] for category in field.get("categories", ())]
            assert field.get("constraints", {}).get("enum", []) == codes, (resource["name"], field["name"])


@pytest.mark.browser
def test_programs_are_asked_also_while_a_browser_is_open(browser: Browser) -> None:
    async def answer() -> bool:
        return browser.is_connected()

    assert loops.run(answer())
