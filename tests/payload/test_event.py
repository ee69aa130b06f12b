"""An event is its payload: equal, hashed and typed by it; what is no event is refused with the way to one."""

from collections import UserDict
from typing import Any

import pytest

from steppay_mock import Event, EventType, SteppayMockError, make_event, make_events
from steppay_mock.payload.event import iter_events

PAYLOAD: dict[str, Any] = {"event": "order.created", "timestamp": 5, "data": {"id": 1}}


def test_events_of_one_payload_are_equal_in_any_form_and_hash_alike() -> None:
    first, second = Event(PAYLOAD), Event(dict(PAYLOAD), form="compact")
    assert first == second
    assert hash(first) == hash(second)
    assert first.body != second.body
    others = [Event({**PAYLOAD, "timestamp": 6}), Event({**PAYLOAD, "event": "order.updated"})]
    assert len({hash(one) for one in (first, *others)}) == 3
    assert len({first, second, *others}) == 3
    assert repr(first) == f"Event(payload={PAYLOAD!r})"
    with pytest.raises(SteppayMockError, match="form='prety'"):
        Event(PAYLOAD, form="prety")  # type: ignore[arg-type]


def test_an_event_has_the_type_the_second_and_the_data_of_its_payload() -> None:
    event = Event(PAYLOAD)
    assert (event.type, event.timestamp, event.data) == (EventType.ORDER_CREATED, 5, {"id": 1})
    assert isinstance(event.type, EventType)
    assert Event({"event": "order.archived"}).type == "order.archived"
    assert Event({}).type == "None"


def test_any_mapping_is_the_payload_of_an_event() -> None:
    event = Event.from_payload(UserDict(PAYLOAD), form="compact")
    assert (type(event.payload), event.payload, event.form) == (dict, PAYLOAD, "compact")
    assert Event.from_payload(event) is event
    assert Event.from_payload(PAYLOAD).payload is not PAYLOAD
    for wrong in (None, 5, "x", b"{}", [PAYLOAD]):
        with pytest.raises(
            SteppayMockError, match=f"An event is an Event or a payload dict, not {type(wrong).__name__}"
        ):
            Event.from_payload(wrong)  # type: ignore[arg-type]


def test_events_are_one_or_an_iterable_of_them() -> None:
    event = make_event("order.created", seed=1)
    two = make_events("order.created", n=2, seed=1)
    for given, found in ((event, [event]), (event.payload, [event]), (two, two), (iter(two), two), ([], [])):
        assert list(iter_events(given)) == found
    assert list(iter_events([event, event.payload])) == [event, event]
    for wrong in (5, "order.created", None):
        with pytest.raises(SteppayMockError, match=f"Events are an Event, .* not {type(wrong).__name__}"):
            list(iter_events(wrong))  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match=r"Events are not bytes\. Make an event of a captured body"):
        list(iter_events(b"{}"))  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match="not int"):
        list(iter_events([event, 5]))  # type: ignore[list-item]


def captured(text: str) -> Any:
    return Event.from_bytes(f'{{"event":"order.created","data":{text}}}'.encode()).data


def test_numbers_that_python_cannot_hold_are_cut() -> None:
    assert captured("1" * 4000) == int("1" * 4000)
    assert captured("1" * 4001) == captured("1" * 9000) == int("1" * 4000)
    assert captured("-" + "1" * 9000) == int("-" + "1" * 3999)
    largest = 1.7976931348623157e308
    assert (captured("1e999"), captured("-1e999"), captured("1.5"), captured("-0.5")) == (largest, -largest, 1.5, -0.5)


@pytest.mark.parametrize(("count", "more"), [(1, ""), (5, ""), (6, ", ..."), (9, ", ...")])
def test_five_members_are_named_of_a_body_without_an_event(count: int, more: str) -> None:
    names = [f"{number}{'x' * 50}" for number in range(count)]
    body = "{" + ",".join(f'"{name}":1' for name in names) + "}"
    with pytest.raises(SteppayMockError) as failed:
        Event.from_bytes(body.encode())
    shown = ", ".join(repr(name[:40]) for name in names[:5])
    assert f"It has {shown}{more}. Capture" in str(failed.value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("null", "is null, and a webhook"),
        ("false", "is true or false, and"),
        ("1.5", "is a number, and"),
        ('""', "is an empty text, and"),
        ('"' + "x" * 61 + '"', f"is the text {'x' * 60!r}, and"),
        ('{"event":null}', "'event' is null, and it is the name"),
        ('{"event":{}}', "'event' is an object, and"),
        ('{"event":"\\ud800"}', "'event' is the text"),
        ('{"event":"a\\udfffb"}', "'event' is the text"),
        ('{"event":"a","x":Infinity}', "is no JSON: Infinity is no value of JSON"),
        ('\n{"event" 5}', "is no JSON: line 2, column 10: Expecting"),
    ],
)
def test_what_was_captured_in_its_place_is_told(body: str, message: str) -> None:
    with pytest.raises(SteppayMockError) as failed:
        Event.from_bytes(body.encode())
    assert message in str(failed.value)
