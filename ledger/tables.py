"""Opening a data package: the whole of it is checked, then its tables are given typed.

    tables = open_package("data")
    tables["funding"]                                   # a typed pandas frame
    tables.descriptor.label("funding", "stage", "spent")

A package that is not right is not opened: `BrokenPackage` lists every fault in it.
"""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from frictionless import Error, FrictionlessException, Package, errors

from ledger.descriptor import Category, Descriptor, Field
from ledger.places import Files, opened

__all__ = ["BrokenPackage", "Category", "Descriptor", "Fault", "Field", "Tables", "open_package"]

#: The tables that a package must hold; it may hold others.
REQUIRED = (
    "initiatives",
    "cities",
    "organizations",
    "initiative_partners",
    "funding",
    "metrics",
    "initiative_goals",
    "models",
    "benchmark_results",
    "claims",
    "sources",
    "initiative_sources",
    "model_sources",
    "exchange_rates",
    "purchasing_power",
    "price_index",
)

_STANDARD = "https://datapackage.org/profiles/2.0/datapackage.json"
_NUMBERS = {
    "integer": r"[+-]?[0-9]{1,18}",
    "year": r"[0-9]{4}",
    "number": r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?",
}
_UNIQUE = "a value that no other row has"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a package.

    `table` is the name of a table, None for the descriptor; `row` counts the rows of its file
    from the header, which is 1; `column` and `value` (as it stands in the file, "" for an empty
    cell) say where in the row. What does not apply is None. `expected` says what should be there.
    """

    table: str | None
    row: int | None
    column: str | None
    value: str | None
    expected: str

    def __str__(self) -> str:
        where = self.table or "datapackage.json"
        where += f", row {self.row}" if self.row else ""
        where += f", column {self.column}" if self.column else ""
        if self.value is None:
            return f"{where}: expected {self.expected}."
        found = repr(self.value[:80]) if self.value else "an empty cell"
        return f"{where}: found {found}, expected {self.expected}."


class BrokenPackage(ValueError):
    """A package that is not right, with every fault in it (`faults`), in order of table and row."""

    def __init__(self, path: Path, faults: tuple[Fault, ...]) -> None:
        super().__init__(path, faults)
        self.path = path
        self.faults = faults

    def __str__(self) -> str:
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        head = f"The data package {self.path} has {count}. Correct what is listed and open it again:"
        return "\n".join([head, *map(str, self.faults)])


@dataclass(frozen=True)
class Tables:
    """The tables of a package, checked and typed, by name.

    Text is `str`, whole numbers and years `Int64`, numbers `float64`, yes or no `boolean`;
    dates of any precision and codes stay text; what is not known is missing.
    `version` names the data: the date of the package and the start of a digest of its files.
    """

    frames: Mapping[str, pd.DataFrame]
    descriptor: Descriptor
    version: str

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]


@dataclass(frozen=True)
class _Text:
    """A table as text: `frame` holds the declared columns that the file has, "" for a missing cell.

    `ragged` holds the numbers of the rows with no, too few or too many cells: filled up or cut, they
    keep their keys, but nothing more is said about them.
    """

    frame: pd.DataFrame
    ragged: frozenset[int]


def open_package(path: str | Path) -> Tables:
    """Open a package in a folder, a ZIP file or at an address (`ledger.places.opened`), and check all of it.

    Raises BrokenPackage with every fault: in the descriptor, the files, the columns, the cells,
    the keys, and in what ties rows together beyond keys. Nothing outside the folder is read.
    Raises OSError with a sentence where there is no package to be read.
    """
    with opened(path) as files:
        return open_files(files)


def open_files(files: Files) -> Tables:
    """Check the files of a package and give its tables typed; as `open_package`."""
    file = Path(files.name)
    try:
        content = _bytes(files, files.descriptor)
    except OSError as error:
        raise BrokenPackage(file, (Fault(None, None, None, None, str(error)),)) from None
    raw = _json_object(file, content)

    resources, faults = _resources(raw)
    digest = hashlib.sha256(content)
    texts: dict[str, _Text] = {}
    for name, resource in resources.items():
        try:
            data = _bytes(files, resource["path"])
        except OSError as error:
            faults.append(Fault(name, None, None, resource["path"], str(error)))
            continue
        digest.update(data)
        if "schema" in resource:
            text, found = _text(name, resource["schema"], data)
            faults += found
            if text:
                texts[name] = text
    faults += _row_faults(resources, texts)
    faults += _rule_faults(texts)
    if faults:
        raise BrokenPackage(file, _in_order(faults, raw))

    descriptor = Descriptor(raw)
    frames = {name: typed(texts[name].frame, descriptor.schema(name)) for name in descriptor.tables}
    return Tables(frames, descriptor, f"{raw['created'][:10]}-{digest.hexdigest()[:8]}")


def _json_object(file: Path, content: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(content)
    except json.JSONDecodeError as error:
        fault = Fault(None, error.lineno, None, None, f"JSON ({error.msg})")
        raise BrokenPackage(file, (fault,)) from None
    except UnicodeDecodeError:
        raise BrokenPackage(file, (Fault(None, None, None, None, "UTF-8 text"),)) from None
    if not isinstance(raw, dict):
        raise BrokenPackage(file, (Fault(None, None, None, None, "a JSON object"),))
    return raw


# The descriptor


def _resources(raw: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Fault]]:
    """The resources that can be read, by name, and the faults of the descriptor."""
    faults = [
        Fault(None, None, None, None, f"a valid description ({note})")
        for note in _notes({**raw, "resources": [{"name": "none", "data": []}]})
    ]
    if not re.match(r"\d{4}-\d\d-\d\d", str(raw.get("created"))):
        faults.append(Fault(None, None, None, None, "`created`, the date of the package"))
    listed = raw.get("resources")
    if not isinstance(listed, list):
        listed = []
    resources: dict[str, dict[str, Any]] = {}
    for number, resource in enumerate(listed, start=1):
        wrong = _malformed(resource)
        if wrong:
            faults.append(Fault(None, None, None, None, f"{wrong} (resource {number})"))
            continue
        name = resource["name"]
        if name in resources:
            faults.append(Fault(name, None, None, name, "each resource by a name of its own"))
        else:
            notes = list(_notes({"resources": [{"data": [], **_checkable(resource)}]}))
            faults += [Fault(name, None, None, None, f"a valid description ({note})") for note in notes]
            if not notes:
                resources[name] = resource
    names = {resource.get("name") for resource in listed if isinstance(resource, dict)}
    faults += [Fault(table, None, None, None, "a resource of this name") for table in REQUIRED if table not in names]
    for name, resource in resources.items():
        for key in resource.get("schema", {}).get("foreignKeys", []):
            target = key["reference"].get("resource") or name
            schema = resources.get(target, {}).get("schema")
            wanted = _listed(key["reference"]["fields"])
            unknown = schema and not {field["name"] for field in schema["fields"]}.issuperset(wanted)
            if target not in names or unknown:
                columns = ", ".join(_listed(key["fields"]))
                value = f"{target}, {', '.join(wanted)}"
                faults.append(Fault(name, None, columns, value, "a foreign key to columns of a table"))
    return resources, faults


def _checkable(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: copy.deepcopy(resource[key]) for key in ("name", "schema") if key in resource}


def _notes(descriptor: dict[str, Any]) -> Iterator[str]:
    """What the Data Package standard has against a descriptor; no profile is fetched for it."""
    local = {key: value for key, value in descriptor.items() if key not in ("profile", "profiles")}
    try:
        Package.from_descriptor({**local, "$schema": _STANDARD})
    except FrictionlessException as exception:
        for error in exception.reasons or [exception.error]:
            yield error.note


def _malformed(resource: Any) -> str | None:
    """What a resource lacks to be read at all, in words; None where it lacks nothing."""
    if not isinstance(resource, dict) or not isinstance(resource.get("name"), str):
        return "a JSON object with a name"
    if not isinstance(resource.get("path"), str):
        return "a path of one file"
    if "schema" not in resource:
        return None
    schema = resource["schema"]
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(fields, list) or not fields:
        return "a schema with a list of fields"
    for field in fields:
        if not isinstance(field, dict) or not isinstance(field.get("name"), str):
            return "fields that are JSON objects with a name"
        wrong = _malformed_field(field)
        if wrong:
            return wrong
    for key in _items(schema.get("foreignKeys")):
        if isinstance(key, dict) and not isinstance(key.get("reference"), dict):
            return "foreign keys with a JSON object as reference"
    if not all(isinstance(key, list) for key in _items(schema.get("uniqueKeys", []))):
        return "unique keys that are lists of names"
    if not all(isinstance(value, str) for value in _items(schema.get("missingValues", []))):
        return "missing values that are texts"
    return None


def _items(value: Any) -> list[Any]:
    """A list as it is; what is no list as one item, so that what is wrong with it is found."""
    return value if isinstance(value, list) else [value]


def _malformed_field(field: dict[str, Any]) -> str | None:
    for category in _items(field.get("categories", [])):
        code = category.get("value") if isinstance(category, dict) else category
        if not isinstance(code, str):
            return f"categories of {field['name']} that are texts or have a text as value"
    constraints = field.get("constraints", {})
    if not isinstance(constraints, dict):
        return f"constraints of {field['name']} that are a JSON object"
    for bound in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if field.get("type") in _NUMBERS and not isinstance(constraints.get(bound, 0), int | float):
            return f"a number as {bound} of {field['name']}"
    try:
        re.compile(constraints.get("pattern", ""))
    except (re.error, TypeError):
        return f"a regular expression as pattern of {field['name']}"
    return None


# The files


def _bytes(files: Files, path: str) -> bytes:
    """The bytes of a file of the package. Raises OSError whose text says what is expected."""
    with files.open(path) as file:
        return file.read()


def _text(name: str, schema: dict[str, Any], data: bytes) -> tuple[_Text | None, list[Fault]]:
    """A CSV file as text, and the faults of its form; no text where it cannot be read at all."""
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Fault(name, line, None, f"byte 0x{data[error.start]:02x}", "UTF-8 text")]
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        header, *rows = list(reader)
    except csv.Error as error:
        return None, [Fault(name, reader.line_num, None, None, f"CSV ({error})")]
    except ValueError:
        return None, [Fault(name, 1, None, None, "a header line")]

    declared = [field["name"] for field in schema["fields"]]
    faults = list(_header_faults(name, header, declared))
    ragged: set[int] = set()
    for number, row in enumerate(rows, start=2):
        if not any(row):
            faults.append(Fault(name, number, None, None, "a row with values"))
        elif len(row) != len(header):
            width = f"{len(header)} cells, as in the header"
            faults.append(Fault(name, number, None, f"{len(row)} cells", width))
        else:
            continue
        ragged.add(number)

    even = [(row + [""] * len(header))[: len(header)] for row in rows]
    places = {column: header.index(column) for column in declared if column in header}
    missing = set(schema.get("missingValues", [""]))
    columns = {
        column: ["" if row[place] in missing else row[place] for row in even] for column, place in places.items()
    }
    frame = pd.DataFrame(columns, index=range(2, len(rows) + 2), dtype="str")
    return _Text(frame, frozenset(ragged)), faults


def _header_faults(name: str, header: list[str], declared: list[str]) -> Iterator[Fault]:
    for column in declared:
        if column not in header:
            yield Fault(name, 1, column, None, "a column of this name")
    for column in dict.fromkeys(header):
        if column not in declared:
            yield Fault(name, 1, column, column, f"one of the columns {', '.join(declared)}")
        if header.count(column) > 1:
            yield Fault(name, 1, column, column, "each column once")


# The rows


def _row_faults(resources: Mapping[str, dict[str, Any]], texts: Mapping[str, _Text]) -> Iterator[Fault]:
    """Cells, primary, unique and foreign keys against the schema of each table."""
    if not texts:
        return
    described = Descriptor({"resources": list(resources.values())})
    schemas = {name: _present(name, described.schema(name), texts) for name in texts}
    package = Package.from_descriptor(
        {
            "$schema": _STANDARD,
            "resources": [
                {
                    "name": name,
                    "data": [list(text.frame), *text.frame.values.tolist()],
                    "schema": schemas[name],
                }
                for name, text in texts.items()
            ],
        }
    )
    for name, text in texts.items():
        fields = {field.name: field for field in described.fields(name) if field.name in text.frame}
        report = package.get_resource(name).validate(limit_errors=sys.maxsize)
        found = [_fault(name, error, text.frame, fields, schemas[name]) for error in report.tasks[0].errors]
        found += _number_faults(name, text.frame, fields)
        found += _unique_key_faults(name, text.frame, schemas[name])
        yield from (fault for fault in found if fault.row not in text.ragged)


def _present(name: str, schema: Mapping[str, Any], texts: Mapping[str, _Text]) -> dict[str, Any]:
    """The schema without the columns, keys and tables that the files lack: they are faults already."""
    present = copy.deepcopy(dict(schema))
    columns = set(texts[name].frame)
    present["fields"] = [field for field in present["fields"] if field["name"] in columns]
    present["missingValues"] = [""]
    present["primaryKey"] = _complete(_listed(present.get("primaryKey", [])), columns)
    present["uniqueKeys"] = [key for key in present.get("uniqueKeys", []) if columns.issuperset(key)]
    present["foreignKeys"] = [
        key
        for key in present.get("foreignKeys", [])
        if columns.issuperset(_listed(key["fields"]))
        and (target := key["reference"].get("resource") or name) in texts
        and set(texts[target].frame).issuperset(_listed(key["reference"]["fields"]))
    ]
    return present


def _complete(key: list[str], columns: set[str]) -> list[str]:
    return key if columns.issuperset(key) else []


def _listed(names: str | list[str]) -> list[str]:
    """The standard allows one name to stand without a list."""
    return [names] if isinstance(names, str) else names


def _fault(
    table: str,
    error: Error,
    frame: pd.DataFrame,
    fields: Mapping[str, Field],
    schema: Mapping[str, Any],
) -> Fault:
    """An error of frictionless as a fault, with the cell as it stands in the file."""
    if isinstance(error, errors.PrimaryKeyError):
        return _key_fault(table, error.row_number, schema["primaryKey"], frame, _UNIQUE)
    if isinstance(error, errors.ForeignKeyError):
        names = [f"an {name}" if name == "id" else f"a {name}" for name in error.reference_field_names]
        known = f"{' and '.join(names)} of {error.reference_name or table}"
        return _key_fault(table, error.row_number, error.field_names, frame, known)
    if isinstance(error, errors.UniqueError):
        return _key_fault(table, error.row_number, [error.field_name], frame, _UNIQUE)
    if isinstance(error, errors.CellError):
        return _cell_fault(table, error.row_number, fields[error.field_name], frame)
    row = error.row_number if isinstance(error, errors.RowError) else None
    return Fault(table, row, None, None, f"a table that can be read ({error.title})")


def _cell_fault(table: str, row: int, field: Field, frame: pd.DataFrame) -> Fault:
    return Fault(table, row, field.name, frame.at[row, field.name], field.expected)


def _key_fault(table: str, row: int, columns: list[str], frame: pd.DataFrame, expected: str) -> Fault:
    return Fault(table, row, ", ".join(columns), ", ".join(frame.loc[row, columns]), expected)


def _number_faults(table: str, frame: pd.DataFrame, fields: Mapping[str, Field]) -> Iterator[Fault]:
    """Numbers that only Python reads as such: `1_000`, `NaN`, ` 5`, or too long to hold."""
    for field in fields.values():
        if field.type in _NUMBERS:
            texts = frame[field.name]
            for row in frame.index[(texts != "") & ~texts.str.fullmatch(_NUMBERS[field.type])]:
                yield _cell_fault(table, row, field, frame)


def _unique_key_faults(table: str, frame: pd.DataFrame, schema: Mapping[str, Any]) -> Iterator[Fault]:
    """Unique keys; two empty cells count as the same."""
    for key in schema["uniqueKeys"]:
        for row in frame.index[frame.duplicated(key)]:
            yield _key_fault(table, row, key, frame, _UNIQUE)


# What a descriptor cannot say


def _rule_faults(texts: Mapping[str, _Text]) -> Iterator[Fault]:
    """What ties rows together beyond keys, for the tables and columns that are there."""
    for table, needed, rule in (
        ("claims", {"subject_type", "subject_id"}, _subject_faults),
        ("funding", {"amount", "amount_high"}, _range_faults),
        ("funding", {"relation", "related_funding_id"}, _relation_faults),
        ("history", {"change", "before"}, _removed_faults),
    ):
        if table in texts and needed.issubset(texts[table].frame):
            ragged = texts[table].ragged
            yield from (fault for fault in rule(texts) if fault.row not in ragged)


def _subject_faults(texts: Mapping[str, _Text]) -> Iterator[Fault]:
    """The subject of a claim is a row of the table that its type names."""
    claims = texts["claims"].frame
    for kind, table in (("initiative", "initiatives"), ("model", "models")):
        if table in texts and "id" in texts[table].frame:
            known = claims["subject_id"].isin(texts[table].frame["id"])
            for row in claims.index[(claims["subject_type"] == kind) & (claims["subject_id"] != "") & ~known]:
                yield Fault("claims", row, "subject_id", claims.at[row, "subject_id"], f"an id of {table}")


def _range_faults(texts: Mapping[str, _Text]) -> Iterator[Fault]:
    """The high end of a range is not below its low end."""
    funding = texts["funding"].frame
    low, high = (pd.to_numeric(funding[name], errors="coerce") for name in ("amount", "amount_high"))
    for row in funding.index[high < low]:
        value, least = funding.at[row, "amount_high"], funding.at[row, "amount"]
        yield Fault("funding", row, "amount_high", value, f"a number ≥ {least}, the amount")


def _relation_faults(texts: Mapping[str, _Text]) -> Iterator[Fault]:
    """A figure names a related one just where its relation is other than none."""
    funding = texts["funding"].frame
    alone = funding["relation"] == "none"
    named = funding["related_funding_id"] != ""
    for row in funding.index[alone & named]:
        value = funding.at[row, "related_funding_id"]
        yield Fault("funding", row, "related_funding_id", value, "an empty cell, as relation is none")
    for row in funding.index[~alone & ~named & (funding["relation"] != "")]:
        relation = funding.at[row, "relation"]
        yield Fault("funding", row, "related_funding_id", "", f"an id of funding, as relation is {relation}")


def _removed_faults(texts: Mapping[str, _Text]) -> Iterator[Fault]:
    """The history tells of each removed row what it was."""
    history = texts["history"].frame
    for row, before in history.loc[history["change"] == "removed", "before"].items():
        try:
            is_row = all(isinstance(value, str) for value in json.loads(before).values())
        except (ValueError, AttributeError, RecursionError):
            is_row = False
        if not is_row:
            yield Fault("history", int(str(row)), "before", before, "the removed row, a JSON object of texts")


# What comes out


def _in_order(faults: list[Fault], raw: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Each fault once: the descriptor first, then by table and row, as in the package."""
    listed = raw.get("resources")
    resources = listed if isinstance(listed, list) else []
    names = [resource.get("name") for resource in resources if isinstance(resource, dict)]

    def place(fault: Fault) -> tuple[int, int]:
        return (names.index(fault.table) if fault.table in names else -1, fault.row or 0)

    return tuple(sorted(dict.fromkeys(faults), key=place))


def typed(frame: pd.DataFrame, schema: Mapping[str, Any]) -> pd.DataFrame:
    """Checked text as typed columns, in the order of the schema; missing where a cell is empty."""
    return pd.DataFrame(
        {field["name"]: _typed_column(frame[field["name"]].reset_index(drop=True), field) for field in schema["fields"]}
    )


def _typed_column(texts: pd.Series[str], field: Mapping[str, Any]) -> pd.Series[Any]:
    known = texts.mask(texts == "")
    match field.get("type"):
        case "integer" | "year":
            return known.astype("Int64")
        case "number":
            return known.astype("float64")
        case "boolean":
            true = field.get("trueValues", ["true", "True", "TRUE", "1"])
            return known.isin(true).astype("boolean").mask(known.isna())
    return known
