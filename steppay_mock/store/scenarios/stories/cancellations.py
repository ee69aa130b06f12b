"""A subscription is cancelled: now, later, not after all, or with its order."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.scenarios.definition import Telling
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("subscription-cancelled-now")
def subscription_cancelled_now(store: Store, *, hours: int = 30) -> Telling:
    """A subscription is cancelled at once. Nothing is refunded.

    hours: when it is cancelled.
    """
    store.checkout()
    yield timedelta(hours=hours)
    store.cancel()


@define_scenario("subscription-cancelled-at-period-end")
def subscription_cancelled_at_period_end(store: Store, *, hours: int = 20) -> Telling:
    """A subscription is to end with its period: PENDING_CANCEL, and CANCELED when the period is over.

    hours: when the customer asks for it.
    """
    store.checkout()
    yield timedelta(hours=hours)
    store.cancel(at_period_end=True)
    yield store.subscription.period.end


@define_scenario("subscription-cancellation-undone")
def subscription_cancellation_undone(store: Store, *, hours: int = 4) -> Telling:
    """A customer cancels for the end of the period, thinks better of it, and the subscription renews.

    hours: how long the customer thinks.
    """
    store.checkout()
    yield timedelta(hours=hours)
    store.cancel(at_period_end=True)
    yield timedelta(hours=hours)
    store.undo()
    yield store.subscription.period.end


@define_scenario("subscription-cancelled-twice")
def subscription_cancelled_twice(store: Store, *, hours: int = 4) -> Telling:
    """A customer cancels for the end of the period, and then wants it to end at once.

    hours: how long the customer thinks.
    """
    store.checkout()
    yield timedelta(hours=hours)
    store.cancel(at_period_end=True)
    yield timedelta(hours=hours)
    store.cancel()


@define_scenario("subscription-order-cancelled")
def subscription_order_cancelled(store: Store, *, hours: int = 20) -> Telling:
    """The order that began a subscription is cancelled: the money goes back, and the subscription is CANCELED.

    hours: when it is cancelled.
    """
    order = store.checkout()
    yield timedelta(hours=hours)
    store.cancel_order(order)


@define_scenario("subscription-renewal-order-cancelled")
def subscription_renewal_order_cancelled(store: Store, *, hours: int = 20) -> Telling:
    """The order of a renewal is cancelled: the money goes back, and the subscription stays ACTIVE.

    hours: when it is cancelled.
    """
    store.checkout()
    yield store.subscription.period.end
    yield timedelta(hours=hours)
    store.cancel_order(store.order)
