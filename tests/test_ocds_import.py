"""From files to rows: the samples with the counts and sums that reading them gives, and whatever else comes in."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from ledger.__main__ import app
from ledger.facts import facts_of
from ledger.ocds.output import package_folder
from ledger.tables import open_package
from tests.releases import BUYER, SAMPLES, TODAY, home, imported, release, rows, value

#: By reading the samples: the counted figures of each stage, added, by process.
SUMS = {
    "ocds-000001-triagem": {
        "budgeted": "2000000",
        "estimated": "1650000",
        "contracted": "1800000",
        "spent": "550000.5",
    },
    "ocds-000001-cameras": {"estimated": "9000000", "contracted": "8400000"},
    "ocds-000001-chatbot": {"estimated": "400000", "contracted": "380000"},
}
PACKAGES = [
    SAMPLES / name
    for name in ("award-to-payment.json", "planning-and-tender.json", "records-embedded.json", "records-linked.json")
]


@pytest.fixture(autouse=True)
def _the_dataset_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.commands.import_ocds.open_package", opened)


opened = cache(open_package)


def run(*arguments: object, text: bytes | None = None) -> Result:
    """The command for Rio de Janeiro."""
    given_arguments = ["import-ocds", *map(str, arguments), "--city", "rio-de-janeiro"]
    return CliRunner().invoke(app, given_arguments, input=text, catch_exceptions=False)


def figures(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout)))


def sums(lines: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    made: dict[str, dict[str, Decimal]] = {}
    for line in lines:
        if line["counted"] == "true":
            stages = made.setdefault(line["ocid"], {})
            stages[line["stage"]] = stages.get(line["stage"], Decimal(0)) + Decimal(line["amount"])
    return {ocid: {stage: str(amount) for stage, amount in stages.items()} for ocid, stages in made.items()}


def test_the_samples_give_the_counts_and_sums_that_reading_them_gives() -> None:
    result = run(*PACKAGES)

    assert sums(figures(result)) == SUMS
    assert len(figures(result)) == 13
    assert result.exit_code == 0


@pytest.mark.parametrize("order", [PACKAGES, PACKAGES[::-1]], ids=["one order", "the other"])
def test_releases_of_a_process_may_be_scattered_over_files_in_any_order(order: list[Path], tmp_path: Path) -> None:
    packed = [tmp_path / f"{path.name}.gz" for path in order]
    for path, file in zip(order, packed, strict=True):
        file.write_bytes(gzip.compress(path.read_bytes()))

    assert figures(run(*packed)) == figures(run(*PACKAGES))


def test_each_figure_names_its_process_its_buyer_what_matched_and_the_package_that_states_it() -> None:
    result = run(*PACKAGES)
    by_id = {line["id"]: line for line in figures(result)}
    tender = by_id["rio-de-janeiro-ocds-000001-triagem-tender"]
    contract = by_id["rio-de-janeiro-ocds-000001-triagem-contract-ct-31"]

    assert tender["ocid"] == "ocds-000001-triagem"
    assert tender["buyer"] == "Prefeitura da Cidade do Rio de Janeiro"
    assert "UNSPSC 43231511 in tender.items.classification" in tender["matched"]
    assert tender["source_id"] != contract["source_id"]
    assert (contract["dated"], contract["period_start"], contract["period_end"]) == (
        "2024-06-11",
        "2024-07-01",
        "2026-06-30",
    )


def test_what_is_not_used_is_listed_once_with_place_process_and_reason() -> None:
    result = run(SAMPLES / "releases.jsonl", "--source", "https://example.org/releases")
    listed = [line.partition("releases.jsonl, ")[2] for line in result.stderr.splitlines() if "jsonl" in line]

    assert [line["ocid"] for line in figures(result)] == ["ocds-000001-framework", "ocds-000001-good"]
    assert sorted(listed) == [
        "line 10: ocds-000001-future: award 1: Its date '2901-01-01T00:00:00Z' lies in the future.",
        "line 2: The line is no JSON (Expecting ',' delimiter, column 61).",
        "line 3: ocds-000001-cancelled: tender: The tender is cancelled.",
        "line 4: ocds-000001-no-currency: tender: The amount has no currency.",
        "line 5: ocds-000001-no-amount: tender: It states no amount.",
        "line 6: ocds-000001-negative: tender: The amount -5 is negative.",
        "line 7: ocds-000001-zero: tender: The amount is 0, which may mean that it is not known.",
        "line 8: ocds-000001-strange-currency: tender: 'R$' is no currency of ISO 4217.",
        "line 9: ocds-000001-year-one: award 1: Its date '0001-01-01T00:00:00Z' cannot be true.",
    ]
    assert "Processes read: 11; about AI and used: 2, with figures: 2; listed above as not used: 9." in result.stderr
    assert result.exit_code == 1, "a line is damaged"


def test_a_figure_without_a_web_address_to_cite_is_not_used() -> None:
    result = run(SAMPLES / "releases.jsonl")

    assert figures(result) == []
    assert "name one with --source" in result.stderr


def test_only_addresses_of_the_web_become_sources(tmp_path: Path) -> None:
    for address in ("javascript:alert(1)", "file:///etc/passwd", "https://", "https://a b", 7, None):
        file = tmp_path / "package.json"
        file.write_text(
            json.dumps({"uri": address, "releases": [release(tender={"title": "Chatbot", "value": value(1)})]})
        )
        made, unused, _ = imported(file, source="")

        assert made == []
        assert "no web address" in unused[-1].reason


# Where rows go


def test_a_folder_is_a_data_package_that_is_right(tmp_path: Path) -> None:
    assert run(*PACKAGES, "--out", tmp_path / "made").exit_code == 0
    tables = open_package(tmp_path / "made")

    facts_of(tables)  # views can be made of it
    assert len(tables["funding"]) == len(tables["matches"]) == 13
    assert set(tables["initiatives"]["city_id"]) == {"rio-de-janeiro"}
    assert tables["organizations"]["id"].tolist() == ["prefeitura-rio"], "the one that the dataset has"
    assert tables["sources"]["url"].is_unique
    assert dict(tables["initiatives"][["id", "status"]].itertuples(index=False)) == {
        "rio-de-janeiro-ocds-000001-cameras": "under_way",
        "rio-de-janeiro-ocds-000001-chatbot": "under_way",
        "rio-de-janeiro-ocds-000001-triagem": "under_way",
    }


def test_a_csv_holds_what_standard_output_would(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"

    assert run(*PACKAGES, "--out", file).stdout == ""
    assert file.read_text("utf-8") == run(*PACKAGES).stdout


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = run(*PACKAGES, "--out", tmp_path)

    assert result.exit_code == 2
    assert "it is there already" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_nothing_is_left_behind_where_the_import_fails(tmp_path: Path) -> None:
    assert run(SAMPLES, "--out", tmp_path / "made").exit_code == 2
    assert run(*PACKAGES, "--out", tmp_path / "missing" / "made").exit_code == 2
    assert {path.name for path in tmp_path.iterdir()} <= {"made"}


# Whose contracts


def test_a_buyer_is_asked_for_by_name_or_id_and_others_are_counted(tmp_path: Path) -> None:
    others = [
        release(
            ocid=f"ocds-000001-{number}",
            buyer={"id": str(number), "name": name},
            tender={"title": "Chatbot", "value": value(1)},
        )
        for number, name in enumerate(["Município de Niterói", "Estado do Rio", "Prefeitura"])
    ]
    file = tmp_path / "releases.json"
    file.write_text(json.dumps(others))

    for buyer in ("municipio  de NITEROI", "0"):
        result = run(file, "--source", "https://example.org", "--buyer", buyer)

        assert [line["buyer"] for line in figures(result)] == ["Município de Niterói"]
        assert "Left out, of other buyers: Estado do Rio (1), Prefeitura (1)." in result.stderr


def test_the_kind_of_payer_is_that_of_the_buyers(tmp_path: Path) -> None:
    made = run(*PACKAGES, "--funder", "regional")

    assert {line["funder"] for line in figures(made)} == {"regional"}


# What a person is told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x.json", "--source", "ftp://example.org"], "http:// or https://"),
        (["x.json", "--funder", "private"], "Name one of city"),
        (["x.json", "--terms", "missing.json"], "missing.json could not be read"),
        (["x.json", "--dataset", "missing"], "There is no file at missing."),
        (["x.json", "--city", "rio-de-janero"], "Did you mean rio-de-janeiro"),
        (["missing.json"], "missing.json: The file could not be read"),
        ([str(SAMPLES / "blank.json"), "missing.json"], "missing.json: The file could not be read"),
    ],
)
def test_what_cannot_be_done_is_said_with_exit_code_2(arguments: list[str], message: str) -> None:
    cities = [] if "--city" in arguments else ["--city", "rio-de-janeiro"]
    result = CliRunner().invoke(app, ["import-ocds", *arguments, *cities])

    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())


# Whatever comes in


WHOLE = [one for path in PACKAGES for one in json.loads(path.read_text("utf-8")).get("releases", [])]


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value in a release."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in items:
        yield from paths(part, (*path, name))


PLACES = [(number, path) for number, one in enumerate(WHOLE) for path in paths(one)]
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        [
            [],
            {},
            [[]],
            [None],
            [{}],
            {"id": None},
            {"amount": "1"},
            10**40,
            -1,
            "0001-01-01",
            "\ud800",
            "\x00",
            "x" * 5000,
        ]
    ),
    st.sampled_from(
        [{"id": "1", "value": {"amount": 1, "currency": "BRL"}}, [{"id": ["1"]}], [{"id": {}}], {"id": 1.5}]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), STRANGE), min_size=1, max_size=4))
def test_whatever_stands_anywhere_in_a_release_the_rows_that_come_out_are_right(
    changes: list[tuple[tuple[int, tuple[Any, ...]], Any]], tmp_path: Path
) -> None:
    changed = copy.deepcopy(WHOLE)
    for (number, path), strange in changes:
        holder: Any = changed[number]
        try:
            for name in path[:-1]:
                holder = holder[name]
            holder[path[-1]] = copy.deepcopy(strange)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    lines, _ = rows(tmp_path, *changed)

    assert len({line["id"] for line in lines}) == len(lines)
    for line in lines:
        assert Decimal(line["amount"]) > 0
        assert line["dated"] <= "2026-06-02"
        assert not line["related_funding_id"] or line["related_funding_id"] in {other["id"] for other in lines}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@example(texts=["\r", "\r\n", "\n", "\r"])
@example(texts=["", '"', ",", "=1+1"])
@given(texts=st.lists(st.text(max_size=60), min_size=4, max_size=4))
def test_a_package_is_right_whatever_the_texts_in_it(texts: list[str], tmp_path: Path) -> None:
    ocid, name, title, identifier = texts
    made = release(
        ocid=f"ocds-{ocid}",
        buyer={**BUYER, "name": f"P{name}"},
        tender={"title": f"Chatbot {title}", "value": value(1)},
        contracts=[{"id": f"c{identifier}", "value": value(2)}, {"id": f"C{identifier}", "value": value(3)}],
    )
    file = tmp_path / "release.json"
    file.write_text(json.dumps(made))
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        with package_folder(Path(folder) / "made", home(), TODAY) as package:
            for one in imported(file)[0]:
                package.add(one)

        assert len(open_package(Path(folder) / "made")["funding"]) == 3
