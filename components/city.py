"""The story of a city, section by section, in HTML: the city's page and its brief tell the same.

Everything comes from the views under the selection, so that what a filter leaves out is left out
here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components import formats, thread
from components.behind import evidence_items, figure_items, initiative_name, number
from components.formats import data_text, escape, link, money, title_link, whole, within
from components.html import badge, item, items
from components.own import sign_of
from components.state import facts
from components.telling import Telling
from components.words import DISPUTED, MONEY, ORIGIN_DISPUTED
from ledger import views
from ledger.coverage import restated_together
from ledger.facts import Facts
from ledger.language import gettext as _
from ledger.language import ngettext
from ledger.memory import remembered
from ledger.selection import Selection, letters, localised

#: Statuses in the order in which a reader asks for them; what failed is told like all the rest.
STATUSES = ("operating", "under_way", "approved", "announced", "completed", "paused", "cancelled")
_PAYERS = ("public", "mixed", "private", "unknown")
#: Sources named beside an initiative; its own page names all.
_LINKS = 3


@dataclass(frozen=True)
class Section:
    """A part of the story: its title, what it says (HTML), and the views whose charts show it."""

    anchor: str
    title: str
    html: str
    charts: tuple[str, ...] = ()


def story(selection: Selection, *, telling: Telling) -> tuple[Section, ...]:
    """The sections of a city's story; the selection holds one city."""
    return _story(facts(), selection, telling)


@remembered(in_words=True)
def _story(facts: Facts, selection: Selection, telling: Telling) -> tuple[Section, ...]:
    """The story, told once for all readers with the same selection."""
    return (
        Section(
            "cost",
            _("What is it said to cost, and by whom?"),
            _said_to_cost(selection, telling),
            ("initiatives-ladder", "initiatives-traced"),
        ),
        Section("told", _("What is told, but not added?"), _not_added(selection, telling)),
        Section("public", _("What is public money?"), _by_payer(selection, telling), ("funding-ladder",)),
        Section("runs", _("What runs, and what became of the rest?"), initiatives_html(selection, telling=telling)),
        Section("models", _("Which models were made?"), _models(selection, telling)),
        Section("goals", _("Which goals are pursued?"), _goals(selection, telling), ("goals-profile",)),
        Section("disputes", _("What is disputed?"), _disputes(selection, telling)),
        Section("unknown", _("What is not known?"), _unknown(selection)),
        Section("sources", _("What does it rest on?"), sources_html(_cited(selection))),
    )


def contents(sections: Sequence[Section]) -> str:
    """The titles of the sections, each a link to it."""
    links = " · ".join(
        f'<a href="#{section.anchor}" target="_self">{escape(section.title)}</a>' for section in sections
    )
    name = escape(_("On this page"))
    return f"<nav aria-label='{name}'><p class='ledger-note'>{links}</p></nav>"


def _said_to_cost(selection: Selection, telling: Telling) -> str:
    """Estimated and announced figures that are counted, and those that contradict them, the largest first."""
    register = views.table("funding-register", facts(), selection)
    conflicts = set(views.table("funding-conflicts", facts(), selection)["funding_id"])
    hoped = register[register["stage"].isin(["estimated", "announced"])]
    hoped = hoped[hoped["counted"] | hoped["funding_id"].isin(conflicts)]
    if hoped.empty:
        return _nothing(_("No estimated or announced figure is recorded."))
    largest = hoped.groupby("initiative_id")["usd"].transform("max")
    ordered = hoped.assign(_largest=largest).sort_values(
        ["_largest", "initiative_id", "counted", "usd"], ascending=[False, True, False, False]
    )
    return _figures(ordered, selection, telling)


def _figures(rows: pd.DataFrame, selection: Selection, telling: Telling) -> str:
    """Figures, and on a page a link to those that are too many for it."""
    shown = rows if telling.most is None else rows.head(telling.most)
    left = len(rows) - len(shown)
    more = ""
    if left:
        address = escape(telling.register(selection))
        words = ngettext(
            '<a href="{address}" target="_self">{n} more figure in the register</a>.',
            '<a href="{address}" target="_self">{n} more figures in the register</a>.',
            left,
            address=address,
        )
        more = f'<p class="ledger-note">{words}</p>'
    return figure_items(shown, telling=telling, under=selection) + more


def _not_added(selection: Selection, telling: Telling) -> str:
    """Figures that are not counted; binding stages first, since there a wrong sum misleads most."""
    register = views.table("funding-register", facts(), selection)
    told = register[~register["counted"]]
    if told.empty:
        return _nothing(_("Every figure that is recorded is added.") if len(register) else _("No figure is recorded."))
    same = restated_together(register.rename(columns={"funding_id": "id"}))
    told = told.assign(_binding=_is_binding(told), _same=told["funding_id"].map(same))
    by_sum = told.groupby("_same")
    ordered = told.assign(
        _group_binding=by_sum["_binding"].transform("max"),
        _group_usd=by_sum["usd"].transform("max"),
        _restates=told["relation"] == "restates",
    ).sort_values(
        ["_group_binding", "_group_usd", "_same", "_restates", "funding_id"], ascending=[False, False, True, True, True]
    )
    said = _told_of_payers(register.assign(_same=register["funding_id"].map(same)), ordered["_same"])
    return said + _figures(ordered, selection, telling)


def _is_binding(figures: pd.DataFrame) -> pd.Series:
    """Whether figures stand at a stage at which somebody owes or has paid."""
    stages = [stage.value for stage in facts().descriptor.categories("funding", "stage")]
    return figures["stage"].map(stages.index) >= stages.index("committed")


def _told_of_payers(register: pd.DataFrame, order: pd.Series) -> str:
    """Sums that sources tell with different payers, each in a sentence; `_same` tells one sum from another."""
    sentences = []
    for sum_id in order.drop_duplicates():
        rows = register[register["_same"] == sum_id].sort_values(["relation", "funding_id"])
        if rows["payer"].nunique() < 2:
            continue
        # Figures that restate others bear that in their relation: the one that is restated comes first.
        rows = rows.assign(_restates=rows["relation"] == "restates").sort_values(["_restates", "funding_id"])
        tellers: dict[str, list[str]] = {}
        for row in rows.itertuples():
            name = "" if pd.isna(row.funder_name) else f" ({escape(row.funder_name)})"
            word = _(MONEY[row.payer]) + ("" if row.payer == "unknown" else name)
            tellers.setdefault(word, []).append(link(row.source_url, row.publisher))
        first = rows.iloc[0]
        amount = escape(money(first["amount"], first["currency"], first["amount_high"]))
        whose = "; ".join(
            _("{payer} according to {sources}", payer=word, sources=", ".join(sources))
            for word, sources in tellers.items()
        )
        stage = facts().descriptor.label("funding", "stage", first["stage"]).lower()
        question = _("<strong>Whose {money}?</strong>", money=amount)
        answer = _(
            "One sum ({stage}, {initiative}), told with different payers: {whose}.",
            stage=escape(stage),
            initiative=escape(first["initiative"]),
            whose=whose,
        )
        sentences.append(f"<p>{question} {answer}</p>")
    return "".join(sentences)


def _by_payer(selection: Selection, telling: Telling) -> str:
    """Counted sums by stage, payers side by side and never added to each other."""
    ladder = views.table("funding-ladder", facts(), selection)
    if ladder.empty:
        return _nothing(_("No figure of money is recorded."))
    descriptor = facts().descriptor
    public = ladder[(ladder["payer"] == "public") & (ladder["figures"] > 0)]
    labels = {stage.value: stage.label.lower() for stage in descriptor.categories("funding", "stage")}
    said = ", ".join(
        f"{labels[row.stage]} <strong>{escape(money(row.value, row.unit))}</strong>" for row in public.itertuples()
    )
    if said:
        lead = _("Public money: {sums}.", sums=said)
    else:
        lead = _("No figure of public money that can be counted is recorded.")
    rows = []
    for (stage, unit), group in ladder.groupby(["stage", "unit"], sort=False):
        by_payer = {row.payer: row for row in group.itertuples()}
        cells = [sum_html(by_payer.get(payer)) for payer in _PAYERS]
        label = f"{descriptor.label('funding', 'stage', stage)}, {_unit(unit)}"
        rows.append([escape(label), *cells])
    register = views.table("funding-register", facts(), selection)
    added = register[register["counted"] & ((register["payer"] == "public") | _is_binding(register))]
    stages = [stage.value for stage in descriptor.categories("funding", "stage")]
    added = added.assign(_public=added["payer"] == "public", _stage=added["stage"].map(stages.index)).sort_values(
        ["_public", "_stage", "usd", "funding_id"], ascending=[False, False, False, True]
    )
    behind = ""
    if len(added):
        behind = _part_head(_("The figures behind: public ones, and what others have committed or paid"), telling)
        behind += _figures(added, selection, telling)
    heads = [_("Stage"), *(_(MONEY[payer]).capitalize() for payer in _PAYERS)]
    return f"<p>{lead}</p>{table_html(heads, rows)}{behind}"


def _unit(unit: str) -> str:
    """A unit behind a comma: `USD`, `international dollars per resident`."""
    bare = unit.removesuffix(" per resident")
    said = _("international dollars") if bare == "international dollars" else bare
    return said if bare == unit else _("{unit} per resident", unit=said)


def sum_html(row: Any) -> str:
    """A sum with the number of its figures and the mark of a dispute, or why there is none; `None` is no row."""
    if row is None:
        return _("none recorded")
    if not row.figures:
        left_out = []
        if row.not_added:
            left_out.append(ngettext("{n} figure not added", "{n} figures not added", row.not_added))
        if row.not_converted:
            left_out.append(ngettext("{n} figure without a rate", "{n} figures without a rate", row.not_converted))
        return _("none counted ({left_out})", left_out=", ".join(left_out))
    said = ngettext(
        "{money} ({n} figure)",
        "{money} ({n} figures)",
        row.figures,
        money=escape(money(row.value, row.unit, row.value_high)),
    )
    return said + " " + badge(_("⚑ disputed"), alert=True) if row.disputed_figures else said


def initiatives_html(selection: Selection, *, telling: Telling) -> str:
    """Initiatives by status, each with what it aimed at and what came of it."""
    register = views.table("initiatives-register", facts(), selection)
    if register.empty:
        return _nothing(_("No initiative is recorded."))
    metrics = views.table("initiatives-metrics", facts(), selection)
    descriptor = facts().descriptor
    parts = []
    for status in STATUSES:
        rows = register[register["status"] == status]
        if rows.empty:
            continue
        head = ngettext(
            "{status}: {n} initiative",
            "{status}: {n} initiatives",
            len(rows),
            status=descriptor.label("initiatives", "status", status),
        )
        parts.append(_part_head(head, telling))
        parts.append(
            items(
                _initiative(row, metrics[metrics["initiative_id"] == row.initiative_id], selection, telling)
                for row in rows.itertuples()
            )
        )
    if not selection.status and not register["status"].isin(["paused", "cancelled"]).any():
        parts.append(_nothing(_("None is recorded as paused or cancelled.")))
    return "".join(parts)


def _initiative(row: Any, metrics: pd.DataFrame, selection: Selection, telling: Telling) -> str:
    descriptor = facts().descriptor
    name = initiative_name(row, telling, selection)
    marks = badge(descriptor.label("initiatives", "kind", row.kind))
    if row.status in ("cancelled", "paused"):
        marks += " " + badge(descriptor.label("initiatives", "status", row.status), strong=True)
    if row.disputed in ("open", "conceded"):
        marks += " " + badge(_(DISPUTED[row.disputed]), alert=True)
    since = _("Status as of {date}.", date=escape(formats.date(row.status_as_of)))
    return item(
        head=f"<strong>{name}</strong> {marks}{sign_of(row)}",
        lines=[
            f"{data_text(row.summary)} <span class='ledger-note'>{since}</span>",
            outcome(metrics),
            _links(row.initiative_id),
        ],
    )


def _links(initiative_id: str) -> str:
    """The first sources of an initiative, as links."""
    cited = _sources_of_initiatives(facts()).get(initiative_id, [])
    if not cited:
        return ""
    named, more = ", ".join(link(url, publisher) for url, publisher in cited[:_LINKS]), len(cited) - _LINKS
    if more > 0:
        said = ngettext("Sources: {sources} and {n} more.", "Sources: {sources} and {n} more.", more, sources=named)
    else:
        said = _("Sources: {sources}.", sources=named)
    return f"<span class='ledger-note'>{said}</span>"


@remembered(2)
def _sources_of_initiatives(facts: Facts) -> dict[str, list[tuple[str, str]]]:
    """Address and publisher of the sources of each initiative, in the order of the sources."""
    links = facts.tables["initiative_sources"]
    sources = facts.tables["sources"][["id", "url", "publisher"]]
    found: dict[str, list[tuple[str, str]]] = {}
    for row in sources.merge(links, left_on="id", right_on="source_id").itertuples():
        found.setdefault(row.initiative_id, []).append((row.url, row.publisher))
    return found


def outcome(metrics: pd.DataFrame) -> str:
    """Targets and actuals in a line each; `metrics` as in `initiatives-metrics`."""
    lines = []
    for measured, word in (("target", _("Aim:")), ("actual", _("Result:"))):
        rows = metrics[metrics["measured"] == measured]
        if said := [_measured(row) for row in rows.itertuples()]:
            lines.append(f"<em>{word}</em> {'; '.join(said)}")
    return "<br>".join(lines)


def _measured(row: Any) -> str:
    """A value with its unit, and what it measures, when, and who says so."""
    value = formats.short(row.value, 3) if row.value >= 1e6 else number(row.value)
    label = facts().descriptor.label("metrics", "name", row.metric)
    # The name of `other` would say nothing.
    unit, metric = data_text(row.unit), "" if row.metric == "other" else escape(within(label))
    if str(row.unit).casefold() == row.metric:
        # Cameras are counted in cameras: said once, in the reader's language.
        unit, metric = metric, ""
    about = filter(None, [metric, escape(formats.date(row.dated)), link(row.source_url, row.publisher)])
    mark = f" {badge(_(DISPUTED[row.disputed]), alert=True)}" if row.disputed in ("open", "conceded") else ""
    return f"{value} {unit} ({', '.join(about)}){mark}"


def _models(selection: Selection, telling: Telling) -> str:
    """The models of the city, and the whole story of the one that is most debated."""
    releases = views.table("model-releases", facts(), selection)
    if releases.empty:
        return _nothing(_("No model is recorded."))
    claims = views.table("model-claims", facts(), selection)
    debated = _debated(selection)
    told = thread.story_html(debated, claims[claims["model_id"] == debated], telling=telling) if debated else ""
    return models_html(releases, telling=telling, under=selection) + told


def _debated(selection: Selection) -> str | None:
    """The model whose whole story is told: the most debated of those that the selection leaves."""
    left = set(views.table("model-releases", facts(), selection)["model_id"])
    claims = views.table("model-claims", facts(), selection)
    return thread.most_debated_model(claims[claims["model_id"].isin(left)])


def models_html(releases: pd.DataFrame, *, telling: Telling, under: Selection) -> str:
    """Models as a list, each with date, size, openness and the mark of a dispute; as in `model-releases`."""
    listed = []
    for row in releases.itertuples():
        parts = [] if pd.isna(row.released_on) else [escape(formats.date(row.released_on))]
        if not pd.isna(row.parameters_total):
            parts.append(_("{number} parameters", number=formats.short(row.parameters_total, 3)))
        if not pd.isna(row.open_weights):
            parts.append(_("open weights") if row.open_weights else _("closed weights"))
        doubt = f" {badge(_(ORIGIN_DISPUTED[row.disputed]), alert=True)}" if row.disputed != "none" else ""
        name = telling.link("model", row.model_id, f"<strong>{escape(row.model)}</strong>", under)
        listed.append(f"<li>{' · '.join([f'{name}{doubt}{sign_of(row)}', *parts])}</li>")
    return f"<ul>{''.join(listed)}</ul>"


def _goals(selection: Selection, telling: Telling) -> str:
    """The evidence for each goal, strongest first."""
    evidence = views.table("goals-evidence", facts(), selection)
    if evidence.empty:
        return _nothing(_("No evidence for a sovereignty goal is recorded. That is not to say that there is none."))
    strongest = evidence.sort_values("grade", ascending=False, kind="stable").drop_duplicates("goal")
    lead = _("The strongest evidence for each goal:")
    return f"<p>{lead}</p>{evidence_items(strongest, telling=telling, under=selection)}"


def _disputes(selection: Selection, telling: Telling) -> str:
    """Threads in which somebody disputes, about initiatives and about models whose story is not told already."""
    claims = claims_left(selection)
    about = claims[(claims["subject_id"] != _debated(selection)) & (claims["thread_state"] != "undisputed")]
    if about.empty:
        return _nothing(_("No further dispute is recorded."))
    return thread.threads_html(about, telling=telling, under=selection)


def claims_left(selection: Selection) -> pd.DataFrame:
    """Claims, without those about a model that the selection leaves out: their statements would tell of it."""
    claims = views.table("claims-register", facts(), selection)
    # Models of every role: claims are made about others' models too.
    left = set(selection.rows(facts(), "models").select("model_id").collect()["model_id"].to_list())
    return claims[(claims["subject_type"] != "model") | claims["subject_id"].isin(left)]


def _unknown(selection: Selection) -> str:
    """What the dataset does not hold, the widest gaps first."""
    coverage = views.table("coverage", facts(), selection)
    if coverage.empty:
        return _nothing(_no_initiative(selection))
    gaps = coverage[coverage["known_of"] < coverage["initiatives"]].sort_values("known_share", kind="stable")
    said = [
        ngettext(
            "{what}: not known for <strong>{unknown}</strong> of {n} initiative.",
            "{what}: not known for <strong>{unknown}</strong> of {n} initiatives.",
            row.initiatives,
            what=escape(what),
            unknown=whole(row.initiatives - row.known_of),
        )
        for row, what in zip(gaps.itertuples(), map(_, gaps["what"]), strict=True)
    ]
    claims = claims_left(selection)
    open_threads = claims.loc[claims["thread_state"] == "open", "thread"].nunique()
    if open_threads:
        said.append(ngettext("Who is right in {n} open dispute.", "Who is right in {n} open disputes.", open_threads))
    if not said:
        return _nothing(_("Every thing that is asked for is known."))
    return f"<ul>{''.join(f'<li>{gap}</li>' for gap in said)}</ul>"


def _cited(selection: Selection) -> set[str]:
    """The ids of the sources that the city's facts cite."""
    names = ("funding-register", "goals-evidence", "initiatives-metrics", "model-scores")
    ids = set(claims_left(selection)["source_id"])
    for name in names:
        table = views.table(name, facts(), selection)
        own = table[table["role"] == "municipal"] if "role" in table else table
        ids |= set(own["source_id"])
    initiatives = set(views.table("initiatives-register", facts(), selection)["initiative_id"])
    models = set(views.table("model-releases", facts(), selection)["model_id"])
    for name, key, left in (
        ("initiative_sources", "initiative_id", initiatives),
        ("model_sources", "model_id", models),
    ):
        links = facts().tables[name]
        ids |= set(links.loc[links[key].isin(left), "source_id"])
    return ids


def sources_html(cited: Iterable[str]) -> str:
    """Sources as a list, by publisher, each with its date and kind."""
    sources = views.table("sources-register", facts(), Selection())
    rows = sources[sources["source_id"].isin(set(cited))]
    rows = rows.assign(_publisher=rows["publisher"].map(letters, na_action="ignore")).sort_values(
        ["_publisher", "published_on", "source_id"]
    )
    if rows.empty:
        return _nothing(_("No source is left with these filters."))
    descriptor = facts().descriptor
    official = int((rows["source_kind"] == "official").sum())
    listed = [
        f"<li>{escape(row.publisher)}: {title_link(row.source_url, row.source_title)} "
        f"<span class='ledger-note'>{escape(descriptor.label('sources', 'kind', row.source_kind).lower())}, "
        f"{escape(formats.date(row.published_on))}</span></li>"
        for row in rows.itertuples()
    ]
    lead = ngettext(
        "{n} source, {official} of them official.",
        "{n} sources, {official} of them official.",
        len(rows),
        official=whole(official),
    )
    return f"<div class='ledger-text'><p>{lead}</p><ol>{''.join(listed)}</ol></div>"


def table_html(head: list[str], rows: list[list[str]]) -> str:
    """A table; heads are texts, cells are HTML. The first cell of a row is its head.

    Its parts say what they are: on a narrow screen the cells of a row stand below each other, which would
    take the table from those who hear it.
    """
    heads = "".join(f'<th scope="col" role="columnheader">{escape(text)}</th>' for text in head)
    body = "".join(_row_html(head, row) for row in rows)
    name = escape(_("Table"))
    return (
        f'<div class="ledger-scroll" tabindex="0" role="group" aria-label="{name}">'
        f'<table class="ledger-table" role="table">'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _row_html(head: list[str], row: list[str]) -> str:
    """A row of a table; each cell bears its head, to stand before it on a narrow screen."""
    cells = "".join(
        f'<td role="cell" data-label="{escape(text)}">{cell}</td>' for text, cell in zip(head[1:], row[1:], strict=True)
    )
    return f'<tr role="row"><th scope="row" role="rowheader">{row[0]}</th>{cells}</tr>'


def profile_html(selection: Selection) -> str:
    """What the city is, in a sentence."""
    profiles = localised(facts(), views.table("city-profiles", facts(), selection))
    if profiles.empty:
        return _nothing(_no_initiative(selection))
    row = profiles.iloc[0]
    country = escape(row["country"])
    if pd.isna(row["population"]):
        place = _("{country}, residents not known.", country=country)
    else:
        residents = whole(float(f"{row['population']:.3g}"))
        place = _("{country}, about {number} residents.", country=country, number=residents)
    said = _(
        "<strong>{initiatives}</strong>, {operating}, {ended_early}; {figures}; {models}; {disputes}.",
        initiatives=ngettext("{n} initiative", "{n} initiatives", row["initiatives"]),
        operating=ngettext("{n} operating", "{n} operating", row["operating"]),
        ended_early=ngettext("{n} cancelled or paused", "{n} cancelled or paused", row["ended_early"]),
        figures=ngettext("{n} figure of money", "{n} figures of money", row["all_figures"]),
        models=ngettext("{n} model", "{n} models", row["models"]),
        disputes=ngettext("{n} open dispute", "{n} open disputes", row["open_threads"]),
    )
    return f"<p class='lead'>{place} {said}</p>"


def _no_initiative(selection: Selection) -> str:
    """Why there is no initiative to tell of: none of the city is recorded, or the filters leave none."""
    if views.table("city-profiles", facts(), Selection(city=selection.city)).empty:
        return _("No initiative of this city is recorded. That is not to say that there is none.")
    return _("No initiative of this city is left with these filters.")


def _part_head(text: str, telling: Telling) -> str:
    """The head of a part of a section."""
    return f"<{telling.head}>{escape(text)}</{telling.head}>"


def _nothing(text: str) -> str:
    return f"<p class='ledger-note'>{escape(text)}</p>"
