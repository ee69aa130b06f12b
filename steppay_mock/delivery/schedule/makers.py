"""Makes schedules: one function for each kind of disorder; a seed repeats it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from steppay_mock.delivery.schedule.schedule import Schedule, plan
from steppay_mock.delivery.schedule.steps import Again, Deliver, Hold, How, Step
from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.payload.event import Event, Events, iter_events
from steppay_mock.payload.subject import thing_of
from steppay_mock.values import NumberValue, WholeValue


def in_order(events: Events) -> Schedule:
    """A schedule in the order in which the events happened."""
    listed = list(iter_events(events))
    return _delivering(listed, range(len(listed)), "in_order()")


def reverse(events: Events) -> Schedule:
    """A schedule that delivers the last event first."""
    listed = list(iter_events(events))
    return _delivering(listed, range(len(listed) - 1, -1, -1), "reverse()")


def shuffle(events: Events, *, seed: int) -> Schedule:
    """A schedule in a random order; every order is equally likely."""
    listed = list(iter_events(events))
    chance = Chance(seed)
    keys = [chance.random() for _ in listed]
    return _delivering(listed, sorted(range(len(listed)), key=keys.__getitem__), f"shuffle(seed={seed})")


def shuffle_near(events: Events, *, distance: int, seed: int) -> Schedule:
    """A schedule in a random order, with no event more than ``distance`` places away from its own."""
    listed = list(iter_events(events))
    WholeValue(noun="a number of places", least=0, example="2").check("distance", distance)
    chance = Chance(derive_seed(seed, "near"))
    places, waiting = [], list(range(len(listed)))
    for here in range(len(listed)):
        # An event that would otherwise be too late goes now; else any that is not too early.
        late = waiting[0] + distance <= here
        near = [place for place in waiting[: distance + 1] if place - here <= distance]
        chosen = waiting[0] if late else chance.pick(near)
        waiting.remove(chosen)
        places.append(chosen)
    return _delivering(listed, places, f"shuffle_near(distance={distance}, seed={seed})")


def delay(events: Events, *, late: Mapping[int, float]) -> Schedule:
    """A schedule in which each event of ``late`` comes that many seconds after it happened, the others in order."""
    listed = list(iter_events(events))
    for place, seconds in late.items():
        counted = f"There are {len(listed)} events, counted from 0."
        WholeValue(noun="the number of an event", least=0, most=len(listed) - 1).check("late", place, next_step=counted)
        NumberValue(noun="seconds", least=0).check(f"late[{place}]", seconds, next_step="Pass late={0: 30}.")
    due = [event.timestamp + late.get(place, 0) for place, event in enumerate(listed)]
    # Of the events of one second those that are late come last.
    places = sorted(range(len(listed)), key=lambda place: (due[place], place in late, place))
    return _delivering(listed, places, f"delay(late={dict(late)})")


def shuffle_entities(events: Events, *, seed: int) -> Schedule:
    """A schedule in a random order that keeps the order of the events of each thing (an order, a payment, ...)."""
    listed = list(iter_events(events))
    chance = Chance(derive_seed(seed, "entities"))
    queues: dict[object, list[int]] = {}
    for place in range(len(listed) - 1, -1, -1):
        queues.setdefault(thing_of(listed[place]), []).append(place)
    # The turns are shuffled, and each turn sends the next event of its thing: so every merging is equally likely.
    turns = [thing_of(event) for event in listed]
    keys = [chance.random() for _ in turns]
    places = [queues[turns[at]].pop() for at in sorted(range(len(turns)), key=keys.__getitem__)]
    return _delivering(listed, places, f"shuffle_entities(seed={seed})")


def collapse(events: Events, *, seed: int) -> Schedule:
    """A schedule of one busy second: all timestamps are that of the first event, and the order is random."""
    listed = list(iter_events(events))
    second = min((event.timestamp for event in listed), default=0)
    shuffled = shuffle(listed, seed=seed)
    steps = [Deliver(event=place, stamp=second) for place in shuffled.delivered]
    return plan(listed, steps, made_by=f"collapse(seed={seed})")


def duplicate(schedule: Schedule, *, share: float, seed: int, how: How = "resigned", late: bool = True) -> Schedule:
    """The schedule, with that share of its events delivered again: at the end, or right after the first delivery."""
    NumberValue(least=0, most=1, example="0.2").check("share", share)
    chance = Chance(derive_seed(seed, "duplicates"))
    listed = sorted(set(schedule.delivered))
    keys = [chance.random() for _ in listed]
    count = round(share * len(listed))
    chosen = {listed[at] for at in sorted(range(len(listed)), key=keys.__getitem__)[:count]}
    stamps = {step.event: step.stamp for step in schedule.steps if isinstance(step, Deliver)}

    def again(place: int) -> Again:
        return Again(event=place, how=how, stamp=stamps.get(place))

    if late:
        copies: list[Step] = [again(place) for place in sorted(chosen)]
        steps = [*schedule.steps, *_shuffled(copies, chance)]
    else:
        steps = _with_copies_at_once(schedule, chosen, again)
    made_by = f"duplicate({schedule.made_by}, share={share}, seed={seed}, how={how}, late={late})"
    return Schedule(schedule.events, tuple(steps), made_by)


def _with_copies_at_once(schedule: Schedule, chosen: set[int], again: Callable[[int], Again]) -> list[Step]:
    """The steps, each chosen event delivered again right after the step that brings it first."""
    brought: dict[int, int] = {}
    for planned in schedule.deliveries():
        brought.setdefault(planned.place, planned.step)
    held = {place: step.until for place, step in enumerate(schedule.steps) if isinstance(step, Hold)}
    after: dict[int, list[Again]] = {}
    for place in sorted(chosen):
        step = brought[place]
        after.setdefault(held.get(step, step), []).append(again(place))
    moved, steps = {}, list[Step]()
    for place, one in enumerate(schedule.steps):
        steps += [one, *after.get(place, ())]
        moved[place] = len(steps) - 1 - len(after.get(place, ()))
    return [replace(one, until=moved[one.until]) if isinstance(one, Hold) else one for one in steps]


MAKERS: dict[str, Callable[..., Schedule]] = {
    "occurrence": lambda events, seed: in_order(events),  # noqa: ARG005 - all are called alike
    "shuffled": lambda events, seed: shuffle(events, seed=seed),
    "reversed": lambda events, seed: reverse(events),  # noqa: ARG005
    "entities": lambda events, seed: shuffle_entities(events, seed=seed),
    "busy-second": lambda events, seed: collapse(events, seed=seed),
}
"""The orders that have a name, as ``--order`` takes them."""


def _delivering(events: list[Event], places: Any, made_by: str) -> Schedule:
    return plan(events, [Deliver(event=place) for place in places], made_by=made_by)


def _shuffled(steps: list[Step], chance: Chance) -> list[Step]:
    keys = [chance.random() for _ in steps]
    return [steps[at] for at in sorted(range(len(steps)), key=keys.__getitem__)]
