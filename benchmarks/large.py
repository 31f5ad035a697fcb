"""Large packages: the facts, every view and the file of the funding register, by engine and number of rows.

    python -m benchmarks.large [--rows N …] [--views] [--cache FOLDER]

Budgets, for 10 million rows of funding: any view in DuckDB at most 0.5 s, median, within 1 GB; the
register as CSV at least 100 MB/s on the loopback, first byte within 0.3 s, at most 200 MB of memory
more. Packages are made once and kept in the cache: 10 million rows take 3.4 GB there. A run replaces
the figures of as many rows, and leaves those of others: 100 million take an hour, and a run of their own.

Each engine works in a process of its own, so that the most memory it had is its own. The limit of
memory for one engine ends that engine alone: what it did not reach is told as such, and it is not
tried with more rows.
"""

from __future__ import annotations

import argparse
import atexit
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from benchmarks.generate import generate
from benchmarks.processes import memory, running
from benchmarks.results import ROOT, RSS_UNIT, Figure, Record, kept, parser
from ledger import places, views
from ledger.engines import engine_at
from ledger.facts import Facts, facts_of
from ledger.memory import Memory
from ledger.selection import Selection
from ledger.tables import open_files
from tests import serving

ENGINES = ("polars", "duckdb")
REGISTER = "/api/v1/views/funding-register.csv"
SELECTIONS = (
    Selection(),
    Selection(city=("rio-de-janeiro",)),
    Selection(city=("rio-de-janeiro", "seoul"), lens="stated"),
    Selection(continent=("Asia",), lens="intl"),
    Selection(stage=("contracted", "spent"), since=2023),
    Selection(disputed="exclude"),
)
#: Rows of a view that are asked for: what a page shows of a long one.
PAGE = 100


def package(cache: Path, rows: int) -> Path:
    """The folder of a package with so many rows, made where it is not there yet."""
    folder = cache / f"rows-{rows}"
    if not (folder / "done").exists():
        generate(folder, rows)
        (folder / "done").touch()
    return folder


def opened(folder: Path, engine: str) -> Facts:
    """The facts of a package in an engine, as the server opens it."""
    beside = Path(tempfile.mkdtemp(prefix="dashboard-large-"))
    atexit.register(shutil.rmtree, beside, ignore_errors=True)
    with places.opened(folder) as files:
        tables = open_files(files, beside)
    return facts_of(tables, engine=engine_at(engine))


def shown(view: str, facts: Facts, selection: Selection) -> int:
    """Work out what a page shows of a view; the number of its rows."""
    views.part(view, facts, selection, 0, PAGE)
    return views.size(view, facts, selection)


def fresh(facts: Facts) -> Facts:
    """The same facts without what was worked out: every answer is to be a first one."""
    return replace(facts, memory=Memory())


def one_engine(folder: Path, engine: str, count: int) -> None:
    """Work in this process; a line of JSON for each thing that is done, so that what was done survives an end."""
    begun = time.perf_counter()
    facts = opened(folder, engine)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT
    print(json.dumps({"facts": seconds, "peak": peak}), flush=True)
    with Peak(psutil.Process()) as held:
        for view in views.VIEWS:
            taken = []
            for selection in SELECTIONS[:count]:
                anew = fresh(facts)
                begun = time.perf_counter()
                shown(view, anew, selection)
                taken.append(time.perf_counter() - begun)
            print(json.dumps({"view": view, "seconds": taken, "peak": held.bytes}), flush=True)


def engines(record: Record, folder: Path, rows: int, given: argparse.Namespace) -> None:
    """Have each engine work through all views."""
    for engine in ENGINES:
        of = {"engine": engine, "rows": rows}
        if any(_gave_up(figure, engine, rows) for figure in record.figures):
            record.fail("view", "s", "not tried: it ended with fewer rows", **of, view="all others")
            continue
        command = [sys.executable, "-m", "benchmarks.large", "--one", engine, str(folder)]
        command += ["--selections", "2" if given.quick else str(len(SELECTIONS))]
        run = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (given.memory << 30,) * 2),
        )
        try:
            out, said = run.communicate(timeout=given.minutes * 60)
        except subprocess.TimeoutExpired:
            run.kill()
            out, _ = run.communicate()
            said = f"stopped after {given.minutes:g} minutes"
        done: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
        for each in done:
            if "facts" in each:
                record.add("facts", "s", [each["facts"]], **of)
                record.add("memory to open", "MB", [each["peak"] / 1e6], **of)
            else:
                record.add("view", "s", each["seconds"], **of, view=each["view"])
        if len(done) > 1:
            record.add("peak memory", "MB", [done[-1]["peak"] / 1e6], **of)
        if run.returncode:
            record.fail("view", "s", (said.strip().splitlines() or ["ended"])[-1][:200], **of, view="all others")


def _gave_up(figure: Figure, engine: str, rows: int) -> bool:
    """Whether a figure says that an engine ended with fewer rows."""
    of = figure["of"]
    return "failed" in figure and of.get("engine") == engine and of["rows"] < rows


class Peak(threading.Thread):
    """The most memory that a process held while a block ran."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.process, self.bytes, self.over = process, 0, threading.Event()

    def run(self) -> None:
        """Look twenty times a second."""
        while not self.over.wait(0.05):
            self.bytes = max(self.bytes, memory(self.process))

    def __enter__(self) -> Peak:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()


def download(record: Record, process: psutil.Process, address: str, **of: Any) -> None:
    """Fetch a file from a server as fast as it comes."""
    before = memory(process)
    with Peak(process) as peak:
        begun, size, first = time.perf_counter(), 0, 0.0
        request = urllib.request.Request(address, headers={"Accept-Encoding": "identity"})
        with urllib.request.urlopen(request, timeout=1800) as answer:
            while part := answer.read(1 << 20 if first else 1):
                first = first or time.perf_counter() - begun
                size += len(part)
        seconds = time.perf_counter() - begun
    record.add("CSV, first byte", "s", [first], **of)
    record.add("CSV, speed", "MB/s", [size / seconds / 1e6], **of)
    record.add("CSV, size", "MB", [size / 1e6], **of)
    record.add("CSV, more memory", "MB", [max(peak.bytes - before, 0) / 1e6], **of)


def register(record: Record, folder: Path, rows: int, given: argparse.Namespace) -> None:
    """The funding register as CSV from the real server."""
    port = serving.free_port()
    base = f"http://127.0.0.1:{port}"
    with (
        tempfile.TemporaryDirectory() as logs,
        running(
            serving.command(port),
            f"{base}/healthz",
            folder=ROOT,
            log=Path(logs) / "log.txt",
            environment={"DASHBOARD_DATA": str(folder)},
            seconds=given.minutes * 60,
        ) as process,
    ):
        # The first request of all pays for what is done once in a process.
        for _ in range(2):
            urllib.request.urlopen(f"{base}/api/v1/views/funding-ladder.csv").close()
        download(record, process, base + REGISTER, rows=rows)


def main() -> None:
    """Measure every number of rows, the smallest first."""
    command = parser(__doc__)
    command.add_argument("--rows", type=int, nargs="+", help="100,000, 1 and 10 million; short: 10,000")
    command.add_argument("--views", action="store_true", help="views alone, not the file of the register")
    command.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "dashboard-large")
    command.add_argument("--memory", type=int, default=16, help="GB at most for one engine")
    command.add_argument("--minutes", type=float, default=60, help="at most for one engine, or for the server's start")
    command.add_argument("--one", nargs=2, metavar=("ENGINE", "FOLDER"), help="one engine in this process")
    command.add_argument("--selections", type=int, default=len(SELECTIONS), help=argparse.SUPPRESS)
    given = command.parse_args()
    if given.one:
        engine, folder = given.one
        one_engine(Path(folder), engine, given.selections)
        return
    sizes: list[int] = given.rows or ([10_000] if given.quick else [100_000, 1_000_000, 10_000_000])
    record = Record("large", given)
    before = kept(given.results).get("large", {})
    if before.get("quick") == given.quick:
        record.figures += [figure for figure in before["figures"] if figure["of"]["rows"] not in sizes]
    for rows in sizes:
        folder = package(given.cache, rows)
        record.add("package", "MB", [(folder / "funding.csv").stat().st_size / 1e6], rows=rows)
        engines(record, folder, rows, given)
        if given.views:
            continue
        try:
            register(record, folder, rows, given)
        except (RuntimeError, OSError) as wrong:
            record.fail("CSV, speed", "MB/s", str(wrong).strip().splitlines()[-1][:200], rows=rows)
    record.figures.sort(key=lambda figure: figure["of"]["rows"])
    record.keep()


if __name__ == "__main__":
    main()
