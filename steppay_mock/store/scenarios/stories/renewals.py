"""A subscription renews, is announced, waits in line, or expires."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.scenarios.definition import Telling
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("subscription-renews")
def subscription_renews(store: Store, *, renewals: int = 2) -> Telling:
    """A subscription begins and renews. Every renewal is an order of its own, of type RECURRING.

    renewals: how many times it renews.
    """
    store.checkout()
    for _ in range(renewals):
        yield store.subscription.period.end


@define_scenario("subscription-renewal-announced", assumptions={"notice_days": 3})
def subscription_renewal_announced(store: Store) -> Telling:
    """A payment that is due is announced days before: subscription.payment_due_notification. Then it is made."""
    store.checkout()
    yield store.subscription.period.end


@define_scenario("subscription-renewal-queues", assumptions={"queue_renewals": True})
def subscription_renewal_queues(store: Store) -> Telling:
    """A renewal waits in line: the subscription is QUEUEING for a moment, then ACTIVE, all in one second."""
    store.checkout()
    yield store.subscription.period.end


@define_scenario("subscription-renewal-queues-and-fails", assumptions={"queue_renewals": True})
def subscription_renewal_queues_and_fails(store: Store) -> Telling:
    """A renewal waits in line and fails: QUEUEING, then UNPAID. The first retry, a day later, succeeds."""
    store.checkout()
    store.decline_payments(times=1)
    yield store.subscription.period.end
    yield timedelta(days=store.assumptions.retry_days[0], minutes=1)


@define_scenario("subscription-expires")
def subscription_expires(store: Store, *, months: int = 2) -> Telling:
    """A subscription is sold for some months, renews within them, and expires.

    months: how long it is sold for.
    """
    product = store.price.product_code
    price = store.found_price(product, price=store.price.amount, membership_months=months)
    store.checkout(price)
    yield store.subscription.expires_at or store.now


@define_scenario("subscription-expires-unpaid")
def subscription_expires_unpaid(store: Store) -> Telling:
    """A renewal fails some days before the subscription's expiry date, and it expires before the last retry."""
    product = store.price.product_code
    price = store.found_price(product, price=store.price.amount, interval="DAY", interval_count=22, membership_months=1)
    store.checkout(price)
    store.decline_payments()
    yield store.subscription.expires_at or store.now


@define_scenario("subscription-expires-paused")
def subscription_expires_paused(store: Store) -> Telling:
    """A subscription is paused and never resumed, and expires on its expiry date all the same."""
    product = store.price.product_code
    price = store.found_price(product, price=store.price.amount, membership_months=1)
    store.checkout(price)
    yield timedelta(days=3)
    store.pause()
    yield store.subscription.expires_at or store.now
