"""CSV files opened in a real spreadsheet: nothing is lost, nothing is changed, no formula starts."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from openpyxl.cell import Cell

from ledger import dataset, views
from ledger.arrow import batches_of
from ledger.exports import to_csv, to_xlsx
from ledger.facts import Facts
from ledger.selection import Selection
from tests.forms import DANGEROUS, values
from tests.machine_setup import OFFICE_HELP, find_office

#: Texts that a spreadsheet might run, change or lose.
TEXTS = (
    "=1+1",
    "+COMUNIDAD",
    "-2",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "  =1+1",
    "\u00a0=1+1",
    "'already",
    "'=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.org";"click")',
    '=WEBSERVICE("https://example.org")',
    "long " * 6_000 + "end",
    'say "hi", she said; then left',
    '"quoted"',
    "two\nlines",
    "São Paulo, Ángela, Kraków, Ελλάδα, 東京, 서울",
    "😀 🏛️",
    "مدينة دبي",
    "2025-06",
    "2025-06-30",
    " blank ",
    "#NAME?",
    "NA",
    "null",
)
#: Texts that any spreadsheet takes for numbers and dates when it opens a CSV file.
AMBIGUOUS = ("1/2", "1e5", "007", "TRUE", "2025")
NUMBERS = (0.1, -0.25, 65e9, 1e300, 5e-300, 0.0, -5.0, 123456789.123, 1 / 3)


@pytest.fixture(scope="session")
def facts() -> Facts:
    return dataset.facts()


def tried() -> pd.DataFrame:
    """A table that is made to try a spreadsheet."""
    count = len(TEXTS)
    return pd.DataFrame(
        {
            "text": pd.Series(TEXTS, dtype="str"),
            "number": pd.Series([NUMBERS[place % len(NUMBERS)] for place in range(count)], dtype="float64"),
            "integer": pd.Series([None, *range(-3, count - 4)], dtype="Int64"),
            "truth": pd.Series(([None, True, False] * count)[:count], dtype="boolean"),
        }
    )


@pytest.fixture(scope="session")
def tables(facts: Facts) -> dict[str, pd.DataFrame]:
    return {
        "tried": tried(),
        "funding": facts.tables["funding"],
        "claims-register": views.table("claims-register", facts, Selection()),
        "sources-register": views.table("sources-register", facts, Selection()),
    }


@pytest.fixture(scope="session")
def opened(tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which LibreOffice has saved, as workbooks, what it opened: CSV files, and a workbook of ours."""
    office = find_office()
    assert office, OFFICE_HELP
    given, saved = tmp_path_factory.mktemp("given"), tmp_path_factory.mktemp("saved")
    for name, table in tables.items():
        (given / f"{name}.csv").write_bytes(to_csv(table))
    (given / "unsafe.csv").write_bytes(to_csv(pd.DataFrame({"text": ["=1+1"]}), safe=False))
    ambiguous = pd.DataFrame({"text": pd.Series([*TEXTS, *AMBIGUOUS], dtype="str")})
    (given / "workbook.xlsx").write_bytes(to_xlsx(batches_of(ambiguous), len(ambiguous), []))
    # A profile of its own: another LibreOffice may run on this machine.
    profile = f"-env:UserInstallation={(given / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--norestore", "--convert-to", "xlsx", "--outdir", str(saved)]
    # Commas, double quotes, UTF-8, from the first line on: what the dialog proposes for these files.
    csv = ["--infilter=CSV:44,34,76,1,,1033", *(str(file) for file in sorted(given.glob("*.csv")))]
    for files in (csv, [str(given / "workbook.xlsx")]):
        subprocess.run([*command, *files], check=True, timeout=240, capture_output=True)
    return saved


def cells(file: Path) -> list[tuple[Cell, ...]]:
    """The cells of the first sheet."""
    return list(openpyxl.load_workbook(file).worksheets[0].iter_rows())


def shown(value: Any) -> Any:
    """A value as a spreadsheet keeps it: an apostrophe before what might run, line feeds alone, dates as its own."""
    if isinstance(value, str):
        text = f"'{value}" if DANGEROUS.match(value) else value
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return datetime.fromisoformat(text)
        if re.fullmatch(r"\d{4}", text):
            return int(text)
        return text.replace("\r\n", "\n").replace("\r", "\n") or None
    return pytest.approx(value, rel=1e-14, abs=0) if isinstance(value, float) else value


@pytest.mark.parametrize("name", ["tried", "funding", "claims-register", "sources-register"])
def test_a_csv_file_keeps_every_text_number_and_date_in_a_spreadsheet(
    name: str, opened: Path, tables: dict[str, pd.DataFrame]
) -> None:
    head, *rows = cells(opened / f"{name}.xlsx")
    assert [cell.value for cell in head] == list(tables[name].columns)
    expected = values(tables[name])
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        for cell, value in zip(row, wanted, strict=True):
            assert cell.value == shown(value), cell.coordinate


@pytest.mark.parametrize("name", ["tried", "funding", "claims-register", "sources-register", "workbook"])
def test_no_file_starts_a_formula_or_reaches_out(name: str, opened: Path) -> None:
    file = opened / f"{name}.xlsx"
    assert {cell.data_type for row in cells(file) for cell in row} <= {"s", "n", "b", "d"}
    with ZipFile(file) as parts:
        assert not [part for part in parts.namelist() if "external" in part.lower() or "connection" in part.lower()]


def test_the_form_for_programs_would_start_a_formula_and_is_not_the_one_that_readers_get(opened: Path) -> None:
    (_, (cell,)) = cells(opened / "unsafe.xlsx")
    assert (cell.data_type, cell.value) == ("f", "=1+1")


def test_a_workbook_keeps_the_texts_that_a_csv_file_cannot(opened: Path) -> None:
    found = [row[0].value for row in cells(opened / "workbook.xlsx")[1:]]
    assert found == [*TEXTS, *AMBIGUOUS]
