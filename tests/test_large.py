"""A package that is too large for memory: the same views, in parts, as streams, and sentences where that is no way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from api.app import app
from components import share
from ledger import dataset, places, tables, views
from ledger.arrow import as_pandas
from ledger.effects import effect
from ledger.engines import engine_at, waiting_in
from ledger.engines.waiting import waited
from ledger.exports import to_csv
from ledger.facts import Facts, facts_of
from ledger.package import package_zip
from ledger.selection import Selection
from ledger.views import rows
from tests.engines import SELECTIONS
from tests.serving import ROOT
from web.middleware import Sentences

GROWING = [name for name, view in views.VIEWS.items() if view.grows]
CITY = Selection(city=("rio-de-janeiro",))


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    """The built-in package counts as too large for memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "LARGE", 100)
        patch.setattr(rows, "MOST", 60)
        yield patch


@pytest.fixture(scope="module")
def large(patched: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    with places.opened(places.DATA) as files:
        opened = tables.open_files(files, tmp_path_factory.mktemp("large"))
    return facts_of(opened, engine=engine_at("duckdb"))


@pytest.fixture
def served(patched: pytest.MonkeyPatch) -> Iterator[Facts]:
    before = dataset.served()
    made = dataset.read(places.DATA)
    dataset.serve(made)
    yield made.facts
    dataset.serve(before)


def small() -> Facts:
    return facts_of(tables.open_package(places.DATA))


def test_money_lies_in_a_file_and_the_rest_in_memory(large: Facts) -> None:
    assert set(large.tables.files) == {"funding"}
    assert large.tables.names == small().tables.names
    assert large.tables.size("funding") == len(small().tables["funding"])
    with pytest.raises(tables.TooManyRows, match=r"The table funding has \d+ rows"):
        large.tables["funding"]


def test_rows_of_the_file_are_those_of_the_table_anywhere_in_it(large: Facts) -> None:
    whole = small().tables["funding"]
    for start, end in ((0, 5), (100, 260), (len(whole) - 3, len(whole) + 10), (len(whole) + 1, len(whole) + 9)):
        part = large.tables.part("funding", start, end).reset_index(drop=True)
        pd.testing.assert_frame_equal(part, whole.iloc[start:end].reset_index(drop=True))


@pytest.mark.parametrize("view", views.VIEWS)
def test_parts_put_together_are_the_table(large: Facts, view: str) -> None:
    for selection in SELECTIONS[:6]:
        whole = views.table(view, SMALL, selection).reset_index(drop=True)
        number = views.size(view, large, selection)
        assert number == len(whole)
        parts = [views.part(view, large, selection, start, start + 50) for start in range(0, max(number, 1), 50)]
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole, check_exact=True)
        streamed = as_pandas(pa.concat_tables(views.batches(view, large, selection)))
        pd.testing.assert_frame_equal(streamed, whole, check_exact=True)


SMALL = small()


@pytest.mark.parametrize("view", GROWING)
def test_a_table_that_is_too_long_is_refused_with_its_number_of_rows(large: Facts, view: str) -> None:
    number = views.size(view, large, Selection())
    if number > rows.MOST:
        with pytest.raises(views.TooManyRows, match=f"has {number:,} rows"):
            views.table(view, large, Selection())
    else:
        assert len(views.table(view, large, Selection())) == number


def test_at_least_half_of_the_growing_views_are_too_long_here(large: Facts) -> None:
    assert sum(views.size(view, large, Selection()) > rows.MOST for view in GROWING) >= len(GROWING) / 2


def test_behind_a_row_stand_the_counted_figures_first(large: Facts) -> None:
    for row in views.table("funding-by-city", large, Selection()).head(12).to_dict("records"):
        found, number = views.rows_behind("funding-by-city", row, large, Selection(), 20)
        every, all_of_them = views.rows_behind("funding-by-city", row, SMALL, Selection(), 20)
        assert number == all_of_them
        pd.testing.assert_frame_equal(found, every, check_exact=True)


def test_what_is_left_out_as_disputed_is_counted_and_changes_of_long_lists_are_not_told(large: Facts) -> None:
    selection = Selection(disputed="exclude")
    found, known = (effect("funding-by-city", facts, selection) for facts in (large, SMALL))
    assert found
    assert known
    assert (found.left_out, found.rows) == (known.left_out, known.rows)
    assert len(found.changes) == len(known.changes) > 0
    register = effect("evidence-support", large, selection)
    assert register
    assert register.changes.empty
    assert register.left_out > 0


def test_the_api_streams_what_it_gives_for_a_small_package(served: Facts) -> None:
    with TestClient(app) as client:
        for path in ("/v1/views/funding-register.csv", "/v1/tables/funding.csv", "/v1/views/evidence-support.csv"):
            answer = client.get(path)
            assert answer.status_code == 200, answer.text
            name = path.split("/")[-1].removesuffix(".csv")
            table = SMALL.tables["funding"] if name == "funding" else views.table(name, SMALL, Selection())
            assert answer.content == to_csv(table)
            assert answer.headers["X-Total-Rows"] == str(len(table))
        page = client.get("/v1/views/funding-register.json?limit=7&offset=100").json()
        assert [row["funding_id"] for row in page["rows"]] == list(
            views.table("funding-register", SMALL, Selection())["funding_id"][100:107]
        )
        refused = client.get("/v1/package.zip")
        assert refused.status_code == 400
        assert "too large for one ZIP file" in refused.json()["message"]


def test_a_workbook_that_a_sheet_cannot_hold_is_refused_in_words(
    served: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.exports.SHEET_ROWS", 101)
    with TestClient(app) as client:
        answer = client.get("/v1/views/funding-register.xlsx")
        assert answer.status_code == 400
        assert "A sheet of Excel holds 100 rows" in answer.json()["message"]
        assert client.get("/v1/views/funding-register.xlsx?city=rio-de-janeiro&stage=spent").status_code == 200


def test_a_package_of_it_is_refused(large: Facts) -> None:
    with pytest.raises(views.TooManyRows, match="too large for one ZIP file"):
        package_zip(large, Selection(), "")


@pytest.mark.parametrize("page", ["overview", "spending", "sovereignty", "models", "evidence", "data"])
def test_every_page_is_drawn_or_says_what_is_too_long(served: Facts, page: str) -> None:
    ran = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120).run()
    if page != "overview":
        ran.switch_page(f"app_pages/{page}.py").run()
    assert not ran.exception, ran.exception
    assert len(ran.get("html")) > 1 or ["cannot be held at once" in said.value for said in ran.info] == [True]


def test_an_engine_that_the_environment_names_wrongly_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_ENGINE", "postgres")
    with pytest.raises(OSError, match="DASHBOARD_ENGINE: There is no engine “postgres”"):
        dataset.read(places.DATA)


def test_the_environment_names_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_ENGINE", "pandas")
    assert dataset.read(places.DATA).facts.engine.address == "pandas"


def test_a_large_file_says_how_large_it_is_before(large: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share, "facts", lambda: large)
    monkeypatch.setattr(share, "_LARGE", 100)
    monkeypatch.setattr(share, "is_dark", lambda: False)
    labels = dict(share.files(views.VIEWS["funding-register"], CITY))
    shown = views.size("funding-register", large, CITY)
    assert 1 < shown < 100
    assert labels[CITY.address("/api/v1/views/funding-register.csv")] == f"CSV of what is shown: {shown} rows"
    whole = to_csv(views.table("funding-register", SMALL, Selection()))
    said = labels["/api/v1/views/funding-register.csv"]
    rows, _, kilobytes = said.removeprefix("CSV of everything: ").partition(" rows, about ")
    assert int(rows) == len(SMALL.tables["funding"])
    assert float(kilobytes.removesuffix(" kB")) == pytest.approx(len(whole) / 1000, rel=0.25)


def test_what_cannot_be_drawn_is_answered_in_a_sentence(large: Facts) -> None:
    def chart(request: Request) -> Response:
        return PlainTextResponse(str(len(views.table(request.path_params["view"], large, Selection()))))

    routes = [Route("/chart/{view}", chart)]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(Sentences)])) as client:
        assert client.get("/chart/funding-ladder").text.isdigit()
        refused = client.get("/chart/funding-double-counts")
    assert refused.status_code == 400
    assert "cannot be held at once. Take them as a file" in refused.text


# Waiting


class Unwanted(Exception):
    """The reader has gone on."""


def waits(look: Callable[[], None], aside: list[str]) -> Callable[[], object]:
    @contextmanager
    def how() -> Iterator[Callable[[], None]]:
        aside.append("gone")
        yield look
        aside.append("back")

    return how


def test_a_slow_query_ends_when_nobody_wants_it_any_more() -> None:
    ended = threading.Event()

    def unwanted() -> None:
        raise Unwanted

    with pytest.raises(Unwanted), waiting_in(waits(unwanted, [])):  # type: ignore[arg-type]
        waited(lambda: ended.wait(60), ended.set)
    assert ended.is_set()


def test_others_have_their_turn_while_a_query_is_slow_and_not_for_a_quick_one() -> None:
    aside: list[str] = []
    with waiting_in(waits(lambda: None, aside)):  # type: ignore[arg-type]
        assert waited(lambda: "quick", lambda: None) == "quick"
        assert aside == []
        assert waited(lambda: time.sleep(0.3) or "slow", lambda: None) == "slow"
        assert aside == ["gone", "back"]


def test_a_query_of_duckdb_is_interrupted(large: Facts, tmp_path: Path) -> None:
    engine = large.engine
    long = pd.DataFrame({"n": range(200_000)})
    frame = engine.frame(long)
    with engine.turn():
        endless = frame.join(frame, how="cross", suffix="_other")
    looks: list[float] = []

    def unwanted() -> None:
        looks.append(time.monotonic())
        if len(looks) == 3:
            raise Unwanted

    with pytest.raises(Unwanted), waiting_in(waits(unwanted, [])):  # type: ignore[arg-type]
        engine.collected(endless)
    # The engine goes on with others' queries.
    assert len(engine.collected(frame)) == len(long)
