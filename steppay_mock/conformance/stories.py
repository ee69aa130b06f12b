"""The stories: each scenario is delivered once as it happened, and its rows are compared with its store at the end.

A search through orders needs thousands of deliveries, so it has few scenarios. One course of each costs some hundred,
and shows what a receiver never does: a refund that it does not know, a subscription that it never opens again. Two more
courses of each, the other way round and thing by thing, show whether the order counts at all.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from steppay_mock.conformance.alike import changes
from steppay_mock.conformance.told_story import ToldStory
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.state.rows import same_rows
from steppay_mock.ordering.truth.hints import find_hints, has_rows
from steppay_mock.payload.event import Event, V1Event
from steppay_mock.payload.subject import thing_of
from steppay_mock.store.scenarios.registry import all_scenarios
from steppay_mock.store.scenarios.scenario import scenario

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver

QUICK = (
    "refund-in-parts",
    "subscription-renewal-fails-then-recovers",
    "subscription-cancelled-at-period-end",
    "subscription-pause-undone",
    "virtual-account-deposit",
    "customer-registers-and-leaves",
)
"""The stories of a quick card: together they have each status that costs money."""


def tell_stories(at: CheckedReceiver) -> tuple[ToldStory, ...]:
    """Deliver each story as it happened and in two other orders; on a quick card some stories, and as they happened.

    A story of which an event is refused tells nothing: other checks say what is refused.
    """
    at.begin_check("stories")
    names = dict.fromkeys((*at.settings.scenarios, *(QUICK if at.settings.quick else all_scenarios())))
    try:
        told = [_tell(at, name) for name in names if not at.is_gone]
        return tuple(one for one in (*told, _moved_customer(at)) if one is not None)
    except ExplorationError as error:
        if not at.has_lost(error):
            raise
        return ()


def is_taken_in_a_story(at: CheckedReceiver, event_type: str) -> bool:
    """Whether an event of the type is accepted after what happened before it in a scenario."""
    for name in QUICK:
        at.begin()
        for event in at.story(name):
            if _is_wanted(at, event):
                is_accepted = at.accepts(at.deliver(event, what=f"{event.type} of {name}"), event)
                if is_accepted and str(event.type) == event_type:
                    return True
                if not is_accepted:
                    break
    return False


def _tell(at: CheckedReceiver, name: str) -> ToldStory | None:
    story = scenario(name, seed=at.settings.seed, is_test=False)
    events = [event for event in story.events if _is_wanted(at, event)]
    if not events:
        return None
    moved = set[str]()
    at.begin()
    before = at.look()
    for event in at.story(name):
        if not _is_wanted(at, event):
            continue
        if not at.accepts(at.deliver(event, what=f"{event.type} of {name}"), event):
            return None
        after = at.look()
        if after != before:
            moved.add(str(event.type))
        before = after
    end, ignore, types = at.state(before).state, at.settings.probing.ignore, at.settings.types
    # With a REST API the searches have the other orders: the API has to answer as of each event.
    is_one_way = at.settings.quick or at.api is not None
    turned, again = ((), 0) if is_one_way else _turned(at, events, before)
    return ToldStory(
        name=name,
        hints=find_hints(end, story, ignore=ignore, types=types),
        is_compared=has_rows(end, story, ignore=ignore, types=types),
        types=frozenset(moved),
        turned=turned,
        size=len(events),
        deliveries=len(events) + again,
    )


def _is_wanted(at: CheckedReceiver, event: object) -> bool:
    types = at.settings.types
    return isinstance(event, Event) and not isinstance(event, V1Event) and (types is None or str(event.type) in types)


def _turned(at: CheckedReceiver, events: list[Event], end: int) -> tuple[tuple[str, ...], int]:
    """Where another order ends otherwise than this state, and the deliveries that it took."""
    made = 0
    for course in (list(reversed(events)), _thing_by_thing(events)):
        at.begin()
        accepted = True
        for event in course:
            made += 1
            if not (accepted := at.accepts(at.deliver(event), event)):
                break
        one, other = at.state(end), at.state(at.look())
        told = () if same_rows(one.state, other.state) else changes(one.state, other.state)
        effects = ("the effects are not the same",) if one.effects != other.effects else ()
        if accepted and (told or effects):
            return (*told, *effects), made
    return (), made


def _thing_by_thing(events: list[Event]) -> list[Event]:
    """The events of each thing together and as they happened, the thing that began last first: a queue for each."""
    things: dict[Hashable, list[Event]] = {}
    for event in events:
        things.setdefault(thing_of(event), []).append(event)
    return [event for told in reversed(things.values()) for event in told]


def _moved_customer(at: CheckedReceiver) -> ToldStory | None:
    """A customer who moves to another address and another phone, which no scenario has."""
    if at.settings.quick or at.api is not None:
        return None
    first = at.event("customer.created", data={"email": "first@example.com", "phone": "01011112222"})
    second = at.event(
        "customer.updated", data={**first.data, "email": "second@example.com", "phone": "01033334444"}
    ).at_second(first.timestamp + 60)
    events = [first, second]
    if not all(_is_wanted(at, event) and str(event.type) in at.accepted for event in events):
        return None
    at.begin()
    for event in events:
        at.deliver(event)
    turned, again = _turned(at, events, at.look())
    return ToldStory(
        name="customer.created, then customer.updated",
        is_scenario=False,
        hints=(),
        is_compared=False,
        types=frozenset(),
        turned=turned,
        size=len(events),
        deliveries=len(events) + again,
    )
