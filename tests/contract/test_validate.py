"""A violation names the event, the path, what was expected, what came, and the next step."""

import json
import math
import pickle
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from extras import needing

from steppay_mock import ContractViolation, Event, iter_errors, make_event, validate
from steppay_mock.contract.validate import ValidatorName

every_validator = pytest.mark.parametrize("validator", needing("fast", "-rs", get_args(ValidatorName)))


def customer(**data: Any) -> dict[str, Any]:
    return {"timestamp": 1688697915, "version": "v1", "event": "customer.created", "data": {"id": 1, **data}}


def only_violation(payload: Any, *, strict: bool = False) -> ContractViolation:
    found = list(iter_errors(payload, strict=strict))
    assert len(found) == 1, [str(violation) for violation in found]
    return found[0]


def test_the_message_says_everything_and_ends_with_the_next_step() -> None:
    payload = make_event("order.created", seed=1).payload
    payload["data"]["items"][0]["paidAmount"] = "9900"
    assert str(only_violation(payload)) == (
        "order.created: $.data.items[0].paidAmount\n"
        "  expected: a number\n"
        '  sent:     "9900" (string)\n'
        "  next:     send it without the quotes: 9900"
    )


def test_validate_raises_the_first_violation() -> None:
    with pytest.raises(ContractViolation, match=r"customer.created: \$.data.id"):
        validate(customer(id="1", name=2))
    assert issubclass(ContractViolation, AssertionError)


def test_a_payload_of_none_is_what_was_sent_and_not_the_object_that_has_it() -> None:
    assert "sent:     null (null)" in str(only_violation(SimpleNamespace(payload=None)))


def test_an_event_is_validated_like_its_payload() -> None:
    validate(Event(customer()))
    assert only_violation(Event(customer(id=None))).path == "$.data.id"


@pytest.mark.parametrize("body", [None, [], 3, "text", b"bytes", True])
def test_a_payload_that_is_no_object_is_one_violation(body: Any) -> None:
    violation = only_violation(body)
    assert (violation.kind, violation.path, violation.event) == ("not-an-object", "$", "?")
    if isinstance(body, str | bytes):
        assert violation.next_step == "parse it first: validate(json.loads(body))"


def test_an_unknown_event_is_one_violation_with_the_nearest_name() -> None:
    violation = only_violation({**customer(), "event": "custmer.created"})
    assert (violation.kind, violation.path) == ("unknown-event", "$.event")
    assert violation.next_step == "Did you mean 'customer.created'?"
    far = only_violation({**customer(), "event": "zzz"})
    assert far.next_step == "`steppay-mock events` lists them"


def test_missing_data_is_one_violation() -> None:
    payload = customer()
    del payload["data"]
    violation = only_violation(payload)
    assert (violation.kind, violation.path, violation.event) == ("missing", "$.data", "customer.created")
    assert violation.sent == "an object with timestamp, version, event"


@pytest.mark.parametrize("event", [None, 3, ["order.created"], {"a": 1}])
def test_an_event_that_is_no_text_is_one_violation_of_its_type(event: Any) -> None:
    violation = only_violation({**customer(), "event": event})
    assert (violation.kind, violation.path) == ("type", "$.event")


def test_a_misspelled_required_field_is_named_with_its_right_spelling() -> None:
    payload = customer(ID=1)
    del payload["data"]["id"]
    assert only_violation(payload).next_step == "rename 'ID' to 'id'"


@pytest.mark.parametrize(
    ("data", "kind", "step"),
    [
        ({"id": "183682"}, "type", "send it without the quotes: 183682"),
        ({"id": None}, "type", "send a value: StepPay documents this field as never null"),
        ({"id": 1.5}, "type", "send a whole number"),
        ({"id": True}, "type", "send an integer here"),
        ({"id": 2**63}, "range", "keep it within 64 bits"),
        ({"name": 42}, "type", 'send it as a string: "42"'),
        ({"createdAt": "2023-06-19T06:19:55Z"}, "format", "leave the zone out"),
        ({"createdAt": "2023-06-19T06:19:55\n"}, "format", "remove the white space"),
        ({"createdAt": "2023-06-19 06:19:55"}, "format", "put a T between"),
        ({"createdAt": "2023-06-19T06:19"}, "format", "add the seconds"),
        ({"createdAt": "2023-02-30T06:19:55"}, "format", "check that such a date"),
        ({"createdAt": 1688697915}, "type", "send it as a string"),
        ({"shipping": []}, "type", "send an object here"),
        ({"attributes": {"tier": 3}}, "type", 'send it as a string: "3"'),
        ({"additionalRecipients": "a@example.com"}, "type", "send an array here"),
    ],
)
def test_a_wrong_value_is_one_violation_with_its_cure(data: dict[str, Any], kind: str, step: str) -> None:
    violation = only_violation(customer(**data))
    assert violation.kind == kind
    assert step in violation.next_step


def test_an_unknown_enumeration_value_names_the_nearest() -> None:
    payload = make_event("payment.completed", seed=1).payload
    payload["data"]["status"] = "COMPLETED"
    violation = only_violation(payload)
    assert (violation.kind, violation.path) == ("enum", "$.data.status")
    assert violation.next_step == "Did you mean 'COMPLETE'?"
    payload["data"]["status"] = "XYZ"
    assert "the vendor has added it" in only_violation(payload).next_step


def test_a_payment_names_its_order_by_a_string() -> None:
    """Fact 14: in Payment orderId and customerId are strings."""
    payload = make_event("payment.completed", seed=1).payload
    payload["data"]["orderId"] = 257138
    assert only_violation(payload).next_step == 'send it as a string: "257138"'


def test_null_and_absent_are_the_same_for_a_nullable_field() -> None:
    validate(customer())
    validate(customer(name=None, shipping=None, attributes=None, additionalRecipients=None))


def test_unknown_fields_are_allowed_and_strict_mode_reports_each() -> None:
    payload = customer(nmae="김영희", tags=[1])
    payload["storeCode"] = "x"
    validate(payload)
    found = list(iter_errors(payload, strict=True))
    assert [(violation.kind, violation.path) for violation in found] == [
        ("unknown-field", "$.data.nmae"),
        ("unknown-field", "$.data.tags"),
        ("unknown-field", "$.storeCode"),
    ]
    assert found[0].next_step == "Did you mean 'name'?"


def test_violations_come_in_the_order_of_the_payload() -> None:
    payload = make_event("order.created", seed=1, data={"items": [{}, {}]}).payload
    payload["timestamp"] = "now"
    payload["data"]["items"][1]["quantity"] = "1"
    payload["data"]["items"][0]["status"] = "?"
    del payload["data"]["code"]
    assert [violation.path for violation in iter_errors(payload)] == [
        "$.timestamp",
        "$.data.items[0].status",
        "$.data.items[1].quantity",
        "$.data.code",
    ]


@every_validator
@pytest.mark.parametrize(
    "amount", [math.inf, -math.inf, math.nan, pytest.param(Decimal("NaN"), id="decimal-nan"), "1", True, [1]]
)
def test_what_json_has_no_number_for_is_no_number(validator: ValidatorName, amount: Any) -> None:
    payload = make_event("order.created", seed=1).payload
    payload["data"]["paidAmount"] = amount
    assert [violation.path for violation in iter_errors(payload, validator=validator)] == ["$.data.paidAmount"]


@every_validator
@pytest.mark.parametrize("amount", [0, -1, 10000, 10000.0, 0.1, 10**30, Decimal("12.34")])
def test_any_number_is_a_decimal(validator: ValidatorName, amount: Any) -> None:
    payload = make_event("order.created", seed=1).payload
    payload["data"]["paidAmount"] = amount
    validate(payload, validator=validator)


@every_validator
def test_payloads_that_a_validator_cannot_read_are_still_judged(validator: ValidatorName) -> None:
    validate(customer(name="\ud800"), validator=validator)
    assert [v.path for v in iter_errors(customer(name="\ud800", id="\ud800"), validator=validator)] == ["$.data.id"]
    validate({**customer(), 3: "x"}, validator=validator)  # type: ignore[dict-item]


def test_a_long_value_is_cut_in_the_message() -> None:
    assert len(str(only_violation({**customer(), "event": "x" * 10**6}))) < 400
    violation = only_violation(customer(id="9" * 5000))
    assert len(violation.sent) < 100


def test_a_violation_survives_pickling_and_becomes_json() -> None:
    violation = only_violation(customer(id="x"))
    copy = pickle.loads(pickle.dumps(violation))
    assert str(copy) == str(violation)
    assert json.loads(json.dumps(violation.as_dict()))["path"] == "$.data.id"
