"""A package that changes is taken up without a restart: read and checked apart, then served as a whole.

While files still change, nothing is read. What is not right is refused, said once in the log and
kept for `/healthz`; what was served before goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from ledger import dataset
from ledger.dataset import QUIET, Refused, Served, Unsettled
from ledger.engines import Unreachable
from ledger.places import is_address
from ledger.stamps import Stamp, stamp_of
from ledger.tables import BrokenPackage

#: Seconds between two looks at a folder or a file, and between two questions to a server.
LOOK, ASK = 1.0, 300.0

_log = logging.getLogger(__name__)


class Watch:
    """Looks at the place of the served package again and again.

    Args:
        place: where the package lies.
        taken: what is done after another version has been taken up.
        quiet: seconds for which nothing may have changed before the package is read.
    """

    def __init__(self, place: str, taken: Callable[[Served], None] = lambda new: None, quiet: float = QUIET) -> None:
        self._place = place
        self._taken = taken
        self._quiet = 0.0 if is_address(place) else quiet
        self._seen: Stamp | None = dataset.served().stamp
        self._last: tuple[Stamp, float] | None = None

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop."""
        every = ASK if is_address(self._place) else min(LOOK, self._quiet or LOOK)
        while not stop.wait(every):
            self.look()

    def look(self) -> None:
        """Take up the package where it has changed and changes no more."""
        try:
            stamp = stamp_of(self._place)
        except OSError as error:
            self._seen = None
            self._refuse((str(error),))
            return
        if stamp == self._seen or self._moves(stamp):
            return
        try:
            new = dataset.read(self._place)
        except Unsettled:
            return
        except Unreachable as away:
            # Not the package's fault: it is read again at the next look.
            self._refuse((str(away),))
        except Exception as wrong:
            self._seen = stamp
            self._refuse(self._faults(wrong))
        else:
            self._seen = new.stamp
            self._serve(new)

    def _faults(self, wrong: Exception) -> tuple[str, ...]:
        """What is wrong, in words that anybody may read."""
        if isinstance(wrong, BrokenPackage):
            return tuple(map(str, wrong.faults))
        if isinstance(wrong, OSError):
            return (str(wrong).replace(self._place, dataset.place_name()),)
        _log.error("The package could not be taken up.", exc_info=wrong)
        return (f"It is valid and cannot be shown all the same ({type(wrong).__name__}). The log says more.",)

    def _moves(self, stamp: Stamp) -> bool:
        """Whether the place has changed in the last seconds."""
        if self._last is None or self._last[0] != stamp:
            self._last = (stamp, time.monotonic())
        return time.monotonic() - self._last[1] < self._quiet

    def _serve(self, new: Served) -> None:
        old = dataset.served()
        dataset.serve(new)
        if new.facts.version != old.facts.version:
            _log.warning("Version %s of the package is served now, %s no more.", new.facts.version, old.facts.version)
        self._taken(new)

    def _refuse(self, faults: tuple[str, ...]) -> None:
        before = dataset.refused()
        if before is not None and before.faults == faults:
            return
        dataset.refuse(Refused(datetime.now(UTC), faults))
        listed = "\n".join(faults)
        _log.error(
            "The package at %s has changed and is not right. Version %s is served until it is:\n%s",
            dataset.place_name(), dataset.served().facts.version, listed,
        )  # fmt: skip
