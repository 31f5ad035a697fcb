"""Large tables in other tools: until ready, a sum by city and stage, and the whole table as CSV.

    python -m benchmarks.rivals.large [--rows N]

The same package as `benchmarks.large` takes. Each tool works as it is commonly used, in a server of
its own that may take so much memory and time and no more; what gives up is told with its reason:

- Streamlit: the table in pandas, kept once; the file is made in the script, for a download button.
- Dash: the table in pandas; the sum is a callback, the file `dcc.send_data_frame`.
- Datasette: the table in SQLite, filled by sqlite-utils; the sum is a query, the file its streamed
  CSV. Its limits of one second a query and 100 MB a file, which would refuse both, are lifted.

The first byte is counted from the click: what a tool makes before it sends is part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks.large import Peak, package
from benchmarks.processes import running
from benchmarks.results import Record, parser
from benchmarks.rivals.contenders import APPS, PYTHON
from tests import serving

SUM = "select city_id, stage, sum(amount) from funding join initiatives i on i.id = initiative_id group by 1, 2"


class Measure:
    """One tool over one package: what it is measured with."""

    def __init__(self, record: Record, who: str, rows: int, given: argparse.Namespace, data: Path) -> None:
        self.record, self.given, self.data = record, given, data
        self.of = {"who": who, "rows": rows}
        self.seconds = given.minutes * 60
        self.begun = time.perf_counter()

    def ready(self) -> None:
        """Everything is loaded."""
        self.record.add("ready", "s", [time.perf_counter() - self.begun], **self.of)

    def view(self, ask: Callable[[], object]) -> None:
        """Ask for the sum three times."""
        taken = []
        for _ in range(3):
            begun = time.perf_counter()
            ask()
            taken.append(time.perf_counter() - begun)
        self.record.add("view", "s", taken, **self.of)

    def file(self, request: Callable[[], urllib.request.Request]) -> None:
        """Fetch the file."""
        begun, size, first = time.perf_counter(), 0, 0.0
        with urllib.request.urlopen(request(), timeout=self.seconds) as answer:
            while part := answer.read(1 << 20 if first else 1):
                first = first or time.perf_counter() - begun
                size += len(part)
        seconds = time.perf_counter() - begun
        self.record.add("CSV, size", "MB", [size / 1e6], **self.of)
        self.record.add("CSV, first byte", "s", [first], **self.of)
        self.record.add("CSV, speed", "MB/s", [size / seconds / 1e6], **self.of)

    @contextmanager
    def server(self, command: list[str], path: str, folder: Path) -> Iterator[str]:
        """The address of a server within its limits; its peak of memory is noted in the end."""
        port = serving.free_port()
        base = f"http://127.0.0.1:{port}"
        command = [part.replace("PORT", str(port)) for part in command]
        limited = ["sh", "-c", f'ulimit -v {self.given.memory << 20}; exec "$@"', "sh", *command]
        environment = {"RIVALS_DATA": str(self.data), "PYTHONPATH": str(APPS)}
        log = folder / "log.txt"
        with (
            running(
                limited, base + path, folder=folder, log=log, environment=environment, seconds=self.seconds
            ) as process,
            Peak(process) as peak,
        ):
            try:
                yield base
            finally:
                self.record.add("peak memory", "MB", [peak.bytes / 1e6], **self.of)


def streamlit(measure: Measure, folder: Path) -> None:
    """Stock Streamlit."""
    settings = ["--server.headless", "true", "--browser.gatherUsageStats", "false", "--server.port", "PORT"]
    command = [str(measure.given.python), "-m", "streamlit", "run", str(APPS / "large_streamlit.py"), *settings]
    with measure.server(command, "/_stcore/health", folder) as base:
        asyncio.run(_in_streamlit(measure, base))


async def _in_streamlit(measure: Measure, base: str) -> None:
    address = base.replace("http", "ws", 1) + "/_stcore/stream"
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, ping_timeout=None) as socket:

        async def run(query: str) -> str:
            """Run the script; the address of the file that it offers."""
            message, file = BackMsg(), ""
            message.rerun_script.query_string = query
            await socket.send(message.SerializeToString())
            async with asyncio.timeout(measure.seconds):
                while True:
                    answer = ForwardMsg.FromString(await socket.recv(decode=False))
                    element = answer.delta.new_element
                    match element.WhichOneof("type"):
                        case "download_button":
                            file = element.download_button.url
                        case "exception":
                            raise RuntimeError(f"{element.exception.type}: {element.exception.message}")
                    if answer.WhichOneof("type") == "script_finished":
                        return file

        await run("")
        measure.ready()
        taken = []
        for _ in range(3):
            begun = time.perf_counter()
            await run("")
            taken.append(time.perf_counter() - begun)
        measure.record.add("view", "s", taken, **measure.of)
        begun = time.perf_counter()
        file = await run("csv=1")
        made = time.perf_counter() - begun
        size = 0
        # The connection is to live on, else the file goes.
        with await asyncio.to_thread(urllib.request.urlopen, base + file, timeout=measure.seconds) as answer:
            first = time.perf_counter() - begun
            while part := await asyncio.to_thread(answer.read, 1 << 20):
                size += len(part)
        measure.record.add("made before it is sent", "s", [made], **measure.of)
        measure.record.add("CSV, size", "MB", [size / 1e6], **measure.of)
        measure.record.add("CSV, first byte", "s", [first], **measure.of)
        measure.record.add("CSV, speed", "MB/s", [size / (time.perf_counter() - begun) / 1e6], **measure.of)


def dash(measure: Measure, folder: Path) -> None:
    """Dash behind Gunicorn."""
    options = ["--bind", "127.0.0.1:PORT", "--workers", "1", "--threads", "4", "--no-control-socket"]
    patience = ["--timeout", str(int(measure.seconds))]
    command = [str(measure.given.python), "-m", "gunicorn", "large_dash:server", *options, *patience]

    def callback(base: str, output: str, button: str) -> urllib.request.Request:
        identity, name = output.split(".")
        body = (
            f'{{"output":"{output}","outputs":{{"id":"{identity}","property":"{name}"}},"state":[],'
            f'"inputs":[{{"id":"{button}","property":"n_clicks","value":1}}],"changedPropIds":["{button}.n_clicks"]}}'
        )
        headers = {"Content-Type": "application/json"}
        return urllib.request.Request(f"{base}/_dash-update-component", body.encode(), headers)

    with measure.server(command, "/", folder) as base:
        measure.ready()
        measure.view(lambda: urllib.request.urlopen(callback(base, "rows.data", "sum"), timeout=measure.seconds).read())
        # The file comes as one text of JSON.
        measure.file(lambda: callback(base, "file.data", "csv"))


def datasette(measure: Measure, folder: Path) -> None:
    """Datasette over SQLite."""
    for table in ("funding", "initiatives"):
        insert = ["insert", str(folder / "rows.db"), table, str(measure.data / f"{table}.csv"), "--csv", "--silent"]
        subprocess.run([sys.executable, "-m", "sqlite_utils", *insert], check=True, timeout=measure.seconds)
    limits = ("sql_time_limit_ms", str(int(measure.seconds * 1000)), "max_csv_mb", "0")
    settings = [part for pair in zip(limits[::2], limits[1::2], strict=True) for part in ("--setting", *pair)]
    command = [str(measure.given.python), "-m", "datasette", "serve", "rows.db", "--port", "PORT", *settings]
    with measure.server(command, "/-/versions.json", folder) as base:
        measure.ready()
        query = urllib.parse.urlencode({"sql": SUM, "_shape": "array"})
        measure.view(lambda: urllib.request.urlopen(f"{base}/rows.json?{query}", timeout=measure.seconds).read())
        measure.file(lambda: urllib.request.Request(f"{base}/rows/funding.csv?_stream=on&_size=max"))


TOOLS = {"Streamlit": streamlit, "Dash": dash, "Datasette": datasette}


def main() -> None:
    """Measure each tool; one that gives up leaves its reason."""
    command = parser(__doc__)
    command.add_argument("--rows", type=int, help="rows of funding (10,000,000; short: 10,000)")
    command.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "dashboard-large")
    command.add_argument("--memory", type=int, default=16, help="GB at most for one tool")
    command.add_argument("--minutes", type=float, default=30, help="at most for one step of a tool")
    command.add_argument("--python", type=Path, default=PYTHON, help="the Python that has the rivals installed")
    given = command.parse_args()
    given.python = given.python.absolute()
    if not given.python.exists():
        raise SystemExit(f"There is no {given.python}: run `make bench-large`, or name a Python with --python.")
    rows = given.rows or (10_000 if given.quick else 10_000_000)
    data = package(given.cache, rows)
    record = Record("rivals_large", given)
    for who, tool in TOOLS.items():
        measure = Measure(record, who, rows, given, data)
        with tempfile.TemporaryDirectory() as folder:
            try:
                tool(measure, Path(folder))
            except Exception as wrong:  # To give up is a result, too.
                said = (str(wrong).strip().splitlines() or [type(wrong).__name__])[-1]
                record.fail("gave up", "", said[:200], **measure.of)
    record.keep()


if __name__ == "__main__":
    main()
