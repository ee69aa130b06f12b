"""A body has one of three forms, the same one wherever the event goes; indented is the default (fact 34)."""

from __future__ import annotations

import copy
import enum
import json
import pickle
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payload.forms import form_of

from steppay_mock import Event, SteppayMockError, Store, make_event, make_events, scenario
from steppay_mock.payload.body import BodyForm, write_body

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(TEXTS | st.integers() | st.booleans() | st.none(), inner, max_size=4)
    ),
    max_leaves=30,
)


class Words(enum.StrEnum):
    PAID = "결제"


class Number(int):
    def __repr__(self) -> str:
        return "a number"


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_pretty_is_what_json_dumps_gives_with_an_indent_of_two(payload: dict[str, Any]) -> None:
    assert write_body(payload, "pretty") == json.dumps(payload, ensure_ascii=False, indent=2).encode()


@pytest.mark.parametrize("value", [Words.PAID, {Words.PAID: 1}, Number(3), {1.5: [(), {}, []]}, [[]]])
def test_pretty_leaves_to_json_what_a_payload_is_not_made_of(value: Any) -> None:
    written = json.dumps({"data": value}, ensure_ascii=False, indent=2).encode()
    assert write_body({"data": value}, "pretty") == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x", {"a": {(1, 2): 3}}])
@pytest.mark.parametrize("form", get_args(BodyForm))
def test_what_json_cannot_hold_is_misuse_in_every_form(value: Any, form: BodyForm) -> None:
    with pytest.raises(SteppayMockError, match="cannot be written as JSON"):
        _ = Event({"event": "order.created", "data": value}, form=form).body


def test_what_is_nested_too_deeply_is_misuse() -> None:
    payload: dict[str, Any] = {}
    for _ in range(100_000):
        payload = {"data": payload}
    with pytest.raises(SteppayMockError, match="cannot be written as JSON"):
        write_body(payload, "pretty")


def test_the_three_forms_say_the_same_in_other_bytes() -> None:
    payload = {"event": "order.created", "data": {"name": "구독", "items": [1, {"a": None}], "none": [], "empty": {}}}
    assert Event(payload, form="compact").body == (
        '{"event":"order.created","data":{"name":"구독","items":[1,{"a":null}],"none":[],"empty":{}}}'.encode()
    )
    assert Event(payload, form="escaped").body == (
        b'{"event":"order.created","data":{"name":"\\uad6c\\ub3c5","items":[1,{"a":null}],"none":[],"empty":{}}}'
    )
    assert Event(payload).body.decode() == (
        '{\n  "event": "order.created",\n  "data": {\n    "name": "구독",\n    "items": [\n      1,\n      {\n'
        '        "a": null\n      }\n    ],\n    "none": [],\n    "empty": {}\n  }\n}'
    )


@pytest.mark.parametrize("form", get_args(BodyForm))
def test_events_of_every_maker_have_the_form_that_was_asked_for(form: BodyForm) -> None:
    event = make_event("order.created", seed=7, body=form)
    assert event.form == form
    assert event.body == write_body(event.payload, form)
    assert {one.form for one in make_events(seed=7, body=form)} == {form}
    story = scenario("refund-in-full", seed=7, body=form)
    store = Store(seed=7, body=form)
    store.checkout()
    assert {one.form for one in (*story, *story.store.events, *store.events, store.events[0])} == {form}
    assert Event.from_payload(event.payload, form=form).body == event.body
    for made in (copy.deepcopy(event), pickle.loads(pickle.dumps(event))):
        assert (made.form, made.body) == (form, event.body)


def test_the_form_changes_nothing_but_the_body() -> None:
    pretty, compact = make_event("order.created", seed=7), make_event("order.created", seed=7, body="compact")
    assert pretty == compact
    assert hash(pretty) == hash(compact)
    assert pretty.body != compact.body


def test_an_event_that_is_made_of_another_keeps_its_form_and_not_its_bytes() -> None:
    event = make_event("order.created", seed=7, body="escaped")
    assert event.body
    later = replace(event, payload={**event.payload, "timestamp": 5})
    assert (later.form, json.loads(later.body)["timestamp"]) == ("escaped", 5)


@pytest.mark.parametrize("form", get_args(BodyForm))
def test_the_form_of_bytes_is_found(form: BodyForm) -> None:
    event = make_event("customer.created", seed=7, body=form)
    assert form_of(json.loads(event.body), event.body) == form
    assert form_of(event.payload, event.body + b"\n") is None


@pytest.mark.parametrize("make", [lambda form: Event({}, form=form), lambda form: Store(body=form)])
def test_there_is_no_other_form(make: Any) -> None:
    for form in ("Pretty", None, ["pretty"], 2):
        with pytest.raises(SteppayMockError, match=": expected 'pretty', 'compact' or 'escaped'"):
            make(form)


def test_the_delivery_that_was_seen_can_have_had_this_form_and_not_the_compact_one() -> None:
    """Facts 33 and 34: its fields, and its 560 bytes, of which 475 are the most that compact JSON can have taken."""
    fields = ("paymentId", "idKey", "orderId", "customerId", "productName", "paidAmount", "paidAt", "status")
    data = {
        **dict.fromkeys((*fields, "paymentGateway", "paymentMethod", "paymentOnly"), 0),
        "cancel": {"canceledAmount": 0},
    }
    payload = {"timestamp": 0, "version": 0, "event": 0, "data": data, "isTest": False}
    compact = len(write_body(payload, "compact"))
    assert 560 - (len(write_body(payload, "pretty")) - compact) <= 475
    assert 560 - (len(json.dumps(payload)) - compact) > 475  # a space behind each colon and comma is too little
