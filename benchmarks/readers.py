"""How many changes a second one process answers to many readers at once.

    python -m benchmarks.readers [readers]

Budget: at least 20 reruns a second with 25 readers. Each reader changes the city as soon as the
page is whole again, for 20 seconds; the readers are spread over the pages.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.reader import PAGES, Reader, machine, spread
from tests.serving import serve

SECONDS = 20


async def crowd(base: str, readers: int) -> tuple[list[float], float]:
    """The seconds of each change of all readers, and how long all of it took."""

    async def read(reader: Reader, draw: random.Random, end: float) -> list[float]:
        taken = []
        while time.perf_counter() < end:
            seconds, _ = await reader.choose(sorted(draw.sample(reader.cities, draw.randrange(3))))
            taken.append(seconds)
        return taken

    async with AsyncExitStack() as stack:
        pages = itertools.islice(itertools.cycle(PAGES.values()), readers)
        opened = [await stack.enter_async_context(Reader(base, page)) for page in pages]
        start = time.perf_counter()
        reading = (read(reader, random.Random(n), start + SECONDS) for n, reader in enumerate(opened))
        taken = await asyncio.gather(*reading)
        return list(itertools.chain.from_iterable(taken)), time.perf_counter() - start


def main(readers: int = 25) -> None:
    """Print one row."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as base:
        taken, whole = asyncio.run(crowd(base, readers))
    print("| readers | reruns a second | median ms | p95 ms |\n|---:|---:|---:|---:|")
    print(f"| {readers} | {len(taken) / whole:.1f} | {spread(taken)} |")
    print(machine())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
