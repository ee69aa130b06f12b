"""The events of one search, with what is known of where they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steppay_mock.ordering.orders.bursts import collapse_bursts
from steppay_mock.ordering.token import Token, describe_events, source_of
from steppay_mock.payload.event import Event

if TYPE_CHECKING:
    from steppay_mock.store.store import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSet:
    """Events in the order in which they happened, and the story that they are of, if they are of one."""

    events: tuple[Event, ...]
    story: Story | None
    burst: float | None = None
    """How far apart the events of a burst were at most whose seconds were collapsed; None if none were."""
    told: tuple[Event, ...] = ()
    """The events as the REST API knows them, where seconds were collapsed."""

    @property
    def name(self) -> str:
        """What the exploration of these events is called: by its scenario, or by how many events were given."""
        return f"{len(self.events)} events" if self.story is None else self.story.name

    def tied(self, seconds: float) -> EventSet:
        """The same with the seconds of each burst collapsed to one."""
        return replace(self, events=collapse_bursts(self.events, seconds=seconds), burst=seconds, told=self.events)

    def part(self, places: Iterable[int]) -> EventSet:
        """The events at these places alone."""
        listed = tuple(places)
        events, told = (tuple(one[place] for place in listed) for one in (self.events, self.told or self.events))
        return replace(self, events=events, told=told)

    def token(self, *, retries: int) -> Token:
        """A token for these events, still without a course."""
        return describe_events(self.events, source=source_of(self.story), burst=self.burst, retries=retries)
