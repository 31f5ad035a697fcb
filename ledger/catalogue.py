"""The dataset for catalogues and search engines: schema.org and DCAT-AP 3 in one JSON-LD document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import narwhals as nw
import pandas as pd

from ledger.brand import brand_of
from ledger.citation import authors, whole_citation
from ledger.descriptor import Descriptor
from ledger.facts import Facts
from ledger.served import File, files_at

_CONTEXT: dict[str, Any] = {
    "@vocab": "https://schema.org/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    # What schema.org takes as a link is one, not a text.
    **{name: {"@type": "@id"} for name in ("contentUrl", "documentation", "license", "termsOfService", "url")},
}
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
_EU = "http://publications.europa.eu/resource/authority"


def catalogue(facts: Facts, address: str) -> dict[str, Any]:
    """The catalogue, the dataset in it, its files and its API, as they are served under `address` (scheme and host)."""
    return {"@context": _CONTEXT, "@graph": [_catalog(facts, address), _dataset(facts, address), _api(facts, address)]}


def _catalog(facts: Facts, address: str) -> dict[str, Any]:
    name = brand_of(facts.descriptor).title
    about = f"{name}: {facts.descriptor.title}"
    return {
        "@id": f"{address}/data#catalogue",
        "@type": ["DataCatalog", "dcat:Catalog"],
        **_named(name, about),
        **_offered(facts, address),
        "url": f"{address}/data",
        "foaf:homepage": {"@id": address, "@type": "foaf:Document"},
        "dcat:dataset": {"@id": f"{address}/data#dataset"},
        "dcat:service": {"@id": f"{address}/data#api"},
    }


def _dataset(facts: Facts, address: str) -> dict[str, Any]:
    descriptor = facts.descriptor
    tables = [_csv_file(facts, table, file, address) for table, file in files_at(facts, address).items()]
    files = [*tables, _package(facts, address)]
    return {
        "@id": f"{address}/data#dataset",
        "@type": ["Dataset", "dcat:Dataset"],
        **_named(descriptor.title, descriptor.description),
        **_offered(facts, address),
        "alternateName": descriptor.raw["name"],
        "url": f"{address}/data",
        "identifier": descriptor.raw["name"],
        "dct:identifier": descriptor.raw["name"],
        "version": facts.version,
        "dcat:version": facts.version,
        "keywords": list(descriptor.raw.get("keywords", ())),
        "dcat:keyword": _texts(descriptor.raw.get("keywords", ())),
        "isAccessibleForFree": True,
        "creator": [{"@type": "Organization", "name": name} for name in authors(descriptor)],
        "creditText": whole_citation(facts, address).text,
        "isBasedOn": [_work(source) for source in descriptor.raw.get("sources", ())],
        "includedInDataCatalog": {"@id": f"{address}/data#catalogue"},
        **_when(facts),
        **_where(facts, address),
        "variableMeasured": list(_variables(descriptor, address)),
        "dcat:landingPage": {"@id": f"{address}/data", "@type": "foaf:Document"},
        "distribution": files,
        "dcat:distribution": [{"@id": file["@id"]} for file in files],
    }


def _api(facts: Facts, address: str) -> dict[str, Any]:
    title = f"{facts.descriptor.title}: open-data API"
    return {
        "@id": f"{address}/data#api",
        "@type": ["WebAPI", "dcat:DataService"],
        **_named(title, "Tables and answers to questions, filtered, as CSV, JSON, Parquet and Excel files."),
        **{name: value for name, value in _offered(facts, address).items() if name.startswith("dct:")},
        "url": f"{address}/api/v1",
        "documentation": f"{address}/api/docs",
        "termsOfService": _licences(facts),
        "dcat:endpointURL": _resource(f"{address}/api/v1"),
        "dcat:endpointDescription": _resource(f"{address}/api/v1/openapi.json"),
        "dcat:servesDataset": {"@id": f"{address}/data#dataset"},
        "foaf:page": {"@id": f"{address}/api/docs", "@type": "foaf:Document"},
    }


def _csv_file(facts: Facts, table: str, file: File, address: str) -> dict[str, Any]:
    descriptor = facts.descriptor
    return {
        **_file(facts, f"{address}/data#{table}.csv", file.address, "text/csv", "CSV", address),
        **_named(descriptor.table_title(table), descriptor.table_description(table)),
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
        "dcat:byteSize": {"@value": str(file.size), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
    }


def _package(facts: Facts, address: str) -> dict[str, Any]:
    there = f"{address}/api/v1/package.zip"
    return {
        **_file(facts, f"{address}/data#package.zip", there, "application/zip", "ZIP", address),
        **_named(facts.descriptor.title, "Every table with its descriptor, the method and a text that explains them."),
    }


def _file(facts: Facts, name: str, there: str, media_type: str, kind: str, address: str) -> dict[str, Any]:
    """What every file to take away has."""
    offered = _offered(facts, address)
    return {
        "@id": name,
        "@type": ["DataDownload", "dcat:Distribution"],
        "contentUrl": there,
        "encodingFormat": media_type,
        **{key: offered[key] for key in ("license", "dct:license", "dct:issued")},
        "dcat:accessURL": _resource(there),
        "dcat:downloadURL": _resource(there),
        "dcat:mediaType": {"@id": f"{_MEDIA_TYPES}/{media_type}", "@type": "dct:MediaType"},
        "dct:format": {"@id": f"{_EU}/file-type/{kind}", "@type": "dct:MediaTypeOrExtent"},
        "dcat:accessService": {"@id": f"{address}/data#api"},
    }


def _named(title: str, description: str) -> dict[str, Any]:
    """A title and a description in both vocabularies."""
    return {
        "name": title,
        "description": description,
        "dct:title": {"@value": title, "@language": "en"},
        "dct:description": {"@value": description, "@language": "en"},
    }


def _offered(facts: Facts, address: str) -> dict[str, Any]:
    """Who publishes something, when and under which licence, in both vocabularies."""
    licences, name = _licences(facts), brand_of(facts.descriptor).title
    day = facts.descriptor.created
    return {
        "publisher": {
            "@id": f"{address}/data#publisher",
            "@type": ["Organization", "foaf:Agent"],
            "name": name,
            "foaf:name": name,
        },
        "dct:publisher": {"@id": f"{address}/data#publisher"},
        "datePublished": day,
        "dct:issued": {"@value": day, "@type": "xsd:date"},
        "license": licences,
        # DCAT-AP takes one licence.
        "dct:license": [{"@id": licence, "@type": "dct:LicenseDocument"} for licence in licences[:1]],
    }


def _resource(address: str) -> dict[str, str]:
    return {"@id": address, "@type": "http://www.w3.org/2000/01/rdf-schema#Resource"}


def _texts(words: Any) -> list[dict[str, str]]:
    return [{"@value": str(word), "@language": "en"} for word in words]


def _work(source: Mapping[str, str]) -> dict[str, str]:
    work = {"@type": "CreativeWork", "name": source.get("title", "")}
    return {**work, "url": source["path"]} if source.get("path") else work


def _licences(facts: Facts) -> list[str]:
    return [one["path"] for one in facts.descriptor.licenses if one.get("path")]


def _when(facts: Facts) -> dict[str, Any]:
    """From the first to the last year of anything that the data say happened; nothing where none has a year."""
    frames = ("initiatives", "funding", "metrics", "models", "results", "claims")
    years = nw.concat([facts[frame].select("year") for frame in frames]).drop_nulls().collect("pandas")["year"]
    if years.is_empty():
        return {}
    first, last = f"{int(years.min()):04}", f"{int(years.max()):04}"
    return {
        "temporalCoverage": f"{first}/{last}",
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": first, "@type": "xsd:gYear"},
            "dcat:endDate": {"@value": last, "@type": "xsd:gYear"},
        },
    }


def _where(facts: Facts, address: str) -> dict[str, Any]:
    """The countries of the cities, and the box that holds those cities whose coordinates are known."""
    cities = facts.tables["cities"]
    countries = cities.drop_duplicates("country_code").sort_values("country")
    place = {
        "@id": f"{address}/data#place",
        "@type": ["Place", "dct:Location"],
        **_box(cities["latitude"].dropna(), cities["longitude"].dropna()),
        "containsPlace": [
            {"@type": "Country", "name": name, "identifier": code}
            for name, code in zip(countries["country"], countries["country_code"], strict=True)
        ],
    }
    return {"spatialCoverage": place, "dct:spatial": {"@id": place["@id"]}}


def _box(latitudes: pd.Series[float], longitudes: pd.Series[float]) -> dict[str, Any]:
    """The box that holds all coordinates, in degrees; nothing where there are none."""
    if latitudes.empty or longitudes.empty:
        return {}
    south, north, west, east = latitudes.min(), latitudes.max(), longitudes.min(), longitudes.max()
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    ring = ", ".join(f"{longitude} {latitude}" for longitude, latitude in corners)
    return {
        "geo": {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"},
        "dcat:bbox": {"@value": f"POLYGON(({ring}))", "@type": "geosparql:wktLiteral"},
    }


def _variables(descriptor: Descriptor, address: str) -> Iterator[dict[str, str]]:
    """Every column that has a unit."""
    for table in descriptor.tables:
        for field in descriptor.fields(table):
            if field.unit:
                yield {
                    "@id": f"{address}/data#{table}.{field.name}",
                    "@type": "PropertyValue",
                    "name": f"{descriptor.table_title(table)}: {field.title}",
                    "description": field.description,
                    "unitText": field.unit,
                }
