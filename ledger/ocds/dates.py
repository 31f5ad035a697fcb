"""Dates of releases: read as they are written, and refused where they cannot be true."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_EARLIEST = 1990
_PARTIAL = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")


class BadDate(ValueError):
    """A date that is no date, or one that cannot be true; its text says which."""


def day(text: str, today: date) -> str:
    """The day of a date or of a date with time, as it is written there; a year or a month stays one.

    Raises:
        BadDate: it is no date, lies before 1990, or after `today`.
    """
    written = _plausible(text)
    # Where it is tomorrow already, a day ahead is no mistake.
    if written[:10] > (today + timedelta(days=1)).isoformat()[: len(written)]:
        raise BadDate(f"{text[:40]!r} lies in the future")
    return written


def planned_day(text: str | None) -> str:
    """The day of a date that may lie in the future; "" where there is none or it is no date."""
    try:
        return _plausible(text or "")
    except BadDate:
        return ""


def moment(text: str | None, today: date) -> str:
    """A date with time in UTC, in a form that sorts; "" where there is none or it cannot be true."""
    try:
        day(text or "", today)
        parsed = datetime.fromisoformat(text or "")
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return parsed.isoformat(timespec="microseconds")


def _plausible(text: str) -> str:
    if _PARTIAL.fullmatch(text):
        written = text
    else:
        try:
            written = datetime.fromisoformat(text).date().isoformat()
        except ValueError:
            raise BadDate(f"{text[:40]!r} is no date") from None
    if not _EARLIEST <= int(written[:4]) <= 2999:
        raise BadDate(f"{text[:40]!r} cannot be true")
    return written
