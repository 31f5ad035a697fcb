"""A reader's own rows beside the dataset: added for one reader alone, and marked wherever they show.

    facts = with_own(dataset.facts(), {"funding": rows})
    views.table("funding-register", facts, selection)["yours"]

A row of a view is the reader's where the dataset alone does not give it so: a row of theirs, a
sum that holds one, a mark of a dispute that their claim raised.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ledger.facts import SIGN, Facts, facts_of
from ledger.language import gettext as _
from ledger.tables import Tables, TooManyRows, typed
from ledger.views.registry import YOURS, View


def with_own(base: Facts, rows: Mapping[str, pd.DataFrame]) -> Facts:
    """The facts of the dataset with a reader's rows added.

    `rows` holds rows by table, as text with every column of the table, "" for what is not known;
    they must have been checked against the dataset.
    """
    tables = base.tables
    if tables.is_large:
        raise TooManyRows(_("Rows of your own can only be seen beside a dataset that fits into memory."))
    added = {name: typed(frame, base.descriptor.schema(name)) for name, frame in rows.items() if len(frame)}
    frames = {
        name: pd.concat([frame, added[name]], ignore_index=True) if name in added else frame
        for name, frame in tables.frames.items()
    }
    return facts_of(Tables(frames, base.descriptor, base.version), base)


def signed(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """The table of a view with the sign after the names of all that holds a row of the reader's.

    Names are those of what tells the rows apart (a city in `funding-by-city`); where nothing
    with a name does, of all that the rows name.
    """
    if YOURS.name not in table:
        return table
    named = [name for name in table if f"{name}_id" in table and table[name].dtype == "str"]
    telling = [name for name in named if f"{name}_id" in view.keys] or named
    changed = {}
    for name in telling:
        ids = table[f"{name}_id"]
        holds = ids.isin(ids[table[YOURS.name]]) & table[name].notna()
        changed[name] = table[name].mask(holds, table[name] + f" {SIGN}")
    return table.assign(**changed)


def counted(rows: Mapping[str, pd.DataFrame], facts: Facts) -> dict[str, int]:
    """The number of a reader's rows by the title of their table, in the order of the package."""
    titles = {name: facts.descriptor.table_title(name) for name in facts.descriptor.tables}
    return {title: len(rows[name]) for name, title in titles.items() if name in rows and len(rows[name])}
