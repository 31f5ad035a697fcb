"""From the start of the process until the server is ready, and until a first page is whole.

    python -m benchmarks.start [--starts N]

Budget: at most 3 s until `/healthz` answers that it is ready.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.reader import Reader
from benchmarks.results import Record, parser
from tests.serving import serve


async def first_page(base: str) -> None:
    """The overview as its first reader gets it."""
    async with Reader(base, ""):
        pass


def main() -> None:
    """Start it again and again; the machine's cache of files is warm from the second time on."""
    command = parser(__doc__)
    command.add_argument("--starts", type=int, help="how often (7; short: 2)")
    given = command.parse_args()
    record = Record("start", given)
    ready, whole = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(given.starts or (2 if given.quick else 7)):
            begun = time.perf_counter()
            with serve(Path(folder) / "log.txt") as base:
                ready.append(time.perf_counter() - begun)
                asyncio.run(first_page(base))
                whole.append(time.perf_counter() - begun)
    record.add("ready", "s", ready)
    record.add("first page whole", "s", whole)
    record.keep()


if __name__ == "__main__":
    main()
