"""The figure of lineage: what was built from what."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pandas as pd

from components import formats
from components.figures import doubt
from components.figures.models import IN_DOUBT
from components.figures.registry import Drawing, figure
from components.figures.sheet import chart, muted, nothing, records
from components.look import Look
from ledger.language import N_, listed, ngettext
from ledger.language import gettext as _
from ledger.tables import Descriptor

_UNKNOWN = N_("A model that is not known")


@dataclass
class _Link:
    """What a model was built from: `child` and `parent` are ids."""

    position: int
    child: str
    parent: str
    relation: str
    stated: bool
    hover: str


@dataclass
class _Family:
    """Links of models, with a label and a colour for each model; `loops` are links that cannot be drawn."""

    links: list[_Link] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    municipal: set[str] = field(default_factory=set)
    disputed: dict[str, str] = field(default_factory=dict)
    loops: list[_Link] = field(default_factory=list)

    def add(self, link: _Link) -> None:
        """Take a link in, unless it closes a loop: a model cannot stand left and right of itself."""
        (self.loops if link.parent in self._offspring(link.child) else self.links).append(link)

    def _offspring(self, model: str) -> set[str]:
        """A model and all that was built from it, however many steps on."""
        reached, waiting = {model}, [model]
        while waiting:
            further = {link.child for link in self.children(waiting.pop())} - reached
            reached |= further
            waiting.extend(further)
        return reached

    def parents(self, child: str) -> list[_Link]:
        return [link for link in self.links if link.child == child]

    def children(self, parent: str) -> list[_Link]:
        return [link for link in self.links if link.parent == parent]

    def roots(self) -> list[str]:
        """Models that were not built from others, as far as is drawn."""
        built = {link.child for link in self.links}
        return [model for model in self.names if model not in built]


def _family(table: pd.DataFrame, descriptor: Descriptor) -> _Family:
    family = _Family()
    bases = {kind.value: kind.label.lower() for kind in descriptor.categories("model_parents", "basis")}
    columns = ("model_id", "model", "role", "developer", "parent_model_id", "parent", "parent_developer", "relation")
    for row in records(table, *columns, "basis_of_link", "disputed"):
        word = _("relation not stated")
        if not pd.isna(row.relation):
            word = descriptor.label("models", "base_relation", row.relation).lower()
        stated = row.basis_of_link == "stated"
        basis = bases.get(row.basis_of_link, row.basis_of_link)
        relation = formats.escape(word if stated else f"{word} · {basis}")
        # A parent that is not known has a box of its own, which says so.
        unknown = pd.isna(row.parent_model_id)
        parent_id = f"parent of {row.model_id}" if unknown else row.parent_model_id
        parent = _(_UNKNOWN) if unknown else _named(row.parent, row.parent_model_id)
        model = _named(row.model, row.model_id)
        rests = _("stated by the developer") if stated else _("basis: {basis}", basis=basis)
        hover = doubt.lines(
            _who(model, row.developer),
            _("built from {model}", model=_who(parent, row.parent_developer)),
            f"{formats.escape(word)}; {formats.escape(rests)}",
            doubt.of_one(row.disputed),
        )
        family.add(_Link(row.position, row.model_id, parent_id, relation, stated, hover))
        family.names.setdefault(parent_id, parent)
        family.names[row.model_id] = model
        if row.role == "municipal":
            family.municipal.add(row.model_id)
        if row.disputed in IN_DOUBT:
            family.disputed[row.model_id] = row.disputed
    return family


def _named(name: str, code: str) -> str:
    """The name of a model, or its code where the name is not known."""
    return code if pd.isna(name) else str(name)


def _who(model: str, developer: str) -> str:
    """A model and its developer, if known."""
    by = "" if pd.isna(developer) else f" ({formats.escape(developer)})"
    return f"<b>{formats.escape(model)}</b>{by}"


@figure("model-lineage")
def model_lineage(table: pd.DataFrame, descriptor: Descriptor, look: Look) -> Drawing:
    """Parents on the left, what was built from them on the right; an indented tree on a narrow page."""
    if table.empty:
        return nothing(look)
    family = _family(table, descriptor)
    notes = []
    if not all(link.stated for link in family.links):
        notes.append(_("Dashed: a link that the developer did not state at first."))
    if family.loops:
        pairs = [
            _("{model} from {parent}", model=family.names[link.child], parent=family.names[link.parent])
            for link in family.loops
        ]
        said = N_("Not drawn, because it would make a model its own ancestor: {pairs}.")
        notes.append(_(said, pairs=", ".join(pairs)))
    drawn = _tree(family, look) if look.narrow else _layers(family, look)
    return doubt.explained(Drawing(drawn, _alt(family), " ".join(notes)), bool(family.disputed))


def _alt(family: _Family) -> str:
    """How many models and links there are, what most was built from, and links that were not stated at first."""
    links = ngettext("{n} link", "{n} links", len(family.links))
    models = len({link.child for link in family.links})
    sentences = [
        ngettext("{n} model built from others, {links}.", "{n} models built from others, {links}.", models, links=links)
    ]
    used = Counter(link.parent for link in family.links)
    most = max(used.values(), default=0)
    if most > 1:
        leaders = [family.names[model] for model, number in used.items() if number == most]
        said = N_("At most {number} were built from the same model: {models}.")
        sentences.append(_(said, number=formats.whole(most), models=listed(leaders[:3])))
    for link in [link for link in family.links if not link.stated][:2]:
        names = {"model": family.names[link.child], "parent": family.names[link.parent]}
        sentences.append(_("{model} from {parent}: {relation}.", **names, relation=link.relation))
    return " ".join(sentences)


def _node_text(family: _Family, node: str, look: Look, width: int) -> str:
    """The name of a model in as many lines as it needs, with the mark of a dispute."""
    lines = [formats.escape(line) for line in textwrap.wrap(family.names[node], width)]
    text = "<br>".join(lines)
    text = f"<b>{text}</b>" if node in family.municipal else text
    if node not in family.disputed:
        return text
    mark = doubt.state_words(family.disputed[node])
    between = "<br>" if len(lines[-1]) + len(mark) + 3 > width + 3 else " "
    return f'{text}{between}<span style="color:{look.doubt}">⚑ {mark}</span>'


def _depths(family: _Family) -> dict[str, int]:
    """The layer of each model: one more than that of its latest parent."""
    depths = dict.fromkeys(family.roots(), 0)
    changed = True
    while changed:  # which ends, because there are no loops
        changed = False
        for link in family.links:
            if link.parent in depths and depths.get(link.child, 0) <= depths[link.parent]:
                depths[link.child] = depths[link.parent] + 1
                changed = True
    return depths


def _places(family: _Family, depths: dict[str, int]) -> dict[tuple[str, int], float]:
    """The row of each model in its layer, and of each passage of a long link through a layer.

    A model stands in the middle of what was built from it; each leaf and each passage has a row of its own.
    """
    places: dict[tuple[str, int], float] = {}
    free = 0

    def place(node: str) -> float:
        nonlocal free
        depth = depths[node]
        if (node, depth) in places:
            return places[node, depth]
        rows = []
        for link in family.children(node):
            if depths[link.child] > depth + 1:
                passage = (f"{node}→{link.child}", depth + 1)
                for layer in range(depth + 1, depths[link.child]):
                    places[passage[0], layer] = float(free)
                rows.append(float(free))
                free += 1
            else:
                known = (link.child, depth + 1) in places
                row = place(link.child)
                rows += [] if known else [row]
        if not rows:
            rows = [float(free)]
            free += 1
        places[node, depth] = sum(rows) / len(rows)
        return places[node, depth]

    for root in family.roots():
        place(root)
    return places


_COLUMN, _GAP, _ROW = 200, 150, 48
#: On a narrow page: the indent of a generation, and the most that all of them take together, in pixels.
_INDENT, _MOST_INDENT = 20, 120


def _layers(family: _Family, look: Look) -> dict[str, Any]:
    """Boxes in columns by generation, with lines between them."""
    depths = _depths(family)
    places = _places(family, depths)
    pitch = _COLUMN + _GAP
    annotations: list[dict[str, Any]] = []
    solid: list[tuple[float | None, float | None]] = []
    dashed: list[tuple[float | None, float | None]] = []
    tips: list[tuple[float, float, _Link]] = []
    for link in family.links:
        path, label = _route(link, family, depths, places, pitch)
        (solid if link.stated else dashed).extend([*path, (None, None)])
        tips.append((*path[-1], link))
        annotations.append(_note(*label, link.relation, look, look.muted if link.stated else look.doubt))
    for node, depth in depths.items():
        colour = look.accent if node in family.municipal else look.muted
        annotations.append({
            "x": depth * pitch, "y": places[node, depth], "xanchor": "left", "showarrow": False, "align": "left",
            "text": _node_text(family, node, look, 27), "bgcolor": look.panel, "bordercolor": colour,
            "borderwidth": 1.2, "borderpad": 4, "width": _COLUMN - 12, "font": {"size": 12, "color": look.ink},
        })  # fmt: skip
    rows = max(places.values())
    columns = max(depths.values())
    layout = {
        "margin": {"l": 12, "r": 12, "t": 10, "b": 10}, "annotations": annotations,
        "xaxis": {"visible": False, "range": [-8, max(columns * pitch + _COLUMN + 20, 900)], "fixedrange": True},
        "yaxis": {"visible": False, "range": [rows + 0.6, -0.6], "fixedrange": True},
    }  # fmt: skip
    traces = [_stroke(solid, look.muted, "solid"), _stroke(dashed, look.doubt, "dash"), _tips(tips, look)]
    return chart(look, traces, height=int((rows + 1.2) * _ROW) + 20, **layout)


def _route(
    link: _Link, family: _Family, depths: dict[str, int], places: dict[tuple[str, int], float], pitch: int
) -> tuple[list[tuple[float, float]], tuple[float, float]]:
    """The way of a line, and where its label stands: beside the child, or beside the parent where several meet."""
    start, end = depths[link.parent], depths[link.child]
    levels = [places[link.parent, start]]
    levels += [places[f"{link.parent}→{link.child}", layer] for layer in range(start + 1, end)]
    levels.append(places[link.child, end])
    meeting = len(family.parents(link.child)) > 1
    path = [(start * pitch + 20.0, levels[0])]
    for layer, (here, there) in enumerate(pairwise(levels), start=start):
        a, b = layer * pitch + _COLUMN, (layer + 1) * pitch
        late = meeting and layer == end - 1
        path += [(b - 30.0, here)] if late else [(float(a), here), (a + 24.0, there)]
        path.append((b - 6.0, there))
    a, b = (end - 1) * pitch + _COLUMN, end * pitch
    return path, ((a + b - 30) / 2, levels[-2]) if meeting else ((a + b + 18) / 2, levels[-1])


def _note(x: float, y: float, text: str, look: Look, colour: str) -> dict[str, Any]:
    """A word on a line, or a few below each other that fit between two boxes."""
    lines = textwrap.wrap(text, 18, break_long_words=False, break_on_hyphens=False)
    return {
        "x": x, "y": y, "text": "<br>".join(lines), "showarrow": False, "bgcolor": look.paper, "borderpad": 1,
        "font": {"size": 11, "color": colour},
    }  # fmt: skip


def _stroke(points: Sequence[tuple[float | None, float | None]], colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": [x for x, y in points], "y": [y for x, y in points],
        "line": {"color": colour, "width": 1.5, "dash": dash}, "hoverinfo": "skip",
    }  # fmt: skip


def _tips(tips: Sequence[tuple[float, float, _Link]], look: Look) -> dict[str, Any]:
    """Heads of arrows: what a reader points at and clicks."""
    return {
        "type": "scatter", "mode": "markers", "x": [x for x, y, link in tips], "y": [y for x, y, link in tips],
        "customdata": [[link.position, link.hover] for x, y, link in tips], "cliponaxis": False,
        "hovertemplate": "%{customdata[1]}<extra></extra>",
        "marker": {
            "symbol": "triangle-right", "size": 11, "opacity": 1,
            "color": [look.muted if link.stated else look.doubt for x, y, link in tips],
        },
    }  # fmt: skip


def _tree(family: _Family, look: Look) -> dict[str, Any]:
    """What was built from a model stands below it, indented.

    A model of two parents stands below both; what was built from it, below the first.
    """
    annotations: list[dict[str, Any]] = []
    solid: list[tuple[float | None, float | None]] = []
    dashed: list[tuple[float | None, float | None]] = []
    tips: list[tuple[float, float, _Link]] = []
    y = 0.0
    step = min(_INDENT, _MOST_INDENT / max(1, *_depths(family).values()))

    written: set[str] = set()

    def write(node: str, depth: int, via: _Link | None, above: float) -> None:
        nonlocal y
        left = step * depth
        text = _node_text(family, node, look, 40 - int(left / 5))
        if via is not None:
            colour = look.muted if via.stated else look.doubt
            text = f'<span style="color:{colour};font-size:11px">{via.relation} →</span><br>{text}'
        below = [] if node in written else family.children(node)
        if node in written and family.children(node):
            text += " " + muted(_("(see above)"), look, 11)
        written.add(node)
        lines = text.count("<br>") + 1
        middle = y + 8.0
        annotations.append({
            "x": left, "y": y, "xanchor": "left", "yanchor": "top", "align": "left", "showarrow": False,
            "text": text, "font": {"size": 12, "color": look.accent if node in family.municipal else look.ink},
        })  # fmt: skip
        if via is not None:
            trunk = left - 0.65 * step
            stroke = solid if via.stated else dashed
            stroke += [(trunk, above), (trunk, middle), (left - 4, middle), (None, None)]
            tips.append((left - 4, middle, via))
        y += 16 * lines + (6 if via is None else 8)
        foot = y - 4
        for link in below:
            write(link.child, depth + 1, link, foot)

    for root in family.roots():
        write(root, 0, None, 0.0)
        y += 8
    layout = {
        "margin": {"l": 4, "r": 4, "t": 4, "b": 4}, "annotations": annotations,
        "xaxis": {"visible": False, "range": [-2, 322], "fixedrange": True},
        "yaxis": {"visible": False, "range": [y, 0], "fixedrange": True},
    }  # fmt: skip
    traces = [_stroke(solid, look.muted, "solid"), _stroke(dashed, look.doubt, "dash"), _tips(tips, look)]
    return chart(look, traces, height=int(y) + 8, **layout)
