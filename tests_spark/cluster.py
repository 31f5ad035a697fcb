"""A real Spark cluster on this machine: a master, two workers, and a server of Spark Connect."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pyspark

from tests.serving import free_port

HOME = Path(pyspark.__file__).parent
HOST = "127.0.0.1"
#: Tables are small here: few partitions, and queries that are not compiled before they run.
SETTINGS = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.default.parallelism": "2",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "1g",
    "spark.executor.memory": "700m",
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.task.maxFailures": "2",
}


class Cluster:
    """Programs of Spark that run, each with its log in a folder; `stop` ends all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.connect_port = free_port()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in SETTINGS.items()))
        shutil.copy(Path(__file__).with_name("log4j2.properties"), folder)
        self.environment = {
            "SPARK_CONF_DIR": str(folder),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_LOCAL_DIRS": str(folder),
            # Programs that live for a minute are not worth a compiler that takes its time.
            "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        }

    @property
    def address(self) -> str:
        """Where the master listens."""
        return f"spark://{HOST}:{self.port}"

    @property
    def connect_address(self) -> str:
        """Where the server of Spark Connect listens."""
        return f"sc://{HOST}:{self.connect_port}"

    def start_master(self) -> None:
        """Start the master."""
        self._start("master", "org.apache.spark.deploy.master.Master", "--host", HOST, "--port", str(self.port),
                    "--webui-port", "0")  # fmt: skip
        self._wait("master", lambda: takes_calls(self.port))

    def start_workers(self) -> None:
        """Start both workers."""
        for name in ("worker-1", "worker-2"):
            self._start(name, "org.apache.spark.deploy.worker.Worker", "--host", HOST, "--cores", "1", "--memory", "1g",
                        "--webui-port", "0", "--work-dir", str(self.folder / name), self.address)  # fmt: skip

    def start_connect(self) -> None:
        """Start a server of Spark Connect, which does the work itself."""
        self._start("connect", "org.apache.spark.deploy.SparkSubmit", "--master", "local[2]",
                    "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
                    "--conf", f"spark.connect.grpc.binding.port={self.connect_port}",
                    "--conf", f"spark.connect.grpc.binding.address={HOST}", "spark-internal")  # fmt: skip
        self._wait("connect", lambda: takes_calls(self.connect_port))

    def end(self, *names: str) -> None:
        """End programs at once, as a machine that is switched off."""
        for name in names:
            process = self._running.pop(name)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        """End whatever runs."""
        self.end(*list(self._running))

    def _start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            # What it starts itself, as a worker does, ends with it.
            self._running[name] = subprocess.Popen(
                [HOME / "bin" / "spark-class", *command], stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **self.environment, "SPARK_HOME": str(HOME)},
            )  # fmt: skip

    def _wait(self, name: str, is_there: Callable[[], bool], seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not is_there():
            if time.monotonic() > end or self._running[name].poll() is not None:
                raise RuntimeError(f"The {name} does not start:\n{(self.folder / f'{name}.log').read_text()}")
            time.sleep(0.1)


def takes_calls(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
