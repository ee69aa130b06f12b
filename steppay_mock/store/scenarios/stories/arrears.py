"""A renewal is not paid: what recovers the subscription, and what ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from steppay_mock.store.scenarios.definition import Telling
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("subscription-renewal-fails-then-recovers")
def subscription_renewal_fails_then_recovers(store: Store, *, retry: Literal[1, 2, 3, 4, 5] = 2) -> Telling:
    """A renewal fails, the subscription is UNPAID, and a retry some days later succeeds.

    retry: which of the retries, 1, 3, 5, 10 and 14 days after the failure, succeeds.
    """
    store.checkout()
    store.decline_payments(times=retry)
    yield store.subscription.period.end
    days = store.assumptions.retry_days
    yield timedelta(days=days[min(retry, len(days)) - 1], minutes=1)


@define_scenario("subscription-renewal-gives-up")
def subscription_renewal_gives_up(store: Store) -> Telling:
    """A renewal and all its retries fail, and the subscription is EXPIRED."""
    store.checkout()
    store.decline_payments()
    yield store.subscription.period.end
    yield timedelta(days=store.assumptions.retry_days[-1], minutes=1)


@define_scenario("subscription-unpaid-new-card")
def subscription_unpaid_new_card(
    store: Store, *, gateway: Literal["TOSS", "KG", "NICE", "KAKAO", "DANAL", "PAYPLE"] = "KAKAO"
) -> Telling:
    """A renewal fails, the customer changes the card, and the next retry succeeds with it.

    gateway: which gateway charges the new card.
    """
    store.checkout()
    store.decline_payments()
    yield store.subscription.period.end
    yield timedelta(days=1, hours=5)
    store.change_payment_method(gateway=gateway)
    yield timedelta(days=2)


@define_scenario("subscription-unpaid-paid-by-hand")
def subscription_unpaid_paid_by_hand(store: Store, *, hours: int = 9) -> Telling:
    """A renewal fails, and the customer pays its order before the first retry.

    hours: when the customer pays.
    """
    store.checkout()
    store.decline_payments(times=1)
    yield store.subscription.period.end
    yield timedelta(hours=hours)
    store.pay(store.order)


@define_scenario("subscription-unpaid-cancelled")
def subscription_unpaid_cancelled(store: Store) -> Telling:
    """A renewal fails, and the customer cancels. The order that was not paid is cancelled with the subscription."""
    store.checkout()
    store.decline_payments()
    yield store.subscription.period.end
    yield timedelta(days=2)
    store.cancel()
