"""The server: what it answers, how packed, with which headers, and when it refuses to start."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path

import brotli
import pytest
import streamlit
import zstandard
from fontTools.ttLib import TTFont
from playwright.sync_api import Page, expect

from ledger import dataset
from tests.serving import ROOT, command, free_port
from tests.test_browser import settled
from web import frontend, icon_font
from web.sockets import send_at_once

PAGES = ["/", "/spending", "/sovereignty", "/models", "/city", "/evidence", "/initiative", "/data"]
STATIC = Path(streamlit.__file__).parent / "static"
DECODE = {"br": brotli.decompress, "gzip": gzip.decompress, "zstd": zstandard.decompress}


def get(address: str, encoding: str = "identity") -> tuple[int, Message, bytes]:
    request = urllib.request.Request(address, headers={"Accept-Encoding": encoding})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def chunks(server: str) -> list[str]:
    return re.findall(r'(?:href|src)="\./(static/js/[^"]+)"', get(server)[2].decode())


def as_it_lies_there(chunk: str) -> bytes:
    own = frontend.CHARTS / Path(chunk).name
    packed = own.with_name(f"{own.name}.br")
    if packed.is_file():
        return bytes(brotli.decompress(packed.read_bytes()))
    return (own if own.is_file() else STATIC / chunk).read_bytes()


def test_messages_are_sent_when_they_are_written_whoever_opened_the_socket() -> None:
    def taken(listening: socket.socket) -> int:
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as connection:
            return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    one, other = socket.socketpair()
    with socket.socket(socket.AF_INET) as listening, one, other:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert taken(listening) == 0
        send_at_once()
        assert taken(listening) != 0
        assert listening.fileno() != -1


def test_healthz_says_ready_and_names_the_data_version(server: str) -> None:
    status, headers, body = get(f"{server}/healthz")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    said = json.loads(body)
    assert said.pop("since")
    assert said == {"status": "ready", "data_version": dataset.facts().version, "place": "data"}


@pytest.mark.parametrize("address", [*PAGES, "/healthz", "/geo/world_110m.json", "/_stcore/health"])
def test_every_answer_carries_the_security_headers(server: str, address: str) -> None:
    status, headers, _ = get(server + address)
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in re.findall(r"script-src [^;]*", policy)[0]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_the_page_has_its_own_title_and_preloads_what_charts_need(server: str) -> None:
    html = get(server)[2].decode()
    assert "<title>Municipal AI Investment Dashboard</title>" in html
    for chunk in ("plotly", "PlotlyChart", "protobuf", "Multiselect"):
        assert re.search(rf'<link rel="modulepreload" crossorigin href="\./static/js/{chunk}\.', html), chunk


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_browser_files_come_compressed_and_unchanged(server: str, encoding: str) -> None:
    for chunk in chunks(server):
        status, headers, body = get(f"{server}/{chunk}", encoding)
        assert (status, headers["Content-Encoding"]) == (200, encoding)
        assert "immutable" in headers["Cache-Control"]
        assert headers["Vary"] == "Accept-Encoding"
        assert headers["Content-Type"].startswith("text/javascript")
        assert DECODE[encoding](body) == as_it_lies_there(chunk)


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd"])
@pytest.mark.parametrize("address", ["/", "/spending", "/geo/world_110m.json", "/api/v1/tables/cities.csv"])
def test_what_is_made_on_request_is_compressed_and_unchanged(server: str, address: str, encoding: str) -> None:
    _, headers, body = get(server + address, encoding)
    assert headers["Content-Encoding"] == encoding
    decode = zstandard.ZstdDecompressor().decompressobj().decompress if encoding == "zstd" else DECODE[encoding]
    assert decode(body) == get(server + address)[2]


def test_a_client_that_accepts_no_compression_gets_none(server: str) -> None:
    assert "Content-Encoding" not in get(server)[1]
    for chunk in chunks(server):
        _, headers, body = get(f"{server}/{chunk}")
        assert "Content-Encoding" not in headers
        assert body == as_it_lies_there(chunk)


def test_fonts_are_not_compressed_twice(server: str) -> None:
    font = re.findall(r'"\./(static/media/[^"]+woff2)"', get(server)[2].decode())[0]
    _, headers, body = get(f"{server}/{font}", "gzip, br, zstd")
    assert "Content-Encoding" not in headers
    assert body == (STATIC / font).read_bytes()


def test_the_small_font_of_icons_is_of_the_installed_streamlit_and_has_every_icon_in_use(server: str) -> None:
    large = icon_font.original()
    small = icon_font.FOLDER / large.name
    assert small.is_file(), "Streamlit's font has changed: run `python -m web.icon_font`."
    wanted = icon_font.named() & icon_font.icons(TTFont(large)).keys()
    missing = wanted - icon_font.icons(TTFont(small)).keys()
    assert not missing, "Run `python -m web.icon_font`."
    assert get(f"{server}/static/media/{large.name}")[2] == small.read_bytes()


def test_land_for_maps_is_served_from_here(server: str) -> None:
    _, headers, body = get(f"{server}/geo/world_110m.json")
    assert "max-age" in headers["Cache-Control"]
    assert {"land", "countries", "coastlines"} <= json.loads(body)["objects"].keys()


@pytest.mark.browser
@pytest.mark.parametrize("address", PAGES)
def test_pages_open_without_errors_or_outside_requests(page: Page, address: str) -> None:
    response = page.goto(address)
    assert response is not None
    assert response.status == 200
    page.get_by_role("heading", level=1).first.wait_for(timeout=30_000)
    page.wait_for_load_state("networkidle")


@pytest.mark.browser
@pytest.mark.parametrize("address", PAGES)
def test_a_page_that_begins_with_a_map_and_no_other_names_the_land_in_its_head_and_asks_for_it_once(
    server: str, page: Page, address: str
) -> None:
    named = '<link rel="preload" as="fetch" crossorigin href="/geo/' in get(server + address)[2].decode()
    assert named == (address == "/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    if named:
        page.locator(".js-plotly-plot .geo path").first.wait_for(state="attached", timeout=60_000)
    page.wait_for_load_state("networkidle")
    assert len([file for file in asked if "/geo/" in file]) == named


@pytest.mark.browser
def test_a_map_asks_for_the_land_once_it_comes_near(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/")
    settled(page)
    expect(page.locator(".st-key-filters")).to_be_visible()
    settled(page)
    assert not [file for file in asked if "/geo/" in file]
    page.locator(".st-key-card_initiatives-map .stPlotlyChart").scroll_into_view_if_needed()
    page.locator(".js-plotly-plot .geo path").first.wait_for(state="attached", timeout=60_000)
    assert len([file for file in asked if "/geo/" in file]) == 1


@pytest.mark.browser
def test_a_page_asks_for_the_server_once_and_at_its_root(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/spending")
    page.get_by_role("heading", level=1).first.wait_for(timeout=30_000)
    assert not [address for address in asked if "/spending/_stcore" in address]


def test_a_broken_package_is_refused_at_start_with_every_fault(tmp_path: Path) -> None:
    for part in ("app.py", "dashboard.py", "web", "api", "components", "ledger", "data", ".streamlit"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tmp_path / part)
    funding = tmp_path / "data" / "funding.csv"
    funding.write_text(funding.read_text().replace(",announced,", ",rumoured,", 1))
    cities = tmp_path / "data" / "cities.csv"
    cities.write_text(cities.read_text() + cities.read_text().splitlines()[1] + "\n")

    run = subprocess.run(command(free_port()), cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert run.returncode == 1
    assert "rumoured" in run.stderr
    assert "cities" in run.stderr
    assert "Traceback" not in run.stderr + run.stdout
