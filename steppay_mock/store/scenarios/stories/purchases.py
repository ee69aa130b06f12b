"""Scenarios of one-time purchases and refunds."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.amounts import a_third_of
from steppay_mock.store.scenarios.buying import buy
from steppay_mock.store.scenarios.definition import Days, Failures, Hours, Minutes, StoryWaits
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("one-time-purchase", sells="one_time")
def one_time_purchase(store: Store, *, quantity: int = 1, discount: float = 0, shipping_fee: float = 0) -> StoryWaits:
    """A customer buys something once and pays by card. This is the shortest scenario.

    quantity: the quantity of the order.
    discount: the amount of the discount.
    shipping_fee: the amount of the shipping fee.
    """
    yield from buy(store, quantity=quantity, discount=discount, shipping_fee=shipping_fee)
    yield timedelta(0)


@define_scenario("one-time-purchase-fails-then-succeeds", sells="one_time")
def one_time_purchase_fails(store: Store, *, failures: Failures = 1, minutes: Minutes = 5) -> StoryWaits:
    """A card payment fails, and minutes later another card succeeds. Each attempt is a payment with its own id.

    failures: the number of attempts that fail.
    minutes: the time between two attempts.
    """
    order = yield from buy(store, pays="fails")
    for _ in range(failures - 1):
        yield timedelta(minutes=minutes)
        store.pay(order, pays="fails")
    yield timedelta(minutes=minutes)
    store.pay(order)


@define_scenario("virtual-account-deposit", sells="one_time")
def virtual_account_deposit(store: Store, *, hours: Hours = 20) -> StoryWaits:
    """A customer pays into a virtual account hours after the order. Until then the payment is on standby.

    hours: the time from the order to the deposit.
    """
    order = yield from buy(store, method="virtual_account")
    yield timedelta(hours=hours)
    store.confirm_payment(order)


@define_scenario("virtual-account-expires", sells="one_time")
def virtual_account_expires(store: Store) -> StoryWaits:
    """A customer gets a virtual account and does not pay. When the account expires, the order is cancelled."""
    yield from buy(store, method="virtual_account")
    yield timedelta(days=store.assumptions.virtual_account_days, hours=1)


@define_scenario("direct-debit-rejected-then-card", sells="one_time")
def direct_debit_rejected(store: Store, *, days: Days = 2) -> StoryWaits:
    """The bank rejects a direct debit, and the customer pays by card a day later. The order is the same.

    days: the time from the order to the rejection.
    """
    order = yield from buy(store, method="cms")
    yield timedelta(days=days)
    store.reject_payment(order)
    yield timedelta(days=1)
    store.pay(order)


@define_scenario("order-cancelled-before-payment", sells="one_time")
def order_cancelled_before_payment(store: Store, *, minutes: Minutes = 30) -> StoryWaits:
    """A customer orders something, does not pay, and cancels the order.

    minutes: the time from the order to its cancellation.
    """
    order = store.checkout(pays="later")
    yield timedelta(minutes=minutes)
    store.cancel_order(order)


@define_scenario("refund-in-full", sells="one_time")
def refund_in_full(store: Store, *, days: Days = 3) -> StoryWaits:
    """A customer pays for a purchase, and days later the merchant refunds all of it.

    days: the time from the payment to the refund.
    """
    order = yield from buy(store)
    yield timedelta(days=days)
    store.refund(order)


@define_scenario("refund-in-parts", sells="one_time")
def refund_in_parts(store: Store, *, part: float | None = None, days: Days = 3) -> StoryWaits:
    """The merchant refunds a part of a purchase, and later the rest. canceledAmount is the sum of the refunds.

    part: the amount of the first refund. By default about a third.
    days: the time before each refund.
    """
    order = yield from buy(store)
    yield timedelta(days=days)
    store.refund(order, amount=a_third_of(order.amount, store.currency) if part is None else part)
    yield timedelta(days=days)
    store.refund(order)


@define_scenario("order-cancelled-after-payment", sells="one_time")
def order_cancelled_after_payment(store: Store, *, hours: Hours = 4) -> StoryWaits:
    """A paid order is cancelled, and its amount is refunded.

    hours: the time from the payment to the cancellation.
    """
    order = yield from buy(store)
    yield timedelta(hours=hours)
    store.cancel_order(order)


@define_scenario("subscription-refunded-goes-on")
def subscription_refunded(store: Store, *, part: float | None = None, days: Days = 10) -> StoryWaits:
    """A part of the first payment of a subscription is refunded, and the subscription continues and renews.

    part: the amount of the refund. By default about a third.
    days: the time from the payment to the refund.
    """
    order = yield from buy(store)
    yield timedelta(days=min(days, 1) if store.price.unit == "DAY" else days)
    store.refund(order, amount=a_third_of(order.amount, store.currency) if part is None else part)
    yield max(store.subscription.period.end, store.now.replace(tzinfo=None))
