"""The pairs of events that are likely to be in each other's way when both are in flight at once.

Two events are related when they are about the same thing, when both name one thing (a payment names its order), or when
they have the same customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from steppay_mock.contract.catalogue import EventType
from steppay_mock.ordering.orders.races import Group
from steppay_mock.ordering.receiver.identifiers import find_spots, read_identifiers
from steppay_mock.payload.event import Event
from steppay_mock.payload.subject import thing_of

_OF_MANY = {"customer-id", "customer-code", "email", "login", "product-code", "price-code"}
"""What many things of a story have in common, so that to share it says little."""

_SAME_THING, _NAMES_IT, _SAME_CUSTOMER = range(3)


def likely_conflicts(events: Sequence[Event]) -> tuple[Group, ...]:
    """The related pairs, as places: the closest relation first, and of one relation the nearest in time first."""
    things = [thing_of(event) for event in events]
    named = _identifiers(events)
    found: list[tuple[int, int, Group]] = []
    for one, two in combinations(range(len(events)), 2):
        shared = named[one] & named[two]
        if things[one] == things[two] and things[one][1] is not None:
            found.append((_SAME_THING, two - one, (one, two)))
        elif any(means not in _OF_MANY for means, _ in shared):
            found.append((_NAMES_IT, two - one, (one, two)))
        elif shared:
            found.append((_SAME_CUSTOMER, two - one, (one, two)))
    return tuple(pair for *_, pair in sorted(found))


def _identifiers(events: Sequence[Event]) -> list[frozenset[tuple[str, str]]]:
    """What each event names; nothing for an event that no schema describes."""
    known = [place for place, event in enumerate(events) if isinstance(event.type, EventType)]
    named: list[frozenset[tuple[str, str]]] = [frozenset()] * len(events)
    for place, spots in zip(known, find_spots(events[place] for place in known), strict=True):
        named[place] = frozenset((means, str(value)) for means, value in read_identifiers(events[place], spots))
    return named
