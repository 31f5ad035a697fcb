"""Pictures of every page in each language, light and dark, wide and narrow: `make pictures`, then look at each.

    python -m tests.pictures --out pictures --language pt --page /spending

Also how charts look to those who see few colours or none; the pictures of docs/vision are made with

    python -m tests.pictures --out docs/vision --page /spending --card funding-ladder \\
        --language en --width 1400 --vision protanopia --vision deuteranopia --vision achromatopsia
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from components.browser import NARROW
from ledger.language import LANGUAGES
from tests.machine_setup import ARGUMENTS, HELP, find_chromium
from tests.serving import serve
from tests.test_access import PAGES, PLAIN_PAGES, in_language

WIDTHS, THEMES = (1400, 390), ("light", "dark")
VISIONS = ("none", "protanopia", "deuteranopia", "achromatopsia")


def main() -> None:
    """Take the pictures that the arguments name; all of them without any."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=Path("pictures"), help="the folder for the pictures")
    asked.add_argument("--language", choices=LANGUAGES, action="append")
    asked.add_argument("--page", action="append")
    asked.add_argument("--theme", choices=THEMES, action="append")
    asked.add_argument("--width", type=int, action="append")
    asked.add_argument("--vision", choices=VISIONS, action="append")
    asked.add_argument("--card", help="one card of the page alone: the id of its view")
    wanted = asked.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    path = find_chromium()
    assert path, HELP
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "log.txt") as base,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for theme, width, vision in product(
            wanted.theme or THEMES, wanted.width or WIDTHS, wanted.vision or VISIONS[:1]
        ):
            _take(browser, base, theme, width, vision, wanted)
        browser.close()


def _take(browser: Browser, base: str, theme: str, width: int, vision: str, wanted: argparse.Namespace) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,  # type: ignore[arg-type]
        base_url=base,
        is_mobile=width < 500,
    )
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setEmulatedVisionDeficiency", {"type": vision})
    for address, language in product(wanted.page or (*PAGES, *PLAIN_PAGES), wanted.language or LANGUAGES):
        page.goto(in_language(address, language))
        if address.split("?")[0] in {known.split("?")[0] for known in PAGES}:
            page.locator('[data-test-script-state="notRunning"]').wait_for(timeout=60_000)
            if width < NARROW:  # The page learns its width from the browser, and is drawn twice.
                page.locator(".st-key-filters").wait_for(timeout=60_000)
            # The page scrolls within itself: the window is made as long as it is.
            long = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            page.set_viewport_size({"width": width, "height": min(int(long) + 80, 16_000)})
        page.wait_for_timeout(2500)
        name = address.strip("/").replace("/", "-").replace("?", "_").replace("&", "_").replace("=", "-") or "overview"
        sight = "" if vision == VISIONS[0] else f"-{vision}"
        file = wanted.out / f"{wanted.card or name}-{language}-{theme}-{width}{sight}.png"
        if wanted.card:
            page.locator(f".st-key-card_{wanted.card}").screenshot(path=file)
        else:
            page.screenshot(path=file, full_page=True)
        page.set_viewport_size({"width": width, "height": 900})
    context.close()


if __name__ == "__main__":
    main()
