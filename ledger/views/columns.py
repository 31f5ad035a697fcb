"""What derived columns mean. Columns of the dataset itself are explained by its descriptor."""

from __future__ import annotations

from ledger.language import N_
from ledger.views.registry import Column


def _columns(*columns: Column) -> dict[str, Column]:
    return {column.name: column for column in columns}


DERIVED = _columns(
    Column(
        "payer", N_("Payer"), N_("Who pays: public, private, mixed or unknown, from the code of the funder."), "string"
    ),
    Column(
        "value",
        N_("Value"),
        N_(
            "Value under the lens chosen: as stated, in US dollars (annual mean rate of the year of the figure) or in "
            "international dollars. In sums, the low ends of the counted figures. Empty where nothing is counted or "
            "no rate is known; never zero for unknown."
        ),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "value_high",
        N_("Value, high end"),
        N_("The same with the high end of figures that are ranges."),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "unit",
        N_("Unit of the value"),
        N_("What the value is counted in: a currency code or international dollars, in total or per resident."),
        "string",
    ),
    Column(
        "figures",
        N_("Figures added"),
        N_("Number of counted figures that the value adds up."),
        "integer",
        N_("figures"),
    ),
    Column(
        "not_converted",
        N_("Not converted"),
        N_("Number of counted figures that are left out of the value because no rate (or no population) is known."),
        "integer",
        N_("figures"),
    ),
    Column(
        "not_added",
        N_("Not added"),
        N_(
            "Number of figures that restate, contain, are part of or contradict a counted "
            "one, or are rates; they stand in the register and are never added."
        ),
        "integer",
        N_("figures"),
    ),
    Column("year", N_("Year"), N_("The year of the date of the row."), "integer", N_("year")),
    Column("cities", N_("Cities"), N_("Number of cities."), "integer", N_("cities")),
    Column("initiatives", N_("Initiatives"), N_("Number of initiatives."), "integer", N_("initiatives")),
    Column(
        "all_figures",
        N_("Figures of money"),
        N_("Number of figures of money, counted or not."),
        "integer",
        N_("figures"),
    ),
    Column(
        "usd",
        N_("US dollars"),
        N_("The amount in US dollars at the annual mean rate of the year of the figure. Empty where no rate is known."),
        "number",
        N_("US dollars"),
    ),
    Column(
        "usd_high",
        N_("US dollars, high end"),
        N_("The high end of the amount in US dollars."),
        "number",
        N_("US dollars"),
    ),
    Column(
        "intl",
        N_("International dollars"),
        N_("The amount in international dollars (purchasing power parity). Empty where no rate is known."),
        "number",
        N_("international dollars"),
    ),
    Column(
        "intl_high",
        N_("International dollars, high end"),
        N_("The high end of the amount in international dollars."),
        "number",
        N_("international dollars"),
    ),
    Column(
        "intl_year",
        N_("Year of purchasing power"),
        N_("The year of the purchasing power used: the latest earlier one where the year of the figure has none."),
        "integer",
        N_("year"),
    ),
    Column(
        "disputed",
        N_("Disputed"),
        N_("none, open, conceded (the side that asserted gave in) or withdrawn (the side that disputed did)."),
        "string",
    ),
    Column(
        "state",
        N_("State of the dispute"),
        N_("Of a claim that disputes: open, conceded or withdrawn; empty for others."),
        "string",
    ),
    Column(
        "furthest_stage",
        N_("Furthest stage"),
        N_("The strongest stage of any counted figure; empty without one."),
        "string",
    ),
    Column(
        "purpose",
        N_("Goal of the initiative"),
        N_(
            "The goal recorded for the initiative; `several` where there are more "
            "than one (a sum cannot be split between them), `none recorded` where there is none."
        ),
        "string",
    ),
    Column("case", N_("Case"), N_("The initiative and the stage at which sources contradict each other."), "string"),
    Column(
        "case_low",
        N_("Lowest statement"),
        N_("The lowest of the amounts of the case."),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "case_high",
        N_("Highest statement"),
        N_("The highest of the amounts of the case."),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "grade",
        N_("Grade"),
        N_(
            "The highest evidence among the city's initiatives: 0 none recorded, 1 stated, 2 funded, "
            "3 operating. It measures what has been recorded."
        ),
        "integer",
        N_("grade from 0 to 3"),
    ),
    Column(
        "initiatives_in_all",
        N_("Initiatives behind the index"),
        N_("Number of the city's initiatives with evidence for any goal."),
        "integer",
        N_("initiatives"),
    ),
    Column(
        "index",
        N_("Index"),
        N_("Mean of the nine grades, divided by 3, times 100. It measures what has been recorded."),
        "number",
        N_("0 to 100"),
    ),
    Column(
        "evidence_rows",
        N_("Pieces of evidence"),
        N_("Number of pieces of evidence for this goal."),
        "integer",
        N_("rows"),
    ),
    Column(
        "uplift",
        N_("Uplift"),
        N_("Score of the model minus the score of its base on the same test, in the same setting."),
        "number",
        N_("points of the score"),
    ),
    Column(
        "base_score",
        N_("Score of the base"),
        N_("Score of the base model on the same test, in the same setting."),
        "number",
        N_("the column `score_unit`"),
    ),
    Column("same_source", N_("Same source"), N_("Whether one source reports both scores."), "boolean"),
    Column("base_reported_by", N_("Base reported by"), N_("Who reported the score of the base."), "string"),
    Column(
        "base_source_url",
        N_("Source of the base's score"),
        N_("Address of the page with the score of the base."),
        "string",
    ),
    Column("benchmark", N_("Benchmark"), N_("Name and version of the test."), "string"),
    Column("basis_of_link", N_("Basis"), N_("`stated` by the developer, or what another source says of it."), "string"),
    Column(
        "depth", N_("Depth"), N_("How many answers down a claim stands: 0 opens a thread."), "integer", N_("answers")
    ),
    Column("developer", N_("Developer"), N_("The body that develops the model."), "string"),
    Column("base", N_("Base"), N_("The model that it was built from."), "string"),
    Column("parent_model_id", N_("Built from"), N_("The model that it was built from, an id of `models`."), "string"),
    Column("parent", N_("Built from"), N_("The model that it was built from."), "string"),
    Column(
        "parent_developer",
        N_("Developer of that model"),
        N_("The body that develops the model it was built from."),
        "string",
    ),
    Column("thread", N_("Thread"), N_("The claim that opens the thread."), "string"),
    Column(
        "facts",
        N_("Rows that cite it"),
        N_("Number of rows of the dataset that cite the source."),
        "integer",
        N_("rows"),
    ),
    Column("date", N_("Date"), N_("The first date known: announced, else started, else that of the status."), "string"),
    Column("subject", N_("About"), N_("The initiative or the model that the claim is about."), "string"),
    Column(
        "disputed_figures",
        N_("Disputed figures"),
        N_("Number of the figures added whose facts are in a dispute that is open or conceded."),
        "integer",
        N_("figures"),
    ),
    Column(
        "disputed_evidence",
        N_("Grade rests on disputed evidence"),
        N_("Whether the grade would be lower without evidence that is disputed."),
        "boolean",
    ),
    Column(
        "disputed_initiatives",
        N_("Disputed initiatives"),
        N_("Number of initiatives whose status is in a dispute that is open or conceded."),
        "integer",
        N_("initiatives"),
    ),
    Column(
        "disputed_models",
        N_("Disputed models"),
        N_("Number of models whose origin is in a dispute that is open or conceded."),
        "integer",
        N_("models"),
    ),
    Column(
        "open_threads",
        N_("Open threads"),
        N_("Number of threads of claims with a dispute that nobody answered."),
        "integer",
        N_("threads"),
    ),
    Column(
        "thread_state",
        N_("State of the thread"),
        N_("conceded, open, answered, withdrawn or undisputed: how the whole thread of claims stands."),
        "string",
    ),
    Column(
        "thread_order",
        N_("Place in the threads"),
        N_("In this order each claim stands under the one that it answers."),
        "integer",
        N_("place"),
    ),
    Column(
        "naive",
        N_("All rows added"),
        N_(
            "The careless sum: every figure of the stage, with those that repeat, contain "
            "or contradict others, and rates."
        ),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "told_again",
        N_("Not to be added"),
        N_("The sum of the figures that are not counted: all rows added, less the counted ones."),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "figures_in_all",
        N_("Figures in all"),
        N_("Number of figures of money of the stage, counted or not."),
        "integer",
        N_("figures"),
    ),
    Column(
        "without_rate",
        N_("Without a rate"),
        N_("Number of figures, counted or not, that no sum holds because no rate is known."),
        "integer",
        N_("figures"),
    ),
    Column("related_stage", N_("Stage of that figure"), N_("Stage of the figure that it belongs to."), "string"),
    Column(
        "related_amount",
        N_("Amount of that figure"),
        N_("Amount of the figure that it belongs to."),
        "number",
        N_("the column `related_currency`"),
    ),
    Column(
        "related_currency",
        N_("Currency of that figure"),
        N_("Currency of the figure that it belongs to (ISO 4217)."),
        "string",
    ),
    Column(
        "related_counted",
        N_("That figure is added"),
        N_("Whether the figure that it belongs to is counted."),
        "boolean",
    ),
    Column(
        "first_dated", N_("First dated"), N_("The earliest date of the figures added; of all where none is."), "string"
    ),
    Column("last_dated", N_("Last dated"), N_("The latest date of the figures added; of all where none is."), "string"),
    Column(
        "announced",
        N_("Announced"),
        N_("Sum of the counted figures that were announced."),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "contracted",
        N_("Contracted since"),
        N_("Sum of the counted contracts, those surely older than the announcement left out."),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "spent",
        N_("Paid since"),
        N_("Sum of the counted payments, those surely older than the announcement left out."),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "traced",
        N_("Traced"),
        N_("The larger of what was contracted and what was paid since the announcement: the two are never added."),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "traced_within",
        N_("Traced, within the announcement"),
        N_("The same, at most as much as was announced."),
        "number",
        N_("the column `unit`"),
    ),
    Column(
        "traced_share",
        N_("Traced share"),
        N_("What was traced, as a share of what was announced; above 100 where more was contracted or paid."),
        "number",
        N_("percent"),
    ),
    Column(
        "other_payers",
        N_("By other payers"),
        N_(
            "The larger of what others than the payer of the announcement "
            "contracted and paid since; not part of what was traced."
        ),
        "number",
        N_("the column `unit`"),
    ),
    Column("announced_first", N_("First announced"), N_("The earliest date of an announced figure."), "string"),
    Column("contracted_first", N_("First contract"), N_("The earliest date of a contract."), "string"),
    Column("spent_first", N_("First payment"), N_("The earliest date of a payment."), "string"),
    Column(
        "months_to_contract",
        N_("Months to the first contract"),
        N_("From the first announcement; the fewest that the dates allow."),
        "integer",
        N_("months"),
    ),
    Column(
        "months_to_contract_most",
        N_("Months to the first contract, at most"),
        N_("The most that the dates allow: a year alone may be any day of it."),
        "integer",
        N_("months"),
    ),
    Column(
        "months_to_payment",
        N_("Months to the first payment"),
        N_("From the first announcement; the fewest that the dates allow."),
        "integer",
        N_("months"),
    ),
    Column(
        "months_to_payment_most",
        N_("Months to the first payment, at most"),
        N_("The most that the dates allow."),
        "integer",
        N_("months"),
    ),
    Column("thing", N_("Thing, as a code"), N_("The code of what can be known of an initiative."), "string"),
    Column("what", N_("What"), N_("What can be known of an initiative."), "string"),
    Column("known", N_("Known"), N_("Whether the dataset holds it."), "boolean"),
    Column("known_of", N_("Known"), N_("Number of initiatives of which it is known."), "integer", N_("initiatives")),
    Column("known_share", N_("Share"), N_("Share of the initiatives of which it is known."), "number", N_("percent")),
    Column(
        "age",
        N_("Age of the latest source"),
        N_(
            "Time from the latest source with a date to the date of the data: "
            "under-6-months, 6-12-months, 1-2-years, 2-5-years, over-5-years, no-date."
        ),
        "string",
    ),
    Column("latest_source_on", N_("Latest source"), N_("The latest date of a source of the initiative."), "string"),
    Column("sources", N_("Sources"), N_("Number of sources."), "integer", N_("sources")),
    Column(
        "official_sources",
        N_("Official sources"),
        N_("Number of sources of the kind `official`."),
        "integer",
        N_("sources"),
    ),
    Column(
        "fact_type",
        N_("Kind of fact"),
        N_("initiative, figure (of money), model or goal (evidence for one)."),
        "string",
    ),
    Column(
        "fact_id", N_("Fact, as an id"), N_("The id of the initiative, figure or model, or initiative:goal."), "string"
    ),
    Column("fact", N_("Fact"), N_("What the fact is about."), "string"),
    Column("one_source", N_("One source alone"), N_("Whether the fact rests on a single source."), "boolean"),
    Column("no_official_source", N_("No official source"), N_("Whether none of its sources is official."), "boolean"),
    Column("operating", N_("Operating"), N_("Number of initiatives that operate."), "integer", N_("initiatives")),
    Column(
        "ended_early",
        N_("Cancelled or paused"),
        N_("Number of initiatives that were cancelled or are paused."),
        "integer",
        N_("initiatives"),
    ),
    Column(
        "about", N_("About"), N_("The model, else the initiative, else the city that the change belongs to."), "string"
    ),
    Column(
        "what_changed",
        N_("What changed"),
        N_("The row that is new or was removed, or the value before and since, in words, as it stood then."),
        "string",
    ),
    Column("models", N_("Models"), N_("Number of models by or for the city."), "integer", N_("models")),
)

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
