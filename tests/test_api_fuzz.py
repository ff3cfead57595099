"""The data API against its own description: requests made from it, by schemathesis.

Whatever the description allows must be answered with data, whatever it forbids must be refused, and
every answer must be one of those described: status, headers, kind of content, form.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from twoplustwo.api import ROOT, api

DESCRIBED = schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", api)


def is_reversed(query: Any) -> bool:
    """Whether the years of a query are valid each, but the first comes after the last."""
    try:
        return int(query["from"]) > int(query["to"])
    except (KeyError, TypeError, ValueError):
        return False


@DESCRIBED.parametrize()
@settings(max_examples=60, derandomize=True, database=None)  # the same requests on every machine
def test_every_answer_is_as_described(case: schemathesis.Case):
    # OpenAPI has no words for "from is not after to", so its own reading of such a request is "valid".
    excluded = [positive_data_acceptance] if is_reversed(case.query) else []
    answer = case.call_and_validate(excluded_checks=excluded)
    assert answer.status_code < 500


@pytest.mark.parametrize("path", ["", "/meetings.csv", "/meetings.json", "/datapackage.zip"])
def test_reversed_years_are_refused_as_described(path: str):
    case = DESCRIBED[f"{ROOT}{path}".replace("meetings", "{table}")]["GET"].Case(
        path_parameters={"table": "meetings"}, query={"from": 2020, "to": 2010}
    )
    answer = case.call_and_validate(excluded_checks=[positive_data_acceptance])
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == ["from"]
