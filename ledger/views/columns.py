"""What derived columns mean. Columns of the dataset itself are explained by its descriptor."""

from __future__ import annotations

from ledger.views.registry import Column


def _columns(*columns: Column) -> dict[str, Column]:
    return {column.name: column for column in columns}


DERIVED = _columns(
    Column("payer", "Payer", "Who pays: public, private, mixed or unknown, from the code of the funder.", "string"),
    Column(
        "value",
        "Value",
        "Value under the lens chosen: as stated, in US dollars (annual mean rate of the year of the figure) or in "
        "international dollars. In sums, the low ends of the counted figures. Empty where nothing is counted or "
        "no rate is known; never zero for unknown.",
        "number",
        "the column `unit`",
    ),
    Column(
        "value_high",
        "Value, high end",
        "The same with the high end of figures that are ranges.",
        "number",
        "the column `unit`",
    ),
    Column("unit", "Unit of the value", "What the value is counted in: a currency code or international dollars, in "
           "total or per resident.", "string"),
    Column("figures", "Figures added", "Number of counted figures that the value adds up.", "integer", "figures"),
    Column("not_converted", "Not converted", "Number of counted figures that are left out of the value because no "
           "rate (or no population) is known.", "integer", "figures"),
    Column("not_added", "Not added", "Number of figures that restate, contain, are part of or contradict a counted "
           "one, or are rates; they stand in the register and are never added.", "integer", "figures"),
    Column("year", "Year", "The year of the date of the row.", "integer", "year"),
    Column("cities", "Cities", "Number of cities.", "integer", "cities"),
    Column("initiatives", "Initiatives", "Number of initiatives.", "integer", "initiatives"),
    Column("all_figures", "Figures of money", "Number of figures of money, counted or not.", "integer", "figures"),
    Column("usd", "US dollars", "The amount in US dollars at the annual mean rate of the year of the figure. Empty "
           "where no rate is known.", "number", "US dollars"),
    Column("usd_high", "US dollars, high end", "The high end of the amount in US dollars.", "number", "US dollars"),
    Column("intl", "International dollars", "The amount in international dollars (purchasing power parity). Empty "
           "where no rate is known.", "number", "international dollars"),
    Column("intl_high", "International dollars, high end", "The high end of the amount in international dollars.",
           "number", "international dollars"),
    Column("intl_year", "Year of purchasing power", "The year of the purchasing power used: the latest earlier one "
           "where the year of the figure has none.", "integer", "year"),
    Column("disputed", "Disputed", "none, open, conceded (the side that asserted gave in) or withdrawn (the side that "
           "disputed did).", "string"),
    Column("state", "State of the dispute", "Of a claim that disputes: open, conceded or withdrawn; empty for others.",
           "string"),
    Column("furthest_stage", "Furthest stage", "The strongest stage of any counted figure; empty without one.",
           "string"),
    Column("purpose", "Goal of the initiative", "The goal recorded for the initiative; `several` where there are more "
           "than one (a sum cannot be split between them), `none recorded` where there is none.", "string"),
    Column("case", "Case", "The initiative and the stage at which sources contradict each other.", "string"),
    Column("case_low", "Lowest statement", "The lowest of the amounts of the case.", "number", "the column `unit`"),
    Column("case_high", "Highest statement", "The highest of the amounts of the case.", "number", "the column `unit`"),
    Column("grade", "Grade", "The highest evidence among the city's initiatives: 0 none recorded, 1 stated, 2 funded, "
           "3 operating. It measures what has been recorded.", "integer", "grade from 0 to 3"),
    Column("initiatives_in_all", "Initiatives behind the index", "Number of the city's initiatives with evidence for "
           "any goal.", "integer", "initiatives"),
    Column("index", "Index", "Mean of the nine grades, divided by 3, times 100. It measures what has been recorded.",
           "number", "0 to 100"),
    Column("evidence_rows", "Pieces of evidence", "Number of pieces of evidence for this goal.", "integer", "rows"),
    Column("uplift", "Uplift", "Score of the model minus the score of its base on the same test, in the same setting.",
           "number", "points of the score"),
    Column("base_score", "Score of the base", "Score of the base model on the same test, in the same setting.",
           "number", "the column `score_unit`"),
    Column("same_source", "Same source", "Whether one source reports both scores.", "boolean"),
    Column("base_reported_by", "Base reported by", "Who reported the score of the base.", "string"),
    Column("base_source_url", "Source of the base's score", "Address of the page with the score of the base.",
           "string"),
    Column("benchmark", "Benchmark", "Name and version of the test.", "string"),
    Column("basis_of_link", "Basis", "`stated` by the developer, or what another source says of it.", "string"),
    Column("depth", "Depth", "How many answers down a claim stands: 0 opens a thread.", "integer", "answers"),
    Column("developer", "Developer", "The body that develops the model.", "string"),
    Column("base", "Base", "The model that it was built from.", "string"),
    Column("parent_model_id", "Built from", "The model that it was built from, an id of `models`.", "string"),
    Column("parent", "Built from", "The model that it was built from.", "string"),
    Column("parent_developer", "Developer of that model", "The body that develops the model it was built from.",
           "string"),
    Column("thread", "Thread", "The claim that opens the thread.", "string"),
    Column("facts", "Rows that cite it", "Number of rows of the dataset that cite the source.", "integer", "rows"),
    Column("date", "Date", "The first date known: announced, else started, else that of the status.", "string"),
    Column("subject", "About", "The initiative or the model that the claim is about.", "string"),
)  # fmt: skip

CITY = {
    "city_id": "cities.id",
    "city": "cities.name",
    "country_code": "cities.country_code",
    "country": "cities.country",
}
INITIATIVE = {"initiative_id": "initiatives.id", "initiative": "initiatives.name"}
SOURCE = {
    "source_id": "sources.id",
    "source_url": "sources.url",
    "source_title": "sources.title",
    "publisher": "sources.publisher",
}
MONEY = {name: DERIVED[name] for name in ("unit", "value", "value_high", "figures", "not_converted", "not_added")}


def derived(*names: str) -> dict[str, Column]:
    """Derived columns by name."""
    return {name: DERIVED[name] for name in names}
