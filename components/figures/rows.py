"""Rows of bars with a name and a label each: beside the bar, or above and below it on a narrow page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from components import formats
from components.figures.sheet import Mark, Sheet, muted, text_width
from components.words import PAYERS
from ledger.language import N_
from ledger.language import gettext as _

#: Letters of a name that fit on one line above a bar, on a narrow and on a wide page.
_LETTERS, _LETTERS_WIDE = 44, 100
_LINE = 17
#: The payers in a word.
_PAYERS = PAYERS | {"unknown": N_("payer unknown")}


@dataclass
class Rows:
    """One panel in the making. Heights are pixels from its top, so bars are as thick as they are said to be."""

    sheet: Sheet
    height: float = 0
    _heads: list[tuple[float, float, str]] = field(default_factory=list)
    _ticks: list[tuple[float, str]] = field(default_factory=list)
    _labels: list[tuple[float, float, str]] = field(default_factory=list)
    _ends: list[Mark] = field(default_factory=list)
    _bars: dict[tuple[str, float], list[Mark]] = field(default_factory=dict)
    _grounds: list[Mark] = field(default_factory=list)

    def head(self, text: str, pixels: float = _LINE) -> None:
        """A line above what comes next; its text is escaped already."""
        self._heads.append((0.0, self.height + pixels / 2, text))
        self.height += pixels

    def title(self, name: str, more: str, *, letters: int = _LETTERS) -> None:
        """A name in bold, and something of second rank behind it.

        On a narrow page, the name has as many lines of so many letters as it needs.
        """
        look = self.sheet.look
        for part in wrap(name, letters if look.narrow else _LETTERS_WIDE):
            self.head(f"<b>{formats.escape(part)}</b>")
        if look.narrow:
            self.head(muted(more, look, look.size - 1))
        else:
            x, y, last = self._heads.pop()
            self._heads.append((x, y, f"{last}\u2002{muted(more, look)}"))

    def tick(self, text: str, pixels: float) -> None:
        """A name left of a row that begins at the present height."""
        self._ticks.append((self.height + pixels / 2, text))

    def ground(self, mark: Mark) -> None:
        """What a bar stands on: a light outline. `across` of marks counts from the present height."""
        self._grounds.append(mark)

    def bar(self, mark: Mark, colour: str, thick: float) -> None:
        """A bar in the stage notation."""
        self._bars.setdefault((colour, thick), []).append(mark)

    def label(self, along: float, across: float, text: str, mark: Mark) -> None:
        """A text right of a place, which can be pointed at and clicked as the mark can."""
        self._labels.append((along, across, text))
        self._ends.append(mark)

    def draw(self, xaxis: dict[str, Any], below: float, thick: float = 0) -> None:
        """Put the panel on the sheet; `below` are pixels for what stands under it, `thick` those of grounds."""
        sheet = self.sheet
        ticks = {"tickvals": [place for place, _ in self._ticks], "ticktext": [f"{text}  " for _, text in self._ticks]}
        yaxis = {"range": [self.height, 0], **(ticks if self._ticks else {"showticklabels": False})}
        axes = sheet.panel(sheet.height, self.height, xaxis, yaxis)
        sheet.height += self.height + below
        if self._grounds:
            sheet.traces.append(_ground(self._grounds, axes, thick, sheet))
        for (colour, size), marks in self._bars.items():
            sheet.bars(marks, axes, colour, size)
        sheet.labels(self._heads, axes)
        sheet.labels(self._labels, axes, marks=self._ends)


def _ground(marks: Sequence[Mark], axes: tuple[str, str], thick: float, sheet: Sheet) -> dict[str, Any]:
    look = sheet.look
    return {
        "type": "bar", "orientation": "h", "xaxis": axes[0], "yaxis": axes[1], "showlegend": False,
        "x": [mark.length for mark in marks], "y": [mark.across for mark in marks], "width": thick,
        "marker": {"color": look.panel, "line": {"color": look.muted, "width": 1}},
        "customdata": [[mark.position] for mark in marks], "hovertext": [mark.hover for mark in marks],
        "hovertemplate": "%{hovertext}<extra></extra>", "textposition": "none",
        "unselected": {"marker": {"opacity": 1}},
    }  # fmt: skip


def no_axis(end: float) -> dict[str, Any]:
    """An axis of values that is not shown: each row has its own scale."""
    return {"range": [0, end], "showticklabels": False}


def pixels_right(texts: Sequence[str], size: float, whole: float) -> float:
    """How far an axis goes beyond 1, so that texts of a size fit right of 1 on `whole` pixels."""
    room = max((text_width(text, size) for text in texts), default=0.0) + 12
    return whole / max(whole - room, whole * 0.25)


def payer_word(payer: str) -> str:
    """The payer in a word."""
    return _(_PAYERS[payer])


def key(entries: Sequence[str], sheet: Sheet, wide: float = 900) -> None:
    """A legend on top of a sheet: entries beside each other as far as they fit, one a line on a narrow page.

    `wide` are the pixels that a line on a wide page may take: it begins where the bars begin.
    """
    lines: list[str] = []
    for entry in entries:
        joined = f"{lines[-1]}\u2003{entry}" if lines else entry
        if lines and not sheet.look.narrow and text_width(joined, sheet.look.size) < wide:
            lines[-1] = joined
        else:
            lines.append(entry)
    for line in lines:
        sheet.text(line, pixels=20)
    sheet.height += 6 if lines else 0
