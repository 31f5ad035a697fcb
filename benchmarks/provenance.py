"""How fast three checkpoints are compared, by workers, beside reading the same files alone; and in how much memory.

    python -m benchmarks.provenance [gigabytes in all] [workers, …]
    python -m benchmarks.provenance memory [gigabytes in all, …]

The files are bfloat16. Before each turn the system lets go of them, so that both read from the disk, as with files that
do not fit into memory; reading what the system still holds is timed apart. With MERGEKIT set to the folder of
its programs, a linear merge by mergekit of the same files is timed as well.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.pictures import memory_by_size, save
from benchmarks.results import ROOT, machine
from provenance.arithmetic import ONCE, merge
from provenance.numbers import KINDS, stored, widen
from provenance.work import ROLES

#: Numbers of a tensor; each is written again and again.
_VALUES = 1 << 24
_CURVE = ROOT / "docs" / "provenance-memory.svg"
_LAYERS = "model.layers.{}.mlp.up_proj.weight"


def write(folder: Path, gigabytes: float) -> int:
    """Write A, B and C = 0.6 B + 0.4 A of so many gigabytes in all; the bytes written."""
    kind, chance = KINDS["BF16"], np.random.default_rng(1)
    a = chance.normal(size=_VALUES).astype(np.float32) * np.float32(0.02)
    b = a + chance.normal(size=_VALUES).astype(np.float32) * np.float32(0.0006)
    first, second = (widen(stored(part, kind), kind) for part in (a, b))
    third = merge(ONCE, first, second, 0.6, kind)
    tensors = max(1, round(gigabytes * 1e9 / 3 / 2 / _VALUES))
    size = 2 * _VALUES
    header = {
        _LAYERS.format(number): {
            "dtype": "BF16", "shape": [4096, _VALUES // 4096], "data_offsets": [number * size, (number + 1) * size]
        }
        for number in range(tensors)
    }  # fmt: skip
    content = json.dumps(header).encode()
    for role, values in zip(ROLES, (first, second, third), strict=True):
        (folder / role).mkdir()
        raw = stored(values, kind).tobytes()
        with (folder / role / "model.safetensors").open("wb") as file:
            file.write(len(content).to_bytes(8, "little") + content)
            for _ in range(tensors):
                file.write(raw)
            os.fsync(file.fileno())
    return 3 * (8 + len(content) + tensors * size)


def written(folder: Path, gigabytes: float) -> int:
    """The same by another process: what is started from this one would show its memory as its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(write, folder, gigabytes).result()


def forget(folder: Path) -> None:
    """Let the system forget what it holds of the files."""
    for role in ROLES:
        with (folder / role / "model.safetensors").open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read_alone(folder: Path) -> float:
    """Seconds that it takes to read the three files, by portions, and do nothing with them."""
    begun = time.perf_counter()
    memory = bytearray(1 << 22)
    for role in ROLES:
        with (folder / role / "model.safetensors").open("rb", buffering=0) as file:
            while file.readinto(memory):
                pass
    return time.perf_counter() - begun


def checked(folder: Path, workers: int) -> tuple[float, float, int, str]:
    """A whole check in a process of its own: seconds, of a processor too, peak memory in bytes, and its last line."""
    work = folder / "bench.work"
    work.unlink(missing_ok=True)
    command = [sys.executable, "-m", "provenance", "check", "--workers", str(workers), "--work", str(work)]
    command += [part for role in ROLES for part in (f"--{role}", str(folder / role))]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = process.stdout.read().decode() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"The check ended with {status}.")
    seconds = time.perf_counter() - begun
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, said.splitlines()[-1]


def merged_by_mergekit(folder: Path, programs: str) -> tuple[float, float]:
    """Seconds that mergekit takes to merge A and B into another C, and seconds of a processor."""
    recipe = {
        "merge_method": "linear", "dtype": "bfloat16", "models": [
            {"model": str(folder / role / "model.safetensors"), "parameters": {"weight": weight}}
            for role, weight in zip(ROLES[:2], (0.4, 0.6), strict=True)
        ],
    }  # fmt: skip
    (folder / "recipe.yaml").write_text(json.dumps(recipe))
    forget(folder)
    begun, before = time.perf_counter(), os.times()
    run = subprocess.run(
        [Path(programs) / "mergekit-pytorch", folder / "recipe.yaml", folder / "merged", "--quiet"],
        capture_output=True, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    seconds, after = time.perf_counter() - begun, os.times()
    shutil.rmtree(folder / "merged", ignore_errors=True)
    if run.returncode:
        raise SystemExit(run.stderr[-2000:])
    return seconds, after[2] + after[3] - before[2] - before[3]


def _told(what: str, size: int, seconds: float, busy: float | None = None) -> float:
    """Print a line; the seconds."""
    used = "" if busy is None else f"{busy:.1f}"
    print(f"| {what} | {seconds:.1f} | {used} | {size / seconds / 1e9:.2f} | | |", flush=True)
    return seconds


def speed(gigabytes: float, workers: list[int]) -> None:
    """Print a line for reading alone and for each number of workers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = written(folder, gigabytes)
        print(f"{size / 1e9:.2f} GB in three files")
        print("| what | seconds | of a processor | GB/s | of reading alone | peak MB |\n|---|---:|---:|---:|---:|---:|")
        for number in workers:
            forget(folder)
            alone = _told("reading alone, from the disk", size, read_alone(folder))
            _told("reading alone, held by the system", size, read_alone(folder))
            forget(folder)
            seconds, busy, peak, line = checked(folder, number)
            print(
                f"| {number} worker{'s' * (number != 1)} | {seconds:.1f} | {busy:.1f} | {size / seconds / 1e9:.2f} | "
                f"{100 * alone / seconds:.0f} % | {peak / 1e6:.0f} |", flush=True,
            )  # fmt: skip
        print(line)
        if programs := os.environ.get("MERGEKIT"):
            _told("a linear merge by mergekit of A and B", size * 2 // 3, *merged_by_mergekit(folder, programs))
    print(machine())


def memory(sizes: list[float]) -> None:
    """Print and draw the peak memory of a check of checkpoints of each size."""
    print("| GB of the three | seconds | peak MB |\n|---:|---:|---:|")
    found = []
    for gigabytes in sizes:
        with tempfile.TemporaryDirectory() as name:
            size = written(Path(name), gigabytes)
            seconds, _, peak, _ = checked(Path(name), 2)
            print(f"| {size / 1e9:.1f} | {seconds:.0f} | {peak / 1e6:.0f} |", flush=True)
            found.append((size / 1e9, peak / 1e6))
    save(_CURVE, lambda axes: memory_by_size(axes, found))
    print(machine())


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        memory(list(map(float, sys.argv[2:])) or [1, 3, 10, 30])
    else:
        speed(float((sys.argv[1:2] or ["3"])[0]), list(map(int, sys.argv[2:])) or [1, 2])
