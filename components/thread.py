"""The story of a model: what it is, what it scores, what is claimed of it, in order of time."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st
from babel.numbers import format_decimal

from components import formats
from components.card import download_menu, left_out
from components.choosers import most_debated
from components.formats import BESIDE, data_text, escape, link, safe_url, whole
from components.html import badge, item, items
from components.own import sign_of
from components.state import facts
from components.telling import FILE, PAGE, Kind, Telling
from components.words import DISPUTED, ORIGIN_DISPUTED, THREADS
from ledger import views
from ledger.disputes import THREAD_STATES
from ledger.facts import Facts
from ledger.language import N_, locale, ngettext
from ledger.language import gettext as _
from ledger.memory import remembered
from ledger.selection import Selection, localised

_ALL = Selection()
#: Threads on one page of the list.
PER_PAGE = 10

#: Statements of each kind that stand in the summary; the thread below holds all.
OPEN_SHOWN = 4

#: On whose word it rests that a model was built from another.
_BASES = {"stated": N_("stated"), "conceded": N_("conceded")}


def story(selection: Selection, model_id: str) -> None:
    """Draw the story of a model as a card."""
    about = selection.but(model=(model_id,)) if model_id else selection
    claims = views.table("model-claims", facts(), about)
    made = views.VIEWS["model-claims"]
    with st.container(border=True, key="card_model-claims"):
        st.header(_(made.title), anchor="model-claims")
        st.caption(_(made.description))
        left_out(made, about)
        if not model_id:
            st.info(_("No model is left with these filters."))
            return
        st.html(_story(facts(), model_id, about))
        if claims.empty:
            st.info(_("No claim about this model is recorded."))
        download_menu(made, about, len(claims))


@remembered(in_words=True)
def _story(facts: Facts, model_id: str, about: Selection) -> str:
    return story_html(model_id, views.table("model-claims", facts, about), telling=replace(PAGE, folded=False))


def story_html(model_id: str, claims: pd.DataFrame, *, telling: Telling) -> str:
    """What a model is, what was alleged, conceded and is open, and the thread of all claims about it."""
    return portrait_html(model_id, telling=telling) + thread_html(claims, telling=telling)


def thread_html(claims: pd.DataFrame, *, telling: Telling) -> str:
    """What was alleged, conceded and is open, and the thread of all claims about a model."""
    thread = items((_claim(row) for row in claims.itertuples()), kind="thread")
    if telling.folded:
        whole_thread = ngettext("The whole thread: {n} claim", "The whole thread: {n} claims", len(claims))
        thread = f"<details><summary>{whole_thread}</summary>{thread}</details>"
    return _in_short(claims) + thread


def most_debated_model(claims: pd.DataFrame) -> str | None:
    """The model whose origin was conceded, else the one with most claims; `claims` as in `model-claims`."""
    if claims.empty:
        return None
    by_model = claims.assign(conceded=claims["thread_state"] == "conceded").groupby("model_id")
    order = by_model.agg(conceded=("conceded", "max"), claims=("claim_id", "size"))
    return str(order.sort_values(["conceded", "claims"], ascending=False, kind="stable").index[0])


def threads(selection: Selection) -> None:
    """Draw the threads of claims as a card, those with most claims first, by pages."""
    claims = views.table("claims-register", facts(), selection)
    made = views.VIEWS["claims-register"]
    with st.container(border=True, key="card_threads"):
        st.header(_("Who says what, and who answers?"), anchor="threads")
        st.caption(
            _(
                "A thread is a statement with all that answers it, in order of time. Its state is the first of these "
                "that fits. Conceded: the side that asserted gave in. Open: a dispute has no answer. Answered: "
                "somebody else answered each dispute, which settles nothing. Withdrawn: the disputing side gave in. "
                "Undisputed: nobody disputes it."
            )
        )
        left_out(made, selection)
        if claims.empty:
            st.info(_("No claim is recorded for these filters."))
            return
        by_state = claims.drop_duplicates("thread")["thread_state"].value_counts()
        # Always the same states, so that a choice outlives a change of the filters.
        chosen = st.pills(
            _("State of the thread"),
            THREAD_STATES,
            selection_mode="multi",
            default=THREAD_STATES[:-1],
            format_func=lambda state: f"{_(THREADS[state]).capitalize()}: {whole(by_state.get(state, 0))}",
            key="thread_states",
        )
        shown = claims[claims["thread_state"].isin(chosen or THREAD_STATES)]
        if shown.empty:
            st.info(_("No thread is in the states chosen; these are in others."))
            shown = claims
        roots = _in_order(shown)["thread"].drop_duplicates().tolist()
        pages = -(-len(roots) // PER_PAGE)
        page = int(st.pagination(pages, key="page_threads") or 1) if pages > 1 else 1
        st.html(threads_html(shown[shown["thread"].isin(roots[(page - 1) * PER_PAGE : page * PER_PAGE])]))
        download_menu(made, selection, len(claims), key="threads")


def threads_html(claims: pd.DataFrame, *, telling: Telling = FILE, under: Selection = _ALL) -> str:
    """Threads of claims, each under its subject, topic and state; `claims` as in `claims-register`."""
    whole_threads = views.table("claims-register", facts(), Selection())["thread"].value_counts()
    return items(
        _thread(rows, int(whole_threads.get(thread, 0)), telling, under)
        for thread, rows in _in_order(localised(facts(), claims)).groupby("thread", sort=False)
    )


def _in_order(claims: pd.DataFrame) -> pd.DataFrame:
    """Claims in the order of their threads, those in which nobody disputes anything last."""
    return claims.assign(calm=claims["thread_state"] == "undisputed").sort_values(["calm", "thread_order"])


def _thread(rows: pd.DataFrame, every: int, telling: Telling, under: Selection) -> str:
    """One thread; `every` is the number of its claims without any filter."""
    first = rows.iloc[0]
    where = "" if pd.isna(first["city"]) else f", {escape(first['city'])}"
    topic = badge(facts().descriptor.label("claims", "topic", first["topic"]))
    stands = first["thread_state"]
    state = badge(_(THREADS.get(stands, stands)), alert=stands in ("conceded", "open"))
    kind: Kind = "model" if first["subject_type"] == "model" else "initiative"
    subject = telling.link(kind, first["subject_id"], f"<strong>{escape(first['subject'])}</strong>", under)
    head = f'<p class="head">{subject}{where} {topic} {state}</p>'
    hidden = every - len(rows)
    note = ""
    if hidden > 0:
        left = ngettext(
            "The filters leave out {n} statement of this thread.",
            "The filters leave out {n} statements of this thread.",
            hidden,
        )
        note = f"<p class='ledger-note'>{left}</p>"
    answers = items((_claim(row, of_thread=first["topic"]) for row in rows.itertuples()), kind="thread")
    return f"<li>{head}{note}{answers}</li>"


def portrait_html(model_id: str, *, telling: Telling) -> str:
    """Name, origin, size and scores of a model in a few lines."""
    only = Selection(model=(model_id,))
    descriptor = facts().descriptor
    models = facts().tables["models"].set_index("id")
    row = models.loc[model_id]
    parts = []
    if not pd.isna(row["released_on"]):
        parts.append(_("released {date}", date=escape(formats.date(row["released_on"]))))
    if not pd.isna(row["parameters_total"]):
        total = formats.short(row["parameters_total"], 3)
        if pd.isna(row["parameters_active"]):
            parts.append(_("{number} parameters", number=total))
        else:
            active = formats.short(row["parameters_active"])
            parts.append(_("{number} parameters, {active} active", number=total, active=active))
    if not pd.isna(row["license"]):
        parts.append(_("licence {name}", name=escape(row["license"])))
    if not pd.isna(row["open_weights"]):
        parts.append(_("open weights") if row["open_weights"] else _("closed weights"))
    lineage = views.table("model-lineage", facts(), only)
    parents = lineage[lineage["model_id"] == model_id]
    lines = [" · ".join(parts)]
    for parent in parents.itertuples():
        relation = "" if pd.isna(parent.relation) else descriptor.label("models", "base_relation", parent.relation)
        word = "" if parent.basis_of_link == "stated" else " " + basis_badge(parent.basis_of_link)
        source = "" if pd.isna(parent.source_url) else " · " + link(parent.source_url, _("source"))
        name = telling.link("model", parent.parent_model_id, f"<strong>{escape(parent.parent)}</strong>")
        lines.append(built_from(name, relation) + word + source)
    lines.append(_compared(model_id))
    if not pd.isna(row["note"]):
        lines.append(data_text(row["note"]))
    mark = views.table("model-releases", facts(), only)["disputed"]
    state = mark.iloc[0] if len(mark) else "none"
    head = f"<strong>{escape(row['name'])}</strong>"
    if state != "none":
        head += " " + origin_badge(state)
    return items([item(head=head, lines=lines)])


def built_from(model: str, relation: str) -> str:
    """That a model was built from another, which comes in as HTML."""
    return _("Built from {model} ({relation})", model=model, relation=escape(relation.lower()))


def basis_badge(basis: str) -> str:
    """On whose word a link between models rests; an alert where their makers did not state it at first."""
    return badge(_(_BASES[basis]), alert=basis != "stated")


def origin_badge(mark: str) -> str:
    """That the origin of a model is disputed, and how the dispute stands."""
    return badge(_(ORIGIN_DISPUTED[mark]), alert=True)


def disputed_badge(mark: str) -> str:
    """That a fact is disputed, and how the dispute stands."""
    return badge(_(DISPUTED[mark]), alert=True)


def score(value: float) -> str:
    """A score with the digits that matter: `89`, `68.33`."""
    return format_decimal(Decimal(f"{value:g}"), format="0.######", locale=locale())


def _compared(model_id: str) -> str:
    """The model's score on its most reported benchmark, beside its base and the next comparators there."""
    results = views.table("model-scores", facts(), Selection(model=(model_id,)))
    own_tests = results.loc[results["model_id"] == model_id, "benchmark"]
    claims = views.table("model-claims", facts(), Selection(model=(model_id,)))
    test = most_debated(claims, results[results["benchmark"].isin(own_tests)])
    if not test:
        return ""
    rows = results[results["benchmark"] == test]
    own = rows[rows["model_id"] == model_id]
    # Like with like: what the same source says of the others.
    source = own["source_id"].iloc[0]
    others = rows[(rows["source_id"] == source) & (rows["model_id"] != model_id)].sort_values("score", ascending=False)
    said = ", ".join(f"{escape(row.model)} {score(row.score)}" for row in others.itertuples())
    mark = own["disputed"].iloc[0]
    state = "" if mark == "none" else " " + disputed_badge(mark)
    first = own.iloc[0]
    reporter = facts().descriptor.label("benchmark_results", "reported_by", first["reported_by"]).lower()
    reported = _(
        "{benchmark}: <strong>{score}</strong> as reported by the {reporter}",
        benchmark=escape(test),
        score=score(first["score"]),
        reporter=escape(reporter),
    )
    text = f"{reported}{state} · {link(first['source_url'], first['publisher'])}"
    return f"{text}<br>" + _("In the same source: {scores}.", scores=said) if said else text


def _in_short(claims: pd.DataFrame) -> str:
    """What was alleged and conceded, and what is open: the claims of the thread sorted by how they stand."""
    conceded = claims[claims["state"] == "conceded"]
    concessions = claims[claims["stance"] == "concedes"]
    still_open = claims[claims["state"] == "open"]
    parts = []
    for head, rows, alert in (
        (_("Alleged, and conceded"), conceded, True),
        (_("What was conceded"), concessions, False),
        (_("What is open"), still_open, False),
    ):
        if len(rows):
            lines = [
                f"{data_text(row.statement)} <span class='ledger-note'>{escape(row.claimant)}, "
                f"{escape(formats.date(row.made_on))} · {link(row.source_url, row.publisher)}</span>"
                for row in rows.head(OPEN_SHOWN).itertuples()
            ]
            if len(rows) > OPEN_SHOWN:
                lines.append(
                    ngettext(
                        "and {n} more in the thread below.",
                        "and {n} more in the thread below.",
                        len(rows) - OPEN_SHOWN,
                    )
                )
            parts.append(item(head=badge(head, alert=alert), lines=lines))
    return items(parts) if parts else ""


def _claim(row: Any, of_thread: str = "") -> str:
    """One claim; its topic is left out where the head of the thread says it."""
    descriptor = facts().descriptor
    stance = descriptor.label("claims", "stance", row.stance)
    topic = "" if row.topic == of_thread else badge(descriptor.label("claims", "topic", row.topic))
    marks = badge(stance, strong=row.stance == "concedes", alert=row.stance == "disputes")
    return item(
        head=f"{marks} {topic} <strong>{escape(row.claimant)}</strong>, {escape(formats.date(row.made_on))}"
        + sign_of(row),
        lines=[
            data_text(row.statement),
            f"<span class='ledger-note'>{data_text(row.note)}</span>" if not pd.isna(row.note) else "",
            _source(row),
        ],
        indent=int(row.depth),
    )


def _source(row: Any) -> str:
    """Where a claim was made, as a link."""
    address, named = safe_url(row.source_url), f"{escape(row.publisher)}: {data_text(row.source_title)}"
    return named if address is None else f'<a href="{escape(address)}"{BESIDE}>{named}</a>'
