"""Work can be stopped, killed, split and added up; nothing is lost and the report is the same to the byte."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from provenance import sampling
from provenance import work as working
from provenance.__main__ import app
from provenance.checkpoint import open_checkpoint
from provenance.faults import Unreadable
from provenance.matching import match
from provenance.report import as_json, report_of
from provenance.sampling import PIECE, units
from provenance.simulate import CASES, simulate
from provenance.work import Journal, plan, read_work
from tests.provenance.checking import places, three, work

ROOT = Path(__file__).resolve().parents[2]
RUN = CliRunner()


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return places(*simulate("training", tmp_path_factory.mktemp("models"), 60_000))


def test_parts_add_up_to_the_same_bytes_as_one_run_in_any_order(where: dict[str, str], tmp_path: Path) -> None:
    whole = work(where, tmp_path / "whole", workers=1)
    parts = [work(where, tmp_path / f"part{k}", part=(k, 3), workers=3) for k in (1, 2, 3)]

    assert as_json(report_of([whole])) == as_json(report_of(parts)) == as_json(report_of(parts[::-1]))
    assert as_json(report_of([*parts, parts[0]])) == as_json(report_of(parts))


def test_a_part_alone_says_that_it_is_one(where: dict[str, str], tmp_path: Path) -> None:
    report = report_of([work(where, tmp_path / "part", part=(2, 3))])
    assert not report["read"]["complete"]
    assert 0 < report["read"]["units_read"] < report["read"]["units"]
    assert "Not all of the work is done" in report["verdict"]["sentence"]


def test_a_stop_after_any_line_or_within_one_is_made_good(where: dict[str, str], tmp_path: Path) -> None:
    whole = work(where, tmp_path / "whole")
    content, wanted = whole.read_bytes(), as_json(report_of([whole]))
    ends = [place + 1 for place, letter in enumerate(content) if letter == 10]
    for end in (0, 5, ends[0], ends[0] + 7, ends[3], ends[-2] + 40, len(content) - 1):
        cut = tmp_path / f"cut{end}"
        cut.write_bytes(content[:end])
        assert as_json(report_of([work(where, cut)])) == wanted


def test_a_kill_loses_nothing_that_was_done(tmp_path: Path) -> None:
    where = places(*simulate("independent", tmp_path / "models", 400_000))
    whole = as_json(report_of([work(where, tmp_path / "whole")]))
    path = tmp_path / "killed"
    command = [sys.executable, "-m", "provenance", "check", "--work", str(path), "--workers", "1"]
    command += [part for role, place in where.items() for part in (f"--{role}", place)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not (path.exists() and path.read_bytes().count(b"\n") > 3) and process.poll() is None:
            time.sleep(0.005)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    header, before, _ = read_work(path)
    assert header is not None
    assert 0 < len(before) < header["units"]

    assert as_json(report_of([work(where, path)])) == whole

    _, after, _ = read_work(path)
    assert after[: len(before)] == before
    assert len(after) == header["units"]


def test_a_damaged_line_in_the_middle_is_refused(where: dict[str, str], tmp_path: Path) -> None:
    path = work(where, tmp_path / "work")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"\x00\x00\x00\n", *lines[3:]]))
    with pytest.raises(Unreadable, match="line 3 is damaged"):
        report_of([path])


def test_work_on_other_checkpoints_is_neither_gone_on_with_nor_added(where: dict[str, str], tmp_path: Path) -> None:
    path = work(where, tmp_path / "work")
    other = places(*simulate("dare", tmp_path / "models", 60_000))
    with pytest.raises(Unreadable, match="Name another --work file"):
        work({**where, "candidate": where["base"]}, path, share=0.5)
    another = work(other, tmp_path / "another", share=0.5)
    with pytest.raises(Unreadable, match="different checkpoints, or with different samples"):
        report_of([path, another])


def test_other_sums_for_the_same_unit_are_refused(where: dict[str, str], tmp_path: Path) -> None:
    path = work(where, tmp_path / "work")
    lines = path.read_text().splitlines()
    record = json.loads(lines[4])
    record["sums"][0] += 1.0
    lines[4] = json.dumps(record)
    (tmp_path / "forged").write_text("\n".join(lines) + "\n")
    with pytest.raises(Unreadable, match=f"unit {record['unit']} has other sums"):
        report_of([path, tmp_path / "forged"])


def test_a_file_that_was_written_to_since_is_refused(tmp_path: Path) -> None:
    where = places(*simulate("linear-3", tmp_path, 20_000))
    path = work(where, tmp_path / "work", part=(1, 2))
    file = next(Path(where["candidate"]).glob("*00002*"))
    os.utime(file, ns=(1, 1))
    with pytest.raises(Unreadable, match="written to since") as fault:
        work(where, path)
    assert file.name in str(fault.value)


def test_a_file_that_changes_while_it_is_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = places(*simulate("linear-3", tmp_path, 20_000))
    planned = plan(where)
    file = next(Path(where["other"]).glob("*00001*"))
    os.utime(file, ns=(1, 1))
    journal = Journal(tmp_path / "work", planned)
    with pytest.raises(Unreadable, match="changed or taken away while it was read"):
        working.run(planned, journal, workers=2)
    journal.close()


def test_two_runs_do_not_write_to_one_file(where: dict[str, str], tmp_path: Path) -> None:
    planned = plan(where)
    first = Journal(tmp_path / "work", planned)
    with pytest.raises(Unreadable, match="another run is writing"):
        Journal(tmp_path / "work", planned)
    first.close()


def test_a_sample_takes_its_share_of_every_layer_and_component(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sampling, "PIECE", 64)
    where = simulate("linear-3", tmp_path, 60_000)
    trios, _ = match(*(open_checkpoint(str(place)) for place in where))

    def read(share: float | None, seed: int = 0) -> dict[tuple[int | None, str], int]:
        found: dict[tuple[int | None, str], int] = {}
        for unit in units(trios, share, seed):
            key = (unit.trio.layer, unit.trio.component)
            found[key] = found.get(key, 0) + unit.values
        return found

    everything, some = read(None), read(0.25)
    assert set(everything) == set(some)
    for key, number in everything.items():
        assert abs(some[key] - 0.25 * number) <= 64 + 0.05 * number
    assert read(1.0) == everything
    assert units(trios, 0.25, 1) == units(trios, 0.25, 1)
    assert units(trios, 0.25, 1) != units(trios, 0.25, 2)


def test_a_sample_says_so_and_agrees_with_the_whole(where: dict[str, str], tmp_path: Path) -> None:
    report = report_of([work(where, tmp_path / "work", share=0.01, seed=5)])
    assert (report["read"]["share"], report["read"]["seed"]) == (0.01, 5)
    assert report["read"]["values_read"] < report["read"]["values"]
    assert {row["layer"] for row in report["layers"]} == {0, 1, 2, 3, None}


def test_tensors_of_many_pieces_are_split_into_units_and_added_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng(1)
    a, b, c = (chance.normal(size=5 * PIECE + 17).astype(np.float32) for _ in range(3))
    where = three(tmp_path, *({"w": part} for part in (a, b, c)))
    monkeypatch.setattr(sampling, "_UNIT", 2)
    report = report_of([work(where, tmp_path / "work", workers=3)])
    assert report["read"]["units"] == 3
    row = dict(zip(report["columns"], report["rows"][0], strict=True))
    d, e = (b - a).astype(np.float64), (c - a).astype(np.float64)
    assert row["values"] == len(a)
    assert row["alpha"] == pytest.approx(d @ e / (d @ d), rel=1e-6)
    assert row["cosine"] == pytest.approx(d @ e / np.sqrt((d @ d) * (e @ e)), rel=1e-6)


def test_memory_does_not_grow_with_the_checkpoints(tmp_path: Path) -> None:
    # Files with holes: some gigabytes to read, and next to nothing on the disk.
    for role in ("base", "other", "candidate"):
        (tmp_path / role).mkdir()
        number = 400 * 2**20
        header = {f"w{n}": {"dtype": "BF16", "shape": [number // 2], "data_offsets": [n * number, (n + 1) * number]}
                  for n in range(2)}  # fmt: skip
        content = json.dumps(header).encode()
        with (tmp_path / role / "model.safetensors").open("wb") as file:
            file.write(len(content).to_bytes(8, "little") + content)
            file.truncate(8 + len(content) + 2 * number)
    limit = 1_000_000_000

    def at_most() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

    command = [sys.executable, "-m", "provenance", "check", "--sample", "0.1", "--work", str(tmp_path / "work")]
    command += [part for role in ("base", "other", "candidate") for part in (f"--{role}", str(tmp_path / role))]
    process = subprocess.Popen(
        command, cwd=ROOT, preexec_fn=at_most, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    said, fault = process.communicate()
    assert process.returncode == 0, fault.decode()
    assert said.decode().splitlines()[-1] == "verdict: not decidable"


def test_the_command_ends_with_the_verdict_and_writes_reports(where: dict[str, str], tmp_path: Path) -> None:
    options = [part for role, place in where.items() for part in (f"--{role}", place)]
    names = [str(tmp_path / name) for name in ("r.json", "r.json.gz", "r.html", "r.txt")]
    wanted = [part for name in names for part in ("--report", name)]
    found = RUN.invoke(app, ["check", *options, "--work", str(tmp_path / "work"), "--hashes", *wanted])
    assert found.exit_code == 0, found.output
    assert re.fullmatch(r"verdict: blend and further changes, t = 0\.(59|60)\d", found.stdout.splitlines()[-1])
    report = json.loads((tmp_path / "r.json").read_text())
    assert all(len(file["sha256"]) == 64 for model in report["models"].values() for file in model["files"])
    again = RUN.invoke(app, ["report", str(tmp_path / "work"), "--report", str(tmp_path / "again.json")])
    assert again.stdout == found.stdout
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "r.json").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["check", "--candidate", "nowhere", "--base", "nowhere", "--other", "nowhere"], 2, "no such folder or file"),
        (["check", "--candidate", "c", "--base", "a", "--other", "b", "--part", "3/2"], 2, "the second of five parts"),
        (["check", "--candidate", "c", "--base", "a", "--other", "b", "--report", "x.pdf"], 2, "The name must end in"),
        (["report", "nowhere"], 2, "cannot be read"),
        (["simulate", "magic"], 2, "There is no case magic"),
        (["simulate", "list"], 0, "DARE-like"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], code: int, said: str) -> None:
    found = RUN.invoke(app, arguments)
    assert found.exit_code == code
    assert said in " ".join(found.output.replace("│", " ").split())


def test_simulate_writes_every_case(tmp_path: Path) -> None:
    found = RUN.invoke(app, ["simulate", "all", str(tmp_path), "--values", "10000"])
    assert found.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == set(CASES)
