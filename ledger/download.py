"""Files from the web: into a file of ours, within limits of size and time."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests

#: Seconds to wait for a connection, and for each next piece of an answer.
_PATIENCE = (10, 30)
#: Seconds that all files of one package may take.
_MOST_SECONDS = 900
_PIECE = 1 << 16


class Source:
    """What is fetched for one package, all of it together within the limits."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._room = limit
        self._end = time.monotonic() + _MOST_SECONDS

    def fetch(self, address: str, file: Path, name: str, within: str | None = None) -> str:
        """Write what an address gives to a file.

        Args:
            address: http or https; a redirect may lead to another such address, and to nothing else.
            file: where it is written.
            name: what messages call the address.
            within: an address; the answer has to come from the same host.

        Returns:
            The address that answered in the end.

        Raises:
            OSError: with a sentence, where it cannot be had, or not within the limits.
        """
        try:
            with requests.get(address, stream=True, timeout=_PATIENCE) as answer:
                if within and _origin(answer.url) != _origin(within):
                    raise OSError(f"{name} leads to another host.")
                if answer.status_code != requests.codes.ok:
                    raise OSError(f"{name} could not be read: the server says {answer.status_code} {answer.reason}.")
                self._write(answer, file, name)
                return str(answer.url)
        except requests.RequestException as error:
            raise OSError(f"{name} could not be read: {_reason(error)}.") from None

    def _write(self, answer: requests.Response, file: Path, name: str) -> None:
        with file.open("wb") as out:
            for piece in answer.iter_content(_PIECE):
                self._room -= len(piece)
                if self._room < 0:
                    raise OSError(f"{name} is larger than {size(self._limit)}, the most that a package may have.")
                if time.monotonic() > self._end:
                    raise OSError(f"{name} did not come within {_MOST_SECONDS // 60} minutes.")
                out.write(piece)


def mark(address: str) -> tuple[str, ...]:
    """What tells the present answer of an address from the next: what the server says of it, else a digest.

    Raises:
        OSError: with a sentence, where it cannot be had.
    """
    try:
        with requests.head(address, allow_redirects=True, timeout=_PATIENCE) as answer:
            said = [answer.headers.get(name, "") for name in ("ETag", "Last-Modified")]
            if answer.status_code == requests.codes.ok and any(said):
                return (answer.url, *said, answer.headers.get("Content-Length", ""))
        digest = hashlib.sha256()
        with requests.get(address, stream=True, timeout=_PATIENCE) as answer:
            answer.raise_for_status()
            for piece in answer.iter_content(_PIECE):
                digest.update(piece)
        return (digest.hexdigest(),)
    except requests.RequestException as error:
        raise OSError(f"The server could not be asked: {_reason(error)}.") from None


def size(count: int) -> str:
    """A number of bytes in words: "1 GB"."""
    for unit, least in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= least:
            return f"{count / least:.3g} {unit}"
    return f"{count} bytes"


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.rpartition("@")[2]


def _reason(error: requests.RequestException) -> str:
    """Why a request failed, in words."""
    for kind, words in (
        (requests.exceptions.SSLError, "its certificate is not trusted"),
        (requests.Timeout, "the server does not answer in time"),
        (requests.TooManyRedirects, "the server sends from one address to the next without end"),
        (requests.exceptions.InvalidSchema, "the server leads to something that is no web address"),
        (requests.HTTPError, "it does not give the file"),
        (requests.ConnectionError, "the server cannot be reached, or hung up"),
        (requests.exceptions.ChunkedEncodingError, "the server hung up in the middle"),
    ):
        if isinstance(error, kind):
            return words
    return "the answer cannot be understood, or the address is not written as one"
