"""How a record is named, what an action without a name is about, and how events, states and stories are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from steppay_mock import SteppayMockError, Store, scenario
from steppay_mock.store.records import Order, Subscription

Ask = Callable[[Store, Any], object]


def opened() -> Store:
    store = Store(seed=1, product={"billing": "one_time"})
    store.checkout()
    store.checkout(store.create_price(store.products[0], billing="usage"))
    store.draft_invoice(store.prices[0])
    return store


def all_names(record: Any, *, code: bool) -> list[Any]:
    return [record, record.key, *([record.code] if code else [])]


def test_a_record_is_named_by_itself_by_its_id_or_by_its_code() -> None:
    store = opened()
    first = store.orders[0]
    for name in all_names(first, code=True):
        assert store.refund(name, amount=1).id == first.id
    for name in all_names(store.customer, code=True):
        assert store.update_customer(name, name="가").id == store.customer.id
    for name in all_names(store.subscription, code=False):
        assert store.decline_payments(name) == store.subscription
    for name in all_names(store.prices[0], code=True):
        assert store.checkout(name).lines[0].price_code == store.prices[0].code
    for name in all_names(store.products[0], code=True):
        assert store.update_product(name, name="나").code == store.products[0].code
    for name in all_names(store.invoice, code=False):
        assert store.send_invoice(name, fails=True).id == store.invoice.id
    assert store.subscription_of(store.subscription.order_id) == store.subscription


@pytest.mark.parametrize(
    ("ask", "noun", "table"),
    [
        (Store.refund, "order", "orders"),
        (Store.update_customer, "customer", "customers"),
        (Store.pause, "subscription", "subscriptions"),
        (Store.checkout, "price", "prices"),
        (Store.delete_product, "product", "products"),
        (Store.send_invoice, "invoice", "invoices"),
    ],
)
def test_what_names_nothing_is_refused_with_where_to_look(ask: Ask, noun: str, table: str) -> None:
    for name in (7, "nobody"):
        with pytest.raises(SteppayMockError) as caught:
            ask(opened(), name)
        assert str(caught.value) == f"The store has no {noun} {name!r}. Give one of store.{table}."
    for wrong in (True, 1.5):
        with pytest.raises(SteppayMockError, match=rf"is no {noun}\. Give a record that the store gave you, or its id"):
            ask(opened(), wrong)


def test_an_action_is_about_the_newest_of_the_customer() -> None:
    store = opened()
    other = store.create_customer()
    for customer in (store.customer, other):
        with store.acting_for(customer, buying=store.prices[1]):
            store.checkout()
            order = store.order
            assert (order.customer_id, store.subscription.customer_id) == (customer.id, customer.id)
            assert order == [one for one in store.orders if one.customer_id == customer.id][-1]
            assert store.subscription.order_id == order.id
    assert store.order.customer_id == store.customer.id != other.id
    assert store.price == store.prices[0]


def test_acting_for_somebody_ends_with_an_error_too_and_can_be_nested() -> None:
    store = opened()
    first, second, third = store.customer, store.create_customer(), store.create_customer()
    with store.acting_for(second):
        with pytest.raises(SteppayMockError), store.acting_for(third.id):
            store.cancel()
        assert store.customer == second
        with store.acting_for(third.id):
            assert store.customer == third
        assert store.customer == second
    assert store.customer == first
    with store.acting_for(second):
        assert (store.customer, store.price) == (second, store.prices[0])


@pytest.mark.parametrize(
    ("noun", "first"),
    [("order", "store.checkout()"), ("subscription", "store.checkout()"), ("invoice", "store.draft_invoice()")],
)
def test_a_customer_who_has_nothing_is_told_what_to_do_first(noun: str, first: str) -> None:
    store = Store(seed=1)
    with pytest.raises(SteppayMockError) as caught:
        getattr(store, noun)
    assert str(caught.value) == f"Customer {store.customer.id} has no {noun}. Create one first: {first}"


def test_an_empty_store_says_what_it_lacks() -> None:
    store = Store(seed=1, customer=None, product=None)
    with pytest.raises(SteppayMockError, match=r"no customer\. Create one: store\.create_customer\(\)"):
        _ = store.customer
    with pytest.raises(SteppayMockError, match=r"no product\. Create one: store\.create_product\(\)"):
        _ = store.price
    assert (store.customers, store.products, store.prices, store.orders, store.invoices) == ((), (), (), (), ())


def test_the_first_customer_and_price_are_meant_until_they_are_deleted() -> None:
    store = Store(seed=1, customer=None, product=None)
    first, second = store.create_customer(), store.create_customer()
    products = [store.create_product(), store.create_product()]
    assert (store.customer, store.price) == (first, products[0].prices[0])
    store.delete_customer(first)
    store.delete_price(products[0].prices[0])
    for ask in (lambda: store.customer, lambda: store.price):
        with pytest.raises(SteppayMockError):
            ask()
    third = store.found_customer()
    assert store.customer == third != second
    [price] = store.found_product().prices
    assert store.price == price


def test_an_order_without_a_subscription_says_so() -> None:
    store = opened()
    with pytest.raises(SteppayMockError, match=rf"Order {store.orders[0].id} has no subscription: it is a ONE_TIME"):
        store.subscription_of(store.orders[0])


def test_events_are_a_sequence() -> None:
    store = opened()
    events, every = store.events, list(store.events)
    assert len(events) == len(every) > 9
    assert [events[0], events[-1], events[3]] == [every[0], every[-1], every[3]]
    assert events[2:5] == every[2:5]
    assert events[::-2] == every[::-2]
    assert events == every != every[:-1]
    assert events != "events"
    assert list(reversed(events)) == every[::-1]
    assert every[4] in events
    assert repr(events) == f"<{len(every)} events>"
    for place in (len(every), -len(every) - 1):
        with pytest.raises(IndexError):
            events[place]
    with pytest.raises(TypeError):
        hash(events)


def test_a_timestamp_is_the_whole_second_of_the_event() -> None:
    for start in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2024, 2, 29, 23, 59, 59, 1, tzinfo=UTC)):
        store = Store(seed=1, start=start)
        store.checkout()
        store.advance(hours=26, minutes=3)
        store.checkout()
        told = [event for event in store.events if event.type == "order.created"]
        for event in told:
            moment = datetime.fromisoformat(event.data["createdAt"]).replace(tzinfo=UTC)
            assert event.timestamp == int(moment.timestamp())


def test_a_changed_event_is_none_of_the_store() -> None:
    store = opened()
    event = store.events[3]
    assert store.state(at=event) == store.state(at=4)
    for name, value in (("timestamp", 5), ("timestamp", "5"), ("version", "v2")):
        changed = store.events[3]
        changed.payload[name] = value
        with pytest.raises(SteppayMockError, match="did not happen in this store"):
            store.state(at=changed)


def test_of_two_equal_events_of_a_second_the_first_is_meant() -> None:
    store = Store(seed=1)
    for name in ("가", "나", "가"):
        store.update_customer(name=name)
    assert store.events[0] == store.events[2]
    assert store.state(at=store.events[2]) == store.state(at=1) == store.state(at=3) != store.state(at=2)


def test_a_story_is_read_as_the_part_of_its_store_that_it_is() -> None:
    store = Store(seed=7)
    store.checkout()
    story = store.interleave("refund-in-full", "one-time-purchase")
    assert story.first == 5
    assert [*story] == store.events[5:] == [*story.events]
    assert story[0] == store.events[5]
    assert story[1:3] == story.events[1:3]
    assert (len(story), story.seed, story.store) == (len(store.events) - 5, 7, store)
    assert story.state(at=0) == store.state(at=5)
    assert story.state(at=2) == store.state(at=7) == story.state(at=story[1])
    assert story.state() == store.state()
    assert str(story) == f"refund-in-full + one-time-purchase: {len(story)} events, seed 7"
    for at in (-1, len(story) + 1, True):
        with pytest.raises(SteppayMockError):
            story.state(at=at)


def test_a_store_and_a_story_say_in_short_what_they_are() -> None:
    store = opened()
    assert repr(store) == f"<store: 1 customers, {len(store.events)} events, {store.now.isoformat()}>"
    story = scenario("one-time-purchase", seed=3, locale="en_US")
    assert story.options == {"locale": "en_US"}
    assert story.seed == 3
    assert story.parts[0].parameters == {}


def test_what_was_read_does_not_change_with_the_store() -> None:
    store = opened()
    order, subscription = store.orders[0], store.subscription
    assert isinstance(order, Order)
    assert isinstance(subscription, Subscription)
    events, now = list(store.events), store.now
    store.refund(order)
    store.cancel()
    store.advance(minutes=1)
    assert (order.returned, subscription.status) == (0, "ACTIVE")
    assert list(store.events)[: len(events)] == events
    assert store.now >= now + timedelta(minutes=1)
    assert (store.latest(order).returned, store.latest(subscription).status) == (order.amount, "CANCELED")


@pytest.mark.parametrize(
    ("advance", "time"),
    [
        ({"days": 1}, timedelta(days=1)),
        ({"hours": 1.5}, timedelta(hours=1, minutes=30)),
        ({"minutes": 2, "seconds": 3}, timedelta(minutes=2, seconds=3)),
        ({"days": 1, "hours": 1, "minutes": 1, "seconds": 0.5}, timedelta(days=1, hours=1, minutes=1, seconds=0.5)),
        ({}, timedelta(0)),
    ],
)
def test_time_passes_by_the_sum_of_what_is_given(advance: Any, time: timedelta) -> None:
    store, other = Store(seed=1), Store(seed=1)
    now = store.now
    store.advance(**advance)
    other.let_pass(time)
    assert store.now == other.now == now + time
    assert not store.events


def test_a_moment_beyond_the_calendar_is_refused_by_its_name() -> None:
    west = timezone(timedelta(hours=-5))
    with pytest.raises(SteppayMockError, match=r"^moment=.* is outside the years 1 to 9999 in UTC"):
        Store(seed=1).advance_to(datetime(9999, 12, 31, 23, tzinfo=west))
