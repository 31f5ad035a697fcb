"""What many open pages cost one process, and how long a click takes where many click at once.

    python -m benchmarks.sessions [--sessions 500] [--clicks 25]

Budget: 500 open sessions in at most 1 GB; the median of 25 simultaneous clicks under 1 s. Every
session is a page over a websocket of its own, spread over the pages, with a city of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.reader import PAGES, Reader, machine, spread
from tests.serving import Dashboard, start

#: Pages opened at once; each run takes its turn anyway.
_AT_ONCE = 10
#: Times that so many readers click together.
_ROUNDS = 5


def memory(pid: int) -> float:
    """Megabytes that a process holds now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024


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


async def measure(dashboard: Dashboard, sessions: int, number: int) -> None:
    """Print what the sessions take and how long clicks take among them."""
    async with AsyncExitStack() as stack:
        # What the first readers of each page bring with them is not the price of a session.
        await opened(stack, dashboard.base, len(PAGES))
        before, start = memory(dashboard.pid), time.perf_counter()
        readers = await opened(stack, dashboard.base, sessions)
        after, took = memory(dashboard.pid), time.perf_counter() - start
        print("| open sessions | MB of the process | kB a session | opened in s |\n|---:|---:|---:|---:|")
        print(f"| {len(PAGES)} | {before:.0f} | | |")
        each = (after - before) * 1024 / sessions
        print(f"| {sessions + len(PAGES)} | {after:.0f} | {each:.0f} | {took:.0f} |\n", flush=True)
        taken = await clicks(readers, number)
        print(f"| {number} clicks at once, {_ROUNDS} times | median ms | p95 ms |\n|---|---:|---:|")
        print(f"| among {sessions + len(PAGES)} sessions | {spread(taken)} |")
        print(f"\nAfter the clicks: {memory(dashboard.pid):.0f} MB.")


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=500, help="open pages (500)")
    parser.add_argument("--clicks", type=int, default=25, help="readers who click at once (25)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, start(Path(folder) / "log.txt") as dashboard:
        asyncio.run(measure(dashboard, asked.sessions, asked.clicks))
    print(machine())


if __name__ == "__main__":
    main()
