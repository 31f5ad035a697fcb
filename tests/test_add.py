"""`python -m ledger add`: what somebody enters becomes added rows alone, or nothing at all."""

from __future__ import annotations

import difflib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ledger import writing
from ledger.__main__ import app
from ledger.contribution.answers import Wrong, check
from ledger.contribution.entry import BrokenEntry, as_yaml, read_entry
from ledger.contribution.files import Package, read_package, with_rows
from ledger.contribution.rows import faults_of, plan, rows_of
from ledger.descriptor import Field
from ledger.stamps import stamp_of
from ledger.tables import BrokenPackage, open_package
from ledger.writing import ChangedMeanwhile, check_package, write_package
from tests.serving import ROOT

#: The example that the documents give is the one that is tried here.
EXAMPLE = re.search(r"```yaml\n(.*?)```", (ROOT / "docs" / "contributing-data.md").read_text(), re.S)[1]
FIGURE = """
initiative: rio-de-janeiro-rio-ai-city
sources:
  - url: https://example.org/budget
    title: The budget
    publisher: City of Rio
    published_on: 2026-08
    language: pt
    kind: official
    standing: original
funding:
  - amount: 1250000.50
    currency: BRL
    stage: budgeted
    funder: city
    dated: 2026-08
    basis: total
    scope: ai
    counted: true
    relation: none
    reason: The only budget line.
    note: A line of the budget, "studies, plans".
    source_id: https://example.org/budget
"""


@pytest.fixture(scope="module")
def package() -> Package:
    return read_package(ROOT / "data")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the package."""
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def add(data: Path, entry: str, *options: str, answer: str = "") -> tuple[int, str]:
    """The exit code and all that the command says."""
    file = data.parent / "entry.yaml"
    file.write_text(entry)
    result = CliRunner().invoke(app, ["add", str(file), "--data", str(data), *options], input=answer)
    return result.exit_code, result.output


def changes(data: Path) -> dict[str, list[str]]:
    """Lines that are added (+) or missing (-) in each file that is not as it was."""
    found = {}
    for name, content in contents(data).items():
        old = (ROOT / "data" / name).read_text().splitlines(keepends=True)
        lines = list(difflib.unified_diff(old, content.decode().splitlines(keepends=True), n=0))[2:]
        if lines:
            found[name] = [line for line in lines if not line.startswith("@@")]
    return found


# An entry in a file


def test_the_example_of_the_documents_adds_just_its_rows(data: Path) -> None:
    code, said = add(data, EXAMPLE, "--yes")

    assert code == 0, said
    assert changes(data) == {
        "cities.csv": ["+evora,Évora,PT,Portugal,Europe,38.57,-7.91,55620,2740313\n"],
        "organizations.csv": ["+camara-municipal-de-evora,Câmara Municipal de Évora,municipal,PT\n"],
        "sources.csv": [
            "+src-camara-municipal-de-evora-awards-contract-its,https://www.example.org/evora/assistant,"
            "Évora awards the contract for its assistant,Câmara Municipal de Évora,2026-03-04,pt,official,original\n"
        ],
        "initiatives.csv": [
            "+evora-virtual-assistant,evora,Virtual assistant for residents,"
            '"An assistant that answers questions about services, by telephone and on the web.",service,'
            "citizen_services,under_way,2026-03,city,2025-11,,,camara-municipal-de-evora\n"
        ],
        "initiative_partners.csv": ["+evora-virtual-assistant,ibm\n"],
        "funding.csv": [
            "+evora-virtual-assistant-f1,evora-virtual-assistant,150000,,EUR,announced,city,Câmara Municipal de Évora,"
            "2025-11,,,total,ai,true,none,,Only figure at this stage.,,Named when the call for tenders was opened.,"
            "src-camara-municipal-de-evora-awards-contract-its\n",
            "+evora-virtual-assistant-f2,evora-virtual-assistant,120000,,EUR,contracted,city,"
            "Câmara Municipal de Évora,2026-03-04,2026,2028,total,ai,true,restates,evora-virtual-assistant-f1,"
            "The contract for the assistant announced in November; only row at this stage.,,"
            "Contract awarded for two years.,src-camara-municipal-de-evora-awards-contract-its\n",
        ],
        "initiative_goals.csv": [
            "+evora-virtual-assistant,language,stated,Answers in European Portuguese.,"
            "src-camara-municipal-de-evora-awards-contract-its\n"
        ],
        "metrics.csv": [
            "+evora-virtual-assistant-m1,evora-virtual-assistant,interactions,20000,questions a year,target,2027,,"
            "src-camara-municipal-de-evora-awards-contract-its\n"
        ],
        "claims.csv": [
            "+claim-evora-virtual-assistant-cost,initiative,evora-virtual-assistant,cost,disputes,"
            "The upkeep of two more years is missing from the price.,An opposition councillor,2026-03-10,,,"
            "src-camara-municipal-de-evora-awards-contract-its\n"
        ],
        "initiative_sources.csv": ["+evora-virtual-assistant,src-camara-municipal-de-evora-awards-contract-its\n"],
    }
    open_package(data)


def test_the_same_entry_makes_the_same_bytes_and_is_taken_once(data: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(data, tmp_path / "other"))
    add(data, EXAMPLE, "--yes")
    add(other, EXAMPLE, "--yes")
    written = contents(data)

    code, said = add(data, EXAMPLE, "--yes")

    assert written == contents(other) == contents(data)
    assert code == 1
    assert "evora-virtual-assistant is there already. To add to it" in said


def test_a_figure_is_added_to_an_initiative_that_is_there_once(data: Path) -> None:
    code, said = add(data, FIGURE, "--yes")
    again, refused = add(data, FIGURE, "--yes")

    assert (code, again) == (0, 1), said
    assert {name: len(lines) for name, lines in changes(data).items()} == {
        "sources.csv": 1, "funding.csv": 1, "initiative_sources.csv": 1,
    }  # fmt: skip
    [line] = changes(data)["funding.csv"]
    assert ",1250000.5,,BRL," in line
    assert ',"A line of the budget, ""studies, plans"".",' in line
    assert re.search(r"funding, 1: this is there already as rio-de-janeiro-rio-ai-city-f\d+", refused)


def test_a_source_that_is_there_is_used_and_not_added(data: Path, package: Package) -> None:
    known = package.rows("sources")[0]

    code, said = add(data, FIGURE.replace("https://example.org/budget", known["url"]), "--yes")

    assert code == 0
    assert f"The source {known['id']} is there already" in said
    assert "sources.csv" not in changes(data)
    assert changes(data)["funding.csv"][0].endswith(f",{known['id']}\n")


def test_nothing_is_written_without_a_yes(data: Path) -> None:
    before = contents(data)

    code, said = add(data, FIGURE, answer="n\n")

    assert code == 1
    assert "funding.csv, row" in said
    assert "3 rows are added, no row changes." in said
    assert contents(data) == before


def test_who_watches_the_package_sees_no_change_before_it_is_written(data: Path) -> None:
    before = stamp_of(data)
    check_package(data, {"cities.csv": (data / "cities.csv").read_bytes()})

    assert stamp_of(data) == before


def test_version_day_and_history_are_left_to_the_release(data: Path) -> None:
    add(data, FIGURE, answer="y\n")

    assert "funding.csv" in changes(data)
    assert {"datapackage.json", "history.csv"}.isdisjoint(changes(data))


# What is wrong with an entry


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("stage: budgeted", "stage: budgetted", "line 13, funding, 1, stage: found 'budgetted', expected one of"),
        ("stage: budgeted", "stage: budgetted", "Did you mean 'budgeted'?"),
        ("stage: budgeted", "stagee: budgeted", "line 13, funding, 1: unknown key 'stagee'. Did you mean 'stage'?"),
        ("funding:", "fundings:", "line 10: unknown key 'fundings'. Did you mean 'funding'?"),
        ("amount: 1250000.50", "amount: 1.250.000,50", "Did you mean '1250000.5'?"),
        ("amount: 1250000.50", "amount: R$ 1.2 million", "Did you mean '1200000'?"),
        ("amount: 1250000.50", "amount: -5", "found '-5', expected a number ≥ 0"),
        ("amount: 1250000.50", "amount:", "funding, 1, amount: found nothing, expected"),
        ("amount: 1250000.50", "amount: [1, 2]", "expected one value, not a list"),
        ("currency: BRL", "currency: R$", "Did you mean 'BRL'?"),
        ("currency: BRL", "currency: BRX", "line 12, funding, 1, currency: found 'BRX'"),
        ("dated: 2026-08\n", "dated: August 2026\n", "Did you mean '2026-08'?"),
        ("dated: 2026-08\n", "dated: 31.08.2026\n", "Did you mean '2026-08-31'?"),
        ("dated: 2026-08\n", "dated: 2026-06-31\n", "this month has no such day. Did you mean '2026-06'?"),
        ("counted: true", "counted: yes", "counted: found 'yes', expected true or false. Did you mean 'true'?"),
        ("basis: total", "basis: per_year", "a figure whose basis is per_year is never added"),
        ("relation: none", "relation: restates", "related_funding_id: found nothing, expected an id of funding"),
        ("currency: BRL", "currency: BRL\n    amount_high: 5", "amount_high: found '5', expected a number ≥ 1250000.5"),
        ("  - amount", "  - initiative_id: x\n    amount", "is filled in from the entry's initiative; leave it out"),
        ("rio-de-janeiro-rio-ai-city", "rio-de-janeiro-rio-ai-cty", "Did you mean 'rio-de-janeiro-rio-ai-city'?"),
        ("source_id: https://example.org/budget", "source_id: https://example.org/budgt", "source_id: found"),
        ("kind: official", "kind: oficial", "sources, 1, kind: found 'oficial'"),
        ("url: https://example.org/budget\n", "url: javascript:alert(1)\n", "sources, 1, url: found"),
        ("    scope: ai", "    scope: ai\n    scope: ai", "scope: stands here twice; keep one"),
        ("    scope: ai", "\tscope: ai", "line 17: This is not YAML"),
        ("note: A line", "note: &a A line", "Anchors (&) and aliases (*) are not used here"),
        ("note: A line", "note: !!python/object:os.system A line", "Tags (!) are not used here"),
        ("initiative: rio-de-janeiro-rio-ai-city", "", "belongs to an initiative: name it in `initiative`"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_place(
    package: Package, tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    assert right in FIGURE
    assert told in "\n".join(mistakes(package, tmp_path, FIGURE.strip().replace(right, wrong)))


def mistakes(package: Package, folder: Path, text: str) -> list[str]:
    """What is said against an entry; it is not written."""
    file = folder / "entry.yaml"
    file.write_text(text)
    try:
        entry = read_entry(file, package.descriptor)
    except BrokenEntry as broken:
        return list(map(str, broken.mistakes))
    found = rows_of(entry, package)
    return list(map(str, found.mistakes or faults_of(found.new, plan(found.new, package), entry, package)))


def test_with_a_mistake_nothing_is_written_even_if_told_to(data: Path) -> None:
    before = contents(data)

    code, said = add(data, FIGURE.replace("stage: budgeted", "stage: budgetted"), "--yes", "--accept-alike")

    assert code == 1
    assert "line 14, funding, 1, stage: found 'budgetted'" in said
    assert contents(data) == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"x" * 1_000_001, "at most 1000000 bytes"),
        (b"initiative: \xff", "line 1: found bytes that are not UTF-8"),
        (b"- a\n- b", "expected the parts of an entry"),
        (b"[" * 10_000, "deeper than an entry goes"),
        (b"initiative: a\n---\ninitiative: b", "An entry is one document"),
    ],
)
def test_a_file_that_is_no_entry_is_refused(package: Package, tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "entry.yaml"
    file.write_bytes(content)

    with pytest.raises(BrokenEntry, match=re.escape(told)):
        read_entry(file, package.descriptor)


def test_what_cannot_be_read_has_an_exit_code_of_its_own(data: Path) -> None:
    runner = CliRunner()

    assert runner.invoke(app, ["add", "nowhere.yaml", "--data", str(data)]).exit_code == 2
    assert runner.invoke(app, ["add", "nowhere.yaml", "--data", "nowhere"]).exit_code == 2


def test_a_text_of_an_entry_cannot_steer_the_terminal(data: Path) -> None:
    _, said = add(data, FIGURE.replace("stage: budgeted", 'stage: "\\e[2J\\u202Ebudgeted"'))

    assert "found '[2Jbudgeted'" in said
    assert {"\x1b", "\u202e"}.isdisjoint(said)


# What looks alike


@pytest.mark.parametrize(
    ("table", "entry"),
    [
        ("initiatives", {"initiative": {"name": "Rio AI Citty"}}),
        ("organizations", {"organizations": [{"name": "Aberdeen City Councill", "kind": "municipal"}]}),
        ("cities", {"cities": [{"name": "Aberdeeen", "country_code": "GB", "continent": "Europe"}]}),
    ],
)  # fmt: skip
def test_a_name_like_one_that_is_there_is_shown(data: Path, table: str, entry: dict[str, object]) -> None:
    parts = yaml.load(EXAMPLE, yaml.BaseLoader)
    parts["initiative"] |= {"city_id": "rio-de-janeiro"} | entry.pop("initiative", {})
    for key, rows in entry.items():
        parts[key] = [*parts[key], *rows]

    code, said = add(data, as_yaml(parts), "--yes")

    assert code == 1
    assert re.search(rf"Looks alike: .* in {table}: .*similar name", said), said
    assert changes(data) == {}


def test_the_same_money_at_the_same_city_stops_a_script_unless_the_relation_is_stated(
    data: Path, package: Package
) -> None:
    there = next(row for row in package.rows("funding") if row["counted"] == "true" and row["relation"] == "none")
    entry = yaml.load(FIGURE, yaml.BaseLoader)
    entry["initiative"] = there["initiative_id"]
    entry["funding"][0] |= {name: there[name] for name in ("amount", "currency", "stage", "funder")}

    code, said = add(data, as_yaml(entry), "--yes")
    assert code == 1
    assert f"and {there['id']} in funding: the same amount, currency and stage at the same city" in said
    assert changes(data) == {}

    entry["funding"][0] |= {"counted": "false", "relation": "restates", "related_funding_id": there["id"]}
    assert add(data, as_yaml(entry), "--yes")[0] == 0


def test_an_address_written_in_another_way_is_shown(data: Path, package: Package) -> None:
    known = next(row for row in package.rows("sources") if row["url"].startswith("https://www."))
    other = known["url"].replace("https://www.", "http://").rstrip("/") + "/?utm_source=x"

    assert (
        f"and {known['id']} in sources: the same address"
        in add(data, FIGURE.replace("https://example.org/budget", other), "--yes")[1]
    )


# Rows in their places


def test_every_cell_of_the_package_is_an_answer_that_stays_as_it_is(package: Package) -> None:
    for table in ("initiatives", "funding", "metrics", "claims", "sources", "cities", "organizations"):
        for field in package.descriptor.fields(table):
            texts = {row[field.name] for row in package.rows(table)}
            assert {text: check(field, text) for text in texts if " ".join(text.split()) == text} == {
                text: text for text in texts if " ".join(text.split()) == text
            }


def understood(field: Field, text: str) -> str | None:
    """The cell that an answer makes, or the one that was probably meant."""
    try:
        return check(field, text)
    except Wrong as wrong:
        return wrong.guess


@given(number=st.decimals(min_value=0, max_value=10**15, places=2, allow_nan=False))
def test_an_amount_written_in_any_local_form_is_understood(package: Package, number: object) -> None:
    field = package.descriptor.field("funding", "amount")
    plain = check(field, f"{number:f}")
    for written in (f"{number:,.2f}", f"{number:,.2f}".translate(str.maketrans(",.", ".,")), f"€ {number:,.2f}"):
        assert understood(field, written) == plain


@given(data=st.data())
def test_new_rows_leave_every_byte_that_was_there(package: Package, data: st.DataObject) -> None:
    table = package.tables[data.draw(st.sampled_from(["funding", "initiative_sources", "claims", "cities"]))]
    text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
    new = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(table.columns, text)), min_size=1, max_size=4))

    content, numbers = with_rows(table, new)

    rest = iter(content.splitlines(keepends=True))
    assert all(line in rest for line in table.content.splitlines(keepends=True))
    assert len(set(numbers)) == len(new)


# All or nothing


#: Checking takes most of a writer's time; without it, most kills hit the writing itself.
WRITER = """
import sys
from pathlib import Path
from ledger import writing

writing.open_package = lambda folder: None
files = {file.name: file.read_bytes() for file in Path(sys.argv[2]).iterdir()}
print("ready", flush=True)
writing.write_package(sys.argv[1], files)
"""


def test_a_writer_killed_at_any_moment_leaves_the_old_package_or_the_new_one(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (Path(shutil.copytree(data, tmp_path / name)) for name in ("one", "other"))
    assert add(other, EXAMPLE, "--yes")[0] == 0
    packages = [contents(one), contents(other)]
    monkeypatch.setattr(writing, "open_package", lambda folder: None)
    begun = time.monotonic()
    write_package(data, packages[0])
    longest = 2 * (time.monotonic() - begun)  # so that kills come before, in and after the exchange, on any machine
    chance = random.Random(20261126)
    for _ in range(16):
        target = other if contents(data) == packages[0] else one
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(data), str(target)], cwd=ROOT, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout
            writer.stdout.readline()
            time.sleep(chance.uniform(0, longest))
            writer.kill()
        assert contents(data) in packages

    write_package(data, packages[0])  # removes what the killed ones left
    assert {path.name for path in tmp_path.iterdir()} == {"data", "one", "other", "entry.yaml"}
    assert contents(data) == packages[0]


def test_the_command_killed_while_it_runs_leaves_the_old_package_or_the_new_one(data: Path, tmp_path: Path) -> None:
    old = contents(data)
    new = Path(shutil.copytree(data, tmp_path / "new"))
    add(new, EXAMPLE, "--yes")
    (data.parent / "entry.yaml").write_text(EXAMPLE)
    command = [sys.executable, "-m", "ledger", "add", str(data.parent / "entry.yaml"), "--data", str(data), "--yes"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        next(line for line in writer.stdout if b"rows are added" in line)
        writer.kill()

    assert contents(data) in (old, contents(new))


@pytest.mark.parametrize("is_folder_above_closed", [False, True])
def test_where_folders_cannot_be_exchanged_files_are_replaced_parents_first(
    data: Path, monkeypatch: pytest.MonkeyPatch, is_folder_above_closed: bool
) -> None:
    old = contents(data)
    target = Path(shutil.copytree(data, data.parent / "new"))
    add(target, EXAMPLE, "--yes")
    new = contents(target)
    replaced: list[str] = []
    replace = Path.replace

    def noted(source: Path, target: Path) -> Path:
        replaced.append(target.name)
        moved = replace(source, target)
        if not is_folder_above_closed:
            open_package(data)  # what a kill would leave here is a right package
        return moved

    monkeypatch.setattr(Path, "replace", noted)
    monkeypatch.setattr(writing, "_exchange", lambda one, other: False)
    if is_folder_above_closed:
        monkeypatch.setattr(os, "access", lambda path, mode: False)

    write_package(data, {name: content for name, content in new.items() if content != old[name]})

    assert contents(data) == new
    assert replaced.index("sources.csv") < replaced.index("initiatives.csv") < replaced.index("funding.csv")


def test_permissions_and_other_files_stay_as_they_are(data: Path) -> None:
    (data / "funding.csv").chmod(0o640)
    (data / "notes").mkdir()
    (data / "notes" / "mine.txt").write_text("mine")
    (data / "link").symlink_to("notes/mine.txt")

    assert add(data, FIGURE, "--yes")[0] == 0

    assert (data / "funding.csv").stat().st_mode & 0o777 == 0o640
    assert (data / "notes" / "mine.txt").read_text() == "mine"
    assert (data / "link").readlink() == Path("notes/mine.txt")


def test_a_broken_package_a_changed_file_or_a_path_outside_is_not_written(data: Path) -> None:
    before = contents(data)

    with pytest.raises(BrokenPackage, match=r"data/datapackage\.json"):
        write_package(data, {"funding.csv": b"id\n"})
    with pytest.raises(ChangedMeanwhile):
        write_package(data, {"funding.csv": before["funding.csv"]}, made_from={"funding.csv": b"older"})
    with pytest.raises(ValueError, match="not paths inside the folder"):
        write_package(data, {"../funding.csv": b""})

    assert contents(data) == before
    assert [path.name for path in data.parent.iterdir()] == ["data"]


# Question by question


class Terminal:
    """The command in a terminal, as a person meets it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.child = pexpect.spawn(
            sys.executable, ["-m", "ledger", "add", *arguments], cwd=folder, encoding="utf-8", timeout=30,
            dimensions=(60, 200), env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def answer(self, question: str, answer: str) -> str:
        """What was shown before a question, which is answered then."""
        self.child.expect(rf"\n{question}[^\n]*: $")
        self.child.sendline(answer)
        return str(self.child.before)

    def end(self) -> tuple[int, str]:
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus, str(self.child.before)


@pytest.fixture
def terminal(data: Path) -> Iterator[Terminal]:
    opened = Terminal(data.parent)
    yield opened
    opened.child.close(force=True)


INITIATIVE = (
    ("Initiative", "+"), ("City", "sao paulo"), ("City", "1"), ("Initiative", "A helper for parks"),
    ("Summary", "An assistant for keepers of parks."), ("Kind", "3"), ("Domain", "environment"), ("Status", "2"),
    ("Status as of", "2026-06-31"), ("Status as of", ""), ("Level of government", "city"),
    ("Announced on", "March 2026"), ("Announced on", ""), ("Started on", ""), ("Ends on", ""),
    ("Lead organization", "+"), ("Organization", "Parks of the City"), ("Kind", "1"), ("Country", "BR"), ("Id", ""),
    ("Id", "sao-paulo-park-helper"), ("Partner", ""),
)  # fmt: skip
SOURCE = (
    ("Address", "www.example.org/parks"), ("Address", ""), ("Title", "A helper for our parks"),
    ("Publisher", "The City"), ("Published on", "2026"), ("Language", "Portuguese"), ("Language", ""), ("Kind", "1"),
    ("Standing", "1"), ("Address", ""),
)  # fmt: skip
MONEY = (
    ("Record a figure", "y"), ("Amount", "R$ 3 million"), ("Amount", ""), ("Amount, high end", ""), ("Currency", "BRL"),
    ("Stage", "committed"), ("Payer", "1"), ("Name of the payer", ""), ("Date", "2026"), ("Period from", ""),
    ("Period to", ""), ("Basis", "2"), ("Scope", "1"), ("Relation", "1"), ("Reason", "A rate."), ("Overlaps", ""),
    ("Note", "Each year."), ("Source", "1"),
)  # fmt: skip


def test_the_terminal_asks_for_everything_and_writes_it(terminal: Terminal, data: Path) -> None:
    shown = "".join(terminal.answer(*one) for one in (*INITIATIVE, *SOURCE, *MONEY))
    for question in ("Record a figure", "Record evidence", "Record a target", "Record a claim"):
        terminal.answer(question, "")
    preview = terminal.answer("Write these rows", "y")
    code, said = terminal.end()

    assert code == 0, said
    assert "In an adopted budget." in shown
    assert "this month has no such day. Did you mean '2026-06'?" in shown
    assert "never added: counted is false" in shown
    assert "5 rows are added" in preview
    files = ("initiatives.csv", "organizations.csv", "sources.csv", "initiative_sources.csv", "funding.csv")
    assert {name: len(lines) for name, lines in changes(data).items()} == dict.fromkeys(files, 1)
    [line] = changes(data)["funding.csv"]
    assert line.startswith("+sao-paulo-park-helper-f1,sao-paulo-park-helper,3000000,,BRL,committed,city,,2026,")
    assert list(data.parent.glob("*.yaml")) == []


def test_one_can_go_back_and_ask_for_help(terminal: Terminal) -> None:
    terminal.answer("Initiative", "<")
    assert "This is the first question." in terminal.answer("Initiative", "+")
    terminal.answer("City", "alegre")
    assert "Answer with a number" in terminal.answer("City", "porto-alegre")
    terminal.answer("Initiative", "Wrng")
    terminal.answer("Summary", "<")
    terminal.answer("Initiative", "Right")
    terminal.answer("Summary", "?")
    assert "Expected: text." in terminal.answer("Summary", "Something.")
    terminal.child.expect("Kind: $")
    terminal.child.sendintr()
    terminal.end()

    draft = yaml.safe_load((Path(str(terminal.child.cwd)) / "draft.yaml").read_text())
    assert draft["initiative"] == {"city_id": "porto-alegre", "name": "Right", "summary": "Something."}


@pytest.mark.parametrize("leave", ["Ctrl+C", "Ctrl+D", "kill -9"])
def test_who_leaves_loses_nothing_and_goes_on_from_the_draft(terminal: Terminal, data: Path, leave: str) -> None:
    for one in (*INITIATIVE, *SOURCE, *MONEY[:6]):
        terminal.answer(*one)
    terminal.child.expect("Payer: $")
    {"Ctrl+C": terminal.child.sendintr, "Ctrl+D": terminal.child.sendeof}.get(
        leave, lambda: terminal.child.kill(signal.SIGKILL)
    )()
    code, said = terminal.end()
    assert changes(data) == {}
    if leave != "kill -9":
        assert code == 1
        assert "Nothing was written. Your answers are in draft.yaml: python -m ledger add --ask draft.yaml" in said

    resumed = Terminal(data.parent, "--ask", "draft.yaml")
    resumed.answer("Partner", "")
    resumed.answer("Address", "")
    for one in MONEY[6:]:
        resumed.answer(*one)
    for question in ("Record a figure", "Record evidence", "Record a target", "Record a claim"):
        resumed.answer(question, "")
    resumed.answer("Write these rows", "y")

    assert resumed.end()[0] == 0
    assert changes(data)["funding.csv"][0].startswith("+sao-paulo-park-helper-f1,sao-paulo-park-helper,3000000,,BRL,")


def test_answers_may_come_through_a_pipe(data: Path) -> None:
    figure = [*MONEY[1:11], ("Basis", "1"), ("Scope", "1"), ("Counted", "yes"), *MONEY[13:]]
    answers = ["rio-de-janeiro-rio-ai-city", "https://example.org/x", *(one for _, one in SOURCE[2:]), "y"]
    answers += [*(one for _, one in figure), "", "", "", "", "y"]
    command = [sys.executable, "-m", "ledger", "add", "--data", str(data)]

    done = subprocess.run(
        command, input="\n".join(answers) + "\n", text=True, capture_output=True, cwd=data.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "Is it the same money?" in done.stdout
    assert len(changes(data)["funding.csv"]) == 1
