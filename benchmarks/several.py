"""How many changes a second many readers get from one process, and from two behind nginx.

    python -m benchmarks.several [--readers 25]

Both are asked through nginx as `deploy/nginx.conf` sets it up. Each reader changes the city as soon
as the page is whole again; the readers are spread over the pages.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import readers
from benchmarks.reader import machine, spread
from tests.balancing import balanced
from tests.serving import free_port, start


def measure(processes: int, number: int) -> tuple[list[float], float]:
    """The seconds of each change of so many readers of one or two processes, and how long all of it took."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ports = (free_port(), free_port())
        for place, port in enumerate(ports[:processes]):
            stack.enter_context(start(folder / f"log-{place}.txt", port=port))
        # Where there is one process alone, nginx finds the other one gone.
        base = stack.enter_context(balanced(folder, ports))
        return asyncio.run(readers.crowd(base, number))


def main() -> None:
    """Print a row for one process and one for two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=25, help="readers at once (25)")
    asked = parser.parse_args()
    print("| processes | readers | reruns a second | median ms | p95 ms |\n|---:|---:|---:|---:|---:|")
    for processes in (1, 2):
        taken, whole = measure(processes, asked.readers)
        print(f"| {processes} | {asked.readers} | {len(taken) / whole:.1f} | {spread(taken)} |", flush=True)
    print(machine())


if __name__ == "__main__":
    main()
