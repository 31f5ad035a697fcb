"""What leaving disputed facts out, or nothing else in, changes in a view: rows, values and ranks."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ledger import views
from ledger.facts import Facts
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.selection import Selection, localised

#: Columns whose codes are English words, which the catalogues hold.
_WORDS = ("payer", "unit")


@dataclass(frozen=True)
class Effect:
    """What the filter `disputed` does to a view.

    `left_out` of `rows` rows are left out (rows of the view that holds the rows behind it).
    `changes` has a row for each value or rank that is another one: `whose` (in words), `what`
    (a column of the view), `is_rank`, `before` and `after`; missing where there is none.
    """

    left_out: int
    rows: int
    changes: pd.DataFrame


def effect(view_id: str, facts: Facts, selection: Selection) -> Effect | None:
    """What the filter `disputed` changes in a view; None where it is off or does not concern the view."""
    made = views.VIEWS[view_id]
    if selection.disputed == "include" or "disputed" not in made.filters:
        return None
    return _effect(view_id, facts, made.relevant(selection))


@remembered(in_words=True)
def _effect(view_id: str, facts: Facts, selection: Selection) -> Effect:
    made, everything = views.VIEWS[view_id], selection.but(disputed="include")
    behind = made.detail or view_id
    rows, left = (views.size(behind, facts, chosen) for chosen in (everything, selection))
    try:
        before, after = (_in_words(views.table(view_id, facts, one), made, facts) for one in (everything, selection))
    except views.TooManyRows:
        # Values of rows that nobody could look through.
        return Effect(rows - left, rows, _no_changes())
    return Effect(rows - left, rows, changes(made, before, after))


def _in_words(table: pd.DataFrame, made: views.View, facts: Facts) -> pd.DataFrame:
    """The table with words for the codes of the columns that say whose a value is, and names of places as spoken."""
    words = {}
    for name in {key for keys in made.measures.values() for key in keys}:
        origin = made.origin[name]
        if name in _WORDS:
            words[name] = table[name].map(_, na_action="ignore")
        elif isinstance(origin, str):
            source, column = origin.partition(".")[::2]
            labels = {category.value: category.label for category in facts.descriptor.categories(source, column)}
            if labels:
                words[name] = table[name].map(labels.get, na_action="ignore")
    return localised(facts, table).assign(**words)


def changes(made: views.View, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Every value and rank of a view that differs between two of its tables, in the order of the first."""
    found = [_changed(column, False, whose, before, after) for column, whose in made.measures.items()]
    for column, within in made.ranks.items():
        ranked = [_ranked(table, column, within, made.measures[column]) for table in (before, after)]
        found.append(_changed(column, True, made.measures[column], *ranked))
    return pd.concat(found, ignore_index=True) if found else _no_changes()


def _no_changes() -> pd.DataFrame:
    return pd.DataFrame(columns=["whose", "what", "is_rank", "before", "after"])


def _ranked(table: pd.DataFrame, column: str, within: tuple[str, ...], whose: tuple[str, ...]) -> pd.DataFrame:
    """The table with the rank of a value, the largest first, in place of the value."""
    ranked = table.dropna(subset=[column]).drop_duplicates([*whose, column])
    values = ranked.groupby([*within], dropna=False)[column] if within else ranked[column]
    return ranked.assign(**{column: values.rank(method="min", ascending=False)})


def _changed(
    column: str, is_rank: bool, whose: tuple[str, ...], before: pd.DataFrame, after: pd.DataFrame
) -> pd.DataFrame:
    """Values of one column that differ, by what tells whose they are."""
    keys = list(whose)
    old, new = (table[[*keys, column]].drop_duplicates(keys) for table in (before, after))
    joined = old.merge(new, on=keys, how="outer", suffixes=("_old", "_new"), sort=False)
    first, second = (joined[f"{column}_{end}"].astype("Float64") for end in ("old", "new"))
    is_same = (first == second).fillna(False) | (first.isna() & second.isna())
    names = joined[keys].astype(object).where(joined[keys].notna(), "").astype(str)
    joined["whose"] = [" · ".join(filter(None, row)) for row in names.itertuples(index=False, name=None)]
    changed = joined.assign(what=column, is_rank=is_rank, before=first, after=second)[~is_same]
    return changed[["whose", "what", "is_rank", "before", "after"]]
