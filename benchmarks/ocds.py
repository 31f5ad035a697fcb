"""How fast contracts are imported and how much memory it takes: `python -m benchmarks.ocds [RELEASES]`.

A package with that many releases (200,000 if not said) is made: three releases for each process, scattered over
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

ROOT = Path(__file__).parent.parent


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
    """Print the figures."""
    releases = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "releases.json", Path(folder) / "figures.csv"
        make(path, releases)
        command = ["import-ocds", str(path), "--city", "rio-de-janeiro", "--out", str(out)]
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "ledger", *command], cwd=ROOT, check=True)
        seconds = time.perf_counter() - start
        # Linux counts in kilobytes, macOS in bytes.
        unit = 1024 if sys.platform != "darwin" else 1
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 2**20
        size = path.stat().st_size / 2**20
        rows = out.read_text("utf-8").count("\n") - 1
    print(f"{releases:,} releases, {size:.0f} MB: {seconds:.1f} s, {releases / seconds:,.0f} releases a second")
    print(f"{rows:,} figures; at most {peak:.0f} MB of memory")


if __name__ == "__main__":
    main()
