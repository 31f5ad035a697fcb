"""Where the time of a rerun goes, and the bytes of a first visit.

    python -m benchmarks.profile

A page is run again and again with another city each time, in this process, while a sampling profiler
looks at it every half millisecond; what it finds is added up by library. A first visit is opened in
Chromium, and what came over the line is listed by file.
"""

from __future__ import annotations

import itertools
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from pyinstrument import Profiler
from pyinstrument.frame import Frame
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from benchmarks.browser import chromium, files_of
from benchmarks.results import ROOT, Record, parser
from tests.serving import serve

PAGES = {"/": "overview", "/spending": "spending", "/sovereignty": "sovereignty", "/models": "models", "/data": "data"}
CITIES = ("rio-de-janeiro", "singapore", "beijing", "new-york-city")
VISITED = ("/", "/spending")
#: Libraries and files below this share are added up.
LEAST = 0.02


def reruns(page: str, count: int) -> list[Profiler]:
    """The profiles of so many runs of a page, each with another city than the last."""
    profilers: list[Profiler] = []
    run = script_runner.exec_func_with_error_handling

    def profiled(*args: Any) -> Any:
        # Runs have a thread of their own, which is all that this profiler sees.
        with Profiler(interval=0.0005) as profiler:
            made = run(*args)
        profilers.append(profiler)
        return made

    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120).run()
    app.switch_page(f"app_pages/{page}.py")
    with patch.object(script_runner, "exec_func_with_error_handling", profiled):
        for city in itertools.islice(itertools.cycle(CITIES), count + 1):
            app.query_params["city"] = city
            app.run()
    return profilers[1:]


def by_library(profilers: list[Profiler]) -> dict[str, float]:
    """Milliseconds of one run, by the library in whose lines the time was spent."""
    spent: dict[str, float] = defaultdict(float)
    for profiler in profilers:
        root = profiler.last_session.root_frame() if profiler.last_session else None
        for name, seconds in _spent(root, "Python"):
            spent[name] += seconds * 1000 / len(profilers)
    return spent


def _spent(frame: Frame | None, caller: str) -> Iterator[tuple[str, float]]:
    """The time of a frame and of all below it; Python's own library works for whoever called it."""
    if frame is not None and frame.file_path:
        name = library(frame.file_path) or caller
        yield name, frame.total_self_time
        for child in frame.children:
            yield from _spent(child, name)


def largest(spent: dict[str, float]) -> dict[str, float]:
    """The largest parts first; small ones added up."""
    least = LEAST * sum(spent.values())
    parts = {name: value for name, value in spent.items() if value >= least}
    rest = sum(spent.values()) - sum(parts.values())
    return dict(sorted(parts.items(), key=lambda part: -part[1])) | ({"the rest": rest} if rest else {})


def library(file: str) -> str:
    """The name of a library, or of a part of the dashboard, from the path of a file; none for Python's own."""
    if installed := re.search(r"site-packages/_?([^/._]+)", file):
        return installed[1]
    return Path(file).relative_to(ROOT).parts[0] if Path(file).is_relative_to(ROOT) else ""


def main() -> None:
    """Profile each page, and weigh first visits."""
    given = parser(__doc__).parse_args()
    record = Record("profile", given)
    for address, page in PAGES.items():
        for name, spent in largest(by_library(reruns(page, 3 if given.quick else 20))).items():
            record.add("time in a rerun", "ms", [spent], page=address, part=name)
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log.txt") as base, chromium() as browser:
        for address in VISITED[:1] if given.quick else VISITED:
            sizes: dict[str, float] = defaultdict(float)
            for url, size in files_of(browser, base + address).items():
                # Names of files carry a hash, which says nothing to a reader.
                sizes[re.sub(r"[.-][\w-]{8}(?=\.\w+$)", "", Path(urlsplit(url).path).name) or "/"] += size / 1000
            for name, size in largest(sizes).items():
                record.add("bytes of a first visit", "kB", [size], page=address, part=name)
    record.keep()


if __name__ == "__main__":
    main()
