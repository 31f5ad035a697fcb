"""Who is measured: the dashboard's own pages, the same page in other tools, and a static page as the limit.

Each tool runs as its documentation says for readers from outside, in one process:

- Streamlit: `streamlit run`, settings as they come.
- Dash: Gunicorn with one process and four threads, twice the cores of the machine that this was made
  for; once with the compression that Dash offers, which is off by itself.
- Panel: `panel serve --warm`, settings as they come.
- Datasette: `datasette serve` over SQLite; the table alone, since it draws no charts.
- static: HTML with the same two charts and gzip-compressed Plotly; no table, no filter.

The dashboard's pages do more than the page of the others: four and eight charts, tables, texts. What
they are held against is the simpler page.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import Page

from benchmarks.browser import CHART
from benchmarks.processes import running
from benchmarks.results import ROOT
from benchmarks.rivals import readers
from benchmarks.static import Chart, static_page
from tests import serving

APPS = Path(__file__).parent / "apps"
PYTHON = ROOT / ".venv-rivals" / "bin" / "python"

#: Prepares the choice of a city on an open page; what it gives makes the choice.
Chooser = Callable[[Page, str], Callable[[], object]]


def in_streamlit(page: Page, city: str) -> Callable[[], object]:
    """Write the name into the list, then click on what is left; the dashboard's own filter works the same way."""
    if (clear := page.get_by_role("button", name="Clear all", exact=True).first).count():
        clear.click()
        page.wait_for_timeout(1000)
    page.get_by_role("combobox", name="City", exact=True).fill(city)
    option = page.get_by_role("option", name=city).first
    option.wait_for()
    return option.click


def in_dash(page: Page, city: str) -> Callable[[], object]:
    """Open the list, search in it, click."""
    page.locator("#city").click()
    page.get_by_placeholder("Search").fill(city)
    option = page.get_by_role("option", name=city).first
    option.wait_for()
    return option.click


def in_panel(page: Page, city: str) -> Callable[[], object]:
    """A list of the browser itself."""
    select = page.locator("select").first
    return lambda: select.select_option(label=city)


@dataclass(frozen=True)
class Contender:
    """A page to be measured: the server that has it, its path there, how it is clicked and read."""

    name: str
    server: str
    path: str = "/"
    shown: str = CHART
    choose: Chooser | None = None
    reader: Callable[[str], readers.RivalReader] | None = None


CONTENDERS = (
    Contender(
        "dashboard /", "dashboard", "/", choose=in_streamlit, reader=lambda base: readers.DashboardReader(base, "")
    ),
    Contender(
        "dashboard /spending",
        "dashboard",
        "/spending",
        choose=in_streamlit,
        reader=lambda base: readers.DashboardReader(base, "spending"),
    ),
    Contender("Streamlit", "Streamlit", choose=in_streamlit, reader=readers.StreamlitReader),
    Contender("Dash", "Dash", choose=in_dash, reader=readers.DashReader),
    Contender("Dash, compressed", "Dash, compressed", choose=in_dash, reader=readers.DashReader),
    Contender("Panel", "Panel", "/with_panel", choose=in_panel, reader=readers.PanelReader),
    Contender("Datasette", "Datasette", "/rivals/figures?_size=100", shown="table.rows-and-columns tbody tr"),
    Contender("static", "static"),
)


@dataclass(frozen=True)
class Server:
    """A running server: its address, and its process where it is one of its own."""

    base: str
    process: psutil.Process | None = None


@dataclass(frozen=True)
class _Start:
    """How a server is started, and the path at which it answers when it is ready."""

    command: Callable[[str, str], list[str]]
    ready: str = "/"
    folder: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)


def _streamlit(python: str, port: str) -> list[str]:
    settings = ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    return [python, "-m", "streamlit", "run", str(APPS / "with_streamlit.py"), "--server.port", port, *settings]


def _dash(python: str, port: str) -> list[str]:
    threads = ["--workers", "1", "--threads", "4", "--no-control-socket"]
    return [python, "-m", "gunicorn", "with_dash:server", "--bind", f"127.0.0.1:{port}", *threads]


def _panel(python: str, port: str) -> list[str]:
    return [python, "-m", "panel", "serve", str(APPS / "with_panel.py"), "--warm", "--port", port]


def _datasette(python: str, port: str) -> list[str]:
    return [python, "-m", "datasette", "serve", "rivals.db", "--port", port]


_STARTS = {
    "dashboard": _Start(lambda _, port: serving.command(int(port)), "/healthz", ROOT),
    "Streamlit": _Start(_streamlit, "/_stcore/health"),
    "Dash": _Start(_dash),
    "Dash, compressed": _Start(_dash, environment={"RIVALS_COMPRESS": "1"}),
    "Panel": _Start(_panel, "/with_panel"),
    "Datasette": _Start(_datasette),
}


@contextmanager
def servers(python: Path, folder: Path) -> Iterator[dict[str, Server]]:
    """All of them at once, by name; `python` is that of the environment with the rivals."""
    os.environ["RIVALS_DATA"] = str(ROOT / "data")
    # The page's own module: what is the same for all of them.
    from benchmarks.rivals.apps import page

    table = page.read()
    with sqlite3.connect(folder / "rivals.db") as database:
        table.to_sql("figures", database, index=False)
    charts = [Chart(figure.to_json(), 1100, 450) for figure in (page.by_city(table), page.by_year(table))]
    with ExitStack() as stack:
        found = {}
        for name, start in _STARTS.items():
            port = str(serving.free_port())
            base = f"http://127.0.0.1:{port}"
            process = stack.enter_context(
                running(
                    start.command(str(python), port),
                    base + start.ready,
                    folder=start.folder or folder,
                    log=folder / f"{name}.log",
                    # The dashboard runs as it is; the others find the page's module.
                    environment={} if start.folder else {"PYTHONPATH": str(APPS), **start.environment},
                )
            )
            found[name] = Server(base, process)
        found["static"] = Server(stack.enter_context(static_page(charts)).rstrip("/"))
        yield found
