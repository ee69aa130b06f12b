"""Events of each type are made, valid and ordered; an impossible request is an error that says what to ask for."""

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from steppay_mock import Event, EventType, SteppayMockError, make_event, make_events, validate
from steppay_mock.payload.options import EventOptions


@pytest.mark.parametrize("event_type", EventType)
def test_every_type_can_be_made_and_is_valid(event_type: EventType) -> None:
    event = make_event(event_type, seed=1)
    validate(event, strict=True)
    assert event.type is event_type
    assert make_event(event_type, seed=1).body == event.body
    assert make_event(event_type, seed=2).body != event.body
    assert make_event(str(event_type), seed=1) == event


def test_without_a_seed_every_event_is_another() -> None:
    assert make_event("customer.created").body != make_event("customer.created").body


def test_the_first_of_many_is_the_one_that_make_event_makes() -> None:
    many = make_events(["order.created", "payment.completed"], n=3, seed=7)
    assert [event.type for event in many] == ["order.created", "payment.completed"] * 3
    assert many[0] == make_event("order.created", seed=7)
    assert len({event.body for event in many}) == 6


def test_a_type_named_twice_gives_two_events() -> None:
    first, second = make_events(["order.created", "order.created"], seed=7)
    assert first.data["id"] != second.data["id"]


def test_a_run_happens_in_order_with_two_events_a_second() -> None:
    stamps = [event.timestamp for event in make_events(n=1, seed=1)]
    assert stamps == sorted(stamps)
    assert len(stamps) == 27
    assert len(set(stamps)) == 14


def test_the_body_is_utf8_json_of_a_field_a_line_with_is_test_last() -> None:
    event = make_event("customer.created", seed=1)
    assert json.loads(event.body) == event.payload
    assert list(event.payload) == ["timestamp", "version", "event", "data", "isTest"]
    assert event.body == json.dumps(event.payload, ensure_ascii=False, indent=2).encode()
    assert str(event.data["name"]).encode() in event.body
    assert event.body.endswith(b',\n  "isTest": true\n}')


def test_the_body_is_made_once_and_survives_copies() -> None:
    event = make_event("customer.created", seed=1)
    assert event.body is event.body
    assert pickle.loads(pickle.dumps(event)) == copy.deepcopy(event) == event
    changed = copy.deepcopy(event.payload)
    changed["data"]["name"] = "김영희"
    assert "김영희".encode() in Event.from_payload(changed).body


def test_now_sets_the_time() -> None:
    at = datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC)
    assert make_event("customer.created", seed=1, now=at).timestamp == int(at.timestamp())
    assert make_event("customer.created", seed=1, now=at.timestamp()).data["createdAt"] == "2024-02-29T12:00:00"
    unseeded = make_event("customer.created").timestamp
    assert abs(unseeded - datetime.now(UTC).timestamp()) < 60


@pytest.mark.parametrize("now", [0, 221845478399])
@pytest.mark.parametrize("edge", [False, True])
def test_events_can_be_made_at_either_end_of_time(now: int, *, edge: bool) -> None:
    for event in make_events(seed=1, n=20, now=now, edge=edge):
        validate(event, strict=True)


def test_is_test_is_true_unless_said_otherwise() -> None:
    assert make_event("order.created", seed=1).payload["isTest"] is True
    assert make_event("order.created", seed=1, is_test=False).payload["isTest"] is False
    assert "isTest" not in make_event("order.created", seed=1, is_test=None, nulls="null").payload


@pytest.mark.parametrize(
    ("event_type", "options", "message"),
    [
        ("payment.complete", {}, "There is no event type 'payment.complete'. Did you mean 'payment.completed'?"),
        ("payment.completed", {"nulls": "skip"}, "nulls='skip': expected 'omit', 'null' or 'mixed'"),
        ("payment.completed", {"body": "prety"}, "body='prety': expected 'pretty', 'compact' or 'escaped'. Did you"),
        ("payment.completed", {"drift": "fields"}, "Did you mean 'field'?"),
        ("payment.completed", {"sede": 3}, "An event has no option 'sede'. Did you mean 'seed'?"),
        ("payment.completed", {"edge": "no"}, "edge='no': expected True, False or '64-bit'"),
        ("payment.completed", {"is_test": 1}, "is_test=1: expected True, False or None"),
        ("payment.completed", {"seed": 1.5}, "seed=1.5: expected a whole number, or text"),
        ("payment.completed", {"data": 3}, "data=3: expected a mapping of fields to values"),
        ("payment.completed", {"now": datetime(2024, 1, 1)}, "has no zone"),
        ("payment.completed", {"now": "yesterday"}, "is no moment"),
        ("payment.completed", {"now": 1.7e12}, "seconds, not millis?"),
        ("payment.completed", {"now": float("nan")}, "is not within the years"),
        ("payment.completed", {"now": -1}, "is not within the years 1970 to 9000"),
        ("payment.completed", {"locale": "ko_KO"}, "Did you mean 'ko_KR'?"),
        ("customer.created", {"drift": "enum"}, "carries no enumeration"),
    ],
)
def test_misuse_is_an_error_that_says_what_to_do(event_type: str, options: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        make_event(event_type, **options)
    assert message in str(caught.value)


@pytest.mark.parametrize("n", [0, -1, True, 1.5, 10**20])
def test_fewer_than_one_event_cannot_be_made(n: Any) -> None:
    with pytest.raises(SteppayMockError, match="Ask for 1 to"):
        make_events("order.created", n=n)


def test_the_options_are_the_same_in_type_and_in_fact() -> None:
    from steppay_mock.payload.options import Recipe

    assert EventOptions.__optional_keys__ == set(Recipe.__dataclass_fields__)


def test_an_event_takes_any_payload_as_it_is() -> None:
    event = Event.from_payload({"event": "order.archived", "timestamp": 5, "data": {"x": None}}, form="compact")
    assert event.body == b'{"event":"order.archived","timestamp":5,"data":{"x":null}}'
    assert event.type == "order.archived"
    assert Event.from_payload(event) is event
    with pytest.raises(SteppayMockError, match="not int"):
        Event.from_payload(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"x", "\ud800"])
def test_a_payload_that_json_cannot_hold_is_misuse(value: Any) -> None:
    with pytest.raises(SteppayMockError, match="cannot be written as JSON"):
        _ = Event({"event": "order.created", "data": value}).body
