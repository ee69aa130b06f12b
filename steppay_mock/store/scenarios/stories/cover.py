"""Scenarios in which StepCover handles a failed renewal."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from steppay_mock.store.scenarios.buying import buy, change_card
from steppay_mock.store.scenarios.definition import Days, StoryWaits
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("cover-recovers", assumptions={"step_cover": "pause"})
def cover_recovers(store: Store, *, messages: Literal[1, 2, 3, 4] = 2) -> StoryWaits:
    """A renewal fails, StepCover sends messages to the customer, and the payment succeeds days later.

    messages: the number of messages before the payment succeeds.
    """
    yield from buy(store)
    store.decline_payments(times=messages)
    yield store.subscription.period.end
    days = store.assumptions.cover_attempts
    yield timedelta(days=days[min(messages, len(days)) - 1], minutes=1)


@define_scenario("cover-postponed-then-date-moved", assumptions={"step_cover": "pause"})
def cover_postponed(store: Store, *, days: Days = 4) -> StoryWaits:
    """A customer postpones the StepCover message, moves the payment date, and pays on that date.

    days: the time from now to the new date.
    """
    yield from buy(store)
    store.decline_payments(times=1)
    yield store.subscription.period.end
    yield timedelta(hours=3)
    store.postpone_message()
    yield timedelta(hours=3)
    store.move_payment_date(to=store.now + timedelta(days=days))
    yield timedelta(days=days, minutes=1)


@define_scenario("cover-ends-in-pause", assumptions={"step_cover": "pause"})
def cover_ends_in_pause(store: Store) -> StoryWaits:
    """StepCover sends four messages without success and pauses the subscription. With a new card it is resumed."""
    yield from buy(store)
    store.decline_payments()
    yield store.subscription.period.end
    yield timedelta(days=store.assumptions.cover_attempts[-1], minutes=1)
    yield timedelta(days=6)
    yield from change_card(store)
    yield timedelta(minutes=5)
    store.resume()


@define_scenario("cover-ends-in-cancellation", assumptions={"step_cover": "cancel"})
def cover_ends_in_cancellation(store: Store) -> StoryWaits:
    """StepCover sends four messages without success and cancels the subscription."""
    yield from buy(store)
    store.decline_payments()
    yield store.subscription.period.end
    yield timedelta(days=store.assumptions.cover_attempts[-1], minutes=1)
