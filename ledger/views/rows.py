"""The rows of a view: all of them where they can be held at once, else a part, or one batch after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pa
from babel.numbers import format_decimal

from ledger.arrow import ARROW, CHUNK, as_pandas, batches_of
from ledger.facts import Facts
from ledger.language import gettext as _
from ledger.language import locale, ngettext
from ledger.memory import remembered
from ledger.selection import Selection
from ledger.tables import TooManyRows
from ledger.views.registry import VIEWS, YOURS, View, column_of

#: Rows of a table that is held at once, at most.
MOST = 200_000


def table(view_id: str, facts: Facts, selection: Selection) -> pd.DataFrame:
    """The table of a view for a selection. It is shared by all readers: never change it.

    Raises:
        TooManyRows: it has more rows than can be held at once; they can be had in parts.
    """
    made = VIEWS[view_id]
    if _may_be_large(made, facts) and (rows := size(view_id, facts, selection)) > MOST:
        raise TooManyRows(
            ngettext(
                "“{view}” has {n} row: more than {most} cannot be held at once.",
                "“{view}” has {n} rows: more than {most} cannot be held at once.",
                rows,
                view=_(made.title),
                most=format_decimal(MOST, locale=locale()),
            )
        )
    return _table(view_id, facts, made.relevant(selection))


def size(view_id: str, facts: Facts, selection: Selection) -> int:
    """The number of rows of a view for a selection."""
    made = VIEWS[view_id]
    if _may_be_large(made, facts):
        return _size(view_id, facts, made.relevant(selection))
    return len(table(view_id, facts, selection))


def distinct(view_id: str, facts: Facts, selection: Selection, column: str) -> int | None:
    """The number of different values of a column of a view; None where it has no such column."""
    made = VIEWS[view_id]
    if column not in made.origin:
        return None
    if _may_be_large(made, facts):
        return _distinct(view_id, facts, made.relevant(selection), column)
    return int(table(view_id, facts, selection)[column].nunique())


def sources(view_id: str, facts: Facts, selection: Selection) -> int | None:
    """The number of sources that the rows of a view rest on, or those behind them; None where they name none."""
    made = VIEWS[view_id]
    if made.picks:
        return _sources_behind(view_id, facts, made.relevant(selection))
    named = view_id if "source_id" in made.origin else made.detail
    return distinct(named, facts, selection, "source_id") if named else None


def number_where(view_id: str, facts: Facts, selection: Selection, column: str) -> int:
    """The number of rows of a view for which a column says yes."""
    made = VIEWS[view_id]
    if _may_be_large(made, facts):
        return _number_where(view_id, facts, made.relevant(selection), column)
    return int(table(view_id, facts, selection)[column].sum())


def part(view_id: str, facts: Facts, selection: Selection, start: int, end: int) -> pd.DataFrame:
    """The rows of a view from one place up to another, the first being 0; never change them."""
    made = VIEWS[view_id]
    if _may_be_large(made, facts):
        return _part(view_id, facts, made.relevant(selection), start, end)
    return table(view_id, facts, selection).iloc[start:end]


def batches(
    view_id: str, facts: Facts, selection: Selection, start: int = 0, end: int | None = None
) -> Iterator[pa.Table]:
    """The rows of a view from one place up to another (the last), some at a time, with Arrow's types.

    A view without rows is one batch.
    """
    made = VIEWS[view_id]
    if not _may_be_large(made, facts):
        whole = table(view_id, facts, selection).iloc[start:end]
        return (_typed(batch, made, facts) for batch in batches_of(whole))
    found = facts.engine.batches(_frame(made, facts, made.relevant(selection)), CHUNK, start, end)
    return (_typed(batch, made, facts) for batch in found)


def rows_behind(
    view_id: str, row: dict[str, object], facts: Facts, selection: Selection, most: int = MOST
) -> tuple[pd.DataFrame, int]:
    """The first of the rows of the detail view that one row of a view stands for, and how many there are.

    `row` holds the values of the view's `behind` columns; `most` is the number of rows wanted. Counted
    figures come first.
    """
    made = VIEWS[view_id]
    # Under the lens of the row: a view that knows no residents stands for figures in total.
    detail, chosen = VIEWS[made.detail], made.relevant(selection)
    if _may_be_large(detail, facts):
        conditions = [
            nw.col(name).is_null() if pd.isna(row[name]) else nw.col(name) == row[name] for name in made.behind
        ]
        with facts.engine.turn():
            found = _frame(detail, facts, detail.relevant(chosen)).filter(*conditions)
            first = found
            if "counted" in detail.origin:
                # One after the other: sorting would put every row into another place.
                first = nw.concat([found.filter("counted"), found.filter(~nw.col("counted"))])
        return as_pandas(_typed(facts.engine.part(first, 0, most), detail, facts)), _number(facts, found)
    rows = table(made.detail, facts, chosen)
    for name in made.behind:
        value = row[name]
        rows = rows[rows[name].isna() if pd.isna(value) else rows[name] == value]
    if "counted" in rows:
        rows = rows.sort_values("counted", ascending=False, kind="stable")
    return rows.head(most).reset_index(drop=True), len(rows)


def _may_be_large(view: View, facts: Facts) -> bool:
    return view.grows and facts.tables.is_large


def _frame(view: View, facts: Facts, selection: Selection) -> nw.LazyFrame:
    with facts.engine.turn():
        return view.function(facts, selection).select(list(view.origin))


def _typed(found: pa.Table, view: View, facts: Facts) -> pa.Table:
    """The rows with the types that the columns declare, also where there are none."""
    columns = (column_of(name, origin, facts.descriptor) for name, origin in view.origin.items())
    return pa.table({column.name: found[column.name].cast(ARROW[column.type]) for column in columns})


@remembered()
def _table(view_id: str, facts: Facts, selection: Selection) -> pd.DataFrame:
    view = VIEWS[view_id]
    table = as_pandas(_typed(facts.engine.collected(_frame(view, facts, selection)), view, facts))
    if facts.base is not None:
        # A place in an order moves when another row comes in before it: the row is the same.
        places = list(view.counted_in("place"))
        known = set(_rows(_table(view_id, facts.base, selection).drop(columns=places)))
        yours = [row not in known for row in _rows(table.drop(columns=places))]
        table[YOURS.name] = pd.array(yours, dtype="boolean")
    return table


@remembered()
def _size(view_id: str, facts: Facts, selection: Selection) -> int:
    return _number(facts, _frame(VIEWS[view_id], facts, selection))


@remembered()
def _distinct(view_id: str, facts: Facts, selection: Selection, column: str) -> int:
    found = _frame(VIEWS[view_id], facts, selection)
    return _number(facts, found.filter(~nw.col(column).is_null()).select(column).unique())


@remembered()
def _sources_behind(view_id: str, facts: Facts, selection: Selection) -> int:
    view = VIEWS[view_id]
    detail = VIEWS[view.detail]
    # As texts, since nothing known is equal to what is not known.
    key = nw.concat_str([nw.col(name).cast(nw.String).fill_null("") for name in view.behind], separator="\0")
    with facts.engine.turn():
        there = _frame(view, facts, selection).select(key=key).unique()
        rows = _frame(detail, facts, detail.relevant(selection)).with_columns(key=key)
        named = rows.join(there, on="key", how="semi").filter(~nw.col("source_id").is_null())
    return _number(facts, named.select("source_id").unique())


@remembered()
def _number_where(view_id: str, facts: Facts, selection: Selection, column: str) -> int:
    return _number(facts, _frame(VIEWS[view_id], facts, selection).filter(nw.col(column)))


def _number(facts: Facts, rows: nw.LazyFrame) -> int:
    with facts.engine.turn():
        counted = rows.select(rows=nw.len())
    return int(facts.engine.collected(counted)["rows"][0].as_py())


@remembered()
def _part(view_id: str, facts: Facts, selection: Selection, start: int, end: int) -> pd.DataFrame:
    view = VIEWS[view_id]
    return as_pandas(_typed(facts.engine.part(_frame(view, facts, selection), start, end), view, facts))


def _rows(table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """The rows of a table as tuples that can be compared; what is not known is None."""
    return zip(*(table[name].astype(object).where(table[name].notna(), None) for name in table), strict=True)
