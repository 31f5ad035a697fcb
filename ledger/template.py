"""The workbook to fill in: a sheet for each table, with the meaning of each column and the codes as drop-downs."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import xlsxwriter

from ledger.descriptor import Descriptor, Field

#: Sheets that explain and hold no rows; who reads a filled workbook passes over them.
README, LISTS = "Read me", "Lists"
#: What the dataset itself derives from statistics, and what commands write.
_NOT_FILLED_IN = ("exchange_rates", "purchasing_power", "price_index", "history")
#: Rows of a sheet that are made ready.
_ROWS = 2_000
#: What Excel takes as the help of a cell at most.
_TITLE, _HELP = 32, 255


def template(descriptor: Descriptor) -> bytes:
    """The workbook as XLSX, for any package with these tables and codes."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        # The same bytes for the same descriptor, so that a browser may keep them.
        book.set_properties({"created": datetime.fromisoformat(descriptor.created), "title": descriptor.title})
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        optional = book.add_format({"italic": True, "num_format": "@", "bottom": 1})
        required = book.add_format({"bold": True, "num_format": "@", "bottom": 1, "bg_color": "#DCE9F5"})
        tables = [name for name in descriptor.tables if name not in _NOT_FILLED_IN]
        _readme(book.add_worksheet(README), descriptor, tables, bold, wrapped)
        sheets = {name: book.add_worksheet(name) for name in tables}
        lists = _Lists(book.add_worksheet(LISTS))
        for name, sheet in sheets.items():
            sheet.freeze_panes(1, 1)
            for place, field in enumerate(descriptor.fields(name)):
                is_number = field.type in ("integer", "number", "year")
                # As text, so that no program turns "2025-06" into a day or cuts the zeros of an id.
                sheet.set_column(place, place, max(12, len(field.name) + 3), None if is_number else text)
                sheet.write_string(0, place, field.name, required if field.required else optional)
                sheet.write_comment(0, place, _meaning(field), {"x_scale": 2.5, "y_scale": 2})
                sheet.data_validation(1, place, _ROWS, place, _check(field, lists))
    return out.getvalue()


def _meaning(field: Field) -> str:
    unit = f" Unit: {field.unit}." if field.unit else ""
    need = "Required." if field.required else "Empty where it is not known."
    return f"{field.title}. {field.description}{unit} {need} Expected: {field.expected}."


def _check(field: Field, lists: _Lists) -> dict[str, Any]:
    """What a program for workbooks is to offer or to refuse in a cell of a column."""
    codes = [category.value for category in field.categories]
    if field.type == "boolean":
        codes = ["TRUE", "FALSE"]
    help_text = {"input_title": field.title[:_TITLE], "input_message": _cut(field.description)}
    if codes:
        return {
            "validate": "list",
            "source": lists.range_of(field.name, codes),
            "error_title": "Not one of the codes",
            "error_message": "Choose one of the list. The sheet Read me says where the codes are explained.",
            **help_text,
        }
    return {"validate": "any", **help_text}


def _cut(text: str) -> str:
    return text if len(text) <= _HELP else text[: _HELP - 1] + "…"


class _Lists:
    """The sheet that holds the codes, each list once, a column each."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._ranges: dict[tuple[str, ...], str] = {}

    def range_of(self, name: str, codes: list[str]) -> str:
        """The reference of the cells that hold the codes."""
        key = tuple(codes)
        if key not in self._ranges:
            column = len(self._ranges)
            self._sheet.write_column(0, column, [name, *codes])
            first, last = (xlsxwriter.utility.xl_rowcol_to_cell(row, column, True, True) for row in (1, len(codes)))
            self._ranges[key] = f"={LISTS}!{first}:{last}"
        return self._ranges[key]


def _readme(sheet: Any, descriptor: Descriptor, tables: list[str], bold: Any, wrapped: Any) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    lines = [
        (
            "What this is",
            f"Rows in the form of “{descriptor.title}”. Fill in the sheets that you need; leave the rest.",
        ),
        (
            "Columns",
            "Bold columns with a blue ground must be filled. Leave others empty where you do not know: unknown is not "
            "zero. The comment of each head says what belongs there.",
        ),
        ("Codes", "Columns with codes offer a list. The page Data of the dashboard explains each code."),
        (
            "Ids",
            "An id is yours to choose: small letters, digits and hyphens. Rows name each other by id: money names its "
            "initiative, everything names its source. Ids of the dataset may be named too.",
        ),
        ("Dates", "2026, 2026-06 or 2026-06-03: no more than the source says."),
        ("Amounts", "Digits and a point: 12500000.50. The currency is a code of ISO 4217 such as BRL."),
        (
            "Money",
            "Every figure has a stage, a payer (funder), a date and a source. One that restates, contains or "
            "contradicts another names it in related_funding_id; counted says whether it is added.",
        ),
    ]
    for row, (name, text) in enumerate(lines):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, text, wrapped)
    start = len(lines) + 1
    sheet.write_row(start, 0, ["Sheet", "A row is"], bold)
    for row, table in enumerate(tables, start=start + 1):
        sheet.write_string(row, 0, table)
        sheet.write_string(row, 1, f"{descriptor.table_title(table)}: {descriptor.table_description(table)}", wrapped)
