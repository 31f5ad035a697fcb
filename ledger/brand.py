"""The face of a package: what its descriptor says of title, introduction, logo and accent colour.

    "dashboard": {"title": "AI in Lund", "intro": "…", "logo": "logo.svg", "accent": "#7A1F5C"}

All of it may be left out: the title is then that of the package, the introduction the first
paragraph of its description, the accent the dashboard's own, and there is no logo.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ledger.descriptor import Descriptor
from ledger.places import Files
from ledger.tables import BrokenPackage, Fault

#: Where the descriptor says it.
KEY = "dashboard"
_TEXTS = ("title", "intro", "logo", "accent")

#: Bytes of a logo.
MOST_LOGO = 200_000
#: The media type of a logo by the end of its name, and what its bytes begin with or hold.
_LOGOS = {
    ".svg": ("image/svg+xml", re.compile(rb"<svg[\s>]")),
    ".png": ("image/png", re.compile(rb"\A\x89PNG\r\n\x1a\n")),
    ".webp": ("image/webp", re.compile(rb"\ARIFF....WEBP", re.DOTALL)),
}


class Accent(NamedTuple):
    """The accent colour on light and on dark ground, each `#RRGGBB`."""

    light: str
    dark: str


#: The accent where a package has none.
OWN_ACCENT = Accent("#0B5FA5", "#6FB1E8")
#: The grounds on which text in the accent colour must be read, each the one that is harder of its theme.
_GROUNDS = Accent("#F3F1EB", "#1C1F25")
#: What WCAG asks of text.
_CONTRAST = 4.5


@dataclass(frozen=True)
class Brand:
    """What a package is called and looks like; `logo` is the path of a file of the package."""

    title: str
    intro: str
    logo: str | None
    accent: Accent


def brand_of(descriptor: Descriptor) -> Brand:
    """The face of a checked package."""
    said = descriptor.raw.get(KEY, {}) | descriptor.translations.get(KEY, {})
    return Brand(
        title=said.get("title") or descriptor.title,
        intro=said.get("intro") or descriptor.description.split("\n\n")[0].strip(),
        logo=said.get("logo"),
        accent=readable(said["accent"]) if "accent" in said else OWN_ACCENT,
    )


def logo_type(path: str) -> str:
    """The media type of a logo by its name."""
    return _LOGOS[Path(path).suffix.lower()][0]


def check_brand(descriptor: Descriptor, files: Files) -> None:
    """Check what a descriptor says of the face of its package.

    Raises:
        BrokenPackage: with every fault.
    """
    faults = tuple(_faults(descriptor.raw.get(KEY, {}), files))
    if faults:
        raise BrokenPackage(Path(files.name), faults)


def _faults(said: Any, files: Files) -> Iterator[Fault]:
    if not isinstance(said, dict):
        yield _fault(said, f"a JSON object as `{KEY}`")
        return
    for name, value in said.items():
        if name not in _TEXTS:
            yield _fault(name, f"one of {', '.join(_TEXTS)} in `{KEY}`")
        elif not isinstance(value, str) or not value.strip():
            yield _fault(value, f"a text as `{KEY}.{name}`")
        elif name == "accent" and not re.fullmatch("#[0-9A-Fa-f]{6}", value):
            yield _fault(value, f"a colour such as #0B5FA5 as `{KEY}.accent`")
        elif name == "logo":
            yield from _logo_faults(value, files)


def _logo_faults(path: str, files: Files) -> Iterator[Fault]:
    kind = _LOGOS.get(Path(path).suffix.lower())
    if kind is None:
        yield _fault(path, f"the path of an SVG, PNG or WebP file as `{KEY}.logo`")
        return
    try:
        with files.open(path) as file:
            content = file.read(MOST_LOGO + 1)
    except OSError as error:
        yield _fault(path, f"{error} as `{KEY}.logo`")
        return
    if len(content) > MOST_LOGO:
        yield _fault(path, f"a file of at most {MOST_LOGO // 1000} kB as `{KEY}.logo`")
    elif not kind[1].search(content):
        yield _fault(path, f"a file that is what its name says as `{KEY}.logo`")


def _fault(value: object, expected: str) -> Fault:
    return Fault(None, None, None, str(value), expected)


# Colours


def readable(colour: str) -> Accent:
    """A colour `#RRGGBB` as it can be read on either ground: no lighter, or no darker, than need be."""
    return Accent(_towards(0, colour, _GROUNDS.light), _towards(1, colour, _GROUNDS.dark))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def distance(one: str, other: str) -> float:
    """How far two colours are apart, from 0 to 1."""
    return max(abs(a - b) for a, b in zip(_channels(one), _channels(other), strict=True))


def _towards(end: float, colour: str, ground: str) -> str:
    """The colour, made lighter (end 1) or darker (end 0) until it can be read on a ground."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    for step in range(101):
        at = lightness + (end - lightness) * step / 100
        made = "#" + "".join(f"{round(channel * 255):02X}" for channel in colorsys.hls_to_rgb(hue, at, saturation))
        if contrast(made, ground) >= _CONTRAST:
            return made
    raise AssertionError("Black or white can be read on any ground.")


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
