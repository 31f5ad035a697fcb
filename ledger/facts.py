"""The facts: each table of the package with what it refers to and what is derived, added once.

Every frame carries the columns that filters look at (`city_id`, `country_code`, `continent`,
`size`, and where there is an initiative `kind`, `domain`, `status`, `goals`), so that choosing
rows is one filter and no join.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import narwhals as nw
import pandas as pd

from ledger import changes, coverage, disputes, money, promises
from ledger.arrow import as_pandas
from ledger.engines import Engine, Order, engine_at, in_order
from ledger.expressions import mapped, ranks
from ledger.language import SOURCE, speaking
from ledger.memory import ROOM, ROOM_OF_ONE, Memory
from ledger.tables import Descriptor, Tables

#: Classes of city size by residents: code and least number of residents.
SIZES = {"under-250k": 0, "250k-1m": 250_000, "1m-5m": 1_000_000, "over-5m": 5_000_000}

#: Stands after the name of what a reader has added to the dataset, for themselves alone.
SIGN = "◆"

_PLACE = ("city_id", "city", "country_code", "country", "continent", "size", "population", "latitude", "longitude")
_INITIATIVE = ("initiative_id", "initiative", "kind", "domain", "status", "goals", *_PLACE)
_SOURCE = ("source_id", "source_url", "source_title", "publisher")


#: The frames that are kept in an order, by which columns, and whether from the last to the first: the first
#: rows of what is chosen from them can be had without sorting all.
ORDERS: dict[str, Order] = {
    "funding": {"dated": True, "funding_id": False},
    "repeats": {"city_id": False, "stage_rank": False, "usd": True, "funding_id": False},
    "known": {"known": False, "thing_rank": False, "initiative_id": False},
    "support": {"sources": False, "official_sources": False, "fact_type": False, "fact_id": False},
}


@dataclass(frozen=True, eq=False)
class Facts:
    """The frames that views are made of, by name, and the package that they come from.

    Frames (narwhals lazy frames): `cities`, `initiatives`, `funding`, `metrics`, `goals`,
    `grid` (every city with every goal), `known` (every initiative with every thing that can be
    known of it), `support` (what each fact rests on), `promises_usd` and one for each other lens
    (what became of announced money), `totals` (figures added up by all that views and filters tell
    apart), `repeats` (figures that are not added or belong to another), `conflicts` (figures that
    others contradict), `models`, `results`, `parents`, `ancestors`, `claims`,
    `sources`, `history` (every change between versions of the data, in words). They belong to
    `engine`, which works them out; `memory` holds what was worked out. `base` are the facts of the
    dataset alone, where a reader's own rows have been added to it; else there is none.
    """

    frames: Mapping[str, nw.LazyFrame]
    tables: Tables
    engine: Engine
    base: Facts | None = None
    memory: Memory = field(default_factory=Memory, repr=False)

    def __getitem__(self, name: str) -> nw.LazyFrame:
        return self.frames[name]

    def in_order(self, name: str, rows: nw.LazyFrame) -> nw.LazyFrame:
        """Rows that were chosen from a frame of `ORDERS`, in its order."""
        return rows if self.engine.keeps_order else in_order(rows, ORDERS[name])

    @property
    def version(self) -> str:
        """The version of the data: date and content hash."""
        return self.tables.version

    @property
    def descriptor(self) -> Descriptor:
        """What the package says of itself."""
        return self.tables.descriptor


@dataclass(frozen=True)
class _Given:
    """What facts are made from: the tables, the same as frames (`lazy`), and the marks of disputed topics."""

    tables: Tables
    engine: Engine
    lazy: Mapping[str, nw.LazyFrame]
    marks: pd.DataFrame

    def lookup(self, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> nw.LazyFrame:
        """A small table of texts to join with."""
        return self.engine.frame(pd.DataFrame(list(rows), columns=list(columns), dtype="str"))

    def marks_of(self, subject_type: str, *topics: str) -> nw.LazyFrame:
        """The mark `disputed` by `initiative_id` or `model_id`."""
        marks = disputes.marks_of_topics(self.marks, subject_type, topics)
        return self.lookup((f"{subject_type}_id", "disputed"), marks.items())


def facts_of(tables: Tables, base: Facts | None = None, engine: Engine | None = None) -> Facts:
    """Derive the facts from a checked package; `base` as in `Facts`.

    `engine` works them out; without one it is that of the base, or Polars in memory.
    """
    engine = engine or (base.engine if base else engine_at("polars"))
    with engine.turn():
        lazy = {name: engine.frame(frame) for name, frame in tables.frames.items()}
        lazy |= {name: engine.file(path) for name, path in tables.files.items()}
        given = _Given(tables, engine, lazy, disputes.dispute_marks(tables["claims"]))
        frames = _frames(given)
    return Facts(frames, tables, engine, base, Memory(ROOM if base is None else ROOM_OF_ONE))


def _frames(given: _Given) -> dict[str, nw.LazyFrame]:
    """Every frame of the facts. Those that others are made from are kept first: nothing is worked out twice."""
    kept, tables = given.engine.kept, given.tables
    rests_on = coverage.initiative_sources(tables.frames, tables.descriptor.created)
    source = kept(_renamed(given.lazy["sources"], "source", url="source_url", title="source_title").select(_SOURCE))

    def sourced(frame: nw.LazyFrame) -> nw.LazyFrame:
        return kept(frame.join(source, on="source_id", how="left"))

    def ordered(frame: nw.LazyFrame, name: str) -> nw.LazyFrame:
        return given.engine.kept_in_order(frame, ORDERS[name])

    cities = kept(_cities(given))
    initiatives = kept(_initiatives(given, cities, rests_on))
    funding = ordered(_funding(given, initiatives).join(source, on="source_id", how="left"), "funding")
    initiatives = kept(_with_money(initiatives, funding))
    models = kept(_models(given, cities, initiatives))
    frames = {
        "cities": kept(_with_counts(cities, initiatives, funding)),
        "initiatives": initiatives,
        **{f"promises_{lens}": kept(_promises(given, funding, initiatives, lens)) for lens in money.LENSES},
        "known": ordered(_known(given, rests_on, initiatives), "known"),
        "support": ordered(_support(given, initiatives), "support"),
        "funding": funding,
        "repeats": ordered(_repeats(funding), "repeats"),
        "conflicts": kept(funding.filter(~nw.col("case").is_null())),
        "totals": kept(_totals(funding, initiatives)),
        "metrics": sourced(_metrics(given, initiatives)),
        "goals": sourced(_goals(given, initiatives)),
        "models": models,
        "results": sourced(_results(given, models)),
        "ancestors": kept(_ancestors(given)),
        "grid": kept(_grid(given, cities)),
        "parents": sourced(_parents(given, models)),
        "claims": sourced(_claims(given, initiatives, models)),
        "sources": kept(_sources(given)),
    }
    return {**frames, "history": sourced(_history(given, frames))}


#: Frames with a mark of disputes, by table, with the columns that tell their rows apart.
_MARKED = {
    "initiatives": ("initiatives", "initiative_id"),
    "funding": ("funding", "funding_id"),
    "metrics": ("metrics", "metric_id"),
    "initiative_goals": ("goals", "initiative_id", "goal", "source_id"),
    "models": ("models", "model_id"),
    "model_parents": ("parents", "model_id", "parent_model_id", "source_id"),
    "benchmark_results": ("results", "result_id"),
    "claims": ("claims", "claim_id"),
}


def _cities(given: _Given) -> nw.LazyFrame:
    largest_first = reversed(SIZES.items())
    size = nw.coalesce(*(nw.when(nw.col("population") >= least).then(nw.lit(code)) for code, least in largest_first))
    return _renamed(given.lazy["cities"], "city", name="city").with_columns(size=size)


def _initiatives(given: _Given, cities: nw.LazyFrame, rests_on: pd.DataFrame) -> nw.LazyFrame:
    goals = given.lookup(
        ("initiative_id", "goals"),
        (
            (initiative, "|" + "|".join(sorted(set(rows))) + "|")
            for initiative, rows in given.tables["initiative_goals"].groupby("initiative_id", sort=True)["goal"]
        ),
    )
    lead = given.lazy["organizations"].select(lead_organization_id=nw.col("id"), lead=nw.col("name"))
    return (
        _renamed(given.lazy["initiatives"], "initiative", name="initiative")
        .join(cities.select(_PLACE), on="city_id", how="left")
        .join(lead, on="lead_organization_id", how="left")
        .join(goals, on="initiative_id", how="left")
        .with_columns(
            nw.col("goals").fill_null(""),
            date=nw.coalesce("announced_on", "started_on", "status_as_of"),
        )
        .with_columns(year=_year("date"))
        .join(given.engine.frame(rests_on), on="initiative_id", how="left")
        .join(given.marks_of("initiative", "delivery"), on="initiative_id", how="left")
        .with_columns(nw.col("disputed").fill_null("none"))
    )


def _funding(given: _Given, initiatives: nw.LazyFrame) -> nw.LazyFrame:
    dates = given.lazy["funding"].select(year=_year("dated")).filter(~nw.col("year").is_null())
    years = given.engine.collected(dates.unique().sort("year"))["year"].to_pylist()
    span = range(int(years[0]), int(years[-1]) + 1) if years else range(0)
    power = money.latest_purchasing_power(given.tables["purchasing_power"], span)
    funding = (
        _renamed(given.lazy["funding"], "funding")
        .join(initiatives.select(_INITIATIVE), on="initiative_id", how="left")
        .with_columns(
            money.payer(),
            _purpose().alias("purpose"),
            _rank(given.tables.descriptor, "funding", "stage").alias("stage_rank"),
            year=_year("dated"),
            month=_month("dated", unknown=1),
            month_end=_month("dated", unknown=12),
        )
        .join(given.marks_of("initiative", "cost"), on="initiative_id", how="left")
        .with_columns(nw.col("disputed").fill_null("none"))
    )
    funding = money.with_dollars(funding, given.lazy["exchange_rates"], given.engine.frame(power))
    # Kept first: so an engine over files knows how few they are, and need not hold them while it finds them.
    contradicted = given.engine.kept(_contradicted(given.lazy["funding"]))
    is_in_conflict = (nw.col("relation") == "alternative") | ~nw.col("contradicted").is_null()
    case = nw.concat_str([nw.col("initiative_id"), nw.col("stage")], separator=":")
    return (
        funding.join(contradicted, on="funding_id", how="left")
        .with_columns(case=nw.when(is_in_conflict).then(case))
        .drop("contradicted")
    )


def _totals(funding: nw.LazyFrame, initiatives: nw.LazyFrame) -> nw.LazyFrame:
    """Figures added up as far as no view and no filter tells them apart, with what filters look at."""
    told_apart = ("initiative_id", "year", "funder", "payer", "stage", "stage_rank", "scope", "currency", "counted",
                  "purpose", "disputed")  # fmt: skip
    return money.totals(funding, told_apart).join(initiatives.select(_INITIATIVE), on="initiative_id", how="left")


def _repeats(funding: nw.LazyFrame) -> nw.LazyFrame:
    """The figures that are not added or that belong to another, each with that one."""
    belonging = funding.filter(~nw.col("counted") | (nw.col("relation") != "none"))
    # They alone are looked up: among all figures that would take seven times as long.
    named = belonging.select(funding_id=nw.col("related_funding_id")).unique()
    related = funding.join(named, on="funding_id", how="semi").select(
        related_funding_id=nw.col("funding_id"),
        related_stage=nw.col("stage"),
        related_amount=nw.col("amount"),
        related_currency=nw.col("currency"),
        related_counted=nw.col("counted"),
    )
    return belonging.join(related, on="related_funding_id", how="left")


def _contradicted(funding: nw.LazyFrame) -> nw.LazyFrame:
    """The figures to which another of the same initiative and stage is an alternative."""
    alternatives = funding.filter(nw.col("relation") == "alternative")
    answered = alternatives.select("initiative_id", "stage", id=nw.col("related_funding_id")).unique()
    found = funding.join(answered, on=["id", "initiative_id", "stage"], how="inner")
    return found.select(funding_id=nw.col("id"), contradicted=nw.lit(True))


def _metrics(given: _Given, initiatives: nw.LazyFrame) -> nw.LazyFrame:
    topics = {"_performance": ("performance",), "_energy": ("energy",), "_both": ("performance", "energy")}
    metrics = _renamed(given.lazy["metrics"], "metric", name="metric", kind="measured").join(
        initiatives.select(_INITIATIVE), on="initiative_id", how="left"
    )
    for name, topic in topics.items():
        mark = given.marks_of("initiative", *topic).rename({"disputed": name})
        metrics = metrics.join(mark, on="initiative_id", how="left")
    is_actual, is_capacity = nw.col("measured") == "actual", nw.col("metric") == "capacity"
    disputed = nw.coalesce(
        nw.when(is_actual & is_capacity).then(nw.col("_both")),
        nw.when(is_actual & ~is_capacity).then(nw.col("_performance")),
        nw.when(~is_actual & is_capacity).then(nw.col("_energy")),
        nw.lit("none"),
    )
    return metrics.with_columns(disputed=disputed, year=_year("dated")).drop(*topics)


def _goals(given: _Given, initiatives: nw.LazyFrame) -> nw.LazyFrame:
    disputed = given.lookup(
        ("initiative_id", "goal", "disputed"),
        ((*key, mark) for key, mark in disputes.goal_marks(given.marks, given.tables["models"]).items()),
    )
    grade = _rank(given.tables.descriptor, "initiative_goals", "evidence", start=1)
    return (
        given.lazy["initiative_goals"]
        .join(initiatives.select(*_INITIATIVE, "year"), on="initiative_id", how="left")
        .join(disputed, on=["initiative_id", "goal"], how="left")
        .with_columns(nw.col("disputed").fill_null("none"), grade=grade)
    )


def _grid(given: _Given, cities: nw.LazyFrame) -> nw.LazyFrame:
    """Every city with every goal, in the order of the goals."""
    goals = [category.value for category in given.tables.descriptor.categories("initiative_goals", "goal")]
    ranked = pd.DataFrame({"goal": goals, "goal_rank": range(len(goals))}).astype({"goal": "str"})
    return cities.select("city_id", "city", "country_code", "country").join(given.engine.frame(ranked), how="cross")


def _models(given: _Given, cities: nw.LazyFrame, initiatives: nw.LazyFrame) -> nw.LazyFrame:
    developer = given.lazy["organizations"].select(developer_organization_id=nw.col("id"), developer=nw.col("name"))
    base = given.lazy["models"].select(base_model_id=nw.col("id"), base=nw.col("name"))
    about = initiatives.select("initiative_id", "initiative", "kind", "domain", "status", "goals")
    return (
        _renamed(given.lazy["models"], "model", name="model")
        .join(cities.select(_PLACE), on="city_id", how="left")
        .join(about, on="initiative_id", how="left")
        .join(developer, on="developer_organization_id", how="left")
        .join(base, on="base_model_id", how="left")
        .join(given.marks_of("model", "provenance"), on="model_id", how="left")
        .with_columns(nw.col("disputed").fill_null("none"), nw.col("goals").fill_null(""), year=_year("released_on"))
    )


def _results(given: _Given, models: nw.LazyFrame) -> nw.LazyFrame:
    version = (
        nw.when(nw.col("version").is_null()).then(nw.lit("")).otherwise(nw.concat_str([nw.lit(" "), nw.col("version")]))
    )
    about = models.select(
        "model_id", "model", "role", "base_model_id", "base", "initiative_id", "initiative",
        "kind", "domain", "status", "goals", *_PLACE,
    )  # fmt: skip
    return (
        _renamed(given.lazy["benchmark_results"], "result", benchmark="test")
        .join(about, on="model_id", how="left")
        .join(given.marks_of("model", "performance", "provenance"), on="model_id", how="left")
        .with_columns(
            nw.col("disputed").fill_null("none"),
            benchmark=nw.concat_str([nw.col("test"), version]),
            same_setting=nw.col("setting").fill_null(""),
            year=_year("reported_on"),
        )
    )


def _parents(given: _Given, models: nw.LazyFrame) -> nw.LazyFrame:
    """What each model was built from: the base stated for it, and further parents that a source names."""
    columns = ("model_id", "parent_model_id", "relation", "basis", "source_id")
    base = (
        given.lazy["models"]
        .filter(~nw.col("base_model_id").is_null())
        .select(
            model_id=nw.col("id"),
            parent_model_id=nw.col("base_model_id"),
            relation=nw.col("base_relation"),
            basis=nw.lit("stated"),
            source_id=nw.when(nw.col("id") == "").then(nw.lit("")),
        )
    )
    # Further parents are known of few models: a package need not have a table of them.
    further = [given.lazy["model_parents"].select(columns)] if "model_parents" in given.lazy else []
    parent = models.select(
        parent_model_id=nw.col("model_id"), parent=nw.col("model"), parent_developer=nw.col("developer")
    )
    return (
        nw.concat([base.select(columns), *further])
        .join(models, on="model_id", how="left")
        .join(parent, on="parent_model_id", how="left")
    )


def _ancestors(given: _Given) -> nw.LazyFrame:
    """Every model that a model was built from, however many steps back, and itself: `root_id`, `model_id`."""
    parents: dict[str, set[str]] = {model: set() for model in given.tables["models"]["id"]}
    links = [given.tables["models"][["id", "base_model_id"]].dropna()]
    if "model_parents" in given.tables.frames:
        links.append(given.tables["model_parents"][["model_id", "parent_model_id"]])
    for model, parent in (pair for frame in links for pair in frame.itertuples(index=False, name=None)):
        parents[model].add(parent)
    rows: list[tuple[str, str]] = []
    for root in parents:
        reached, waiting = {root}, [root]
        while waiting:
            further = parents[waiting.pop()] - reached
            reached |= further
            waiting.extend(further)
        rows.extend((root, model) for model in sorted(reached))
    return given.lookup(("root_id", "model_id"), rows)


def _claims(given: _Given, initiatives: nw.LazyFrame, models: nw.LazyFrame) -> nw.LazyFrame:
    shared = ("initiative_id", "initiative", "kind", "domain", "status", "goals", *_PLACE)
    on_initiatives = initiatives.with_columns(
        subject_type=nw.lit("initiative"), subject_id=nw.col("initiative_id"), subject=nw.col("initiative")
    )
    on_models = models.with_columns(
        subject_type=nw.lit("model"), subject_id=nw.col("model_id"), subject=nw.col("model")
    )
    keys = ("subject_type", "subject_id")
    subjects = nw.concat([frame.select(*keys, "subject", *shared) for frame in (on_initiatives, on_models)])
    claims = given.tables["claims"]
    disputed = given.lookup((*keys, "topic", "disputed"), given.marks.itertuples(index=False, name=None))
    return (
        _renamed(given.lazy["claims"], "claim")
        .join(subjects, on=[*keys], how="left")
        .join(disputed, on=[*keys, "topic"], how="left")
        .join(given.engine.frame(disputes.threads(claims)), on="claim_id", how="left")
        .join(given.lookup(("claim_id", "state"), disputes.dispute_states(claims).items()), on="claim_id", how="left")
        .join(
            given.lookup(("claim_id", "thread_state"), disputes.thread_states(claims).items()),
            on="claim_id",
            how="left",
        )
        .with_columns(nw.col("disputed").fill_null("none"), year=_year("made_on"))
    )


def _sources(given: _Given) -> nw.LazyFrame:
    """Sources with `facts`: the number of rows of the other tables that cite each."""
    citing = [
        given.lazy[name].group_by("source_id").agg(facts=nw.len())
        for name in given.tables.names
        if any(field.name == "source_id" for field in given.tables.descriptor.fields(name))
    ]
    counts = nw.concat(citing).group_by("source_id").agg(nw.col("facts").sum())
    sources = _renamed(given.lazy["sources"], "source", kind="source_kind", url="source_url", title="source_title")
    return sources.join(counts, on="source_id", how="left").with_columns(
        nw.col("facts").fill_null(0), year=_year("published_on")
    )


def _history(given: _Given, frames: Mapping[str, nw.LazyFrame]) -> nw.LazyFrame:
    """Every change with the place of its city, the goals of its initiative and the mark of its row.

    `place` is its place among all; the latest version comes first.
    """
    marks = [
        frames[name].select(
            table=nw.lit(table), row_id=nw.concat_str([nw.col(key) for key in keys], separator="/"), disputed="disputed"
        )
        for table, (name, *keys) in _MARKED.items()
    ]
    # Facts speak to everyone; `changes.said` tells a reader the same in another language.
    with speaking(SOURCE):
        told = changes.changes_in_words(_told_of(given))
    return (
        given.engine.frame(told.assign(place=range(len(told))))
        .join(frames["cities"].select(_PLACE), on="city_id", how="left")
        .join(frames["initiatives"].select("initiative_id", "goals"), on="initiative_id", how="left")
        .join(nw.concat(marks), on=["table", "row_id"], how="left")
        .with_columns(
            nw.col("goals").fill_null(""),
            nw.col("disputed").fill_null("none"),
            year=_year("changed_on"),
        )
    )


def _told_of(given: _Given) -> Tables:
    """The tables; of those that lie in files, the rows that have changed."""
    tables = given.tables
    if not tables.is_large or "history" not in tables.frames:
        return tables
    history, frames = tables["history"], dict(tables.frames)
    for name in tables.files:
        changed = given.lookup(("id",), ((row,) for row in history.loc[history["table"] == name, "row_id"].unique()))
        frames[name] = as_pandas(given.engine.collected(given.lazy[name].join(changed, on="id", how="inner")))
    return replace(tables, frames=frames, files={})


def _with_counts(cities: nw.LazyFrame, initiatives: nw.LazyFrame, funding: nw.LazyFrame) -> nw.LazyFrame:
    """Cities with the number of `initiatives` and of `figures` of money."""
    counted = cities
    for frame, name in ((initiatives, "initiatives"), (funding, "figures")):
        counts = frame.group_by("city_id").agg(nw.len().alias(name))
        counted = counted.join(counts, on="city_id", how="left").with_columns(nw.col(name).fill_null(0))
    return counted


def _with_money(initiatives: nw.LazyFrame, funding: nw.LazyFrame) -> nw.LazyFrame:
    """Initiatives with the number of `figures` of money and the `rank` of the strongest counted stage."""
    money_of = (
        funding.with_columns(rank=nw.when(nw.col("counted")).then(nw.col("stage_rank")))
        .group_by("initiative_id")
        .agg(nw.len().alias("figures"), nw.col("rank").max())
    )
    return initiatives.join(money_of, on="initiative_id", how="left").with_columns(nw.col("figures").fill_null(0))


def _promises(given: _Given, funding: nw.LazyFrame, initiatives: nw.LazyFrame, lens: str) -> nw.LazyFrame:
    """What became of announced money under a lens, with what filters look at."""
    return (
        promises.promises(funding, lens)
        .join(initiatives.select(_INITIATIVE), on="initiative_id", how="left")
        .join(given.marks_of("initiative", "cost"), on="initiative_id", how="left")
        .with_columns(nw.col("disputed").fill_null("none"))
    )


def _known(given: _Given, rests_on: pd.DataFrame, initiatives: nw.LazyFrame) -> nw.LazyFrame:
    """Every initiative with every thing that can be known of it."""
    about = initiatives.select(*_INITIATIVE, "year", "disputed")
    told = given.lazy["funding"].select("initiative_id", "funder", "stage").unique()
    figures = as_pandas(given.engine.collected(told))
    known = coverage.known_things({**given.tables.frames, "funding": figures}, rests_on)
    return given.engine.frame(known).join(about, on="initiative_id", how="left")


def _support(given: _Given, initiatives: nw.LazyFrame) -> nw.LazyFrame:
    """Every fact with the number of sources that it rests on, and the mark of the dispute about it."""
    delivery = disputes.marks_of_topics(given.marks, "initiative", ("delivery",))
    provenance = disputes.marks_of_topics(given.marks, "model", ("provenance",))
    goals = disputes.goal_marks(given.marks, given.tables["models"])
    mark = {
        "initiative": lambda row: delivery.get(row.initiative_id),
        "model": lambda row: provenance.get(row.model_id),
        "goal": lambda row: goals.get((row.initiative_id, row.fact_id.rpartition(":")[2])),
    }
    found = coverage.support(given.tables.frames)
    found["disputed"] = pd.Series([mark[row.fact_type](row) or "none" for row in found.itertuples()], dtype="str")
    figures = _figures_support(given, initiatives).select(list(found))
    return (
        nw.concat([given.engine.frame(found), figures])
        .join(initiatives.select(*_INITIATIVE, "year"), on="initiative_id", how="left")
        .with_columns(
            nw.col("goals").fill_null(""),
            one_source=nw.col("sources") == 1,
            no_official_source=nw.col("official_sources") == 0,
        )
    )


def _figures_support(given: _Given, initiatives: nw.LazyFrame) -> nw.LazyFrame:
    """Every counted figure of money with the number of sources that it rests on.

    It rests on its own source and on those of the figures that restate it or that it restates,
    however many steps away.
    """
    is_official = nw.when(nw.col("kind") == "official").then(1).otherwise(0)
    sources = given.lazy["sources"].select(source_id=nw.col("id"), official=is_official)
    funding = given.lazy["funding"].join(sources, on="source_id", how="left")
    pairs = given.lazy["funding"].filter(nw.col("relation") == "restates").select("related_funding_id", id="id")
    there = given.lazy["funding"].select(related_funding_id=nw.col("id"))
    links = as_pandas(given.engine.collected(pairs.join(there, on="related_funding_id", how="inner")))
    groups = given.engine.frame(coverage.linked_together(links))
    cited = given.engine.kept(
        funding.join(groups, on="id", how="inner")
        .select("group", "source_id", "official")
        .unique()
        .group_by("group")
        .agg(group_sources=nw.len(), group_official=nw.col("official").sum())
    )
    cost = given.marks_of("initiative", "cost")
    name = initiatives.select("initiative_id", "initiative")
    return (
        funding.filter(nw.col("counted"))
        .join(groups, on="id", how="left")
        .join(cited, on="group", how="left")
        .join(name, on="initiative_id", how="left")
        .join(cost, on="initiative_id", how="left")
        .select(
            "initiative_id",
            fact_type=nw.lit("figure"),
            fact_id=nw.col("id"),
            model_id=nw.when(nw.col("id") == "").then(nw.lit("")),
            fact=nw.concat_str([nw.col("initiative"), nw.lit(": "), nw.col("stage")]),
            sources=nw.coalesce(nw.col("group_sources"), nw.lit(1)).cast(nw.Int64),
            official_sources=nw.coalesce("group_official", "official").cast(nw.Int64),
            disputed=nw.col("disputed").fill_null("none"),
        )
    )


def _renamed(frame: nw.LazyFrame, entity: str, **names: str) -> nw.LazyFrame:
    """A table with its `id` named after what it identifies, and other columns as told."""
    return frame.rename({"id": f"{entity}_id", **names})


def _year(date_column: str) -> nw.Expr:
    """The year of a partial ISO date, as a float: engines differ in how they hold missing integers."""
    return nw.col(date_column).str.slice(0, 4).cast(nw.Float64)


def _month(date_column: str, *, unknown: int) -> nw.Expr:
    """The number of months from year 0 to a partial ISO date; `unknown` is the month of a year alone."""
    months = {f"{month:02}": month for month in range(1, 13)}
    of_year = nw.coalesce(
        *(nw.when(nw.col(date_column).str.slice(5, 2) == text).then(nw.lit(month)) for text, month in months.items()),
        nw.lit(unknown),
    )
    return _year(date_column) * 12 + of_year


def _purpose() -> nw.Expr:
    """The one goal of an initiative, `several`, or `none recorded`."""
    goals = nw.col("goals")
    inner = goals.str.strip_chars("|")
    return (
        nw.when(goals == "")
        .then(nw.lit("none recorded"))
        .otherwise(nw.when(inner.str.contains("|", literal=True)).then(nw.lit("several")).otherwise(inner))
    )


def _rank(descriptor: Descriptor, table: str, column: str, *, start: int = 0) -> nw.Expr:
    """The place of a code in the order that the descriptor gives."""
    codes = tuple(category.value for category in descriptor.categories(table, column))
    return mapped(column, ranks(codes, start=start))
