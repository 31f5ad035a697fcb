"""The parts of a release that an import reads, and of which type they must be.

`reduced` keeps these parts alone, so that addresses, contact persons and documents never get further, and
drops what has another type, so that nothing behind it meets a text where an object should be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

TEXT, ID, NUMBER, FLAG = "a text", "a text or a whole number", "a number", "true or false"

_VALUE = {"amount": NUMBER, "currency": TEXT}
_PERIOD = {"startDate": TEXT, "endDate": TEXT}
_ORGANIZATION = {"id": ID, "name": TEXT}
_CLASSIFICATION = {"scheme": TEXT, "id": ID, "description": TEXT}
_ITEM = {
    "id": ID,
    "description": TEXT,
    "classification": _CLASSIFICATION,
    "additionalClassifications": [_CLASSIFICATION],
    "relatedLot": ID,
}
_NAMED = {"id": ID, "title": TEXT, "description": TEXT}
_AGREED = {**_NAMED, "status": TEXT, "value": _VALUE, "items": [_ITEM], "relatedLots": [ID]}
_TRANSACTION = {
    "id": ID,
    "date": TEXT,
    "value": _VALUE,
    "amount": _VALUE,  # its name in version 1.0
    "payer": _ORGANIZATION,
}

#: What is read of a release.
RELEASE: Mapping[str, Any] = {
    "ocid": TEXT,
    "id": ID,
    "date": TEXT,
    "tag": [TEXT],
    "language": TEXT,
    "buyer": _ORGANIZATION,
    "parties": [{**_ORGANIZATION, "roles": [TEXT]}],
    "planning": {
        "rationale": TEXT,
        "budget": {
            "description": TEXT,
            "project": TEXT,
            "amount": _VALUE,
            "budgetBreakdown": [{"id": ID, "sourceParty": _ORGANIZATION}],
        },
    },
    "tender": {
        **_NAMED,
        "status": TEXT,
        "value": _VALUE,
        "minValue": _VALUE,
        "procurementMethodDetails": TEXT,
        "procuringEntity": _ORGANIZATION,
        "contractPeriod": _PERIOD,
        "techniques": {"hasFrameworkAgreement": FLAG},
        "items": [_ITEM],
        "lots": [_NAMED],
    },
    "awards": [{**_AGREED, "date": TEXT, "contractPeriod": _PERIOD}],
    "contracts": [
        {
            **_AGREED,
            "awardID": ID,
            "dateSigned": TEXT,
            "period": _PERIOD,
            "implementation": {"transactions": [_TRANSACTION]},
        }
    ],
    "relatedProcesses": [{"id": ID, "relationship": [TEXT], "identifier": TEXT}],
}

#: Larger numbers are no sums of money.
_LARGEST = Decimal(10) ** 15
_TRANSLATED = re.compile(r"(title|description)_[A-Za-z]{2}\b.*")
_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def reduced(release: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What is read of a release, and what of that has a wrong type ("tender.value: expected an object").

    Numbers become texts that say them exactly, identifiers texts. `null` stays: it takes back what an earlier
    release said.
    """
    faults: list[str] = []
    kept = _kept(release, RELEASE, "", faults)
    assert isinstance(kept, dict)
    return kept, faults


def plain_text(value: Any) -> str:
    """A text without control characters and needless blanks; "" where the value is no text."""
    return " ".join(_UNSAFE.sub(" ", value).split()) if isinstance(value, str) else ""


def _kept(value: Any, shape: Any, path: str, faults: list[str]) -> Any:
    """The value in its shape; None, with a fault, where it has another type."""
    if value is None:
        return None
    if isinstance(shape, dict):
        if isinstance(value, dict):
            return {
                name: _kept(part, inner, f"{path}.{name}" if path else name, faults)
                for name, part in value.items()
                if (inner := shape.get(name) or _translated(name, shape)) is not None
            }
        faults.append(f"{path}: expected an object")
        return None
    if isinstance(shape, list):
        if isinstance(value, list):
            items = (_kept(part, shape[0], f"{path}[{place}]", faults) for place, part in enumerate(value))
            return [item for item in items if item is not None]
        faults.append(f"{path}: expected a list")
        return None
    kept = _plain(value, shape)
    if kept is None:
        faults.append(f"{path}: expected {shape}")
    return kept


def _translated(name: Any, shape: Mapping[str, Any]) -> str | None:
    """`title_pt` is a text like `title`."""
    return TEXT if "_" in name and "title" in shape and _TRANSLATED.fullmatch(name) else None


def _plain(value: Any, shape: str) -> Any:
    if shape is FLAG:
        return value if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _UNSAFE.sub(" ", value) if shape in (TEXT, ID) else None
    if shape in (ID, NUMBER) and isinstance(value, int | Decimal):
        return str(value) if -_LARGEST < value < _LARGEST else None
    return None
