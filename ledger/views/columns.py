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
    Column("disputed_figures", "Disputed figures", "Number of the figures added whose facts are in a dispute that is "
           "open or conceded.", "integer", "figures"),
    Column("disputed_evidence", "Grade rests on disputed evidence", "Whether the grade would be lower without evidence "
           "that is disputed.", "boolean"),
    Column("disputed_initiatives", "Disputed initiatives", "Number of initiatives whose status is in a dispute that is "
           "open or conceded.", "integer", "initiatives"),
    Column("disputed_models", "Disputed models", "Number of models whose origin is in a dispute that is open or "
           "conceded.", "integer", "models"),
    Column("open_threads", "Open threads", "Number of threads of claims with a dispute that nobody answered.",
           "integer", "threads"),
    Column("thread_state", "State of the thread", "conceded, open, answered, withdrawn or undisputed: how the whole "
           "thread of claims stands.", "string"),
    Column("thread_order", "Place in the threads", "In this order each claim stands under the one that it answers.",
           "integer", "place"),
    Column("naive", "All rows added", "The careless sum: every figure of the stage, with those that repeat, contain "
           "or contradict others, and rates.", "number", "the column `unit`"),
    Column("told_again", "Not to be added", "The sum of the figures that are not counted: all rows added, less the "
           "counted ones.", "number", "the column `unit`"),
    Column("figures_in_all", "Figures in all", "Number of figures of money of the stage, counted or not.", "integer",
           "figures"),
    Column("without_rate", "Without a rate", "Number of figures, counted or not, that no sum holds because no rate is "
           "known.", "integer", "figures"),
    Column("related_stage", "Stage of that figure", "Stage of the figure that it belongs to.", "string"),
    Column("related_amount", "Amount of that figure", "Amount of the figure that it belongs to.", "number",
           "the column `related_currency`"),
    Column("related_currency", "Currency of that figure", "Currency of the figure that it belongs to (ISO 4217).",
           "string"),
    Column("related_counted", "That figure is added", "Whether the figure that it belongs to is counted.", "boolean"),
    Column("first_dated", "First dated", "The earliest date of the figures added; of all where none is.", "string"),
    Column("last_dated", "Last dated", "The latest date of the figures added; of all where none is.", "string"),
    Column("announced", "Announced", "Sum of the counted figures that were announced.", "number", "the column `unit`"),
    Column("contracted", "Contracted since", "Sum of the counted contracts, those surely older than the announcement "
           "left out.", "number", "the column `unit`"),
    Column("spent", "Paid since", "Sum of the counted payments, those surely older than the announcement left out.",
           "number", "the column `unit`"),
    Column("traced", "Traced", "The larger of what was contracted and what was paid since the announcement: the two "
           "are never added.", "number", "the column `unit`"),
    Column("traced_within", "Traced, within the announcement", "The same, at most as much as was announced.",
           "number", "the column `unit`"),
    Column("traced_share", "Traced share", "What was traced, as a share of what was announced; above 100 where more "
           "was contracted or paid.", "number", "percent"),
    Column("other_payers", "By other payers", "The larger of what others than the payer of the announcement "
           "contracted and paid since; not part of what was traced.", "number", "the column `unit`"),
    Column("announced_first", "First announced", "The earliest date of an announced figure.", "string"),
    Column("contracted_first", "First contract", "The earliest date of a contract.", "string"),
    Column("spent_first", "First payment", "The earliest date of a payment.", "string"),
    Column("months_to_contract", "Months to the first contract", "From the first announcement; the fewest that the "
           "dates allow.", "integer", "months"),
    Column("months_to_contract_most", "Months to the first contract, at most", "The most that the dates allow: a year "
           "alone may be any day of it.", "integer", "months"),
    Column("months_to_payment", "Months to the first payment", "From the first announcement; the fewest that the "
           "dates allow.", "integer", "months"),
    Column("months_to_payment_most", "Months to the first payment, at most", "The most that the dates allow.",
           "integer", "months"),
    Column("thing", "Thing, as a code", "The code of what can be known of an initiative.", "string"),
    Column("what", "What", "What can be known of an initiative.", "string"),
    Column("known", "Known", "Whether the dataset holds it.", "boolean"),
    Column("known_of", "Known", "Number of initiatives of which it is known.", "integer", "initiatives"),
    Column("known_share", "Share", "Share of the initiatives of which it is known.", "number", "percent"),
    Column("age", "Age of the latest source", "Time from the latest source with a date to the date of the data: "
           "under-6-months, 6-12-months, 1-2-years, 2-5-years, over-5-years, no-date.", "string"),
    Column("latest_source_on", "Latest source", "The latest date of a source of the initiative.", "string"),
    Column("sources", "Sources", "Number of sources.", "integer", "sources"),
    Column("official_sources", "Official sources", "Number of sources of the kind `official`.", "integer", "sources"),
    Column("fact_type", "Kind of fact", "initiative, figure (of money), model or goal (evidence for one).", "string"),
    Column("fact_id", "Fact, as an id", "The id of the initiative, figure or model, or initiative:goal.", "string"),
    Column("fact", "Fact", "What the fact is about.", "string"),
    Column("one_source", "One source alone", "Whether the fact rests on a single source.", "boolean"),
    Column("no_official_source", "No official source", "Whether none of its sources is official.", "boolean"),
    Column("operating", "Operating", "Number of initiatives that operate.", "integer", "initiatives"),
    Column("ended_early", "Cancelled or paused", "Number of initiatives that were cancelled or are paused.",
           "integer", "initiatives"),
    Column("about", "About", "The model, else the initiative, else the city that the change belongs to.", "string"),
    Column("what_changed", "What changed", "The row that is new or was removed, or the value before and since, in "
           "words, as it stood then.", "string"),
    Column("models", "Models", "Number of models by or for the city.", "integer", "models"),
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
MONEY = {name: DERIVED[name] for name in (
    "unit", "value", "value_high", "figures", "disputed_figures", "not_converted", "not_added",
)}  # fmt: skip


def derived(*names: str) -> dict[str, Column]:
    """Derived columns by name."""
    return {name: DERIVED[name] for name in names}
