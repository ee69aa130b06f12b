"""Scenarios in which a subscription starts: at once, with a trial, after a failed payment, or by direct debit."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from steppay_mock.store.scenarios.buying import buy
from steppay_mock.store.scenarios.definition import Days, Hours, Minutes, StoryWaits
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("subscription-starts")
def subscription_starts(
    store: Store,
    *,
    quantity: int = 1,
    gateway: Literal["TOSS", "KG", "NICE", "KAKAO", "DANAL", "PAYPLE"] = "TOSS",
    setup_fee: float = 0,
    discount: float = 0,
    tax: float = 0,
    shipping_fee: float = 0,
) -> StoryWaits:
    """A customer buys a subscription by card. The order comes first; the four events of its payment have one timestamp.

    quantity: the quantity of the subscription.
    gateway: the gateway that charges the card.
    setup_fee: the amount that is paid once.
    discount: the discount of the first payment.
    tax: the amount of a tax line.
    shipping_fee: the amount of a shipping line.
    """
    yield from buy(
        store,
        quantity=quantity,
        gateway=gateway,
        setup_fee=setup_fee,
        discount=discount,
        tax=tax,
        shipping_fee=shipping_fee,
    )
    yield timedelta(0)


@define_scenario("subscription-starts-by-virtual-account")
def subscription_starts_by_virtual_account(store: Store, *, hours: Hours = 20) -> StoryWaits:
    """A customer pays into a virtual account, and the subscription starts when the money arrives.

    hours: the time from the order to the deposit.
    """
    order = yield from buy(store, method="virtual_account")
    yield timedelta(hours=hours)
    store.confirm_payment(order)


@define_scenario("subscription-first-payment-fails")
def subscription_first_payment_fails(store: Store, *, minutes: Minutes = 5) -> StoryWaits:
    """The first payment of a subscription fails, and the subscription starts when the second one succeeds.

    minutes: the time between the two payments.
    """
    order = yield from buy(store, pays="fails")
    yield timedelta(minutes=minutes)
    store.pay(order)


@define_scenario("subscription-trial-converts")
def subscription_trial_converts(store: Store, *, trial_days: int = 14, setup_fee: float = 0) -> StoryWaits:
    """A subscription starts with a free trial, and the first payment follows at its end.

    trial_days: the length of the trial.
    setup_fee: the amount that is paid at the start of the trial.
    """
    yield from buy(store, trial_days=trial_days, setup_fee=setup_fee)
    yield timedelta(days=trial_days, minutes=1)


@define_scenario("subscription-trial-cancelled")
def subscription_trial_cancelled(store: Store, *, trial_days: int = 14) -> StoryWaits:
    """A customer cancels a free trial on its first day, and pays nothing at its end.

    trial_days: the length of the trial.
    """
    yield from buy(store, trial_days=trial_days)
    yield timedelta(hours=20)
    store.cancel(at_period_end=True)
    yield timedelta(days=trial_days)


@define_scenario("subscription-trial-payment-fails")
def subscription_trial_payment_fails(store: Store, *, trial_days: int = 7) -> StoryWaits:
    """A free trial ends, the first payment fails, and the first retry succeeds.

    trial_days: the length of the trial.
    """
    yield from buy(store, trial_days=trial_days)
    store.decline_payments(times=1)
    yield timedelta(days=trial_days, minutes=1)
    yield timedelta(days=store.assumptions.retry_days[0])


@define_scenario("subscription-direct-debit-succeeds", assumptions={"incomplete_before_payment": True})
def subscription_direct_debit_succeeds(store: Store, *, days: Days = 2) -> StoryWaits:
    """A subscription is INCOMPLETE while its first direct debit is pending, and ACTIVE after the debit succeeds.

    days: the time from the order to the answer of the bank.
    """
    order = yield from buy(store, method="cms")
    yield timedelta(days=days)
    store.confirm_payment(order)


@define_scenario("subscription-direct-debit-rejected", assumptions={"incomplete_before_payment": True})
def subscription_direct_debit_rejected(store: Store, *, days: Days = 2) -> StoryWaits:
    """A subscription is INCOMPLETE while its first direct debit is pending, and EXPIRED after the bank rejects it.

    days: the time from the order to the answer of the bank.
    """
    order = yield from buy(store, method="cms")
    yield timedelta(days=days)
    store.reject_payment(order)


@define_scenario("subscription-direct-debit-cancelled", assumptions={"incomplete_before_payment": True})
def subscription_direct_debit_cancelled(store: Store, *, hours: Hours = 5) -> StoryWaits:
    """The order of an INCOMPLETE subscription is cancelled, and the subscription is CANCELED with it.

    hours: the time from the order to the cancellation.
    """
    order = yield from buy(store, method="cms")
    yield timedelta(hours=hours)
    store.cancel_order(order)
