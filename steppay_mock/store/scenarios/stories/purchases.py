"""Something is bought once: paid by card, by transfer into a virtual account, by direct debit."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.scenarios.definition import Telling
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("one-time-purchase", sells="one_time")
def one_time_purchase(store: Store, *, quantity: int = 1, discount: float = 0, shipping_fee: float = 0) -> Telling:
    """Something is bought once and paid by card at the same time. The shortest story that there is.

    quantity: how many are bought.
    discount: what is taken off.
    shipping_fee: what the delivery costs.
    """
    store.checkout(quantity=quantity, discount=discount, shipping_fee=shipping_fee)
    yield timedelta(0)


@define_scenario("one-time-purchase-fails-then-succeeds", sells="one_time")
def one_time_purchase_fails(store: Store, *, failures: int = 1, minutes: int = 5) -> Telling:
    """The card is refused, and some minutes later another one is taken. Each attempt is a payment of its own.

    failures: how many attempts fail.
    minutes: how long the customer takes to try again.
    """
    order = store.checkout(pays="fails")
    for _ in range(failures - 1):
        yield timedelta(minutes=minutes)
        store.pay(order, pays="fails")
    yield timedelta(minutes=minutes)
    store.pay(order)


@define_scenario("virtual-account-deposit", sells="one_time")
def virtual_account_deposit(store: Store, *, hours: int = 20) -> Telling:
    """The customer gets a virtual account and transfers the money hours later. Until then the payment stands by.

    hours: when the money comes.
    """
    order = store.checkout(method="virtual_account")
    yield timedelta(hours=hours)
    store.confirm_payment(order)


@define_scenario("virtual-account-expires", sells="one_time")
def virtual_account_expires(store: Store) -> Telling:
    """The customer gets a virtual account and no money comes. When its time is over the order is cancelled."""
    store.checkout(method="virtual_account")
    yield timedelta(days=store.assumptions.virtual_account_days, hours=1)


@define_scenario("direct-debit-rejected-then-card", sells="one_time")
def direct_debit_rejected(store: Store, *, days: int = 2) -> Telling:
    """The bank refuses a direct debit, and the customer pays by card a day after. The order is the same.

    days: when the bank refuses.
    """
    order = store.checkout(method="cms")
    yield timedelta(days=days)
    store.reject_payment(order)
    yield timedelta(days=1)
    store.pay(order)


@define_scenario("order-cancelled-before-payment", sells="one_time")
def order_cancelled_before_payment(store: Store, *, minutes: int = 30) -> Telling:
    """Something is ordered, not paid, and cancelled.

    minutes: how long the order stands.
    """
    order = store.checkout(pays="later")
    yield timedelta(minutes=minutes)
    store.cancel_order(order)
