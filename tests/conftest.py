"""What tests share: the running dashboard, and a browser that reports whatever goes wrong in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from tests.machine_setup import ARGUMENTS, HELP, find_chromium
from tests.serving import serve

# A machine that does other things at the same time is slow: no test is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def pytest_xdist_auto_num_workers() -> int:
    """As many processes as cores: each has a server and a browser beside it, and more get in each other's way."""
    return min(os.cpu_count() or 1, 4)


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "log.txt"


@pytest.fixture(scope="session")
def server(server_log: Path) -> Iterator[str]:
    """The address of the dashboard, started once."""
    with serve(server_log) as base:
        yield base


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed test that used the server shows what the server said."""
    report = yield
    log = getattr(item, "funcargs", {}).get("server_log")
    if report.failed and log is not None and log.exists():
        report.sections.append(("server's log, end", "\n".join(log.read_text().splitlines()[-40:])))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    assert path, HELP
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A fresh page, as wide as a desk. The test fails on errors in it and on requests that leave this host."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 950}, accept_downloads=True, locale="en-GB", base_url=server
    )
    faults: list[str] = []

    def guard(route: Route) -> None:
        if urlsplit(route.request.url).hostname in LOOPBACK:
            route.fallback()
        else:
            faults.append(f"asked an outside host: {route.request.url}")
            route.abort()

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"console: {message.text}")

    context.route(lambda address: urlsplit(address).scheme in ("http", "https"), guard)
    tab = context.new_page()
    tab.on("console", hear)
    tab.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    yield tab
    context.close()
    assert not faults, "\n".join(faults)
