"""How many changes a second one process answers to many readers at once.

    python -m benchmarks.readers [--readers N]

Budget: at least 20 reruns a second with 25 readers. Each reader changes the city as soon as the
page is whole again; the readers are spread over the pages.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.reader import PAGES, Reader
from benchmarks.results import Record, parser
from tests.serving import serve


async def crowd(base: str, readers: int, seconds: float) -> tuple[list[float], float]:
    """The seconds of each change of all readers, and how long all of it took."""

    async def read(reader: Reader, draw: random.Random, end: float) -> list[float]:
        taken = []
        while time.perf_counter() < end:
            second, _ = await reader.choose(sorted(draw.sample(reader.cities, draw.randrange(3))))
            taken.append(second)
        return taken

    async with AsyncExitStack() as stack:
        pages = itertools.islice(itertools.cycle(PAGES.values()), readers)
        opened = [await stack.enter_async_context(Reader(base, page)) for page in pages]
        start = time.perf_counter()
        reading = (read(reader, random.Random(n), start + seconds) for n, reader in enumerate(opened))
        taken = await asyncio.gather(*reading)
        return list(itertools.chain.from_iterable(taken)), time.perf_counter() - start


def main() -> None:
    """Measure one crowd."""
    command = parser(__doc__)
    command.add_argument("--readers", type=int, default=25)
    given = command.parse_args()
    record = Record("readers", given)
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as base:
        taken, whole = asyncio.run(crowd(base, given.readers, 5 if given.quick else 20))
    record.add("reruns a second", "/s", [len(taken) / whole], readers=given.readers)
    record.add("waited", "ms", [second * 1000 for second in taken], readers=given.readers)
    record.keep()


if __name__ == "__main__":
    main()
