"""How long the server needs for a page after a change of the city.

    python -m benchmarks.rerun [changes per page]

Budget: at most 60 ms, median, on every page.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.reader import PAGES, changes, machine, spread
from tests.serving import serve


def main(count: int = 40) -> None:
    """Print a row for each page."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as base:
        print("| page | median ms | p95 ms | median kB sent |\n|---|---:|---:|---:|")
        for address, page in PAGES.items():
            seconds, sizes = asyncio.run(changes(base, page, count=count))
            print(f"| {address} | {spread(seconds)} | {median(sizes) / 1000:.0f} |", flush=True)
    print(machine())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
