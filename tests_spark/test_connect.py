"""A server of Spark Connect at `sc://`: the same tables, and what happens when it is lost."""

from __future__ import annotations

import narwhals as nw
import pytest

from ledger import dataset, views
from ledger.engines import Unreachable, engine_at
from ledger.facts import Facts, facts_of
from tests.engines import differences
from tests.serving import free_port
from tests_spark.asking import check_pieces, check_that_a_slow_query_ends, numbers, one
from tests_spark.cluster import Cluster


@pytest.fixture(scope="module")
def facts(cluster: Cluster) -> Facts:
    """The facts of the dataset on a server."""
    cluster.start_connect()
    return facts_of(dataset.facts().tables, engine=engine_at(cluster.connect_address))


def test_where_there_is_no_server_a_sentence_says_so() -> None:
    address = f"sc://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable, match=f"The Spark cluster at {address} does not answer.* Start it"):
        engine_at(f"{address}/;token=secret")


@pytest.mark.parametrize("view", views.VIEWS)
def test_every_view_is_the_same(view: str, facts: Facts) -> None:
    assert not differences(view, facts, one(view, shift=4))


def test_rows_come_in_parts_and_batches(facts: Facts) -> None:
    check_pieces(facts.engine)


def test_a_slow_query_ends_when_nobody_wants_it_any_more(facts: Facts) -> None:
    check_that_a_slow_query_ends(facts.engine)


# The last: it leaves another server than it found.


def test_a_lost_server_is_told_in_a_sentence_and_another_engine_works_when_it_is_back(
    cluster: Cluster, facts: Facts
) -> None:
    engine = facts.engine
    rows = numbers(engine, 10)
    cluster.end("connect")
    for _ in range(2):
        with pytest.raises(Unreachable, match=f"The Spark cluster at {cluster.connect_address} does not answer"):
            engine.collected(rows)
    assert engine.is_lost
    with pytest.raises(Unreachable), engine.turn():
        rows.filter(nw.col("n") > 3)
    cluster.start_connect()
    again = engine_at(cluster.connect_address)
    assert again.collected(numbers(again, 10))["n"].to_pylist() == list(range(10))
