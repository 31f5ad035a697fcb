"""Which facts are disputed, and how the dispute stands.

A claim with stance `disputes` puts its mark on the facts of its topic, and on those alone.
The mark is `conceded` where the side that asserted later concedes, `withdrawn` where the
disputing side does, else `open`. A fact without a mark is `none`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

#: From the mark that weighs most to none.
MARKS = ("conceded", "open", "withdrawn", "none")

#: How a thread stands, from what weighs most to what weighs least.
THREAD_STATES = ("conceded", "open", "answered", "withdrawn", "undisputed")

#: Goals of an initiative that a topic puts in doubt.
GOALS_OF_TOPIC = {
    "provenance": ("models", "openness"),
    "privacy": ("data", "accountability"),
    "bias": ("data", "accountability"),
    "governance": ("data", "accountability"),
    "energy": ("energy",),
}


def dispute_marks(claims: pd.DataFrame) -> pd.DataFrame:
    """One row a disputed topic of a subject: `subject_type`, `subject_id`, `topic`, `mark`.

    Where several disputes of one topic stand differently, a conceded one weighs most, then an
    open one: a fact is only as sound as its worst dispute.
    """
    states = dispute_states(claims)
    marks: dict[tuple[str, str, str], str] = {}
    for claim in claims.itertuples():
        if claim.id in states:
            key = (claim.subject_type, claim.subject_id, claim.topic)
            marks[key] = min(states[claim.id], marks.get(key, "none"), key=MARKS.index)
    rows = [(*key, mark) for key, mark in sorted(marks.items())]
    return pd.DataFrame(rows, columns=["subject_type", "subject_id", "topic", "mark"], dtype="str")


def dispute_states(claims: pd.DataFrame) -> dict[str, str]:
    """How each dispute stands, by the id of its claim: `conceded`, `withdrawn` or `open`."""
    by_id = {claim.id: claim for claim in _plain(claims).itertuples()}
    concessions = [claim for claim in by_id.values() if claim.stance == "concedes"]
    return {claim.id: _state(claim, concessions, by_id) for claim in by_id.values() if claim.stance == "disputes"}


def _state(dispute: Any, concessions: list[Any], by_id: Mapping[str, Any]) -> str:
    """How one dispute stands: conceded, withdrawn or open."""
    state = "open"
    for concession in concessions:
        answered = by_id.get(concession.responds_to)
        if answered is None or _is_earlier(concession.made_on, dispute.made_on):
            continue
        in_reply = answered.id == dispute.id
        if concession.claimant == dispute.claimant:
            # The disputing side gives in: to its own dispute, to an answer to it, or later on what it disputed.
            # One statement may concede a point and dispute another: on the same day it takes nothing back.
            is_later = _is_earlier(dispute.made_on, concession.made_on)
            if in_reply or answered.responds_to == dispute.id or (is_later and answered.id == dispute.responds_to):
                state = min(state, "withdrawn", key=("conceded", "withdrawn", "open").index)
        elif in_reply or (answered.id == dispute.responds_to and answered.stance != "disputes"):
            # To the dispute itself, or on the statement that it disputes. A concession to a dispute gives in
            # to that one, not to another claim that disputes it in turn.
            state = "conceded"
    return state


def _plain(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims with None for what is not known."""
    return claims.astype(object).where(claims.notna(), None)


def _is_earlier(date: str | None, other: str | None) -> bool:
    """Whether an ISO date is surely before another one; both may be partial or missing."""
    if date is None or other is None:
        return False
    length = min(len(date), len(other))
    return date[:length] < other[:length]


def marks_of_topics(marks: pd.DataFrame, subject_type: str, topics: tuple[str, ...]) -> dict[str, str]:
    """The weightiest mark of each subject over some topics, by subject id."""
    wanted = marks[(marks["subject_type"] == subject_type) & marks["topic"].isin(topics)]
    found: dict[str, str] = {}
    for row in wanted.itertuples():
        found[row.subject_id] = min(row.mark, found.get(row.subject_id, "none"), key=MARKS.index)
    return found


def goal_marks(marks: pd.DataFrame, models: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The mark of each (initiative, goal) that a dispute reaches.

    A dispute about a model's provenance reaches the goals *models* and *openness* of the
    initiative under which it was made, unless another, undisputed model of that initiative
    carries them. A dispute about an initiative reaches the goals of its topic directly, and for
    provenance under the same exception.
    """
    disputed_models = marks_of_topics(marks, "model", ("provenance",))
    made_under = models.dropna(subset=["initiative_id"])
    carried = {row.initiative_id for row in made_under.itertuples() if row.id not in disputed_models}
    found: dict[tuple[str, str], str] = {}

    def add(initiative: str, topic: str, mark: str) -> None:
        if topic == "provenance" and initiative in carried:
            return
        for goal in GOALS_OF_TOPIC.get(topic, ()):
            found[initiative, goal] = min(mark, found.get((initiative, goal), "none"), key=MARKS.index)

    for row in marks.itertuples():
        if row.subject_type == "initiative":
            add(row.subject_id, row.topic, row.mark)
    for row in made_under.itertuples():
        if row.id in disputed_models:
            add(row.initiative_id, "provenance", disputed_models[row.id])
    return found


def answered_disputes(claims: pd.DataFrame) -> set[str]:
    """The ids of disputes that somebody else answered with a statement of their own.

    An answer asserts or disputes; one that is surely older than the dispute is none.
    """
    by_id = {claim.id: claim for claim in _plain(claims).itertuples()}
    answered = set()
    for claim in by_id.values():
        dispute = by_id.get(claim.responds_to)
        if (
            dispute is not None
            and dispute.stance == "disputes"
            and claim.stance in ("asserts", "disputes")
            and claim.claimant != dispute.claimant
            and not _is_earlier(claim.made_on, dispute.made_on)
        ):
            answered.add(dispute.id)
    return answered


def thread_states(claims: pd.DataFrame) -> dict[str, str]:
    """How the thread of each claim stands (one of `THREAD_STATES`), by the id of the claim.

    Conceded where any dispute of the thread is conceded; else open where one is open that nobody
    answered; else answered where one is open; else withdrawn; undisputed where nobody disputes.
    """
    states, answered = dispute_states(claims), answered_disputes(claims)
    placed = threads(claims)
    of_thread: dict[str, str] = {}
    for claim, thread in zip(placed["claim_id"], placed["thread"], strict=True):
        state = states.get(claim, "undisputed")
        if state == "open" and claim in answered:
            state = "answered"
        of_thread[thread] = min(state, of_thread.get(thread, "undisputed"), key=THREAD_STATES.index)
    return {claim: of_thread[thread] for claim, thread in zip(placed["claim_id"], placed["thread"], strict=True)}


def threads(claims: pd.DataFrame) -> pd.DataFrame:
    """Where each claim stands in its thread: `claim_id`, `thread`, `depth`, `thread_order`.

    A thread is a claim that answers none, with all that answers it, in order of time. The threads
    with most claims come first. Claims that answer each other in a circle open a thread with the
    earliest of them.
    """
    ordered = _plain(claims.sort_values(["made_on", "id"], na_position="last", kind="stable"))
    answers: dict[str | None, list[str]] = {}
    for claim in ordered.itertuples():
        answers.setdefault(claim.responds_to, []).append(claim.id)
    made: list[list[tuple[str, str, int]]] = []
    placed: set[str] = set()
    for opening in [*answers.get(None, ()), *ordered["id"]]:
        thread: list[tuple[str, str, int]] = []
        waiting = [(opening, 0)]
        while waiting:
            claim_id, depth = waiting.pop()
            if claim_id in placed:
                continue
            placed.add(claim_id)
            thread.append((claim_id, opening, depth))
            waiting.extend((answer, depth + 1) for answer in reversed(answers.get(claim_id, ())))
        made.append(thread)
    by_length = sorted(made, key=len, reverse=True)
    rows = [(*claim, order) for order, claim in enumerate(claim for thread in by_length for claim in thread)]
    return pd.DataFrame(rows, columns=["claim_id", "thread", "depth", "thread_order"]).astype(
        {"claim_id": "str", "thread": "str", "depth": "Int64", "thread_order": "Int64"}
    )
