"""Starting the dashboard as its readers meet it: its own process, a free port, nothing stubbed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def command(port: int) -> list[str]:
    """What `make run` starts."""
    return [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that runs: its address and its process."""

    base: str
    pid: int


@contextmanager
def serve(log: Path, *, seconds: float = 60, data: Path | None = None) -> Iterator[str]:
    """The dashboard's address while it runs; its log says what went wrong where it does not start.

    `data` is the place of another package than the built-in one.
    """
    with start(log, seconds=seconds, data=data) as dashboard:
        yield dashboard.base


@contextmanager
def start(
    log: Path, *, seconds: float = 60, data: Path | None = None, port: int | None = None, folder: Path = ROOT
) -> Iterator[Dashboard]:
    """The same with its process, on a port and from a folder of the caller's."""
    port = port or free_port()
    base = f"http://127.0.0.1:{port}"
    with log.open("w") as out:
        environment = os.environ | ({"DASHBOARD_DATA": str(data)} if data else {})
        process = subprocess.Popen(command(port), cwd=folder, stdout=out, stderr=subprocess.STDOUT, env=environment)
    try:
        wait_for(process, f"{base}/healthz", log, seconds)
        yield Dashboard(base, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_for(process: subprocess.Popen[bytes], address: str, log: Path, seconds: float) -> None:
    """Wait until what was started answers at an address; raises with its log where it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"Nothing answers at {address}. What was started said:\n{log.read_text()}")
