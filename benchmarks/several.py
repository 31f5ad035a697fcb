"""How many changes a second many readers get from one process, and from two behind nginx.

    python -m benchmarks.several [--readers 25]

Both are asked through nginx as `deploy/nginx.conf` sets it up. Each reader changes the city as soon
as the page is whole again; the readers are spread over the pages.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import readers
from benchmarks.results import Record, parser
from tests.balancing import balanced
from tests.serving import free_port, start


def measure(processes: int, number: int, seconds: float) -> tuple[list[float], float]:
    """The seconds of each change of so many readers of one or two processes, and how long all of it took."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ports = (free_port(), free_port())
        for place, port in enumerate(ports[:processes]):
            stack.enter_context(start(folder / f"log-{place}.txt", port=port))
        # Where there is one process alone, nginx finds the other one gone.
        base = stack.enter_context(balanced(folder, ports))
        return asyncio.run(readers.crowd(base, number, seconds))


def main() -> None:
    """Measure one process and two."""
    command = parser(__doc__)
    command.add_argument("--readers", type=int, default=25, help="readers at once (25)")
    given = command.parse_args()
    record = Record("several", given)
    for processes in (1, 2):
        taken, whole = measure(processes, given.readers, 5 if given.quick else 20)
        record.add("reruns a second", "/s", [len(taken) / whole], processes=processes, readers=given.readers)
        record.add("waited", "ms", [second * 1000 for second in taken], processes=processes, readers=given.readers)
    record.keep()


if __name__ == "__main__":
    main()
