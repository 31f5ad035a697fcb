"""The weight check: is one model's checkpoint a blend of two others? Reads checkpoints, knows nothing of the rest."""

from pathlib import Path

#: The JSON Schema that every report keeps to.
SCHEMA = Path(__file__).parent / "report.schema.json"
#: The report of a simulated past, `linear-0.3`, made by `python -m provenance.example`.
EXAMPLE = Path(__file__).parent / "example.json.gz"
#: Goes up when the same weights would give other numbers: work of two versions is never added.
VERSION = "1"
