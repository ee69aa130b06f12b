"""``StoreEvents``: events that happened in a store, about which the REST API answers, for a receiver that reads back.

A receiver that takes a webhook as a hint asks the API what is so (fact 27). An event that no store has is about nothing
there. So each event comes from a scenario in a separate store, and the API answers as of that event.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.drift import drift_event
from steppay_mock.payload.event import Event
from steppay_mock.payload.plan import plan_event
from steppay_mock.payload.pools import pool
from steppay_mock.payload.subject import thing_of
from steppay_mock.store.scenarios.scenario import scenario

if TYPE_CHECKING:
    from steppay_mock.payload.options import Drift
    from steppay_mock.rest.api import StoreApi
    from steppay_mock.store.base import StoreBase
    from steppay_mock.store.store import Story

HAPPENS_IN: Final[dict[EventType, str]] = {
    EventType("order.created"): "subscription-starts",
    EventType("order.updated"): "subscription-starts",
    EventType("order.payment_completed"): "subscription-starts",
    EventType("subscription.created"): "subscription-starts",
    EventType("subscription.updated"): "subscription-renews",
    EventType("subscription.payment_due_notification"): "subscription-renewal-announced",
    EventType("subscription.usage.added"): "usage-paid-afterwards",
    EventType("invoice.created"): "invoice-paid",
    EventType("invoice.updated"): "invoice-paid",
    EventType("invoice.deleted"): "invoice-sending-fails-then-deleted",
    EventType("payment.completed"): "subscription-starts",
    EventType("payment.failed"): "one-time-purchase-fails-then-succeeds",
    EventType("payment.canceled"): "refund-in-full",
    EventType("payment.standby"): "virtual-account-deposit",
    EventType("customer.created"): "customer-registers-and-leaves",
    EventType("customer.updated"): "customer-registers-and-leaves",
    EventType("customer.deleted"): "customer-registers-and-leaves",
    EventType("product.created"): "catalogue-changes",
    EventType("product.updated"): "catalogue-changes",
    EventType("product.deleted"): "catalogue-changes",
    EventType("product.price.created"): "catalogue-changes",
    EventType("product.price.updated"): "catalogue-changes",
    EventType("product.price.deleted"): "catalogue-changes",
    EventType("cover.sent_message"): "cover-ends-in-pause",
    EventType("cover.delayed_message"): "cover-postponed-then-date-moved",
    EventType("cover.changed_payment_date"): "cover-postponed-then-date-moved",
    EventType("cover.paused"): "cover-ends-in-pause",
}
"""The scenario from which an event of each type is taken: the first of that type in it."""

_RUNS = 4  # of a scenario, until its event happens at the wanted second: months have different lengths


class StoreEvents:
    """Makes events, and keeps the API able to answer about those that were made since :meth:`forget`."""

    def __init__(self, api: StoreApi) -> None:
        self._api = api
        self._stores: list[StoreBase] = []

    def make(
        self,
        event_type: str,
        *,
        seed: int,
        now: float,
        is_test: bool = False,
        drift: Drift | None = None,
        locale: str = "ko_KR",
    ) -> Event:
        """An event of the type that happens at ``now``, in seconds since the epoch; the same one for the same seed."""
        known = EventType(event_type)
        story, event = _happened(known, seed=seed, now=int(now), locale=locale, is_test=is_test)
        self.add(story)
        self._api.as_of(event)
        return event if drift is None else _drifted(event, known, drift, seed=seed, locale=locale)

    def moments(self, story: Story, *, types: Container[str] | None = None, latest: bool = False) -> Iterator[Event]:
        """The events of these types; while one is used, the API answers as of it.

        ``latest``: it answers as of the last of these events about the same thing.
        """
        self.add(story)
        events = [event for event in story if types is None or str(event.type) in types]
        last = {thing_of(event): event for event in events}
        for event in events:
            self._api.as_of(last[thing_of(event)] if latest else event)
            yield event

    def add(self, story: Story) -> None:
        """Answer from the store of this story too."""
        self._stores.append(story.store)
        self._api.add(story.store)

    def forget(self) -> None:
        """Answer from none of these stores any more, so that a thousand checks do not keep a thousand stores."""
        for store in self._stores:
            self._api.remove(store)
        self._stores.clear()


def _happened(event_type: EventType, *, seed: int, now: int, locale: str, is_test: bool) -> tuple[Story, Event]:
    """The story and its event of that type, which happens at ``now``."""
    delay = _usual_delay(event_type)
    for _ in range(_RUNS):
        story, event = _told(event_type, seed=seed, start=float(now - delay), locale=locale, is_test=is_test)
        delay += event.timestamp - now
        if event.timestamp == now:
            break
    return story, event


@cache
def _usual_delay(event_type: EventType) -> int:
    """The seconds from the start of the story to its event, in one story."""
    return _told(event_type, seed=0, start=0.0, locale="ko_KR", is_test=False)[1].timestamp


def _told(event_type: EventType, *, seed: int, start: float, locale: str, is_test: bool) -> tuple[Story, Event]:
    story = scenario(HAPPENS_IN[event_type], seed=seed, start=start, locale=locale, is_test=is_test)
    return story, next(one for one in story if one.type == event_type)


def _drifted(event: Event, event_type: EventType, drift: Drift, *, seed: int, locale: str) -> Event:
    moment = datetime.fromtimestamp(event.timestamp, UTC).replace(tzinfo=None)
    draw = Draw(seed, event_type=event_type, now=moment, pool=pool(locale))
    payload: dict[str, Any] = deepcopy(event.payload)
    plan = plan_event(event_type, edge=False)
    return Event.from_payload(drift_event(payload, drift, plan, draw), form=event.form)
