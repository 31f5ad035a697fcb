"""How a view leaves the dashboard: as files, as a citation, as an embed, as code."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import streamlit as st

from components import own
from components.charts import drawing, is_dark
from components.figures import FIGURES
from components.formats import escape
from components.html import menu
from components.look import look_of
from components.state import facts
from ledger import views
from ledger.address import public_address
from ledger.citation import Citation, citation, filter_words
from ledger.download import size
from ledger.exports import to_csv
from ledger.facts import Facts
from ledger.language import SOURCE, in_address, ngettext, speaking
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.selection import Selection, choices
from ledger.snippets import snippets

_PAGES = {
    "spending": "/spending",
    "sovereignty": "/sovereignty",
    "models": "/models",
    "initiatives": "/",
    "evidence": "/evidence",
}
#: Views whose card stands on another page than those of their group.
_ELSEWHERE = {
    "funding-double-counts": "/evidence",
    "funding-naive-sums": "/evidence",
    "initiatives-ladder": "/initiative",
    "changes": "/data",
}
#: Views that have no card of their own.
WITHOUT_CARD = ("initiatives-register", "initiatives-metrics", "city-profiles", "coverage-by-initiative")


def view_address(made: views.View, selection: Selection) -> str:
    """Where a view is to be seen for these filters: its card, or its file where it has none."""
    chosen = made.relevant(selection)
    if made.id in WITHOUT_CARD:
        return chosen.address(f"/api/v1/views/{made.id}.csv")
    return f"{chosen.address(_ELSEWHERE.get(made.id, _PAGES[made.group]))}#{made.id}"


def files(made: views.View, selection: Selection) -> tuple[tuple[str, str], ...]:
    """The addresses of the files of a view, with their labels."""
    return _files(facts(), made.id, selection, "dark" if is_dark() else "light")


@remembered(in_words=True)
def _files(facts: Facts, view_id: str, selection: Selection, theme: str) -> tuple[tuple[str, str], ...]:
    everything = selection.lenses()
    shown, every = (_how_much(facts, view_id, chosen) for chosen in (selection, everything))
    path = f"/api/v1/views/{view_id}"
    links = [
        (selection.address(f"{path}.csv"), _("CSV of what is shown: {rows}", rows=shown)),
        (everything.address(f"{path}.csv"), _("CSV of everything: {rows}", rows=every)),
        (selection.address(f"{path}.xlsx"), _("Excel workbook of what is shown")),
        (selection.address(f"{path}.json"), _("JSON of what is shown")),
        (selection.address(f"{path}.parquet"), _("Parquet of what is shown")),
    ]
    if view_id in FIGURES:
        for form in ("png", "svg"):
            query = urlencode([*selection.query(), *in_address(), ("format", form), ("theme", theme)])
            links.append((f"/chart/{view_id}?{query}", _("Chart as {form}", form=form.upper())))
    return tuple(links)


#: Rows from which on a file is so large that its size is told, and rows by which it is estimated.
_LARGE, _TRIED = 20_000, 200


def _how_much(facts: Facts, view_id: str, selection: Selection) -> str:
    """The number of rows of a CSV file, and about how large it is where it is large, by its first rows."""
    rows = views.size(view_id, facts, selection)
    if rows < _LARGE:
        return ngettext("{n} row", "{n} rows", rows)
    tried = to_csv(views.part(view_id, facts, selection, 0, _TRIED))
    return ngettext("{n} row, about {size}", "{n} rows, about {size}", rows, size=size(len(tried) * rows // _TRIED))


def share_menu(made: views.View, selection: Selection, key: str) -> None:
    """A menu with what is needed to cite a view, to embed its chart and to read it with a program.

    It is filled when it is opened. `key` tells two menus of one view on a page apart.
    """
    if own.are_on():
        # Nobody else sees these rows: there is nothing to cite, to embed or to fetch.
        return
    has_chart = made.id in FIGURES
    opened = st.popover(
        _("Cite and embed") if has_chart else _("Cite"),
        icon=":material/format_quote:",
        type="tertiary",
        key=f"share_{key}",
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        names = [_("Cite"), _("Embed"), _("Code")] if has_chart else [_("Cite"), _("Code")]
        citing, *embedding, coding = st.tabs(names)
        with citing:
            show_citation(cite_view(made, selection))
        for tab in embedding:
            with tab:
                _embed(made, selection)
        with coding:
            _code(made, selection, key)


def feed_address(selection: Selection) -> str:
    """The address of the feed of what changed, for the filters that concern it."""
    return base() + views.VIEWS["changes"].relevant(selection).address("/feed.atom")


def show_citation(cited: Citation) -> None:
    """A citation as text and as BibTeX, to be copied."""
    st.code(cited.text, language=None, wrap_lines=True)
    st.caption("BibTeX")
    st.code(cited.bibtex, language=None, wrap_lines=True)


# A citation is the same whoever copies it: in English, of an address that names no language.


@speaking(SOURCE)
def cite_view(made: views.View, selection: Selection) -> Citation:
    """The citation of a view for the filters that concern it."""
    words = filter_words(made.relevant(selection), choices(facts()))
    return _cite(made.title, view_address(made, selection), words)


@speaking(SOURCE)
def cite_dataset() -> Citation:
    """The citation of the whole dataset."""
    return _cite(facts().descriptor.title, "/data")


def _cite(title: str, path: str, words: dict[str, tuple[str, ...]] | None = None) -> Citation:
    """The citation of what stands at a path of this dashboard today."""
    return citation(facts(), title, base() + path, datetime.now(UTC).date(), words)


def base() -> str:
    """The public address; empty where the browser has not said its own, so that addresses stay paths."""
    asked = st.context.url
    return public_address(asked) if asked else ""


def _code(made: views.View, selection: Selection, key: str) -> None:
    by_name = {one.name: one for one in snippets(base(), made, selection, made.columns(facts()))}
    name = st.segmented_control(
        _("Program"),
        list(by_name),
        default="pandas",
        required=True,
        key=f"program_{key}",
        label_visibility="collapsed",
    )
    chosen = by_name[str(name)]
    st.code(chosen.code, language=None, wrap_lines=True)
    st.caption(_(chosen.hint))


def _embed(made: views.View, selection: Selection) -> None:
    path = made.relevant(selection).address(f"/embed/{made.id}")
    st.code(iframe(made, selection, base() + path), language=None, wrap_lines=True)
    st.caption(
        _("It follows the light or dark theme of its reader; `theme=light` or `theme=dark` in the address fixes one.")
    )
    st.html(menu([(path, _("See the embed"))]))


def iframe(made: views.View, selection: Selection, address: str) -> str:
    """The HTML that puts the embed at an address into another page."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(_(made.title))}" width="100%" '
        f'height="{_height(made, selection)}" style="border:0" loading="lazy"></iframe>'
    )


def _height(made: views.View, selection: Selection) -> int:
    """As many pixels as an embed takes in a column of text, about 640 wide: its chart and the lines around it."""
    chosen = made.relevant(selection)
    drawn = [drawing(facts(), made.id, chosen, look_of(facts().descriptor, narrow=narrow)) for narrow in (True, False)]
    figure = max(int(one.figure["layout"].get("height", 450)) for one in drawn)
    lines = -(-len(_(made.title)) // 60) + -(-len(drawn[0].note) // 90) + bool(chosen.query())
    return figure + 100 + 25 * lines
