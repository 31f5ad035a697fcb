"""The history: what counts as added, moved up, corrected or removed, and a file that is whole or untouched."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import dataset, views
from ledger.descriptor import Descriptor
from ledger.facts import Facts, facts_of
from ledger.history import FOLLOWED, as_csv, compare, merged, records, undo
from ledger.selection import Selection
from ledger.tables import BrokenPackage, Tables, open_package
from tests.serving import ROOT
from tests.versions import Row, add, change, describe, first_version, next_version, recorded, remove, run

HUB = "rio-de-janeiro-porto-maravalley"
HUB_ANNOUNCED = f"{HUB}-f1"
OWN = ("change", "table", "row_id", "column", "before", "after")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return first_version(tmp_path / "2026.11.23")


@pytest.fixture
def new(old: Path) -> Path:
    return next_version(old)


@pytest.fixture(scope="module")
def rio(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return open_package(first_version(tmp_path_factory.mktemp("rio")))


def later(tables: Tables, edited: dict[str, pd.DataFrame], version: str = "2026.12.01") -> Tables:
    """A later version of a package in memory, with other tables in the place of some."""
    about = {"version": version, "created": version.replace(".", "-")}
    return Tables({**tables.frames, **edited}, Descriptor({**tables.descriptor.raw, **about}), version)


def with_cells(tables: Tables, table: str, row: str, **cells: Any) -> Tables:
    """A package in memory with other values in one row."""
    frame = tables[table].copy()
    frame.loc[frame["id"] == row, list(cells)] = list(cells.values())
    return Tables({**tables.frames, table: frame}, tables.descriptor, tables.version)


def told(changes: list[Row]) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in OWN) for row in changes]


def facts_with_history(old: Path, new: Path) -> Facts:
    recorded(old, new)
    return facts_of(open_package(new))


def in_words(facts: Facts) -> list[str]:
    """What the latest version changed, as the view says it."""
    table = views.table("changes", facts, Selection())
    return table[table["version"] == facts.descriptor.version]["what_changed"].tolist()


# The history of the package


def test_the_first_version_is_recorded_as_all_new_by_the_command_itself() -> None:
    data = ROOT / "data"
    done = run("history", "--first", "--dry-run", data)
    first = [line for line in done.stdout.splitlines() if ",2026.11.23," in line]
    kept = [line for line in (data / "history.csv").read_text(encoding="utf-8").splitlines() if ",2026.11.23," in line]

    assert done.exit_code == 0
    assert first == kept


def test_every_row_that_is_followed_was_once_new() -> None:
    tables = dataset.facts().tables
    history = tables["history"]
    new = history[history["change"] == "added"]

    assert set(records(tables, FOLLOWED)) == set(zip(new["table"], new["row_id"], strict=True))


# Worked examples


def test_nothing_changed(old: Path, new: Path) -> None:
    before = (new / "history.csv").read_bytes()

    assert recorded(old, new) == []
    assert (new / "history.csv").read_bytes() == before
    assert "version 2026.12.01, nothing changed." in run("history", old, new).stdout


def test_a_new_row_is_added_and_belongs_to_its_initiative_and_city(old: Path, new: Path) -> None:
    add(new, "metrics", f"{HUB}-m1", id=f"{HUB}-m9", value="12")

    (row,) = recorded(old, new)
    assert told([row]) == [("added", "metrics", f"{HUB}-m9", "", "", "")]
    assert (row["version"], row["changed_on"]) == ("2026.12.01", "2026-12-01")
    assert (row["initiative_id"], row["model_id"], row["city_id"]) == (HUB, "", "rio-de-janeiro")


def test_another_value_of_a_cell_is_a_correction_that_tells_both(old: Path, new: Path) -> None:
    change(new, "funding", HUB_ANNOUNCED, amount="31000000")

    assert told(recorded(old, new)) == [("corrected", "funding", HUB_ANNOUNCED, "amount", "30000000", "31000000")]
    (words,) = in_words(facts_of(open_package(new)))
    assert words.startswith("Amount: 30,000,000 → 31,000,000. BRL 31 million, announced")


def test_the_same_number_written_in_another_way_is_no_change(old: Path, new: Path) -> None:
    change(new, "funding", HUB_ANNOUNCED, amount="30000000.00")

    assert recorded(old, new) == []


def test_a_value_that_was_not_known_is_a_correction_from_nothing(old: Path, new: Path) -> None:
    change(new, "funding", HUB_ANNOUNCED, amount_high="40000000")

    assert told(recorded(old, new)) == [("corrected", "funding", HUB_ANNOUNCED, "amount_high", "", "40000000")]
    assert in_words(facts_of(open_package(new)))[0].startswith("Amount, high end: not known → 40,000,000.")


def test_a_corrected_address_of_a_source_is_a_change_of_that_source(old: Path, new: Path) -> None:
    source = pd.read_csv(new / "funding.csv", dtype="str").set_index("id").loc[HUB_ANNOUNCED, "source_id"]
    change(new, "sources", str(source), url="https://example.org/elsewhere")

    (row,) = recorded(old, new)
    assert (row["change"], row["table"], row["row_id"], row["column"]) == ("corrected", "sources", source, "url")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("announced", "committed", "moved_up"),
        ("announced", "spent", "moved_up"),
        ("estimated", "announced", "moved_up"),
        ("contracted", "budgeted", "corrected"),
    ],
)
def test_a_figure_moves_up_when_its_stage_becomes_stronger(rio: Tables, before: str, after: str, expected: str) -> None:
    old, new = (with_cells(rio, "funding", HUB_ANNOUNCED, stage=stage) for stage in (before, after))

    assert told(compare(old, later(new, {}))) == [(expected, "funding", HUB_ANNOUNCED, "stage", before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("announced", "approved", "moved_up"),
        ("approved", "under_way", "moved_up"),
        ("under_way", "operating", "moved_up"),
        ("operating", "completed", "moved_up"),
        ("announced", "completed", "moved_up"),
        ("operating", "under_way", "corrected"),
        ("under_way", "paused", "corrected"),
        ("announced", "cancelled", "corrected"),
        ("paused", "operating", "corrected"),
        ("paused", "cancelled", "corrected"),
    ],
)
def test_an_initiative_moves_up_when_its_status_goes_forward(
    rio: Tables, before: str, after: str, expected: str
) -> None:
    old, new = (with_cells(rio, "initiatives", HUB, status=status) for status in (before, after))

    assert told(compare(old, later(new, {}))) == [(expected, "initiatives", HUB, "status", before, after)]


def test_evidence_for_a_goal_moves_up(old: Path, new: Path) -> None:
    goal = "rio-de-janeiro-rio-ai-city/compute/src-agenciabrasil-rio-ai"
    change(new, "initiative_goals", goal, evidence="operating")

    assert told(recorded(old, new)) == [("moved_up", "initiative_goals", goal, "evidence", "stated", "operating")]


AI_CITY = "rio-de-janeiro-rio-ai-city"


@pytest.mark.parametrize(
    ("like", "cells", "stronger_than"),
    [
        # The district has counted figures of mixed payers alone, all of them estimates.
        (f"{AI_CITY}-f1", {"stage": "announced"}, "estimated"),
        (f"{AI_CITY}-f1", {"stage": "spent"}, "estimated"),
        (f"{AI_CITY}-f1", {"stage": "estimated"}, None),
        # A figure that is not counted tells nothing new.
        (f"{AI_CITY}-f1", {"stage": "spent", "counted": False}, None),
        # A first figure of a class of payer is new and moves nothing up: private money was never counted here.
        (f"{AI_CITY}-f1", {"stage": "spent", "funder": "private"}, None),
        # The hub has money of the city that was spent; a nation's money is public too.
        (f"{HUB}-f2", {"stage": "contracted"}, None),
        (f"{HUB}-f1", {"stage": "contracted", "funder": "national"}, None),
        # BNDES committed; the city contracts: both are public.
        ("rio-de-janeiro-cor-digital-twin-f3", {"stage": "contracted", "funder": "city"}, "committed"),
    ],
)
def test_a_new_figure_moves_its_initiative_up_where_its_payers_had_none_as_strong(
    rio: Tables, like: str, cells: dict[str, Any], stronger_than: str | None
) -> None:
    figure = "rio-de-janeiro-new-f1"
    row = with_cells(rio, "funding", like, id=figure, **cells)["funding"].query("id == @figure")
    new = later(rio, {"funding": pd.concat([rio["funding"], row])})

    added = [("added", "funding", figure, "", "", "")]
    moved = [("moved_up", "funding", figure, "stage", stronger_than or "", cells["stage"])]
    assert told(compare(rio, new)) == added + (moved if stronger_than else [])


def test_a_new_figure_that_moves_an_initiative_up_says_whose_money(old: Path, new: Path) -> None:
    cells = {"stage": "contracted", "funder": "city", "relation": "none", "related_funding_id": ""}
    add(new, "funding", "rio-de-janeiro-cor-digital-twin-f3", id="rio-de-janeiro-new-f1", **cells)

    added, moved = in_words(facts_with_history(old, new))
    assert added.startswith("BRL 24 million, contracted")
    assert moved.startswith("Strongest stage of public money: Committed → Contracted. BRL 24 million, contracted")


def test_a_removed_row_stays_readable(old: Path, new: Path) -> None:
    remove(new, "metrics", f"{HUB}-m1")

    (row,) = recorded(old, new)
    assert (row["change"], row["table"], row["row_id"], row["city_id"]) == (
        "removed", "metrics", f"{HUB}-m1", "rio-de-janeiro",
    )  # fmt: skip
    with (old / "metrics.csv").open(encoding="utf-8", newline="") as file:
        was = next(one for one in csv.DictReader(file) if one["id"] == f"{HUB}-m1")
    kept = json.loads(row["before"])
    assert {name: kept.get(name, "") for name in was} == was
    (words,) = in_words(facts_of(open_package(new)))
    assert words == "Area: 10,000 m2 (actual)"


def test_a_dispute_and_its_concession_are_told_as_such(old: Path, new: Path) -> None:
    add(new, "claims", "claim-rio-550m-isquared", id="claim-new-dispute", claimant="Somebody", statement="It was less.")
    add(new, "claims", "claim-rio-ai-city-power-studies", id="claim-new-concession", claimant="The developer",
        statement="The power is not there yet.", responds_to="claim-rio-ai-city-power-assured")  # fmt: skip

    assert in_words(facts_with_history(old, new)) == [
        "Concession about energy, by The developer: The power is not there yet.",
        "Dispute about cost, by Somebody: It was less.",
    ]


def test_a_change_tells_the_row_as_it_stood_then_whatever_became_of_it(old: Path, new: Path) -> None:
    change(new, "funding", HUB_ANNOUNCED, amount="31000000")
    recorded(old, new)
    later = next_version(new, "2026.12.15")
    change(later, "funding", HUB_ANNOUNCED, stage="contracted")

    facts = facts_with_history(new, later)
    table = views.table("changes", facts, Selection())
    rows = table[table["row_id"] == HUB_ANNOUNCED].set_index("version")["what_changed"]
    assert rows["2026.11.23"].startswith("BRL 30 million, announced")
    assert rows["2026.12.01"].startswith("Amount: 30,000,000 → 31,000,000. BRL 31 million, announced")
    assert rows["2026.12.15"].startswith("Stage: Announced → Contracted. BRL 31 million, contracted")
    assert table["version"].tolist() == sorted(table["version"], reverse=True)


# The command


def test_the_command_can_be_run_again_after_each_edit(old: Path, new: Path) -> None:
    change(new, "funding", HUB_ANNOUNCED, stage="spent")
    recorded(old, new)
    once = (new / "history.csv").read_bytes()
    recorded(old, new)
    assert (new / "history.csv").read_bytes() == once
    change(new, "funding", HUB_ANNOUNCED, stage="announced")

    assert recorded(old, new) == []
    assert (new / "history.csv").read_bytes() == (old / "history.csv").read_bytes()


def test_earlier_versions_stay_byte_for_byte(old: Path, new: Path) -> None:
    change(new, "initiatives", HUB, name='A "hub", renamed\nover two lines')
    before = (old / "history.csv").read_bytes()
    recorded(old, new)

    assert (new / "history.csv").read_bytes().startswith(before)
    assert (old / "history.csv").read_bytes() == before


def test_a_dry_run_prints_the_changes_and_writes_nothing(old: Path, new: Path) -> None:
    change(new, "funding", HUB_ANNOUNCED, amount="31000000")
    before = (new / "history.csv").read_bytes()
    done = run("history", "--dry-run", old, new)

    assert done.exit_code == 0
    assert told(list(csv.DictReader(io.StringIO(done.stdout)))) == [
        ("corrected", "funding", HUB_ANNOUNCED, "amount", "30000000", "31000000")
    ]
    assert (new / "history.csv").read_bytes() == before


def test_a_package_is_named_by_its_folder_or_by_its_descriptor(old: Path, new: Path) -> None:
    change(new, "funding", HUB_ANNOUNCED, amount="31000000")
    by_folder = run("history", "--dry-run", old, new)
    by_file = run("history", "--dry-run", old / "datapackage.json", new / "datapackage.json")

    assert by_file.exit_code == by_folder.exit_code == 0
    assert by_file.stdout == by_folder.stdout


@pytest.mark.parametrize(
    ("prepare", "arguments", "code", "says"),
    [
        (lambda old, new: None, ("nowhere", "new"), 2, "could not be read: No such file or directory"),
        (lambda old, new: None, ("new",), 2, "Name two packages, the earlier one first"),
        (lambda old, new: None, ("--first", "old", "new"), 2, "Name one package"),
        (lambda old, new: None, ("old", "old"), 1, "Both packages are version 2026.11.23"),
        (lambda old, new: None, ("new", "old"), 1, "Name the earlier one first"),
        (lambda old, new: describe(new, version=""), ("old", "new"), 1, "The package names no `version`"),
        (lambda old, new: None, ("--first", "new"), 1, "The history holds 2026.11.23 already"),
        (
            lambda old, new: change(new, "funding", HUB_ANNOUNCED, stage="promised"),
            ("old", "new"),
            1,
            "column stage: found 'promised'",
        ),
        (lambda old, new: empty_history(new), ("old", "new"), 1, "that of the second holds none beside its own"),
        (lambda old, new: describe_without_history(new), ("old", "new"), 1, "describes no table `history`"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    old: Path, new: Path, prepare: Callable[[Path, Path], Any], arguments: tuple[str, ...], code: int, says: str
) -> None:
    prepare(old, new)
    before = (new / "history.csv").read_bytes()
    paths = {"old": old, "new": new, "nowhere": old / "nowhere"}
    done = run("history", *(paths.get(one, one) for one in arguments))

    assert done.exit_code == code
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.output
    assert (new / "history.csv").read_bytes() == before


def empty_history(folder: Path) -> None:
    file = folder / "history.csv"
    file.write_text(file.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")


def describe_without_history(folder: Path) -> None:
    file = folder / "datapackage.json"
    raw = json.loads(file.read_text())
    raw["resources"] = [one for one in raw["resources"] if one["name"] != "history"]
    file.write_text(json.dumps(raw))


def test_a_version_left_out_between_two_packages_is_noticed(old: Path, new: Path) -> None:
    change(new, "funding", HUB_ANNOUNCED, amount="31000000")
    recorded(old, new)
    later = next_version(new, "2026.12.15")
    change(later, "funding", HUB_ANNOUNCED, amount="32000000")
    before = (later / "history.csv").read_bytes()

    done = run("history", old, later)
    assert done.exit_code == 1
    assert "Name the package that was published last" in done.stderr
    assert (later / "history.csv").read_bytes() == before


def test_the_program_itself_runs_from_the_command_line(old: Path, new: Path) -> None:
    remove(new, "metrics", f"{HUB}-m1")
    command = [sys.executable, "-m", "ledger", "history", str(old), str(new)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{new / 'history.csv'}: version 2026.12.01, 1 removed.\n"


# All or nothing

_WRITE = """
import importlib, sys, time
from ledger import writing
from ledger.__main__ import app
place, name = {step!r}.rsplit(".", 1)
owner = importlib.import_module("pathlib").Path if place == "Path" else importlib.import_module(place)
def stop(*arguments):
    print("writing", flush=True)
    time.sleep(600)
if place == "Path":
    writing._exchange = lambda one, other: False
setattr(owner, name, stop)
app(["history", *sys.argv[1:]])
"""


@pytest.mark.parametrize("step", ["os.fsync", "shutil.copymode", "ledger.writing._exchange", "Path.replace"])
def test_a_writer_that_is_killed_leaves_the_old_files(old: Path, new: Path, step: str) -> None:
    change(new, "funding", HUB_ANNOUNCED, amount="31000000")
    before = {file.name: file.read_bytes() for file in new.iterdir()}
    command = [sys.executable, "-c", _WRITE.format(step=step), str(old), str(new)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = writer.stdout.readline()
        writer.kill()

    assert said == "writing\n"
    assert {file.name: file.read_bytes() for file in new.iterdir()} == before
    assert run("history", old, new).exit_code == 0
    assert {file.name for file in new.iterdir()} == set(before)
    assert not list(new.parent.glob(".*"))


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(new, "funding", HUB_ANNOUNCED, amount="31000000")
    before = {file.name: file.read_bytes() for file in new.iterdir()}

    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    done = run("history", old, new)
    assert done.exit_code == 1
    assert "history.csv could not be written: No space left on device. It is as it was." in done.stderr
    assert {file.name: file.read_bytes() for file in new.iterdir()} == before


def test_the_file_keeps_its_permissions(old: Path, new: Path) -> None:
    (new / "history.csv").chmod(0o640)
    change(new, "funding", HUB_ANNOUNCED, amount="31000000")
    recorded(old, new)

    assert (new / "history.csv").stat().st_mode & 0o777 == 0o640


# Properties

#: Columns whose values a property may put anything into, and codes that have an order.
_TEXTS = {"initiatives": "summary", "funding": "note", "claims": "statement", "metrics": "note", "models": "name"}
_CODES = {"initiatives": "status", "funding": "stage", "initiative_goals": "evidence"}


@st.composite
def edits(draw: st.DrawFn) -> Callable[[Tables], Tables]:
    """Rows that go, come and change, and rows that stand in another order."""
    tables = draw(st.lists(st.sampled_from(FOLLOWED), max_size=4, unique=True))
    chosen = {
        table: (
            draw(st.sets(st.integers(0, 400), max_size=5)),
            draw(st.lists(st.tuples(st.integers(0, 400), st.text(min_size=1)), max_size=4)),
            draw(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 6)), max_size=4)),
        )
        for table in tables
    }
    order = draw(st.randoms(use_true_random=False))
    return lambda package: later(package, {name: _edited(package, name, *one, order) for name, one in chosen.items()})


def _edited(
    package: Tables,
    table: str,
    gone: set[int],
    texts: list[tuple[int, str]],
    codes: list[tuple[int, int]],
    order: Random,
) -> pd.DataFrame:
    frame = package[table].copy()
    for row, text in texts if table in _TEXTS else ():
        frame.loc[frame.index[row % len(frame)], _TEXTS[table]] = text
    for row, code in codes if table in _CODES else ():
        accepted = package.descriptor.categories(table, _CODES[table])
        frame.loc[frame.index[row % len(frame)], _CODES[table]] = accepted[code % len(accepted)].value
    left = [row for row in range(len(frame)) if row not in gone] or [0]
    order.shuffle(left)
    return frame.iloc[left]


@settings(max_examples=40, deadline=None)
@given(edit=edits())
def test_what_was_recorded_can_be_recorded_again_without_a_change(
    rio: Tables, edit: Callable[[Tables], Tables]
) -> None:
    new = edit(rio)
    once = as_csv(new, merged(new, compare(rio, new)))
    read = pd.read_csv(io.BytesIO(once), dtype="str", keep_default_na=False, lineterminator="\n")
    again = later(new, {"history": read})

    assert as_csv(again, merged(again, compare(rio, again))) == once
    assert read["id"].is_unique


@settings(max_examples=40, deadline=None)
@given(edit=edits())
def test_taking_the_changes_back_gives_the_version_before(rio: Tables, edit: Callable[[Tables], Tables]) -> None:
    new = edit(rio)
    state = records(new, FOLLOWED)
    undo(compare(rio, new), state)

    def without_empty(rows: dict[tuple[str, str], Row]) -> dict[tuple[str, str], Row]:
        return {key: {name: value for name, value in row.items() if value} for key, row in rows.items()}

    assert without_empty(state) == without_empty(records(rio, FOLLOWED))


@settings(max_examples=20, deadline=None)
@given(order=st.randoms(use_true_random=False))
def test_rows_in_another_order_are_no_change(rio: Tables, order: Random) -> None:
    shuffled = {name: rio[name].sample(frac=1, random_state=order.randrange(2**32)) for name in FOLLOWED}

    assert compare(rio, later(rio, shuffled)) == []


# The view


def test_a_package_without_a_history_has_an_empty_view_with_the_same_columns(old: Path) -> None:
    describe_without_history(old)
    table = views.table("changes", facts_of(open_package(old)), Selection())

    assert len(table) == 0
    assert list(table) == list(views.table("changes", dataset.facts(), Selection()))


def test_a_filtered_package_holds_the_history_of_what_it_holds(tmp_path: Path) -> None:
    rio = open_package(first_version(tmp_path / "rio"))
    assert set(rio["history"]["city_id"].dropna()) == {"rio-de-janeiro"}

    whole = dataset.facts()
    left = views.table("changes", whole, Selection(city=("rio-de-janeiro",)))
    assert sorted(rio["history"]["id"]) == sorted(left["change_id"])


@pytest.mark.parametrize("before", ["", "not JSON", "[]", '{"id": 1}', "[" * 100_000])
def test_a_removed_row_that_cannot_be_read_is_a_fault_of_the_package(old: Path, before: str) -> None:
    with (old / "history.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))["id"]
    change(old, "history", first, change="removed", before=before)

    with pytest.raises(BrokenPackage, match="the removed row, a JSON object of texts"):
        open_package(old)
