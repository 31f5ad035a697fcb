"""The money of a process: which stage, what is counted, who pays, and what makes no figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.releases import ABOUT_AI, BUYER, release, rows, told, value


def award(identifier: str = "A", amount: Any = 100, **parts: Any) -> dict[str, Any]:
    return {"id": identifier, "status": "active", "date": "2025-01-05T00:00:00Z", "value": value(amount), **parts}


def contract(identifier: str = "C", amount: Any = 90, **parts: Any) -> dict[str, Any]:
    made = {"id": identifier, "status": "active", "dateSigned": "2025-01-08T00:00:00Z", "value": value(amount), **parts}
    return {name: part for name, part in made.items() if part is not None}


def reasons(unused: list[Any]) -> list[str]:
    return [f"{one.part}: {one.reason}" for one in unused]


def test_each_part_of_a_process_has_its_stage(tmp_path: Path) -> None:
    payment = {"id": "P", "date": "2025-01-09", "value": value(40)}
    figures, unused = rows(
        tmp_path,
        release(
            planning={"budget": {"amount": value(120)}},
            tender={"title": ABOUT_AI, "value": value(110)},
            contracts=[contract(implementation={"transactions": [payment]})],
        ),
    )

    assert told(figures) == [
        ("budgeted", "120", "true"),
        ("estimated", "110", "true"),
        ("contracted", "90", "true"),
        ("spent", "40", "true"),
    ]
    assert unused == []


def test_an_amount_is_exact_as_it_is_stated(tmp_path: Path) -> None:
    for stated, amount in ((1200.0, "1200"), (0.1, "0.1"), (123456789012.34, "123456789012.34"), (1e9, "1000000000")):
        (row,), _ = rows(tmp_path, release(contracts=[contract(amount=stated)]))

        assert row["amount"] == amount


# A contract and its award


def test_a_contract_takes_the_place_of_its_award(tmp_path: Path) -> None:
    figures, _ = rows(tmp_path, release(awards=[award()], contracts=[contract(awardID="A")]))
    first, second = figures

    assert told(figures) == [("contracted", "100", "false"), ("contracted", "90", "true")]
    assert (second["relation"], second["related_funding_id"]) == ("supersedes", first["id"])


def test_several_contracts_take_the_place_of_one_award(tmp_path: Path) -> None:
    figures, _ = rows(tmp_path, release(awards=[award()], contracts=[contract("1", 60), contract("2", 30)]))

    assert [amount for _, amount, counted in told(figures) if counted == "true"] == ["60", "30"]


def test_where_it_is_not_clear_which_award_a_contract_follows_no_award_is_counted(tmp_path: Path) -> None:
    figures, _ = rows(tmp_path, release(awards=[award("A"), award("B")], contracts=[contract()]))

    assert [amount for _, amount, counted in told(figures) if counted == "true"] == ["90"]


def test_an_award_whose_contract_cannot_be_used_stands_for_itself(tmp_path: Path) -> None:
    for unusable in (contract(value=None), contract(status="pending"), contract(amount=-1)):
        figures, unused = rows(tmp_path, release(awards=[award()], contracts=[unusable]))

        assert told(figures) == [("contracted", "100", "true")]
        assert [one.part for one in unused] == ["contract C"]


def test_an_award_whose_contract_was_cancelled_is_not_counted(tmp_path: Path) -> None:
    figures, unused = rows(tmp_path, release(awards=[award()], contracts=[contract(status="cancelled")]))

    assert told(figures) == [("contracted", "100", "false")]
    assert reasons(unused) == ["contract C: The contract is cancelled."]


@given(
    awards=st.lists(st.sampled_from(["active", "pending", "cancelled", "unsuccessful", None]), min_size=0, max_size=3),
    contracts=st.lists(
        st.tuples(
            st.sampled_from(["0", "1", "2", "9", None]),
            st.sampled_from(["active", "pending", "cancelled", "terminated", None]),
        ),
        max_size=4,
    ),
)
def test_an_award_and_a_contract_that_may_follow_it_are_never_both_counted(
    awards: list[str | None], contracts: list[tuple[str | None, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    figures, _ = rows(
        tmp_path_factory.getbasetemp(),
        release(
            awards=[award(str(number), status=status) for number, status in enumerate(awards)],
            contracts=[
                contract(f"c{number}", awardID=of, status=status) for number, (of, status) in enumerate(contracts)
            ],
        ),
    )
    counted = {row["id"].rpartition("-1-")[2] for row in figures if row["counted"] == "true"}

    for number, (of, _) in enumerate(contracts):
        if f"contract-c{number}" in counted:
            known = of is not None and int(of) < len(awards)
            followed = [of] if known else [str(place) for place in range(len(awards))]
            assert not counted & {f"award-{place}" for place in followed}


# What is no money


@pytest.mark.parametrize("status", ["cancelled", "unsuccessful", "withdrawn"])
def test_a_tender_that_came_to_nothing_makes_no_figure(status: str, tmp_path: Path) -> None:
    figures, unused = rows(tmp_path, release(tender={"title": ABOUT_AI, "status": status, "value": value(1)}))

    assert figures == []
    assert reasons(unused) == [f"tender: The tender is {status}."]


def test_a_tag_alone_ends_what_its_release_holds(tmp_path: Path) -> None:
    figures, unused = rows(
        tmp_path,
        release(awards=[award("A"), award("B")]),
        release(day="2025-02-01", tag=["awardCancellation"], tender=None, awards=[{"id": "A"}]),
        release(day="2025-03-01", tag=["tenderCancellation"], tender={"value": value(5)}),
    )

    assert told(figures) == [("contracted", "100", "true")]
    assert reasons(unused) == ["tender: The tender is cancelled.", "award A: The award is cancelled."]


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"amount": None, "currency": "BRL"}, "no amount"),
        ({"currency": "BRL"}, "no amount"),
        ({"amount": 5}, "no currency"),
        (value(0), "is 0"),
        (value(-3.5), "negative"),
        (value(5, "R$"), "no currency of ISO 4217"),
        (value(5, "brl"), "no currency of ISO 4217"),
        (value(5, "XXX"), "no currency of ISO 4217"),
        (value(1e15), "no amount"),
        (value("5"), "no amount"),
        (value(True), "no amount"),
        (value(1e-9), "decimals"),
    ],
)
def test_an_amount_or_a_currency_that_cannot_be_right_makes_no_figure(
    stated: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    figures, unused = rows(tmp_path, release(contracts=[contract(value=stated)]))

    assert figures == []
    assert reason in unused[-1].reason


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00Z", "2126-01-01", "2025-02-30", "10/01/2025", "soon", ""])
def test_a_date_that_cannot_be_right_makes_no_figure(day: str, tmp_path: Path) -> None:
    figures, unused = rows(tmp_path, release(contracts=[contract(dateSigned=day)]))

    if day:
        assert figures == []
        assert "Its date" in unused[0].reason
    else:
        assert [row["dated"] for row in figures] == ["2025-01-10"], "without one, the release's"


def test_a_date_is_the_day_where_it_was_written(tmp_path: Path) -> None:
    (row,), _ = rows(tmp_path, release(contracts=[contract(dateSigned="2025-01-08T23:30:00-03:00")]))

    assert row["dated"] == "2025-01-08"


def test_a_framework_agreement_states_a_ceiling_that_is_not_counted(tmp_path: Path) -> None:
    for sign in ({"techniques": {"hasFrameworkAgreement": True}}, {"procurementMethodDetails": "Registro de preços"}):
        figures, _ = rows(
            tmp_path, release(tender={"title": ABOUT_AI, "value": value(1), **sign}, contracts=[contract()])
        )

        assert [(row["basis"], row["counted"]) for row in figures] == [("ceiling", "false")] * 2


def test_related_processes_are_named(tmp_path: Path) -> None:
    other = {"id": "1", "relationship": ["framework"], "identifier": "ocds-000001-9"}
    (row,), _ = rows(tmp_path, release(contracts=[contract()], relatedProcesses=[other]))

    assert row["overlaps"] == "Related processes: framework: ocds-000001-9."


# Later releases


def test_a_later_release_replaces_and_does_not_add(tmp_path: Path) -> None:
    later = release(day="2025-02-01", contracts=[{"id": "C", "value": {"amount": 95}}])
    for order in ((release(contracts=[contract()]), later), (later, release(contracts=[contract()]))):
        figures, _ = rows(tmp_path, *order)

        assert [(row["amount"], row["dated"]) for row in figures] == [("95", "2025-01-08")]


def test_releases_are_in_the_order_of_their_moments_and_not_of_their_texts(tmp_path: Path) -> None:
    early = release(contracts=[contract(amount=1)], id="1", date="2025-01-10T23:30:00-05:00")
    late = release(contracts=[contract(amount=2)], id="2", date="2025-01-11T04:31:00Z")
    figures, _ = rows(tmp_path, late, early)

    assert told(figures) == [("contracted", "2", "true")]


def test_the_same_release_twice_is_once(tmp_path: Path) -> None:
    made = release(contracts=[contract()])

    assert rows(tmp_path, made, made)[0] == rows(tmp_path, made)[0]


def test_what_a_later_release_takes_back_is_gone(tmp_path: Path) -> None:
    first = release(tender={"title": ABOUT_AI, "value": value(5)}, contracts=[contract()])
    for taken_back in ({"tender": {"value": None}}, {"tender": {"value": {"amount": None, "currency": None}}}):
        figures, _ = rows(tmp_path, first, release(day="2025-02-01", **taken_back))

        assert [stage for stage, _, _ in told(figures)] == ["contracted"]


def test_a_compiled_release_stands_for_all_up_to_its_date(tmp_path: Path) -> None:
    figures, _ = rows(
        tmp_path,
        release(contracts=[contract("C"), contract("D")]),
        release(day="2025-02-01", tag=["compiled"], contracts=[contract("C")]),
        release(day="2025-01-20", tag=["compiled"], contracts=[contract("E")]),
        release(day="2025-03-01", contracts=[contract("F", 7)]),
    )

    assert told(figures) == [("contracted", "90", "true"), ("contracted", "7", "true")]


def test_a_value_is_dated_by_the_release_that_stated_it_first_as_it_is_now(tmp_path: Path) -> None:
    def tender(amount: int) -> dict[str, Any]:
        return {"title": ABOUT_AI, "value": value(amount)}

    figures, _ = rows(
        tmp_path,
        release(tender=tender(1)),
        release(day="2025-02-01", tender=tender(2)),
        release(day="2025-03-01", tender={"status": "complete", "value": value(2)}),
    )

    assert [(row["amount"], row["dated"]) for row in figures] == [("2", "2025-02-01")]


def test_entries_without_an_id_are_used_in_a_single_release_alone(tmp_path: Path) -> None:
    made = release(contracts=[contract(id=None, amount=1), contract(id=None, amount=2)])
    alone, _ = rows(tmp_path, made)
    figures, unused = rows(tmp_path, made, release(day="2025-02-01"))

    assert [amount for _, amount, _ in told(alone)] == ["1", "2"]
    assert figures == []
    assert {one.reason for one in unused} == {"It has no id, so it cannot be told from what other releases state."}


def test_entries_with_the_same_id_are_one_and_that_is_said(tmp_path: Path) -> None:
    figures, unused = rows(tmp_path, release(contracts=[contract(amount=1), contract(amount=2)]))

    assert told(figures) == [("contracted", "2", "true")]
    assert "same id" in unused[0].reason


def test_a_release_without_a_date_is_not_used_beside_others(tmp_path: Path) -> None:
    figures, unused = rows(
        tmp_path, release(contracts=[contract()]), release(date="2999-01-01", contracts=[contract("D")])
    )

    assert [row["amount"] for row in figures] == ["90"]
    assert "no date that can be true" in unused[0].reason


# Lots


def test_of_a_process_with_lots_only_what_is_for_those_about_ai_is_money_for_it(tmp_path: Path) -> None:
    lots = [{"id": "1", "title": "Chatbot"}, {"id": "2", "title": "Mobiliário"}]
    figures, _ = rows(
        tmp_path,
        release(
            tender={"title": "Modernização", "value": value(500), "lots": lots},
            awards=[award("A", 10, relatedLots=["1"]), award("B", 20, relatedLots=["2"])],
            contracts=[contract("C", 9, awardID="A"), contract("D", 19, awardID="B")],
        ),
    )

    assert [(row["stage"], row["amount"], row["scope"], row["counted"]) for row in figures] == [
        ("estimated", "500", "broader", "true"),
        ("contracted", "10", "ai", "false"),
        ("contracted", "9", "broader", "true"),
    ]


def test_what_is_about_ai_by_its_items_alone_is_broader(tmp_path: Path) -> None:
    tender = {"title": "Modernização", "value": value(1), "items": [{"id": "1", "description": "Chatbot"}]}
    (row,), _ = rows(tmp_path, release(tender=tender))

    assert row["scope"] == "broader"


# Who pays


@pytest.mark.parametrize(
    ("parts", "payer"),
    [
        ({}, ("city", "Prefeitura")),
        ({"buyer": {"id": "BR-1"}, "parties": [{**BUYER, "roles": ["buyer"]}]}, ("city", "Prefeitura")),
        ({"buyer": None, "parties": [{**BUYER, "roles": ["buyer"]}]}, ("city", "Prefeitura")),
        ({"parties": [{"id": "BR-1", "name": "PREFEITURA", "roles": ["funder"]}]}, ("city", "Prefeitura")),
        ({"parties": [{"id": "WB", "name": "World Bank", "roles": ["funder"]}]}, ("unknown", "World Bank")),
        (
            {
                "parties": [{**BUYER, "roles": ["funder"]}],
                "planning": {"budget": {"budgetBreakdown": [{"id": "1", "sourceParty": {"name": "World Bank"}}]}},
            },
            ("mixed", "Prefeitura; World Bank"),
        ),
    ],
)
def test_the_payer_is_the_buyer_unless_the_release_names_another(
    parts: dict[str, Any], payer: tuple[str, str], tmp_path: Path
) -> None:
    (row,), _ = rows(tmp_path, release(contracts=[contract()], **parts))

    assert (row["funder"], row["funder_name"]) == payer


def test_a_payment_is_by_the_payer_that_it_names(tmp_path: Path) -> None:
    payments = [
        {"id": "1", "date": "2025-01-09", "value": value(1), "payer": BUYER},
        {"id": "2", "date": "2025-01-09", "value": value(2), "payer": {"name": "Tesouro"}},
        {"id": "3", "date": "2025-01-09", "value": value(-2)},
    ]
    figures, unused = rows(tmp_path, release(contracts=[contract(implementation={"transactions": payments})]))
    whole, *paid = figures

    assert [(row["funder"], row["funder_name"]) for row in paid] == [("city", "Prefeitura"), ("unknown", "Tesouro")]
    assert {(row["relation"], row["related_funding_id"]) for row in paid} == {("part_of", whole["id"])}
    assert reasons(unused) == ["contract C, transaction 3: The amount -2 is negative."]


def test_a_process_without_a_buyer_is_not_said_to_be_the_citys(tmp_path: Path) -> None:
    figures, unused = rows(tmp_path, release(buyer=None, contracts=[contract()]))

    assert figures == []
    assert "names no buyer" in unused[0].reason
