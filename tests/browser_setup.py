"""The Chromium that browser tests and benchmarks drive: found, or installed where it may be.

Run as a script it makes sure that there is one; tests ask `find_chromium` where it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: What tests and benchmarks start Chromium with: nothing that reaches out by itself.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

HELP = """No Chromium was found, and none could be installed. One of these helps:
  - install it with the system's package manager, e.g. apt-get install chromium fonts-dejavu-core
  - name an installed one: CHROMIUM=/path/to/chromium make test
  - let Playwright fetch one: .venv/bin/playwright install --with-deps chromium"""


def find_chromium() -> str | None:
    """The path of a Chromium: the one that the environment names, the system's, or Playwright's own."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        if name and (path := shutil.which(name)):
            return path
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_chromium() -> None:
    """Install one from Debian's or Ubuntu's packages where that is allowed, else Playwright's."""
    # Charts are drawn with the system's fonts: without one that has accents, names are boxes.
    packages = ["chromium", "fonts-dejavu-core"]
    for root in _root_prefixes():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = [*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        if _runs([*root, "apt-get", "update", "-qq"], environment) and _runs(install, environment) and find_chromium():
            return
    _runs([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _root_prefixes() -> list[list[str]]:
    if not shutil.which("apt-get"):
        return []
    if os.geteuid() == 0:
        return [[]]
    can_sudo = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    return [["sudo", "-n"]] if can_sudo else []


def _runs(command: list[str], environment: dict[str, str]) -> bool:
    return subprocess.run(command, env=environment).returncode == 0


if __name__ == "__main__":
    if not find_chromium():
        install_chromium()
    if not find_chromium():
        sys.exit(HELP)
