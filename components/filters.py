"""The filters in the sidebar, the chips that show what is on, and the number of rows left."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import streamlit as st

from components.browser import is_narrow
from components.formats import as_markdown, whole
from components.speech import switcher
from components.state import choose, clear, controlled, facts
from ledger import views
from ledger.facts import Facts
from ledger.language import N_, ngettext
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.selection import FILTERS, MANY, Problem, Selection, choices

#: Marked for the catalogues; `label` says them.
LABELS = {
    "city": N_("City"),
    "initiative": N_("Initiative"),
    "country": N_("Country"),
    "continent": N_("Continent"),
    "size": N_("Size of city (residents)"),
    "kind": N_("Kind of initiative"),
    "domain": N_("Domain"),
    "status": N_("Status of initiative"),
    "goal": N_("Sovereignty goal"),
    "funder": N_("Funder"),
    "stage": N_("Stage of money"),
    "scope": N_("Scope of figure"),
    "model": N_("Model"),
    "benchmark": N_("Benchmark"),
    "from": N_("From year"),
    "to": N_("To year"),
    "public": N_("Public money only"),
    "disputed": N_("Disputed facts"),
    "lens": N_("Money shown in"),
    "per_resident": N_("Per resident"),
}

#: What each filter narrows, in the words of the notes on the cards.
_MORE = ("country", "continent", "size", "kind", "domain", "status", "goal", "funder", "scope")
#: The frames whose rows are counted on every page.
_COUNTED = {
    "funding": N_("**{left}** of {all} figures of money"),
    "initiatives": N_("**{left}** of {all} initiatives"),
    "models": N_("**{left}** of {all} models of cities"),
}
#: Chips beyond these are counted only.
_CHIPS = 12


def label_of(name: str) -> str:
    """The name of a filter in words."""
    return _(LABELS[name])


def sidebar(selection: Selection) -> None:
    """Draw the filters; each change goes through the selection. On a narrow page they fold away."""
    if not is_narrow():
        with st.sidebar:
            _filters(selection)
            _lens(selection)
            more = st.expander(_("More filters"), key="more_filters", on_change="rerun")
            if more.open:
                with more:
                    _more(selection)
            _disputed(selection)
            switcher()
        return
    on = len(selection.filters().query())
    label = ngettext("Filters and language ({n} on)", "Filters and language ({n} on)", on)
    folded = st.expander(
        label if on else _("Filters and language"), icon=":material/tune:", key="filters", on_change="rerun"
    )
    if folded.open:
        with folded:
            _filters(selection)
            _lens(selection)
            _more(selection)
            _disputed(selection)
            switcher()


def _filters(selection: Selection) -> None:
    _many("city", selection, placeholder=ngettext("All {n} city", "All {n} cities", len(choices(facts())["city"])))
    _many("stage", selection, placeholder=_("All stages"))


def _more(selection: Selection) -> None:
    for name in _MORE:
        _many(name, selection, placeholder=_("All"))
    _years(selection)


def _many(name: str, selection: Selection, *, placeholder: str) -> None:
    options = choices(facts())[name]
    key = controlled(f"filter_{name}", list(getattr(selection, name)))
    st.multiselect(
        label_of(name),
        list(options),
        format_func=options.__getitem__,
        key=key,
        placeholder=placeholder,
        filter_mode="contains",
        select_all=False,
        on_change=lambda: choose(**{name: tuple(st.session_state[key])}),
    )


def _lens(selection: Selection) -> None:
    options = choices(facts())["lens"]
    key = controlled("filter_lens", selection.lens)
    st.selectbox(
        label_of("lens"),
        list(options),
        format_func=options.__getitem__,
        key=key,
        help=_(
            "US dollars: annual mean rate of the year of the figure. International dollars: purchasing power of "
            "the World Bank. As stated: each currency for itself."
        ),
        on_change=lambda: choose(lens=st.session_state[key]),
    )
    per_resident = controlled("filter_per_resident", selection.per_resident)
    st.toggle(
        label_of("per_resident"),
        key=per_resident,
        on_change=lambda: choose(per_resident=st.session_state[per_resident]),
    )
    public = controlled("filter_public", selection.public)
    st.toggle(label_of("public"), key=public, on_change=lambda: choose(public=st.session_state[public]))


def _disputed(selection: Selection) -> None:
    options = choices(facts())["disputed"]
    key = controlled("filter_disputed", selection.disputed)
    st.selectbox(
        label_of("disputed"),
        list(options),
        format_func=options.__getitem__,
        key=key,
        help=_("Facts in an open dispute, and facts whose makers conceded it. A withdrawn dispute does not count."),
        on_change=lambda: choose(disputed=st.session_state[key]),
    )


def _years(selection: Selection) -> None:
    years = views.table("funding-over-time", facts(), Selection())["year"].dropna()
    known = range(min(years), max(years) + 1) if len(years) else range(0)
    columns = st.columns(2)
    for column, name, part in ((columns[0], "from", "since"), (columns[1], "to", "until")):
        chosen = getattr(selection, part)
        key = controlled(f"filter_{name}", chosen)
        options = sorted({*known, *([chosen] if chosen is not None else [])})
        column.selectbox(
            label_of(name),
            [None, *options],
            format_func=lambda year: _("any") if year is None else str(year),
            key=key,
            on_change=lambda key=key, part=part: choose(**{part: st.session_state[key]}),
        )


def chips(selection: Selection) -> None:
    """What is on, each with one click to take it away."""
    options = choices(facts())
    on: list[tuple[str, str, str]] = []
    for name, value in selection.filters().query():
        label = options[name][value] if name in options else value
        if name in ("from", "to", "disputed"):
            label = f"{label_of(name)}: {label}"
        on.append((name, value, label))
    if not on:
        return
    with st.container(horizontal=True, gap="small", key="chips"):
        for name, value, label in on[:_CHIPS]:
            st.button(
                as_markdown(label),
                key=f"chip_{name}_{value}",
                icon=":material/close:",
                help=_("Take away: {filter}", filter=label_of(name)),
                on_click=_take_away,
                args=(name, value),
            )
        if len(on) > _CHIPS:
            st.caption(ngettext("and {n} more", "and {n} more", len(on) - _CHIPS))
        st.button(_("Clear all"), key="chips_clear", type="tertiary", on_click=clear)


def _take_away(name: str, value: str) -> None:
    if name in MANY:
        kept = tuple(code for code in getattr(st.session_state["selection"], name) if code != value)
        choose(**{name: kept})
    else:
        off: dict[str, dict[str, Any]] = {
            "from": {"since": None},
            "to": {"until": None},
            "public": {"public": False},
            "disputed": {"disputed": "include"},
        }
        choose(**off[name])


def problems(found: tuple[Problem, ...]) -> None:
    """Say what of the address was not understood; the rest of the page stands."""
    if found:
        lines = "\n".join(f"- {as_markdown(str(problem))}" for problem in found[:8])
        more = "\n- " + ngettext("and {n} more", "and {n} more", len(found) - 8) if len(found) > 8 else ""
        said = _("A part of this address was not understood and is left out:")
        st.warning(f"{said}\n{lines}{more}", icon=":material/link_off:")


def rows_left(selection: Selection) -> None:
    """How many rows the selection leaves, always in sight."""
    parts = []
    for frame, words in _COUNTED.items():
        left, every = (count_rows(frame, chosen) for chosen in (selection, Selection()))
        parts.append(_(words, left=whole(left), all=whole(every)))
    st.caption(" · ".join(parts), help=_("Rows that the filters leave, of all rows of the dataset."))


def count_rows(frame: str, selection: Selection) -> int:
    """The number of rows of a frame of the facts that a selection leaves; of models, those of cities."""
    return _count(facts(), frame, selection.only(FILTERS[frame]))


@remembered()
def _count(facts: Facts, frame: str, selection: Selection) -> int:
    rows = selection.rows(facts, frame)
    if frame == "models":
        rows = rows.filter(nw.col("role") == "municipal")
    return int(rows.select(nw.len()).collect().item())
