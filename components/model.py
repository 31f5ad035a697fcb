"""The story of one model, section by section, in HTML: what it is, what is claimed of it, what it scores."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
from babel.numbers import format_decimal

from components import city, formats, thread
from components.city import Section
from components.formats import data_text, escape, link
from components.html import badge, item, items
from components.state import facts
from components.telling import Telling
from ledger import views
from ledger.language import gettext as _
from ledger.language import locale
from ledger.selection import Selection, localised

#: Columns of the table of models that a reader asks for, in their order.
_ASKED = (
    "released_on", "parameters_total", "parameters_active", "architecture", "context_tokens", "modality", "license",
    "open_weights", "base_relation", "government_link", "weights_url",
)  # fmt: skip
#: What is asked of models of cities alone.
_OF_CITIES = ("base_relation", "government_link")
#: Codes that say that something is not known.
_NOT_KNOWN = ("unknown", "undisclosed")


def head_html(model_id: str, *, telling: Telling) -> str:
    """Whose model it is, and whether it is in doubt."""
    row = _row(model_id)
    marks = badge(facts().descriptor.label("models", "role", row["role"]))
    place = f"{telling.link('city', row['city_id'], escape(row['city']))}. " if not pd.isna(row["city_id"]) else ""
    if row["disputed"] != "none":
        marks += " " + thread.origin_badge(row["disputed"])
    made = _("Made by {developer}.", developer=escape(row["developer"]))
    return f"<p class='lead'>{place}{made} {marks}</p>"


def story(model_id: str, *, telling: Telling) -> tuple[Section, ...]:
    """Everything known of a model, section by section."""
    only = Selection(model=(model_id,))
    row = _row(model_id)
    claims = views.table("model-claims", facts(), only)
    scores = views.table("model-scores", facts(), only)
    scores = scores[scores["model_id"] == model_id]
    uplift = views.table("model-uplift", facts(), only)
    links = facts().tables["model_sources"]
    cited = set(links.loc[links["model_id"] == model_id, "source_id"])
    cited |= set(claims["source_id"]) | set(scores["source_id"])
    claimed = thread.thread_html(claims, telling=telling) if len(claims) else _nothing(_("No claim is recorded."))
    return (
        Section("about", _("What is it said to be?"), thread.portrait_html(model_id, telling=telling) + _known(row)),
        Section("claims", _("What is claimed of the model, and who answers?"), claimed),
        Section("scores", _("What does it score, and who says so?"), _scores(scores)),
        Section("uplift", _("How far above its base does it score?"), _uplift(uplift)),
        Section("lineage", _("What was it built from, and what from it?"), _lineage(model_id, telling)),
        Section("initiative", _("Under which initiative was it made?"), _initiative(row, telling)),
        Section("unknown", _("What is not known?"), _unknown(row)),
        Section("sources", _("What does it rest on?"), city.sources_html(cited)),
    )


def _row(model_id: str) -> Any:
    """The model with its maker, its place and its mark, whatever its role."""
    found = Selection(model=(model_id,)).rows(facts(), "models").collect("pandas").to_native()
    return localised(facts(), found).iloc[0]


def _known(row: Any) -> str:
    """What is known of the model, a line each; the portrait above says the rest."""
    return items(
        item(head=f"<strong>{escape(_title(name))}:</strong> {_value(name, row[name])}", lines=[])
        for name in _asked(row)
        if _is_known(row[name])
    )


def _asked(row: Any) -> list[str]:
    # Of a dense model all parameters are active.
    without = (
        *(() if row["role"] == "municipal" else _OF_CITIES),
        *(("parameters_active",) if row["architecture"] == "dense" else ()),
    )
    return [name for name in _ASKED if name not in without]


def _is_known(value: Any) -> bool:
    return not pd.isna(value) and value not in _NOT_KNOWN


def _title(column: str) -> str:
    return facts().descriptor.field("models", column).title


def _value(name: str, value: Any) -> str:
    if name == "weights_url":
        return link(value, str(value))
    if name == "released_on":
        return escape(formats.date(value))
    if name == "open_weights":
        return _("yes") if value else _("no")
    if name == "context_tokens":
        return escape(_("{number} tokens", number=formats.short(value, 3)))
    if name in ("parameters_total", "parameters_active"):
        return escape(formats.short(value, 3))
    if name == "license":
        return escape(value)
    return escape(facts().descriptor.label("models", name, value))


def _scores(scores: pd.DataFrame) -> str:
    """The scores of the model, a row each; `scores` as in `model-scores`."""
    if scores.empty:
        return _nothing(_("No score is recorded."))
    rows = [
        [
            escape(row.benchmark) + ("" if pd.isna(row.setting) else f", {data_text(row.setting)}"),
            _score(row.score, row.score_unit) + _mark(row.disputed),
            escape(_reporter(row.reported_by)),
            escape(formats.date(row.reported_on)),
            link(row.source_url, row.publisher),
        ]
        for row in scores.itertuples()
    ]
    return city.table_html([_("Benchmark"), _("Score"), _("Reported by"), _("Date"), _("Source")], rows)


def _score(value: float, unit: str) -> str:
    """A score with its unit; one in percent has a place after the point at least, as its neighbours: `88.0 %`."""
    if unit == "%":
        return f"{format_decimal(Decimal(f'{value:g}'), format='0.0#####', locale=locale())} %"
    return thread.score(value) + ("" if pd.isna(unit) else f" {escape(unit)}")


def _uplift(uplift: pd.DataFrame) -> str:
    """Scores beside those of the base, a row each; `uplift` as in `model-uplift`."""
    if uplift.empty:
        return _nothing(_("No score of this model can be compared with one of its base in the same setting."))
    rows = [
        [
            escape(row.benchmark) + ("" if pd.isna(row.setting) else f", {data_text(row.setting)}"),
            f"{_score(row.score, row.score_unit)} ({escape(_reporter(row.reported_by).lower())}){_mark(row.disputed)}",
            f"{_score(row.base_score, row.score_unit)} ({escape(_reporter(row.base_reported_by).lower())})",
            format_decimal(Decimal(f"{row.uplift:.3g}"), format="+0.0#####;−0.0#####", locale=locale()),
            link(row.source_url, row.publisher)
            + ("" if row.same_source else ", " + link(row.base_source_url, _("that of the base"))),
        ]
        for row in uplift.itertuples()
    ]
    head = [_("Benchmark"), _("Score"), _("Score of the base"), _("Difference"), _("Source")]
    return city.table_html(head, rows)


def _lineage(model_id: str, telling: Telling) -> str:
    """The links from and to the model, each with the word it rests on."""
    lineage = views.table("model-lineage", facts(), Selection())
    descriptor = facts().descriptor
    made = []
    for row in lineage[(lineage["model_id"] == model_id) | (lineage["parent_model_id"] == model_id)].itertuples():
        relation = "" if pd.isna(row.relation) else descriptor.label("models", "base_relation", row.relation)
        if row.model_id == model_id:
            parent = telling.link("model", row.parent_model_id, f"<strong>{escape(row.parent)}</strong>")
            said = thread.built_from(parent, relation)
        else:
            child = telling.link("model", row.model_id, f"<strong>{escape(row.model)}</strong>")
            said = _("It was built into {model} ({relation})", model=child, relation=escape(relation.lower()))
        source = "" if pd.isna(row.source_url) else " · " + link(row.source_url, _("source"))
        made.append(item(head=f"{said} {thread.basis_badge(row.basis_of_link)}{source}", lines=[]))
    if not made:
        return _nothing(_("No model is recorded that it was built from, or that was built from it."))
    return items(made)


def _initiative(row: Any, telling: Telling) -> str:
    if pd.isna(row["initiative_id"]):
        return _nothing(_("No initiative of a city is recorded under which it was made."))
    return f"<p>{telling.link('initiative', row['initiative_id'], escape(row['initiative']))}</p>"


def _unknown(row: Any) -> str:
    """What is asked of every model and not known of this one."""
    said = "".join(f"<li>{escape(_title(name))}</li>" for name in _asked(row) if not _is_known(row[name]))
    return f"<ul>{said}</ul>" if said else _nothing(_("Every thing that is asked for is known."))


def _reporter(code: str) -> str:
    return facts().descriptor.label("benchmark_results", "reported_by", code)


def _mark(disputed: str) -> str:
    return f" {thread.disputed_badge(disputed)}" if disputed in ("open", "conceded") else ""


def _nothing(text: str) -> str:
    return f"<p class='ledger-note'>{escape(text)}</p>"
