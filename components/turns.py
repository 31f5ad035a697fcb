"""Runs of pages take turns.

Each reader's run is a thread of its own. They all need the interpreter's one lock, and threads that
fight over it get less done than one after the other: with 25 readers at once each of them waits
longer. So a run waits until it is its turn, first come, first served.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st


class Turns:
    """Lets one run on at a time, in the order in which they asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()
        self._here = threading.local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A span of this thread's own; it ends with whatever ends the run. Within another it changes nothing."""
        if self._has_it():
            yield
            return
        self._take()
        try:
            yield
        finally:
            self._give()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """A span in which this thread waits for something else, and others may have its turn; then it asks again."""
        if not self._has_it():
            yield
            return
        self._give()
        try:
            yield
        finally:
            self._take()

    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def _has_it(self) -> bool:
        return getattr(self._here, "has_it", False)

    def _take(self) -> None:
        with self._lock:
            called = threading.Event()
            if self._taken:
                self._waiting.append(called)
            else:
                self._taken = True
                called.set()
        called.wait()
        self._here.has_it = True

    def _give(self) -> None:
        """Hand the turn to whoever waits longest: nobody who comes now gets in before."""
        self._here.has_it = False
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


_turns = Turns()
turn, aside, waiting = _turns.turn, _turns.aside, _turns.waiting


@contextmanager
def aside_for_a_query() -> Iterator[Callable[[], None]]:
    """A span in which this run waits for a slow query; gives what ends the run where its reader has clicked on."""
    with aside():
        yield _look


def _look() -> None:
    """Whenever a run looks at its session, Streamlit ends it if it is not wanted any more."""
    st.session_state.get("page")
