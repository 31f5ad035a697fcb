"""The package of the repository opens and keeps its promises; a broken one says what is broken."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ledger.checks import translations
from ledger.language import LANGUAGES, SOURCE, speaking
from ledger.tables import REQUIRED, BrokenPackage, Fault, Tables, open_package

DATA = Path(__file__).parent.parent / "data"
#: The tables that a package must hold, and those that ours holds beside them.
TABLES = (*REQUIRED, "model_parents", "history")
NUMERIC = ("integer", "number", "year")


@pytest.fixture(scope="module")
def package() -> Tables:
    return open_package(DATA)


@pytest.fixture(scope="module")
def small(package: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of a few initiatives with all that hangs on them: like the whole one, and quick to open."""
    folder = Path(shutil.copytree(DATA, tmp_path_factory.mktemp("small") / "data"))
    tables = {table: pd.read_csv(DATA / f"{table}.csv", dtype="str", keep_default_na=False) for table in TABLES}
    tables["initiatives"] = tables["initiatives"].head(9)
    tables["models"] = tables["models"].query("role == 'municipal' and base_model_id == ''")
    tables["claims"] = tables["claims"][tables["claims"]["subject_id"].isin(tables["initiatives"]["id"])]
    tables["exchange_rates"] = tables["exchange_rates"].head(9)
    tables["purchasing_power"] = tables["purchasing_power"].head(9)
    for _ in range(3):  # a row that hangs on one that is gone goes too
        for table in tables:
            for key in package.descriptor.schema(table).get("foreignKeys", []):
                known = tables[key["reference"].get("resource", table)]["id"]
                used = tables[table][key["fields"][0]]
                tables[table] = tables[table][used.isin(known) | (used == "")]
    cited = pd.concat([frame["source_id"] for frame in tables.values() if "source_id" in frame])
    tables["sources"] = tables["sources"][tables["sources"]["id"].isin(cited)]
    for table, frame in tables.items():
        frame.to_csv(folder / f"{table}.csv", index=False, lineterminator="\n")
    open_package(folder)
    return folder


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / "data"))


# The package of the repository


def test_every_required_table_is_there_with_rows(package: Tables) -> None:
    assert set(package.frames) == set(TABLES)
    assert all(len(frame) for frame in package.frames.values())


def test_every_csv_file_is_a_table_of_the_package(package: Tables) -> None:
    assert {file.stem for file in DATA.glob("*.csv")} == set(package.descriptor.tables)


def test_every_row_of_the_files_is_in_the_frames(package: Tables) -> None:
    for table, frame in package.frames.items():
        with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.reader(file))) - 1 == len(frame)


def test_the_file_of_the_descriptor_opens_like_its_folder(package: Tables) -> None:
    assert open_package(DATA / "datapackage.json").version == package.version


def test_the_version_is_the_date_and_a_digest(package: Tables) -> None:
    assert re.fullmatch(r"2026-11-23-[0-9a-f]{8}", package.version)


def test_the_version_changes_with_the_data(package: Tables, folder: Path) -> None:
    edit_text(folder, "claims.csv", "Projected savings", "Hoped-for savings")
    assert open_package(folder).version != package.version


def test_frames_are_typed_as_the_descriptor_says(package: Tables) -> None:
    types = {"integer": "Int64", "year": "Int64", "number": "float64", "boolean": "boolean", "string": "str"}
    for table, frame in package.frames.items():
        expected = {field.name: types[field.type] for field in package.descriptor.fields(table)}
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == expected


def test_what_is_not_known_is_missing_and_never_zero_or_empty_text(package: Tables) -> None:
    with (DATA / "models.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for column in ("parameters_total", "open_weights", "license"):
        unknown = [not row[column] for row in rows]
        assert package["models"][column].isna().tolist() == unknown


def test_the_text_na_is_a_text(folder: Path) -> None:
    set_cell(folder, "organizations", 2, "country_code", "NA")
    assert open_package(folder)["organizations"]["country_code"][0] == "NA"


def test_every_table_and_column_is_described(package: Tables) -> None:
    descriptor = package.descriptor
    for table in descriptor.tables:
        assert descriptor.table_title(table)
        assert descriptor.table_description(table).startswith("One row ")
        for field in descriptor.fields(table):
            assert field.title[0].isupper(), (table, field.name)
            assert field.description.endswith("."), (table, field.name)
            assert bool(field.unit) == (field.type in NUMERIC), (table, field.name)


def test_a_column_that_may_be_empty_says_what_empty_means(package: Tables) -> None:
    for table in package.descriptor.tables:
        for field in package.descriptor.fields(table):
            assert field.required == ("Empty" not in field.description), (table, field.name)


def test_every_code_has_a_label_and_a_meaning_and_is_enforced(package: Tables) -> None:
    for table in package.descriptor.tables:
        for field in package.descriptor.fields(table):
            codes = [category.value for category in field.categories]
            assert codes == field.constraints.get("enum", []), (table, field.name)
            assert all(category.label and category.description for category in field.categories)


@pytest.mark.parametrize(
    ("table", "column", "codes"),
    [
        ("funding", "stage", "estimated announced committed budgeted contracted spent"),
        ("initiative_goals", "evidence", "stated funded operating"),
        ("initiatives", "status", "announced approved under_way operating completed paused cancelled"),
    ],
)
def test_ordered_codes_run_from_weakest_to_strongest(package: Tables, table: str, column: str, codes: str) -> None:
    field = package.descriptor.field(table, column)
    assert field.ordered
    assert [category.value for category in field.categories] == codes.split()


def test_a_code_reads_as_its_label(package: Tables) -> None:
    assert package.descriptor.label("initiatives", "status", "under_way") == "Under way"
    with speaking("pt"):
        assert package.descriptor.label("initiatives", "status", "under_way") == "Em andamento"
    with pytest.raises(KeyError):
        package.descriptor.label("initiatives", "status", "nearly_done")


def texts(raw: dict[str, Any]) -> Iterator[tuple[str, str, Any, Any]]:
    """Every text of a descriptor that can be said in other languages: where, language, in English, translated."""
    told = [("package", raw, translations.OF_PACKAGE)]
    for resource in raw["resources"]:
        told.append((resource["name"], resource, translations.OF_TABLE))
        for field in resource["schema"]["fields"]:
            place = f"{resource['name']}.{field['name']}"
            told.append((place, field, translations.OF_COLUMN))
            told += [(f"{place}.{one['value']}", one, translations.OF_CATEGORY) for one in field.get("categories", [])]
    for place, said, names in told:
        for name in set(names) & set(said):
            for language in LANGUAGES.keys() - {SOURCE}:
                yield (
                    f"{place}: {name}",
                    language,
                    said[name],
                    said.get("translations", {}).get(language, {}).get(name),
                )


def flat(value: Any) -> list[str]:
    """The texts in a text, a list or an object of texts."""
    if isinstance(value, dict):
        value = list(value.values())
    return value if isinstance(value, list) else [value]


def test_every_text_of_the_descriptor_is_said_in_every_language(package: Tables) -> None:
    found = list(texts(dict(package.descriptor.raw)))
    assert {"package: dashboard", "funding.counted: title", "funding.stage.spent: label"} <= {
        place for place, *_ in found
    }
    missing = [(place, language) for place, language, english, said in found if not said]
    assert not missing
    for place, language, english, said in found:
        assert type(english) is type(said), (place, language)
        assert len(flat(english)) == len(flat(said)), (place, language)
        for before, after in zip(flat(english), flat(said), strict=True):
            assert after.strip() == after != "", (place, language)
            assert after != before or len(before.split()) <= 2, (place, language)
            # Names of tables and columns, and addresses, are the same in every language.
            assert sorted(re.findall("`[a-z_.]+`", before)) == sorted(re.findall("`[a-z_.]+`", after)), (
                place,
                language,
            )
            assert after.endswith(".") == before.endswith("."), (place, language)


def test_the_same_words_are_translated_the_same_way_within_a_column_of_codes(package: Tables) -> None:
    """Two codes of one column that read alike could not be told apart."""
    for language in LANGUAGES:
        with speaking(language):
            for table in package.descriptor.tables:
                for field in package.descriptor.fields(table):
                    labels = [category.label for category in field.categories]
                    assert len(labels) == len(set(labels)), (language, table, field.name)
                titles = [field.title for field in package.descriptor.fields(table)]
                assert len(titles) == len(set(titles)), (language, table)


@pytest.mark.parametrize(
    ("language", "stage", "title", "table"),
    [
        ("en", "Spent", "Counted", "Funding"),
        ("pt", "Pago", "Contado na soma", "Financiamento"),
        ("es", "Pagado", "Contado en la suma", "Financiación"),
    ],
)
def test_the_descriptor_speaks_the_language_of_the_reader(
    package: Tables, language: str, stage: str, title: str, table: str
) -> None:
    with speaking(language):
        assert package.descriptor.label("funding", "stage", "spent") == stage
        assert package.descriptor.field("funding", "counted").title == title
        assert package.descriptor.table_title("funding") == table


def test_every_column_that_names_a_row_elsewhere_has_a_foreign_key(package: Tables) -> None:
    by_type = {("claims", "subject_id")}
    # The history also names rows that are there no longer.
    for table in [name for name in package.descriptor.tables if name != "history"]:
        keys = {key["fields"][0] for key in package.descriptor.schema(table).get("foreignKeys", [])}
        for field in package.descriptor.fields(table):
            names_a_row = field.name.endswith("_id") or field.name == "responds_to"
            if names_a_row and field.name != "geonames_id" and (table, field.name) not in by_type:
                assert field.name in keys, (table, field.name)


def test_foreign_keys_resolve(package: Tables) -> None:
    for table in package.descriptor.tables:
        for key in package.descriptor.schema(table).get("foreignKeys", []):
            target = key["reference"].get("resource", table)
            used = package[table][key["fields"][0]].dropna()
            assert used.isin(package[target][key["reference"]["fields"][0]]).all(), (table, key)


def test_every_figure_of_money_has_a_source_with_a_web_address(package: Tables) -> None:
    cited = package["funding"].merge(package["sources"], left_on="source_id", right_on="id", how="left")
    assert len(cited) == len(package["funding"])
    assert cited["url"].str.match(r"https?://[^/\s]+").all()


def test_counted_rows_of_one_stage_do_not_say_the_same_money(package: Tables) -> None:
    counted = package["funding"].query("counted")
    pairs = counted.merge(counted, left_on="related_funding_id", right_on="id", suffixes=("", "_related"))
    twice = pairs[pairs["stage"] == pairs["stage_related"]]
    assert twice[["id", "relation", "related_funding_id"]].to_dict("records") == []


def test_the_attributions_have_a_web_address_where_they_have_one(package: Tables) -> None:
    sources = package.descriptor.raw["sources"]
    assert {"GeoNames", "World Bank", "US Bureau of Labor Statistics"} <= {
        source["title"].split(",")[0] for source in sources
    }
    assert all(source.get("path", "https://").startswith("https://") for source in sources)


def test_further_tables_are_allowed(folder: Path) -> None:
    (folder / "rivers.csv").write_text("name,length\nTejo,1007\n", encoding="utf-8")
    fields = [{"name": "name", "type": "string"}, {"name": "length", "type": "integer"}]
    resource = {"name": "rivers", "path": "rivers.csv", "schema": {"fields": fields}}
    edit_descriptor(folder, lambda raw: raw["resources"].append(resource))
    assert open_package(folder)["rivers"]["length"].tolist() == [1007]


def test_a_byte_order_mark_and_windows_lines_change_nothing(folder: Path) -> None:
    before = open_package(folder)["claims"]
    file = folder / "claims.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(open_package(folder)["claims"], before)


# Broken packages

Break = Callable[[Path], Any]
ID = "an id: lower-case letters, digits and single hyphens"
DATE = "a date as 2025, 2025-06 or 2025-06-13"
STAGES = "one of estimated, announced, committed, budgeted, contracted, spent"
FUNDING = (
    "one of the columns id, initiative_id, amount, amount_high, currency, stage, funder, funder_name, dated, "
    "period_start, period_end, basis, scope, counted, relation, related_funding_id, reason, overlaps, note, "
    "source_id"
)


def edit_text(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit_descriptor(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    file = folder / "datapackage.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    change(raw)
    file.write_text(json.dumps(raw), encoding="utf-8")


def edit_rows(folder: Path, table: str, change: Callable[[list[list[str]]], Any]) -> None:
    file = folder / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    change(rows)
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)


def set_cell(folder: Path, table: str, row: int, column: str, value: str) -> None:
    def change(rows: list[list[str]]) -> None:
        rows[row - 1][rows[0].index(column)] = value

    edit_rows(folder, table, change)


def cell(table: str, row: int, column: str, value: str) -> Break:
    return lambda folder: set_cell(folder, table, row, column, value)


def rows(table: str, change: Callable[[list[list[str]]], Any]) -> Break:
    return lambda folder: edit_rows(folder, table, change)


def described(change: Callable[[dict[str, Any]], Any]) -> Break:
    return lambda folder: edit_descriptor(folder, change)


def resource(raw: dict[str, Any], name: str) -> dict[str, Any]:
    return next(resource for resource in raw["resources"] if resource["name"] == name)


def moved_out(folder: Path) -> None:
    outside = folder.parent / "claims.csv"
    (folder / "claims.csv").rename(outside)
    (folder / "claims.csv").symlink_to(outside)


BROKEN: dict[str, tuple[Break, Fault]] = {
    "no descriptor": (
        lambda folder: (folder / "datapackage.json").unlink(),
        Fault(None, None, None, None, "a file that can be read"),
    ),
    "descriptor is not JSON": (
        lambda folder: (folder / "datapackage.json").write_text('{\n"name": }'),
        Fault(None, 2, None, None, "JSON (Expecting value)"),
    ),
    "descriptor is a list": (
        lambda folder: (folder / "datapackage.json").write_text("[]"),
        Fault(None, None, None, None, "a JSON object"),
    ),
    "no date": (
        described(lambda raw: raw.pop("created")),
        Fault(None, None, None, None, "`created`, the date of the package"),
    ),
    "licences are a text": (
        described(lambda raw: raw.update(licenses="free")),
        Fault(
            None,
            None,
            None,
            None,
            "a valid description ('free' is not of type 'array' at property 'licenses')",
        ),
    ),
    "required table left out": (
        described(lambda raw: raw["resources"].remove(resource(raw, "price_index"))),
        Fault("price_index", None, None, None, "a resource of this name"),
    ),
    "two resources of one name": (
        described(lambda raw: raw["resources"].append(resource(raw, "price_index"))),
        Fault("price_index", None, None, "price_index", "each resource by a name of its own"),
    ),
    "unknown type of a column": (
        described(lambda raw: resource(raw, "price_index")["schema"]["fields"][2].update(type="count")),
        Fault("price_index", None, None, None, 'a valid description (field type "count" is not supported)'),
    ),
    "pattern that is none": (
        described(lambda raw: resource(raw, "price_index")["schema"]["fields"][3].update(constraints={"pattern": "("})),
        Fault(None, None, None, None, "a regular expression as pattern of publisher (resource 17)"),
    ),
    "key to an unknown column": (
        described(
            lambda raw: resource(raw, "initiatives")["schema"]["foreignKeys"][0]["reference"].update(fields=["town"])
        ),
        Fault("initiatives", None, "city_id", "cities, town", "a foreign key to columns of a table"),
    ),
    "category without a value": (
        described(lambda raw: resource(raw, "price_index")["schema"]["fields"][3].update(categories=[{}])),
        Fault(
            None,
            None,
            None,
            None,
            "categories of publisher that are texts or have a text as value (resource 17)",
        ),
    ),
    "translations are a text": (
        described(lambda raw: raw.update(translations="pt")),
        Fault(None, None, None, "pt", "a JSON object as translations, by language"),
    ),
    "translation into an unknown language": (
        described(lambda raw: resource(raw, "price_index")["translations"].update(de={"title": "Preisindex"})),
        Fault("price_index", None, None, "de", "one of en, pt, es as language in translations"),
    ),
    "translation that is a text": (
        described(lambda raw: resource(raw, "price_index")["translations"].update(pt="Índice de preços")),
        Fault("price_index", None, None, "Índice de preços", "a JSON object as translations into pt"),
    ),
    "translation of what there is not": (
        described(
            lambda raw: resource(raw, "price_index")["schema"]["fields"][3]["translations"]["es"].update(unit="pesos")
        ),
        Fault(
            "price_index",
            None,
            "publisher",
            "unit",
            "one of its own texts in translations into es (title, description)",
        ),
    ),
    "translation that is empty": (
        described(
            lambda raw: resource(raw, "history")["schema"]["fields"][3]["categories"][0]["translations"]["es"].update(
                label=" "
            )
        ),
        Fault("history", None, "change", " ", "a text as label in translations of added into es"),
    ),
    "translated limits that are no list": (
        described(lambda raw: raw["translations"]["pt"].update(limits="Nenhum.")),
        Fault(None, None, None, "Nenhum.", "a list of sentences as limits in translations into pt"),
    ),
    "translated face with a logo": (
        described(lambda raw: raw["translations"]["pt"].update(dashboard={"logo": "logo.svg"})),
        Fault(
            None,
            None,
            None,
            "{'logo': 'logo.svg'}",
            "a JSON object of texts (title, intro) as dashboard in translations into pt",
        ),
    ),
    "path goes up": (
        described(lambda raw: resource(raw, "price_index").update(path="../data/price_index.csv")),
        Fault("price_index", None, None, "../data/price_index.csv", "a path inside the folder of the package"),
    ),
    "path is absolute": (
        described(lambda raw: resource(raw, "price_index").update(path="/etc/passwd")),
        Fault("price_index", None, None, "/etc/passwd", "a path inside the folder of the package"),
    ),
    "path is a web address": (
        described(lambda raw: resource(raw, "price_index").update(path="https://example.org/prices.csv")),
        Fault("price_index", None, None, "https://example.org/prices.csv", "a file that can be read"),
    ),
    "link leads out": (
        moved_out,
        Fault("claims", None, None, "claims.csv", "a path inside the folder of the package"),
    ),
    "file missing": (
        lambda folder: (folder / "metrics.csv").unlink(),
        Fault("metrics", None, None, "metrics.csv", "a file that can be read"),
    ),
    "file empty": (
        lambda folder: (folder / "metrics.csv").write_text(""),
        Fault("metrics", 1, None, None, "a header line"),
    ),
    "not UTF-8": (
        lambda folder: (folder / "metrics.csv").write_bytes(
            (DATA / "metrics.csv").read_bytes().replace(b"With Copilot", b"Avec \xe9lan")
        ),
        Fault("metrics", 2, None, "byte 0xe9", "UTF-8 text"),
    ),
    "quote left open": (
        lambda folder: (folder / "price_index.csv").write_text('year,us_cpi_u,months,publisher\n2010,1,12,"BLS'),
        Fault("price_index", 2, None, None, "CSV (unexpected end of data)"),
    ),
    "column missing": (
        rows("funding", lambda rows: [row.pop(rows[0].index("reason")) for row in rows[::-1]]),
        Fault("funding", 1, "reason", None, "a column of this name"),
    ),
    "column unknown": (
        rows("funding", lambda rows: [row.append("mood" if row is rows[0] else "") for row in rows]),
        Fault("funding", 1, "mood", "mood", FUNDING),
    ),
    "column twice": (
        rows("funding", lambda rows: [row.append(row[0]) for row in rows]),
        Fault("funding", 1, "id", "id", "each column once"),
    ),
    "cell too few": (
        rows("funding", lambda rows: rows[2].pop()),
        Fault("funding", 3, None, "19 cells", "20 cells, as in the header"),
    ),
    "cell too many": (
        rows("funding", lambda rows: rows[2].insert(3, "and more")),
        Fault("funding", 3, None, "21 cells", "20 cells, as in the header"),
    ),
    "blank line": (
        lambda folder: edit_text(folder, "cities.csv", "\n", "\n\n"),
        Fault("cities", 2, None, None, "a row with values"),
    ),
    "row of empty cells": (
        rows("price_index", lambda rows: rows.append([""] * 4)),
        Fault("price_index", 19, None, None, "a row with values"),
    ),
    "number in words": (
        cell("funding", 3, "amount", "13 billion"),
        Fault("funding", 3, "amount", "13 billion", "a number ≥ 0"),
    ),
    "number that is none": (
        cell("funding", 3, "amount", "NaN"),
        Fault("funding", 3, "amount", "NaN", "a number ≥ 0"),
    ),
    "number with underscores": (
        cell("cities", 3, "population", "1_807_000"),
        Fault("cities", 3, "population", "1_807_000", "a whole number ≥ 1"),
    ),
    "number too low": (
        cell("funding", 3, "amount", "-5"),
        Fault("funding", 3, "amount", "-5", "a number ≥ 0"),
    ),
    "number too high": (
        cell("cities", 3, "latitude", "91"),
        Fault("cities", 3, "latitude", "91", "a number ≥ -90 ≤ 90"),
    ),
    "neither true nor false": (
        cell("funding", 3, "counted", "maybe"),
        Fault("funding", 3, "counted", "maybe", "true or false"),
    ),
    "required cell empty": (
        cell("funding", 3, "reason", ""),
        Fault("funding", 3, "reason", "", "text"),
    ),
    "unknown code": (
        cell("funding", 3, "stage", "promised"),
        Fault("funding", 3, "stage", "promised", STAGES),
    ),
    "month 13": (
        cell("funding", 3, "dated", "2025-13"),
        Fault("funding", 3, "dated", "2025-13", DATE),
    ),
    "day 40": (
        cell("claims", 4, "made_on", "2025-01-40"),
        Fault("claims", 4, "made_on", "2025-01-40", DATE),
    ),
    "id in capitals": (
        cell("metrics", 3, "id", "Aberdeen M2"),
        Fault("metrics", 3, "id", "Aberdeen M2", ID),
    ),
    "address without a web address": (
        cell("sources", 3, "url", "ftp://borkena.com/"),
        Fault("sources", 3, "url", "ftp://borkena.com/", "an address that begins with http:// or https://"),
    ),
    "id twice": (
        cell("metrics", 3, "id", "aberdeen-copilot-m1"),
        Fault("metrics", 3, "id", "aberdeen-copilot-m1", "a value that no other row has"),
    ),
    "pair twice": (
        rows("initiative_partners", lambda rows: rows.insert(2, rows[1])),
        Fault(
            "initiative_partners",
            3,
            "initiative_id, organization_id",
            "addis-ababa-smart-traffic-centre, addis-tma",
            "a value that no other row has",
        ),
    ),
    "score twice": (
        rows("benchmark_results", lambda rows: rows.insert(2, ["b9999", *rows[1][1:]])),
        Fault(
            "benchmark_results",
            3,
            "model_id, benchmark, version, setting, source_id",
            "falcon-h1-arabic-34b, Open Arabic LLM Leaderboard, , , src-aiinasia-falcon-h1-arabic",
            "a value that no other row has",
        ),
    ),
    "unknown source": (
        cell("funding", 3, "source_id", "src-hearsay"),
        Fault("funding", 3, "source_id", "src-hearsay", "an id of sources"),
    ),
    "unknown figure in the same table": (
        cell("funding", 3, "related_funding_id", "nowhere-f1"),
        Fault("funding", 3, "related_funding_id", "nowhere-f1", "an id of funding"),
    ),
    "claim about an unknown initiative": (
        cell("claims", 3, "subject_id", "aquila"),
        Fault("claims", 3, "subject_id", "aquila", "an id of initiatives"),
    ),
    "high end below low end": (
        cell("funding", 3, "amount_high", "12"),
        Fault("funding", 3, "amount_high", "12", "a number ≥ 13000000000, the amount"),
    ),
    "relation without a figure": (
        cell("funding", 3, "related_funding_id", ""),
        Fault("funding", 3, "related_funding_id", "", "an id of funding, as relation is restates"),
    ),
    "figure without a relation": (
        cell("funding", 3, "relation", "none"),
        Fault(
            "funding",
            3,
            "related_funding_id",
            "abu-dhabi-government-digital-strategy-f1",
            "an empty cell, as relation is none",
        ),
    ),
}


@pytest.mark.parametrize(("broken", "fault"), BROKEN.values(), ids=list(BROKEN))
def test_one_thing_broken_gives_that_one_fault(folder: Path, broken: Break, fault: Fault) -> None:
    broken(folder)
    with pytest.raises(BrokenPackage) as raised:
        open_package(folder)
    assert raised.value.faults == (fault,)


def test_many_faults_are_all_listed_in_the_order_of_the_package(folder: Path) -> None:
    for row in (7, 2, 4):
        set_cell(folder, "funding", row, "stage", "promised")
    set_cell(folder, "funding", 2, "currency", "dollars")
    set_cell(folder, "initiatives", 5, "city_id", "atlantis")
    set_cell(folder, "sources", 9, "language", "English")
    set_cell(folder, "claims", 7, "subject_type", "rumour")
    (folder / "price_index.csv").unlink()
    with pytest.raises(BrokenPackage) as raised:
        open_package(folder)
    assert [(fault.table, fault.row, fault.column) for fault in raised.value.faults] == [
        ("initiatives", 5, "city_id"),
        ("funding", 2, "currency"),
        ("funding", 2, "stage"),
        ("funding", 4, "stage"),
        ("funding", 7, "stage"),
        ("claims", 7, "subject_type"),
        ("sources", 9, "language"),
        ("price_index", None, None),
    ]
    message = str(raised.value)
    assert message.splitlines()[0].endswith("has 8 faults. Correct what is listed and open it again:")
    assert len(message.splitlines()) == 9


def test_more_than_a_thousand_faults_in_a_table_are_all_listed(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA, tmp_path / "data"))
    edit_rows(folder, "sources", lambda rows: [row.__setitem__(5, "?") for row in rows[1:]])
    with pytest.raises(BrokenPackage) as raised:
        open_package(folder)
    assert [fault.row for fault in raised.value.faults] == list(range(2, 1227))


def test_a_fault_is_one_clear_sentence() -> None:
    assert str(Fault("funding", 3, "stage", "promised", STAGES)) == (
        f"funding, row 3, column stage: found 'promised', expected {STAGES}."
    )
    assert str(Fault("funding", 3, "reason", "", "text")) == (
        "funding, row 3, column reason: found an empty cell, expected text."
    )
    assert str(Fault(None, None, None, None, "a file that can be read")) == (
        "datapackage.json: expected a file that can be read."
    )
