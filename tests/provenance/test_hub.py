"""A repository on a hub is read by ranges: what goes wrong on the way is tried again, refused or reported."""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import constants

from provenance.faults import Unreadable
from provenance.hub import HubFiles
from provenance.report import as_json, report_of
from provenance.simulate import simulate
from tests.provenance.checking import places, work

COMMIT = "0123456789abcdef0123456789abcdef01234567"
#: How an answer to a request of a range is made worse; told how many requests of weights came before.
Fault = Callable[["Hub", int, bytes], bool]


class Hub(http.server.ThreadingHTTPServer):
    """Three repositories, served as the hub serves them, with a fault that a test chooses."""

    daemon_threads = True
    fault: Fault | None = None
    asked = 0

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.folder = folder
        self.lock = threading.Lock()


class Answer(http.server.BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"
    # Head and content go out together, at once.
    disable_nagle_algorithm = True
    wbufsize = -1
    etag: str | None = None

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if found := re.fullmatch(r"/api/models/(\w+)/(\w+)(/revision/\w+)?", path):
            self._json({"id": f"{found[1]}/{found[2]}", "sha": COMMIT, "siblings": []}, found[2])
        elif found := re.fullmatch(r"/api/models/\w+/(\w+)/tree/(\w+)/?", path):
            files = sorted((self.server.folder / found[1]).iterdir())
            self._json([self._entry(file) for file in files], found[1])
        elif found := re.fullmatch(rf"/\w+/(\w+)/resolve/{COMMIT}/([\w.-]+)", path):
            self._file(self.server.folder / found[1] / found[2])
        else:
            self.send_error(404)

    def _entry(self, file: Path) -> dict[str, Any]:
        sha = hashlib.sha256(file.read_bytes()).hexdigest()
        return {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": sha[:40],
                "lfs": {"oid": sha, "size": file.stat().st_size, "pointerSize": 130}}  # fmt: skip

    def _json(self, content: Any, repository: str) -> None:
        if not (self.server.folder / repository).is_dir():
            self._send(404, b"", {"x-error-code": "RepoNotFound"})
            return
        self._send(200, json.dumps(content).encode(), {"content-type": "application/json"})

    def _file(self, file: Path) -> None:
        content = file.read_bytes()
        start, end = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["range"]).groups())  # type: ignore[union-attr]
        part = content[start : end + 1]
        self.etag = '"first"'
        self.said = f"bytes {start}-{end}/{len(content)}"
        with self.server.lock:
            number, self.server.asked = self.server.asked, self.server.asked + 1
        if self.server.fault and self.server.fault(self, number, part):  # type: ignore[arg-type]
            return
        self._send(206, part, {"content-range": self.said, "etag": self.etag})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    simulate("linear-3", tmp_path / "models", 20_000)
    server = Hub(tmp_path / "models")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", constants.ENDPOINT + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(HubFiles, "wait", 0.01)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


REMOTE = places(*(f"hf://city/{name}@main" for name in ("base", "other", "candidate")))


def local(hub: Hub) -> dict[str, str]:
    return places(*(hub.folder / name for name in ("base", "other", "candidate")))


def figures(path: Path) -> bytes:
    """All of a report but where it was read and with what."""
    report = report_of([path])
    return as_json({key: value for key, value in report.items() if key not in ("models", "tool")})


def test_a_repository_gives_the_figures_of_the_same_files_on_the_disk(hub: Hub, tmp_path: Path) -> None:
    remote = work(REMOTE, tmp_path / "remote", workers=4)
    assert figures(remote) == figures(work(local(hub), tmp_path / "local"))
    model = report_of([remote])["models"]["candidate"]
    assert (model["place"], model["revision"]) == ("hf://city/candidate@main", COMMIT)
    for file in model["files"]:
        content = (hub.folder / "candidate" / file["name"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()


def test_work_goes_on_from_a_hub_to_a_disk(hub: Hub, tmp_path: Path) -> None:
    parts = [work(REMOTE, tmp_path / "1", part=(1, 2)), work(local(hub), tmp_path / "2", part=(2, 2))]
    assert report_of(parts)["verdict"]["line"] == "verdict: linear blend, t = 0.600"


def answers(status: int, headers: dict[str, str] | None = None) -> Fault:
    def fault(answer: Any, number: int, part: bytes) -> bool:
        if number % 101 == 3:
            answer._send(status, b"", headers or {})
            return True
        return False

    return fault


def drops(answer: Any, number: int, part: bytes) -> bool:
    if number % 101 == 3:
        answer.send_response(206)
        answer.send_header("content-range", answer.said)
        answer.send_header("content-length", str(len(part)))
        answer.end_headers()
        answer.wfile.write(part[: len(part) // 2])
        answer.close_connection = True
        return True
    return False


def is_short(answer: Any, number: int, part: bytes) -> bool:
    if number % 101 == 3:
        answer._send(206, part[:-2], {"content-range": answer.said, "etag": answer.etag})
        return True
    return False


def shifted(answer: Any, number: int, part: bytes) -> bool:
    if number % 101 == 3:
        said = answer.said.replace("bytes ", "bytes 1", 1)
        answer._send(206, part, {"content-range": said, "etag": answer.etag})
        return True
    return False


@pytest.mark.parametrize(
    "fault",
    [answers(500), answers(503), answers(429), answers(429, {"retry-after": "0"}), drops, is_short, shifted],
    ids=["500", "503", "429", "429 with a time", "dropped", "short", "another range"],
)
def test_what_goes_wrong_now_and_then_is_tried_again(hub: Hub, tmp_path: Path, fault: Fault) -> None:
    wanted = figures(work(local(hub), tmp_path / "local"))
    hub.fault = fault
    assert figures(work(REMOTE, tmp_path / "remote")) == wanted
    assert hub.asked > 101


def always(fault: Fault) -> Fault:
    def made(answer: Any, number: int, part: bytes) -> bool:
        return fault(answer, 3, part) if number > 40 else False

    return made


def without_ranges(answer: Any, number: int, part: bytes) -> bool:
    answer._send(200, part, {})
    return True


def longer(answer: Any, number: int, part: bytes) -> bool:
    answer._send(206, part + b"1234", {"content-range": answer.said})
    return True


def of_another_size(answer: Any, number: int, part: bytes) -> bool:
    answer._send(206, part, {"content-range": answer.said + "0"})
    return True


def changed(answer: Any, number: int, part: bytes) -> bool:
    answer._send(206, bytes(len(part)), {"content-range": answer.said, "etag": '"second"'})
    return True


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (answers(500), "does not answer as it should"),
        (answers(404), "does not answer as it should"),
        (is_short, "bytes in place of"),
        (longer, "bytes in place of"),
        (shifted, "sent the range"),
        (of_another_size, "sent the range"),
        (without_ranges, "does not send ranges"),
        (changed, "was changed while it was read"),
    ],
    ids=["500", "404", "short", "longer", "another range", "another size", "no ranges", "changed"],
)
def test_what_stays_wrong_ends_with_a_sentence_and_never_with_a_number(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, said: str
) -> None:
    monkeypatch.setattr(HubFiles, "tries", 2)
    hub.fault = always(fault)
    with pytest.raises(Unreadable, match=said) as refused:
        work(REMOTE, tmp_path / "work")
    assert re.search(r"hf://city/\w+@main/model-0000\d-of-00003\.safetensors", str(refused.value))

    # What was read before the fault counts; the rest is read when the hub is well again.
    hub.fault = None
    assert figures(work(REMOTE, tmp_path / "work")) == figures(work(local(hub), tmp_path / "local"))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("hf://city/nothing@main", "no such repository"),
        ("hf://city", "is not a name as"),
        ("hf://", "is not a name as"),
    ],
)
def test_a_place_that_is_none_is_said(hub: Hub, place: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        HubFiles(place)
