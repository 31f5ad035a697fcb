"""How long a large table takes to be validated, and how much memory.

    python -m benchmarks.validate [--rows N]

Budget: 10 million rows of funding in at most 60 s and 2 GB on two cores; alone and in a package.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.results import ROOT, RSS_UNIT, Record, parser

DATA = ROOT / "data"


def grown(file: Path, rows: int) -> int:
    """Write funding with at least so many rows: the dataset's own again and again under new ids; the bytes written."""
    with (DATA / "funding.csv").open(encoding="utf-8", newline="") as source:
        header, *records = csv.reader(source)
    own, related = header.index("id"), header.index("related_funding_id")
    block = io.StringIO(newline="")
    for record in records:
        for place in (own, related):
            record[place] += "-c\0" if record[place] else ""
        csv.writer(block, lineterminator="\n").writerow(record)
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(",".join(header) + "\n")
        for copy in range(-(-rows // len(records))):
            out.write(block.getvalue().replace("\0", str(copy)))
    return file.stat().st_size


def main() -> None:
    """Measure each way in which the table is given."""
    command = parser(__doc__)
    command.add_argument("--rows", type=int, help="rows of funding (10,000,000; short: 200,000)")
    given = command.parse_args()
    rows = given.rows or (200_000 if given.quick else 10_000_000)
    record = Record("validate", given)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(shutil.copytree(DATA, Path(folder) / "data"))
        size = grown(package / "funding.csv", rows)
        for name, place in (("a table alone", package / "funding.csv"), ("a package", package)):
            begun = time.perf_counter()
            run = subprocess.Popen(
                [sys.executable, "-m", "ledger", "validate", str(place)],
                stderr=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
            )
            said = run.stdout.read().decode() if run.stdout else ""
            _, status, used = os.wait4(run.pid, 0)
            seconds = time.perf_counter() - begun
            if status:
                raise SystemExit(said[-2000:])
            record.add("time", "s", [seconds], given=name, rows=rows)
            record.add("speed", "MB/s", [size / seconds / 1e6], given=name, rows=rows)
            record.add("peak memory", "MB", [used.ru_maxrss * RSS_UNIT / 1e6], given=name, rows=rows)
    record.keep()


if __name__ == "__main__":
    main()
