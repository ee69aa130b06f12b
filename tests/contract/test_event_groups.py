"""``payment.*`` stands for all event types that begin so."""

from __future__ import annotations

import re

import pytest

from steppay_mock import EventType, SteppayMockError
from steppay_mock.contract.catalogue import catalogue, event_groups, parse_event_type, parse_event_types


def test_a_group_is_every_type_that_begins_so() -> None:
    for name, found in event_groups().items():
        assert found == tuple(one for one in EventType if one.startswith(name.removesuffix("*")))
    assert {one for found in event_groups().values() for one in found} == set(EventType)
    assert len(event_groups()["product.*"]) == 6
    assert event_groups()["product.price.*"] == event_groups()["product.*"][3:]


def test_names_and_groups_are_read_each_type_once() -> None:
    found = parse_event_types(["payment.failed", "payment.*", EventType.COVER_PAUSED, "payment.completed"])
    assert found[0] == "payment.failed"
    assert set(found) == {"cover.paused", *event_groups()["payment.*"]}
    assert len(found) == 5
    assert parse_event_types([]) == ()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("payments.*", "No event type matches 'payments.*'. Did you mean 'payment.*'?"),
        ("*", "No event type matches '*'. Write one of order.*, subscription.*,"),
        ("payment*", "No event type matches 'payment*'. Did you mean 'payment.*'?"),
        ("payment", "There is no event type 'payment'."),
        ("payment.complete", "There is no event type 'payment.complete'. Did you mean 'payment.completed'?"),
        (5, "There is no event type '5'."),
    ],
)
def test_an_unknown_name_is_told_the_nearest(name: object, told: str) -> None:
    with pytest.raises(SteppayMockError, match=re.escape(told)):
        parse_event_types([name])


def test_every_type_has_its_object_and_its_titles_in_two_languages() -> None:
    assert list(catalogue()) == list(EventType)
    for event_type, entry in catalogue().items():
        assert entry.event_type is event_type
        assert entry.object_name.isalpha()
        assert entry.title.isascii()
        assert re.fullmatch(r"[A-Z][A-Za-z ]+", entry.title)
        assert re.search("[가-힣]", entry.title_ko)
        assert not set("()") & set(entry.title_ko)
    order = catalogue()[EventType.ORDER_CREATED]
    assert (order.object_name, order.title, order.title_ko) == ("Order", "Order created", "주문 생성")


def test_a_type_is_read_from_its_name_or_itself() -> None:
    assert parse_event_type("order.created") is parse_event_type(EventType.ORDER_CREATED) is EventType.ORDER_CREATED
    with pytest.raises(SteppayMockError, match="`steppay-mock events` lists all 27"):
        parse_event_type("zzz")
