"""What happens while a query runs: others take their turn, and whoever no longer wants the answer ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, copy_context
from typing import TypeVar

Result = TypeVar("Result")

#: Seconds after which a query counts as slow, and between two looks at whether its answer is still wanted.
LOOK = 0.05

#: What is entered while a slow query runs. It gives a function that is called again and again, and
#: whose exception, if it raises one, ends the query.
Waiting = Callable[[], AbstractContextManager[Callable[[], None]]]
_waiting: ContextVar[Waiting | None] = ContextVar("waiting", default=None)
_queries = ThreadPoolExecutor(32, thread_name_prefix="query")


@contextmanager
def waiting_in(how: Waiting) -> Iterator[None]:
    """A span in which slow queries of this thread are waited for in this way."""
    before = _waiting.set(how)
    try:
        yield
    finally:
        _waiting.reset(before)


def waited(work: Callable[[], Result], cancel: Callable[[], None]) -> Result:
    """What `work` gives. Where this thread says how to wait, `cancel` ends the work that is no longer wanted."""
    how = _waiting.get()
    if how is None:
        return work()
    running: Future[Result] = _queries.submit(copy_context().run, work)
    wait([running], LOOK)
    if not running.done():
        with how() as still_wanted:
            try:
                while not running.done():
                    still_wanted()
                    wait([running], LOOK)
            except BaseException:
                cancel()
                wait([running])  # Nothing goes on behind the back of whoever asked.
                raise
    return running.result()
