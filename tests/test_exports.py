"""Exports: CSV in the form of RFC 4180, safe for spreadsheets, under names that say what a file is."""

from __future__ import annotations

import csv
import io
import math
import re

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger import dataset, views
from ledger.exports import file_name, to_csv
from ledger.facts import Facts
from ledger.selection import Selection, choices

#: What a spreadsheet may take for a formula.
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
FORMULAS = (
    "=1+1",
    "+COMUNIDAD",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\rx",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "   +1",
    "\n=1",
    "\u00a0=1",
    "\u3000＝1",
    " \tx",
    "-",
    "-5",
    "=",
    '=HYPERLINK("https://example.org";"x")',
)
HARMLESS = ("", "a=1", "Rio - AI", "1+1", "'quoted'", "' x", "São Paulo", "#NAME?", "a\tb", "%", "😀 =1", "5", "−5")


@pytest.fixture(scope="session")
def facts() -> Facts:
    return dataset.facts()


def texts(*values: str | None) -> pd.DataFrame:
    return pd.DataFrame({"text": pd.Series(values, dtype="str"), "end": ["."] * len(values)})


def cells(data: bytes) -> list[list[str]]:
    """The records of a CSV file, strictly."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def text_cells(data: bytes) -> list[str]:
    return [record[0] for record in cells(data)[1:]]


def unescaped(text: str) -> str:
    """A cell of the safe form as it was: without the one apostrophe before what a spreadsheet might run."""
    rest = text[1:]
    bare = rest.lstrip("'")
    if text.startswith("'") and (bare.lstrip().startswith(TRIGGERS) or re.match(r"\s*[\t\r]", bare)):
        return rest
    return text


# The form


def test_records_end_with_crlf_and_only_what_needs_quotes_has_them() -> None:
    table = pd.DataFrame(
        {"a": ["x", "y,z", 'say "hi"', "two\nlines", "two\r\nlines", " blank "], "n": [1, 2, 3, 4, 5, 6]}
    )
    assert to_csv(table, safe=False) == (
        b'a,n\r\nx,1\r\n"y,z",2\r\n"say ""hi""",3\r\n"two\nlines",4\r\n"two\r\nlines",5\r\n blank ,6\r\n'
    )


def test_a_table_without_rows_is_its_header() -> None:
    assert to_csv(texts(), safe=False) == b"text,end\r\n"
    assert to_csv(texts()) == b"\xef\xbb\xbftext,end\r\n"


def test_the_byte_order_mark_is_in_the_safe_form_alone() -> None:
    assert to_csv(texts("x")).startswith(b"\xef\xbb\xbf")
    assert to_csv(texts("x")).count(b"\xef\xbb\xbf") == 1
    assert b"\xef\xbb\xbf" not in to_csv(texts("x"), safe=False)


def test_the_two_forms_differ_in_nothing_else_where_nothing_is_dangerous() -> None:
    table = texts(*HARMLESS)
    assert to_csv(table)[3:] == to_csv(table, safe=False)


def test_a_single_column_keeps_its_empty_cells_as_records() -> None:
    table = pd.DataFrame({"a": pd.Series(["x", None, "z"], dtype="str")})
    assert cells(to_csv(table, safe=False)) == [["a"], ["x"], [""], ["z"]]


def test_what_is_not_known_is_an_empty_cell_whatever_its_type() -> None:
    table = pd.DataFrame(
        {
            "text": pd.Series(["x", None], dtype="str"),
            "integer": pd.Series([0, None], dtype="Int64"),
            "number": pd.Series([0.0, None], dtype="float64"),
            "boolean": pd.Series([False, None], dtype="boolean"),
        }
    )
    assert to_csv(table, safe=False) == b"text,integer,number,boolean\r\nx,0,0,false\r\n,,,\r\n"


def test_unicode_is_utf_8() -> None:
    text = "Ángela, 東京, Ελλάδα, 😀, العربية"
    assert text_cells(to_csv(texts(text), safe=False)) == [text]
    assert text.encode() in to_csv(texts(text))


def test_lines_within_a_cell_stay_as_they_are() -> None:
    for text in ("a\nb", "a\r\nb", "a\rb", "\n", "a\n"):
        assert text_cells(to_csv(texts(text), safe=False)) == [text]
        assert [unescaped(cell) for cell in text_cells(to_csv(texts(text)))] == [text]


# Formulas


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_might_run_gets_an_apostrophe(text: str) -> None:
    assert text_cells(to_csv(texts(text))) == [f"'{text}"]
    assert text_cells(to_csv(texts(text), safe=False)) == [text]


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert text_cells(to_csv(texts(text))) == [text]


def test_a_publisher_called_comunidad_with_a_plus_is_made_safe_and_kept(facts: Facts) -> None:
    table = views.table("sources-register", facts, Selection())
    mine = table[table["publisher"].str.startswith("+", na=False)]
    assert set(mine["publisher"]) == {"+COMUNIDAD"}
    assert b",'+COMUNIDAD," in to_csv(table)
    assert b",+COMUNIDAD," in to_csv(table, safe=False)


def test_no_text_cell_of_any_view_or_table_begins_like_a_formula_in_the_safe_form(facts: Facts) -> None:
    tables = {name: views.table(name, facts, Selection()) for name in views.VIEWS} | dict(facts.tables.frames)
    for name, table in tables.items():
        numeric = [pd.api.types.is_numeric_dtype(dtype) for dtype in table.dtypes]
        for record in cells(to_csv(table))[1:]:
            for cell, is_number in zip(record, numeric, strict=True):
                assert is_number or not cell.lstrip().startswith(TRIGGERS), (name, cell)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n ＝＋－＠\u00a0\",;a1é"), max_size=6))
@example("'=1")
@example("''=1")
@example("' =1")
def test_every_text_comes_back_from_both_forms(text: str) -> None:
    assert text_cells(to_csv(texts(text), safe=False)) == [text]
    (cell,) = text_cells(to_csv(texts(text)))
    assert not cell.lstrip().startswith(TRIGGERS)
    assert not re.match(r"\s*[\t\r]", cell)
    assert unescaped(cell) == text


# Numbers


def test_numbers_stay_numbers_negative_ones_too() -> None:
    table = pd.DataFrame({"f": [-5.0, -0.25, 1e9], "i": pd.Series([-1, 0, 7], dtype="Int64")})
    assert to_csv(table)[3:] == b"f,i\r\n-5,-1\r\n-0.25,0\r\n1000000000,7\r\n"


@pytest.mark.parametrize(
    ("number", "text"),
    [(65e9, "65000000000"), (0.1, "0.1"), (1e-7, "0.0000001"), (1e22, "10000000000000000000000"), (-0.3, "-0.3")],
)
def test_a_number_is_written_in_full_without_an_exponent(number: float, text: str) -> None:
    assert to_csv(pd.DataFrame({"n": [number]}), safe=False).decode() == f"n\r\n{text}\r\n"


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1.23456789012345e-07)
@example(5e-324)
@example(1.7976931348623157e308)
@example(0.1 + 0.2)
def test_every_number_reads_back_as_exactly_itself(number: float) -> None:
    (cell,) = text_cells(to_csv(pd.DataFrame({"n": [number]}), safe=False))
    assert float(cell) == number
    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?", cell)


def test_whole_numbers_beyond_the_reach_of_floats_are_exact() -> None:
    table = pd.DataFrame({"n": pd.Series([2**53 + 1, -(2**62) - 1], dtype="Int64")})
    assert text_cells(to_csv(table, safe=False)) == [str(2**53 + 1), str(-(2**62) - 1)]


def test_booleans_are_true_and_false() -> None:
    for dtype in ("bool", "boolean"):
        assert text_cells(to_csv(pd.DataFrame({"b": pd.Series([True, False], dtype=dtype)}))) == ["true", "false"]


def test_no_cell_of_a_view_says_nan_or_none(facts: Facts) -> None:
    for name in views.VIEWS:
        table = views.table(name, facts, Selection(lens="intl"))
        found = {cell for record in cells(to_csv(table))[1:] for cell in record}
        assert found.isdisjoint({"nan", "NaN", "None", "<NA>", "inf", str(math.nan)}), name


# Names of files


VERSION = "2026-11-23-0123abcd"


def test_a_file_is_called_after_its_view_its_filters_and_its_date() -> None:
    selection = Selection(city=("rio-de-janeiro",))
    assert file_name("funding-by-city", selection, VERSION) == "funding-by-city_rio-de-janeiro_2026-11-23.csv"
    assert file_name("funding-by-city", Selection(), VERSION) == "funding-by-city_2026-11-23.csv"
    assert file_name("cities", Selection(), VERSION, "json") == "cities_2026-11-23.json"


def test_a_value_that_does_not_speak_for_itself_is_named_with_its_filter() -> None:
    assert file_name("v", Selection(since=2020, until=2025), VERSION) == "v_from-2020_to-2025_2026-11-23.csv"
    assert file_name("v", Selection(public=True), VERSION) == "v_public-only_2026-11-23.csv"
    assert file_name("v", Selection(disputed="only"), VERSION) == "v_disputed-only_2026-11-23.csv"
    assert file_name("v", Selection(disputed="exclude"), VERSION) == "v_disputed-exclude_2026-11-23.csv"
    assert file_name("v", Selection(lens="intl", per_resident=True), VERSION) == "v_intl_per-resident_2026-11-23.csv"


def test_accents_are_left_off() -> None:
    selection = Selection(benchmark=("Évaluation São 2.1",))
    assert file_name("model-scores", selection, VERSION) == "model-scores_evaluation-sao-2.1_2026-11-23.csv"


def test_many_filters_are_counted() -> None:
    selection = Selection(city=tuple(f"city-number-{number}" for number in range(12)))
    assert file_name("funding-map", selection, VERSION) == "funding-map_12-filters_2026-11-23.csv"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.text(max_size=30), max_size=5))
@example(["../../etc/passwd"])
@example(["..", ".", "/"])
@example(["C:\\x", 'a"b', "a\r\nSet-Cookie: x", "con"])
def test_no_name_leaves_its_folder_or_its_header(values: list[str]) -> None:
    name = file_name("model-scores", Selection(benchmark=tuple(values)), VERSION)
    assert re.fullmatch(r"model-scores_[a-z0-9._-]*2026-11-23\.csv", name)
    assert ".." not in name
    assert len(name) < 130


def test_every_choice_has_a_name_of_its_own(facts: Facts) -> None:
    for name, values in choices(facts).items():
        if name in Selection.__dataclass_fields__ and name not in ("public", "disputed", "lens", "per_resident"):
            names = {file_name("v", Selection(**{name: (value,)}), VERSION) for value in values}
            assert len(names) == len(values), name
