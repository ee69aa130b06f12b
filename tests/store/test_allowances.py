"""What a record allows is what the store then does: each action is tried in a copy of the store."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from steppay_mock import IllegalAction, Store, scenario
from steppay_mock.errors import SteppayMockError
from steppay_mock.store.lifecycle import INVOICE, SUBSCRIPTION, allowed_actions
from steppay_mock.store.records import Customer, Order, Price, Product

OF_ORDERS = ("pay", "confirm_payment", "reject_payment", "cancel_order", "refund")
STORIES = (
    "one-time-purchase",
    "refund-in-full",
    "subscription-renewal-fails-then-recovers",
)


def is_done(store: Store, action: str, record: Any, **more: Any) -> bool:
    """Whether the store does it; a copy is asked, and an action that was refused changed nothing of it."""
    copy = deepcopy(store)
    before = copy.state()
    try:
        getattr(copy, action)(record.key, **more)
    except IllegalAction:
        assert copy.state() == before
        return False
    return True


def orders(store: Store) -> list[Order]:
    """The orders of a store after some of everything."""
    store.checkout(pays="later")
    store.checkout(method="virtual_account")
    store.checkout(method="cms")
    store.checkout(pays="fails")
    store.draft_invoice()
    store.send_invoice()
    product = store.create_product(name="호출", billing="usage", quota=100, price=10)
    store.checkout(product.prices[0])
    store.cancel_order(store.top_up(quota=50))
    return list(store.orders)


@pytest.mark.parametrize("story", STORIES)
def test_an_order_allows_what_the_store_does(story: str) -> None:
    store = scenario(story, seed=7).store
    seen = set()
    for order in orders(store):
        allowed = store.allowed_for(order)
        assert allowed == tuple(action for action in OF_ORDERS if is_done(store, action, order)), (
            order.status,
            order.type,
        )
        seen.add(allowed)
    assert len(seen) >= 5
    assert any("reject_payment" in one for one in seen)
    assert () in seen


def test_what_is_needed_cannot_be_deleted() -> None:
    store = Store(seed=7)
    product, customer = store.products[0], store.customers[0]
    records: tuple[Product | Price | Customer, ...] = (product, product.prices[0], customer)

    def check(*, is_free: bool) -> None:
        for record in records:
            delete = f"delete_{type(record).__name__.lower()}"
            assert (delete in store.allowed_for(record)) is is_free is is_done(store, delete, record)

    check(is_free=True)
    store.checkout()
    check(is_free=False)
    store.cancel()
    check(is_free=True)
    store.checkout(pays="later")
    check(is_free=False)
    store.cancel_order()
    store.draft_invoice()
    check(is_free=False)


def test_what_is_gone_allows_nothing() -> None:
    store = Store(seed=7)
    product, customer = store.products[0], store.customers[0]
    paid = store.checkout()
    store.cancel()
    assert store.allowed_for(paid) == ("cancel_order", "refund")
    price = store.create_price(product)
    assert store.allowed_for(price) == ("update_price", "delete_price")
    store.delete_price(price)
    assert store.allowed_for(price) == ()
    store.delete_customer(customer)
    assert store.allowed_for(customer) == store.allowed_for(paid) == ()


def test_asking_changes_nothing() -> None:
    store, other = Store(seed=7), Store(seed=7)
    store.checkout(method="cms")
    other.checkout(method="cms")
    for _ in range(3):
        records: list[Order | Customer | Product | Price] = [*store.orders, *store.customers]
        for record in (*records, *store.products, *store.prices):
            assert store.allowed_for(record)
    store.confirm_payment()
    other.confirm_payment()
    assert [event.body for event in store.events] == [event.body for event in other.events]


def test_an_older_record_is_judged_as_it_is_now() -> None:
    store = Store(seed=7)
    waits = store.checkout(pays="later")
    assert store.allowed_for(waits) == ("pay", "cancel_order")
    store.pay()
    assert store.allowed_for(waits) == ("cancel_order", "refund")
    with pytest.raises(SteppayMockError):
        store.pay(waits)


def test_a_subscription_allows_what_its_life_cycle_and_the_store_do() -> None:
    store = Store(seed=7, product={"expires_after_renewals": 1})
    store.checkout()
    first = store.subscriptions[0]
    table = allowed_actions(SUBSCRIPTION, "ACTIVE")
    assert store.allowed_transitions(first) == table
    store.advance(days=32)
    last = store.subscriptions[0]
    assert (last.status, last.next_at) == ("ACTIVE", None)
    assert set(table) - set(store.allowed_transitions(first)) == {"renew now", "move the next payment"}
    assert not is_done(store, "renew_now", last)
    covered = Store(seed=7, assumptions={"step_cover": "pause"})
    for one in (covered, store := Store(seed=7)):
        one.checkout()
        one.decline_payments()
        one.advance(days=32)
    more = set(covered.allowed_transitions(covered.subscriptions[0]))
    assert more - set(store.allowed_transitions(store.subscriptions[0])) == {
        "postpone the StepCover message",
        "move the payment date",
    }


def test_an_invoice_allows_what_its_life_cycle_does() -> None:
    store = Store(seed=7)
    draft = store.draft_invoice()
    assert store.allowed_transitions(draft) == allowed_actions(INVOICE, "TEMPORARY")
    store.send_invoice()
    assert store.allowed_transitions(draft) == allowed_actions(INVOICE, "SENT")
    store.delete_invoice()
    assert store.allowed_transitions(draft) == ()
