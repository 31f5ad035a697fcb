"""The dataset in Croissant 1.1, the description that machine-learning tools load tables by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.brand import brand_of
from ledger.citation import authors, whole_citation
from ledger.descriptor import Descriptor, Field
from ledger.facts import Facts
from ledger.served import File, files_at

_CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
#: The context that the format asks for, word for word.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
#: The types of Table Schema as those of schema.org; what is not here is text.
_TYPES = {
    "boolean": "sc:Boolean",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "year": "sc:Integer",
}


def croissant_at(facts: Facts, address: str) -> dict[str, Any]:
    """The whole dataset as it is served under `address` (scheme and host)."""
    return croissant(
        facts.descriptor,
        files_at(facts, address),
        page=f"{address}/data",
        cite_as=whole_citation(facts, address).bibtex,
    )


def croissant(descriptor: Descriptor, files: Mapping[str, File], *, page: str, cite_as: str) -> dict[str, Any]:
    """A dataset in Croissant: its files, and a record set for each table and for each list of codes.

    `files` are those of its tables, by name; an address without a host is beside the description.
    `page` is where people read about it, `cite_as` its BibTeX entry.
    """
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _CONFORMS_TO,
        "name": descriptor.title,
        "alternateName": descriptor.raw["name"],
        "description": descriptor.description,
        "url": page,
        "version": descriptor.version,
        "datePublished": descriptor.created,
        "license": [one["path"] for one in descriptor.licenses if one.get("path")],
        "keywords": list(descriptor.raw.get("keywords", ())),
        "creator": [{"@type": "sc:Organization", "name": name} for name in authors(descriptor)],
        "publisher": [{"@type": "sc:Organization", "name": brand_of(descriptor).title}],
        "citeAs": cite_as,
        "distribution": [_file_object(descriptor, table, files[table]) for table in descriptor.tables],
        "recordSet": [
            *(_record_set(descriptor, table) for table in descriptor.tables),
            *(
                _code_list(table, field)
                for table in descriptor.tables
                for field in descriptor.fields(table)
                if field.categories
            ),
        ],
    }


def _file_object(descriptor: Descriptor, table: str, file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": f"{table}.csv",
        "name": f"{table}.csv",
        "description": descriptor.table_description(table),
        "contentUrl": file.address,
        "contentSize": f"{file.size} B",
        "encodingFormat": "text/csv",
        "sha256": file.sha256,
    }


def _record_set(descriptor: Descriptor, table: str) -> dict[str, Any]:
    schema = descriptor.schema(table)
    return {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": descriptor.table_title(table),
        "description": descriptor.table_description(table),
        "key": [{"@id": f"{table}/{column}"} for column in schema.get("primaryKey", ())],
        "field": [_field(descriptor, table, field) for field in descriptor.fields(table)],
    }


def _field(descriptor: Descriptor, table: str, field: Field) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{field.name}",
        "name": field.title,
        "description": _with_unit(field),
        "dataType": _TYPES.get(field.type, "sc:Text"),
        "source": {"fileObject": {"@id": f"{table}.csv"}, "extract": {"column": field.name}},
    }
    references = _referred_to(descriptor, table, field)
    return {**described, "references": references} if references else described


def _referred_to(descriptor: Descriptor, table: str, field: Field) -> dict[str, Any]:
    """What the values of a column stand for: one of its codes, or a row of a table by a declared foreign key."""
    if field.categories:
        return {"field": {"@id": f"{table}/{field.name}/codes/value"}}
    for key in descriptor.schema(table).get("foreignKeys", ()):
        reference = key["reference"]
        if key["fields"] == [field.name]:
            # The column of the file, not the field: so programs can also load tables that refer to themselves.
            target = f"{reference.get('resource') or table}.csv"
            return {"fileObject": {"@id": target}, "extract": {"column": reference["fields"][0]}}
    return {}


def _code_list(table: str, field: Field) -> dict[str, Any]:
    """The codes of a column with what they mean, as records of their own."""
    name = f"{table}/{field.name}/codes"
    parts = {"value": "Code", "label": "Label", "description": "Meaning"}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": f"Codes of {table}.{field.name}",
        "description": field.description,
        "dataType": "sc:Enumeration",
        "key": [{"@id": f"{name}/value"}],
        "field": [
            {"@type": "cr:Field", "@id": f"{name}/{part}", "name": title, "dataType": "sc:Text"}
            for part, title in parts.items()
        ],
        "data": [{f"{name}/{part}": getattr(one, part) for part in parts} for one in field.categories],
    }


def _with_unit(field: Field) -> str:
    return f"{field.description} Unit: {field.unit}." if field.unit else field.description
