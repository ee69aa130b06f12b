"""``only_effective=``: finds the events that change the receiver's state, so that the search leaves the others out.

The cost of a proof more than doubles with each event: leaving out five of twelve saves 98% of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from steppay_mock.ordering.receiver.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.payload.event import Event

_NAMED = 8  # types that the note names


@dataclass(frozen=True, slots=True)
class Effective:
    """The places of the effective events, and the deliveries that it took to find them."""

    places: tuple[int, ...]
    deliveries: int


def find_effective(events: Sequence[Event], receiver: Receiver, settings: ExploreSettings) -> Effective:
    """The events that change the state or are refused: in the order they happened, in reverse, or each alone.

    Costs three deliveries for each event. If fewer than two events are effective, all are returned: the search then
    says that nothing was tested.
    """
    found: set[int] = set()
    driver = Driver(receiver, events, settings)
    with driver:
        driver.allow(inf)
        for course in _courses(len(events)):
            driver.begin()
            for place in course:
                before = driver.here
                answer = driver.deliver(place)
                if driver.look() != before or not driver.accepts(place, answer):
                    found.add(place)
    places = tuple(sorted(found)) if len(found) > 1 else tuple(range(len(events)))
    return Effective(places, driver.deliveries)


def say_left_out(found: Exploration, events: Sequence[Event], effective: Effective) -> Exploration:
    """The exploration with the deliveries that this took, and a note on the events that were left out."""
    deliveries = found.coverage.deliveries + effective.deliveries
    found = replace(found, coverage=replace(found.coverage, deliveries=deliveries))
    left_out = [str(event.type) for place, event in enumerate(events) if place not in effective.places]
    if not left_out:
        return found
    named = ", ".join(left_out[:_NAMED]) + (", ..." if len(left_out) > _NAMED else "")
    note = (
        f"{len(left_out)} of {len(events)} events were left out ({named}): they changed nothing and were accepted in "
        "the order in which they happened, in reverse and alone. That no other order changes that is assumed."
    )
    return replace(found, notes=(*found.notes, note))


def _courses(count: int) -> Iterator[Course]:
    yield tuple(range(count))
    yield tuple(reversed(range(count)))
    yield from ((place,) for place in range(count))
