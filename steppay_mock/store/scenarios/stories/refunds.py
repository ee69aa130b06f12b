"""Money goes back: all of it, parts of it, or with an order that is cancelled."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.amounts import a_third_of
from steppay_mock.store.scenarios.definition import Telling
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("refund-in-full", sells="one_time")
def refund_in_full(store: Store, *, days: int = 3) -> Telling:
    """A purchase is paid, and days later all of it is given back.

    days: when it is given back.
    """
    order = store.checkout()
    yield timedelta(days=days)
    store.refund(order)


@define_scenario("refund-in-parts", sells="one_time")
def refund_in_parts(store: Store, *, part: float | None = None, days: int = 3) -> Telling:
    """A part of a purchase is given back, and later the rest. The canceledAmount of a payment is what went back so far.

    part: how much goes back first. If left out, about a third.
    days: how long between the refunds.
    """
    order = store.checkout()
    yield timedelta(days=days)
    store.refund(order, amount=a_third_of(order.amount, store.currency) if part is None else part)
    yield timedelta(days=days)
    store.refund(order)


@define_scenario("order-cancelled-after-payment", sells="one_time")
def order_cancelled_after_payment(store: Store, *, hours: int = 4) -> Telling:
    """An order is paid and then cancelled, and its money goes back.

    hours: when it is cancelled.
    """
    order = store.checkout()
    yield timedelta(hours=hours)
    store.cancel_order(order)


@define_scenario("subscription-refunded-goes-on")
def subscription_refunded(store: Store, *, days: int = 10) -> Telling:
    """The first payment of a subscription is given back, and the subscription goes on and renews.

    days: when it is given back.
    """
    order = store.checkout()
    yield timedelta(days=min(days, 1) if store.price.unit == "DAY" else days)
    store.refund(order)
    yield max(store.subscription.period.end, store.now.replace(tzinfo=None))
