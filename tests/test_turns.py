"""Runs take turns: one at a time, first come, first served, given back whatever ends a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner import RerunException, StopException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest

from components import turns
from components.turns import Turns
from tests.serving import ROOT

#: Seconds after which a test that waits for something fails.
LONG = 20


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end, "It never came true."
        time.sleep(0.001)


@contextmanager
def started(*runs: Callable[[], None]) -> Iterator[None]:
    """Threads that run while a test goes on, and end with it."""
    threads = [threading.Thread(target=run, daemon=True) for run in runs]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(LONG)
        assert not thread.is_alive()


def test_no_two_have_the_turn_at_once() -> None:
    one, inside, most = Turns(), 0, 0

    def run() -> None:
        nonlocal inside, most
        for _ in range(50):
            with one.turn():
                inside += 1
                most = max(most, inside)
                time.sleep(0)
                inside -= 1

    with started(*[run] * 8):
        pass

    assert (most, inside) == (1, 0)


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    one, order = Turns(), list[int]()

    def run(number: int) -> None:
        with one.turn():
            order.append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(10)]
    with one.turn():
        for number, thread in enumerate(threads):
            thread.start()
            until(lambda number=number: one.waiting() == number + 1)  # type: ignore[misc]
    for thread in threads:
        thread.join(LONG)

    assert order == list(range(10))


def test_nobody_who_comes_later_gets_in_before_one_who_waits() -> None:
    one, order = Turns(), list[str]()

    def wait() -> None:
        with one.turn():
            order.append("waited")

    with one.turn():
        thread = threading.Thread(target=wait)
        thread.start()
        until(lambda: one.waiting() == 1)
    with one.turn():
        order.append("came later")
    thread.join(LONG)

    assert order == ["waited", "came later"]


@pytest.mark.parametrize("end", [ValueError(), StopException(), RerunException(RerunData())])
def test_whatever_ends_a_run_gives_the_turn_back(end: BaseException) -> None:
    one, came = Turns(), threading.Event()

    def run() -> None:
        with one.turn():
            came.set()

    with pytest.raises(type(end)), one.turn():
        raise end
    with started(run):
        assert came.wait(LONG)


def test_a_turn_within_a_turn_is_the_same_turn() -> None:
    one = Turns()

    def run() -> None:
        with one.turn():
            pass

    thread = threading.Thread(target=run)
    with one.turn():
        with one.turn():
            pass
        thread.start()
        until(lambda: one.waiting() == 1)
    thread.join(LONG)


def test_others_have_their_turn_while_one_stands_aside() -> None:
    one, came = Turns(), threading.Event()

    def run() -> None:
        with one.turn():
            came.set()

    with started(run), one.turn(), one.aside():
        assert came.wait(LONG)


def test_who_stood_aside_has_the_turn_again_after_it_even_where_waiting_failed() -> None:
    one, came = Turns(), threading.Event()

    def run() -> None:
        with one.turn():
            came.set()

    with one.turn():
        with pytest.raises(OSError, match="refused"), one.aside():
            raise OSError("refused")
        thread = threading.Thread(target=run)
        thread.start()
        until(lambda: one.waiting() == 1)
        assert not came.is_set()
    thread.join(LONG)
    assert came.is_set()


def test_standing_aside_without_a_turn_changes_nothing() -> None:
    one, came = Turns(), threading.Event()

    def run() -> None:
        with one.aside():
            came.set()

    with one.turn(), started(run):
        assert came.wait(LONG)
        assert one.waiting() == 0


def test_the_dashboard_runs_when_it_is_its_turn() -> None:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)

    with turns.turn():
        reader = threading.Thread(target=app.run)
        reader.start()
        until(lambda: turns.waiting() == 1)
        assert not app.title
    reader.join(60)

    assert app.title
    assert not app.exception


PAGE = """
import streamlit as st
from components.turns import turn

with turn():
    asked = st.selectbox("End", ["well", "error", "stop", "rerun"])
    if asked == "error":
        raise ValueError("on purpose")
    if asked == "stop":
        st.stop()
    if asked == "rerun" and not st.session_state.get("again"):
        st.session_state["again"] = True
        st.rerun()
"""


@pytest.mark.parametrize("end", ["well", "error", "stop", "rerun"])
def test_a_run_of_streamlit_gives_its_turn_back_however_it_ends(tmp_path: Path, end: str) -> None:
    page = tmp_path / "page.py"
    page.write_text(PAGE)
    app = AppTest.from_file(str(page), default_timeout=LONG).run()
    app.selectbox[0].set_value(end).run()

    came = threading.Event()

    def run() -> None:
        with turns.turn():
            came.set()

    with started(run):
        assert came.wait(LONG), "The run kept its turn."
