"""An event made of captured bytes is sent as those bytes; what is no webhook is refused with what was found."""

import copy
import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import Event, EventType, SteppayMockError, deliver, iter_errors, make_event, verify
from steppay_mock.delivery.schedule import Deliver, Schedule, plan

BODIES = {
    "a float of 17 digits": b'{"event":"order.created","timestamp":1,"data":{"paidAmount":0.30000000000000004441}}',
    "a float with a zero": b'{"event":"order.created","timestamp":1,"data":{"paidAmount":10000.0,"rate":1E2}}',
    "escapes": rb'{"event":"order.created","timestamp":1,"data":{"name":"\uae40\uC2A4\/\ud83e\udee0"}}',
    "half a pair": rb'{"event":"order.created","timestamp":1,"data":{"name":"\ud83e"}}',
    "two spaces and lines": b'{\n  "event" : "order.created",\n  "timestamp" : 1,\n  "data" : { }\n}\n',
    "CR LF": b'{\r\n"event":"order.created",\r\n"timestamp":1,"data":{}}\r\n',
    "a byte order mark": b'\xef\xbb\xbf{"event":"order.created","timestamp":1,"data":{}}',
    "a name twice": b'{"event":"order.updated","event":"order.created","timestamp":1,"data":{}}',
    "thousands of digits": b'{"event":"order.created","timestamp":1,"data":{"id":' + b"9" * 9000 + b"}}",
    "beyond a float": b'{"event":"order.created","timestamp":1,"data":{"paidAmount":-1e999}}',
    "Hangul": '{"event":"order.created","timestamp":1,"data":{"name":"김"}}'.encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_body_is_what_was_captured(body: bytes) -> None:
    event = Event.from_bytes(body)
    assert event.body == body
    assert event.type is EventType.ORDER_CREATED
    assert event.timestamp == 1
    assert isinstance(event.data, dict)
    assert copy.deepcopy(event).body == pickle.loads(pickle.dumps(event)).body == body
    list(iter_errors(event))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_it_is_delivered_and_signed_as_it_is(body: bytes) -> None:
    seen: list[bytes] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        found = environ["wsgi.input"].read()
        verify(environ["HTTP_STEPPAY_SIGNATURE"], found, "whsec_example")
        seen.append(found)
        start_response("204 No Content", [])
        return []

    assert deliver([Event.from_bytes(body)], to=app, secret="whsec_example").ok
    assert seen == [body]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_schedule_in_a_file_keeps_it(body: bytes, tmp_path: Path) -> None:
    plan([Event.from_bytes(body), make_event("order.created", seed=7)], [Deliver(event=0)]).write(tmp_path / "s.json")
    events = Schedule.read(tmp_path / "s.json").events
    assert [one.body for one in events] == [body, make_event("order.created", seed=7).body]


def test_what_we_write_ourselves_reads_as_the_same_event() -> None:
    for event_type in EventType:
        made = make_event(event_type, seed=7, edge=True)
        assert Event.from_bytes(made.body) == made


def test_an_event_type_of_tomorrow_is_taken() -> None:
    event = Event.from_bytes(b'{"event":"order.archived","timestamp":1,"version":"v1","data":{}}')
    assert event.type == "order.archived"
    assert next(one.kind for one in iter_errors(event)) == "unknown-event"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{}", "A captured body is bytes, not str."),
        (bytearray(b"{}"), "A captured body is bytes, not bytearray."),
        (b"", "The captured body is empty."),
        (b" \n", "The captured body is empty."),
        (b"event=order.created", "The captured body is no JSON: line 1, column 1: Expecting value."),
        (b'{"event":"order.created"', "is no JSON: line 1, column 25: Expecting ',' delimiter."),
        (b'{"event":"order.created","data":NaN}', "is no JSON: NaN is no value of JSON."),
        (b"[" * 100_000, "is no JSON: it is nested too deeply."),
        (b'[{"event":"order.created"}]', "The captured body is an array, and a webhook is a JSON object (fact 2)."),
        (b"true", "The captured body is true or false,"),
        (b"7", "The captured body is a number,"),
        (b'"order.created"', "The captured body is the text 'order.created',"),
        (b"{}", "has no member 'event', which says what a webhook is about (fact 2). It has no member at all."),
        (
            b'{"type":"PAYMENT","order":1}',
            "It has 'type', 'order'. Capture a delivery of webhook v2.",
        ),
        (b'{"event":7}', "In the captured body 'event' is a number,"),
        (b'{"event":""}', "In the captured body 'event' is an empty text,"),
        (rb'{"event":"order.\ud83e"}', "In the captured body 'event' is the text"),
        (b'{"event":"order.created\xff"}', "is not UTF-8 (fact 1): byte 24 is 0xff."),
        ('{"event":"order.created"}'.encode("utf-16"), "is not UTF-8 (fact 1): byte 1 is 0xff."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_webhook_is_refused_with_what_was_found(body: Any, told: str) -> None:
    with pytest.raises(SteppayMockError, match=re.escape(told)) as failed:
        Event.from_bytes(body)
    assert str(failed.value).rpartition(". ")[2]


def test_bytes_in_the_place_of_events_are_told_the_way() -> None:
    body = json.dumps({"event": "order.created"}).encode()
    with pytest.raises(SteppayMockError, match=re.escape("Event.from_bytes(body)")):
        deliver(body, to=lambda _environ, _start: [])  # type: ignore[arg-type]
