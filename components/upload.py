"""The card that takes a reader's own rows: a file is checked, its faults are shown, its rows are added."""

from __future__ import annotations

import streamlit as st

from components import own
from components.formats import as_markdown, whole
from components.state import facts
from components.turns import aside
from ledger import dataset
from ledger.exports import to_csv
from ledger.faults import Fault
from ledger.language import gettext as _
from ledger.language import language, ngettext
from ledger.own_rows import OwnRows, read_own
from ledger.reading.refused import Refused
from ledger.reports import as_table

#: Megabytes of a file that is taken; `server.maxUploadSize` says the same to the server.
LIMIT = 10
#: Faults shown on the page; the file holds all.
_SHOWN = 200
_TURN, _READ, _SAID = "own_turn", "own_read", "own_said"


def your_rows() -> None:
    """Draw the card."""
    with st.container(border=True, key="card_own"):
        st.header(_("Your own rows"), anchor="own")
        st.markdown(
            _(
                "See the rows of your city or your research beside the dataset: a table as CSV, a workbook, or a whole "
                "data package as ZIP. They are checked first. They stay in this tab: nothing is stored on the server, "
                "nobody else sees them, and one click removes them."
            )
        )
        if facts().tables.is_large:
            st.info(_("This dataset is too large for that: rows of your own are seen beside smaller ones alone."))
            return
        st.link_button(
            _("Template to fill in (Excel)"), "/api/v1/template.xlsx", icon=":material/table_view:", type="tertiary"
        )
        # A new key after each file that was taken: the uploader lets go of it.
        turn = st.session_state.setdefault(_TURN, 0)
        file = st.file_uploader(
            _("Your file (CSV, Excel or ZIP, at most {limit} MB)", limit=LIMIT),
            type=["csv", "xlsx", "zip"],
            max_upload_size=LIMIT,
            key=f"own_file_{turn}",
            help=_(
                "Tables one after another: initiatives before the money that belongs to them. A workbook or a "
                "package may hold several at once."
            ),
        )
        if file is not None:
            read = _read(file)
            if _take(file.name, read):
                st.session_state[_TURN] = turn + 1
                st.session_state.pop(_READ)
                st.rerun()
        for line in st.session_state.pop(_SAID, ()):
            st.info(line, icon=":material/check_circle:")
        own.listed()


def _read(file: st.runtime.uploaded_file_manager.UploadedFile) -> OwnRows | Refused:
    """What a file holds, or why it is not read; read once, however often the page runs while it lies there."""
    key = (file.file_id, facts().version, own.are_on(), language())
    if st.session_state.get(_READ, (None,))[0] != key:
        with st.spinner(_("Reading and checking your rows…")), aside():
            try:
                found: OwnRows | Refused = read_own(file.name, file, facts().tables, LIMIT * 2**20)
            except Refused as refused:
                found = refused
        st.session_state[_READ] = (key, found)
    result: OwnRows | Refused = st.session_state[_READ][1]
    return result


def _take(name: str, read: OwnRows | Refused) -> bool:
    """Whether the rows of a file were added; what is wrong with it is shown otherwise."""
    if isinstance(read, Refused):
        st.error(f"{as_markdown(name)}: {as_markdown(str(read))}", icon=":material/error:")
        return False
    if read.faults:
        _show_faults(name, read.faults, read.notes)
        return False
    rows = sum(len(frame) for frame in read.rows.values())
    if not rows:
        st.warning(_("{file} holds no row that is not in the dataset already.", file=as_markdown(name)))
        _notes(read.notes)
        return False
    own.add(dataset.facts(), read.rows)
    st.session_state[_SAID] = (
        ngettext("{n} row of {file} added.", "{n} rows of {file} added.", rows, file=as_markdown(name)),
        *map(as_markdown, read.notes),
    )
    return True


def _show_faults(name: str, faults: tuple[Fault, ...], notes: tuple[str, ...]) -> None:
    """The faults of a file as a table, and as a file to work through."""
    st.error(
        ngettext(
            "{file} has {n} fault. Nothing was added. Correct what is listed and give the file again.",
            "{file} has {n} faults. Nothing was added. Correct what is listed and give the file again.",
            len(faults),
            file=as_markdown(name),
        ),
        icon=":material/error:",
    )
    _notes(notes)
    table = as_table(faults)
    st.dataframe(
        table.head(_SHOWN).fillna({"meant": ""}),
        hide_index=True,
        key="own_faults",
        alt=_("Faults of your file"),
        column_order=["row", "column", "value", "meant", "expected", "file"],
        column_config={
            "row": st.column_config.NumberColumn(_("Row"), format="%d"),
            "file": _("File"),
            "column": _("Column"),
            "value": _("Found"),
            "expected": _("Expected"),
            "meant": _("Perhaps meant"),
        },
    )
    if len(faults) > _SHOWN:
        st.caption(
            _("The first {shown} of {all}; the file below holds all.", shown=whole(_SHOWN), all=whole(len(faults)))
        )
    st.download_button(
        ngettext("Download {n} fault as CSV", "Download {n} faults as CSV", len(faults)),
        lambda: to_csv(table),
        "faults.csv",
        "text/csv",
        icon=":material/download:",
        key="own_faults_csv",
        on_click="ignore",
    )


def _notes(notes: tuple[str, ...]) -> None:
    for note in notes:
        st.caption(as_markdown(note))
