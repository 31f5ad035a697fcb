"""The same rows everywhere: the table of the page, and every file that the API makes for the same address.

Every view is asked for every value of every short list of the filters, and the long lists (cities,
countries, initiatives, models, benchmarks) are dealt out among the views. `python -m tests.every_value`
asks every view for every value.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger import dataset, views
from ledger.selection import choices, parse
from tests.asking import get
from tests.forms import FORMS, Asked, Query, fault

FACTS = dataset.facts()
YEARS = ("1999", "2019", "2022", "2024", "2025", "2026", "2030")
VALUES: dict[str, tuple[str, ...]] = {
    **{name: tuple(values) for name, values in choices(FACTS).items()},
    "from": YEARS,
    "to": YEARS,
}
LONG = ("city", "country", "initiative", "model", "benchmark")
#: Filters that go together in one address.
TOGETHER: tuple[Query, ...] = (
    (),
    (("city", "rio-de-janeiro"), ("lens", "stated")),
    (("from", "2025"), ("to", "2025"), ("disputed", "exclude")),
    (("city", "rio-de-janeiro"), ("city", "seoul"), ("public", "only"), ("lens", "intl"), ("per_resident", "true")),
)


def narrowing(view: str) -> tuple[str, ...]:
    """The filters and lenses that change a view."""
    made = views.VIEWS[view]
    return tuple(
        name for name in VALUES
        if name in made.filters or (name == "lens" and made.lens) or (name == "per_resident" and made.per_resident)
    )  # fmt: skip


def asked(view: str, query: Query) -> Asked:
    """What the page shows at an address, to compare files with."""
    selection, problems = parse(query, choices(FACTS))
    assert not problems
    types = {column.name: column.type for column in views.VIEWS[view].columns(FACTS)}
    return Asked(f"views/{view}", query, views.table(view, FACTS, selection), types)


def content(one: Asked) -> str:
    """What tells a table from others: its rows and values."""
    return one.table.to_json(orient="split", double_precision=15)


def short_queries(view: str) -> Iterator[Query]:
    for name in narrowing(view):
        if name not in LONG:
            yield from (((name, value),) for value in VALUES[name])


def dealt_queries(view: str) -> Iterator[Query]:
    """The values of the long lists that fall to this view: each falls to two of the views that it narrows."""
    for name in narrowing(view):
        if name in LONG:
            narrowed = [other for other in views.VIEWS if name in narrowing(other)]
            step = len(narrowed) // 2
            yield from (((name, value),) for value in VALUES[name][narrowed.index(view) % step :: step])


@pytest.mark.parametrize("view", views.VIEWS)
def test_every_form_holds_the_rows_of_the_page(view: str) -> None:
    for query in TOGETHER:
        for form in FORMS:
            assert not fault(asked(view, query), form)


@pytest.mark.parametrize("view", views.VIEWS)
def test_every_value_of_the_short_lists_gives_the_same_rows_in_a_file_as_on_the_page(view: str) -> None:
    seen: set[str] = set()
    for query in short_queries(view):
        one = asked(view, query)
        mark = content(one)
        # The form changes from table to table; an equal table is asked for as JSON alone.
        form = FORMS[len(seen) % len(FORMS)] if mark not in seen else "json"
        seen.add(mark)
        assert not fault(one, form)


@pytest.mark.parametrize("view", views.VIEWS)
def test_values_of_the_long_lists_give_the_same_rows_in_a_file_as_on_the_page(view: str) -> None:
    for number, query in enumerate(dealt_queries(view)):
        assert not fault(asked(view, query), FORMS[number % len(FORMS)])


def test_every_value_of_every_list_is_asked_for() -> None:
    queries = {pair for view in views.VIEWS for query in (*short_queries(view), *dealt_queries(view)) for pair in query}
    assert queries == {(name, value) for name, values in VALUES.items() for value in values}


@pytest.mark.parametrize("view", views.VIEWS)
def test_a_filter_that_does_not_concern_a_view_changes_no_row_and_is_named(view: str) -> None:
    whole = get(f"/api/v1/views/{view}.csv").content
    for name in sorted(VALUES.keys() - set(narrowing(view)) - {"lens", "per_resident", "disputed"}):
        answer = get(f"/api/v1/views/{view}.csv", [(name, VALUES[name][0])])
        assert answer.content == whole
        assert name in answer.headers["x-filters-without-effect"]
