"""Servers that benchmarks start: ready when they answer, gone afterwards, and how much memory they hold."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil


@contextmanager
def running(
    command: list[str],
    address: str,
    *,
    folder: Path,
    log: Path,
    environment: Mapping[str, str] | None = None,
    seconds: float = 120,
) -> Iterator[psutil.Process]:
    """A server from when it answers at an address; its log says what went wrong where it does not."""
    with log.open("w") as out:
        process = psutil.Popen(
            command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, env=os.environ | dict(environment or {})
        )
    try:
        end = time.monotonic() + seconds
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[:4]} did not start. It said:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield process
    finally:
        stop(process)


def stop(process: psutil.Process) -> None:
    """End a process and what it has started."""
    if not process.is_running():
        return
    family = [*process.children(recursive=True), process]
    process.terminate()
    _, alive = psutil.wait_procs(family, timeout=10)
    for left in alive:
        left.kill()


def memory(process: psutil.Process) -> int:
    """Bytes that a process and what it has started hold in memory."""
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except (urllib.error.URLError, OSError):
        return False
    return True
