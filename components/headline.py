"""What a page says first: a sentence with its figures, and the figures by themselves."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.filters import count_rows
from components.formats import escape, money, short, whole, within
from components.html import term
from components.state import facts
from ledger import views
from ledger.facts import Facts
from ledger.language import N_, ngettext
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.selection import Selection, choices

#: Public money at the stages that matter most.
_SUMS = {
    "announced": N_("announced <strong>{money}</strong>"),
    "committed": N_("committed <strong>{money}</strong>"),
    "budgeted": N_("budgeted <strong>{money}</strong>"),
    "contracted": N_("contracted <strong>{money}</strong>"),
    "spent": N_("paid out <strong>{money}</strong>"),
}


def _public(facts: Facts, selection: Selection) -> pd.DataFrame:
    """Public money by stage, in dollars unless the lens says otherwise."""
    ladder = views.table("funding-ladder", facts, selection)
    return ladder[ladder["payer"] == "public"]


def _dollars(selection: Selection) -> Selection:
    """Headlines need one unit: money as stated is shown in US dollars here."""
    return selection.but(lens="usd") if selection.lens == "stated" else selection


@remembered(in_words=True)
def money_sentence(facts: Facts, selection: Selection) -> str:
    """Public money at the stages that matter most, said as sets of figures that are not each other's parts."""
    selection = _dollars(selection)
    by_stage = _public(facts, selection).set_index("stage")
    meanings = {stage.value: stage.description for stage in facts.descriptor.categories("funding", "stage")}
    sums = [
        term(_(words, money=escape(money(by_stage.loc[stage, "value"], by_stage.loc[stage, "unit"]))), meanings[stage])
        for stage, words in _SUMS.items()
        if stage in by_stage.index and by_stage.loc[stage, "figures"] > 0
    ]
    ladder = views.table("funding-ladder", facts, selection)
    left_out = int(ladder["not_added"].sum())
    every = left_out + int(ladder["figures"].sum()) + int(ladder["not_converted"].sum())
    said = [_of_cities(facts, selection, ", ".join(sums)) if sums else _none_of_cities(facts, selection)]
    if sums:
        said.append(_("These are different sets of figures, not parts of each other."))
    if left_out:
        said.append(
            ngettext(
                "Of {n} figure of money, {left_out} restate, contain or contradict another or are rates, and are not "
                "added.",
                "Of {n} figures of money, {left_out} restate, contain or contradict another or are rates, and are not "
                "added.",
                every,
                left_out=whole(left_out),
            )
        )
    return f"<p class='lead'>{' '.join(said)}</p>"


def _of_cities(facts: Facts, selection: Selection, sums: str) -> str:
    """Sums of public money, and whose they are."""
    if selection.city:
        return _("Public money in {cities}: {sums}.", cities=escape(_named(facts, selection)), sums=sums)
    if selection.filters() != Selection():
        return _("Public money in the cities selected: {sums}.", sums=sums)
    return _("Public money in all cities: {sums}.", sums=sums)


def _none_of_cities(facts: Facts, selection: Selection) -> str:
    if selection.city:
        return _(
            "No figure of public money that can be counted is recorded in {cities}.",
            cities=escape(_named(facts, selection)),
        )
    if selection.filters() != Selection():
        return _("No figure of public money that can be counted is recorded in the cities selected.")
    return _("No figure of public money that can be counted is recorded in all cities.")


def _named(facts: Facts, selection: Selection) -> str:
    """The cities chosen by their names, as far as there is room."""
    names = choices(facts)["city"]
    first = ", ".join(names[city] for city in selection.city[:3])
    more = len(selection.city) - 3
    return ngettext("{cities} and {n} more", "{cities} and {n} more", more, cities=first) if more > 0 else first


@remembered(in_words=True)
def goals_sentence(facts: Facts, selection: Selection) -> str:
    """How many cities have anything to show, in words."""
    evidence = views.table("goals-evidence", facts, selection)
    cities = evidence["city_id"].nunique()
    operating = evidence.loc[evidence["evidence"] == "operating", "city_id"].nunique()
    said = ngettext(
        "For <strong>{n} city</strong> there is evidence of at least one of nine goals; in "
        "<strong>{operating}</strong> something operates.",
        "For <strong>{n} cities</strong> there is evidence of at least one of nine goals; in "
        "<strong>{operating}</strong> something operates.",
        cities,
        operating=whole(operating),
    )
    grades = _(
        "The grades measure what has been recorded, not virtue: a city without a row was not necessarily searched."
    )
    return f"<p class='lead'>{said} {grades}</p>"


@remembered(in_words=True)
def models_sentence(facts: Facts, selection: Selection) -> str:
    """How many models, how many open, how many in doubt."""
    models = views.table("model-releases", facts, selection)
    is_open = int(models["open_weights"].fillna(False).sum())
    in_doubt = int(models["disputed"].isin(["open", "conceded"]).sum())
    scores = views.table("model-scores", facts, selection)
    own = scores[scores["role"] == "municipal"]
    independent = int((own["reported_by"] == "independent").sum())
    said = [
        ngettext(
            "<strong>{n} model</strong> by or for city-level governments, <strong>{open}</strong> with open weights.",
            "<strong>{n} models</strong> by or for city-level governments, <strong>{open}</strong> with open weights.",
            len(models),
            open=whole(is_open),
        ),
        _("The origin of <strong>{number}</strong> is disputed or was conceded.", number=whole(in_doubt)),
        ngettext(
            "Of {scores} of these models, <strong>{n}</strong> was reported independently of the developer.",
            "Of {scores} of these models, <strong>{n}</strong> were reported independently of the developer.",
            independent,
            scores=ngettext("{n} score", "{n} scores", len(own)),
        ),
    ]
    return f"<p class='lead'>{' '.join(said)}</p>"


def counts(selection: Selection) -> None:
    """Cities, initiatives, figures of money and models that the selection leaves."""
    figures = [
        (
            _("Cities"),
            len(views.table("initiatives-map", facts(), selection)),
            _("Cities with an initiative that the filters leave."),
        ),
        (
            _("Initiatives"),
            count_rows("initiatives", selection),
            _("Things that a city does with AI, failures included."),
        ),
        (
            _("Figures of money"),
            count_rows("funding", selection),
            _("Figures as sources state them, counted or not."),
        ),
        (
            _("Models"),
            count_rows("models", selection),
            _("Models by or for a city-level government."),
        ),
    ]
    with st.grid(4, min_column_width=150):
        for label, number, help_text in figures:
            st.metric(label, whole(number), border=True, help=help_text)


def public_money(selection: Selection) -> None:
    """Public money at each stage, side by side and never added."""
    said, by_stage = _public_money(facts(), _dollars(selection))
    st.markdown(said)
    with st.grid(6, min_column_width=118):
        for label, value, meaning in by_stage:
            st.metric(label, value, border=True, help=meaning)


@remembered(in_words=True)
def _public_money(facts: Facts, selection: Selection) -> tuple[str, list[tuple[str, str, str]]]:
    """What is said of public money, and each stage with its value and its meaning."""
    by_stage = _public(facts, selection).set_index("stage")
    unit = _("international dollars") if selection.lens == "intl" else within(_("US dollars"))
    not_converted = int(by_stage["not_converted"].sum())
    said = _("**Public money by stage**, {unit}. Stages are never added.", unit=unit)
    if not_converted:
        missing = ngettext(
            "{n} counted figure without a rate is left out.",
            "{n} counted figures without a rate are left out.",
            not_converted,
        )
        said = f"{said} {missing}"
    known = by_stage[by_stage["figures"] > 0]["value"]
    return said, [
        (stage.label, short(known[stage.value]) if stage.value in known.index else _("none"), stage.description)
        for stage in facts.descriptor.categories("funding", "stage")
    ]
