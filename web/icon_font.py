"""A small font of the icons that are in use: 50 kB on a first visit instead of 370.

Streamlit sends a font of four thousand icons. This keeps those whose names stand anywhere in its
browser files or in Python code, its own and ours, and so every one that can be asked for. The small
font bears the name of the large one, which carries a hash: after an update of Streamlit the names
differ, the large one is sent again, and a test asks to make the small one anew:

    python -m web.icon_font
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import streamlit
from fontTools import subset
from fontTools.ttLib import TTFont

from web import frontend

HERE = Path(__file__).parent
FOLDER = HERE / "icons"


def original() -> Path:
    """The font that comes with the installed Streamlit."""
    return next((frontend.ROOT / "static" / "media").glob("MaterialSymbols-Rounded.*.woff2"))


def icons(font: TTFont) -> dict[str, str]:
    """The names of a font's icons, each with its glyph: an icon is a ligature of the letters of its name."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    return {
        "".join(letters.get(glyph, "?") for glyph in (first, *ligature.Component)): ligature.LigGlyph
        for lookup in font["GSUB"].table.LookupList.Lookup
        for table in (getattr(part, "ExtSubTable", part) for part in lookup.SubTable)
        if table.LookupType == 4
        for first, ligatures in table.ligatures.items()
        for ligature in ligatures
    }


def named() -> set[str]:
    """Every word in browser files and code that could be an icon's name."""
    return {word for text in _texts() for word in re.findall(r"(?<=[\"'`/])[a-z0-9_]+(?=[\"'`:])", text)}


def _texts() -> Iterator[str]:
    yield from (path.read_text() for path in (frontend.ROOT / "static" / "js").glob("*.js"))
    for folder in (Path(streamlit.__file__).parent / "elements", HERE.parent / "components", HERE.parent / "app_pages"):
        yield from (path.read_text() for path in folder.rglob("*.py"))
    yield (HERE.parent / "dashboard.py").read_text()


def make() -> Path:
    """Write the small font in the place of an older one."""
    font = TTFont(original(), recalcTimestamp=False)
    known = icons(font)
    options = subset.Options(flavor="woff2", layout_features=["*"], layout_closure=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(
        glyphs=[known[name] for name in sorted(named() & known.keys())], text="abcdefghijklmnopqrstuvwxyz0123456789_"
    )
    subsetter.subset(font)
    for old in FOLDER.glob("*.woff2"):
        old.unlink()
    small = FOLDER / original().name
    subset.save_font(font, small, options)
    return small


if __name__ == "__main__":
    made = make()
    print(f"{made.name}: {made.stat().st_size} bytes instead of {original().stat().st_size}")
