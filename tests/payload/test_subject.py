"""What an event is about: the kind of thing and its key (fact 15)."""

from typing import Any

import pytest

from steppay_mock import Event, EventType, make_event
from steppay_mock.payload.subject import subject_of, thing_of

KEYS = {
    "order": ("order", "id"),
    "subscription": ("subscription", "subscriptionId"),
    "subscription.usage": ("usage of item", "subscriptionItemId"),
    "invoice": ("invoice", "id"),
    "payment": ("payment", "paymentId"),
    "customer": ("customer", "id"),
    "product": ("product", "code"),
    "product.price": ("price", "priceCode"),
    "cover": ("message", "id"),
}


@pytest.mark.parametrize("event_type", EventType)
def test_an_event_is_about_the_thing_that_it_names(event_type: EventType) -> None:
    kind, key = KEYS[event_type.rpartition(".")[0]]
    for seed in range(3):
        event = make_event(event_type, seed=seed)
        assert subject_of(event) == thing_of(event) == (kind, event.data[key])


def event(name: str, data: Any) -> Event:
    return Event({"event": name, "timestamp": 1, "data": data})


def test_an_event_without_a_key_is_about_nothing_in_particular() -> None:
    assert subject_of(event("order.created", {"x": 1})) == ("order", None)
    assert subject_of(event("cover.paused", {"subscriptionId": 1})) == ("message", None)


@pytest.mark.parametrize("data", [3, {"id": [1]}])
def test_a_payload_that_is_none_of_steppay_has_its_event_type(data: Any) -> None:
    assert thing_of(event("order.created", data)) == ("order.created", None)
    assert thing_of(Event({"event": "order.created"})) == ("order.created", None)
