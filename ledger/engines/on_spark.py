"""Apache Spark: for packages that one machine does not hold. Its library is an extra, `requirements-spark.txt`."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import narwhals as nw
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from ledger.engines.engine import Frame


class Spark:
    """Frames on a cluster, reached as `spark://host:7077` or, by Spark Connect, as `sc://host:15002`."""

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
        return self._of(pa.Table.from_pandas(table, preserve_index=False))

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

    def _of(self, table: pa.Table) -> Frame:
        frame: Frame = nw.from_native(self._session.createDataFrame(table))
        return frame
