"""Apache Spark: for packages that one machine does not hold. Its library is an extra, `requirements-spark.txt`.

A process has one session with a cluster. Where the cluster is lost, so are the frames that were kept in
it: the engine says so in a sentence, is lost itself, and whoever wants to go on makes another.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import narwhals as nw
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from ledger.arrow import pieces
from ledger.engines.engine import Frame, Order, Unreachable
from ledger.engines.waiting import waited
from ledger.language import gettext as _

#: Seconds in which a server must take a call, …
ANSWER = 5.0
#: … in which a cluster must give the first worker, or another in the place of the last that was lost, …
PATIENCE = 30.0
#: … and between two looks at whether it is there.
LOOK = 1.0
#: Attempts of Spark Connect to reach its server: some seconds, where its own usage is ten minutes.
ATTEMPTS = 4

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.ansi.enabled": "false",
}
#: Those of a session that is not a guest of a server.
_OWN_SETTINGS = {"spark.ui.showConsoleProgress": "false"}

#: What Spark says where a session, or what was kept in it, is no longer there.
_GONE = (
    "CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND",
    "Checkpoint block",
    "INVALID_HANDLE",
    "NO_ACTIVE_SESSION",
    "RETRIES_EXCEEDED",
    "SESSION_CHANGED",
    "SESSION_CLOSED",
    "StatusCode.UNAVAILABLE",
    "stopped SparkContext",
    "SparkContext was shut down",
    "Master removed our application",
    "All masters are unresponsive",
)

_sessions: dict[str, SparkSession] = {}
_turn = threading.Lock()

Result = TypeVar("Result")


class Spark:
    """Frames on a cluster, reached as `spark://host:7077` or, by Spark Connect, as `sc://host:15002`."""

    keeps_order = False

    def __init__(self, address: str) -> None:
        self.address = address
        self.is_lost = False
        self._is_guest = address.startswith("sc://")
        self._session = _session_at(address)

    def frame(self, table: pd.DataFrame) -> Frame:
        """As `Engine.frame`."""
        rows = pa.Table.from_pandas(table, preserve_index=False)
        # Spark Connect takes no table without rows: one of nulls stands there, and is left out.
        given = rows if len(rows) else pa.Table.from_pylist([{}], schema=rows.schema)
        made = self._session.createDataFrame(given)
        frame: Frame = nw.from_native(made if len(rows) else made.limit(0))
        return frame

    def file(self, path: Path) -> Frame:
        """As `Engine.file`; every worker must see the file under the same path."""
        frame: Frame = nw.from_native(self._session.read.parquet(path.as_uri()))
        return frame

    def kept(self, frame: Frame) -> Frame:
        """As `Engine.kept`."""
        made: DataFrame = frame.to_native()
        kept: Frame = nw.from_native(self._run(made.localCheckpoint))
        return kept

    def kept_in_order(self, frame: Frame, order: Order) -> Frame:
        """As `Engine.kept_in_order`: the workers keep none."""
        return self.kept(frame)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """As `Engine.turn`: every thread may at any time, as long as the cluster is there."""
        with self._sentences():
            yield

    def collected(self, frame: Frame) -> pa.Table:
        """As `Engine.collected`."""
        made: DataFrame = frame.to_native()
        return self._run(made.toArrow)

    def part(self, frame: Frame, start: int, end: int) -> pa.Table:
        """As `Engine.part`."""
        made: DataFrame = frame.to_native()
        return self._run(lambda: made.offset(start).limit(end - start).toArrow())

    def batches(self, frame: Frame, rows: int, start: int = 0, end: int | None = None) -> Iterator[pa.Table]:
        """As `Engine.batches`; one part of the cluster's after the other comes to this machine."""
        made: DataFrame = frame.to_native()
        if start:
            made = made.offset(start)
        if end is not None:
            made = made.limit(end - start)
        schema: pa.Schema = self._run(lambda: made.limit(0).toArrow()).schema
        every: Iterator[Any] = self._run(lambda: iter(made.toLocalIterator(prefetchPartitions=True)))

        def some() -> list[Any]:
            return list(itertools.islice(every, rows))

        found = self._run(some)
        while True:
            following = self._run(some) if len(found) == rows else []
            yield from pieces(_table(found, schema), rows)
            if not following:
                return
            found = following

    def _run(self, query: Callable[[], Result]) -> Result:
        tag, seen = f"dashboard-{uuid.uuid4().hex}", time.monotonic()
        looked = seen

        def tagged() -> Result:
            # Groups and tags belong to the thread.
            if not self._is_guest:
                self._session.sparkContext.setJobGroup(tag, "dashboard", interruptOnCancel=True)
                return query()
            self._session.addTag(tag)
            try:
                return query()
            finally:
                self._session.removeTag(tag)

        def look() -> None:
            nonlocal looked, seen
            now = time.monotonic()
            if now - looked < LOOK:
                return
            looked = now
            if self._has_workers():
                seen = now
            elif now - seen > PATIENCE or not _answers(self.address):
                raise Unreachable(_sentence(self.address))

        def cancel() -> None:
            if self._is_guest:
                self._session.interruptTag(tag)
            else:
                self._session.sparkContext.cancelJobGroup(tag)

        with self._sentences():
            return waited(tagged, cancel, look)

    def _has_workers(self) -> bool:
        """Whether somebody works for this session; behind Spark Connect its server knows, and must answer itself."""
        if self._is_guest:
            return _answers(self.address)
        if not self.address.startswith("spark://"):
            return True
        # The driver is one of them.
        return bool(self._session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() > 1)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """Says in a sentence that the cluster was lost, and lets the session go."""
        if self.is_lost:
            raise Unreachable(_sentence(self.address))
        try:
            yield
        except Unreachable:
            self._lose()
            raise
        except Exception as error:
            if not self._is_gone(error):
                raise
            self._lose()
            raise Unreachable(_sentence(self.address)) from error

    def _is_gone(self, error: Exception) -> bool:
        """Whether an error is no fault of the query: the cluster, or the session with it, is no longer there."""
        # Another query may have found it out before.
        return self.is_lost or any(sign in str(error) for sign in _GONE) or not _answers(self.address)

    def _lose(self) -> None:
        self.is_lost = True
        # A session whose cluster is away takes its time to end.
        threading.Thread(target=_let_go, args=(self.address, self._session), daemon=True).start()


def _session_at(address: str) -> SparkSession:
    """The session of this process with a cluster, begun where there is none."""
    if not _answers(address):
        raise Unreachable(_sentence(address))
    with _turn:
        if address not in _sessions:
            try:
                _sessions[address] = _begun(address)
            except Exception as error:
                raise Unreachable(f"{_sentence(address)} Spark says: {error}") from error
        return _sessions[address]


def _begun(address: str) -> SparkSession:
    is_guest = address.startswith("sc://")
    building = SparkSession.builder.appName("dashboard")
    building = building.remote(address) if is_guest else building.master(address)
    for name, value in (_SETTINGS if is_guest else _SETTINGS | _OWN_SETTINGS).items():
        building = building.config(name, value)
    session = building.getOrCreate()
    if is_guest:
        from pyspark.sql.connect.client.retries import DefaultPolicy

        session.client.set_retry_policies([DefaultPolicy(max_retries=ATTEMPTS)])  # type: ignore[attr-defined,unused-ignore]
    return session


def _let_go(address: str, session: SparkSession) -> None:
    with _turn:
        if address in _sessions and _sessions[address] is session:
            del _sessions[address]
            with contextlib.suppress(Exception):
                session.stop()


def _answers(address: str) -> bool:
    """Whether a server takes a call at the address, or at one of those that it names; one in this process does."""
    if not address.startswith(("spark://", "sc://")):
        return True
    scheme, _, rest = address.partition("://")
    hosts = [urlsplit(f"//{host}") for host in rest.partition("/")[0].split(",")]
    for host in hosts:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((host.hostname, host.port or {"sc": 15002}.get(scheme, 7077)), ANSWER),
        ):
            return True
    return False


def _sentence(address: str) -> str:
    shown = address.partition("/;")[0]  # Behind it may stand a token.
    return _(
        "The Spark cluster at {address} does not answer, or has no worker for this dashboard. Start it, or see what "
        "keeps it busy; then try again: what was kept there is worked out anew, which takes a while.",
        address=shown,
    )


def _table(rows: list[Any], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
