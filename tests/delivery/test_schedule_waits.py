"""Each wait of a schedule is waited once, before the delivery that follows it, whatever the steps are."""

from __future__ import annotations

from random import Random

import pytest

from steppay_mock import make_events
from steppay_mock.delivery.schedule import Again, Deliver, Drop, Hold, Overlap, Step, Wait, plan

EVENTS = make_events("order.created", n=5, seed=7)


def drawn_steps(draw: Random) -> list[Step]:
    count = draw.randint(2, 10)
    steps: list[Step] = []
    for place in range(count):
        event, other = draw.sample(range(5), 2)
        choices: list[Step] = [
            Deliver(event=event, fault=draw.choice([None, "body-spaced"])),
            Again(event=event, how="same"),
            Wait(seconds=draw.randint(0, 8) / 4),
            Wait(seconds=draw.randint(0, 8) / 4),
            Overlap(events=(event, other)),
            Drop(event=event),
        ]
        if place < count - 1:
            choices.append(Hold(event=event, until=draw.randint(place + 1, count - 1)))
        steps.append(draw.choice(choices))
    return steps


def told(steps: list[Step]) -> list[tuple[int, int, float]]:
    """For each delivery its event, the step that asks for it, and the wait before it."""
    found: list[tuple[int, int, float]] = []
    wait = 0.0

    def deliver(event: int, step: int) -> None:
        nonlocal wait
        found.append((event, step, wait))
        wait = 0.0

    for place, step in enumerate(steps):
        if isinstance(step, Wait):
            wait += step.seconds
        elif isinstance(step, Deliver | Again):
            deliver(step.event, place)
        elif isinstance(step, Overlap):
            for event in step.events:
                deliver(event, place)
        for asked, held in enumerate(steps[:place]):
            if isinstance(held, Hold) and held.until == place:
                deliver(held.event, asked)
    return found


@pytest.mark.parametrize("number", range(80))
def test_a_wait_is_before_the_delivery_that_follows_it(number: int) -> None:
    steps = drawn_steps(Random(number))
    planned = list(plan(EVENTS, steps).deliveries())
    assert [(one.place, one.step, one.wait) for one in planned] == told(steps)
    for one in planned:
        step = steps[one.step]
        assert one.fault == getattr(step, "fault", None)
        assert one.group == (one.step if isinstance(step, Overlap) else None)
        assert one.how == (step.how if isinstance(step, Again) else None)
        assert one.event == EVENTS[one.place]
