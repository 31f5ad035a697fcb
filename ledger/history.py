"""The history of a package: what changed between two versions of it, and how it stood before a change.

A package may keep a table `history`, one row a change. `compare` makes the rows of a version,
`states` says how each row stood when it was changed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ledger.cells import cells
from ledger.descriptor import Descriptor
from ledger.money import PUBLIC_FUNDERS
from ledger.tables import Tables

#: Tables whose rows are followed: what is new, removed or changed.
FOLLOWED = (
    "initiatives",
    "funding",
    "metrics",
    "initiative_goals",
    "models",
    "model_parents",
    "benchmark_results",
    "claims",
)
#: Tables whose rows are there because others refer to them: their corrections alone are followed.
REFERRED_TO = ("cities", "organizations", "sources")

#: Columns whose codes are steps, each step stronger than the one before.
_STEPS = (("initiatives", "status"), ("funding", "stage"), ("initiative_goals", "evidence"))
#: Codes of these columns that are no steps: nothing moves up to them or from them.
_NO_STEPS = ("paused", "cancelled")

#: One row of a table: each column with its value as it stands in the file, "" for what is not known.
Record = dict[str, str]
#: The rows of tables, by table and key.
State = dict[tuple[str, str], Record]
#: One row of the history.
Change = dict[str, str]


class NoHistory(ValueError):
    """Two packages that cannot be compared, or a package that keeps no history; the text says what to do."""


def records(tables: Tables | None, names: Iterable[str] = (*FOLLOWED, *REFERRED_TO)) -> State:
    """The rows of those tables that the package has, by table and key; none where there is no package."""
    state: State = {}
    for name in names:
        if tables is None or name not in tables.frames:
            continue
        frame = tables[name]
        keys = tables.descriptor.schema(name)["primaryKey"]
        columns = [cells(frame[column]) for column in frame]
        for values in zip(*columns, strict=True):
            record = dict(zip(frame.columns, values, strict=True))
            state[name, key_of(record, keys)] = record
    return state


def key_of(record: Record, keys: str | list[str]) -> str:
    """The key of a row as the history names it."""
    return record[keys] if isinstance(keys, str) else "/".join(record[key] for key in keys)


# Comparing


def compare(old: Tables | None, new: Tables) -> list[Change]:
    """What changed from one package to another, in the order of the tables, by row and column.

    Without `old`, the version is the first and all of it is new. Columns that only one of the two
    packages has, tables of links and tables of rates are not compared.

    Raises:
        NoHistory: where the new package names no version, is not the later one, or does not carry
            the history of the old one on.
    """
    _check_versions(old, new)
    _check_carried_on(old, new)
    before, after = records(old), records(new)
    changes = [*_rows_changed(before, after, new.descriptor), *_stronger_figures(before, after, new.descriptor)]
    owners = {"removed": _Owners(before)}
    present = _Owners(after)
    order = {table: place for place, table in enumerate((*FOLLOWED, *REFERRED_TO))}
    made = []
    for change in sorted(changes, key=lambda one: (order[one["table"]], one["row_id"], one["column"])):
        table, row = change["table"], change["row_id"]
        digest = hashlib.sha256("\n".join((new.descriptor.version, table, row, change["column"])).encode())
        made.append(
            {
                "id": digest.hexdigest()[:12],
                "version": new.descriptor.version,
                "changed_on": new.descriptor.created,
                **change,
                **owners.get(change["change"], present).of(table, row),
            }
        )
    return made


def _check_versions(old: Tables | None, new: Tables) -> None:
    version = new.descriptor.version
    if not version:
        raise NoHistory("The package names no `version`. Write one into its datapackage.json, such as 2026.12.01.")
    if old is None:
        return
    if old.descriptor.version == version:
        raise NoHistory(
            f"Both packages are version {version}. Give the new one a `version` and a `created` day of its own in its "
            "datapackage.json."
        )
    if old.descriptor.created > new.descriptor.created:
        raise NoHistory(
            f"The first package is of {old.descriptor.created}, the second of {new.descriptor.created}. Name the "
            "earlier one first."
        )


def _check_carried_on(old: Tables | None, new: Tables) -> None:
    """A history without a version between, or with one too many, would tell changes twice or not at all."""
    if old is None or "history" not in old.frames:
        return
    known, carried = (
        list(dict.fromkeys(change["version"] for change in history_of(one) if change["version"] != version))
        for one, version in ((old, None), (new, new.descriptor.version))
    )
    if known != carried:
        raise NoHistory(
            f"The history of the first package holds the versions {', '.join(known) or 'none'}; that of the second "
            f"holds {', '.join(carried) or 'none'} beside its own. Name the package that was published last, and "
            "begin the history of the new one with a copy of its history."
        )


def _change(what: str, key: tuple[str, str], column: str = "", before: str = "", after: str = "") -> Change:
    return {
        "change": what, "table": key[0], "row_id": key[1], "column": column, "before": before, "after": after,
    }  # fmt: skip


def _rows_changed(before: State, after: State, descriptor: Descriptor) -> Iterator[Change]:
    """Rows that are new or removed, and cells that hold another value."""
    for key in after.keys() - before.keys():
        if key[0] in FOLLOWED:
            yield _change("added", key)
    for key in before.keys() - after.keys():
        if key[0] in FOLLOWED:
            known = {column: value for column, value in before[key].items() if value}
            yield _change("removed", key, before=json.dumps(known, ensure_ascii=False))
    for key in after.keys() & before.keys():
        old, new = before[key], after[key]
        for column in old.keys() & new.keys():
            if old[column] != new[column]:
                up = is_step_up(descriptor, key[0], column, old[column], new[column])
                yield _change("moved_up" if up else "corrected", key, column, old[column], new[column])


def is_step_up(descriptor: Descriptor, table: str, column: str, before: str, after: str) -> bool:
    """Whether a value is a stronger step than another: a status, a stage, a piece of evidence."""
    if (table, column) not in _STEPS:
        return False
    steps = [one.value for one in descriptor.categories(table, column) if one.value not in _NO_STEPS]
    return before in steps and after in steps and steps.index(after) > steps.index(before)


def _stronger_figures(before: State, after: State, descriptor: Descriptor) -> Iterator[Change]:
    """New figures at a stronger stage than any that their initiative had, of the same class of payer.

    Figures that are not counted tell nothing new: neither do they move an initiative up, nor do
    they stand for what it had.
    """
    steps = {stage.value: place for place, stage in enumerate(descriptor.categories("funding", "stage"))}
    had: dict[tuple[str, str], str] = {}
    for (table, _), record in before.items():
        if table == "funding" and record["counted"] == "true" and record["stage"] in steps:
            payer = record["initiative_id"], payer_class(record["funder"])
            had[payer] = max(had.get(payer, record["stage"]), record["stage"], key=steps.__getitem__)
    for key in after.keys() - before.keys():
        record = after[key]
        if key[0] == "funding" and record["counted"] == "true":
            strongest = had.get((record["initiative_id"], payer_class(record["funder"])))
            if strongest and steps[record["stage"]] > steps[strongest]:
                yield _change("moved_up", key, "stage", strongest, record["stage"])


def payer_class(funder: str) -> str:
    """Who pays, from the code of the funder: public, private, mixed or unknown."""
    return "public" if funder in PUBLIC_FUNDERS else funder


class _Owners:
    """To which initiative, model and city a row belongs."""

    def __init__(self, state: State) -> None:
        self.state = state

    def of(self, table: str, row: str) -> Record:
        """The ids of its owners, "" where it has none of the kind."""
        record = self.state[table, row]
        initiative, model, city = record.get("initiative_id", ""), record.get("model_id", ""), record.get("city_id", "")
        if table == "claims":
            is_model = record["subject_type"] == "model"
            initiative, model = ("", record["subject_id"]) if is_model else (record["subject_id"], "")
        elif table in ("initiatives", "models", "cities"):
            initiative, model, city = (
                row if table == "initiatives" else initiative,
                row if table == "models" else model,
                row if table == "cities" else city,
            )
        of_model = self.state.get(("models", model), {})
        initiative = initiative or of_model.get("initiative_id", "")
        city = city or of_model.get("city_id", "") or self.state.get(("initiatives", initiative), {}).get("city_id", "")
        return {"initiative_id": initiative, "model_id": model, "city_id": city}


# The file


def file_of(path: Path, tables: Tables) -> Path:
    """The file with the history of a package at a path: its folder, or its descriptor.

    Raises:
        NoHistory: where the descriptor describes no table `history`.
    """
    folder = path if path.is_dir() else path.parent
    for resource in tables.descriptor.raw["resources"]:
        if resource["name"] == "history" and "history" in tables.frames:
            return folder / str(resource["path"])
    raise NoHistory(
        f"{folder / 'datapackage.json'} describes no table `history`. Describe it there like the package of this "
        "dashboard does, put a file with its header beside it, and run this again."
    )


def merged(tables: Tables, changes: list[Change]) -> list[Change]:
    """The history of a package with the changes of its own version in the place of those that it holds of it."""
    kept = [change for change in history_of(tables) if change["version"] != tables.descriptor.version]
    return [*kept, *changes]


def as_csv(tables: Tables, changes: list[Change]) -> bytes:
    """Changes as a CSV file, with the columns of the package's table `history`."""
    columns = [field.name for field in tables.descriptor.fields("history")]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(changes)
    return out.getvalue().encode()


# The past


def states(changes: list[Change], present: Mapping[tuple[str, str], Record]) -> list[Record]:
    """For each change the row as the change left it; for a removed row as it was; {} where that cannot be told.

    `changes` is a whole history, the oldest version first; `present` holds the rows of today.
    """
    by_version = defaultdict(list)
    for place, change in enumerate(changes):
        by_version[change["version"]].append(place)
    state = dict(present)
    found: list[Record] = [{} for _ in changes]
    for places in reversed(by_version.values()):
        for place in places:
            change = changes[place]
            is_removed = change["change"] == "removed"
            found[place] = removed_row(change) if is_removed else state.get((change["table"], change["row_id"]), {})
        undo([changes[place] for place in places], state)
    return found


def undo(changes: list[Change], state: State) -> None:
    """Take the changes of one version back: `state` becomes what the version before held of the rows followed."""
    added = {(change["table"], change["row_id"]) for change in changes if change["change"] == "added"}
    for change in changes:
        key = change["table"], change["row_id"]
        if change["change"] == "removed":
            state[key] = removed_row(change)
        elif key in added:
            state.pop(key, None)
        elif key in state:
            state[key] = {**state[key], change["column"]: change["before"]}


def removed_row(change: Mapping[str, Any]) -> Record:
    """The row that a change removed, without its empty cells."""
    row: Record = json.loads(change["before"])
    return row


def history_of(tables: Tables) -> list[Change]:
    """The history that a package keeps, the oldest version first; empty where it keeps none."""
    return list(records(tables, ["history"]).values())


def counts(changes: list[Change]) -> dict[str, int]:
    """How many changes there are of each sort."""
    return dict(pd.Series([change["change"] for change in changes], dtype="str").value_counts(sort=False))
