"""The dashboard beside stock Streamlit, Dash, Panel, Datasette and a static page, in turn, in one run.

    make bench-rivals            # installs them into an environment of their own, and measures
    python -m benchmarks.rivals  # measures, where they are installed

Budgets: on a first visit less than half of the bytes of Dash and Panel; charts drawn within half the
time of Streamlit, Dash and Panel on a line of 10 Mbit/s and 40 ms; at least 5 times the clicks a
second of Streamlit, and at least those of Dash, in one process.

Clicks a second are asked for over each tool's own protocol (Streamlit's and Bokeh's connections,
Dash's requests) without a browser, by readers that choose another city as soon as the last one has
come. They draw from all cities that have figures of money, so that what a tool has kept of earlier
choices helps it as much as it would in use. What one reader more costs in memory is the growth of
the server from one to all readers.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import cache
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Error

from benchmarks.browser import LINE, Visit, chromium, opened, seconds_to_change, visit
from benchmarks.processes import memory
from benchmarks.results import Record, parser
from benchmarks.rivals.contenders import CONTENDERS, PYTHON, Contender, Server, servers
from benchmarks.rivals.readers import RivalReader
from ledger import dataset
from ledger.selection import choices

#: Cities that are clicked in the browser; all have figures of money.
CITIES = ["Rio de Janeiro", "Singapore", "Beijing", "New York City", "Seoul", "Toronto"]
CROWDS = (1, 10, 25, 50)


class Crowd(NamedTuple):
    """What readers met: seconds of each click, seconds of all of it, bytes of the server before and with them."""

    taken: list[float]
    whole: float
    before: int
    with_them: int


@cache
def cities() -> list[str]:
    """The cities with figures of money, as every tool's filter names them."""
    names = choices(dataset.facts())["city"]
    with_money = (
        dataset.facts()
        .tables["funding"]
        .merge(
            dataset.facts().tables["initiatives"], left_on="initiative_id", right_on="id", suffixes=("", "_initiative")
        )["city_id"]
    )
    return sorted({names[code] for code in with_money})


async def crowd(contender: Contender, server: Server, readers: int, seconds: float) -> Crowd:
    """So many readers, each clicking as soon as the last click is answered."""
    assert contender.reader
    assert server.process
    before = memory(server.process)
    offered = cities()

    async def read(reader: RivalReader, draw: random.Random, end: float) -> list[float]:
        taken: list[float] = []
        last = CITIES[-1]
        while (begun := time.perf_counter()) < end:
            last = draw.choice([city for city in offered if city != last])
            await reader.pick(last)
            taken.append(time.perf_counter() - begun)
        return taken

    async with AsyncExitStack() as stack:
        open_pages = [await stack.enter_async_context(contender.reader(server.base)) for _ in range(readers)]
        for city in CITIES[-3:]:
            await open_pages[0].pick(city)  # What a server does but once is not the price of a click.
        start = time.perf_counter()
        reading = (read(reader, random.Random(n), start + seconds) for n, reader in enumerate(open_pages))
        async with asyncio.timeout(seconds * 3 + 60):
            taken = await asyncio.gather(*reading)
        whole = time.perf_counter() - start
        return Crowd(list(itertools.chain.from_iterable(taken)), whole, before, memory(server.process))


def crowds(record: Record, found: dict[str, Server], sizes: Sequence[int], rounds: int, seconds: float) -> None:
    """Crowds of every size, for all contenders in turn."""
    clicked = [each for each in CONTENDERS if each.reader]
    rates: dict[tuple[str, int], list[float]] = defaultdict(list)
    waited: dict[tuple[str, int], list[float]] = defaultdict(list)
    held: dict[tuple[str, int], list[int]] = defaultdict(list)
    failed: dict[tuple[str, int], str] = {}
    for _, size, each in itertools.product(range(rounds), sizes, clicked):
        try:
            met = asyncio.run(crowd(each, found[each.server], size, seconds))
        except Exception as wrong:  # A tool that gives up is a result, too.
            failed[each.name, size] = f"{type(wrong).__name__}: {wrong}"[:200]
            continue
        rates[each.name, size].append(len(met.taken) / met.whole)
        waited[each.name, size] += [second * 1000 for second in met.taken]
        held[each.name, size].append(met.with_them)
    for each, size in itertools.product(clicked, sizes):
        key = (each.name, size)
        if key in failed and not rates[key]:
            record.fail("clicks a second", "/s", failed[key], who=each.name, readers=size)
            continue
        record.add("clicks a second", "/s", rates[key], who=each.name, readers=size)
        record.add("waited", "ms", waited[key], who=each.name, readers=size)
        record.add("memory", "MB", [value / 1e6 for value in held[key]], who=each.name, readers=size)
    first, last = min(sizes), max(sizes)
    for each in clicked if last > first else ():
        # Only what the first round shows: later the server keeps what it has taken.
        few, many = held[each.name, first][:1], held[each.name, last][:1]
        grown = [(b - a) / 1e6 / (last - first) for a, b in zip(few, many, strict=False)]
        record.add("memory per reader", "MB", grown, who=each.name)


def visits(record: Record, browser: Browser, found: dict[str, Server], count: int) -> None:
    """First visits on the line and on the loopback, all contenders in turn."""
    # A browser that has just started is slower than at any later visit.
    visit(browser, found["static"].base, None)
    seen: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for _, (line, limits), each in itertools.product(
        range(count), (("10 Mbit/s", LINE), ("loopback", None)), CONTENDERS
    ):
        address = found[each.server].base + each.path
        seen[each.name, line].append(visit(browser, address, limits, shown=each.shown))
    for (name, line), all_visits in seen.items():
        of = {"who": name, "line": line}
        record.add("over the line", "MB", [each.bytes / 1e6 for each in all_visits], **of)
        record.add("requests", "", [each.requests for each in all_visits], **of)
        record.add("first chart", "s", [each.charts[0] for each in all_visits if each.charts], **of)
        record.add("charts drawn", "s", [each.charts[-1] for each in all_visits if each.charts], **of)


def clicks(record: Record, browser: Browser, found: dict[str, Server], count: int) -> None:
    """From a click to the changed chart, contender by contender: a page stays open for all of its clicks."""
    for each in CONTENDERS:
        if each.choose is None:
            continue
        taken = []
        with opened(browser, found[each.server].base + each.path) as page:
            for city in itertools.islice(itertools.cycle(CITIES), count):
                try:
                    seconds = seconds_to_change(page, each.choose(page, city))
                except Error:
                    seconds = None
                if seconds is not None:
                    taken.append(seconds * 1000)
                page.keyboard.press("Escape")
                page.wait_for_timeout(500)
        record.add("click to changed chart", "ms", taken, who=each.name)


def main() -> None:
    """Measure visits, clicks and crowds."""
    command = parser(__doc__)
    command.add_argument("--python", type=Path, default=PYTHON, help="the Python that has the rivals installed")
    given = command.parse_args()
    if not given.python.exists():
        raise SystemExit(f"There is no {given.python}: run `make bench-rivals`, or name a Python with --python.")
    record = Record("rivals", given)
    with tempfile.TemporaryDirectory() as folder, servers(given.python.absolute(), Path(folder)) as found:
        crowds(record, found, (1, 25) if given.quick else CROWDS, 1 if given.quick else 2, 4 if given.quick else 6)
        with chromium() as browser:
            visits(record, browser, found, 1 if given.quick else 3)
            clicks(record, browser, found, 4 if given.quick else 16)
    record.keep()


if __name__ == "__main__":
    main()
