"""A reader's own rows: seen beside the dataset, marked in every view, and nowhere else."""

import pandas as pd
import pytest

from ledger import dataset, own, views
from ledger.facts import SIGN, Facts
from ledger.selection import Selection, choices

BASE = dataset.facts()
RIO = "rio-de-janeiro-rio-ai-city"


def rows(table: str, *given: dict[str, str]) -> pd.DataFrame:
    """Rows of a table as text, with every column."""
    columns = [field.name for field in BASE.descriptor.fields(table)]
    return pd.DataFrame([{**dict.fromkeys(columns, ""), **row} for row in given], columns=columns, dtype="str")


SOURCE = {
    "id": "src-vila-exemplo-plan", "url": "https://vila-exemplo.example/plano", "title": "Plano municipal de IA",
    "publisher": "Prefeitura de Vila Exemplo", "published_on": "2026-10-01", "language": "pt", "kind": "official",
    "standing": "original",
}  # fmt: skip
CITY = {
    "id": "vila-exemplo", "name": "Vila Exemplo", "country_code": "BR", "country": "Brazil",
    "continent": "South America", "population": "480000",
}  # fmt: skip
FIGURE = {
    "id": "vila-exemplo-triagem-f1", "initiative_id": "vila-exemplo-triagem", "amount": "5000000", "currency": "BRL",
    "stage": "contracted", "funder": "city", "dated": "2026-10-01", "basis": "total", "scope": "ai",
    "counted": "true", "relation": "none", "reason": "The only contract.", "note": "Contract 12/2026.",
    "source_id": "src-vila-exemplo-plan",
}  # fmt: skip
OWN = {
    "cities": rows("cities", CITY),
    "organizations": rows(
        "organizations",
        {"id": "vila-exemplo-city-hall", "name": "Prefeitura", "kind": "municipal", "country_code": "BR"},
    ),
    "initiatives": rows(
        "initiatives",
        {
            "id": "vila-exemplo-triagem", "city_id": "vila-exemplo", "name": "Triagem de exames",
            "summary": "Reads X-rays.",
            "kind": "service", "domain": "health", "status": "operating", "status_as_of": "2026-10",
            "government_level": "city", "announced_on": "2026-10-01", "lead_organization_id": "vila-exemplo-city-hall",
        },
    ),
    "sources": rows("sources", SOURCE),
    "initiative_sources": rows(
        "initiative_sources", {"initiative_id": "vila-exemplo-triagem", "source_id": "src-vila-exemplo-plan"}
    ),
    "funding": rows("funding", FIGURE, {**FIGURE, "id": "rio-f", "initiative_id": RIO, "stage": "spent"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def facts() -> Facts:
    return own.with_own(BASE, OWN)


def values(table: pd.DataFrame) -> list[tuple[object, ...]]:
    """The rows of a table, to be compared."""
    return list(table.astype(object).where(table.notna(), None).itertuples(index=False, name=None))


@pytest.mark.parametrize("name", list(views.VIEWS))
def test_every_view_marks_just_the_rows_that_the_dataset_alone_does_not_give(facts: Facts, name: str) -> None:
    table = views.table(name, facts, Selection())
    alone = views.table(name, BASE, Selection())
    assert [*alone.columns, "yours"] == list(table.columns)
    assert "yours" not in alone
    places = [column.name for column in views.VIEWS[name].columns(BASE) if column.unit == "place"]
    known = values(alone.drop(columns=places))
    for row, yours in zip(values(table.drop(columns=[*places, "yours"])), table["yours"], strict=True):
        assert yours == (row not in known)


def test_a_figure_of_theirs_stands_in_the_register_and_in_the_sum_of_its_city(facts: Facts) -> None:
    register = views.table("funding-register", facts, Selection())
    assert set(register.loc[register["yours"], "funding_id"]) == {"vila-exemplo-triagem-f1", "rio-f"}
    sums = views.table("funding-by-city", facts, Selection(lens="stated"))
    yours = sums[sums["yours"]]
    assert set(yours["city_id"]) == {"vila-exemplo", "rio-de-janeiro"}
    village = yours[yours["city_id"] == "vila-exemplo"].iloc[0]
    assert (village["value"], village["unit"], village["stage"]) == (5_000_000, "BRL", "contracted")
    rio = yours[yours["city_id"] == "rio-de-janeiro"].iloc[0]
    before = views.table("funding-by-city", BASE, Selection(lens="stated"))
    same = before[(before["city_id"] == "rio-de-janeiro") & (before["stage"] == "spent")]
    same = same[(same["payer"] == "public") & (same["unit"] == "BRL")]
    assert rio["value"] == same["value"].iloc[0] + 5_000_000


def test_a_claim_of_theirs_marks_what_it_puts_in_doubt() -> None:
    claim = {
        "id": "claim-own", "subject_type": "initiative", "subject_id": "aberdeen-copilot", "topic": "delivery",
        "stance": "disputes", "statement": "It was never rolled out.", "claimant": "A reader",
        "source_id": BASE.tables["sources"]["id"].iloc[0],
    }  # fmt: skip
    facts = own.with_own(BASE, {"claims": rows("claims", claim)})
    register = views.table("initiatives-register", facts, Selection())
    yours = register[register["yours"]]
    assert list(yours["initiative_id"]) == ["aberdeen-copilot"]
    assert yours["disputed"].iloc[0] == "open"


def test_names_of_what_holds_their_rows_bear_the_sign_and_no_other_does(facts: Facts) -> None:
    made = views.VIEWS["funding-by-city"]
    table = views.table("funding-by-city", facts, Selection())
    signed = own.signed(made, table)
    bearing = set(signed.loc[signed["city"].str.endswith(SIGN), "city"])
    assert bearing == {f"Vila Exemplo {SIGN}", f"Rio de Janeiro {SIGN}"}
    # All bars of a city bear one name: it must not fall apart into two.
    assert signed.groupby("city_id")["city"].nunique().max() == 1
    assert own.signed(made, views.table("funding-by-city", BASE, Selection())).equals(
        views.table("funding-by-city", BASE, Selection())
    )


def test_filters_offer_what_is_theirs_with_the_sign(facts: Facts) -> None:
    assert choices(facts)["city"]["vila-exemplo"] == f"Vila Exemplo {SIGN}"
    assert choices(facts)["city"]["rio-de-janeiro"] == "Rio de Janeiro"
    assert "vila-exemplo" not in choices(BASE)["city"]
    assert list(views.table("funding-register", facts, Selection(city=("vila-exemplo",)))["funding_id"]) == [
        "vila-exemplo-triagem-f1"
    ]


def test_the_dataset_stays_as_it_was(facts: Facts) -> None:
    assert facts.base is BASE
    assert BASE.base is None
    assert "vila-exemplo" not in set(BASE.tables["cities"]["id"])
    assert facts.version == BASE.version


def test_what_was_worked_out_with_their_rows_goes_with_them() -> None:
    import gc
    import weakref

    facts = own.with_own(BASE, OWN)
    table = weakref.ref(views.table("funding-by-city", facts, Selection()))
    assert table() is views.table("funding-by-city", facts, Selection())
    del facts
    gc.collect()
    assert table() is None


def test_their_rows_are_counted_by_table(facts: Facts) -> None:
    assert own.counted(OWN, facts)[BASE.descriptor.table_title("funding")] == 2
    assert sum(own.counted(OWN, facts).values()) == 7
