"""Scenarios in which a subscription renews, expires, or is not paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from steppay_mock.store.scenarios.buying import buy, change_card
from steppay_mock.store.scenarios.definition import Hours, StoryWaits, Times
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("subscription-renews")
def subscription_renews(store: Store, *, renewals: Times = 2) -> StoryWaits:
    """A subscription starts and renews. Each renewal is a new order of type RECURRING.

    renewals: the number of renewals.
    """
    yield from buy(store)
    for _ in range(renewals):
        yield store.subscription.period.end


@define_scenario("subscription-renewal-announced", assumptions={"notice_days": 3})
def subscription_renewal_announced(store: Store) -> StoryWaits:
    """subscription.payment_due_notification announces a renewal three days before it. Then the renewal is paid."""
    yield from buy(store)
    yield store.subscription.period.end


@define_scenario("subscription-renewal-queues", assumptions={"queue_renewals": True})
def subscription_renewal_queues(store: Store) -> StoryWaits:
    """A renewal queues: the subscription is QUEUEING, then ACTIVE, with one timestamp."""
    yield from buy(store)
    yield store.subscription.period.end


@define_scenario("subscription-renewal-queues-and-fails", assumptions={"queue_renewals": True})
def subscription_renewal_queues_and_fails(store: Store) -> StoryWaits:
    """A renewal queues and fails: the subscription is QUEUEING, then UNPAID. The first retry, a day later, succeeds."""
    yield from buy(store)
    store.decline_payments(times=1)
    yield store.subscription.period.end
    yield timedelta(days=store.assumptions.retry_days[0], minutes=1)


@define_scenario("subscription-expires")
def subscription_expires(store: Store, *, months: int = 2) -> StoryWaits:
    """A subscription is sold for some months, renews until then, and expires.

    months: the number of months.
    """
    product = store.price.product_code
    price = store.found_price(product, price=store.price.amount, membership_months=months)
    yield from buy(store, price)
    yield store.subscription.expires_at or store.now


@define_scenario("subscription-expires-unpaid")
def subscription_expires_unpaid(store: Store) -> StoryWaits:
    """A renewal fails, and the subscription expires before its last retry."""
    product = store.price.product_code
    price = store.found_price(product, price=store.price.amount, interval="DAY", interval_count=22, membership_months=1)
    yield from buy(store, price)
    store.decline_payments()
    yield store.subscription.expires_at or store.now


@define_scenario("subscription-expires-paused")
def subscription_expires_paused(store: Store) -> StoryWaits:
    """A customer pauses a subscription, and it expires during the pause."""
    product = store.price.product_code
    price = store.found_price(product, price=store.price.amount, membership_months=1)
    yield from buy(store, price)
    yield timedelta(days=3)
    store.pause()
    yield store.subscription.expires_at or store.now


@define_scenario("subscription-renewal-fails-then-recovers")
def subscription_renewal_fails_then_recovers(store: Store, *, retry: Literal[1, 2, 3, 4, 5] = 2) -> StoryWaits:
    """A renewal fails, and the subscription is UNPAID until a retry succeeds some days later.

    retry: the number of the retry that succeeds. Retries are 1, 3, 5, 10 and 14 days after the failure.
    """
    yield from buy(store)
    store.decline_payments(times=retry)
    yield store.subscription.period.end
    days = store.assumptions.retry_days
    yield timedelta(days=days[min(retry, len(days)) - 1], minutes=1)


@define_scenario("subscription-renewal-gives-up")
def subscription_renewal_gives_up(store: Store) -> StoryWaits:
    """A renewal and all of its retries fail, and the subscription is EXPIRED."""
    yield from buy(store)
    store.decline_payments()
    yield store.subscription.period.end
    yield timedelta(days=store.assumptions.retry_days[-1], minutes=1)


@define_scenario("subscription-unpaid-new-card")
def subscription_unpaid_new_card(
    store: Store, *, gateway: Literal["TOSS", "KG", "NICE", "KAKAO", "DANAL", "PAYPLE"] = "KAKAO"
) -> StoryWaits:
    """A renewal fails, the customer changes the card, and the next retry succeeds.

    gateway: the gateway that charges the new card.
    """
    yield from buy(store)
    store.decline_payments()
    yield store.subscription.period.end
    yield timedelta(days=1, hours=5)
    yield from change_card(store, gateway=gateway)
    yield timedelta(days=2)


@define_scenario("subscription-unpaid-paid-by-hand")
def subscription_unpaid_paid_by_hand(store: Store, *, hours: Hours = 9) -> StoryWaits:
    """A renewal fails, and the customer pays its order before the first retry.

    hours: the time from the failure to the payment.
    """
    yield from buy(store)
    store.decline_payments(times=1)
    yield store.subscription.period.end
    yield timedelta(hours=hours)
    store.pay(store.order)


@define_scenario("subscription-unpaid-cancelled")
def subscription_unpaid_cancelled(store: Store) -> StoryWaits:
    """A renewal fails, and the customer cancels the subscription. The unpaid order is cancelled with it."""
    yield from buy(store)
    store.decline_payments()
    yield store.subscription.period.end
    yield timedelta(days=2)
    store.cancel()
