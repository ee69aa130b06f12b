"""What happened? A scenario that was lived: its events, the store that it left behind, and what is true in there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.store.timeline import Timeline, read_timeline

if TYPE_CHECKING:
    from steppay_mock.store.records import Customer
    from steppay_mock.store.scenarios.definition import Scenario
    from steppay_mock.store.store import Store
    from steppay_mock.store.tables import State


@dataclass(frozen=True, slots=True)
class Part:
    """One of the scenarios of a story, and what was said of it."""

    scenario: Scenario
    parameters: Mapping[str, Any]
    customer: Customer
    assumptions: Mapping[str, Any] = field(default_factory=dict)
    """What was assumed otherwise than the scenario and the store do by themselves."""


@dataclass(frozen=True, slots=True, eq=False)
class Story(Sequence[Event]):
    """The events of a scenario in occurrence order. Give it wherever events are taken.

    ``store`` is where it happened: go on with it as you like. The story itself does not change any more.
    """

    parts: tuple[Part, ...]
    store: Store = field(repr=False)
    events: tuple[Event, ...] = field(repr=False)
    first: int = 0
    """How many events the store had before it."""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What was said of its store, beside the seed."""

    @property
    def name(self) -> str:
        """The name of the scenario; of several, joined by ``+``."""
        return " + ".join(part.scenario.name for part in self.parts)

    @property
    def seed(self) -> int | str:
        """What repeats it, with the same parameters."""
        return self.store.seed

    @property
    def customer(self) -> Customer:
        """Whom it is about, as they were at its beginning; of several, the first."""
        return self.parts[0].customer

    def state(self, *, at: Event | int | None = None) -> State:
        """What was true at its end, or after that event of it, or after so many of its events: see ``Store.state``."""
        if at is None:
            at = len(self)
        if isinstance(at, int) and not isinstance(at, bool):
            if not 0 <= at <= len(self):
                raise SteppayMockError(
                    f"at={at}: the story has {len(self)} events. Give 0 to {len(self)}, or one of them."
                )
            at += self.first
        return self.store.state(at=at)

    def timeline(self) -> Timeline:
        """The events as rows: when, what, of which thing, in which status. ``print(story.timeline())``."""
        return read_timeline(self.events)

    def __str__(self) -> str:
        return f"{self.name}: {len(self.events)} events, seed {self.seed}"

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, place: int | slice) -> Event | tuple[Event, ...]:
        return self.events[place]
