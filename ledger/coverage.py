"""What is known of each initiative, how old it is, and what each fact rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ledger.language import N_

#: Things that can be known of an initiative, in words, in the order of the page.
THINGS = {
    "two_sources": N_("More than one source"),
    "official_source": N_("An official source"),
    "dated_source": N_("A source with a date"),
    "announced_on": N_("When it was announced"),
    "started_on": N_("When it started"),
    "ends_on": N_("When it ends"),
    "partner": N_("A partner"),
    "money": N_("A figure of money"),
    "payer": N_("Who pays"),
    "public_money": N_("A figure of public money"),
    "contract_or_payment": N_("A contract or a payment"),
    "goal": N_("Evidence for a sovereignty goal"),
    "target": N_("What it aims at, as a number"),
    "actual": N_("What came of it, as a number"),
}

#: Classes of age: code, words and the number of months below which a source is in it.
AGES = {
    "under-6-months": (N_("Under 6 months"), 6),
    "6-12-months": (N_("6 to 12 months"), 12),
    "1-2-years": (N_("1 to 2 years"), 24),
    "2-5-years": (N_("2 to 5 years"), 60),
    "over-5-years": (N_("Over 5 years"), None),
    "no-date": (N_("No source with a date"), None),
}


def known_things(tables: Mapping[str, pd.DataFrame], sources: pd.DataFrame) -> pd.DataFrame:
    """Every initiative with every thing of `THINGS`: `initiative_id`, `thing`, `what`, `thing_rank`, `known`.

    `sources` is what `initiative_sources` gives.
    """
    initiatives, funding, metrics = tables["initiatives"], tables["funding"], tables["metrics"]
    ids = initiatives["id"]
    rests_on = sources.set_index("initiative_id").reindex(ids)
    is_public = ~funding["funder"].isin(["private", "mixed", "unknown"])
    holders: dict[str, Iterable[str]] = {
        "partner": tables["initiative_partners"]["initiative_id"],
        "money": funding["initiative_id"],
        "payer": funding.loc[funding["funder"] != "unknown", "initiative_id"],
        "public_money": funding.loc[is_public, "initiative_id"],
        "contract_or_payment": funding.loc[funding["stage"].isin(["contracted", "spent"]), "initiative_id"],
        "goal": tables["initiative_goals"]["initiative_id"],
        "target": metrics.loc[metrics["kind"] == "target", "initiative_id"],
        "actual": metrics.loc[metrics["kind"] == "actual", "initiative_id"],
    }
    known = {
        "two_sources": (rests_on["sources"] > 1).tolist(),
        "official_source": (rests_on["official_sources"] > 0).tolist(),
        "dated_source": rests_on["latest_source_on"].notna().tolist(),
        **{name: initiatives[name].notna().tolist() for name in ("announced_on", "started_on", "ends_on")},
        **{name: ids.isin(set(held)).tolist() for name, held in holders.items()},
    }
    frames = [
        pd.DataFrame({"initiative_id": ids, "thing": thing, "what": what, "thing_rank": rank, "known": known[thing]})
        for rank, (thing, what) in enumerate(THINGS.items())
    ]
    return pd.concat(frames, ignore_index=True).astype({"thing": "str", "what": "str", "known": "boolean"})


def initiative_sources(tables: Mapping[str, pd.DataFrame], as_of: str) -> pd.DataFrame:
    """What each initiative rests on: a row an initiative.

    Columns: `initiative_id`, `sources`, `official_sources` (numbers), `latest_source_on` (the
    latest date of a source, as precise as known) and `age` (a code of `AGES`: time from that date
    to `as_of`, the date of the data; a date that is a year alone counts from its end).
    """
    linked = tables["initiative_sources"].merge(
        tables["sources"][["id", "kind", "published_on"]], left_on="source_id", right_on="id"
    )
    grouped = linked.groupby("initiative_id")
    found = pd.DataFrame({"initiative_id": tables["initiatives"]["id"]})
    columns = {
        "sources": grouped["source_id"].nunique(),
        "official_sources": linked[linked["kind"] == "official"].groupby("initiative_id")["source_id"].nunique(),
        "latest_source_on": grouped["published_on"].agg(_latest),
    }
    for name, column in columns.items():
        found[name] = found["initiative_id"].map(column)
    found["age"] = found["latest_source_on"].map(lambda date: age(date, as_of))
    return found.fillna({"sources": 0, "official_sources": 0}).astype(
        {"sources": "Int64", "official_sources": "Int64", "latest_source_on": "str", "age": "str"}
    )


def _latest(dates: pd.Series) -> str | None:
    """The latest of partial dates; of two that may be the same day, the more precise."""
    known = [date for date in dates if not pd.isna(date)]
    return max(known, key=lambda date: (date[:4], _month(date, 12), date), default=None)


def age(date: str | None, as_of: str) -> str:
    """The class of age (a code of `AGES`) of a partial ISO date on the day `as_of`."""
    if date is None or pd.isna(date):
        return "no-date"
    months = 12 * (int(as_of[:4]) - int(date[:4])) + int(as_of[5:7]) - _month(date, 12)
    if len(date) == 10 and date[8:10] > as_of[8:10]:
        months -= 1
    return next(code for code, (_, below) in AGES.items() if below is None or months < below)


def _month(date: str, unknown: int) -> int:
    return int(date[5:7]) if len(date) >= 7 else unknown


def support(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """On how many sources each fact rests, a row a fact.

    Columns: `fact_type`, `fact_id`, `initiative_id`, `model_id`, `fact` (its name), `sources` and
    `official_sources` (numbers). A fact is an initiative, a city's model, or the evidence that an
    initiative serves a goal. `official_sources` counts those whose kind is `official`.
    """
    goals, models = tables["initiative_goals"], tables["models"]
    names = tables["initiatives"].set_index("id")["name"]
    municipal = models[models["role"] == "municipal"]
    goal_facts = goals.groupby(["initiative_id", "goal"], sort=True)["source_id"].agg(set)
    rows = [
        *_facts("initiative", names.index, names.index, None, names, tables["initiative_sources"], "initiative_id"),
        *_facts("model", municipal["id"], municipal["initiative_id"], municipal["id"], municipal["name"],
                tables["model_sources"], "model_id"),
        *(
            ("goal", f"{initiative}:{goal}", initiative, None, f"{names[initiative]}: {goal}", sources)
            for (initiative, goal), sources in goal_facts.items()
        ),
    ]  # fmt: skip
    columns = ["fact_type", "fact_id", "initiative_id", "model_id", "fact", "cited"]
    found = pd.DataFrame(rows, columns=columns)
    official = set(tables["sources"].loc[tables["sources"]["kind"] == "official", "id"])
    found["sources"] = [len(cited) for cited in found["cited"]]
    found["official_sources"] = [len(cited & official) for cited in found["cited"]]
    texts = dict.fromkeys(columns[:-1], "str")
    return found.drop(columns="cited").astype({**texts, "sources": "Int64", "official_sources": "Int64"})


def _facts(
    fact_type: str,
    ids: Iterable[str],
    initiatives: Iterable[str],
    models: Iterable[str] | None,
    names: Iterable[str],
    links: pd.DataFrame,
    key: str,
) -> list[tuple[object, ...]]:
    cited = links.groupby(key)["source_id"].agg(set)
    ids, models = list(ids), list(models) if models is not None else None
    return [
        (fact_type, fact, initiative, models[place] if models else None, name, cited.get(fact, set()))
        for place, (fact, initiative, name) in enumerate(zip(ids, initiatives, names, strict=True))
    ]


def restated_together(funding: pd.DataFrame) -> dict[str, str]:
    """For each figure, one figure that stands for all that restate each other.

    Links in a circle, to itself or to a figure that is not there do no harm.
    """
    restating = funding[(funding["relation"] == "restates") & funding["related_funding_id"].isin(funding["id"])]
    groups = linked_together(restating[["id", "related_funding_id"]])
    return dict(zip(funding["id"], funding["id"], strict=True)) | dict(zip(groups["id"], groups["group"], strict=True))


def linked_together(links: pd.DataFrame) -> pd.DataFrame:
    """For each figure that restates another or is restated, a figure that stands for all that do so together.

    `links` has a row for each figure `id` that restates `related_funding_id`; links in a circle or
    of a figure to itself do no harm. Columns: `id` and `group` (the first id of those together).
    """
    ends = pd.concat([links["id"], links["related_funding_id"]], ignore_index=True)
    codes, ids = pd.factorize(ends, sort=True)
    one, other = codes[: len(links)], codes[len(links) :]
    standing = np.arange(len(ids))
    while True:
        # Each takes the first that stands for a neighbour, and then whoever stands for that one.
        least = standing.copy()
        np.minimum.at(least, one, standing[other])
        np.minimum.at(least, other, standing[one])
        least = least[least]
        if (least == standing).all():
            return pd.DataFrame({"id": ids, "group": np.asarray(ids)[standing]}).astype({"id": "str", "group": "str"})
        standing = least
