"""Which validator judges, what it takes for a number, and how an unknown event is judged."""

import sys
from collections import UserDict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from extras import needing

from steppay_mock import SteppayMockError, iter_errors, make_event, validate
from steppay_mock.contract import validate as judging
from steppay_mock.contract.validate import ValidatorName, fast_check, reference_errors

VALIDATORS: tuple[ValidatorName, ...] = ("auto", "jsonschema", "jsonschema-rs")
ORDER = make_event("order.created", seed=1).payload


def found(payload: Any, **options: Any) -> list[tuple[str, str, str]]:
    return [(one.event, one.path, one.kind) for one in iter_errors(payload, **options)]


def of_order(**data: Any) -> dict[str, Any]:
    return {**ORDER, "data": {**ORDER["data"], **data}}


@pytest.mark.extra("fast")
def test_one_validator_is_quick_and_the_other_the_reference() -> None:
    assert fast_check("order.created", closed=False, validator="jsonschema") is None
    for validator in ("auto", "jsonschema-rs"):
        for closed in (False, True):
            check = fast_check("order.created", closed=closed, validator=validator)
            assert check is not None
            assert check(ORDER)
            assert check({**ORDER, "new": 1}) is not closed
            assert not check({**ORDER, "data": 5})
    assert list(reference_errors("order.created", ORDER, closed=True)) == []
    assert len(list(reference_errors("order.created", {**ORDER, "new": 1}, closed=True))) == 1
    assert list(reference_errors("order.created", {**ORDER, "new": 1}, closed=False)) == []


def test_without_the_quick_one_the_reference_judges_unless_the_quick_one_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judging.fast_check.cache_clear()
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    try:
        assert fast_check("order.created", closed=False, validator="auto") is None
        validate(ORDER)
        assert found({**ORDER, "data": 5}) == [("order.created", "$.data", "type")]
        with pytest.raises(SteppayMockError, match=r"'jsonschema-rs' is not installed\. Install it: pip install"):
            validate(ORDER, validator="jsonschema-rs")
    finally:
        judging.fast_check.cache_clear()


@pytest.mark.parametrize("validator", needing("fast", "jsonschema-rs", VALIDATORS))
def test_any_mapping_is_an_object_and_a_tuple_an_array(validator: ValidatorName) -> None:
    validate(UserDict(ORDER), validator=validator)
    validate(of_order(subscriptions=(1, 2)), validator=validator)
    assert found(UserDict({**ORDER, "timestamp": "x"}), validator=validator) == [
        ("order.created", "$.timestamp", "type")
    ]


@pytest.mark.parametrize("validator", needing("fast", "jsonschema-rs", VALIDATORS))
@pytest.mark.parametrize(
    ("value", "is_integer", "is_number"),
    [
        (5, True, True),
        (5.0, True, True),
        (-5, True, True),
        (5.5, False, True),
        (Decimal("5.5"), False, True),
        (Fraction(1, 2), False, True),
        (True, False, False),
        (False, False, False),
        (float("nan"), False, False),
        (float("inf"), False, False),
        ("5", False, False),
    ],
)
def test_a_number_is_finite_and_no_bool(
    validator: ValidatorName,
    value: Any,
    is_integer: bool,  # noqa: FBT001
    is_number: bool,  # noqa: FBT001
) -> None:
    assert (found(of_order(id=value), validator=validator) == []) == is_integer
    assert (found(of_order(paidAmount=value), validator=validator) == []) == is_number


@pytest.mark.parametrize("strict", [False, True])
def test_an_unknown_event_is_judged_by_the_envelope_alone(*, strict: bool) -> None:
    unknown = {**ORDER, "event": "order.archived"}
    alone = ("order.archived", "$.event", "unknown-event")
    assert found(unknown, strict=strict) == [alone]
    assert found({**unknown, "data": {"new": None}, "other": 1}, strict=strict) == [alone]
    assert found({**unknown, "timestamp": "x"}, strict=strict) == [alone, ("?", "$.timestamp", "type")]
    assert found({**ORDER, "event": 5}, strict=strict) == [("?", "$.event", "type")]


def test_only_strict_validation_reports_a_new_field() -> None:
    for payload in ({**ORDER, "new": 1}, of_order(new=1)):
        assert found(payload) == []
        [(event, path, kind)] = found(payload, strict=True)
        assert (event, kind) == ("order.created", "unknown-field")
        assert path.endswith(".new")
