"""What is counted of a course, and the course one step nearer to what happened."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock import scenario
from steppay_mock.ordering.orders.course import Course, inversions, neighbour, occurrence, repeats
from steppay_mock.ordering.orders.races import Race, groups_of, held_races, races_within
from steppay_mock.ordering.search.minimise import size_of

COURSES = st.lists(st.integers(0, 5), max_size=8).map(tuple)


@given(COURSES)
def test_inversions_and_repeats_are_counted_pair_by_pair(course: Course) -> None:
    assert inversions(course) == sum(one > two for one, two in combinations(course, 2))
    assert repeats(course) == sum(place in course[:at] for at, place in enumerate(course))
    assert occurrence(course) == tuple(place for place in range(6) if place in course)
    assert size_of(course) == (len({*course}), inversions(course), repeats(course), course)


@given(COURSES)
def test_a_neighbour_has_the_first_pair_in_order_or_else_lacks_the_last_repeat(course: Course) -> None:
    near = neighbour(course)
    wrong = [at for at in range(len(course) - 1) if course[at] > course[at + 1]]
    again = [at for at, place in enumerate(course) if place in course[:at]]
    if wrong:
        at = wrong[0]
        assert near == (*course[:at], course[at + 1], course[at], *course[at + 2 :])
        assert inversions(near) == inversions(course) - 1
    elif again:
        assert near == tuple(place for at, place in enumerate(course) if at != again[-1])
    else:
        assert near == course


@pytest.mark.parametrize(("before", "size", "after"), [*product(range(3), (2, 3), range(3))])
def test_races_with_one_delivery_less_keep_two_racers_or_more(before: int, size: int, after: int) -> None:
    count = before + size + after
    race = Race(tuple(range(count)), tuple(range(before, before + size)), held=before > 0)
    smaller = list(race.without_one())
    assert len(smaller) == (count if size > 2 else count - size)
    for one in smaller:
        (gone,) = {*race.course} - {*one.course}
        assert one.course == tuple(place for place in race.course if place != gone)
        assert one.racers == tuple(place for place in race.racers if place != gone)
        assert one.held is race.held
        assert len(one.together) > 1


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_up_to_four_racers_have_all_their_orders_one_by_one(size: int) -> None:
    race = Race((7, *range(size), 9), tuple(range(1, size + 1)))
    orders = list(race.one_by_one())
    assert len(orders) == len({*orders}) == {2: 2, 3: 6, 4: 24, 5: 0}[size]
    assert all(order[0] == 7 and order[-1] == 9 and sorted(order[1:-1]) == [*range(size)] for order in orders)


def test_a_held_race_is_not_turned_and_another_starts_with_another_racer() -> None:
    for race in races_within([(1, 2, 3)], tuple(range(5))):
        assert [race.turned(turn).racers for turn in range(4)] == [(1, 2, 3), (2, 3, 1), (3, 1, 2), (1, 2, 3)]
    for race in held_races([(1, 2, 3)], tuple(range(5))):
        assert {race.turned(turn) for turn in range(4)} == {race}
        assert race.group == (1, 2, 3)


def test_no_group_races_where_there_is_one_event() -> None:
    events = scenario("refund-in-full", seed=7).events
    assert groups_of((2,), events, likely=[(2, 3)], copies=False) == []
    assert groups_of((2,), events, likely=[(2, 3)], copies=True) == [(2, 2)]
