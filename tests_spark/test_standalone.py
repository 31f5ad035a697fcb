"""A cluster at `spark://`: the same tables, and what happens when it is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pandas as pd
import pytest

from ledger import dataset, places, views
from ledger.engines import Unreachable, engine_at
from ledger.facts import Facts
from ledger.selection import Selection
from tests.engines import differences
from tests.serving import free_port
from tests_spark.asking import check_pieces, check_that_a_slow_query_ends, one
from tests_spark.cluster import Cluster


@pytest.fixture(scope="module")
def facts(cluster: Cluster) -> Iterator[Facts]:
    """The facts of the dataset on a cluster, which the environment names."""
    # Served by the usual engine: it is what the cluster is held against.
    assert dataset.facts().engine.address == "polars"
    cluster.start_master()
    cluster.start_workers()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASHBOARD_ENGINE", cluster.address)
        yield dataset.read(places.DATA).facts


def test_where_there_is_no_cluster_a_sentence_says_so() -> None:
    address = f"spark://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable, match=f"The Spark cluster at {address} does not answer.* Start it"):
        engine_at(address)


@pytest.mark.parametrize("view", views.VIEWS)
def test_every_view_is_the_same(view: str, facts: Facts) -> None:
    assert not differences(view, facts, one(view))


def test_rows_come_in_parts_and_batches(facts: Facts) -> None:
    check_pieces(facts.engine)


def test_a_slow_query_ends_when_nobody_wants_it_any_more(facts: Facts) -> None:
    check_that_a_slow_query_ends(facts.engine)


# The last: it leaves another cluster than it found.


def test_a_lost_cluster_is_told_in_a_sentence_and_all_is_right_when_it_is_back(cluster: Cluster, facts: Facts) -> None:
    view, selection = "funding-by-city", Selection(since=2021)
    wanted = views.table(view, dataset.facts(), selection)
    dataset.serve(dataset.Served(facts, *(getattr(dataset.served(), name) for name in REST)))
    cluster.end("worker-1", "worker-2", "master")
    for _ in range(2):
        with pytest.raises(Unreachable, match=f"The Spark cluster at {cluster.address} does not answer"):
            views.table(view, dataset.facts(), selection)
    cluster.start_master()
    cluster.start_workers()
    while dataset.served().facts.engine.is_lost:
        time.sleep(0.2)
    found = dataset.facts()
    assert found.engine.address == cluster.address
    pd.testing.assert_frame_equal(views.table(view, found, selection), wanted, check_exact=True)


REST = ("folder", "stamp", "since", "changed")
