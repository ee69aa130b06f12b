"""The simulated store, and the story: the events of a scenario together with the store that it happened in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Unpack, overload

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.store.actions.all_actions import AllActions
from steppay_mock.store.options import StoreOptions, read_store_options
from steppay_mock.store.timeline import Timeline, read_timeline

if TYPE_CHECKING:
    from steppay_mock.store.records import Customer
    from steppay_mock.store.scenarios.simulation import StoryPart
    from steppay_mock.store.tables import State


class Store(AllActions):
    """A simulated StepPay store, whose events cannot contradict each other.

    The options are those of :class:`~steppay_mock.store.options.StoreOptions`. By default a store starts with one
    customer, and one product with a monthly price; no event reports these. ``store.events`` are the events so far,
    ``store.state()`` is the state after them.

    An action takes a record that the store gave at any time, or its id. It sends its events within one second, except
    that a checkout is paid ``seconds_to_pay`` after its order. A refused action changes nothing: it raises
    IllegalAction if the state forbids it, and SteppayMockError if no state would allow it. ``advance`` lets time pass,
    and does the work that is due by then.
    """

    def __init__(self, **options: Unpack[StoreOptions]) -> None:
        super().__init__(read_store_options(options))

    def __repr__(self) -> str:
        return f"<store: {len(self.customers)} customers, {len(self.events)} events, {self.now.isoformat()}>"

    def interleave(self, *stories: Story | str) -> Story:
        """Run the scenarios of these stories in this store at the same time, each with its own customer.

        Give the name of a scenario, or a story to repeat its scenario with the same parameters. Each scenario must
        yield its waits. All start now; the one whose wait ends first goes on first, until all have ended. Events of
        one second are mixed by the store's seed, and the events of one customer keep their order.
        """
        from steppay_mock.store.scenarios.simulation import interleave

        first = len(self.events)
        parts = interleave(self, [one.parts if isinstance(one, Story) else one for one in stories])
        return Story(parts, self, tuple(self.events[first:]), first)


@dataclass(frozen=True, slots=True, eq=False)
class Story(Sequence[Event]):
    """The events of a scenario in occurrence order. Give it wherever events are taken.

    ``store`` is the store that they happened in. Later actions in the store do not change the story.
    """

    parts: tuple[StoryPart, ...]
    """The scenarios of the story: one, or several if they were interleaved."""
    store: Store = field(repr=False)
    events: tuple[Event, ...] = field(repr=False)
    first: int = 0
    """The number of events that the store had before the story."""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The options that the caller gave for its store, without the seed."""

    @property
    def name(self) -> str:
        """The name of the scenario; the names of several are joined by ``+``."""
        return " + ".join(part.scenario.name for part in self.parts)

    @property
    def seed(self) -> int | str:
        """The seed that repeats the story, with the same parameters."""
        return self.store.seed

    @property
    def customer(self) -> Customer:
        """The customer, as they were at the start of the story; of several, the first."""
        return self.parts[0].customer

    def state(self, *, at: Event | int | None = None) -> State:
        """The state at its end, after that event of it, or after its first ``at`` events: see ``Store.state``."""
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
        """The events as rows of a table: time, event type, thing, status. ``print(story.timeline())``."""
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
