"""The work itself: read by several workers, kept line by line in a file, so that a stop costs next to nothing.

A file of work is also a partial result: those of several processes or machines are added up by `results.combined`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from provenance import VERSION
from provenance.arithmetic import ONCE
from provenance.checkpoint import Checkpoint, Tensor, open_checkpoint
from provenance.faults import Unreadable
from provenance.files import LocalFiles
from provenance.matching import LeftOut, Trio, match
from provenance.numbers import KINDS, Kind, Raw, widen
from provenance.sampling import PIECE, Unit, units
from provenance.scan import best_step, densest, intervals, simplest
from provenance.sums import NO_RECIPE, SCANNED, Found, Meter, Recipe, is_clear, scanned

#: Numbers that are read of each checkpoint at once.
_CHUNK = 8 * PIECE
#: The first look at the model: so many tensors, so many numbers of each.
_LOOKED_AT, _LOOK = 128, 4096
#: Rounding once is taken to fit unless rounding at every step meets this much more.
_BETTER = 0.005
#: Seconds after which what was done is on the disk for certain.
_SYNC = 2.0
ROLES = ("base", "other", "candidate")

#: Told how many numbers are done, of how many, and how many were done before this run.
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Plan:
    """What is to be compared, and how the work is split; the same for everyone with the same three checkpoints."""

    checkpoints: dict[str, Checkpoint]
    trios: list[Trio]
    left_out: list[LeftOut]
    units: list[Unit]
    share: float | None
    seed: int
    recipe: Recipe

    @property
    def fingerprint(self) -> str:
        """Tells work on the same weights, in the same portions, from any other."""
        about = {
            "version": VERSION,
            "share": self.share,
            "seed": self.seed,
            "files": {role: [asdict(shard) for shard in found.shards] for role, found in self.checkpoints.items()},
        }
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()

    def header(self) -> dict[str, Any]:
        """The first line of a file of work."""
        return {
            "weight_check": VERSION,
            "fingerprint": self.fingerprint,
            "models": {role: _model(found) for role, found in self.checkpoints.items()},
            "share": self.share,
            "seed": self.seed,
            "units": len(self.units),
            "tensors": len(self.trios),
            "values": sum(trio.values for trio in self.trios),
            "to_read": sum(unit.values for unit in self.units),
            "recipe": asdict(self.recipe),
            "left_out": [asdict(one) for one in self.left_out],
            "libraries": _libraries(),
        }


def plan(places: dict[str, str], share: float | None = None, seed: int = 0) -> Plan:
    """Open the three checkpoints and look at a little of them."""
    checkpoints = {role: open_checkpoint(places[role]) for role in ROLES}
    trios, left = match(*(checkpoints[role] for role in ROLES))
    return Plan(checkpoints, trios, left, units(trios, share, seed), share, seed, _recipe(checkpoints, trios, seed))


def _model(found: Checkpoint) -> dict[str, Any]:
    files = found.files
    return {
        "place": files.place,
        "revision": files.revision,
        "files": [
            asdict(shard) | {"sha256": files.sha256(shard.name), "mark": files.mark(shard.name)}
            for shard in found.shards
        ],
    }


def _libraries() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("numpy", "numba", "huggingface_hub"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _recipe(checkpoints: dict[str, Checkpoint], trios: Sequence[Trio], seed: int) -> Recipe:
    """The merge that fits best a few numbers from all over the model."""
    draw = random.Random(f"{seed}/look")
    by_stratum: dict[tuple[str, str], list[Trio]] = {}
    for trio in trios:
        by_stratum.setdefault((str(trio.layer), trio.component), []).append(trio)
    for found in by_stratum.values():
        draw.shuffle(found)
    # One of each stratum, then a second one of each, until there are enough.
    turns = max((len(found) for found in by_stratum.values()), default=0)
    chosen = [found[turn] for turn in range(turns) for found in by_stratum.values() if turn < len(found)][:_LOOKED_AT]
    firsts, lasts, looked = [], [], []
    for trio in chosen:
        start = draw.randrange(max(1, trio.values - _LOOK + 1))
        length = min(_LOOK, trio.values)
        raw = [np.empty(length, KINDS[trio.kind].raw) for _ in ROLES]
        _read(checkpoints, trio, start, raw)
        a, b, c = (widen(part, KINDS[trio.kind]) for part in raw)
        use = np.isfinite(a) & np.isfinite(b) & np.isfinite(c) & is_clear(a, b, KINDS[trio.kind])
        if use.any():
            first, last = intervals(a[use], b[use], raw[2][use], KINDS[trio.kind])
            firsts.append(first)
            lasts.append(last)
            looked.append((trio.kind, a[use], b[use], raw[2][use]))
    if not looked:
        return NO_RECIPE
    hits, low, high = densest(np.concatenate(firsts), np.concatenate(lasts), 0.0, 1.0)
    t_once = simplest(low, high)
    # Of the kind in which most of the model is stored.
    sizes = {kind: sum(len(a) for found, a, _, _ in looked if found == kind) for kind in KINDS}
    main = max(sizes, key=lambda kind: sizes[kind])
    a, b, c = (np.concatenate([one[part] for one in looked if one[0] == main]) for part in (1, 2, 3))
    step, step_hits, t_step = best_step(a, b, c, KINDS[main], t_once)
    better = step_hits / sizes[main] > hits / sum(sizes.values()) + _BETTER
    return Recipe(step if better else ONCE, t_once, step, t_step)


def _read(checkpoints: dict[str, Checkpoint], trio: Trio, start: int, into: Sequence[Raw]) -> None:
    """Read the same numbers of the three."""
    parts: tuple[Tensor, ...] = (trio.base, trio.other, trio.candidate)
    for role, tensor, raw in zip(ROLES, parts, into, strict=True):
        at = tensor.start + start * KINDS[trio.kind].size
        checkpoints[role].files.read(tensor.file, at, raw.view(np.uint8).data)


class _Worker:
    """Measures units, with memory of its own that is used again."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._memory = [bytearray(_CHUNK * max(kind.size for kind in KINDS.values())) for _ in ROLES]
        self._meters = {name: Meter(kind, plan.recipe) for name, kind in KINDS.items()}

    def measure(self, unit: Unit) -> Found:
        kind, plan = KINDS[unit.trio.kind], self._plan
        meter = self._meters[kind.name]
        meter.begin()
        # An odd step does not fall upon the same column of a matrix again and again.
        step = max(1, unit.values // SCANNED) | 1
        kept: list[list[Raw]] = [[], [], []]
        at = 0
        for first, last in unit.ranges():
            for start in range(first, last, _CHUNK):
                raw = [self._array(part, kind, min(_CHUNK, last - start)) for part in self._memory]
                _read(plan.checkpoints, unit.trio, start, raw)
                meter.add(*raw)
                for some, part in zip(kept, raw, strict=True):
                    some.append(part[(-at) % step :: step].copy())
                at += len(raw[0])
        for role, tensor in zip(ROLES, (unit.trio.base, unit.trio.other, unit.trio.candidate), strict=True):
            plan.checkpoints[role].files.unchanged(tensor.file)
        a, b, c = (np.concatenate(some) for some in kept)
        return scanned(a, b, c, kind, plan.recipe, meter.sums)

    def _array(self, memory: bytearray, kind: Kind, length: int) -> Raw:
        return np.frombuffer(memory, kind.raw, length)


class Journal:
    """A file of work: a line on what is compared, then a line for each unit that is done."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        try:
            self._file = path.open("a+b")
        except OSError as error:
            raise Unreadable(f"{path}: cannot be written ({error.strerror}).") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise Unreadable(f"{path}: another run is writing to it.") from None
        try:
            self._begin(plan)
        except BaseException:
            self._file.close()
            raise
        self._synced = time.monotonic()

    def _begin(self, plan: Plan) -> None:
        """Take up what was done before, or write the first line."""
        header, records, whole = read_work(self.path)
        # What a kill left half written is written anew.
        self._file.truncate(whole)
        if header is None:
            self._write(plan.header())
        else:
            _same_work(self.path, header, plan)
        self.done = {record["unit"] for record in records if "unit" in record}
        self.hashed = {(record["model"], record["file"]) for record in records if "sha256" in record}

    def add(self, record: dict[str, Any]) -> None:
        """Keep a record."""
        self._write(record)
        if time.monotonic() - self._synced > _SYNC:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def _write(self, record: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(record, separators=(",", ":")).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise Unreadable(f"{self.path}: cannot be written ({error.strerror}).") from None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def read_work(path: Path) -> tuple[dict[str, Any] | None, list[dict[str, Any]], int]:
    """The header of a file of work, its records, and the bytes up to the end of the last whole line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror}).") from None
    whole = content.rfind(b"\n") + 1
    lines: list[dict[str, Any]] = []
    for number, line in enumerate(content[:whole].splitlines(), start=1):
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Unreadable(f"{path}: line {number} is damaged. Delete the file and begin anew.")
        lines.append(found)
    if not lines:
        return None, [], 0
    if lines[0].get("weight_check") != VERSION:
        raise Unreadable(f"{path}: is no file of work of this version ({VERSION}) of the weight check.")
    return lines[0], lines[1:], whole


def _same_work(path: Path, header: dict[str, Any], plan: Plan) -> None:
    """Refuse to go on with work on other weights."""
    if header["fingerprint"] != plan.fingerprint:
        raise Unreadable(f"{path}: holds work on other checkpoints, or with another sample. Name another --work file.")
    mine = plan.header()["models"]
    for role in ROLES:
        for before, now in zip(header["models"][role]["files"], mine[role]["files"], strict=True):
            if before["mark"] != now["mark"]:
                raise Unreadable(
                    f"{mine[role]['place']}: {now['name']} was written to since this work was begun. "
                    f"Delete {path} and begin anew."
                )
    if header["recipe"] != asdict(plan.recipe):
        raise Unreadable(f"{path}: the weights are not those with which it was begun. Delete it and begin anew.")


def run(
    plan: Plan, journal: Journal, *, workers: int, part: tuple[int, int] = (1, 1), progress: Progress | None = None
) -> None:
    """Do what is not done yet of a part of the work; `part` counts from 1: (2, 5) is the second of five."""
    mine = [number for number in range(len(plan.units)) if number % part[1] == part[0] - 1]
    todo = [number for number in mine if number not in journal.done]
    total = sum(plan.units[number].values for number in mine)
    before = done = total - sum(plan.units[number].values for number in todo)
    tell = progress or (lambda *_: None)
    tell(done, total, before)
    for number, found in _measured(plan, todo, workers):
        journal.add(_record(number, plan.units[number], found))
        done += plan.units[number].values
        tell(done, total, before)


def add_hashes(plan: Plan, journal: Journal) -> None:
    """Work out the hashes of local files, by reading each whole, and keep them."""
    for role, found in plan.checkpoints.items():
        if isinstance(found.files, LocalFiles):
            for shard in found.shards:
                if (role, shard.name) not in journal.hashed:
                    journal.add({"model": role, "file": shard.name, "sha256": found.files.hashed(shard.name)})


def _record(number: int, unit: Unit, found: Found) -> dict[str, Any]:
    return {
        "unit": number,
        "tensor": unit.trio.name,
        "kind": unit.trio.kind,
        "shape": list(unit.trio.base.shape),
        "sums": found.sums.row(),
        "t": [found.t_once, found.t_step, found.t_moved],
    }


def _measured(plan: Plan, todo: Sequence[int], workers: int) -> Iterator[tuple[int, Found]]:
    """Measure units by several workers, in the order in which they get done.

    Threads do: the compiled loops and the system let others run while they work and read.
    """
    waiting, ready = iter(todo), queue.Queue[tuple[int, Found] | BaseException | None]()
    lock, stopped = threading.Lock(), threading.Event()

    def work() -> None:
        try:
            worker = _Worker(plan)
            while not stopped.is_set():
                with lock:
                    number = next(waiting, None)
                if number is None:
                    break
                ready.put((number, worker.measure(plan.units[number])))
        except BaseException as error:
            ready.put(error)
        finally:
            ready.put(None)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, len(todo)))]
    for thread in threads:
        thread.start()
    try:
        left = len(threads)
        while left:
            found = ready.get()
            if found is None:
                left -= 1
            elif isinstance(found, BaseException):
                raise found
            else:
                yield found
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
