"""What an import could not use, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where something stands: the name of the file, and the line, release or record in it."""

    file: str
    position: str


@dataclass(frozen=True)
class Unused:
    """One thing that was not used: where it stands, of which process (`ocid`), which `part`, and the `reason`.

    `broken` says that the file could not be read there: it is damaged, or no JSON.
    """

    place: Place
    reason: str
    ocid: str = ""
    part: str = ""
    broken: bool = False

    def __str__(self) -> str:
        where = f"{self.place.file}, {self.place.position}" if self.place.position else self.place.file
        return ": ".join(text for text in (where, self.ocid, self.part, self.reason) if text)
