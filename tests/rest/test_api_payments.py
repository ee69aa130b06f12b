"""The card of a payment stays the one that was charged."""

from __future__ import annotations

from typing import Any

from rest.api_client import read

from steppay_mock import Store


def receipt(store: Store, key: str) -> Any:
    return read(store, f"/api/payment/receipt/{key}")


def test_a_payment_keeps_its_card_when_the_subscription_has_another(store: Store) -> None:
    first = store.order
    card = receipt(store, first.id_key)["cardNumber"]
    store.change_payment_method()
    store.change_payment_method()
    store.advance(days=31)
    renewal = store.order
    assert card not in store.subscription.card
    assert receipt(store, first.id_key)["cardNumber"] == card
    assert read(store, f"/api/v1/orders/{first.id}")["payment"]["cardNumber"] == card
    assert receipt(store, renewal.id_key)["cardNumber"] in store.subscription.card
    old = receipt(store, renewal.id_key)["cardNumber"]
    store.change_payment_method()
    assert receipt(store, renewal.id_key)["cardNumber"] == old


def test_a_renewal_that_failed_keeps_the_card_that_was_refused(store: Store) -> None:
    refused = store.subscription.card
    store.decline_payments()
    store.advance(days=31)
    failed = store.payments[-1]
    store.change_payment_method()
    store.advance(days=1)
    paid = store.payments[-1]
    assert (failed.status, paid.status) == ("FAILED", "COMPLETE")
    assert receipt(store, failed.id_key)["cardNumber"] in refused
    assert receipt(store, paid.id_key)["cardNumber"] in store.subscription.card


def test_an_attempt_that_failed_keeps_its_card_when_another_card_pays_the_order() -> None:
    store = Store(seed=7)
    order = store.checkout(pays="fails")
    card = receipt(store, order.id_key)["cardNumber"]
    store.pay(order)
    failed, paid = store.payments
    assert receipt(store, failed.id_key)["cardNumber"] == card != receipt(store, paid.id_key)["cardNumber"]
    assert receipt(store, paid.id_key)["cardNumber"] in store.subscription.card


def test_bought_quota_is_charged_to_the_card_of_the_subscription() -> None:
    store = Store(seed=7, product={"billing": "unit"})
    store.checkout()
    card = store.subscription.card
    bought = store.top_up(quota=1)
    store.change_payment_method()
    assert receipt(store, bought.id_key)["cardNumber"] in card


def test_a_renewal_that_the_buyer_pays_on_the_page_has_a_card_of_its_own(store: Store) -> None:
    store.decline_payments(times=1)
    store.advance(days=31)
    paid = store.pay()
    card = receipt(store, paid.id_key)["cardNumber"]
    assert card.endswith("*" * 10)
    assert card not in store.subscription.card
    store.change_payment_method()
    assert receipt(store, paid.id_key)["cardNumber"] == card
