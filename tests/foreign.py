"""A small package of another city: what somebody has who runs the dashboard on rows of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from tests.serving import ROOT

DATA = ROOT / "data"
CITY = "aberdeen"
TITLE = "AI in Aberdeen"


def write_foreign(folder: Path, **brand: str) -> Path:
    """Write the package: one city, its initiatives and what hangs on them, no models, no claims, no history."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    raw |= {"title": TITLE, "description": "What one city does with AI.\n\nMore of it.", "name": "aberdeen"}
    raw["contributors"] = [{"title": "City of Aberdeen"}]
    raw.pop("limits")
    raw.pop("translations")
    raw["created"] = "2026-11-20T00:00:00Z"
    raw["resources"] = [one for one in raw["resources"] if one["name"] not in ("history", "model_parents")]
    raw["dashboard"] = {"title": TITLE, **brand}
    tables = {
        one["name"]: pd.read_csv(DATA / one["path"], dtype="str", keep_default_na=False) for one in raw["resources"]
    }
    tables["cities"] = tables["cities"].query("id == @CITY")
    tables["initiatives"] = tables["initiatives"].query("city_id == @CITY")
    mine = set(tables["initiatives"]["id"])
    for name, frame in tables.items():
        if "initiative_id" in frame:
            tables[name] = frame[frame["initiative_id"].isin(mine)]
    for name in ("models", "benchmark_results", "claims", "model_sources"):
        tables[name] = tables[name].head(0)
    tables["initiative_sources"] = tables["initiative_sources"][
        tables["initiative_sources"]["initiative_id"].isin(mine)
    ]
    cited = set(pd.concat([frame["source_id"] for frame in tables.values() if "source_id" in frame]))
    tables["sources"] = tables["sources"][tables["sources"]["id"].isin(cited)]
    named = set(tables["initiatives"]["lead_organization_id"]) | set(tables["initiative_partners"]["organization_id"])
    tables["organizations"] = tables["organizations"][tables["organizations"]["id"].isin(named)]
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "datapackage.json").write_text(json.dumps(raw), encoding="utf-8")
    return folder


def rename_initiative(folder: Path, name: str) -> None:
    """Change the package: its first initiative gets another name."""
    file = folder / "initiatives.csv"
    frame = pd.read_csv(file, dtype="str", keep_default_na=False)
    frame.loc[frame.index[0], "name"] = name
    frame.to_csv(file, index=False)
