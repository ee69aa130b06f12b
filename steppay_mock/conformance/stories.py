"""The stories: each scenario is delivered once as it happened, and its rows are compared with its store on the way.

A search through orders needs thousands of deliveries, so it has few scenarios. One course of each costs some hundred,
and shows what a receiver never does: a refund that it does not know, a status that it takes for another one. A second
course of each, the other way round, shows whether the order counts at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steppay_mock.conformance.alike import changes
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.state.rows import same_rows
from steppay_mock.ordering.truth.hints import find_hints, has_rows
from steppay_mock.payload.event import Event, V1Event
from steppay_mock.store.scenarios.registry import all_scenarios
from steppay_mock.store.scenarios.scenario import scenario

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.ordering.truth.hint import Hint
    from steppay_mock.store.store import Story

QUICK = (
    "refund-in-parts",
    "subscription-renewal-fails-then-recovers",
    "subscription-cancelled-at-period-end",
    "subscription-pause-undone",
    "virtual-account-deposit",
    "customer-registers-and-leaves",
)
"""The stories of a quick card: together they have each status that costs money."""
_ON_THE_WAY = frozenset({"QUEUEING", "INCOMPLETE"})
"""Statuses that last seconds: a receiver may leave them out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStory:
    """One story as the receiver took it."""

    name: str
    hints: tuple[Hint, ...]
    """What contradicted the store when it first did."""
    after: str
    """The event after which it did, with its place."""
    is_compared: bool
    """Whether the rows had anything that could be compared with the store."""
    types: frozenset[str]
    """The event types that changed the state."""
    turned: tuple[str, ...] = ()
    """Where the end differs if the events come the other way round, as lines."""
    size: int = 0
    deliveries: int = 0


def tell_stories(at: CheckedReceiver) -> tuple[ToldStory, ...]:
    """Deliver each story once as it happened, and once the other way round; on a quick card some, and one way.

    A story of which an event is refused tells nothing: other checks say what is refused.
    """
    names = dict.fromkeys((*at.settings.scenarios, *(QUICK if at.settings.quick else all_scenarios())))
    try:
        return tuple(told for name in names if not at.is_gone and (told := _tell(at, name)) is not None)
    except ExplorationError as error:
        if not at.has_lost(error):
            raise
        return ()


def _tell(at: CheckedReceiver, name: str) -> ToldStory | None:
    story = scenario(name, seed=at.settings.seed, is_test=False)
    wanted = [(place, event) for place, event in enumerate(story.events) if _is_wanted(at, event)]
    if not wanted:
        return None
    hints: tuple[Hint, ...] = ()
    shown, moved, is_compared = "", set[str](), False
    at.begin()
    before = at.look()
    for number, (place, event) in enumerate(wanted, start=1):
        if not at.accepts(at.deliver(event, what=f"{event.type} of {name}"), event):
            return None
        after = at.look()
        if after != before:
            moved.add(str(event.type))
        before = after
        following = wanted[number][1].second if number < len(wanted) else None
        if hints or following == event.second:
            continue  # amid a second no receiver can know which event is the newest
        part = replace(story, events=story.events[: place + 1])
        state, ignore, types = at.state(after).state, at.settings.probing.ignore, at.settings.types
        is_compared = is_compared or has_rows(state, part, ignore=ignore, types=types)
        found = find_hints(state, part, ignore=ignore, types=types)
        hints = found if following is None else tuple(one for one in found if one.store not in _ON_THE_WAY)
        shown = f"event {place + 1}, {event.type}" if hints else ""
    turned, again = ((), 0) if at.settings.quick else _turned(at, [event for _, event in wanted], before)
    return ToldStory(
        name=name,
        hints=hints,
        after=shown,
        is_compared=is_compared,
        types=frozenset(moved),
        turned=turned,
        size=len(wanted),
        deliveries=len(wanted) + again,
    )


def _is_wanted(at: CheckedReceiver, event: object) -> bool:
    types = at.settings.types
    return isinstance(event, Event) and not isinstance(event, V1Event) and (types is None or str(event.type) in types)


def _turned(at: CheckedReceiver, events: list[Event], end: int) -> tuple[tuple[str, ...], int]:
    """Where the end differs from this one if the events come the other way round, and the deliveries that it took."""
    at.begin()
    for number, event in enumerate(reversed(events), start=1):
        if not at.accepts(at.deliver(event), event):
            return (), number
    one, other = at.state(end), at.state(at.look())
    told = () if same_rows(one.state, other.state) else changes(one.state, other.state)
    effects = ("the effects are not the same",) if one.effects != other.effects else ()
    return (*told, *effects), len(events)


def turned_stories(stories: tuple[ToldStory, ...]) -> Iterator[ToldStory]:
    """Those that end otherwise the other way round, the shortest first."""
    yield from sorted((one for one in stories if one.turned), key=lambda one: (one.size, one.name))
