"""The pages with a reader's own rows: marked on every page, and gone with one click."""

import threading
from collections.abc import Iterable
from typing import BinaryIO

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from components import own as own_rows
from components import turns, upload
from ledger import own
from ledger.facts import SIGN
from ledger.own_rows import OwnRows, read_own
from ledger.tables import Tables
from tests.serving import ROOT
from tests.test_own import BASE, OWN
from tests.test_pages import PAGES, SECONDS, address, follow, texts
from tests.test_validate import as_csv, broken_rows

FACTS = own.with_own(BASE, OWN)


def open_page(page: str, query: Iterable[tuple[str, str]] = ()) -> AppTest:
    """A page as a reader gets it who has added rows."""
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=SECONDS)
    app.session_state["own_rows"] = own_rows._Kept(OWN, FACTS)
    follow(app, query)
    app.switch_page(f"app_pages/{page}.py")
    return app.run()


@pytest.mark.parametrize("page", [*PAGES, "initiative"])
def test_a_page_says_that_rows_are_theirs_and_takes_them_away_with_one_click(page: str) -> None:
    app = open_page(page)
    assert not app.exception
    assert f"{SIGN} 7 rows of your own beside the dataset" in texts(app)

    app.button(key="own_remove").click().run()

    assert not app.exception
    assert SIGN not in texts(app)


@pytest.mark.parametrize("page", [*PAGES, "initiative"])
def test_a_page_without_rows_of_theirs_bears_no_sign(page: str) -> None:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=SECONDS)
    app.switch_page(f"app_pages/{page}.py")
    app.run()
    assert "own_banner" not in {container.key for container in app.get("container")}
    assert SIGN not in texts(app)


def test_cards_say_how_many_of_their_rows_are_the_readers() -> None:
    app = open_page("spending", [("city", "vila-exemplo")])
    assert not app.exception
    assert f"{SIGN} Yours, or changed by your rows: 1 of 1 row." in texts(app)


def test_the_page_of_a_city_of_theirs_tells_its_story_with_the_sign() -> None:
    app = open_page("city", [("city", "vila-exemplo")])
    assert not app.exception
    assert app.title[0].value == f"Vila Exemplo {SIGN}"
    assert f"{SIGN} yours" in texts(app)
    # The brief and the plain page hold the dataset alone: they are not offered.
    assert not [
        part for part in app.get("link_button") if "/brief/" in part.proto.url or part.proto.url.startswith("/c/")
    ]


def test_rows_that_no_longer_fit_a_changed_dataset_are_taken_away_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = open_page("overview")
    monkeypatch.setattr(own_rows, "faults_of", lambda rows, base: ("a fault",))
    app.session_state["own_rows"] = own_rows._Kept(OWN, own.with_own(own.with_own(BASE, {}), OWN))
    app.run()
    assert not app.exception
    assert "your rows no longer fit" in texts(app)
    assert SIGN not in texts(app)


def test_a_filter_on_what_was_theirs_goes_with_it_and_is_named() -> None:
    app = open_page("spending", [("city", "vila-exemplo"), ("stage", "contracted")])

    app.button(key="own_remove").click().run()

    assert not app.exception
    assert address(app) == {("stage", "contracted")}
    assert "“vila\\-exemplo” is not a value of the filter “city”" in texts(app)


def test_the_browser_and_the_server_take_files_of_the_same_size() -> None:
    assert config.get_option("server.maxUploadSize") == upload.LIMIT


def test_a_file_with_faults_is_read_once_however_often_the_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, faults = broken_rows()
    read = []

    def counted(name: str, content: BinaryIO, base: Tables, limit: int) -> OwnRows:
        read.append(name)
        return read_own(name, content, base, limit)

    monkeypatch.setattr(upload, "read_own", counted)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=SECONDS)
    app.switch_page("app_pages/data.py")
    app.run()
    app.file_uploader(key="own_file_0").set_value(("funding.csv", as_csv(rows).encode(), "text/csv")).run()
    for _ in range(2):
        app.run()
        assert not app.exception
        assert f"funding.csv has {len(faults)} faults" in app.error[0].value.replace("\\", "")
    assert read == ["funding.csv"]


def test_other_readers_have_their_turn_while_a_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    came = threading.Event()

    def other() -> None:
        with turns.turn():
            came.set()

    def slow(name: str, content: BinaryIO, base: Tables, limit: int) -> OwnRows:
        threading.Thread(target=other, daemon=True).start()
        assert came.wait(SECONDS), "Nobody else had a turn."
        return read_own(name, content, base, limit)

    monkeypatch.setattr(upload, "read_own", slow)
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=2 * SECONDS)
    app.switch_page("app_pages/data.py")
    app.run()
    app.file_uploader(key="own_file_0").set_value(("funding.csv", as_csv(broken_rows()[0]).encode(), "text/csv")).run()
    assert came.is_set()
    assert not app.exception
