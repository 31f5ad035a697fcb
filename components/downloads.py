"""The Data page's lists of views and tables, and the terms on which they are given."""

from __future__ import annotations

import streamlit as st

from components import own
from components.behind import show_rows_behind
from components.card import left_out, own_rows
from components.formats import as_markdown, link, title_link, whole
from components.html import items, menu
from components.own_files import own_files, own_table_file
from components.reach import where_it_is_reached
from components.share import cite_dataset, files, share_menu, show_citation
from components.speech import spoken
from components.state import facts
from components.tables import PAGE, view_table
from ledger import dataset, views
from ledger.descriptor import Descriptor
from ledger.facts import SIGN
from ledger.language import N_, ngettext
from ledger.language import gettext as _
from ledger.selection import Selection

_GROUPS = {
    "spending": N_("Spending"),
    "sovereignty": N_("Sovereignty"),
    "models": N_("Models"),
    "initiatives": N_("Initiatives"),
    "evidence": N_("Evidence"),
}


def views_list(selection: Selection) -> None:
    """Every view for the filters that are on: a preview and the file."""
    with st.container(border=True, key="card_views"):
        st.header(_("Views"), anchor="views")
        st.caption(_("Each is the table behind a chart of these pages, narrowed by the filters that are on."))
        names = list(views.VIEWS)
        chosen = st.selectbox(
            _("View"),
            names,
            format_func=lambda name: f"{_(_GROUPS[views.VIEWS[name].group])}: {_(views.VIEWS[name].title)} ({name})",
            key="data_view",
            filter_mode="contains",
        )
        made = views.VIEWS[chosen]
        rows, every = (views.size(chosen, facts(), one) for one in (selection, selection.lenses()))
        st.caption(_(made.description))
        left_out(made, selection)
        own_rows(made, selection)
        if not rows:
            narrowed = _("No rows are left with these filters. Take one away above, or download everything.")
            st.info(narrowed if every else _("The dataset holds no rows for this view."))
        else:
            row = view_table(made, selection, rows, key="data_view")
            if row is not None:
                show_rows_behind(chosen, row, selection)
        _view_files(made, selection, rows, every)


@st.fragment
@dataset.one_version()
@spoken()
def _view_files(made: views.View, selection: Selection, rows: int, every: int) -> None:
    """The files of the chosen view. A fragment, so that a menu opens without running the page."""
    with where_it_is_reached("files"):
        if own.are_on():
            with st.container(horizontal=True):
                own_files(made, selection, "data_view")
            return
        csv, *others = files(made, selection)
        raw = f"{csv[0]}{'&' if '?' in csv[0] else '?'}safe=false"
        with st.container(horizontal=True):
            st.link_button(
                ngettext(
                    "Download {some} of {n} row as CSV", "Download {some} of {n} rows as CSV", every, some=whole(rows)
                ),
                csv[0],
                icon=":material/download:",
            )
            with st.popover(_("Other files"), key="menu_data_view"):
                st.html(menu([*others, (raw, _("CSV without protection for spreadsheets"))]))
                st.caption(
                    _("The usual CSV puts an apostrophe before texts that a spreadsheet would take for a formula.")
                )
            share_menu(made, selection, "data_view")


def tables_list() -> None:
    """Every table of the dataset, whole."""
    descriptor, tables = facts().descriptor, facts().tables
    with st.container(border=True, key="card_tables"):
        st.header(_("Tables"), anchor="tables")
        st.caption(_("The dataset as it is kept, without any filter."))
        chosen = st.selectbox(
            _("Table"),
            list(tables.names),
            format_func=lambda name: ngettext(
                "{title}: {n} row ({table})",
                "{title}: {n} rows ({table})",
                tables.size(name),
                title=descriptor.table_title(name),
                table=name,
            ),
            key="data_table",
        )
        rows = tables.size(chosen)
        st.caption(as_markdown(descriptor.table_description(chosen).replace("`", "")))
        pages = -(-rows // PAGE)
        page = int(st.pagination(pages, key=f"page_{chosen}") or 1) if pages > 1 else 1
        st.dataframe(
            tables.part(chosen, (page - 1) * PAGE, page * PAGE),
            hide_index=True,
            key=f"table_{chosen}_{page}",
            alt=_("Table {table}", table=chosen),
            column_config={
                field.name: st.column_config.Column(field.name, help=field.description)
                for field in descriptor.fields(chosen)
            },
        )
        if own.are_on():
            own_table_file(chosen)
            return
        address = f"/api/v1/tables/{chosen}"
        with st.container(horizontal=True):
            st.link_button(
                ngettext("Download {n} row as CSV", "Download {n} rows as CSV", rows),
                f"{address}.csv",
                icon=":material/download:",
            )
            for extension, name in (("xlsx", "Excel"), ("json", "JSON"), ("parquet", "Parquet")):
                st.link_button(name, f"{address}.{extension}", type="tertiary")


def programs(selection: Selection) -> None:
    """What programs and catalogues take: the package for the filters that are on, its descriptions, and the API."""
    filters = selection.filters()
    if filters.active():
        package = _("Package: every table and all that describes it, as one ZIP, narrowed by the filters that are on")
    else:
        package = _("Package: every table and all that describes it, as one ZIP")
    links = [
        (filters.address("/api/v1/package.zip"), package),
        ("/api/v1/datapackage.json", _("Descriptor: what tables, columns and codes mean (Data Package)")),
        ("/api/v1/croissant.json", _("Croissant: the same, for tools of machine learning")),
        ("/api/v1/catalogue.jsonld", _("JSON-LD: schema.org and DCAT-AP, for search engines and data portals")),
        ("/api/docs", _("API: every view for any filters, and every table; its contract to read and to try")),
    ]
    with st.container(border=True, key="card_programs"):
        st.header(_("For programs"), anchor="programs")
        if own.are_on():
            st.caption(_("{sign} These give the dataset alone, without the rows that you have added.", sign=SIGN))
        st.html(menu(links))


#: What every package leaves open; what else its own does, its descriptor says.
_LIMIT = N_("Coverage follows what is public and indexed; a city without rows was not necessarily searched.")


def _licence(descriptor: Descriptor) -> str:
    """Under which licences the data are, as HTML."""
    licences = [
        link(one.get("path"), one.get("title") or one.get("name") or one.get("path", "")) for one in descriptor.licenses
    ]
    if not licences:
        return _("The publisher of the data states no licence: ask before you pass them on.")
    return _("The data may be used under: {licences}.", licences=", ".join(licences))


def terms() -> None:
    """Licence, citation and known limits."""
    descriptor = facts().descriptor
    with st.container(border=True, key="card_terms"):
        st.header(_("Licence and citation"), anchor="licence")
        code = _("The code is under the Apache License 2.0. Cite it like this:")
        st.html(f"<div class='ledger-text'><p>{_licence(descriptor)} {code}</p></div>")
        show_citation(cite_dataset())
        sources = descriptor.raw.get("sources", ())
        if sources:
            listed = items(f"<li>{title_link(one.get('path'), one.get('title', ''))}</li>" for one in sources)
            head = _("It rests on:")
            st.html(f"<p>{head}</p>{listed}")
        st.header(_("Known limits"), anchor="limits")
        st.markdown("\n".join(f"- {as_markdown(limit)}" for limit in (_(_LIMIT), *descriptor.limits)))
