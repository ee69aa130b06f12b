"""The events of one search with their origin, and the same events with the seconds of each burst collapsed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steppay_mock.ordering.token import Token, describe_events, source_of
from steppay_mock.payload.event import Event

if TYPE_CHECKING:
    from steppay_mock.store.store import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSet:
    """Events in the order in which they happened, and the story that they are part of; None for events of no story."""

    events: tuple[Event, ...]
    story: Story | None
    burst: float | None = None
    """The most seconds between the events of a burst, where bursts were collapsed; None where they were not."""
    as_stored: tuple[Event, ...] = ()
    """The events as the REST API knows them, where bursts were collapsed: the store keeps the seconds as they were."""

    @property
    def name(self) -> str:
        """What reports call these events: the name of the scenario, or their number."""
        return f"{len(self.events)} events" if self.story is None else self.story.name

    def tied(self, seconds: float) -> EventSet:
        """The same events with the seconds of each burst collapsed to one."""
        return replace(self, events=collapse_bursts(self.events, seconds=seconds), burst=seconds, as_stored=self.events)

    def part(self, places: Iterable[int]) -> EventSet:
        """Only the events at these places."""
        listed = tuple(places)
        events, as_stored = (
            tuple(one[place] for place in listed) for one in (self.events, self.as_stored or self.events)
        )
        return replace(self, events=events, as_stored=as_stored)

    def token(self, *, retries: int) -> Token:
        """A token for these events, still without a course."""
        return describe_events(self.events, source=source_of(self.story), burst=self.burst, retries=retries)


def collapse_bursts(events: Iterable[Event], *, seconds: float) -> tuple[Event, ...]:
    """The events; those of a burst all get the timestamp of its first (fact 6).

    A burst lasts as long as the next event is at most ``seconds`` after the one before.
    """
    found: list[Event] = []
    first = last = None
    for event in events:
        now = event.timestamp
        if first is None or last is None or not 0 <= now - last <= seconds:
            first = now
        last = now
        found.append(event if now == first else event.at_second(first))
    return tuple(found)
