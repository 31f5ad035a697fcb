"""How fast contracts are imported, and how much memory it takes.

    python -m benchmarks.ocds [--releases N]

A package with that many releases is made: three releases for each process, scattered over
the file, every hundredth process about AI. It is imported in a process of its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.results import ROOT, RSS_UNIT, Record, parser


def make(path: Path, releases: int) -> None:
    """Write the package, one release after the other."""
    processes = max(releases // 3, 1)
    with path.open("w", encoding="utf-8") as out:
        out.write('{"version": "1.1", "uri": "https://example.org/releases.json", "publisher": {"name": "Portal"}')
        out.write(', "publishedDate": "2025-01-01T00:00:00Z", "releases": [\n')
        for number in range(releases):
            out.write((",\n" if number else "") + json.dumps(release(number % processes, number // processes)))
        out.write("\n]}\n")


def release(process: int, step: int) -> dict[str, object]:
    """The tender, the contract or an amendment of a process, of the size that portals publish."""
    about = "Sistema de inteligência artificial" if process % 100 == 0 else "Manutenção de vias e calçadas"
    value = {"amount": 1000 + process + step / 4, "currency": "BRL"}
    supplier = {"id": f"BR-CNPJ-{process:014}", "name": f"Empresa {process} Ltda"}
    parts: dict[str, object] = {
        "ocid": f"ocds-000001-{process:07}",
        "id": f"{process}-{step}",
        "date": f"2024-0{1 + min(step, 8)}-10T12:00:00Z",
        "language": "pt",
        "initiationType": "tender",
        "buyer": {"id": "BR-CNPJ-42498733000148", "name": "Prefeitura"},
        "parties": [{**supplier, "roles": ["supplier"], "address": {"locality": "Rio de Janeiro"}}],
    }
    items = [{"id": str(item), "description": f"Item {item} do objeto contratado"} for item in range(5)]
    if step == 0:
        described = {"title": about, "description": f"{about} no município. " * 8}
        tender = {"id": "1", **described, "value": value, "items": items}
        return {**parts, "tag": ["tender"], "tender": tender}
    contract = {"id": "1", "status": "active", "dateSigned": "2024-02-01T00:00:00Z", "value": value, "items": items}
    return {**parts, "tag": ["contract"], "contracts": [contract]}


def main() -> None:
    """Measure one import."""
    command = parser(__doc__)
    command.add_argument("--releases", type=int, help="how many (200,000; short: 6,000)")
    given = command.parse_args()
    releases = given.releases or (6_000 if given.quick else 200_000)
    record = Record("ocds", given)
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "releases.json", Path(folder) / "figures.csv"
        make(path, releases)
        command_line = ["import-ocds", str(path), "--city", "rio-de-janeiro", "--out", str(out)]
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "ledger", *command_line], cwd=ROOT, check=True, stdout=sys.stderr)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * RSS_UNIT
        size = path.stat().st_size
    record.add("time", "s", [seconds], releases=releases)
    record.add("releases a second", "/s", [releases / seconds], releases=releases)
    record.add("file", "MB", [size / 1e6], releases=releases)
    record.add("peak memory", "MB", [peak / 1e6], releases=releases)
    record.keep()


if __name__ == "__main__":
    main()
