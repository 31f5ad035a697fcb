"""The descriptor of a package: whether it is one, describes files that can be read, and the tables that are needed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from frictionless import FrictionlessException, Package

from ledger.checks import translations
from ledger.checks.cells import NUMBERS
from ledger.checks.keys import listed
from ledger.faults import BrokenPackage, Fault
from ledger.places import DATA, DESCRIPTOR

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


def json_object(file: Path, content: bytes) -> dict[str, Any]:
    """The descriptor as it stands in its file. Raises BrokenPackage where it is no JSON object."""
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


def resources_of(raw: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Fault]]:
    """The resources that can be read, by name, and the faults of the descriptor."""
    faults = [
        Fault(None, None, None, None, f"a valid description ({note})")
        for note in _notes({**raw, "resources": [{"name": "none", "data": []}]})
    ]
    if not re.match(r"\d{4}-\d\d-\d\d", str(raw.get("created"))):
        faults.append(Fault(None, None, None, None, "`created`, the date of the package"))
    faults += translations.of_package(raw)
    entries = raw.get("resources")
    if not isinstance(entries, list):
        entries = []
    resources: dict[str, dict[str, Any]] = {}
    for number, resource in enumerate(entries, start=1):
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
    names = names_of(raw)
    faults += [Fault(table, None, None, None, "a resource of this name") for table in REQUIRED if table not in names]
    for name, resource in resources.items():
        faults += translations.of_resource(resource)
        faults += _needed(name, resource)
        for key in resource.get("schema", {}).get("foreignKeys", []):
            target = key["reference"].get("resource") or name
            schema = resources.get(target, {}).get("schema")
            wanted = listed(key["reference"]["fields"])
            unknown = schema and not {field["name"] for field in schema["fields"]}.issuperset(wanted)
            if target not in names or unknown:
                columns = ", ".join(listed(key["fields"]))
                value = f"{target}, {', '.join(wanted)}"
                faults.append(Fault(name, None, columns, value, "a foreign key to columns of a table"))
    return resources, faults


def names_of(raw: Mapping[str, Any]) -> list[object]:
    """The names of the resources as a descriptor lists them, right or not."""
    return [resource.get("name") for resource in _items(raw.get("resources")) if isinstance(resource, dict)]


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
        if field.get("type") in NUMBERS and not isinstance(constraints.get(bound, 0), int | float):
            return f"a number as {bound} of {field['name']}"
    try:
        re.compile(constraints.get("pattern", ""))
    except (re.error, TypeError):
        return f"a regular expression as pattern of {field['name']}"
    return None


@cache
def _needed_columns() -> dict[str, dict[str, str]]:
    """The type of each column that the dashboard needs, by table: those of the package that comes with it."""
    raw = json.loads((DATA / DESCRIPTOR).read_text(encoding="utf-8"))
    return {
        resource["name"]: {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        for resource in raw["resources"]
    }


def _needed(name: str, resource: dict[str, Any]) -> Iterator[Fault]:
    """Columns of one of our tables that are not declared, or as something else."""
    needed = _needed_columns().get(name)
    if needed is None:
        return
    declared = {field["name"]: field.get("type", "any") for field in resource.get("schema", {}).get("fields", [])}
    for column, kind in needed.items():
        if column not in declared:
            yield Fault(name, None, column, None, f"a column of this name in the description, of type {kind}")
        elif declared[column] != kind:
            yield Fault(name, None, column, declared[column], f"the type {kind} in the description")
