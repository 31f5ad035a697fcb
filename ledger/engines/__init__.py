"""Where facts are kept and views are worked out: in memory, in files beside it, or on a cluster.

    engine = engine_at("duckdb")
    facts = facts_of(tables, engine=engine)

One text of expressions (narwhals) runs on all of them, and gives the same tables.
"""

from __future__ import annotations

from ledger.engines.engine import Engine, Order, Unreachable, in_order
from ledger.engines.waiting import waiting_in

__all__ = ["Engine", "Order", "Unreachable", "engine_at", "in_order", "waiting_in"]

#: Engines that need nothing but their name.
NAMES = ("polars", "pandas", "duckdb")


def engine_at(address: str) -> Engine:
    """The engine at an address: `polars` and `pandas` in memory, `duckdb` over Parquet files, or Spark.

    A Spark cluster is named by its own address: `spark://host:7077`, or `sc://host:15002` for
    Spark Connect.

    Raises:
        ValueError: with a sentence, where the address names no engine.
        Unreachable: with a sentence, where nothing answers at the address.
    """
    # Each brings a library that the others do without.
    match address:
        case "polars":
            from ledger.engines.in_polars import Polars

            return Polars()
        case "pandas":
            from ledger.engines.in_pandas import Pandas

            return Pandas()
        case "duckdb":
            from ledger.engines.on_duckdb import DuckDB

            return DuckDB()
    if address.startswith(("spark://", "sc://", "local[", "local-cluster[")):
        from ledger.engines.on_spark import Spark

        return Spark(address)
    raise ValueError(
        f"There is no engine “{address}”. Name {', '.join(NAMES)}, or a Spark cluster: spark://host:7077, sc://host:15002."
    )
