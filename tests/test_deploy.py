"""What operators are given: nginx before several processes, a container, a unit of systemd."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookiejar import CookieJar
from pathlib import Path

import brotli
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect
from starlette.requests import Request

from benchmarks.reader import Reader
from components.upload import LIMIT
from tests import loops
from tests.balancing import balanced, write
from tests.serving import ROOT, free_port, start, wait_for
from tests.test_browser import go, settled
from tests.test_turns import until
from tests.test_upload import give
from tests.test_validate import as_csv, broken_rows, good_rows
from web import frontend
from web.brief import brief

DEPLOY = ROOT / "deploy"
#: What is read elsewhere, and so must name the address that readers use.
LEAVING = ("/feed.atom", "/sitemap.xml", "/brief/rio-de-janeiro", "/api/v1/croissant.json")


class Several:
    """Two processes of the dashboard behind nginx."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = (free_port(), free_port())
        self.running = {number: ExitStack() for number in (1, 2)}

    def start(self, number: int) -> None:
        log = self.folder / f"process-{number}.txt"
        self.running[number].enter_context(start(log, port=self.ports[number - 1]))

    def stop(self, number: int) -> None:
        self.running[number].close()

    def answered(self, path: str, least: int = 1) -> list[int]:
        """The processes that have answered for paths with this beginning, in order, once there are so many answers.

        nginx writes a line when an answer has gone out: whoever has it may be quicker.
        """
        until(lambda: len(self._answered(path)) >= least)
        return self._answered(path)

    def _answered(self, path: str) -> list[int]:
        asked = [line.rsplit(" ", 3) for line in (self.folder / "access.log").read_text().splitlines()]
        return [self.ports.index(int(who.rsplit(":")[-1])) + 1 for who, _, path_, _ in asked if path_.startswith(path)]


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    processes = Several(tmp_path_factory.mktemp("several"))
    try:
        processes.start(1)
        processes.start(2)
        yield processes
    finally:
        processes.stop(1)
        processes.stop(2)


@pytest.fixture(scope="module")
def base(several: Several) -> Iterator[str]:
    with balanced(several.folder, several.ports) as address:
        yield address


class Visitor:
    """A program that keeps cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> bytes:
        with self.opener.open(self.base + path, timeout=30) as answer:
            assert answer.status == 200
            return bytes(answer.read())

    @property
    def process(self) -> str | None:
        return next((cookie.value for cookie in self.cookies if cookie.name == "dashboard"), None)


def test_nginx_accepts_the_settings(tmp_path: Path) -> None:
    command = write(tmp_path, (free_port(), free_port()), free_port())
    run = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "[warn]" not in run.stderr


def test_readers_are_spread_over_the_processes_and_each_stays_on_one(several: Several, base: str) -> None:
    visitors = [Visitor(base) for _ in range(6)]
    for visitor in visitors:
        visitor.get("/")
    chosen = [int(visitor.process or 0) for visitor in visitors]
    assert set(chosen) == {1, 2}
    before = len(several.answered("/c", 0))

    for visitor in visitors:
        for _ in range(4):
            visitor.get("/c")

    assert several.answered("/c", before + 24)[before:] == [process for process in chosen for _ in range(4)]
    assert [int(visitor.process or 0) for visitor in visitors] == chosen


@pytest.mark.parametrize(
    "path", ["/api/v1/views/funding-by-city.csv?city=rio-de-janeiro", "/api/v1/tables/funding.csv"]
)
def test_programs_get_files_as_one_process_gives_them_and_no_cookie(several: Several, base: str, path: str) -> None:
    program = Visitor(base)
    assert program.get(path) == Visitor(f"http://127.0.0.1:{several.ports[0]}").get(path)
    assert program.process is None


def test_what_the_dashboard_packs_comes_packed_once_and_may_be_kept(base: str) -> None:
    script = re.findall(r'"\./(static/js/index\.[^"]+)"', Visitor(base).get("/").decode())[0]
    request = urllib.request.Request(f"{base}/{script}", headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers.get_all("Content-Encoding") == ["br"]
        assert "immutable" in answer.headers["Cache-Control"]
        assert brotli.decompress(answer.read()) == (frontend.ROOT / script).read_bytes()


@pytest.mark.parametrize("path", LEAVING)
def test_addresses_that_leave_the_dashboard_are_those_that_readers_use(several: Several, base: str, path: str) -> None:
    said = Visitor(base).get(path).decode()
    assert base in said
    assert not [port for port in several.ports if f":{port}" in said]


def test_figures_for_operators_stay_inside(base: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404") as refused:
        urllib.request.urlopen(f"{base}/_stcore/metrics")
    refused.value.close()


def changed(base: str) -> str:
    """Open a page, change its filter over the websocket; the cookie that came with the connection."""

    async def read() -> str:
        async with Reader(base, "spending") as reader:
            await reader.choose(reader.cities[:1])
            assert reader.query.startswith("city=")
            assert reader.socket.response
            return reader.socket.response.headers.get("Set-Cookie", "")

    return loops.run(read())


def test_a_page_works_over_the_websocket(base: str) -> None:
    assert re.fullmatch(r"dashboard=[12]; Path=/; HttpOnly; SameSite=Lax", changed(base))


@pytest.fixture
def reader(browser: Browser, base: str) -> Iterator[Page]:
    context = browser.new_context(base_url=base, viewport={"width": 1400, "height": 950}, accept_downloads=True)
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_uploads_and_downloads_reach_the_process_of_their_reader(several: Several, base: str, reader: Page) -> None:
    rows, faults = broken_rows()
    go(reader, "/data")

    give(reader, "funding.csv", as_csv(rows).encode())
    expect(reader.get_by_text(f"{len(faults)} faults", exact=False).first).to_be_visible()
    with reader.expect_download() as download:
        reader.get_by_role("button", name=f"Download {len(faults)} faults as CSV").click()
    assert download.value.path().read_bytes().count(b"\r\n") == len(faults) + 1

    for path in ("/_stcore/upload_file/", "/media/"):
        assert {str(process) for process in several.answered(path)} == {cookie(reader)}


@pytest.mark.browser
def test_when_a_process_dies_its_readers_go_on_at_another_and_stay_there(
    several: Several, base: str, reader: Page
) -> None:
    go(reader, "/data?city=rio-de-janeiro")
    first = int(cookie(reader))
    other = 3 - first

    several.stop(first)
    # Whoever comes anew is served, and so is the reader, whose page connects again by itself.
    assert Visitor(base).get("/healthz")
    until(lambda: cookie(reader) == str(other))
    # The first change after that is lost, as docs/deploying.md says; the page stands as the address has it.
    reader.get_by_text("Public money only").click()
    expect(reader.get_by_role("switch", name="Public money only")).not_to_be_checked()
    settled(reader)
    reader.get_by_text("Public money only").click()
    reader.wait_for_url("**/data?city=rio-de-janeiro&public=only")
    settled(reader)

    # The first is back: what belongs to the session is still asked of the process that has it.
    several.start(first)
    given = len(several.answered("/_stcore/upload_file/"))
    give(reader, "funding.csv", as_csv([good_rows()[0] | {"id": "mine-1"}]).encode())
    expect(reader.get_by_text("1 row of your own")).to_be_visible()
    assert several.answered("/_stcore/upload_file/", given + 1)[-1] == other


def cookie(page: Page) -> str:
    return next(str(one["value"]) for one in page.context.cookies() if one["name"] == "dashboard")


def test_nginx_takes_files_as_large_as_the_dashboard_does() -> None:
    limit = re.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text())
    assert limit
    assert int(limit[1]) == LIMIT + 1


def test_a_brief_names_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_URL", "https://ai.example.org/")
    asked = Request(
        {
            "type": "http",
            "path": "/brief/rio-de-janeiro",
            "path_params": {"city": "rio-de-janeiro"},
            "query_string": b"",
            "headers": [],
            "server": ("10.0.0.7", 8501),
            "scheme": "http",
        }
    )
    said = bytes(brief(asked).body).decode()
    assert "https://ai.example.org/city?city=rio-de-janeiro" in said
    assert "10.0.0.7" not in said


def dockerfile() -> list[tuple[str, str]]:
    """The steps of the Dockerfile: instruction and what it says."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def test_the_image_holds_what_the_server_needs_and_nothing_else(tmp_path: Path) -> None:
    for what in (rest for word, rest in dockerfile() if word == "COPY"):
        *sources, target = what.split()
        for source in sources:
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, tmp_path / target)
    assert {path.name for path in tmp_path.iterdir()} == {
        *("requirements.txt", "app.py", "dashboard.py", ".streamlit", "app_pages", "api"),
        *("components", "ledger", "web", "data"),
    }

    with start(tmp_path / "log.txt", folder=tmp_path) as dashboard:
        assert json.loads(Visitor(dashboard.base).get("/healthz"))["status"] == "ready"
        changed(dashboard.base)


def test_what_is_copied_is_not_ignored() -> None:
    let_through = {line[1:] for line in ignored() if line.startswith("!")}
    copied = {source for word, rest in dockerfile() if word == "COPY" for source in rest.split()[:-1]}
    assert let_through == copied
    assert ignored()[0] == "*"
    assert ".streamlit/secrets.toml" in ignored()


def ignored() -> list[str]:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_the_image_is_pinned_unprivileged_and_looks_after_its_health(server: str) -> None:
    steps = dockerfile()
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", dict(steps)["FROM"])
    words = [word for word, _ in steps]
    assert words.index("USER") > max(place for place, word in enumerate(words) if word == "RUN")
    assert dict(steps)["USER"] not in ("0", "root")
    check = json.loads(dict(steps)["HEALTHCHECK"].partition("CMD ")[2])
    for port, code in ((server.rsplit(":")[-1], 0), (str(free_port()), 1)):
        asked = [sys.executable, *check[1:]]
        assert (
            subprocess.run(asked, env=os.environ | {"STREAMLIT_SERVER_PORT": port}, capture_output=True).returncode
            == code
        )


def test_the_composition_has_the_processes_that_nginx_knows() -> None:
    made = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    ports = {
        (name, str(service["environment"]["STREAMLIT_SERVER_PORT"]))
        for name, service in made.items()
        if "environment" in service
    }
    known = set(re.findall(r"server (\w+):(\d+)", (DEPLOY / "nginx.conf").read_text()))
    assert known == ports
    for name, service in made.items():
        assert ("ports" in service) == (name == "nginx"), "Nothing but nginx is reached from outside."
    assert re.fullmatch(r"nginx:\d+\.\d+\.\d+-\w+", made["nginx"]["image"])
    for mounted in made["nginx"]["volumes"]:
        assert (DEPLOY / mounted.partition(":")[0]).is_file()


def unit() -> str:
    return (DEPLOY / "dashboard@.service").read_text()


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    streamlit = Path(sys.executable).with_name("streamlit")
    text = unit().replace("/opt/dashboard/.venv/bin/streamlit", str(streamlit)).replace("/opt/dashboard", str(ROOT))
    made = tmp_path / "dashboard@8501.service"
    made.write_text(text)
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(text)
    assert set(parsed) == {"DEFAULT", "Unit", "Service", "Install"}
    assert parsed["Service"]["DynamicUser"] == "yes"
    if program := shutil.which("systemd-analyze"):
        run = subprocess.run([program, "verify", str(made)], capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (0, "")


def test_the_command_of_the_unit_starts_a_process_that_answers(tmp_path: Path) -> None:
    port = free_port()
    started = re.findall(r"^ExecStart=(.+)$", unit(), flags=re.MULTILINE)[0]
    command = started.replace("/opt/dashboard/.venv/bin/streamlit", f"{sys.executable} -m streamlit")
    with (tmp_path / "log.txt").open("w") as out:
        process = subprocess.Popen(command.replace("%i", str(port)).split(), cwd=ROOT, stdout=out, stderr=out)
    try:
        ready = re.findall(r"^ExecStartPost=(.+)$", unit(), flags=re.MULTILINE)[0].replace("%i", str(port)).split()
        wait_for(process, f"http://127.0.0.1:{port}/healthz", tmp_path / "log.txt", 60)
        if Path(ready[0]).exists():
            assert subprocess.run(ready, timeout=100).returncode == 0
        # It listens to this machine alone, and believes what nginx says of the address that readers used.
        for path in LEAVING:
            headers = {"Host": "ai.example.org", "X-Forwarded-Proto": "https"}
            with urllib.request.urlopen(
                urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
            ) as answer:
                assert "https://ai.example.org/" in answer.read().decode(), path
    finally:
        process.terminate()
        process.wait(20)
