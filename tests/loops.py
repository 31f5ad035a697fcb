"""Running coroutines in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_THREAD = ThreadPoolExecutor(1)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """What it gives. It runs in a thread of its own: the driver of the browser keeps a loop in that of the tests."""
    return _THREAD.submit(asyncio.run, coroutine).result()
