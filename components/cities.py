"""The City page: choosing a city, one city's story, and cities side by side."""

from __future__ import annotations

from urllib.parse import quote

import pandas as pd
import streamlit as st

from components import city, formats, own
from components.behind import initiative_name
from components.card import card
from components.filters import rows_left
from components.formats import as_markdown, whole
from components.html import badge, item, items
from components.state import choose, facts
from components.telling import PAGE, PLAIN_PAGE, plain_link
from ledger import views
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.selection import Selection, choices, letters, localised
from ledger.views.cities import peers

#: Cities that fit side by side.
MOST = 6

#: Measures of `city-profiles` in the order in which they are read.
_MEASURES = (
    "country", "population", "initiatives", "operating", "ended_early", "disputed_initiatives", "all_figures",
    "furthest_stage", "models", "disputed_models", "index", "open_threads",
)  # fmt: skip


def choose_one(selection: Selection) -> None:
    """Offer all cities, and those with most figures of money."""
    names = choices(facts())["city"]
    profiles = views.table("city-profiles", facts(), selection)
    if profiles.empty:
        st.info(_("No city is left with these filters. Take one away above."))
        return
    st.selectbox(
        _("City"),
        sorted(profiles["city_id"], key=lambda code: letters(names[code])),
        index=None,
        placeholder=_("Choose a city"),
        format_func=names.__getitem__,
        key="choose_city",
        filter_mode="contains",
        on_change=lambda: choose(city=(st.session_state["choose_city"],)) if st.session_state["choose_city"] else None,
    )
    st.caption(_("Cities with most figures of money:"))
    most = profiles.sort_values(["all_figures", "city_id"], ascending=[False, True], kind="stable").head(8)
    with st.container(horizontal=True):
        for row in most.itertuples():
            label = ngettext("{city}: {n} figure", "{city}: {n} figures", row.all_figures, city=names[row.city_id])
            _open_button(as_markdown(label), (row.city_id,), "first")


def one(selection: Selection) -> None:
    """Draw the story of the one city chosen."""
    (city_id,) = selection.city
    st.title(as_markdown(choices(facts())["city"][city_id]), anchor=False)
    st.html(city.profile_html(selection))
    rows_left(selection)
    if not own.are_on():
        # These are pages of the dataset alone.
        with st.container(horizontal=True):
            st.link_button(
                _("Brief to print (HTML)"),
                selection.but(city=()).address(f"/brief/{quote(city_id)}"),
                icon=":material/download:",
            )
            st.link_button(_(PLAIN_PAGE), plain_link("city", city_id))
    _peers(city_id, selection)
    sections = city.story(selection, telling=PAGE)
    st.html(city.contents(sections))
    for section in sections:
        with st.container(border=True, key=f"section_{section.anchor}"):
            st.header(section.title, anchor=section.anchor)
            if section.anchor == "sources":
                opened = st.expander(_("All sources"), key="city_sources", on_change="rerun")
                if opened.open:
                    with opened:
                        st.html(f"<div class='ledger-text'>{section.html}</div>")
            else:
                st.html(f"<div class='ledger-text'>{section.html}</div>")
        for view in section.charts:
            # Where nothing is recorded the section has said so; where filters leave nothing, the card says which.
            everything = Selection(city=selection.city)
            if len(views.table(view, facts(), everything)):
                card(view, selection)


def _peers(city_id: str, selection: Selection) -> None:
    """Cities of like size, to put beside those that are chosen."""
    profiles = views.table("city-profiles", facts(), selection.but(city=()))
    others = profiles[~profiles["city_id"].isin(selection.city) | (profiles["city_id"] == city_id)]
    near = peers(others, city_id)
    if not near:
        return
    names = choices(facts())["city"]
    st.caption(_("Put a city of the size of {city} beside it:", city=as_markdown(names[city_id])))
    with st.container(horizontal=True):
        for peer in near:
            _open_button(as_markdown(names[peer]), (*selection.city, peer), "peer")


def _open_button(label: str, chosen: tuple[str, ...], kind: str) -> None:
    st.button(label, key=f"{kind}_{'_'.join(chosen)}", on_click=choose, kwargs={"city": chosen})


def side_by_side(selection: Selection) -> None:
    """Draw two to six cities beside each other."""
    names = choices(facts())["city"]
    shown = selection.but(city=selection.city[:MOST])
    if len(selection.city) > MOST:
        said = _("At most {most} cities stand side by side.", most=MOST)
        left_out = as_markdown(", ".join(names[code] for code in selection.city[MOST:][:5]))
        if len(selection.city) > MOST + 5:
            rest = _("These are the first {most}; left out: {cities} and others.", most=MOST, cities=left_out)
        else:
            rest = _("These are the first {most}; left out: {cities}.", most=MOST, cities=left_out)
        st.warning(f"{said} {rest}")
    with st.container(border=True, key="card_profiles"):
        made = views.VIEWS["city-profiles"]
        st.header(_(made.title), anchor="city-profiles")
        st.caption(_("Of each city: its size, what it does with AI, how far its money came and what is disputed."))
        st.html(_profiles(shown, [names[code] for code in shown.city]))
    with st.container(horizontal=True):
        for code in shown.city:
            _open_button(as_markdown(_("{city} alone", city=names[code])), (code,), "alone")
    if len(shown.city) < MOST:
        _peers(shown.city[0], shown)
    card("funding-by-city", shown)
    card("initiatives-status", shown, title=_("How do their initiatives stand, failures included?"))
    card("goals-profile", shown)
    with st.container(border=True, key="card_outcomes"):
        st.header(_("What runs, and what became of the rest?"), anchor="runs")
        st.html(_ended_early(shown))
        for code in shown.city:
            opened = st.expander(as_markdown(names[code]), key=f"runs_{code}", on_change="rerun")
            if opened.open:
                with opened:
                    st.html(city.initiatives_html(shown.but(city=(code,)), telling=PAGE))


def _ended_early(selection: Selection) -> str:
    """What was cancelled or paused in each city, in sight before anything is opened."""
    register = views.table("initiatives-register", facts(), selection)
    stopped = register[register["status"].isin(["paused", "cancelled"])]
    names, descriptor = choices(facts())["city"], facts().descriptor
    lines = []
    for code in selection.city:
        rows = stopped[stopped["city_id"] == code]
        said = [
            f"{initiative_name(row, PAGE, selection)} "
            f"{badge(descriptor.label('initiatives', 'status', row.status), strong=True)}"
            for row in rows.itertuples()
        ]
        head = _("<strong>{city}</strong>, cancelled or paused:", city=formats.escape(names[code]))
        lines.append(item(head=head, lines=said or [_("No initiative is recorded.")]))
    return items(lines)


def _profiles(selection: Selection, names: list[str]) -> str:
    """The profiles of the cities, a measure a row."""
    made = views.VIEWS["city-profiles"]
    columns = {column.name: column for column in made.columns(facts())}
    profiles = localised(facts(), views.table("city-profiles", facts(), selection))
    table = profiles.set_index("city_id").reindex(selection.city)
    rows = []
    for name in _MEASURES:
        cells = [_measure(name, value) for value in table[name]]
        rows.append([formats.escape(columns[name].title), *cells])
    return city.table_html([_("City"), *names], rows)


def _measure(name: str, value: object) -> str:
    if pd.isna(value):
        return _("none") if name == "furthest_stage" else _("not known")
    if name == "furthest_stage":
        return formats.escape(facts().descriptor.label("funding", "stage", str(value)))
    if isinstance(value, str):
        return formats.escape(value)
    return f"{value:.0f}" if name == "index" else whole(float(str(value)))
