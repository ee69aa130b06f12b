"""The events of the zoo: small sets in the order in which they happened, from stories and by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any

from steppay_mock import Event, make_event, scenario

Events = tuple[Event, ...]
_START = datetime(2025, 1, 15, 3, 0, tzinfo=UTC)
_SUBSCRIPTION = {"subscriptionId": 700, "customerId": 42, "orderId": 900}


def _story(name: str, *places: int, **options: Any) -> Callable[[], Events]:
    """Some events of a scenario, by their places in its timeline. An order is paid in its second."""

    def tell() -> Events:
        story = scenario(name, seed=7, customer_id=42, assumptions={"seconds_to_pay": 0}, **options)
        return tuple(story[place] for place in places)

    return tell


def _made(*, kind: str, at: timedelta, **data: Any) -> Event:
    """An event made by hand."""
    return make_event(kind, seed=7, now=_START + at, data=data)


def _tied(*, healed: bool) -> Events:
    def updated(minute: int, status: str, kind: str = "subscription.updated", **more: Any) -> Event:
        return _made(kind=kind, at=timedelta(minutes=minute), **_SUBSCRIPTION | more, status=status)

    tied = (
        updated(0, "ACTIVE", "subscription.created"),
        updated(5, "QUEUEING"),
        updated(5, "UNPAID"),
        updated(5, "ACTIVE", subscriptionId=701, customerId=43),
    )
    return (*tied, updated(9, "ACTIVE")) if healed else tied


def _profile() -> Events:
    def customer(minute: int, kind: str, email: str, phone: str | None) -> Event:
        return _made(kind=kind, at=timedelta(minutes=minute), id=42, email=email, phone=phone)

    return (
        customer(0, "customer.created", "kim@example.com", "01012345678"),
        customer(20, "customer.updated", "moved@example.com", "01012345678"),
        customer(45, "customer.updated", "moved@example.com", None),
        customer(90, "customer.updated", "kim.again@example.com", None),
    )


_SETS: dict[str, Callable[[], Events]] = {
    # the renewal fails, is UNPAID twice, and recovers
    "renewal-recovers": _story("subscription-renewal-fails-then-recovers", 3, 6, 8, 10, 12, 13),
    # three failures in a row, then success: payments alone
    "three-failures": _story("subscription-renewal-fails-then-recovers", 6, 9, 11, 14, retry=3),
    # bought, all in one second
    "purchase": _story("one-time-purchase", 0, 1, 2, 3),
    # given back in two parts
    "refund-in-parts": _story("refund-in-parts", 0, 2, 3, 4, 5, 6),
    "deposit": _story("virtual-account-deposit", 0, 2, 3, 4, 5),
    "paused-then-cancelled": _story("subscription-paused-then-cancelled", 2, 3, 5, 6),
    # PENDING_PAUSE, PAUSE, ACTIVE
    "pause-at-period-end": _story("subscription-paused-at-period-end", 3, 5, 6, 7),
    # QUEUEING and ACTIVE in the second of the renewal
    "renewal-queues": _story("subscription-renewal-queues", 3, 5, 6, 8, 9),
    # three orders, of which two are renewals
    "renewals": _story("subscription-renews", 0, 4, 5, 9, 10, 14, renewals=2),
    "invoice-paid": _story("invoice-paid", 0, 1, 2, 4, 5),
    "usage": _story("usage-paid-afterwards", 2, 4, 5, 9, 11),
    "customer-leaves": _story("customer-registers-and-leaves", 0, 1, 2),
    "customer-subscribes": _story("customer-registers-and-subscribes", 0, 3, 4, 6),
    "catalogue": _story("catalogue-changes", 0, 2, 3, 4, 5, 6),
    # a customer moves to another address and takes back the phone
    "profile": _profile,
    # three updates in one second, one of them of another subscription
    "tied-updates": partial(_tied, healed=False),
    # the same, and minutes later an update that makes it good whatever came of the tie
    "tie-healed": partial(_tied, healed=True),
}

NAMES = tuple(_SETS)


@cache
def events_of(name: str) -> Events:
    """The events of a set, in occurrence order."""
    return _SETS[name]()
