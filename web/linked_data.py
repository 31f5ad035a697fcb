"""What a plain page says of itself to search engines, in the words of schema.org.

Amounts of money are left out: there is no word for their stage or for a dispute, and without
these a figure would say more than is known.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from components.telling import plain_address
from ledger import dataset, views
from ledger.brand import brand_of
from ledger.language import tag
from ledger.selection import Selection


def page(kind: str, url: str, title: str, description: str, about: dict[str, Any] | None, base: str) -> str:
    """The description of a page as JSON that can stand in a script element; `kind` is its type."""
    descriptor = dataset.facts().descriptor
    said = {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": url,
        "url": url,
        "name": title,
        "description": description,
        "inLanguage": tag(),
        "dateModified": descriptor.created,
        "isPartOf": {"@type": "WebSite", "name": brand_of(descriptor).title, "url": f"{base}/"},
        "isBasedOn": {
            "@type": "Dataset",
            "name": descriptor.title,
            "description": descriptor.description,
            "url": f"{base}/data",
            "version": dataset.facts().version,
            "license": descriptor.licence_path or None,
        },
        "about": _absolute(about, base) if about else None,
    }
    # "<" would end the script in which it stands.
    return json.dumps(_without_unknown(said), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def city(name: str) -> dict[str, Any]:
    """A city, with its place on the map."""
    row = dataset.facts().tables["cities"].set_index("id").loc[name]
    known = not pd.isna(row["geonames_id"])
    return {
        "@type": "City",
        "name": row["name"],
        "url": plain_address("city", name),
        "containedInPlace": {"@type": "Country", "name": row["country"], "identifier": row["country_code"]},
        "geo": {"@type": "GeoCoordinates", "latitude": row["latitude"], "longitude": row["longitude"]},
        "sameAs": f"https://www.geonames.org/{row['geonames_id']}" if known else None,
    }


def initiative(name: str) -> dict[str, Any]:
    """An initiative: a planned undertaking, which is what schema.org calls a project."""
    row = views.table("initiatives-register", dataset.facts(), Selection(initiative=(name,))).iloc[0]
    return {
        "@type": "Project",
        "name": row["initiative"],
        "description": row["summary"],
        "url": plain_address("initiative", name),
        "areaServed": {"@type": "City", "name": row["city"], "url": plain_address("city", row["city_id"])},
        "parentOrganization": None if pd.isna(row["lead"]) else {"@type": "Organization", "name": row["lead"]},
    }


def model(name: str) -> dict[str, Any]:
    """A model: a work with a maker, a licence and what it is based on. Weights are neither an app nor source code."""
    facts = dataset.facts()
    row = Selection(model=(name,)).rows(facts, "models").collect("pandas").to_native().iloc[0]
    lineage = views.table("model-lineage", facts, Selection())
    parents = lineage[lineage["model_id"] == name]
    return {
        "@type": "CreativeWork",
        "name": row["model"],
        "keywords": "AI model",
        "url": plain_address("model", name),
        "creator": {"@type": "Organization", "name": row["developer"]},
        "datePublished": row["released_on"],
        "license": None if pd.isna(row["license"]) else {"@type": "CreativeWork", "name": row["license"]},
        "isBasedOn": [
            {"@type": "CreativeWork", "name": parent.parent, "url": plain_address("model", parent.parent_model_id)}
            for parent in parents.itertuples()
        ],
    }


def _absolute(value: Any, base: str) -> Any:
    """The same with whole addresses in the place of paths."""
    if isinstance(value, dict):
        return {
            key: base + part if key == "url" and str(part).startswith("/") else _absolute(part, base)
            for key, part in value.items()
        }
    return [_absolute(part, base) for part in value] if isinstance(value, list) else value


def _without_unknown(value: Any) -> Any:
    """The same without what is not known."""
    if isinstance(value, dict):
        kept = {key: _without_unknown(part) for key, part in value.items()}
        return {key: part for key, part in kept.items() if _is_known(part)}
    return [_without_unknown(part) for part in value] if isinstance(value, list) else value


def _is_known(value: Any) -> bool:
    return bool(value) if isinstance(value, dict | list) else not pd.isna(value)
