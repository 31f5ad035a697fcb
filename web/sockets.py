"""How connections send."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

#: Where a system lists what a process has open.
_OPEN = Path("/dev/fd")


def send_at_once() -> None:
    """Send each message when it is written, over every connection that this process is going to take.

    A page is many small messages. By default the system holds a small one back until the one before it is
    acknowledged (Nagle's algorithm), and browsers acknowledge late: 40 ms on one machine, a round trip and more on
    a line. asyncio turns this off for sockets that it opens itself, not for the one that Streamlit opens. Connections
    take the setting of the socket that they are taken from. Where a system lists no open files, all stays as it is.
    """
    if not _OPEN.is_dir():
        return
    for file in list(_OPEN.iterdir()):
        # The list itself is among what is open, and gone by now.
        with contextlib.suppress(OSError):
            if file.is_socket():
                _send_at_once(int(file.name))


def _send_at_once(number: int) -> None:
    with socket.socket(fileno=os.dup(number)) as one:
        if one.family in (socket.AF_INET, socket.AF_INET6) and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
