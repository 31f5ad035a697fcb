"""A report of the weight check as a reader gives it: taken only where it holds to its schema."""

from __future__ import annotations

import gzip
import io
import json
import math
from functools import cache
from typing import Any, NoReturn

import jsonschema

from ledger.language import gettext as _
from provenance import EXAMPLE, SCHEMA

#: Megabytes of a file that is taken, and of what a packed one holds.
LIMIT, LIMIT_UNPACKED = 10, 64

Report = dict[str, Any]


class NoReport(Exception):
    """A file that is no report of the weight check, and why."""


def read_report(content: bytes) -> Report:
    """The report that a file holds, packed or not."""
    if content[:2] == b"\x1f\x8b":
        content = _unpacked(content)
    try:
        found = json.loads(content.decode("utf-8"), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise NoReport(_("It is not JSON: give the report that ends in .json or .json.gz.")) from None
    fault = next(_validator().iter_errors(found), None)
    if fault is not None:
        raise NoReport(
            _(
                "It is no report of this version of the weight check: {place} is not as it should be ({reason}).",
                place=".".join(map(str, fault.absolute_path)) or _("the whole"),
                reason=str(fault.message)[:160],
            )
        )
    report: Report = found
    return report


@cache
def example() -> Report:
    """The worked example: a merge whose past is known."""
    return read_report(EXAMPLE.read_bytes())


def _unpacked(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            made = file.read(LIMIT_UNPACKED * 2**20 + 1)
    except (OSError, EOFError):
        raise NoReport(_("It is packed, and damaged.")) from None
    if len(made) > LIMIT_UNPACKED * 2**20:
        raise NoReport(_("It holds more than {limit} MB.", limit=LIMIT_UNPACKED))
    return made


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number.")


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
