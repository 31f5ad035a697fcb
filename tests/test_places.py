"""A package is read where it lies, whole or not at all, and nothing beside it."""

from __future__ import annotations

import io
import os
import shutil
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import download, places
from ledger.places import DATA, Files, opened, shown
from ledger.tables import BrokenPackage, open_package

FILES = {"datapackage.json": b"{}", "a.csv": b"id\r\n1\r\n", "deep/b c.csv": b"id\r\n2\r\n"}


def packed(file: Path, files: Mapping[str, bytes], compression: int = ZIP_DEFLATED) -> Path:
    with ZipFile(file, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


def unpacked(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def read(files: Files, path: str) -> bytes:
    with files.open(path) as file:
        return file.read()


@dataclass
class Web:
    """A server on this machine: what it gives by path, and which paths it was asked for."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    cut: int | None = None


class Silent(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[Web]:
    class Answers(Silent):
        def do_GET(self) -> None:
            self.server.web.asked.append(self.path)  # type: ignore[attr-defined]
            here: Web = self.server.web  # type: ignore[attr-defined]
            if self.path in here.leads:
                self.send_response(302)
                self.send_header("Location", here.leads[self.path])
                self.end_headers()
                return
            content = here.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            mark = f'"{hash(content)}"'
            if self.headers["If-None-Match"] == mark:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("ETag", mark)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: here.cut])

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.web = Web(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
        threading.Thread(target=partial(server.serve_forever, poll_interval=0.02), daemon=True).start()
        yield server.web  # type: ignore[attr-defined]
        server.shutdown()


def folder(tmp_path: Path, web: Web) -> str:
    return str(unpacked(tmp_path / "package", FILES))


def descriptor(tmp_path: Path, web: Web) -> str:
    return f"{folder(tmp_path, web)}/datapackage.json"


def archive(tmp_path: Path, web: Web) -> str:
    return str(packed(tmp_path / "package.zip", FILES))


def archive_with_a_folder(tmp_path: Path, web: Web) -> str:
    inside = {f"city/{name}": content for name, content in FILES.items()}
    return str(packed(tmp_path / "package.zip", {**inside, "__MACOSX/._a": b"", "./city/more.txt": b""}))


def archive_on_the_web(tmp_path: Path, web: Web) -> str:
    web.files["/package"] = Path(archive_with_a_folder(tmp_path, web)).read_bytes()
    return f"{web.address}/package"


def descriptor_on_the_web(tmp_path: Path, web: Web) -> str:
    web.files = {f"/of/{name.replace(' ', '%20')}": content for name, content in FILES.items()}
    web.leads = {"/old": "/of/datapackage.json"}
    return f"{web.address}/old"


PLACES = (folder, descriptor, archive, archive_with_a_folder, archive_on_the_web, descriptor_on_the_web)


@pytest.mark.parametrize("place", PLACES)
def test_every_place_gives_the_same_files(place: Callable[[Path, Web], str], tmp_path: Path, web: Web) -> None:
    with opened(place(tmp_path, web)) as files:
        assert read(files, files.descriptor) == b"{}"
        assert read(files, "a.csv") == read(files, "./a.csv") == FILES["a.csv"]
        assert read(files, "deep/b c.csv") == FILES["deep/b c.csv"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("none.csv", "a file that can be read"),
        ("deep", "a file that can be read"),
        ("../secret", "a path inside the folder of the package"),
        ("/etc/passwd", "a path inside the folder of the package"),
        ("//127.0.0.1/secret", "a path inside the folder of the package"),
        ("..\\secret", "a path inside the folder of the package"),
        ("C:\\secret", "a path inside the folder of the package"),
        ("a\0.csv", "a path without a null byte"),
    ],
)
def test_no_place_gives_what_is_not_in_the_package(
    place: Callable[[Path, Web], str], path: str, expected: str, tmp_path: Path, web: Web
) -> None:
    (tmp_path / "secret").write_text("secret")
    with opened(place(tmp_path, web)) as files, pytest.raises(OSError, match=f"^{expected}"):
        files.open(path)


def test_a_link_does_not_lead_out_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    place = unpacked(tmp_path / "package", FILES)
    (place / "out.csv").symlink_to(tmp_path / "secret")
    (place / "in.csv").symlink_to("a.csv")
    with opened(place) as files:
        assert read(files, "in.csv") == FILES["a.csv"]
        with pytest.raises(OSError, match="a path inside the folder"):
            files.open("out.csv")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    place = unpacked(tmp_path / "package", FILES)
    os.mkfifo(place / "pipe.csv")
    os.mkfifo(tmp_path / "pipe")
    with opened(place) as files, pytest.raises(OSError, match="a file that can be read"):
        files.open("pipe.csv")
    with pytest.raises(OSError, match="There is no file at"), opened(tmp_path / "pipe"):
        pass


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.csv": b""}, "holds no datapackage.json, neither at its top nor in its one folder"),
        ({"one/datapackage.json": b"", "two/a.csv": b""}, "holds no datapackage.json"),
        ({"datapackage.json": b"", "../a.csv": b""}, "a path that leads out of it: '../a.csv'"),
        ({"datapackage.json": b"", "/a.csv": b""}, "a path that leads out of it"),
        ({"datapackage.json": b"", "a.csv": b"", "./a.csv": b""}, "twice"),
        ({f"{number}": b"" for number in range(places.MOST_FILES + 1)}, "more than 10,000 files"),
    ],
)
def test_a_zip_file_that_is_no_package_is_refused_in_a_sentence(
    files: Mapping[str, bytes], said: str, tmp_path: Path
) -> None:
    file = packed(tmp_path / "package.zip", files)
    with pytest.raises(OSError, match=said), opened(file):
        pass


def nameless(content: bytes) -> bytes:
    """The same ZIP file whose list of files gives the first a name that ends before its first letter."""
    place = content.index(b"PK\1\2") + 46
    return content[:place] + b"\0" + content[place + 1 :]


def locked(content: bytes) -> bytes:
    """The same ZIP file whose list of files says that the first is locked by a password."""
    place = content.index(b"PK\1\2") + 8
    return content[:place] + struct.pack("<H", 1) + content[place + 2 :]


def test_what_cannot_be_unpacked_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = packed(tmp_path / "package.zip", FILES)
    whole = file.read_bytes()
    for content, said in (
        (locked(whole), "locked by a password"),
        (nameless(whole), "holds no datapackage.json"),
        (packed(tmp_path / "other.zip", FILES, ZIP_BZIP2).read_bytes(), "packed in an unusual way"),
        (whole[:-30], "no whole ZIP file"),
        (b"", "no whole ZIP file"),
        (b"id;name\n", "no whole ZIP file"),
    ):
        file.write_bytes(content)
        with pytest.raises(OSError, match=said), opened(file):
            pass


def test_a_damaged_file_in_a_zip_file_is_not_read(tmp_path: Path) -> None:
    files = {**FILES, "a.csv": bytes(range(256)) * 9}
    file = packed(tmp_path / "package.zip", files, 0)
    file.write_bytes(file.read_bytes().replace(bytes(range(256)), bytes(256), 1))
    with opened(file) as opened_files, pytest.raises(OSError, match="it is damaged in the ZIP file"):
        read(opened_files, "a.csv")


def test_what_a_zip_file_unpacks_to_is_counted_and_not_believed(tmp_path: Path) -> None:
    file = packed(tmp_path / "bomb.zip", {"datapackage.json": b"{}", "a.csv": bytes(5_000_000), "b.csv": bytes(10)})
    content = file.read_bytes()
    # Both places that tell the size say that it is small.
    file.write_bytes(content.replace(struct.pack("<I", 5_000_000), struct.pack("<I", 10)))
    for place in (file, packed(tmp_path / "honest.zip", {"datapackage.json": b"{}", "a.csv": bytes(5_000_000)})):
        with opened(place, limit=1_000_000) as files:
            got = io.BytesIO()
            with pytest.raises(OSError, match=r"at most 1 MB unpacked|damaged"), files.open("a.csv") as source:
                shutil.copyfileobj(source, got, 4096)
            assert got.tell() <= 1_000_000


def test_a_file_that_is_read_twice_counts_once(tmp_path: Path) -> None:
    with opened(packed(tmp_path / "p.zip", {"datapackage.json": bytes(600)}), limit=1000) as files:
        assert read(files, "datapackage.json") == read(files, "datapackage.json") == bytes(600)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_is_in_a_zip_file_it_is_read_or_refused_in_words(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(packed(tmp_path / "fuzzed.zip", FILES).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path / "fuzzed.zip"
    file.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    refused = None
    try:
        with opened(file) as files:
            for path in FILES:
                read(files, path)
    except OSError as error:
        refused = error
    assert refused is None or refused.errno is None, "The text is for a person."


def test_the_files_of_a_descriptor_on_the_web_are_fetched_once_and_when_needed(tmp_path: Path, web: Web) -> None:
    with opened(descriptor_on_the_web(tmp_path, web)) as files:
        assert web.asked == ["/old", "/of/datapackage.json"]
        assert read(files, "a.csv") == read(files, "a.csv")
    assert web.asked[2:] == ["/of/a.csv"]


def test_an_address_that_gives_no_package_is_told_in_a_sentence(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.files["/large"] = bytes(2000)
    web.leads = {"/file": "file:///etc/passwd", "/round": "/round", "/a.csv": "http://localhost:9/a.csv"}
    for path, said in (
        ("/none", "the server says 404"),
        ("/file", "the server leads to something that is no web address"),
        ("/round", "without end"),
        ("/large", "is larger than 1 kB, the most that a package may have"),
    ):
        with pytest.raises(OSError, match=said), opened(web.address + path, limit=1000):
            pass
    with pytest.raises(OSError, match="the server cannot be reached"), opened("http://127.0.0.1:1/package.zip"):
        pass
    monkeypatch.setattr(download, "_MOST_SECONDS", -60)
    with pytest.raises(OSError, match="did not come within"), opened(f"{web.address}/large"):
        pass


def test_the_files_of_a_descriptor_come_from_its_own_server(tmp_path: Path, web: Web) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as other:
        web.files["/datapackage.json"] = b"{}"
        web.leads["/a.csv"] = f"http://127.0.0.1:{other.server_port}/a.csv"
        threading.Thread(target=partial(other.serve_forever, poll_interval=0.02), daemon=True).start()
        with (
            opened(f"{web.address}/datapackage.json") as files,
            pytest.raises(OSError, match="leads to another host"),
        ):
            files.open("a.csv")
        other.shutdown()


def test_a_download_that_ends_early_is_no_package(tmp_path: Path, web: Web) -> None:
    place = archive_on_the_web(tmp_path, web)
    web.cut = 100
    with pytest.raises(OSError, match="could not be read"), opened(place):
        pass


def test_passwords_in_an_address_are_not_told() -> None:
    assert shown("https://me:secret@example.org/a/b.zip?token=x#y") == "https://example.org/a/b.zip"
    assert shown("data/city") == "data/city"


def test_a_package_is_the_same_wherever_it_lies(tmp_path: Path) -> None:
    file = packed(tmp_path / "p.zip", {f"x/{file.name}": file.read_bytes() for file in DATA.iterdir()})
    assert open_package(file).version == open_package(DATA).version


def test_a_package_in_a_zip_file_that_is_not_right_tells_its_faults(tmp_path: Path) -> None:
    with pytest.raises(BrokenPackage, match="a resource of this name"):
        open_package(packed(tmp_path / "p.zip", FILES))
