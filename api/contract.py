"""The contract of the open data: OpenAPI 3.1, with the codes and the headers that the dataset's own rules give."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import answers
from api.queries import Filters, table_names
from ledger import dataset
from ledger.brand import brand_of
from ledger.selection import choices


def contract(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document: what FastAPI makes of the routes, with the codes that the dataset accepts."""
    descriptor = dataset.facts().descriptor
    about = (
        "Every view and every table of the dashboard, for the same filters as its pages. Money at different stages is "
        f"never added; what is disputed is marked. Data: {descriptor.licence_words}."
    )
    made: dict[str, Any] = get_openapi(
        title=f"{brand_of(descriptor).title}: open data", version=app.version, description=about, routes=app.routes,
        openapi_version="3.1.0",
        servers=[{"url": "/api"}],
    )  # fmt: skip
    accepted = choices(dataset.facts())
    shared: dict[str, Any] = {}
    for address, path in made["paths"].items():
        for operation in path.values():
            operation["responses"]["200"]["headers"] = _headers_of(address)
            # The answer to what FastAPI refuses is our own.
            operation["responses"].pop("422", None)
            named = []
            for parameter in operation.get("parameters", []):
                name = parameter["name"]
                if parameter["in"] == "query" and name in accepted and name in Filters.model_fields:
                    _with_codes(parameter["schema"], list(accepted[name]))
                if name == "table":
                    parameter["schema"]["enum"] = list(table_names())
                shared[f"{parameter['in']}-{name}"] = parameter
                named.append({"$ref": f"#/components/parameters/{parameter['in']}-{name}"})
            if named:
                operation["parameters"] = named
    made["components"]["parameters"] = shared
    for name in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(name, None)
    return made


def _headers_of(address: str) -> dict[str, Any]:
    """The headers that an answer of an address always carries, for the contract."""
    told = dict(answers.ALWAYS)
    told |= answers.OF_ROWS if "{" in address else {}
    told |= {} if address.endswith((".json", ".jsonld", "/views", "/filters")) else answers.OF_FILES
    return {
        name: {"description": meaning, "required": True, "schema": {"type": "string"}} for name, meaning in told.items()
    }


def _with_codes(schema: dict[str, Any], codes: list[str]) -> None:
    """Say which codes a repeated name takes."""
    if schema.get("type") == "array":
        schema["items"] = {"type": "string", "enum": codes}
        schema["examples"] = [codes[:1]]
