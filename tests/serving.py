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


@contextmanager
def serve(log: Path, *, seconds: float = 60, data: Path | None = None) -> Iterator[str]:
    """The dashboard's address while it runs; its log says what went wrong where it does not start.

    `data` is the place of another package than the built-in one.
    """
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with log.open("w") as out:
        environment = os.environ | ({"DASHBOARD_DATA": str(data)} if data else {})
        process = subprocess.Popen(command(port), cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=environment)
    try:
        _wait(process, f"{base}/healthz", log, seconds)
        yield base
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The dashboard did not start. It said:\n{log.read_text()}")
