"""What the tests of Spark share: a cluster, and the settings under which this process meets it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests_spark.cluster import Cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Programs of Spark, which a test starts as it needs them."""
    with pytest.MonkeyPatch.context() as patch:
        made = Cluster(tmp_path_factory.mktemp("spark"))
        for name, value in made.environment.items():
            patch.setenv(name, value)
        try:
            yield made
        finally:
            made.stop()
