"""Another package than the built-in one: every page stands, nothing speaks of ours, and a change comes whole."""

from __future__ import annotations

import gc
import json
import logging
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ledger import dataset, views
from ledger.brand import OWN_ACCENT, brand_of, contrast, readable
from ledger.selection import Selection
from ledger.tables import BrokenPackage
from ledger.watch import Watch
from tests.foreign import CITY, TITLE, rename_initiative, write_foreign
from tests.serving import ROOT, serve
from tests.test_pages import PAGES, SECONDS, texts

SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><path d='M0 0h1v1z'/></svg>"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The built-in package is served again after each test."""
    before = dataset.served()
    yield
    dataset.serve(before)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_foreign(tmp_path_factory.mktemp("foreign") / "aberdeen")


@pytest.fixture(scope="module")
def foreign(made: Path) -> dataset.Served:
    return dataset.read(made)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "package"))


# Pages


@pytest.mark.parametrize("query", [{}, {"city": CITY}])
@pytest.mark.parametrize("page", [*PAGES, "initiative"])
def test_every_page_stands_and_none_speaks_of_our_data(
    foreign: dataset.Served, page: str, query: dict[str, str]
) -> None:
    dataset.serve(foreign)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=SECONDS)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(f"app_pages/{page}.py")
    app.run()
    assert not app.exception
    said = texts(app)
    for word in ("Rio", "Seoul", "Argentine", "GeoNames figures; some"):
        assert word not in said, word
    if not query:
        # Nothing was narrowed: what is missing is missing in the data, and no filter is to blame.
        assert "No rows are left" not in said
        assert not [button for button in app.button if button.label == "Clear all filters"]


@pytest.mark.parametrize("name", list(views.VIEWS))
def test_every_view_has_its_table(foreign: dataset.Served, name: str) -> None:
    table = views.table(name, foreign.facts, Selection())
    assert list(table.columns) == list(views.VIEWS[name].origin)


# The face


def test_title_and_introduction_fall_back_to_those_of_the_package(made: Path) -> None:
    raw = json.loads((made / "datapackage.json").read_text())
    descriptor = dataset.facts().descriptor
    assert brand_of(descriptor).title == "Municipal AI Investment Dashboard"
    assert brand_of(descriptor).accent == OWN_ACCENT
    bare = type(descriptor)({key: value for key, value in raw.items() if key != "dashboard"})
    assert brand_of(bare).title == TITLE
    assert brand_of(bare).intro == "What one city does with AI."


@given(st.from_regex("#[0-9a-fA-F]{6}", fullmatch=True))
def test_any_accent_can_be_read_on_both_grounds(colour: str) -> None:
    accent = readable(colour)
    assert contrast(accent.light, "#FCFBF8") >= 4.5
    assert contrast(accent.dark, "#14161A") >= 4.5


@pytest.mark.parametrize(
    ("brand", "expected"),
    [
        ({"accent": "red"}, "a colour such as #0B5FA5"),
        ({"logo": "../logo.svg"}, "a path inside the folder of the package"),
        ({"logo": "logo.exe"}, "SVG, PNG or WebP"),
        ({"logo": "missing.svg"}, "a file that can be read"),
        ({"colour": "#123456"}, "one of title, intro, logo, accent"),
        ({"title": " "}, "a text as `dashboard.title`"),
    ],
)
def test_a_face_that_is_not_right_is_a_fault(tmp_path: Path, brand: dict[str, str], expected: str) -> None:
    folder = write_foreign(tmp_path / "package", **brand)
    with pytest.raises(BrokenPackage) as broken:
        dataset.read(folder)
    assert expected in str(broken.value)


# A change


def wait(done: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.05)


@pytest.fixture
def watched(folder: Path, foreign: dataset.Served) -> Iterator[Path]:
    """A package that is served and watched."""
    dataset.serve(dataset.read(folder))
    stop = threading.Event()
    thread = threading.Thread(target=Watch(str(folder), quiet=0.4).run, args=(stop,), daemon=True)
    thread.start()
    yield folder
    stop.set()
    thread.join(10)


def test_a_slow_copy_is_never_served_half(watched: Path, tmp_path: Path) -> None:
    old = dataset.facts().version
    newer = Path(shutil.copytree(watched, tmp_path / "newer"))
    rename_initiative(newer, "Another name")
    seen = set()
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            facts = dataset.facts()
            names = views.table("initiatives-register", facts, Selection())["initiative"]
            seen.add((facts.version == old, "Another name" in set(names)))
            time.sleep(0.01)

    reader = threading.Thread(target=ask)
    reader.start()
    for file in sorted(newer.iterdir()):
        content = file.read_bytes()
        with (watched / file.name).open("wb") as out:
            for start in range(0, len(content), max(1, len(content) // 3)):
                out.write(content[start : start + max(1, len(content) // 3)])
                out.flush()
                time.sleep(0.02)
    wait(lambda: dataset.facts().version != old)
    time.sleep(0.1)
    stop.set()
    reader.join()
    assert seen == {(True, False), (False, True)}
    assert dataset.refused() is None


def test_a_broken_change_is_refused_with_its_faults_and_the_old_one_stays(
    watched: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = dataset.facts().version
    good = (watched / "initiatives.csv").read_text()
    with caplog.at_level(logging.ERROR):
        (watched / "initiatives.csv").write_text(good.replace(",operating,", ",promised,"))
        wait(lambda: dataset.refused() is not None)
    refused = dataset.refused()
    assert refused
    assert dataset.facts().version == old
    assert any("promised" in fault for fault in refused.faults)
    assert "promised" in caplog.text

    (watched / "initiatives.csv").write_text(good)
    rename_initiative(watched, "Mended")
    wait(lambda: dataset.facts().version != old)
    assert dataset.refused() is None


def test_a_span_keeps_its_version_whatever_comes_meanwhile(foreign: dataset.Served) -> None:
    ours = dataset.facts()
    with dataset.one_version():
        dataset.serve(foreign)
        assert dataset.facts() is ours
        with dataset.one_version():
            assert dataset.facts() is ours
    assert dataset.facts() is foreign.facts


def test_a_version_that_nobody_needs_is_let_go(folder: Path) -> None:
    dataset.serve(dataset.read(folder))
    facts, kept = weakref.ref(dataset.facts()), dataset.served().folder
    for name in views.VIEWS:
        views.table(name, dataset.facts(), Selection())
    assert kept.exists()
    rename_initiative(folder, "Another")
    dataset.serve(dataset.read(folder))
    gc.collect()
    assert facts() is None
    assert not kept.exists()


def test_writers_that_are_killed_leave_a_package_that_is_served(watched: Path) -> None:
    program = (
        "import sys, pathlib; from ledger.writing import write_package\n"
        "folder = pathlib.Path(sys.argv[1]); text = (folder / 'claims.csv').read_bytes()\n"
        "print('begun', flush=True)\n"
        "rows = (folder / 'initiatives.csv').read_bytes()\n"
        "while True: write_package(folder, {'claims.csv': text, 'initiatives.csv': rows})\n"
    )
    for seconds in (0.0, 0.11, 0.37):
        command = [sys.executable, "-c", program, str(watched)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(seconds)
            writer.kill()
        assert dataset.read(watched).facts.tables["initiatives"].equals(dataset.facts().tables["initiatives"])
    assert dataset.refused() is None


# As a server


def get(address: str) -> tuple[str, str]:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.read().decode(), answer.headers.get("Content-Security-Policy", "")


def test_a_server_on_another_package_bears_its_face_and_takes_up_a_change(tmp_path: Path) -> None:
    folder = write_foreign(tmp_path / "package", accent="#7A1F5C", intro="All <of> it.", logo="logo.svg")
    (folder / "logo.svg").write_text(SVG)
    with serve(tmp_path / "log.txt", data=folder) as base:
        health = json.loads(get(f"{base}/healthz")[0])
        assert (health["status"], health["place"]) == ("ready", "package")
        page, _ = get(base)
        assert f"<title>{TITLE}</title>" in page
        assert "All &lt;of&gt; it." in page
        logo, policy = get(f"{base}/logo")
        assert logo == SVG
        assert "sandbox" in policy
        for path in ("/c", "/feed.atom", f"/c/{CITY}", "/api/v1/openapi.json", "/embed/funding-by-city"):
            said, _ = get(base + path)
            assert TITLE in said, path
            assert "Municipal AI Investment Dashboard" not in said, path
            assert "rio-de-janeiro" not in said, path

        rename_initiative(folder, "Something quite new")
        wait(lambda: json.loads(get(f"{base}/healthz")[0])["data_version"] != health["data_version"])
        assert "Something quite new" in get(f"{base}/api/v1/views/initiatives-register.csv")[0]

        (folder / "cities.csv").write_text("id\n")
        wait(lambda: "refused" in json.loads(get(f"{base}/healthz")[0]))
        refused = json.loads(get(f"{base}/healthz")[0])["refused"]
        assert refused["count"] == len(refused["faults"]) > 0
        assert "Something quite new" in get(f"{base}/api/v1/views/initiatives-register.csv")[0]
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


def test_a_server_does_not_start_on_a_package_that_is_not_right(tmp_path: Path) -> None:
    folder = write_foreign(tmp_path / "package")
    (folder / "cities.csv").write_text("id\n")
    with pytest.raises(RuntimeError, match=r"cities, row 1, column name"), serve(tmp_path / "log.txt", data=folder):
        pass
