"""The page of one initiative: everything known of it, with its sources."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import pandas as pd
import streamlit as st

from components import city, formats, own, thread
from components.behind import evidence_items, figure_items
from components.card import card
from components.city import Section
from components.formats import as_markdown, data_text, escape, whole
from components.html import badge, item, items
from components.state import choose, facts
from components.telling import PAGE, PLAIN_PAGE, Telling, plain_link
from components.words import STATUS_DISPUTED
from ledger import views
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.selection import Selection, choices, localised


def page(selection: Selection) -> None:
    """Draw the initiative that the address names, or offer all."""
    names = choices(facts())["initiative"]
    if len(selection.initiative) != 1:
        st.title(_("Which initiative?"))
        if len(selection.initiative) > 1:
            st.info(_("This page tells of one initiative at a time. Choose one."))
        _choose(list(selection.initiative) or list(names))
        return
    (initiative_id,) = selection.initiative
    about = Selection(initiative=(initiative_id,), disputed=selection.disputed, lens=selection.lens)
    st.title(as_markdown(names[initiative_id]), anchor=False)
    if views.table("initiatives-register", facts(), about).empty:
        if selection.disputed == "exclude":
            st.info(_("How this initiative stands is disputed, so the filter on disputed facts leaves it out."))
        else:
            st.info(_("How this initiative stands is not disputed, so the filter on disputed facts leaves it out."))
        st.button(_("Include disputed facts"), on_click=choose, kwargs={"disputed": "include"})
        return
    st.html(head_html(about, telling=PAGE))
    if not own.are_on():
        # Nobody else finds a reader's own initiative there.
        st.caption(_("Address of this page, to share:"))
        st.code(
            urljoin(st.context.url or "", Selection(initiative=(initiative_id,)).address("/initiative")),
            language=None,
            wrap_lines=True,
        )
        st.link_button(_(PLAIN_PAGE), plain_link("initiative", initiative_id))
    for section in story(about, telling=PAGE):
        with st.container(border=True, key=f"section_{section.anchor}"):
            st.header(section.title, anchor=section.anchor)
            st.html(f"<div class='ledger-text'>{section.html}</div>")
        for view in section.charts:
            card(view, about)


def story(about: Selection, *, telling: Telling) -> tuple[Section, ...]:
    """Everything known of an initiative, section by section; the selection holds one that its filters leave in."""
    (initiative_id,) = about.initiative
    row = views.table("initiatives-register", facts(), about).iloc[0]
    figures = views.table("funding-register", facts(), about)
    metrics = views.table("initiatives-metrics", facts(), about)
    evidence = views.table("goals-evidence", facts(), about)
    models = views.table("model-releases", facts(), about)
    claims = city.claims_left(about)
    gaps = views.table("coverage-by-initiative", facts(), about)
    unknown = "".join(f"<li>{escape(_(what))}</li>" for what in gaps.loc[~gaps["known"], "what"])
    tables = facts().tables
    cited: set[str] = set()
    for name, key, ids in (
        ("initiative_sources", "initiative_id", [initiative_id]),
        ("model_sources", "model_id", list(models["model_id"])),
    ):
        cited |= set(tables[name].loc[tables[name][key].isin(ids), "source_id"])
    for table in (figures, metrics, evidence, claims):
        cited |= set(table["source_id"])
    return (
        Section("facts", _("What is known"), _known(row, cited), ("initiatives-ladder",)),
        _section(
            "figures",
            _("Every figure of money"),
            figure_items(figures, telling=telling, under=about) if len(figures) else "",
            empty=_("No figure is recorded."),
        ),
        _section(
            "outcome",
            _("What was aimed at, and what came of it"),
            city.outcome(metrics),
            empty=_("Neither an aim nor a result is recorded."),
        ),
        _section(
            "goals",
            _("Evidence for sovereignty goals"),
            evidence_items(evidence, telling=telling, under=about) if len(evidence) else "",
            empty=_("No evidence for a sovereignty goal is recorded. That is not to say that there is none."),
        ),
        _section(
            "models",
            _("Models made under it"),
            city.models_html(models, telling=telling, under=about) if len(models) else "",
            empty=_("No model is recorded."),
        ),
        _section(
            "claims",
            _("What is claimed of it"),
            thread.threads_html(claims, telling=telling, under=about) if len(claims) else "",
            empty=_("No claim is recorded."),
        ),
        _section(
            "unknown",
            _("What is not known"),
            f"<ul>{unknown}</ul>" if unknown else "",
            empty=_("Nothing that is asked for."),
        ),
        Section("sources", _("Sources"), city.sources_html(cited)),
    )


def _choose(options: list[str]) -> None:
    names = choices(facts())["initiative"]
    st.selectbox(
        _("Initiative"),
        options,
        index=None,
        placeholder=_("Choose one of {number}", number=len(options)),
        format_func=names.__getitem__,
        key="choose_initiative",
        filter_mode="contains",
        on_change=lambda: (
            choose(initiative=(st.session_state["choose_initiative"],))
            if st.session_state["choose_initiative"]
            else None
        ),
    )


def _section(anchor: str, title: str, html: str, *, empty: str) -> Section:
    return Section(anchor, title, html or f"<p class='ledger-note'>{escape(empty)}</p>")


def head_html(about: Selection, *, telling: Telling) -> str:
    """Where an initiative is, how it stands, and what it is."""
    row = localised(facts(), views.table("initiatives-register", facts(), about)).iloc[0]
    descriptor = facts().descriptor
    marks = [badge(descriptor.label("initiatives", name, row[name]), strong=name == "status")
             for name in ("status", "kind", "domain")]  # fmt: skip
    if row["disputed"] in ("open", "conceded"):
        marks.append(badge(_(STATUS_DISPUTED[row["disputed"]]), alert=True))
    place = f"{telling.link('city', row['city_id'], escape(row['city']), about)}, {escape(row['country'])}"
    return f"<p class='lead'>{place} {' '.join(marks)}</p><p class='lead'>{data_text(row['summary'])}</p>"


def _known(row: Any, cited: set[str]) -> str:
    """Dates, level, lead, partners and the number of the sources `cited`, a line each; what is not known says so."""
    tables, descriptor = facts().tables, facts().descriptor
    partners = tables["initiative_partners"]
    ids = partners.loc[partners["initiative_id"] == row["initiative_id"], "organization_id"]
    bodies = tables["organizations"].set_index("id")["name"]
    level = row["government_level"]
    kinds = tables["sources"].loc[tables["sources"]["id"].isin(cited), "kind"]
    sources = ngettext(
        "{n} source, {official} official",
        "{n} sources, {official} official",
        len(kinds),
        official=whole((kinds == "official").sum()),
    )
    dates = ("status_as_of", "announced_on", "started_on", "ends_on")
    said = [
        *(
            (descriptor.field("initiatives", name).title, formats.date(row[name]) if not pd.isna(row[name]) else "")
            for name in dates
        ),
        (
            _("Level of government"),
            descriptor.label("initiatives", "government_level", level) if not pd.isna(level) else "",
        ),
        (_("Led by"), row["lead"]),
        (_("Partners"), ", ".join(bodies[list(ids)])),
        (_("Sources"), sources),
    ]
    unknown = _("not known")
    return items(
        item(head=f"<strong>{escape(name)}:</strong> {escape(value) or unknown}", lines=[]) for name, value in said
    )
