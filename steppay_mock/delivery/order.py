"""The orders of delivery by name, and the repeats."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from steppay_mock.delivery.schedule.makers import MAKERS, duplicate
from steppay_mock.delivery.schedule.schedule import Planned, Schedule
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import V1Event, iter_events

if TYPE_CHECKING:
    from collections.abc import Iterable

    from steppay_mock.payload.event import Events

DeliveryOrder = Literal["occurrence", "shuffled", "reversed", "entities", "busy-second"]
"""``occurrence``: as they happened; ``reversed``: the last first; ``shuffled``: by chance, which a seed repeats;
``entities``: by chance, the events of each thing in their own order; ``busy-second``: by chance, and all timestamps are
the same."""


def arrange(
    events: Events | Schedule, order: DeliveryOrder, *, seed: int, duplicates: float = 0.0, fault: str | None = None
) -> Iterable[Planned]:
    """The deliveries to plan, in order; a schedule has its own order and repeats.

    In ``occurrence`` order without duplicates an iterator of events is read while it is delivered. ``fault`` is that of
    every delivery without one, but for webhooks v1: faults are wrong forms of v2.
    """
    planned = _arranged(events, order, seed=seed, duplicates=duplicates)
    if fault is None:
        return planned
    spoiled = (one if isinstance(one.event, V1Event) else replace(one, fault=one.fault or fault) for one in planned)
    return tuple(spoiled) if isinstance(planned, tuple) else spoiled


def _arranged(events: Events | Schedule, order: DeliveryOrder, *, seed: int, duplicates: float) -> Iterable[Planned]:
    if isinstance(events, Schedule):
        if order != "occurrence" or duplicates:
            raise SteppayMockError("A schedule has its own order and repeats. Leave order and duplicates out.")
        return tuple(events.deliveries())
    if order == "occurrence" and not duplicates:
        return (Planned(event=event, place=place, step=place) for place, event in enumerate(iter_events(events)))
    made = MAKERS[order](events, seed)
    return tuple((duplicate(made, share=duplicates, seed=seed) if duplicates else made).deliveries())
