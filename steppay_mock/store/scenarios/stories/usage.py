"""What is used is counted: paid for afterwards, or out of a quota."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.scenarios.definition import Telling
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("usage-paid-afterwards", sells="usage")
def usage_paid_afterwards(store: Store, *, used: int = 120) -> Telling:
    """Usage is counted and paid for at the renewal, which begins the sums again.

    used: how much is used, in two entries.
    """
    store.checkout()
    yield timedelta(hours=10)
    store.add_usage(amount=max(used // 3, 1))
    yield timedelta(hours=10)
    store.add_usage(amount=max(used - used // 3, 1), via="MANAGER")
    yield store.subscription.period.end
    yield timedelta(hours=10)
    store.add_usage(amount=max(used // 3, 1))


@define_scenario("usage-quota-topped-up", sells="usage", quota=1000)
def usage_quota_topped_up(store: Store, *, used: int = 900, top_up: int = 500) -> Telling:
    """A quota runs low, more is bought with an order of type ADD_USAGE, and it is used too. The renewal begins anew.

    used: how much of the quota of 1,000 is used at first.
    top_up: how much more is bought, and then used.
    """
    store.checkout()
    yield timedelta(hours=10)
    store.add_usage(amount=used)
    yield timedelta(hours=5)
    store.top_up(quota=top_up)
    yield timedelta(hours=5)
    store.add_usage(amount=top_up, via="CUSTOMER")
    yield store.subscription.period.end
    yield timedelta(hours=10)
    store.add_usage(amount=1)
