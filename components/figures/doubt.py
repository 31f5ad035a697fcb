"""The mark of what is disputed: a flag in its own colour, words beside the pointer, and a line that explains it."""

from __future__ import annotations

from typing import Any

from components import formats
from components.figures.registry import Drawing
from components.look import Look

#: The flag, and what stands beside it in a legend.
FLAG = "⚑"
MEANING = "disputed, in part or in whole"
_SAID = f"{FLAG} marks what is disputed."


def flag(look: Look) -> str:
    """The flag in the colour of doubt, for a label or a line of text."""
    return f'<span style="color:{look.doubt}">{FLAG}</span>'


def flagged(text: str, disputed: int | bool, look: Look) -> str:
    """A label, with the flag behind it where something is disputed."""
    return f"{text}\u00a0{flag(look)}" if disputed else text


def entry(look: Look) -> tuple[str, str, str]:
    """The flag as an entry of a legend."""
    return FLAG, look.doubt, MEANING


def line(look: Look) -> str:
    """The flag and what it means, as a line of its own."""
    return f'{flag(look)}\u00a0<span style="color:{look.muted};font-size:12px">{MEANING}</span>'


def of_several(disputed: int, number: int, one: str = "figure") -> str:
    """What is disputed of several things, as a line of the text beside the pointer; empty where nothing is.

    `of_several(1, 3) == "⚑ 1 of 3 figures is disputed"`.
    """
    if not disputed:
        return ""
    if number == 1:
        return f"{FLAG} Disputed"
    return f"{FLAG} {disputed} of {formats.count(number, one)} {'is' if disputed == 1 else 'are'} disputed"


def of_one(state: str) -> str:
    """How the dispute about one thing stands, as a line of the text beside the pointer; empty where there is none."""
    return "" if state == "none" else f"{FLAG} Disputed: {state}"


def lines(*texts: Any) -> str:
    """Lines of the text beside the pointer; empty ones are left out."""
    return "<br>".join(filter(None, texts))


def explained(drawing: Drawing, disputed: int | bool) -> Drawing:
    """The drawing with a word on the flag in its description, where there is a flag."""
    return Drawing(drawing.figure, f"{drawing.alt} {_SAID}", drawing.note) if disputed else drawing
