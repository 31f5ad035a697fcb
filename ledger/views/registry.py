"""The register of views: one question, one function, one tidy table, every face.

A view is a function from the facts and a selection to a narwhals lazy frame. It registers
itself with `@view`; page, CSV, chart and tests find it in `VIEWS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from ledger.facts import Facts
from ledger.memory import remembered
from ledger.selection import FILTERS, Selection
from ledger.tables import Descriptor

Function = Callable[[Facts, Selection], nw.LazyFrame]

#: Views kept in memory, over all selections; a view of the curated data is at most about 1 MB.
CACHED_TABLES = 256


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
YOURS = Column("yours", "Yours", "Whether the row is yours, or would be another or none without your rows.", "boolean")


@dataclass(frozen=True)
class View:
    """A question and the function that answers it.

    `frame` names the facts that it is made of, and so which filters narrow it. `origin` gives
    each column its meaning: `table.column` of the descriptor, or a derived `Column`. `keys`
    tell a row from every other. `detail` names the view that holds the rows and sources behind a
    row: those that have the same values in `behind`; it may be the view itself. `ignores` names
    filters of the frame that the view leaves aside. `measures` names the columns that change when
    disputed facts are left out, each with the columns that say whose value it is; `ranks` those
    by which rows stand in an order, each with the columns within which they do.
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

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of the filters that narrow this view."""
        return tuple(name for name in FILTERS[self.frame] if name not in self.ignores)

    def columns(self, facts: Facts) -> tuple[Column, ...]:
        """What each column means, in the order of the table."""
        own = () if facts.base is None else (YOURS,)
        return (*(_column(name, origin, facts.descriptor) for name, origin in self.origin.items()), *own)

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


def table(view_id: str, facts: Facts, selection: Selection) -> pd.DataFrame:
    """The table of a view for a selection. It is shared by all readers: never change it."""
    return _table(view_id, facts, VIEWS[view_id].relevant(selection))


def rows_behind(view_id: str, row: dict[str, object], facts: Facts, selection: Selection) -> pd.DataFrame:
    """The rows of the detail view that one row of a view stands for.

    `row` holds the values of the view's `behind` columns.
    """
    made = VIEWS[view_id]
    # Under the lens of the row: a view that knows no residents stands for figures in total.
    rows = table(made.detail, facts, made.relevant(selection))
    for name in made.behind:
        value = row[name]
        rows = rows[rows[name].isna() if pd.isna(value) else rows[name] == value]
    return rows.reset_index(drop=True)


@remembered(CACHED_TABLES)
def _table(view_id: str, facts: Facts, selection: Selection) -> pd.DataFrame:
    view = VIEWS[view_id]
    columns = tuple(_column(name, origin, facts.descriptor) for name, origin in view.origin.items())
    with facts.engine.turn():
        found = facts.engine.collected(view.function(facts, selection).select(list(view.origin)))
    table = pd.DataFrame({column.name: _typed(found[column.name], column.type) for column in columns}, copy=False)
    if facts.base is not None:
        # A place in an order moves when another row comes in before it: the row is the same.
        places = [column.name for column in columns if column.unit == "place"]
        known = set(_rows(_table(view_id, facts.base, selection).drop(columns=places)))
        yours = [row not in known for row in _rows(table.drop(columns=places))]
        table[YOURS.name] = pd.array(yours, dtype="boolean")
    return table


def _rows(table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """The rows of a table as tuples that can be compared; what is not known is None."""
    return zip(*(table[name].astype(object).where(table[name].notna(), None) for name in table), strict=True)


_ARROW = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
_PANDAS = {"string": pd.StringDtype(na_value=np.nan), "integer": pd.Int64Dtype(), "boolean": pd.BooleanDtype()}


def _typed(values: pa.ChunkedArray, kind: str) -> Any:
    """The values of a column with the type that it declares, also where there are none."""
    # In one piece: pandas cannot join columns of no piece at all.
    cast = values.cast(_ARROW[kind]).combine_chunks()
    return _PANDAS[kind].__from_arrow__(cast) if kind in _PANDAS else cast.to_numpy(zero_copy_only=False)


def _column(name: str, origin: str | Column, descriptor: Descriptor) -> Column:
    if isinstance(origin, Column):
        return origin
    table, _, column = origin.partition(".")
    if table not in descriptor.tables:
        title = column.replace("_", " ").capitalize()
        return Column(name, title, f"Empty: the package has no table {table}.", "string")
    field = descriptor.field(table, column)
    kind = field.type if field.type in _ARROW else "string"
    return Column(name, field.title, field.description, kind, field.unit or "")
