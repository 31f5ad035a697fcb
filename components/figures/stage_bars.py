"""A panel of one payer: what there is at each stage, by city or by kind."""

from __future__ import annotations

from collections.abc import Sequence

from components import formats
from components.figures.doubt import flagged
from components.figures.rows import pixels_right
from components.figures.sheet import Mark, Sheet, beside, text_width
from components.figures.sums import Sum, together

#: Pixels of a stage's column beside long names, and those that stay free between a label and the next column.
_COLUMN, _FREE = 112, 6
#: How much of its estimated width a label takes: six columns leave no room for the reserve of the estimate.
_TAKEN = 0.8
#: Thickness of a bar, in rows.
_THICK = 0.6


class StageBars:
    """One panel: the sums of one payer in one unit, by key and stage."""

    def __init__(
        self,
        sheet: Sheet,
        sums: Sequence[Sum],
        keys: Sequence[str],
        names: dict[str, str],
        parts: dict[str, str],
        stages: dict[str, str],
        title: str,
    ) -> None:
        self.sheet, self.title, self.stages = sheet, title, stages
        self.keys = keys
        self.names = {key: formats.escape(name) for key, name in names.items()}
        self.parts = {part: formats.escape(name) for part, name in parts.items()}
        self.colour = sheet.look.payer(sums[0].payer)
        self.cells: dict[tuple[str, str], list[Sum]] = {}
        for row in sums:
            self.cells.setdefault((row.key, row.stage), []).append(row)
        self.totals = {cell: together(rows, cell[0]) for cell, rows in self.cells.items()}
        self.longest = max(total.high for total in self.totals.values()) or 1
        self.marks: list[Mark] = []
        self.ends: list[Mark] = []
        self.frames: list[Mark] = []
        self.seams: list[tuple[float, float]] = []
        self.labels: list[tuple[float, float, str]] = []

    def _name(self, row: Sum) -> str:
        name = self.names[row.key]
        return f"{name}, {self.parts[row.part]}" if row.part else name

    def _bar(self, cell: tuple[str, str], base: float, across: float) -> None:
        """The bar of a cell, with its label: one mark, or a segment for each of its rows, the longest first."""
        rows, total = sorted(self.cells[cell], key=lambda row: -row.value), self.totals[cell]
        segments = len(rows) > 1
        if segments:
            self.frames.append(Mark(base, total.value, total.high, across, total.stage))
        self.labels.append((base + total.high, across, self._label(total)))
        for row in rows:
            hover = row.hover(self.stages[row.stage], self._name(row))
            high = row.value if segments else row.high
            self.marks.append(Mark(base, row.value, high, across, row.stage, hover, row.position, segments))
            base += row.value
            if segments and row is not rows[-1] and row.value > self.longest * 0.03:
                self.seams.append((base, across))
        self.ends.append(self.marks[-1])

    def _label(self, total: Sum) -> str:
        """What stands beside the bar of a sum."""
        money = flagged(formats.short(total.value), total.disputed, self.sheet.look)
        return beside(money, total.value, total.high)

    def _column(self) -> float:
        """The width of a stage's column on the scale: the longest bar, and what labels need right of their bars."""
        widths = [self.longest]
        for total in self.totals.values():
            label = _TAKEN * text_width(self._label(total), self.sheet.look.size - 1) + _FREE
            widths.append(total.high * _COLUMN / max(_COLUMN - label, _COLUMN / 4))
        return max(widths)

    def _draw(self, axes: tuple[str, str]) -> None:
        self.sheet.bars(self.marks, axes, self.colour, _THICK, framed=self.frames)
        self.sheet.labels(self.labels, axes, marks=self.ends)
        if self.seams:
            xs = [x for base, _ in self.seams for x in (base, base, None)]
            ys = [y for _, across in self.seams for y in (across - _THICK / 2, across + _THICK / 2, None)]
            line = {"color": self.sheet.look.muted, "width": 1}
            common = {"xaxis": axes[0], "yaxis": axes[1], "hoverinfo": "skip", "showlegend": False}
            self.sheet.traces.append({**common, "type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": line})

    def as_columns(self) -> None:
        """One column a stage, on one scale; the name of the stage stands above its column."""
        sheet, look = self.sheet, self.sheet.look
        column = self._column()
        starts = {stage: place * column for place, stage in enumerate(self.stages)}
        here = {stage for _, stage in self.cells}
        height = 24 * (len(self.keys) + 1)
        axes = sheet.panel(
            sheet.height,
            height,
            {
                **sheet.scale(self.longest, list(starts.values()), self.title),
                "range": [-self.longest * 0.02, len(starts) * column],
            },
            {
                "range": [len(self.keys) - 0.4, -1.6],
                "tickvals": list(range(len(self.keys))),
                "ticktext": [self.names[key] + "  " for key in self.keys],
            },
        )
        sheet.height += height + 52
        swatches = [
            Mark(start, column * 0.11, 0, -1, stage, self.stages[stage])
            for stage, start in starts.items()
            if stage in here
        ]
        sheet.bars(swatches, axes, self.colour, 0.45)
        heads = [
            (start + column * 0.12, -1.0, f" {label}") if stage in here else (start, -1.0, f" {label} –")
            for (stage, label), start in zip(self.stages.items(), starts.values(), strict=True)
        ]
        colours = [look.ink if stage in here else look.muted for stage in starts]
        sheet.labels(heads, axes, colours=colours, size=13)
        for key, stage in self.cells:
            self._bar((key, stage), starts[stage], self.keys.index(key))
        self._draw(axes)

    def as_lines(self) -> None:
        """For a narrow page: under each name a line for each stage that it has."""
        sheet, across = self.sheet, 0.0
        heads: list[tuple[float, float, str]] = []
        ticks: list[tuple[float, str]] = []
        for key in self.keys:
            heads.append((0.0, across, f"<b>{self.names[key]}</b>"))
            across += 1
            for stage, label in self.stages.items():
                if (key, stage) in self.cells:
                    self._bar((key, stage), 0, across)
                    ticks.append((across, label + " "))
                    across += 1
            across += 0.25
        height = 19 * (across + 0.25)
        beyond = max(1.35, pixels_right([label for _along, _across, label in self.labels], sheet.look.size - 1, 200))
        axes = sheet.panel(
            sheet.height,
            height,
            {**sheet.scale(self.longest, title=self.title), "range": [-self.longest * 0.01, self.longest * beyond]},
            {
                "range": [across - 0.5, -0.75],
                "tickvals": [place for place, _ in ticks],
                "ticktext": [text for _, text in ticks],
                "tickfont": {"size": 12, "color": sheet.look.muted},
            },
        )
        sheet.height += height + 64
        sheet.labels(heads, axes)
        self._draw(axes)
