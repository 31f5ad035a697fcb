"""The filters in the sidebar, the chips that show what is on, and the number of rows left."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import streamlit as st

from components.formats import as_markdown, count, whole
from components.state import choose, clear, controlled, facts
from ledger import views
from ledger.facts import Facts
from ledger.memory import remembered
from ledger.selection import FILTERS, MANY, Problem, Selection, choices

LABELS = {
    "city": "City",
    "initiative": "Initiative",
    "country": "Country",
    "continent": "Continent",
    "size": "Size of city (residents)",
    "kind": "Kind of initiative",
    "domain": "Domain",
    "status": "Status of initiative",
    "goal": "Sovereignty goal",
    "funder": "Funder",
    "stage": "Stage of money",
    "scope": "Scope of figure",
    "model": "Model",
    "benchmark": "Benchmark",
    "from": "From year",
    "to": "To year",
    "public": "Public money only",
    "disputed": "Disputed facts",
    "lens": "Money shown in",
    "per_resident": "Per resident",
}

#: What each filter narrows, in the words of the notes on the cards.
_MORE = ("country", "continent", "size", "kind", "domain", "status", "goal", "funder", "scope")
#: The frames whose rows are counted on every page.
_COUNTED = {"funding": "figures of money", "initiatives": "initiatives", "models": "models of cities"}
#: Chips beyond these are counted only.
_CHIPS = 12


def sidebar(selection: Selection) -> None:
    """Draw the filters; each change goes through the selection."""
    with st.sidebar:
        _many("city", selection, placeholder=f"All {count(len(choices(facts())['city']), 'city', 'cities')}")
        _many("stage", selection, placeholder="All stages")
        _lens(selection)
        more = st.expander("More filters", key="more_filters", on_change="rerun")
        if more.open:
            with more:
                for name in _MORE:
                    _many(name, selection, placeholder="All")
                _years(selection)
        _disputed(selection)


def _many(name: str, selection: Selection, *, placeholder: str) -> None:
    options = choices(facts())[name]
    key = controlled(f"filter_{name}", list(getattr(selection, name)))
    st.multiselect(
        LABELS[name],
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
        LABELS["lens"],
        list(options),
        format_func=options.__getitem__,
        key=key,
        help="US dollars: annual mean rate of the year of the figure. International dollars: purchasing power of "
        "the World Bank. As stated: each currency for itself.",
        on_change=lambda: choose(lens=st.session_state[key]),
    )
    per_resident = controlled("filter_per_resident", selection.per_resident)
    st.toggle(
        LABELS["per_resident"],
        key=per_resident,
        on_change=lambda: choose(per_resident=st.session_state[per_resident]),
    )
    public = controlled("filter_public", selection.public)
    st.toggle(LABELS["public"], key=public, on_change=lambda: choose(public=st.session_state[public]))


def _disputed(selection: Selection) -> None:
    options = choices(facts())["disputed"]
    key = controlled("filter_disputed", selection.disputed)
    st.selectbox(
        LABELS["disputed"],
        list(options),
        format_func=options.__getitem__,
        key=key,
        help="Facts in an open dispute, and facts whose makers conceded it. A withdrawn dispute does not count.",
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
            LABELS[name],
            [None, *options],
            format_func=lambda year: "any" if year is None else str(year),
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
            label = f"{LABELS[name]}: {label}"
        on.append((name, value, label))
    if not on:
        return
    with st.container(horizontal=True, gap="small", key="chips"):
        for name, value, label in on[:_CHIPS]:
            st.button(
                as_markdown(label),
                key=f"chip_{name}_{value}",
                icon=":material/close:",
                help=f"Take away: {LABELS[name]}",
                on_click=_take_away,
                args=(name, value),
            )
        if len(on) > _CHIPS:
            st.caption(f"and {len(on) - _CHIPS} more")
        st.button("Clear all", key="chips_clear", type="tertiary", on_click=clear)


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
        more = f"\n- and {len(found) - 8} more" if len(found) > 8 else ""
        st.warning(
            f"A part of this address was not understood and is left out:\n{lines}{more}", icon=":material/link_off:"
        )


def rows_left(selection: Selection) -> None:
    """How many rows the selection leaves, always in sight."""
    parts = []
    for frame, noun in _COUNTED.items():
        left, every = (count_rows(frame, chosen) for chosen in (selection, Selection()))
        parts.append(f"**{whole(left)}** of {whole(every)} {noun}")
    st.caption(" · ".join(parts), help="Rows that the filters leave, of all rows of the dataset.")


def count_rows(frame: str, selection: Selection) -> int:
    """The number of rows of a frame of the facts that a selection leaves; of models, those of cities."""
    return _count(facts(), frame, selection.only(FILTERS[frame]))


@remembered(512)
def _count(facts: Facts, frame: str, selection: Selection) -> int:
    rows = selection.rows(facts, frame)
    if frame == "models":
        rows = rows.filter(nw.col("role") == "municipal")
    return int(rows.select(nw.len()).collect().item())
