"""How long the server needs for a page after a change of the city.

    python -m benchmarks.rerun [--changes N]

Budget: at most 60 ms, median, on every page.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from benchmarks.reader import PAGES, changes
from benchmarks.results import Record, parser
from tests.serving import serve


def main() -> None:
    """Measure every page."""
    command = parser(__doc__)
    command.add_argument("--changes", type=int, help="changes per page (120; short: 8)")
    given = command.parse_args()
    count = given.changes or (8 if given.quick else 120)
    record = Record("rerun", given)
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as base:
        for address, page in PAGES.items():
            seconds, sizes = asyncio.run(changes(base, page, count=count))
            record.add("rerun", "ms", [second * 1000 for second in seconds], page=address)
            record.add("sent", "kB", [size / 1000 for size in sizes], page=address)
    record.keep()


if __name__ == "__main__":
    main()
