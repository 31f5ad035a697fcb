"""A cache that belongs to the facts: what was worked out from them goes when they go.

A dataset that changes on disk, and rows that a reader adds for a while, make facts that come and
go. A cache of the function would keep them alive, and let one reader's rows push out all others'.
"""

from __future__ import annotations

import inspect
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from ledger.language import in_address, language

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


#: Bytes that results take together, about: selections of all readers of the dataset, and of a reader's own rows.
ROOM, ROOM_OF_ONE = 128_000_000, 16_000_000
#: Bytes that a table or a figure takes beside what is in it.
_AROUND = 25_000
#: Bytes of a cell of a table: the register's take 25.
_CELL = 32


class _Shelf:
    """Results by key as long as there is room; what has not been asked for longest goes first."""

    def __init__(self, room: int, weigh: Callable[[object], int]) -> None:
        self._room, self._weigh = room, weigh
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.used = 0

    def get(self, key: Hashable, make: Callable[[], Result]) -> Result:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]  # type: ignore[no-any-return]
        # Two readers may make the same at once: better than one who waits for the other.
        made = make()
        takes = self._weigh(made)
        if takes > self._room:
            return made
        with self._lock:
            self.used += takes - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = (made, takes)
            while self.used > self._room:
                self.used -= self._kept.popitem(last=False)[1][1]
        return made


class Memory:
    """What functions have worked out, by function and arguments; safe between threads."""

    def __init__(self, room: int = ROOM) -> None:
        self._shared = _Shelf(room, weight)
        self._apart: dict[str, _Shelf] = {}

    @property
    def used(self) -> int:
        """Bytes that the results take which share the room, about."""
        return self._shared.used

    def get(self, name: str, key: Hashable, make: Callable[[], Result]) -> Result:
        """The result of a function kept under a key, or made now; all functions share the room."""
        return self._shared.get((name, key), make)

    def latest(self, name: str, key: Hashable, most: int, make: Callable[[], Result]) -> Result:
        """The same for a function of which just the `most` latest results are kept, however large."""
        return self._apart.setdefault(name, _Shelf(most, lambda _: 1)).get(key, make)


def weight(result: object) -> int:
    """About how many bytes a result takes in memory."""
    if isinstance(result, pd.DataFrame):
        # Not measured: to ask each column takes longer than to make a short table.
        return len(result) * len(result.columns) * _CELL + _AROUND
    return len(pickle.dumps(result)) + (0 if isinstance(result, str | int | None) else _AROUND)


def remembered(
    most: int | None = None, *, in_words: bool = False
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Keep the results of a function with the facts that it is given as argument `facts`.

    They share the room of the memory with those of other functions. With `most`, just so many are kept,
    and by themselves: for few results that take long to make, or that are not data.

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
            if most is None:
                return memory.get(name, key, lambda: function(*args, **kwargs))
            return memory.latest(name, key, most, lambda: function(*args, **kwargs))

        return wrapper

    return decorate
