"""The API keeps its contract: what OpenAPI says may be asked is answered as it says, and the rest is refused.

Schemathesis makes requests from the contract, valid and not, and checks every answer: status, content type,
headers, schema, methods that are not allowed. `CONTRACT_EXAMPLES=500 pytest tests/test_contract.py` looks longer.
"""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from tests.asking import APP, get

#: Requests at random to each address, beside those that cover each part of the contract.
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "25"))
#: What takes a second to make is asked for less often.
SLOW = "/v1/package.zip"


def contract(*, covering: bool) -> schemathesis.BaseSchema:
    """The contract as it is served, with the first codes of each list: `test_forms` asks for every one."""
    made = get("/api/v1/openapi.json").json()
    _shorten(made)
    config = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": covering}}})
    schema = schemathesis.openapi.from_dict(made, config=config)
    schema.app = APP
    schema.hook("filter_query")(years_in_order)
    return schema


def _shorten(part: Any) -> None:
    if isinstance(part, dict) and "enum" in part:
        part["enum"] = part["enum"][:4]
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _shorten(inner)


def years_in_order(context: schemathesis.HookContext, query: Any) -> bool:
    """No contract can say that `from` is not after `to`; the API refuses it (`test_api`)."""
    return not isinstance(query, dict) or str(query.get("from", "0")) <= str(query.get("to", "9999"))


def bounded(examples: int) -> settings:
    """The same requests on every run."""
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )


COVERED, SLOWLY = contract(covering=True), contract(covering=False)


@COVERED.exclude(path=SLOW).parametrize()
@bounded(EXAMPLES)
def test_every_answer_is_as_the_contract_says(case: schemathesis.Case) -> None:
    case.call_and_validate()


@SLOWLY.include(path=SLOW).parametrize()
@bounded(max(8, EXAMPLES // 10))
def test_every_package_is_as_the_contract_says(case: schemathesis.Case) -> None:
    case.call_and_validate()
