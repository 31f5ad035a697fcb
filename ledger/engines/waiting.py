"""What happens while a query runs: others take their turn, and whoever no longer wants the answer ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar, copy_context
from typing import TypeVar

from ledger.engines.engine import Unreachable

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


def waited(work: Callable[[], Result], cancel: Callable[[], None], look: Callable[[], None] | None = None) -> Result:
    """What `work` gives. Where this thread says how to wait, `cancel` ends the work that is no longer wanted.

    `look` is called again and again while work is slow, and raises `Unreachable` where it will never end.
    """
    how = _waiting.get()
    if how is None and look is None:
        return work()
    running: Future[Result] = _queries.submit(copy_context().run, work)
    wait([running], LOOK)
    if not running.done():
        with how() if how else nullcontext(lambda: None) as still_wanted:
            try:
                while not running.done():
                    still_wanted()
                    if look:
                        look()
                    wait([running], LOOK)
            except Unreachable:
                raise  # There is nobody left to be waited for.
            except BaseException:
                # Nothing goes on behind the back of whoever asked. What is only being planned ends at a later attempt.
                while not running.done():
                    cancel()
                    wait([running], LOOK)
                raise
    return running.result()
