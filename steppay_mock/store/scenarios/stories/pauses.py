"""A subscription is paused, and resumed, or not paused after all."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.scenarios.definition import Telling
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("subscription-paused-and-resumed")
def subscription_paused_and_resumed(store: Store, *, hours: int = 10) -> Telling:
    """A subscription is paused at once, resumed within its period, and renews when that ends.

    hours: how long before the pause, and how long the pause.
    """
    store.checkout()
    yield timedelta(hours=hours)
    store.pause()
    yield timedelta(hours=hours)
    store.resume()
    yield max(store.subscription.period.end, store.now.replace(tzinfo=None))


@define_scenario("subscription-paused-at-period-end")
def subscription_paused_at_period_end(store: Store, *, days: int = 40) -> Telling:
    """A subscription is paused when its period ends, and resumed long after: then a new period begins, and is paid.

    days: how long it is paused.
    """
    store.checkout()
    yield timedelta(hours=20)
    store.pause(at_period_end=True)
    yield store.subscription.period.end
    yield timedelta(days=days)
    store.resume()


@define_scenario("subscription-pause-undone")
def subscription_pause_undone(store: Store, *, hours: int = 4) -> Telling:
    """A pause is asked for and taken back before the period ends.

    hours: how long the customer thinks.
    """
    store.checkout()
    yield timedelta(hours=hours)
    store.pause(at_period_end=True)
    yield timedelta(hours=hours)
    store.undo()


@define_scenario("subscription-paused-then-cancelled")
def subscription_paused_then_cancelled(store: Store, *, days: int = 15) -> Telling:
    """A subscription is paused, and cancelled while it is: it is CANCELED for good, whatever comes late.

    days: how long it was paused.
    """
    store.checkout()
    yield timedelta(hours=20)
    store.pause()
    yield timedelta(days=days)
    store.cancel()
