"""Apache Spark: for packages that one machine does not hold. Its library is an extra, `requirements-spark.txt`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from ledger.arrow import pieces
from ledger.engines.engine import Frame


class Spark:
    """Frames on a cluster, reached as `spark://host:7077` or, by Spark Connect, as `sc://host:15002`."""

    keeps_order = False

    def __init__(self, address: str) -> None:
        self.address = address
        begun = SparkSession.builder.appName("dashboard")
        begun = begun.remote(address) if address.startswith("sc://") else begun.master(address)
        settings = {
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            "spark.sql.ansi.enabled": "false",
        }
        for name, value in settings.items():
            begun = begun.config(name, value)
        self._session = begun.getOrCreate()

    def frame(self, table: pd.DataFrame) -> Frame:
        """As `Engine.frame`."""
        frame: Frame = nw.from_native(self._session.createDataFrame(pa.Table.from_pandas(table, preserve_index=False)))
        return frame

    def file(self, path: Path) -> Frame:
        """As `Engine.file`; every worker must see the file under the same path."""
        frame: Frame = nw.from_native(self._session.read.parquet(path.as_uri()))
        return frame

    def kept(self, frame: Frame) -> Frame:
        """As `Engine.kept`."""
        made: DataFrame = frame.to_native()
        kept: Frame = nw.from_native(made.localCheckpoint())
        return kept

    def turn(self) -> AbstractContextManager[None]:
        """As `Engine.turn`: every thread may at any time."""
        return nullcontext()

    def collected(self, frame: Frame) -> pa.Table:
        """As `Engine.collected`."""
        made: DataFrame = frame.to_native()
        table: pa.Table = made.toArrow()
        return table

    def part(self, frame: Frame, start: int, end: int) -> pa.Table:
        """As `Engine.part`."""
        made: DataFrame = frame.to_native()
        table: pa.Table = made.offset(start).limit(end - start).toArrow()
        return table

    def batches(self, frame: Frame, rows: int, start: int = 0, end: int | None = None) -> Iterator[pa.Table]:
        """As `Engine.batches`; one part of the cluster's after the other comes to this machine."""
        made: DataFrame = frame.to_native()
        if start:
            made = made.offset(start)
        if end is not None:
            made = made.limit(end - start)
        names = made.columns
        schema = made.limit(0).toArrow().schema
        waiting: list[Any] = []
        is_first = True
        for row in made.toLocalIterator(prefetchPartitions=True):
            waiting.append(row)
            if len(waiting) == rows:
                yield _table(waiting, names, schema)
                waiting, is_first = [], False
        if waiting or is_first:
            yield from pieces(_table(waiting, names, schema), rows)


def _table(rows: list[Any], names: list[str], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [pa.array(column, schema.field(name).type) for name, column in zip(names, columns, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
