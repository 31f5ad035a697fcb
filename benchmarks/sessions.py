"""What many open pages cost one process, and how long a click takes where many click at once.

    python -m benchmarks.sessions [--sessions 500] [--clicks 25]

Budget: 500 open sessions in at most 1 GB; the median of 25 simultaneous clicks under 1 s. Every
session is a page over a websocket of its own, spread over the pages, with a city of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import psutil

from benchmarks.reader import PAGES, Reader
from benchmarks.results import Record, parser
from tests.serving import Dashboard, start

#: Pages opened at once; each run takes its turn anyway.
_AT_ONCE = 10
#: Times that so many readers click together.
_ROUNDS = 5


def memory(pid: int) -> float:
    """Megabytes that a process holds now."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6


async def opened(stack: AsyncExitStack, base: str, number: int) -> list[Reader]:
    """So many open pages, each with a selection of its own."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(place: int, page: str) -> Reader:
        async with gate:
            reader = await stack.enter_async_context(Reader(base, page))
            await reader.choose([reader.cities[place % len(reader.cities)]])
            return reader

    pages = itertools.islice(itertools.cycle(PAGES.values()), number)
    return await asyncio.gather(*(one(place, page) for place, page in enumerate(pages)))


async def clicks(readers: list[Reader], number: int) -> list[float]:
    """Seconds of clicks of so many readers at once, some rounds of them."""
    draw = random.Random(20261128)
    taken: list[float] = []
    for _ in range(_ROUNDS):
        chosen = draw.sample(readers, number)
        together = (reader.choose(sorted(draw.sample(reader.cities, 2))) for reader in chosen)
        taken += [seconds for seconds, _ in await asyncio.gather(*together)]
    return taken


async def measure(record: Record, dashboard: Dashboard, sessions: int, number: int) -> None:
    """What the sessions take, and how long clicks take among them."""
    async with AsyncExitStack() as stack:
        # What the first readers of each page bring with them is not the price of a session.
        await opened(stack, dashboard.base, len(PAGES))
        before, start = memory(dashboard.pid), time.perf_counter()
        readers = await opened(stack, dashboard.base, sessions)
        record.add("opened", "s", [time.perf_counter() - start], sessions=sessions)
        after = memory(dashboard.pid)
        record.add("memory", "MB", [after], sessions=sessions)
        record.add("memory of a session", "kB", [(after - before) * 1000 / sessions], sessions=sessions)
        taken = await clicks(readers, number)
        record.add("click", "ms", [second * 1000 for second in taken], sessions=sessions, readers=number)
        record.add("memory after the clicks", "MB", [memory(dashboard.pid)], sessions=sessions)


def main() -> None:
    """Measure one process."""
    command = parser(__doc__)
    command.add_argument("--sessions", type=int, help="open pages (500; short: 20)")
    command.add_argument("--clicks", type=int, help="readers who click at once (25; short: 5)")
    given = command.parse_args()
    record = Record("sessions", given)
    sessions, number = given.sessions or (20 if given.quick else 500), given.clicks or (5 if given.quick else 25)
    with tempfile.TemporaryDirectory() as folder, start(Path(folder) / "log.txt") as dashboard:
        asyncio.run(measure(record, dashboard, sessions, number))
    record.keep()


if __name__ == "__main__":
    main()
