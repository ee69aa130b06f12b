"""The scenario of a receiver that moves from webhook v1 to v2, and gets both meanwhile (fact 52)."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.scenarios.buying import buy
from steppay_mock.store.scenarios.definition import Days, StoryWaits, Times
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("webhook-v1-beside-v2", v1="both")
def webhook_v1_beside_v2(store: Store, *, renewals: Times = 1, days: Days = 5) -> StoryWaits:
    """A subscription starts, renews and is cancelled while webhook v1 is sent beside v2, as during a move to v2.

    renewals: the number of renewals.
    days: the days from the last renewal to the cancellation.
    """
    yield from buy(store)
    for _ in range(renewals):
        yield store.subscription.period.end
    yield timedelta(days=days)
    store.cancel()
