"""An engine that does not answer, as a cluster that was lost: sentences, not tracebacks, and right again after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

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
from ledger import dataset, places, views
from ledger.engines import Unreachable, waiting_in
from ledger.engines.engine import Frame
from ledger.engines.in_polars import Polars
from ledger.engines.waiting import waited
from ledger.selection import Selection
from ledger.watch import Watch
from tests.serving import ROOT
from tests.test_large import waits
from web.middleware import Sentences

SAID = "The cluster at far://away does not answer. Start it."
CITY = Selection(city=("rio-de-janeiro",))


class Far(Polars):
    """An engine far away; whether anything is `there` is a matter of the place, not of one engine."""

    there = True

    def __init__(self) -> None:
        self.is_lost = False
        if not Far.there:
            raise Unreachable(SAID)

    def collected(self, frame: Frame) -> pa.Table:
        if not Far.there:
            self.is_lost = True
        if self.is_lost:
            raise Unreachable(SAID)
        return super().collected(frame)


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[dataset.Served]:
    """The dataset served from an engine far away."""
    monkeypatch.setattr(Far, "there", True)
    monkeypatch.setattr(dataset, "engine_at", lambda address: Far())
    monkeypatch.setattr(dataset, "AGAIN", 0.02)
    before = dataset.served()
    made = dataset.read(places.DATA)
    dataset.serve(made)
    yield made
    Far.there = True
    until(lambda: not dataset.served().facts.engine.is_lost)
    dataset.serve(before)


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; who waits forever is ended by whoever runs the tests."""
    while not is_so():
        time.sleep(0.02)


def test_the_api_says_that_it_cannot_answer_now_and_when_to_ask_again(far: dataset.Served) -> None:
    with TestClient(app) as client:
        contract = client.get("/v1/openapi.json").json()
        Far.there = False
        for form in ("csv", "json", "parquet", "xlsx"):
            answer = client.get(f"/v1/views/funding-by-city.{form}")
            assert answer.status_code == 503
            assert answer.json() == {"message": SAID}
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.headers["Cache-Control"] == "no-store"
    assert "503" in contract["paths"]["/v1/views/{view}.csv"]["get"]["responses"]


def test_when_it_is_back_the_facts_are_made_again(far: dataset.Served) -> None:
    Far.there = False
    with TestClient(app) as client:
        assert client.get("/v1/views/funding-by-city.csv").status_code == 503
        Far.there = True
        until(lambda: client.get("/v1/views/funding-by-city.csv").status_code == 200)
    again = dataset.served()
    assert again is not far
    assert not again.facts.engine.is_lost
    assert (again.facts.version, again.folder, again.since) == (far.facts.version, far.folder, far.since)
    pd.testing.assert_frame_equal(
        views.table("funding-by-city", again.facts, CITY), views.table("funding-by-city", dataset.facts(), CITY)
    )


def test_the_files_of_the_package_stay_when_the_facts_are_made_again(far: dataset.Served) -> None:
    folder = far.folder
    Far.there = False
    with pytest.raises(Unreachable):
        views.table("funding-by-city", far.facts, CITY)
    del far
    Far.there = True
    until(lambda: not dataset.served().facts.engine.is_lost)
    assert (folder / "datapackage.json").exists()


def test_what_was_worked_out_before_is_still_shown(far: dataset.Served) -> None:
    known = views.table("funding-by-city", far.facts, CITY)
    Far.there = False
    with pytest.raises(Unreachable):
        views.table("funding-by-city", far.facts, Selection(city=("seoul",)))
    pd.testing.assert_frame_equal(views.table("funding-by-city", far.facts, CITY), known)


@pytest.mark.parametrize("page", ["overview", "spending", "sovereignty", "models", "city", "evidence", "data"])
def test_every_page_says_it_in_a_sentence_and_is_drawn_when_it_is_tried_again(page: str, far: dataset.Served) -> None:
    Far.there = False
    ran = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120).run()
    if page != "overview":
        ran.switch_page(f"app_pages/{page}.py").run()
    assert not ran.exception, ran.exception
    assert {said.value for said in ran.error} == {SAID}
    again = next(button for button in ran.button if button.label == "Try again")
    Far.there = True
    until(lambda: not dataset.served().facts.engine.is_lost)
    again.click().run()
    assert not ran.exception, ran.exception
    assert not ran.error


def test_other_pages_say_it_too() -> None:
    def chart(request: Request) -> Response:
        if "away" in request.url.path:
            raise Unreachable(SAID)
        return PlainTextResponse("here")

    routes = [Route("/{where}", chart)]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(Sentences)])) as client:
        assert client.get("/here").text == "here"
        answer = client.get("/away")
    assert (answer.status_code, answer.text) == (503, SAID)
    assert int(answer.headers["Retry-After"]) > 0


def test_a_changed_package_is_taken_up_as_soon_as_the_engine_is_back(
    far: dataset.Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(str(places.DATA), quiet=0)
    monkeypatch.setattr("ledger.watch.stamp_of", lambda place: "another")
    Far.there = False
    watch.look()
    refused = dataset.refused()
    assert refused
    assert refused.faults == (SAID,)
    Far.there = True
    watch.look()
    assert dataset.refused() is None
    assert dataset.served() is not far


def test_a_query_that_will_never_end_is_given_up() -> None:
    def look() -> None:
        raise Unreachable(SAID)

    asked = threading.Event()
    try:
        with pytest.raises(Unreachable, match="far://away"):
            waited(asked.wait, lambda: None, look)
        with pytest.raises(Unreachable, match="far://away"), waiting_in(waits(lambda: None, [])):  # type: ignore[arg-type]
            waited(asked.wait, lambda: None, look)
        assert waited(lambda: "quick", lambda: None, look) == "quick"
    finally:
        asked.set()
