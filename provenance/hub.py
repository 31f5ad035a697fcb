"""A repository on the Hugging Face hub, read by byte ranges."""

from __future__ import annotations

import time
from typing import Any

from httpx2 import HTTPError
from huggingface_hub import HfApi, HfFileSystem, constants
from huggingface_hub.errors import HfHubHTTPError, HfUriError, HFValidationError
from huggingface_hub.utils._headers import build_hf_headers
from huggingface_hub.utils._http import hf_raise_for_status, http_backoff

from provenance.faults import Unreadable

_FAILED = (HfHubHTTPError, HTTPError, OSError)


class HubFiles:
    """A repository on the hub, at one revision, read by byte ranges."""

    #: Seconds before a request that failed is made again (twice as many each time), and how often.
    wait, tries = 1.0, 5

    def __init__(self, place: str) -> None:
        self.place = place
        try:
            system: Any = HfFileSystem(endpoint=constants.ENDPOINT, skip_instance_cache=True)
            resolved = system.resolve_path(place)
            # A branch may move while it is read; the commit that it stands for now does not.
            self.revision = (
                HfApi(endpoint=constants.ENDPOINT).repo_info(resolved.repo_id, revision=resolved.revision).sha
            )
            root = "/".join(filter(None, (f"{resolved.repo_id}@{self.revision}", resolved.path_in_repo)))
            entries = [entry for entry in system.ls(root, detail=True) if entry["type"] == "file"]
        except FileNotFoundError as error:
            raise Unreadable(f"{place}: there is no such repository, revision or file ({_short(error)}).") from None
        except (HfUriError, HFValidationError, ValueError, NotImplementedError) as error:
            raise Unreadable(f"{place}: is not a name as hf://owner/name@revision ({_short(error)}).") from None
        except _FAILED as error:
            raise Unreadable(f"{place}: the hub does not answer as it should ({_short(error)}).") from None
        self._found = {entry["name"].rpartition("/")[2]: entry for entry in entries}
        self._addresses = {name: system.url(entry["name"]) for name, entry in self._found.items()}
        self._etags: dict[str, str] = {}

    def sizes(self) -> dict[str, int]:
        """Every file with its size in bytes."""
        return {name: int(entry["size"]) for name, entry in self._found.items()}

    def read(self, name: str, start: int, into: memoryview) -> None:
        """Fill `into` with the bytes from `start` on; an answer that is short or of other bytes is asked for again."""
        fault = ""
        for attempt in range(self.tries):
            if attempt:
                time.sleep(self.wait * 2 ** (attempt - 1))
            fault = self._ask(name, start, into)
            if not fault:
                return
        raise Unreadable(f"{self.place}/{name}: bytes {start} to {start + len(into) - 1} cannot be had: {fault}.")

    def _ask(self, name: str, start: int, into: memoryview) -> str:
        """Fill `into`; what was wrong with the answer, if anything."""
        end, size = start + len(into) - 1, int(self._found[name]["size"])
        headers = build_hf_headers() | {"range": f"bytes={start}-{end}", "accept-encoding": "identity"}
        try:
            answer = http_backoff(
                "GET", self._addresses[name], headers=headers, timeout=60,
                max_retries=self.tries, base_wait_time=self.wait,
            )  # fmt: skip
            hf_raise_for_status(answer)
        except _FAILED as error:
            raise Unreadable(f"{self.place}/{name}: the hub does not answer as it should ({_short(error)}).") from None
        # Content from a cache on the way may have another tag at another time, but not within minutes.
        etag = answer.headers.get("etag", "")
        if etag and self._etags.setdefault(name, etag) != etag:
            raise Unreadable(f"{self.place}/{name}: was changed while it was read. Begin anew, at one commit.")
        content = answer.content
        if answer.status_code == 206:
            said = answer.headers.get("content-range", "")
            if said.replace(" ", "").lower() != f"bytes{start}-{end}/{size}":
                return f"the server sent the range “{said}” of a file of {size} bytes"
        elif len(content) != size or start:
            return f"the server does not send ranges (status {answer.status_code})"
        if len(content) != len(into):
            return f"the server sent {len(content)} bytes in place of {len(into)}"
        into[:] = content
        return ""

    def unchanged(self, name: str) -> None:
        """Nothing to do: a commit does not change, and each answer is held to the first one's tag."""

    def mark(self, name: str) -> str:
        """The hash of the file as the hub keeps it."""
        return str(self._found[name].get("blob_id") or "")

    def sha256(self, name: str) -> str | None:
        """The hash that the hub states of a large file."""
        large = self._found[name].get("lfs")
        return large["sha256"] if large else None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
