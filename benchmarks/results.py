"""Figures that are kept: each script leaves its own as `benchmarks/results/NAME.json`.

    record = Record("rerun", parser(__doc__).parse_args())
    record.add("rerun", "ms", [31.0, 29.5, 30.2], page="/")
    record.keep()

A file holds the date, the machine, whether the run was a short one, and the figures: what was
measured and of what, in which unit, as median, 10th and 90th percentile and number of runs.
`python -m benchmarks.report` makes docs/performance.md of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "benchmarks" / "results"

#: Bytes in which the system counts the most memory that a process had: Linux in kilobytes, macOS in bytes.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024

#: A figure as it is kept: what, unit, of (whose figure it is), and its spread or why there is none.
Figure = dict[str, Any]


def parser(doc: str | None) -> argparse.ArgumentParser:
    """What every script understands; `doc` is what it says of itself."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--quick", action="store_true", help="a short run: shows that it works, and about how much")
    made.add_argument("--results", type=Path, default=FOLDER, metavar="FOLDER", help="where the figures are kept")
    return made


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median, 10th and 90th percentile, and the number of runs that they come from."""
    found = sorted(values)
    tenths = quantiles(found, n=10, method="inclusive") if len(found) > 1 else [found[0]]
    return {"median": median(found), "p10": tenths[0], "p90": tenths[-1], "runs": len(found)}


def keep(name: str, figures: Sequence[Figure], *, quick: bool, folder: Path = FOLDER) -> Path:
    """Write the figures of one script; the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    now = datetime.now(UTC).isoformat(timespec="minutes")
    # One figure a line: a later run shows as the lines that it changes.
    lines = ",\n    ".join(json.dumps(figure, ensure_ascii=False) for figure in figures)
    head = json.dumps({"name": name, "date": now, "quick": quick, "machine": machine()}, indent=2)
    file.write_text(f'{head[:-2]},\n  "figures": [\n    {lines}\n  ]\n}}\n', encoding="utf-8")
    return file


def kept(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """What each script has kept, by its name."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))}


class Record:
    """The figures of one run: told as they come, kept at the end."""

    def __init__(self, name: str, given: argparse.Namespace) -> None:
        self.name, self.quick, self.folder = name, given.quick, given.results
        self.figures: list[Figure] = []
        print("| of | what | median | p10 | p90 | runs |\n|---|---|---:|---:|---:|---:|", flush=True)

    def add(self, what: str, unit: str, values: Sequence[float], **of: Any) -> None:
        """Add a figure; without values it says that none was had."""
        if not values:
            self.fail(what, unit, "no run came to an end", **of)
            return
        found = {name: _rounded(value) for name, value in spread(values).items()}
        self.figures.append({"what": what, "unit": unit, "of": of, **found})
        cells = [*(f"{found[name]:g} {unit}" for name in ("median", "p10", "p90")), str(found["runs"])]
        self._tell(what, cells, of)

    def fail(self, what: str, unit: str, reason: str, **of: Any) -> None:
        """Add that something could not be measured, and why."""
        self.figures.append({"what": what, "unit": unit, "of": of, "failed": reason})
        self._tell(what, [reason, "", "", ""], of)

    def keep(self) -> None:
        """Write the figures, and say where they are."""
        here = machine()
        file = keep(self.name, self.figures, quick=self.quick, folder=self.folder)
        print(f"\n{here['cores']} cores, {here['memory_gb']:g} GB; what measures shares them. Kept in {file}.")

    def _tell(self, what: str, cells: list[str], of: dict[str, Any]) -> None:
        print(f"| {' '.join(str(part) for part in of.values())} | {what} | {' | '.join(cells)} |", flush=True)


def _rounded(value: float) -> float:
    """Four digits: more than any figure here is worth."""
    return value if isinstance(value, int) else float(f"{value:.4g}")
