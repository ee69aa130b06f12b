"""Integers of any length are integers: every validator says the same of them, and nothing fails at writing them."""

from __future__ import annotations

from typing import Any

import pytest

from steppay_mock import SteppayMockError, make_event
from steppay_mock.contract.long_numbers import clipped, is_number, written
from steppay_mock.contract.validate import iter_errors
from steppay_mock.delivery.retries import RetryPolicy
from steppay_mock.delivery.sender.sender import Sender

LONG = 10**5_000
PAYLOAD = dict(make_event("order.created", seed=7).payload)


def kinds(payload: Any, validator: Any) -> list[tuple[str, str]]:
    return [(found.path, found.kind) for found in iter_errors(payload, validator=validator)]


@pytest.mark.parametrize("validator", ["auto", "jsonschema"])
@pytest.mark.parametrize("value", [LONG, -LONG], ids=["long", "negative"])
def test_a_long_integer_is_out_of_range_to_every_validator(value: int, validator: str) -> None:
    assert kinds({**PAYLOAD, "timestamp": value}, validator) == [("$.timestamp", "range")]
    data = {**PAYLOAD["data"], "code": value, "items": [value]}
    found = kinds({**PAYLOAD, "data": data}, validator)
    assert sorted(found) == [("$.data.code", "type"), ("$.data.items[0]", "type")]


def test_what_is_no_payload_at_all_is_told_too() -> None:
    (found,) = iter_errors([LONG])  # type: ignore[arg-type]
    assert found.kind == "not-an-object"
    assert "9999" in found.sent


def test_what_is_short_is_not_copied() -> None:
    assert clipped(PAYLOAD) is PAYLOAD


def test_numbers_that_no_float_can_hold_are_no_options() -> None:
    values = (10**400, float("nan"), True, "1", 0, -1.5)
    assert list(map(is_number, values)) == [False] * 4 + [True] * 2
    assert written([LONG]) == "a number of thousands of digits"
    options: list[dict[str, Any]] = [
        *({"timeout": LONG}, {"timeout": 86_401}, {"rate": LONG}, {"speed": LONG}, {"retries": [LONG]})
    ]
    for one in options:
        with pytest.raises(SteppayMockError):
            Sender("http://127.0.0.1:9/", **one)
    with pytest.raises(SteppayMockError):
        RetryPolicy(name="x", delays=(LONG,))
