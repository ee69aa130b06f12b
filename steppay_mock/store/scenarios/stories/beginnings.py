"""A subscription begins: at once, with a trial, at the second attempt, or once a bank has answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from steppay_mock.store.scenarios.definition import Telling
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
) -> Telling:
    """A subscription is bought by card and begins. Five events in one second, which a receiver gets in any order.

    quantity: how many are subscribed to.
    gateway: which gateway charges the card.
    setup_fee: what is paid once.
    discount: what is taken off the first payment.
    tax: a line of tax.
    shipping_fee: a line of shipping.
    """
    store.checkout(
        quantity=quantity,
        gateway=gateway,
        setup_fee=setup_fee,
        discount=discount,
        tax=tax,
        shipping_fee=shipping_fee,
    )
    yield timedelta(0)


@define_scenario("subscription-starts-by-virtual-account")
def subscription_starts_by_virtual_account(store: Store, *, hours: int = 20) -> Telling:
    """The first payment comes through a virtual account, and the subscription begins when the money has come.

    hours: when the money comes.
    """
    order = store.checkout(method="virtual_account")
    yield timedelta(hours=hours)
    store.confirm_payment(order)


@define_scenario("subscription-first-payment-fails")
def subscription_first_payment_fails(store: Store, *, minutes: int = 5) -> Telling:
    """The first payment of a subscription fails, and there is no subscription until a second one succeeds.

    minutes: how long the customer takes to try again.
    """
    order = store.checkout(pays="fails")
    yield timedelta(minutes=minutes)
    store.pay(order)


@define_scenario("subscription-trial-converts")
def subscription_trial_converts(store: Store, *, trial_days: int = 14, setup_fee: float = 0) -> Telling:
    """A subscription begins with a free trial, at whose end it is paid for the first time.

    trial_days: how long the trial is.
    setup_fee: what is paid at once all the same.
    """
    store.checkout(trial_days=trial_days, setup_fee=setup_fee)
    yield timedelta(days=trial_days, minutes=1)


@define_scenario("subscription-trial-cancelled")
def subscription_trial_cancelled(store: Store, *, trial_days: int = 14) -> Telling:
    """A free trial is cancelled on its first day, runs to its end, and is never paid.

    trial_days: how long the trial is.
    """
    store.checkout(trial_days=trial_days)
    yield timedelta(hours=20)
    store.cancel(at_period_end=True)
    yield timedelta(days=trial_days)


@define_scenario("subscription-trial-payment-fails")
def subscription_trial_payment_fails(store: Store, *, trial_days: int = 7) -> Telling:
    """A free trial ends, the first payment fails, and the first retry succeeds.

    trial_days: how long the trial is.
    """
    store.checkout(trial_days=trial_days)
    store.decline_payments(times=1)
    yield timedelta(days=trial_days, minutes=1)
    yield timedelta(days=store.assumptions.retry_days[0])


@define_scenario("subscription-direct-debit-succeeds", assumptions={"incomplete_before_payment": True})
def subscription_direct_debit_succeeds(store: Store, *, days: int = 2) -> Telling:
    """A subscription is INCOMPLETE while its first direct debit is on its way, and ACTIVE once it was paid.

    days: when the bank has paid.
    """
    order = store.checkout(method="cms")
    yield timedelta(days=days)
    store.confirm_payment(order)


@define_scenario("subscription-direct-debit-rejected", assumptions={"incomplete_before_payment": True})
def subscription_direct_debit_rejected(store: Store, *, days: int = 2) -> Telling:
    """A subscription is INCOMPLETE while its first direct debit is on its way, and EXPIRED once the bank has refused.

    days: when the bank refuses.
    """
    order = store.checkout(method="cms")
    yield timedelta(days=days)
    store.reject_payment(order)


@define_scenario("subscription-direct-debit-cancelled", assumptions={"incomplete_before_payment": True})
def subscription_direct_debit_cancelled(store: Store, *, hours: int = 5) -> Telling:
    """A subscription is cancelled while it is INCOMPLETE: its order waits for a direct debit no longer.

    hours: when it is cancelled.
    """
    store.checkout(method="cms")
    yield timedelta(hours=hours)
    store.cancel()
