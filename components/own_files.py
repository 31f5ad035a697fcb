"""Files of views that hold a reader's own rows: made in their session, never at an address."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st

from components.state import facts
from ledger import views
from ledger.arrow import batches_of
from ledger.exports import file_name, to_csv, to_xlsx
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.selection import Selection

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def own_files(made: views.View, selection: Selection, key: str) -> None:
    """Buttons that give a view with the reader's rows, each row marked; `key` tells two on a page apart."""
    known, chosen = facts(), made.relevant(selection)
    table = views.table(made.id, known, chosen)
    # A file speaks English, whatever the page does.
    about = [
        ("Title", made.title),
        ("Data", f"version {known.version}, with rows of your own: see the column yours"),
        ("Filters", urlencode(chosen.query()) or "none"),
    ]
    rows = ngettext("{n} row", "{n} rows", len(table))
    forms: tuple[tuple[str, str, str, Callable[[], bytes]], ...] = (
        ("CSV", "csv", "text/csv", lambda: to_csv(table)),
        (_("Excel workbook"), "xlsx", _XLSX, lambda: to_xlsx(batches_of(table), len(table), about)),
    )
    for label, extension, mime, make in forms:
        st.download_button(
            _("{file} of what is shown, yours included: {rows}", file=label, rows=rows),
            make,
            file_name(f"{made.id}-with-yours", chosen, known.version, extension),
            mime,
            key=f"own_{extension}_{key}",
            type="tertiary",
            on_click="ignore",
        )


def own_table_file(table: str) -> None:
    """A button that gives a whole table of the dataset with the reader's rows, which stand at its end."""
    known = facts()
    rows = known.tables[table]
    st.download_button(
        ngettext("Download {n} row as CSV, yours included", "Download {n} rows as CSV, yours included", len(rows)),
        lambda: to_csv(rows),
        file_name(f"{table}-with-yours", Selection(), known.version),
        "text/csv",
        icon=":material/download:",
        key=f"own_table_{table}",
        on_click="ignore",
    )
