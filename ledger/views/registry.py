"""The register of views: one question, one function, one tidy table, every face.

A view is a function from the facts and a selection to a narwhals lazy frame. It registers
itself with `@view`; page, CSV, chart and tests find it in `VIEWS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import narwhals as nw

from ledger.facts import Facts
from ledger.language import N_
from ledger.language import gettext as _
from ledger.selection import FILTERS, Selection
from ledger.tables import Descriptor

Function = Callable[[Facts, Selection], nw.LazyFrame]

#: Types that a column of a view may declare.
_TYPES = ("string", "integer", "number", "boolean")


@dataclass(frozen=True)
class Column:
    """A column of a view: its name and what it means.

    `type` is one of string, integer, number, boolean (Table Schema). `unit` is empty for texts.
    """

    name: str
    title: str
    description: str
    type: str
    unit: str = ""


#: Stands last in every view where a reader's own rows have been added to the dataset.
YOURS = Column(
    "yours", N_("Yours"), N_("Whether the row is yours, or would be another or none without your rows."), "boolean"
)


@dataclass(frozen=True)
class View:
    """A question and the function that answers it.

    `title` and `description` are marked for the catalogues: whoever shows them says `_(view.title)`.

    `frame` names the facts that it is made of, and so which filters narrow it. `origin` gives
    each column its meaning: `table.column` of the descriptor, or a derived `Column`. `keys`
    tell a row from every other. `detail` names the view that holds the rows and sources behind a
    row: those that have the same values in `behind`; it may be the view itself. `ignores` names
    filters of the frame that the view leaves aside. `measures` names the columns that change when
    disputed facts are left out, each with the columns that say whose value it is; `ranks` those
    by which rows stand in an order, each with the columns within which they do. `grows` says that
    the view has a row for each row of a table, so that it may be too large to be held at once.
    `picks` says that its rows stand for some of the rows of `detail` alone.
    """

    id: str
    title: str
    description: str
    group: str
    frame: str
    function: Function
    origin: dict[str, str | Column]
    keys: tuple[str, ...]
    detail: str = ""
    behind: tuple[str, ...] = ()
    lens: bool = False
    per_resident: bool = False
    ignores: tuple[str, ...] = ()
    measures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ranks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    grows: bool = False
    picks: bool = False

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of the filters that narrow this view."""
        return tuple(name for name in FILTERS[self.frame] if name not in self.ignores)

    def columns(self, facts: Facts) -> tuple[Column, ...]:
        """What each column means, in the order of the table, in the language that is spoken."""
        own = () if facts.base is None else (column_of(YOURS.name, YOURS, facts.descriptor),)
        return (*(column_of(name, origin, facts.descriptor) for name, origin in self.origin.items()), *own)

    def counted_in(self, unit: str) -> tuple[str, ...]:
        """The names of the derived columns with this unit, as the code names it; what is shown is its translation."""
        return tuple(name for name, origin in self.origin.items() if isinstance(origin, Column) and origin.unit == unit)

    def relevant(self, selection: Selection) -> Selection:
        """The selection without what does not concern this view."""
        lenses = (("lens",) if self.lens else ()) + (("per_resident",) if self.per_resident else ())
        return selection.only((*self.filters, *lenses))

    def without_effect(self, selection: Selection) -> tuple[str, ...]:
        """The names of the filters and lenses that are on but do not change this view."""
        names = [name for name in selection.active() if name not in self.filters]
        if self.lens and selection.per_resident and not self.per_resident:
            names.append("per_resident")
        return tuple(names)


#: Every view by its id, in the order of the pages.
VIEWS: dict[str, View] = {}


def view(id: str, **about: object) -> Callable[[Function], Function]:
    """Register a function as the view `id`; `about` are the other fields of `View`."""

    def register(function: Function) -> Function:
        if id in VIEWS:
            raise ValueError(f"There are two views with the id {id!r}.")
        VIEWS[id] = View(id=id, function=function, **about)  # type: ignore[arg-type]
        return function

    return register


def column_of(name: str, origin: str | Column, descriptor: Descriptor) -> Column:
    """What a column of a view means, by its origin, in the language that is spoken."""
    if isinstance(origin, Column):
        return replace(origin, title=_(origin.title), description=_(origin.description), unit=_(origin.unit))
    table, column = origin.split(".", 1)
    if table not in descriptor.tables:
        title = column.replace("_", " ").capitalize()
        return Column(name, title, _("Empty: the package has no table {table}.", table=table), "string")
    field = descriptor.field(table, column)
    kind = field.type if field.type in _TYPES else "string"
    return Column(name, field.title, field.description, kind, field.unit or "")
