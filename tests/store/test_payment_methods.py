"""The cards and accounts of customers: added, replaced for all subscriptions, and removed (fact 25)."""

from __future__ import annotations

import pytest
from rest.api_client import read
from store.bursts import COMPLETED, bought, burst, sent_by

from steppay_mock import IllegalAction, SteppayMockError, Store

GIVEN = ["order.created CREATED", "order.updated PAID", COMPLETED]


def cards(store: Store) -> list[str]:
    """The payment methods of the customer, as the REST API has them."""
    return [one["paymentInfo"] for one in read(store, f"/api/v1/customers/{store.customer.id}")["paymentMethods"]]


def test_a_further_method_is_the_customers_and_charged_by_no_subscription() -> None:
    store = Store(seed=1)
    store.checkout()
    charged = store.subscription.card
    assert bought(store, store.add_payment_method) == GIVEN
    assert (store.order.type, store.order.amount) == ("PAYMENT_METHOD", 0)
    assert store.subscription.card == charged
    assert len(cards(store)) == 2
    assert cards(store)[0] == charged


def test_a_customer_who_has_bought_nothing_can_have_a_method() -> None:
    store = Store(seed=1)
    assert burst(store, lambda: store.add_payment_method(pays="later")) == GIVEN[:1]
    assert cards(store) == []
    assert burst(store, store.pay) == GIVEN[1:]
    assert len(cards(store)) == 1


def test_another_method_is_charged_by_all_subscriptions_that_have_not_ended() -> None:
    store = Store(seed=1)
    ended, _, unpaid = (store.subscription_of(store.checkout()) for _ in range(3))
    store.cancel(ended)
    store.decline_payments(unpaid)
    store.advance(days=32)
    changed = ["subscription.updated ACTIVE", "subscription.updated UNPAID"]
    sent = bought(store, lambda: store.replace_payment_method(method="cms"))
    assert sent == [*GIVEN[:2], *changed, COMPLETED]
    first, second, third = store.subscriptions
    assert first.card == ended.card
    assert second.card == third.card
    assert second.method == third.method == "CMS_BILL"
    assert cards(store) == [third.card, ended.card]


def test_what_ended_while_the_buyer_waited_keeps_its_method() -> None:
    store = Store(seed=1)
    store.checkout()
    waiting = store.replace_payment_method(pays="later")
    before = store.cancel().card
    assert burst(store, lambda: store.pay(waiting)) == GIVEN[1:]
    assert store.subscription.card == before
    assert len(cards(store)) == 2


def test_a_method_is_removed_without_an_event_and_was_there_before() -> None:
    store = Store(seed=1)
    store.add_payment_method()
    [card] = cards(store)
    count = len(store.events)
    store.checkout()
    assert sent_by(store, lambda: store.remove_payment_method(card=card)) == []
    assert cards(store) == [store.subscription.card]
    assert store.tables_at(count).removed_cards == set()
    store.advance(days=40)
    assert store.tables_at(len(store.events) - 1).removed_cards == {(store.customer.id, card)}


def test_a_method_that_is_charged_or_unknown_is_not_removed() -> None:
    store = Store(seed=1)
    store.checkout()
    subscription, customer = store.subscription, store.customer
    with pytest.raises(IllegalAction) as illegal:
        store.remove_payment_method(card=subscription.card)
    assert str(illegal.value) == (
        f"Cannot remove the payment method: subscription {subscription.id} is ACTIVE, and charges it. "
        "Change its payment method first: store.change_payment_method()."
    )
    with pytest.raises(SteppayMockError) as refusal:
        store.remove_payment_method(card="1234")
    assert str(refusal.value) == (
        f"card='1234': customer {customer.id} has {subscription.card!r}. Give one that the customer has."
    )
    store.cancel()
    store.remove_payment_method(card=subscription.card)
    with pytest.raises(SteppayMockError, match=rf"customer {customer.id} has no card\. Give one that"):
        store.remove_payment_method(card=subscription.card)


def test_a_method_that_renews_nothing_is_refused() -> None:
    with pytest.raises(SteppayMockError, match="Renewals are not paid by 'virtual_account'"):
        Store(seed=1).add_payment_method(method="virtual_account")
