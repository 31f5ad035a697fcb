"""The workbook to fill in: every column explained, every code offered."""

import io

import openpyxl

from ledger import dataset
from ledger.template import LISTS, README, template

DESCRIPTOR = dataset.facts().descriptor
BOOK = openpyxl.load_workbook(io.BytesIO(template(DESCRIPTOR)))


def test_each_table_that_people_fill_in_has_a_sheet_with_its_columns() -> None:
    left_out = {"exchange_rates", "purchasing_power", "price_index", "history"}
    assert [README, *(table for table in DESCRIPTOR.tables if table not in left_out), LISTS] == BOOK.sheetnames
    for sheet in BOOK.worksheets[1:-1]:
        assert [cell.value for cell in sheet[1]] == [field.name for field in DESCRIPTOR.fields(sheet.title)]


def test_codes_are_offered_as_they_are_and_in_their_order() -> None:
    for sheet in BOOK.worksheets[1:-1]:
        offered = {
            str(check.sqref).split(":")[0]: check.formula1
            for check in sheet.data_validations.dataValidation
            if check.formula1
        }
        for place, field in enumerate(DESCRIPTOR.fields(sheet.title), start=1):
            codes = [category.value for category in field.categories] or (
                ["TRUE", "FALSE"] if field.type == "boolean" else []
            )
            reference = offered.get(sheet.cell(2, place).coordinate)
            assert bool(reference) == bool(codes), (sheet.title, field.name)
            if reference:
                cells = BOOK[LISTS][reference.partition("!")[2].replace("$", "")]
                assert [cell.value for (cell,) in cells] == codes


def test_every_head_says_what_belongs_below_it() -> None:
    for sheet in BOOK.worksheets[1:-1]:
        for cell, field in zip(sheet[1], DESCRIPTOR.fields(sheet.title), strict=True):
            assert field.description in cell.comment.text
            assert cell.font.bold == field.required


def test_the_same_bytes_each_time() -> None:
    assert template(DESCRIPTOR) == template(DESCRIPTOR)
