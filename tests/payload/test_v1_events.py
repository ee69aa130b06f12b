"""A webhook v1 as an event: made, read from a captured body, written in either form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from steppay_mock import Event, SteppayMockError, V1Event, make_v1_event, validate
from steppay_mock.payload.subject import subject_of
from steppay_mock.payload.v1_body import v1_content_type

ORDER = {"webHookType": "PAYMENT", "orderId": 1}
SUBSCRIPTION = {"id": 1, "status": "ACTIVE"}


@pytest.mark.parametrize("kind", ["order", "subscription"])
def test_one_that_is_made_is_valid_and_repeats_by_its_seed(kind: Any) -> None:
    event = make_v1_event(kind, seed=7)
    validate(event, strict=True)
    assert event == make_v1_event(kind, seed=7)
    assert event.body != make_v1_event(kind, seed=8).body
    assert (event.type, event.timestamp) == (f"v1.{kind}", 1736910000)


def test_its_fields_and_its_time_can_be_given() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    event = make_v1_event("subscription", now=now, data={"id": 42, "status": "PAUSE"}, body="compact")
    assert event.body == b'{"id":42,"status":"PAUSE"}'
    assert event.data is event.payload
    assert event.timestamp == event.second == int(now.timestamp())
    assert make_v1_event("order", data=ORDER, v1_form="form").body == b"webHookType=PAYMENT&orderId=1"
    assert make_v1_event("order", data=ORDER).body == b'{\n  "webHookType": "PAYMENT",\n  "orderId": 1\n}'


def test_what_cannot_be_made_is_told() -> None:
    with pytest.raises(SteppayMockError, match=r"kind='v1\.order': expected 'order' or 'subscription'"):
        make_v1_event("v1.order")  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match=r"no field 'data\.order'\. Did you mean 'data\.orderId'"):
        make_v1_event("order", data={"order": 1})
    with pytest.raises(SteppayMockError, match="v1_form='xml': expected 'json' or 'form'"):
        make_v1_event("order", v1_form="xml")  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match="seed"):
        make_v1_event("order", seed=1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("payload", [ORDER, SUBSCRIPTION])
def test_a_payload_of_v1_is_known_by_its_fields(payload: dict[str, object]) -> None:
    event = Event.from_payload(payload, form="compact")
    assert isinstance(event, V1Event)
    assert event.payload == payload
    assert v1_content_type(event.body) == "application/json"


@pytest.mark.parametrize("payload", [ORDER, SUBSCRIPTION])
@pytest.mark.parametrize("v1_form", ["json", "form"])
def test_a_captured_body_is_sent_as_it_was(payload: dict[str, object], v1_form: str) -> None:
    made = V1Event(payload, v1_form=v1_form, form="compact")  # type: ignore[arg-type]
    body = made.body + b" " * (v1_form == "json")
    read = Event.from_bytes(body)
    assert isinstance(read, V1Event)
    assert (read.body, read.payload, read.v1_form, read.second) == (body, payload, v1_form, None)
    with pytest.raises(SteppayMockError, match="does not say when it happened"):
        _ = read.timestamp


@pytest.mark.parametrize("body", [b"memo=1", b"=", b"id=1", b"{}", b"[1]", b"\xff", b'{"orderId"', b" " * 600 + b"{}"])
def test_what_is_no_webhook_v1_is_not_taken_for_one(body: bytes) -> None:
    expected = "application/x-www-form-urlencoded" if body == b"id=1" else None
    assert v1_content_type(body) == expected


def test_its_time_can_change_and_its_bytes_stay() -> None:
    event = make_v1_event("order", seed=7, v1_form="form")
    later = event.at_second(1_800_000_000)
    assert (later.timestamp, later.body, later.type) == (1_800_000_000, event.body, event.type)
    assert later != event
    assert len({event, later, make_v1_event("order", seed=7)}) == 2


def test_it_is_about_the_thing_that_v2_tells_of() -> None:
    assert subject_of(Event.from_payload(ORDER)) == ("order", 1)
    assert subject_of(Event.from_payload(SUBSCRIPTION)) == ("subscription", 1)
