"""A cache that belongs to the facts: what was worked out from them goes when they go.

A dataset that changes on disk, and rows that a reader adds for a while, make facts that come and
go. A cache of the function would keep them alive, and let one reader's rows push out all others'.
"""

from __future__ import annotations

import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from ledger.language import in_address, language

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Memory:
    """What functions have worked out, by function and arguments; safe between threads."""

    def __init__(self) -> None:
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {}
        self._lock = threading.Lock()

    def get(self, name: str, key: Hashable, most: int, make: Callable[[], Result]) -> Result:
        """The result kept under a key, or made now; of each function the `most` latest are kept."""
        with self._lock:
            kept = self._kept.setdefault(name, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                return kept[key]  # type: ignore[no-any-return]
        # Two readers may make the same at once: better than one who waits for the other.
        made = make()
        with self._lock:
            kept[key] = made
            while len(kept) > most:
                kept.popitem(last=False)
        return made


def remembered(
    most: int, *, in_words: bool = False
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Keep the `most` latest results of a function with the facts that it is given as argument `facts`.

    All arguments but the facts must be hashable, and are given by position. `in_words`: the result holds words, and
    is kept for each language apart, and for readers who chose it: its links may carry the language.
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        place = list(inspect.signature(function).parameters).index("facts")
        name = f"{function.__module__}.{function.__qualname__}"

        @wraps(function)
        def wrapper(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            facts: Any = args[place]
            key = (*args[:place], *args[place + 1 :], *((language(), *in_address()) if in_words else ()))
            memory: Memory = facts.memory
            return memory.get(name, key, most, lambda: function(*args, **kwargs))

        return wrapper

    return decorate
