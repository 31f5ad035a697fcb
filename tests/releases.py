"""Releases for tests, as small as they can be, and what an import makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ledger.ocds.importing import OtherBuyer, Seen, import_releases
from ledger.ocds.matching import read_terms
from ledger.ocds.rows import Home, Imported, Row, home_of
from ledger.ocds.unused import Unused
from ledger.places import DATA
from ledger.tables import open_package
from tests.serving import ROOT

SAMPLES = ROOT / "tests" / "ocds"
TODAY = date(2026, 6, 1)
BUYER = {"id": "BR-1", "name": "Prefeitura"}
ABOUT_AI = "Plataforma de inteligência artificial"


@cache
def home(source: str = "https://example.org/releases") -> Home:
    return home_of(open_package(DATA), "rio-de-janeiro", source=source)


def release(*, day: str = "2025-01-10", **parts: Any) -> dict[str, Any]:
    """A release of a tender for AI; what is named replaces or adds parts, None takes them away."""
    made = {
        "ocid": "ocds-000001-1",
        "id": day,
        "date": f"{day}T12:00:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
        "language": "pt",
        "buyer": BUYER,
        "tender": {"id": "1", "title": ABOUT_AI},
        **parts,
    }
    return {name: part for name, part in made.items() if part is not None}


def value(amount: Any, currency: Any = "BRL") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def imported(
    *files: str | Path, buyers: tuple[str, ...] = (), source: str = "https://example.org/releases"
) -> tuple[list[Imported], list[Unused], list[Seen | OtherBuyer]]:
    """What an import of files gives: processes with rows, what was not used, and the rest."""
    everything = list(import_releases([str(file) for file in files], home(source), read_terms(), buyers, TODAY))
    return (
        [one for one in everything if isinstance(one, Imported)],
        [one for one in everything if isinstance(one, Unused)],
        [one for one in everything if isinstance(one, Seen | OtherBuyer)],
    )


def rows(folder: Path, *releases: Mapping[str, Any]) -> tuple[list[Row], list[Unused]]:
    """The figures of releases, written one a line, and what of them was not used."""
    file = folder / "releases.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in releases), "utf-8")
    made, unused, _ = imported(file)
    return [row for one in made for row in one.tables["funding"]], unused


def told(figures: list[Row]) -> list[tuple[str, str, str]]:
    """Stage, amount and whether it is counted, of each figure."""
    return [(row["stage"], row["amount"], row["counted"]) for row in figures]
