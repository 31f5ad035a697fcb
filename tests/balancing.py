"""nginx as `deploy/nginx.conf` sets it up, before processes of the dashboard on this machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.machine_setup import NGINX
from tests.serving import ROOT, free_port, wait_for

SETTINGS = ROOT / "deploy" / "nginx.conf"

# What a system's own settings say around ours: where files go, and who asked which process for what.
_AROUND = """{user}
daemon off;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    log_format who '$upstream_addr $request_method $uri $status';
    access_log {folder}/access.log who;
    include {folder}/dashboard.conf;
}}
"""


def settings(ports: tuple[int, int], listen: int) -> str:
    """The settings with the addresses of this machine in the place of those of two containers."""
    text = SETTINGS.read_text(encoding="utf-8")
    for name, container, port in (("app1", 8501, ports[0]), ("app2", 8502, ports[1])):
        text = text.replace(f"{name}:{container}", f"127.0.0.1:{port}").replace(f"~:{container}$", f"~:{port}$")
    return text.replace("listen 80;", f"listen 127.0.0.1:{listen};")


def write(folder: Path, ports: tuple[int, int], listen: int) -> list[str]:
    """Write the settings into a folder; the command that starts nginx with them."""
    # Whoever is root lends nginx to somebody else by default, who may not write here.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder, user=user), encoding="utf-8")
    (folder / "dashboard.conf").write_text(settings(ports, listen), encoding="utf-8")
    program = NGINX.find()
    assert program, NGINX.help
    return [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]


@contextmanager
def balanced(folder: Path, ports: tuple[int, int], *, seconds: float = 20) -> Iterator[str]:
    """The address of nginx before processes on these ports, while it runs."""
    listen = free_port()
    base = f"http://127.0.0.1:{listen}"
    with (folder / "nginx.log").open("w") as out:
        process = subprocess.Popen(write(folder, ports, listen), stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(process, f"{base}/healthz", folder / "nginx.log", seconds)
        yield base
    finally:
        process.terminate()
        process.wait(10)
