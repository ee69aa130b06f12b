"""Integers of any length are integers: every validator says the same of them, and nothing fails at writing them."""

from __future__ import annotations

from typing import Any

import pytest

from steppay_mock import SteppayMockError, make_event
from steppay_mock.contract.long_numbers import MOST_DIGITS, clipped, is_long, is_number, writable, written
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


def test_an_integer_of_up_to_four_thousand_digits_can_be_written() -> None:
    most = 10**MOST_DIGITS - 1
    assert MOST_DIGITS == 4000
    for sign in (1, -1):
        assert not is_long(sign * most)
        assert is_long(sign * (most + 1))
        assert clipped(sign * most) == writable(sign * most) == sign * most
        assert clipped(sign * (most + 1)) == clipped(sign * 10**9000) == sign * most
    for value in (True, "x", None, 1.5):
        assert clipped(value) is value


def test_only_long_integers_are_cut_wherever_they_are() -> None:
    most = 10**MOST_DIGITS - 1
    assert clipped({"a": [1, {"b": -LONG}], "c": (LONG, "x")}) == {"a": [1, {"b": -most}], "c": [most, "x"]}
    for kept in ({"a": [{"b": 1}]}, [1, (2,)], ("x",)):
        assert clipped(kept) is kept


def test_each_long_integer_is_written_in_another_way() -> None:
    texts = {writable(number) for number in (LONG, LONG + 1, -LONG, 2 * LONG)}
    assert len(texts) == 4
    assert writable(LONG) == f"an integer of {LONG.bit_length()} bits: {LONG:#x}"
    assert (writable("x"), writable(5), written("x"), written(5)) == ("x", 5, "'x'", "5")


def test_a_number_is_finite_and_no_bool() -> None:
    for value in (0, -5, 0.5, 10**308):
        assert is_number(value) is True
    for wrong in (True, False, None, "5", float("nan"), float("-inf"), 10**309):
        assert is_number(wrong) is False
