"""The facts: each table of the package with what it refers to and what is derived, added once.

Every frame carries the columns that filters look at (`city_id`, `country_code`, `continent`,
`size`, and where there is an initiative `kind`, `domain`, `status`, `goals`), so that choosing
rows is one filter and no join.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import narwhals as nw
import pandas as pd

from ledger import changes, coverage, disputes, money, promises
from ledger.expressions import in_memory, mapped, ranks
from ledger.memory import Memory
from ledger.tables import Descriptor, Tables

#: Classes of city size by residents: code and least number of residents.
SIZES = {"under-250k": 0, "250k-1m": 250_000, "1m-5m": 1_000_000, "over-5m": 5_000_000}

#: Stands after the name of what a reader has added to the dataset, for themselves alone.
SIGN = "◆"

_PLACE = ("city_id", "city", "country_code", "country", "continent", "size", "population", "latitude", "longitude")
_INITIATIVE = ("initiative_id", "initiative", "kind", "domain", "status", "goals", *_PLACE)
_SOURCE = ("source_id", "source_url", "source_title", "publisher")


@dataclass(frozen=True, eq=False)
class Facts:
    """The frames that views are made of, by name, and the package that they come from.

    Frames (narwhals lazy frames): `cities`, `initiatives`, `funding`, `metrics`, `goals`,
    `grid` (every city with every goal), `known` (every initiative with every thing that can be
    known of it), `support` (what each fact rests on), `promises_usd` and one for each other lens
    (what became of announced money), `models`, `results`, `parents`, `ancestors`, `claims`,
    `sources`, `history` (every change between versions of the data, in words). `memory` holds what
    was worked out from them. `base` are the facts of the dataset alone, where a reader's own rows
    have been added to it; else there is none.
    """

    frames: Mapping[str, nw.LazyFrame]
    tables: Tables
    base: Facts | None = None
    memory: Memory = field(default_factory=Memory, repr=False)

    def __getitem__(self, name: str) -> nw.LazyFrame:
        return self.frames[name]

    @property
    def version(self) -> str:
        """The version of the data: date and content hash."""
        return self.tables.version

    @property
    def descriptor(self) -> Descriptor:
        """What the package says of itself."""
        return self.tables.descriptor


def facts_of(tables: Tables, base: Facts | None = None) -> Facts:
    """Derive the facts from a checked package; `base` as in `Facts`."""
    lazy = {name: in_memory(frame) for name, frame in tables.frames.items()}
    marks = disputes.dispute_marks(tables["claims"])
    rests_on = coverage.initiative_sources(tables.frames, tables.descriptor.created)
    source = _renamed(lazy["sources"], "source", url="source_url", title="source_title").select(_SOURCE)

    cities = _cities(lazy)
    initiatives = _initiatives(lazy, tables, cities, marks)
    funding = _funding(lazy, tables, initiatives, marks).join(source, on="source_id", how="left")
    models = _models(lazy, cities, initiatives, marks)
    initiatives = _with_sources(_with_money(initiatives, funding), rests_on)
    metrics = _metrics(lazy, initiatives, marks).join(source, on="source_id", how="left")
    goals = _goals(lazy, tables, initiatives, marks).join(source, on="source_id", how="left")
    results = _results(lazy, models, marks).join(source, on="source_id", how="left")
    parents = _parents(lazy, models).join(source, on="source_id", how="left")
    claims = _claims(lazy, tables, initiatives, models, marks).join(source, on="source_id", how="left")
    marked = {
        ("initiatives", "initiative_id"): initiatives,
        ("funding", "funding_id"): funding,
        ("metrics", "metric_id"): metrics,
        ("initiative_goals", "initiative_id", "goal", "source_id"): goals,
        ("models", "model_id"): models,
        ("model_parents", "model_id", "parent_model_id", "source_id"): parents,
        ("benchmark_results", "result_id"): results,
        ("claims", "claim_id"): claims,
    }
    return Facts(
        tables=tables,
        base=base,
        frames={
            name: _packed(frame)
            for name, frame in {
                "cities": _with_counts(cities, initiatives, funding),
                "initiatives": initiatives,
                **{f"promises_{lens}": _promises(funding, initiatives, marks, lens) for lens in money.LENSES},
                "known": _known(tables, rests_on, initiatives),
                "support": _support(tables, initiatives, marks),
                "funding": funding,
                "metrics": metrics,
                "goals": goals,
                "models": models,
                "results": results,
                "ancestors": _ancestors(tables),
                "grid": _grid(tables, cities),
                "parents": parents,
                "claims": claims,
                "sources": _sources(lazy, tables),
                "history": _history(tables, cities, initiatives, marked).join(source, on="source_id", how="left"),
            }.items()
        },
    )


def _cities(lazy: Mapping[str, nw.LazyFrame]) -> nw.LazyFrame:
    largest_first = reversed(SIZES.items())
    size = nw.coalesce(*(nw.when(nw.col("population") >= least).then(nw.lit(code)) for code, least in largest_first))
    return _renamed(lazy["cities"], "city", name="city").with_columns(size=size)


def _initiatives(
    lazy: Mapping[str, nw.LazyFrame], tables: Tables, cities: nw.LazyFrame, marks: pd.DataFrame
) -> nw.LazyFrame:
    goals = _lookup(
        ("initiative_id", "goals"),
        (
            (initiative, "|" + "|".join(sorted(set(rows))) + "|")
            for initiative, rows in tables["initiative_goals"].groupby("initiative_id", sort=True)["goal"]
        ),
    )
    lead = lazy["organizations"].select(lead_organization_id=nw.col("id"), lead=nw.col("name"))
    return (
        _renamed(lazy["initiatives"], "initiative", name="initiative")
        .join(cities.select(_PLACE), on="city_id", how="left")
        .join(lead, on="lead_organization_id", how="left")
        .join(goals, on="initiative_id", how="left")
        .with_columns(
            nw.col("goals").fill_null(""),
            date=nw.coalesce("announced_on", "started_on", "status_as_of"),
        )
        .with_columns(year=_year("date"))
        .join(_marks(marks, "initiative", ("delivery",)), on="initiative_id", how="left")
        .with_columns(nw.col("disputed").fill_null("none"))
    )


def _funding(
    lazy: Mapping[str, nw.LazyFrame], tables: Tables, initiatives: nw.LazyFrame, marks: pd.DataFrame
) -> nw.LazyFrame:
    years = tables["funding"]["dated"].str[:4].astype("Int64").dropna()
    span = range(int(years.min()), int(years.max()) + 1) if len(years) else range(0)
    power = money.latest_purchasing_power(tables["purchasing_power"], span)
    funding = (
        _renamed(lazy["funding"], "funding")
        .join(initiatives.select(_INITIATIVE), on="initiative_id", how="left")
        .with_columns(
            money.payer(),
            _purpose().alias("purpose"),
            _rank(tables.descriptor, "funding", "stage").alias("stage_rank"),
            year=_year("dated"),
            month=_month("dated", unknown=1),
            month_end=_month("dated", unknown=12),
        )
        .join(_marks(marks, "initiative", ("cost",)), on="initiative_id", how="left")
        .with_columns(nw.col("disputed").fill_null("none"))
    )
    funding = money.with_counted(money.with_dollars(funding, lazy["exchange_rates"], in_memory(power)))
    return funding.join(_conflicts(lazy["funding"]), on="funding_id", how="left")


def _conflicts(funding: nw.LazyFrame) -> nw.LazyFrame:
    """The `case` of each figure that another of the same initiative and stage contradicts.

    These are the alternatives, and the figures to which they are one.
    """
    alternatives = funding.filter(nw.col("relation") == "alternative")
    case = nw.concat_str([nw.col("initiative_id"), nw.col("stage")], separator=":")
    answered = alternatives.select(id=nw.col("related_funding_id"), initiative_id="initiative_id", stage="stage")
    contradicted = funding.join(answered.unique(), on=["id", "initiative_id", "stage"], how="inner")
    keys = ("id", "initiative_id", "stage")
    members = nw.concat([alternatives.select(keys), contradicted.select(keys)]).unique()
    return members.select(funding_id=nw.col("id"), case=case)


def _metrics(lazy: Mapping[str, nw.LazyFrame], initiatives: nw.LazyFrame, marks: pd.DataFrame) -> nw.LazyFrame:
    topics = {"_performance": ("performance",), "_energy": ("energy",), "_both": ("performance", "energy")}
    metrics = _renamed(lazy["metrics"], "metric", name="metric", kind="measured").join(
        initiatives.select(_INITIATIVE), on="initiative_id", how="left"
    )
    for name, topic in topics.items():
        mark = _marks(marks, "initiative", topic).rename({"disputed": name})
        metrics = metrics.join(mark, on="initiative_id", how="left")
    is_actual, is_capacity = nw.col("measured") == "actual", nw.col("metric") == "capacity"
    disputed = nw.coalesce(
        nw.when(is_actual & is_capacity).then(nw.col("_both")),
        nw.when(is_actual & ~is_capacity).then(nw.col("_performance")),
        nw.when(~is_actual & is_capacity).then(nw.col("_energy")),
        nw.lit("none"),
    )
    return metrics.with_columns(disputed=disputed, year=_year("dated")).drop(*topics)


def _goals(
    lazy: Mapping[str, nw.LazyFrame], tables: Tables, initiatives: nw.LazyFrame, marks: pd.DataFrame
) -> nw.LazyFrame:
    disputed = _lookup(
        ("initiative_id", "goal", "disputed"),
        ((*key, mark) for key, mark in disputes.goal_marks(marks, tables["models"]).items()),
    )
    grade = _rank(tables.descriptor, "initiative_goals", "evidence", start=1)
    return (
        lazy["initiative_goals"]
        .join(initiatives.select(*_INITIATIVE, "year"), on="initiative_id", how="left")
        .join(disputed, on=["initiative_id", "goal"], how="left")
        .with_columns(nw.col("disputed").fill_null("none"), grade=grade)
    )


def _grid(tables: Tables, cities: nw.LazyFrame) -> nw.LazyFrame:
    """Every city with every goal, in the order of the goals."""
    goals = [category.value for category in tables.descriptor.categories("initiative_goals", "goal")]
    ranked = pd.DataFrame({"goal": goals, "goal_rank": range(len(goals))}).astype({"goal": "str"})
    return cities.select("city_id", "city", "country_code", "country").join(in_memory(ranked), how="cross")


def _models(
    lazy: Mapping[str, nw.LazyFrame], cities: nw.LazyFrame, initiatives: nw.LazyFrame, marks: pd.DataFrame
) -> nw.LazyFrame:
    developer = lazy["organizations"].select(developer_organization_id=nw.col("id"), developer=nw.col("name"))
    base = lazy["models"].select(base_model_id=nw.col("id"), base=nw.col("name"))
    about = initiatives.select("initiative_id", "initiative", "kind", "domain", "status", "goals")
    return (
        _renamed(lazy["models"], "model", name="model")
        .join(cities.select(_PLACE), on="city_id", how="left")
        .join(about, on="initiative_id", how="left")
        .join(developer, on="developer_organization_id", how="left")
        .join(base, on="base_model_id", how="left")
        .join(_marks(marks, "model", ("provenance",)), on="model_id", how="left")
        .with_columns(nw.col("disputed").fill_null("none"), nw.col("goals").fill_null(""), year=_year("released_on"))
    )


def _results(lazy: Mapping[str, nw.LazyFrame], models: nw.LazyFrame, marks: pd.DataFrame) -> nw.LazyFrame:
    version = (
        nw.when(nw.col("version").is_null()).then(nw.lit("")).otherwise(nw.concat_str([nw.lit(" "), nw.col("version")]))
    )
    about = models.select(
        "model_id", "model", "role", "base_model_id", "base", "initiative_id", "initiative",
        "kind", "domain", "status", "goals", *_PLACE,
    )  # fmt: skip
    return (
        _renamed(lazy["benchmark_results"], "result", benchmark="test")
        .join(about, on="model_id", how="left")
        .join(_marks(marks, "model", ("performance", "provenance")), on="model_id", how="left")
        .with_columns(
            nw.col("disputed").fill_null("none"),
            benchmark=nw.concat_str([nw.col("test"), version]),
            same_setting=nw.col("setting").fill_null(""),
            year=_year("reported_on"),
        )
    )


def _parents(lazy: Mapping[str, nw.LazyFrame], models: nw.LazyFrame) -> nw.LazyFrame:
    """What each model was built from: the base stated for it, and further parents that a source names."""
    columns = ("model_id", "parent_model_id", "relation", "basis", "source_id")
    base = (
        lazy["models"]
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
    further = [lazy["model_parents"].select(columns)] if "model_parents" in lazy else []
    parent = models.select(
        parent_model_id=nw.col("model_id"), parent=nw.col("model"), parent_developer=nw.col("developer")
    )
    return (
        nw.concat([base.select(columns), *further])
        .join(models, on="model_id", how="left")
        .join(parent, on="parent_model_id", how="left")
    )


def _ancestors(tables: Tables) -> nw.LazyFrame:
    """Every model that a model was built from, however many steps back, and itself: `root_id`, `model_id`."""
    parents: dict[str, set[str]] = {model: set() for model in tables["models"]["id"]}
    links = [tables["models"][["id", "base_model_id"]].dropna()]
    if "model_parents" in tables.frames:
        links.append(tables["model_parents"][["model_id", "parent_model_id"]])
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
    return _lookup(("root_id", "model_id"), rows)


def _claims(
    lazy: Mapping[str, nw.LazyFrame],
    tables: Tables,
    initiatives: nw.LazyFrame,
    models: nw.LazyFrame,
    marks: pd.DataFrame,
) -> nw.LazyFrame:
    shared = ("initiative_id", "initiative", "kind", "domain", "status", "goals", *_PLACE)
    on_initiatives = initiatives.with_columns(
        subject_type=nw.lit("initiative"), subject_id=nw.col("initiative_id"), subject=nw.col("initiative")
    )
    on_models = models.with_columns(
        subject_type=nw.lit("model"), subject_id=nw.col("model_id"), subject=nw.col("model")
    )
    keys = ("subject_type", "subject_id")
    subjects = nw.concat([frame.select(*keys, "subject", *shared) for frame in (on_initiatives, on_models)])
    claims = tables["claims"]
    disputed = _lookup((*keys, "topic", "disputed"), marks.itertuples(index=False, name=None))
    return (
        _renamed(lazy["claims"], "claim")
        .join(subjects, on=[*keys], how="left")
        .join(disputed, on=[*keys, "topic"], how="left")
        .join(in_memory(disputes.threads(claims)), on="claim_id", how="left")
        .join(_lookup(("claim_id", "state"), disputes.dispute_states(claims).items()), on="claim_id", how="left")
        .join(_lookup(("claim_id", "thread_state"), disputes.thread_states(claims).items()), on="claim_id", how="left")
        .with_columns(nw.col("disputed").fill_null("none"), year=_year("made_on"))
    )


def _sources(lazy: Mapping[str, nw.LazyFrame], tables: Tables) -> nw.LazyFrame:
    """Sources with `facts`: the number of rows of the other tables that cite each."""
    citing = [frame["source_id"] for name, frame in tables.frames.items() if "source_id" in frame]
    counts = pd.concat(citing).value_counts().rename_axis("source_id").reset_index(name="facts")
    sources = _renamed(lazy["sources"], "source", kind="source_kind", url="source_url", title="source_title")
    return sources.join(
        in_memory(counts.astype({"source_id": "str", "facts": "Int64"})), on="source_id", how="left"
    ).with_columns(nw.col("facts").fill_null(0), year=_year("published_on"))


def _history(
    tables: Tables, cities: nw.LazyFrame, initiatives: nw.LazyFrame, marked: Mapping[tuple[str, ...], nw.LazyFrame]
) -> nw.LazyFrame:
    """Every change with the place of its city, the goals of its initiative and the mark of its row.

    `marked` holds frames with `disputed` by the name of a table and the columns of its key.
    """
    row_marks = [
        frame.select(
            table=nw.lit(table), row_id=nw.concat_str([nw.col(key) for key in keys], separator="/"), disputed="disputed"
        )
        for (table, *keys), frame in marked.items()
    ]
    return (
        in_memory(changes.changes_in_words(tables))
        .join(cities.select(_PLACE), on="city_id", how="left")
        .join(initiatives.select("initiative_id", "goals"), on="initiative_id", how="left")
        .join(nw.concat(row_marks), on=["table", "row_id"], how="left")
        .with_columns(
            nw.col("goals").fill_null(""),
            nw.col("disputed").fill_null("none"),
            year=_year("changed_on"),
        )
    )


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


def _with_sources(initiatives: nw.LazyFrame, rests_on: pd.DataFrame) -> nw.LazyFrame:
    """Initiatives with the number of their sources and the age of the latest."""
    return initiatives.join(in_memory(rests_on), on="initiative_id", how="left")


def _promises(funding: nw.LazyFrame, initiatives: nw.LazyFrame, marks: pd.DataFrame, lens: str) -> nw.LazyFrame:
    """What became of announced money under a lens, with what filters look at."""
    return (
        promises.promises(funding, lens)
        .join(initiatives.select(_INITIATIVE), on="initiative_id", how="left")
        .join(_marks(marks, "initiative", ("cost",)), on="initiative_id", how="left")
        .with_columns(nw.col("disputed").fill_null("none"))
    )


def _known(tables: Tables, rests_on: pd.DataFrame, initiatives: nw.LazyFrame) -> nw.LazyFrame:
    """Every initiative with every thing that can be known of it."""
    about = initiatives.select(*_INITIATIVE, "year", "disputed")
    return in_memory(coverage.known_things(tables.frames, rests_on)).join(about, on="initiative_id", how="left")


def _support(tables: Tables, initiatives: nw.LazyFrame, marks: pd.DataFrame) -> nw.LazyFrame:
    """Every fact with the number of sources that it rests on, and the mark of the dispute about it."""
    found = coverage.support(tables.frames)
    cost = disputes.marks_of_topics(marks, "initiative", ("cost",))
    delivery = disputes.marks_of_topics(marks, "initiative", ("delivery",))
    provenance = disputes.marks_of_topics(marks, "model", ("provenance",))
    goals = disputes.goal_marks(marks, tables["models"])
    mark = {
        "figure": lambda row: cost.get(row.initiative_id),
        "initiative": lambda row: delivery.get(row.initiative_id),
        "model": lambda row: provenance.get(row.model_id),
        "goal": lambda row: goals.get((row.initiative_id, row.fact_id.rpartition(":")[2])),
    }
    found["disputed"] = pd.Series([mark[row.fact_type](row) or "none" for row in found.itertuples()], dtype="str")
    return (
        in_memory(found)
        .join(initiatives.select(*_INITIATIVE, "year"), on="initiative_id", how="left")
        .with_columns(
            nw.col("goals").fill_null(""),
            one_source=nw.col("sources") == 1,
            no_official_source=nw.col("official_sources") == 0,
        )
    )


def _packed(frame: nw.LazyFrame) -> nw.LazyFrame:
    """The frame worked out and kept in memory, with texts that recur kept once.

    Filters, groups and sorts of such columns work on small integers.
    """
    table = frame.collect("pandas").to_native()
    recurring = [
        name for name in table.columns if table[name].dtype == "str" and table[name].nunique() < len(table) / 2
    ]
    return in_memory(table.astype(dict.fromkeys(recurring, "category")))


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


def _lookup(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> nw.LazyFrame:
    """A small table of texts to join with."""
    return in_memory(pd.DataFrame(list(rows), columns=list(columns), dtype="str"))


def _marks(marks: pd.DataFrame, subject_type: str, topics: tuple[str, ...]) -> nw.LazyFrame:
    """The mark `disputed` by `initiative_id` or `model_id`."""
    return _lookup((f"{subject_type}_id", "disputed"), disputes.marks_of_topics(marks, subject_type, topics).items())
