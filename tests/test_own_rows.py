"""Reading what a reader gives: their rows checked with the dataset, and anything hostile refused at once."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import textwrap
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import dataset
from ledger.own_rows import OwnRows, faults_of, read_own
from ledger.reading.refused import Refused
from ledger.template import template
from tests.test_own import OWN
from tests.test_validate import as_csv, broken_rows, good_rows

BASE = dataset.facts().tables
LIMIT = 10 * 2**20
DATA = Path(__file__).parent.parent / "data"


def read(name: str, content: bytes) -> OwnRows:
    return read_own(name, io.BytesIO(content), BASE, LIMIT)


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@cache
def own_package() -> bytes:
    return packed({f"city/{table}.csv": frame.to_csv(index=False).encode() for table, frame in OWN.items()})


@cache
def own_workbook() -> bytes:
    """The template, filled in."""
    book = openpyxl.load_workbook(io.BytesIO(template(BASE.descriptor)))
    for table, frame in OWN.items():
        for number, row in enumerate(frame.itertuples(index=False), start=2):
            for column, value in enumerate(row, start=1):
                if value:
                    book[table].cell(number, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("name", "content"), [("city.zip", own_package), ("city.xlsx", own_workbook)])
def test_rows_of_a_package_and_of_a_filled_template_are_read_whole(name: str, content) -> None:  # type: ignore[no-untyped-def]
    found = read(name, content())
    assert found.faults == ()
    assert {table: len(frame) for table, frame in found.rows.items()} == {
        table: len(frame) for table, frame in OWN.items()
    }
    for table, frame in OWN.items():
        pd.testing.assert_frame_equal(found.rows[table], frame)


def test_files_of_a_package_are_the_tables_that_its_descriptor_says() -> None:
    resources = [{"name": table, "path": f"our/{number}.csv"} for number, table in enumerate(OWN)]
    files = {f"our/{number}.csv": frame.to_csv(index=False).encode() for number, frame in enumerate(OWN.values())}
    found = read("city.zip", packed({"datapackage.json": json.dumps({"resources": resources}).encode(), **files}))
    assert found.faults == ()
    assert set(found.rows) == set(OWN)


def test_the_empty_template_holds_no_row() -> None:
    found = read("template.xlsx", template(BASE.descriptor))
    assert not found.faults
    assert found.rows == {}


def test_rows_of_the_dataset_are_left_out_and_said() -> None:
    found = read("funding.csv", (DATA / "funding.csv").read_bytes())
    assert found.faults == ()
    assert found.rows == {}
    assert "458 rows are in the dataset already and left out" in found.notes[0]


def test_another_row_under_an_id_of_the_dataset_is_a_fault() -> None:
    row = good_rows()[0] | {"amount": "1"}
    (fault,) = read("funding.csv", as_csv([row]).encode()).faults
    assert (fault.row, fault.column, fault.value) == (2, "id", row["id"])
    assert fault.expected == "a value that no other row has"


def test_columns_that_may_be_empty_may_be_missing_and_others_are_passed_over() -> None:
    row = good_rows()[0]
    kept = ["id", "initiative_id", "amount", "currency", "stage", "funder", "dated", "basis", "scope", "counted",
            "relation", "reason", "note", "source_id"]  # fmt: skip
    values = [row[name] if name != "id" else "mine-1" for name in kept]
    table = pd.DataFrame([[*values, "x"]], columns=[*kept, "our_office"])
    found = read("funding.csv", table.to_csv(index=False).encode())
    assert found.faults == ()
    assert found.rows["funding"].loc[0, "amount_high"] == ""
    assert "the column “our_office” is none of funding" in found.notes[0]
    without = read("funding.csv", table.drop(columns=["stage"]).to_csv(index=False).encode())
    assert [(fault.row, fault.column) for fault in without.faults] == [(1, "stage")]


def test_every_fault_has_its_file_and_row() -> None:
    rows, faults = broken_rows()
    found = read("funding.csv", as_csv(rows, ";").encode("latin-1"))
    assert {(fault.row, fault.column, fault.value, fault.meant) for fault in found.faults} == faults
    assert {fault.file for fault in found.faults} == {"funding.csv"}


def test_rows_are_checked_again_with_a_dataset_that_has_changed() -> None:
    assert faults_of(OWN, BASE) == ()
    (fault, *_) = faults_of({"funding": OWN["funding"]}, BASE)
    assert (fault.table, fault.column, fault.value) == ("funding", "initiative_id", "vila-exemplo-triagem")


# Hostile files


def sheet(xml: str) -> bytes:
    """A workbook whose one sheet holds some XML."""
    book = openpyxl.Workbook()
    out = io.BytesIO()
    book.save(out)
    parts = {name: archive.read(name) for archive in [zipfile.ZipFile(out)] for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = xml.encode()
    return packed(parts)


_BEGIN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>" + _BEGIN + '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row></sheetData></worksheet>'
)  # fmt: skip


def encrypted() -> bytes:
    content = bytearray(packed({"funding.csv": (DATA / "funding.csv").read_bytes()}))
    for mark in (b"PK\3\4", b"PK\1\2"):
        place = content.index(mark) + (6 if mark == b"PK\3\4" else 8)
        content[place] |= 1
    return bytes(content)


HOSTILE: dict[str, tuple[str, bytes]] = {
    "noise as CSV": ("funding.csv", bytes(range(256)) * 100),
    "noise as a workbook": ("funding.xlsx", bytes(range(256)) * 100),
    "noise as a package": ("funding.zip", bytes(range(256)) * 100),
    "another kind": ("funding.exe", b"MZ"),
    "nothing": ("funding.csv", b""),
    "a package as a workbook": ("funding.xlsx", packed({"funding.csv": b"id\n"})),
    "a package without a table": ("city.zip", packed({"readme.txt": b"hello"})),
    "a path that goes up": ("city.zip", packed({"../funding.csv": b"id\n1\n"})),
    "a path from the root": ("city.zip", packed({"/etc/funding.csv": b"id\n1\n"})),
    "a ZIP file cut off": ("city.zip", packed({"funding.csv": b"id\n1\n"})[:-10]),
    "a ZIP file with a password": ("city.zip", encrypted()),
    "ten thousand columns": ("funding.csv", ",".join(["id", *map(str, range(10_000))]).encode()),
    "ten million cells in a row": ("funding.csv", b"id,amount\n" + b"," * 10_000_000),
    "a cell of ten million letters": ("funding.csv", b"id,amount\n" + b"x" * 10_000_000),
    "null bytes": ("funding.csv", b"id,amount\n1\0,2\n"),
    "a billion laughs": ("funding.xlsx", sheet(_LAUGHS)),
    "ten thousand columns in a sheet": (
        "funding.xlsx",
        sheet(_BEGIN + '<row r="1">' + "<c><v>1</v></c>" * 10_000 + "</row></sheetData></worksheet>"),
    ),
    "a sheet that breaks off": ("funding.xlsx", sheet(_BEGIN + '<row r="1"><c r="A1"><v>1')),
    "a cell at the end of the world": (
        "funding.xlsx",
        sheet(_BEGIN + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'),
    ),
}  # fmt: skip


def refusal(name: str, content: bytes) -> str | None:
    """Why a file is not taken: the sentence, or its first fault; None where it is taken."""
    try:
        found = read(name, content)
    except Refused as refused:
        return str(refused)
    return str(found.faults[0]) if found.faults else None


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_file_is_refused_with_a_sentence(name: str) -> None:
    said = refusal(*HOSTILE[name])
    assert said
    assert said.endswith(".")
    assert len(said) < 700


BOMBS = {
    "a package of two gigabytes": """
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            with packed.open("funding.csv", "w", force_zip64=True) as file:
                for _ in range(200):
                    file.write(bytes(10_000_000))
        name = "city.zip"
    """,
    "a workbook of a gigabyte": """
        book = openpyxl.Workbook(); book.save(out); parts = zipfile.ZipFile(out)
        parts = {part: parts.read(part) for part in parts.namelist()}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for part, content in parts.items():
                if "sheet1" not in part:
                    packed.writestr(part, content)
            with packed.open("xl/worksheets/sheet1.xml", "w") as file:
                for _ in range(100):
                    file.write(b" " * 10_000_000)
        name = "funding.xlsx"
    """,
    "ten million cells in a row": """
        out.write(b"id,amount\\n" + b"," * 10_000_000)
        name = "funding.csv"
    """,
}  # fmt: skip


@pytest.mark.parametrize("name", list(BOMBS))
def test_a_bomb_takes_little_memory(name: str) -> None:
    program = textwrap.dedent(
        """
        import io, resource, zipfile, openpyxl
        from ledger import dataset
        from ledger.own_rows import read_own
        from ledger.reading.refused import Refused
        base = dataset.facts().tables
        out = io.BytesIO()
        """
    ) + textwrap.dedent(BOMBS[name]) + textwrap.dedent(
        """
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        out.seek(0)
        try:
            found = read_own(name, out, base, 10 * 2**20)
            assert found.faults
        except Refused:
            pass
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000)
        """
    )  # fmt: skip
    root = Path(__file__).parent.parent
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=True)
    assert float(run.stdout) <= 200


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["a.csv", "a.xlsx", "a.zip"]),
    st.binary(max_size=400),
    st.sampled_from([b"", b"id,amount\n", b"PK\3\4", b"\xff\xfe", own_package()[:2000], own_workbook()[:4000]]),
)
def test_noise_is_refused_or_read_and_nothing_else(name: str, noise: bytes, begin: bytes) -> None:
    said = refusal(name, begin + noise)
    assert said is None or said.endswith(".")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_good_file_with_some_bytes_changed_is_refused_or_read(data: st.DataObject) -> None:
    name, content = data.draw(st.sampled_from([("a.zip", own_package()), ("a.xlsx", own_workbook())]))
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    said = refusal(name, bytes(changed))
    assert said is None or said.endswith(".")
