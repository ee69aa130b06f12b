"""How schedules are made: each kind of disorder does what its name says, and its seed repeats it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock import SteppayMockError, scenario
from steppay_mock.delivery.schedule.makers import (
    MAKERS,
    collapse,
    delay,
    duplicate,
    in_order,
    reverse,
    shuffle,
    shuffle_entities,
    shuffle_near,
)
from steppay_mock.delivery.schedule.schedule import plan
from steppay_mock.delivery.schedule.steps import Again, Deliver, Hold, Overlap
from steppay_mock.payload.subject import subject_of

EVENTS = scenario("subscription-renewal-fails-then-recovers", seed=7).events
ALL = list(range(len(EVENTS)))

seeds = st.integers(0, 2**32)


@given(seeds)
def test_every_maker_delivers_every_event_once_and_its_seed_repeats_it(seed: int) -> None:
    for make in MAKERS.values():
        assert sorted(make(EVENTS, seed).delivered) == ALL
        assert make(EVENTS, seed) == make(EVENTS, seed)


def test_in_order_and_reversed_are_what_they_say() -> None:
    assert list(in_order(EVENTS).delivered) == ALL
    assert not in_order(EVENTS).reorders
    assert list(reverse(EVENTS).delivered) == ALL[::-1]


def test_every_order_is_as_likely_as_any_other() -> None:
    seen = Counter(shuffle(EVENTS[:3], seed=seed).delivered for seed in range(1200))
    assert len(seen) == 6
    assert min(seen.values()) > 140


@given(seeds, st.integers(0, 20))
def test_no_event_is_further_from_its_place_than_the_distance(seed: int, distance: int) -> None:
    delivered = shuffle_near(EVENTS, distance=distance, seed=seed).delivered
    assert sorted(delivered) == ALL
    assert max(abs(here - place) for here, place in enumerate(delivered)) <= distance


def test_every_near_order_can_come() -> None:
    seen = {shuffle_near(EVENTS[:4], distance=1, seed=seed).delivered for seed in range(200)}
    assert seen == {(0, 1, 2, 3), (1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3, 2), (1, 0, 3, 2)}


@given(seeds)
def test_each_thing_keeps_its_own_order(seed: int) -> None:
    delivered = shuffle_entities(EVENTS, seed=seed).delivered
    assert sorted(delivered) == ALL
    for entity in {subject_of(event) for event in EVENTS}:
        own = [place for place in delivered if subject_of(EVENTS[place]) == entity]
        assert own == sorted(own)


def test_things_overtake_each_other() -> None:
    assert any(shuffle_entities(EVENTS, seed=seed).reorders for seed in range(5))


def test_what_is_late_comes_after_what_happened_meanwhile() -> None:
    day = 86_400
    assert delay(EVENTS, late={1: 0.5}).delivered == (0, 2, 3, 4, 1, *ALL[5:])
    assert delay(EVENTS, late={0: 31 * day + 80}).delivered.index(0) == 8  # after the four events of that second
    assert delay(EVENTS, late={0: 99 * day}).delivered == (*ALL[1:], 0)
    assert delay(EVENTS, late={}).delivered == tuple(ALL)


def test_a_busy_second_has_one_timestamp() -> None:
    planned = list(collapse(EVENTS, seed=7).deliveries())
    assert {one.event.timestamp for one in planned} == {EVENTS[0].timestamp}
    assert [one.place for one in planned] == list(shuffle(EVENTS, seed=7).delivered)


@given(seeds, st.floats(0, 1), st.booleans())
def test_that_share_comes_again(seed: int, share: float, late: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    schedule = duplicate(shuffle(EVENTS, seed=seed), share=share, seed=seed, late=late)
    counts = Counter(schedule.delivered)
    assert sorted(counts) == ALL
    assert sum(count == 2 for count in counts.values()) == round(share * len(EVENTS))
    again = [step for step in schedule if isinstance(step, Again)]
    if late:
        assert list(schedule)[len(EVENTS) :] == again


def test_an_early_copy_comes_right_after_the_first_one() -> None:
    delivered = duplicate(in_order(EVENTS), share=1, seed=7, late=False).delivered
    assert delivered == tuple(place for place in ALL for _ in range(2))


def test_copies_leave_holds_and_overlaps_as_they_were() -> None:
    schedule = plan(EVENTS[:5], [Hold(event=0, until=2), Deliver(event=1), Overlap(events=(2, 3)), Deliver(event=4)])
    early = duplicate(schedule, share=1, seed=7, late=False)
    assert schedule.delivered == (1, 2, 3, 0, 4)
    assert sorted(early.delivered) == sorted([0, 1, 2, 3, 4] * 2)
    firsts = dict.fromkeys(early.delivered)
    assert tuple(firsts) == schedule.delivered
    late = duplicate(schedule, share=1, seed=7)
    assert late.delivered[:5] == schedule.delivered


def test_a_copy_of_a_busy_second_has_its_timestamp() -> None:
    planned = list(duplicate(collapse(EVENTS, seed=7), share=1, seed=7, how="same").deliveries())
    assert {one.event.timestamp for one in planned} == {EVENTS[0].timestamp}
    assert [one.how for one in planned[len(EVENTS) :]] == ["same"] * len(EVENTS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: shuffle_near(EVENTS, distance=-1, seed=7),
            "distance=-1: expected a number of places from 0 up. Pass distance=2.",
        ),
        (lambda: shuffle_near(EVENTS, distance=1.5, seed=7), "distance=1.5"),  # type: ignore[arg-type]
        (
            lambda: delay(EVENTS, late={99: 1}),
            "expected the number of an event from 0 to 14. There are 15 events, counted from 0.",
        ),
        (lambda: delay(EVENTS, late={0: -1}), "late[0]=-1: expected seconds from 0 up. Pass late={0: 30}."),
        (
            lambda: duplicate(in_order(EVENTS), share=2, seed=7),
            "share=2: expected a number from 0 to 1. Pass share=0.2.",
        ),
        (lambda: duplicate(in_order(EVENTS), share=True, seed=7), "share=True: expected a number from 0 to 1."),
        (lambda: duplicate(in_order(EVENTS), share=0.5, seed=7, how="twice"), "how='twice'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_made_says_why(make: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        make()
    assert message in str(error.value)


def test_nothing_can_be_scheduled_too() -> None:
    for make in MAKERS.values():
        assert make([], 7).delivered == ()
