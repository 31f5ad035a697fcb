"""The programs that tests and benchmarks start: found, or installed where they may be.

Run as a script it makes sure of Chromium, LibreOffice Calc, w3m and nginx, installs what is missing from Debian's or
Ubuntu's packages where that is allowed, and else says what to install. `--browser` makes sure of Chromium alone,
`--bench` of what benchmarks start, `--spark` of Java.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
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

OFFICE_HELP = """No LibreOffice Calc was found, and none could be installed. One of these helps:
  - install it with the system's package manager, e.g. apt-get install libreoffice-calc-nogui
  - name an installed one: SOFFICE=/path/to/soffice make test"""

TEXT_BROWSER_HELP = """No w3m was found, and it could not be installed. This helps:
  - install it with the system's package manager, e.g. apt-get install w3m"""

NGINX_HELP = """No nginx was found, and it could not be installed. This helps:
  - install it with the system's package manager, e.g. apt-get install nginx"""


JAVA_HELP = """No Java was found that Spark runs on (17 or later), and none could be installed. One of these helps:
  - install it with the system's package manager, e.g. apt-get install openjdk-17-jre-headless
  - name an installed one: JAVA_HOME=/path/to/java make test-spark"""


def find_chromium() -> str | None:
    """The path of a Chromium: the one that the environment names, the system's, or Playwright's own."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        if name and (path := shutil.which(name)):
            return path
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def find_office() -> str | None:
    """The path of a LibreOffice that has Calc: the one that the environment names, or the system's."""
    if named := os.environ.get("SOFFICE"):
        return shutil.which(named)
    if path := shutil.which("soffice"):
        # Debian installs Writer, Calc and the others apart: this is Calc.
        calc = Path(path).resolve().with_name("libsclo.so")
        return path if calc.exists() or sys.platform == "darwin" else None
    application = "/Applications/LibreOffice.app/Contents/MacOS/soffice"
    return shutil.which(application)


def find_text_browser() -> str | None:
    """The path of w3m."""
    return shutil.which("w3m")


def find_nginx() -> str | None:
    """The path of nginx, which lies where the system's programs for administrators are."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def find_java() -> str | None:
    """The path of a Java that Spark runs on: that of JAVA_HOME, which Spark itself looks at first, or the system's."""
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if path is None:
        return None
    # `openjdk version "17.0.15" 2025-04-15`, and "1.8.0" for those of old.
    said = subprocess.run([path, "-version"], capture_output=True, text=True).stderr
    version = re.search(r'version "(\d+)', said)
    return path if version and int(version[1]) >= 17 else None


@dataclass(frozen=True)
class Program:
    """A program: how it is found, the packages of Debian and Ubuntu that hold it, and what to do where it is not."""

    find: Callable[[], str | None]
    packages: tuple[str, ...]
    help: str


# Charts are drawn with the system's fonts: without one that has accents, names are boxes.
CHROMIUM = Program(find_chromium, ("chromium", "fonts-dejavu-core"), HELP)
OFFICE = Program(find_office, ("libreoffice-calc-nogui",), OFFICE_HELP)
TEXT_BROWSER = Program(find_text_browser, ("w3m",), TEXT_BROWSER_HELP)
NGINX = Program(find_nginx, ("nginx",), NGINX_HELP)
# Java 17 or 21, as the release of the system has it.
JAVA = Program(find_java, ("default-jre-headless",), JAVA_HELP)


def missing(programs: tuple[Program, ...]) -> tuple[Program, ...]:
    """Those that are not found."""
    return tuple(program for program in programs if not program.find())


def install(programs: tuple[Program, ...]) -> None:
    """Install from Debian's or Ubuntu's packages where that is allowed; Chromium else from Playwright's."""
    for root in _root_prefixes():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command = [*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        if _runs([*root, "apt-get", "update", "-qq"], environment):
            for program in programs:
                _runs([*command, *program.packages], environment)
    if CHROMIUM in missing(programs):
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


def main() -> None:
    """Install what is missing; say what to do about what still is."""
    parser = argparse.ArgumentParser(description=__doc__)
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--browser", action="store_const", dest="part", const=(CHROMIUM,), help="Chromium alone")
    part.add_argument("--bench", action="store_const", dest="part", const=(CHROMIUM, NGINX), help="for benchmarks")
    part.add_argument("--spark", action="store_const", dest="part", const=(JAVA,), help="Java, for Apache Spark")
    programs = parser.parse_args().part or (CHROMIUM, OFFICE, TEXT_BROWSER, NGINX)
    if lacking := missing(programs):
        install(lacking)
    if lacking := missing(programs):
        sys.exit("\n\n".join(program.help for program in lacking))


if __name__ == "__main__":
    main()
