"""`python -m ledger validate`: every fault once, with its row, in every form in which a table can be given."""

from __future__ import annotations

import csv
import http.server
import io
import json
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ledger.__main__ import app
from ledger.checks.meant import meant_in, meant_of
from ledger.tables import open_package

DATA = Path(__file__).parent.parent / "data"
BASE = open_package(DATA)
FUNDING = [field.name for field in BASE.descriptor.fields("funding")]
RUN = CliRunner()


def good_rows() -> list[dict[str, str]]:
    with (DATA / "funding.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[:24]


#: One row each: what is put into which column, what is expected there, and what is guessed.
WRONG: list[tuple[str, str, str | None]] = [
    ("id", "Aberdeen F1", "aberdeen-f1"),
    ("initiative_id", "rio-de-janeiro-rio-ai-citi", "rio-de-janeiro-rio-ai-city"),
    ("amount", "12,5", "12.5"),
    ("amount", "1.234.567,89", "1234567.89"),
    ("amount", "-5", None),
    ("currency", "R$", "BRL"),
    ("currency", "euro", "EUR"),
    ("stage", "anounced", "announced"),
    ("stage", "Under contract", None),
    ("funder", "City", "city"),
    ("dated", "13/06/2025", "2025-06-13"),
    ("dated", "03/06/2025", "2025-06-03 or 2025-03-06"),
    ("dated", "June 2025", "2025-06"),
    ("counted", "yes", "true"),
    ("reason", "", None),
    ("source_id", "src-nowhere-at-all-x", None),
]  # fmt: skip


def broken_rows() -> tuple[list[dict[str, str]], set[tuple[int, str, str, str | None]]]:
    """Rows of which each of some has one fault, and the faults: row, column, value, what was meant."""
    rows = [row for row in good_rows() if row["relation"] == "none"]
    # Alone, so that a broken id breaks no other row.
    rows = [{**row, "id": f"row-{number}"} for number, row in enumerate(rows)][: len(WRONG) + 4]
    while len(rows) < len(WRONG) + 4:
        rows.append({**rows[0], "id": f"row-{len(rows)}"})
    faults = set()
    for number, (column, value, meant) in enumerate(WRONG):
        rows[number][column] = value
        faults.add((number + 2, column, value, meant))
    twice, related, ranged = (len(WRONG) + 2 + extra for extra in range(3))
    rows[twice - 2]["id"] = rows[len(WRONG) + 3]["id"] = "row-twice"
    faults.add((len(WRONG) + 5, "id", "row-twice", None))
    rows[related - 2]["relation"] = "restates"
    faults.add((related, "related_funding_id", "", None))
    rows[ranged - 2] |= {"amount": "100", "amount_high": "99"}
    faults.add((ranged, "amount_high", "99", None))
    return rows, faults


def as_csv(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, FUNDING, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_xlsx(rows: list[dict[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "funding"
    sheet.append(FUNDING)
    for row in rows:
        sheet.append([row[name] or None for name in FUNDING])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def package_with(folder: Path, funding: bytes) -> Path:
    package = Path(shutil.copytree(DATA, folder / "package"))
    (package / "funding.csv").write_bytes(funding)
    return package


def in_folder(folder: Path, rows: list[dict[str, str]]) -> Path:
    return package_with(folder, as_csv(rows).encode())


def in_zip(folder: Path, rows: list[dict[str, str]]) -> Path:
    package = package_with(folder, as_csv(rows).encode())
    return Path(shutil.make_archive(str(folder / "packed"), "zip", package))


def alone(name: str, encoding: str, delimiter: str) -> Callable[[Path, list[dict[str, str]]], Path]:
    def write(folder: Path, rows: list[dict[str, str]]) -> Path:
        file = folder / name
        file.write_bytes(as_csv(rows, delimiter).encode(encoding))
        return file

    return write


def workbook(folder: Path, rows: list[dict[str, str]]) -> Path:
    file = folder / "funding.xlsx"
    file.write_bytes(as_xlsx(rows))
    return file


FORMS = {
    "folder": in_folder,
    "zip": in_zip,
    "csv": alone("funding.csv", "utf-8", ","),
    "another name": alone("our ledger 2026.csv", "utf-8", ","),
    "semicolons": alone("funding.csv", "utf-8", ";"),
    "tabs": alone("funding.csv", "utf-8", "\t"),
    "byte order mark": alone("funding.csv", "utf-8-sig", ","),
    "Latin-1": alone("funding.csv", "latin-1", ";"),
    "UTF-16": alone("funding.csv", "utf-16", ","),
    "XLSX": workbook,
}


@pytest.mark.parametrize("form", list(FORMS))
def test_one_fault_of_every_kind_gives_every_fault_once_with_its_row(tmp_path: Path, form: str) -> None:
    rows, faults = broken_rows()
    for row in rows:
        row["note"] = "Ação de São João"  # Latin-1 must be found out
    place = FORMS[form](tmp_path, rows)
    run = RUN.invoke(app, ["validate", str(place), "--report", str(tmp_path / "report.json")])
    found = json.loads((tmp_path / "report.json").read_text())
    listed = [(one["row"], one["column"], one["value"], one["meant"]) for one in found["faults"]]
    assert {one["table"] for one in found["faults"]} == {"funding"}
    assert sorted(listed, key=str) == sorted(faults, key=str)
    assert run.exit_code == 1
    assert run.output.count(", row ") == len(faults)


@pytest.mark.parametrize("form", list(FORMS))
def test_what_is_right_has_no_fault(tmp_path: Path, form: str) -> None:
    rows = [row for row in good_rows() if row["relation"] == "none"]
    for row in rows:
        row["note"] = "Ação de São João"
    run = RUN.invoke(app, ["validate", str(FORMS[form](tmp_path, rows))])
    assert run.exit_code == 0, run.output
    assert "no fault in" in run.output


def test_the_built_in_package_is_right() -> None:
    run = RUN.invoke(app, ["validate", str(DATA)])
    assert run.exit_code == 0
    assert "12,197 rows of 18 tables" in run.output


@pytest.mark.parametrize("table", sorted(BASE.frames))
def test_each_table_alone_is_right(table: str) -> None:
    assert RUN.invoke(app, ["validate", str(DATA / f"{table}.csv")]).exit_code == 0


def test_all_reports_hold_the_same_faults_and_no_markup_of_the_data(tmp_path: Path) -> None:
    rows, faults = broken_rows()
    rows[0]["id"] = "<script>alert(1)</script>"
    file = FORMS["csv"](tmp_path, rows)
    for form in ("html", "json", "csv"):
        assert RUN.invoke(app, ["validate", str(file), "--report", str(tmp_path / f"r.{form}")]).exit_code == 1
    from_json = json.loads((tmp_path / "r.json").read_text())
    table = pd.read_csv(tmp_path / "r.csv", dtype="str", keep_default_na=False)
    assert len(table) == len(from_json["faults"]) == from_json["faults_in_all"] == len(faults)
    assert [int(row) for row in table["row"]] == [one["row"] for one in from_json["faults"]]
    assert list(table["expected"]) == [one["expected"] for one in from_json["faults"]]
    html = (tmp_path / "r.html").read_text()
    assert html.count("<tr><td") == len(faults)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_formula_is_a_fault_and_its_cell_has_no_other(tmp_path: Path) -> None:
    rows = [row for row in good_rows() if row["relation"] == "none"][:2]
    rows[1]["amount"] = "=1+1"
    file = workbook(tmp_path, rows)
    run = RUN.invoke(app, ["validate", str(file)])
    assert run.exit_code == 1
    assert "funding, row 3, column amount: found '=1+1', expected a value and not a formula." in run.output
    assert "1 fault in 2 rows" in run.output


def test_numbers_dates_and_booleans_of_a_workbook_are_read_as_what_they_are(tmp_path: Path) -> None:
    import datetime

    rows = [row for row in good_rows() if row["relation"] == "none"][:1]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(rows)))
    sheet = book.active
    for name, value in (
        ("amount", 12_500_000.5), ("dated", datetime.datetime(2025, 6, 13)), ("counted", True), ("period_start", 2025),
    ):  # fmt: skip
        sheet.cell(2, FUNDING.index(name) + 1, value)
    book.save(tmp_path / "funding.xlsx")
    assert RUN.invoke(app, ["validate", str(tmp_path / "funding.xlsx")]).exit_code == 0


def test_a_package_in_another_dialect_has_few_clear_faults_and_not_thousands(tmp_path: Path) -> None:
    rows = good_rows()
    package = package_with(tmp_path, as_csv(rows, ";").encode())
    run = RUN.invoke(app, ["validate", str(package)])
    assert run.exit_code == 1
    of_funding = [line for line in run.output.splitlines() if line.startswith("funding")]
    assert 0 < len(of_funding) <= len(FUNDING) + 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nothing.csv", None, "There is nothing at"),
        ("empty.csv", b"", "is empty"),
        ("other.csv", b"mood,weather\n1,2\n", "is none of the tables"),
        ("noise.csv", bytes(range(256)) * 40, "holds null bytes"),
        ("noise.zip", bytes(range(256)) * 40, "ZIP"),
        ("noise.xlsx", bytes(range(256)) * 40, "not an Excel workbook"),
        ("folder", "a folder", "datapackage.json"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_ends_with_2_and_a_sentence(
    tmp_path: Path, name: str, content: bytes | str | None, said: str
) -> None:
    place = tmp_path / name
    if isinstance(content, bytes):
        place.write_bytes(content)
    elif content:
        place.mkdir()
    run = RUN.invoke(app, ["validate", str(place)])
    assert run.exit_code == 2
    assert said in run.output
    assert "Traceback" not in run.output


def test_a_report_of_another_kind_is_refused_before_any_work(tmp_path: Path) -> None:
    run = RUN.invoke(app, ["validate", str(DATA), "--report", str(tmp_path / "report.pdf")])
    assert run.exit_code == 2
    assert ".html, .json, .csv" in run.output
    assert not list(tmp_path.iterdir())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which a server on this machine gives it."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Say nothing."""

        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(tmp_path))  # type: ignore[arg-type]

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_addresses_of_a_table_a_package_and_a_workbook(site: tuple[Path, str]) -> None:
    folder, base = site
    rows = [row for row in good_rows() if row["relation"] == "none"]
    FORMS["csv"](folder, rows)
    workbook(folder, rows)
    shutil.copytree(DATA, folder / "data")
    shutil.make_archive(str(folder / "packed"), "zip", DATA)
    for path in ("funding.csv", "funding.xlsx", "packed.zip", "data/datapackage.json"):
        run = RUN.invoke(app, ["validate", f"{base}/{path}"])
        assert run.exit_code == 0, run.output
    run = RUN.invoke(app, ["validate", f"{base}/missing.csv"])
    assert run.exit_code == 2
    assert "404" in run.output


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("datapackage.json", (DATA / "datapackage.json").read_bytes())
        with packed.open("cities.csv", "w", force_zip64=True) as file:
            for _ in range(1200):
                file.write(bytes(1_000_000))
    run = RUN.invoke(app, ["validate", str(tmp_path / "bomb.zip")])
    assert run.exit_code == 1
    assert "cities: expected a package of at most 1 GB unpacked." in run.output.splitlines()


# Large files


def test_a_large_file_has_the_faults_of_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, _ = broken_rows()
    file = FORMS["csv"](tmp_path, rows)
    small = RUN.invoke(app, ["validate", str(file)]).output
    monkeypatch.setattr("ledger.checks.rows.LARGE", 1)
    assert RUN.invoke(app, ["validate", str(file)]).output == small


@pytest.mark.parametrize("line", ["a,b", "", '"open', "caf\udce9" + "," * 19])
def test_a_large_file_whose_form_is_not_right_is_told_like_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    rows = [row for row in good_rows() if row["relation"] == "none"]
    lines = as_csv(rows).split("\r\n")
    lines.insert(5, line)
    file = tmp_path / "funding.csv"
    file.write_bytes("\r\n".join(lines).encode("utf-8", "surrogateescape"))
    monkeypatch.setattr("ledger.validation.SAMPLE", 100)
    small = RUN.invoke(app, ["validate", str(file)])
    monkeypatch.setattr("ledger.checks.rows.LARGE", 1)
    large = RUN.invoke(app, ["validate", str(file)])
    assert small.exit_code == large.exit_code == 1
    assert large.output == small.output


def test_faults_beyond_the_most_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.faults.MOST_FAULTS", 3)
    rows, faults = broken_rows()
    run = RUN.invoke(app, ["validate", str(FORMS["csv"](tmp_path, rows))])
    assert f"{len(faults)} faults in" in run.output
    assert f"{len(faults) - 3} of the faults were counted only" in run.output


# Guesses


@pytest.mark.parametrize(
    ("table", "column", "value", "meant"),
    [
        ("funding", "stage", "Contracted", "contracted"),
        ("funding", "amount", "1 234 567", "1234567"),
        ("funding", "amount", "R$ 5000000", "5000000"),
        ("funding", "amount", "1,234,567", "1234567"),
        ("funding", "amount", "1'234.50", "1234.50"),
        ("funding", "amount", "１２３", "123"),
        ("funding", "amount", "a lot", None),
        ("funding", "counted", "sim", "true"),
        ("funding", "counted", "não", "false"),
        ("funding", "dated", "2025/6/3", "2025-06-03"),
        ("funding", "dated", "31.12.2025", "2025-12-31"),
        ("funding", "dated", "13 June 2025", "2025-06-13"),
        ("funding", "dated", "2025-06-13T10:00:00", "2025-06-13"),
        ("funding", "dated", "soon", None),
        ("funding", "currency", "$", None),
        ("funding", "currency", "usd", "USD"),
        ("funding", "currency", "€", "EUR"),
        ("cities", "country_code", "Brasil", "BR"),
        ("cities", "latitude", "−22,9", "-22.9"),
        ("sources", "url", "www.rio.rj.gov.br/x", "https://www.rio.rj.gov.br/x"),
    ],
)
def test_what_was_probably_meant(table: str, column: str, value: str, meant: str | None) -> None:
    raw = {field["name"]: field for field in BASE.descriptor.schema(table)["fields"]}
    assert meant_in(value, BASE.descriptor.field(table, column), raw[column]) == meant


def test_no_id_is_guessed_where_two_are_as_likely() -> None:
    assert meant_of("rio-plan-3", ["rio-plan-1", "rio-plan-2"]) is None
    assert meant_of("rio-plam", ["rio-plan", "seoul-hub"]) == "rio-plan"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_a_guess_is_always_something_that_the_column_accepts(value: str) -> None:
    for column in ("amount", "dated", "currency", "stage", "counted", "id"):
        field = BASE.descriptor.field("funding", column)
        raw = {one["name"]: one for one in BASE.descriptor.schema("funding")["fields"]}[column]
        guess = meant_in(value, field, raw)
        for part in (guess or "").split(" or ") if guess else ():
            assert meant_in(part, field, raw) in (None, part)
