"""The mark of what is disputed: a flag in its own colour, words beside the pointer, and a line that explains it."""

from __future__ import annotations

from typing import Any, Literal

from components import formats
from components.figures.registry import Drawing
from components.look import Look
from components.words import DISPUTES
from ledger.language import N_, ngettext
from ledger.language import gettext as _

#: The flag, and what stands beside it in a legend.
FLAG = "⚑"
MEANING = N_("disputed, in part or in whole")


def flag(look: Look) -> str:
    """The flag in the colour of doubt, for a label or a line of text."""
    return f'<span style="color:{look.doubt}">{FLAG}</span>'


def flagged(text: str, disputed: int | bool, look: Look) -> str:
    """A label, with the flag behind it where something is disputed."""
    return f"{text}\u00a0{flag(look)}" if disputed else text


def entry(look: Look) -> tuple[str, str, str]:
    """The flag as an entry of a legend."""
    return FLAG, look.doubt, _(MEANING)


def line(look: Look) -> str:
    """The flag and what it means, as a line of its own."""
    return f'{flag(look)}\u00a0<span style="color:{look.muted};font-size:12px">{_(MEANING)}</span>'


def of_several(disputed: int, number: int, things: Literal["figures", "counted", "initiatives"] = "figures") -> str:
    """What is disputed of several things, as a line of the text beside the pointer; empty where nothing is.

    `of_several(1, 3) == "⚑ 1 of 3 figures is disputed"`; `counted` are counted figures.
    """
    if not disputed:
        return ""
    if number == 1:
        return f"{FLAG} " + _("Disputed")
    every = formats.whole(number)
    if things == "figures":
        said = ngettext("{n} of {all} figures is disputed", "{n} of {all} figures are disputed", disputed, all=every)
    elif things == "counted":
        said = ngettext(
            "{n} of {all} counted figures is disputed", "{n} of {all} counted figures are disputed", disputed, all=every
        )
    else:
        said = ngettext(
            "{n} of {all} initiatives is disputed", "{n} of {all} initiatives are disputed", disputed, all=every
        )
    return f"{FLAG} {said}"


def of_one(state: str) -> str:
    """How the dispute about one thing stands, as a line of the text beside the pointer; empty where there is none."""
    return "" if state == "none" else f"{FLAG} " + _("Disputed: {state}", state=state_words(state))


def marked(state: str, look: Look) -> str:
    """The flag and how the dispute about one thing stands, in the colour of doubt."""
    said = _("disputed: {state}", state=state_words(state))
    return f'<span style="color:{look.doubt}">{FLAG} {said}</span>'


def state_words(state: str) -> str:
    """How a dispute stands, in a word."""
    return _(DISPUTES[state])


def lines(*texts: Any) -> str:
    """Lines of the text beside the pointer; empty ones are left out."""
    return "<br>".join(filter(None, texts))


def explained(drawing: Drawing, disputed: int | bool) -> Drawing:
    """The drawing with a word on the flag in its description, where there is a flag."""
    said = _("{flag} marks what is disputed.", flag=FLAG)
    return Drawing(drawing.figure, f"{drawing.alt} {said}", drawing.note) if disputed else drawing
