"""Which groups of webhooks are in flight at once, where each of them races, and which events are related."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from steppay_mock import Event, make_event, scenario
from steppay_mock.ordering.orders.races import Group, groups_of, held_races, races_alone, races_within
from steppay_mock.ordering.search.race_search import likely_conflicts

PLACES = tuple(range(5))
FAR = [(0, 2), (1, 4), (0, 1), (0, 4)]


def events_at(*seconds: int) -> list[Event]:
    return [Event({"timestamp": second, "version": "v1", "event": "order.updated", "data": {}}) for second in seconds]


APART = events_at(0, 60, 120, 180, 240)


def groups(events: Sequence[Event], *, copies: bool = True, most: int | None = None) -> list[Group]:
    return groups_of(PLACES, events, likely=FAR, copies=copies, most=most)


def test_copies_come_first_then_likely_pairs_then_the_other_neighbours() -> None:
    copies = [(place, place) for place in PLACES]
    assert groups(APART) == [*copies, *FAR, (1, 2), (2, 3), (3, 4)]
    assert groups(APART, copies=False) == [*FAR, (1, 2), (2, 3), (3, 4)]


def test_events_of_one_second_are_a_group_at_the_end() -> None:
    assert groups(events_at(0, 60, 60, 60, 61))[-1] == (1, 2, 3)
    assert (1, 2, 3) not in groups(APART)


@pytest.mark.parametrize(("most", "far"), [(20, [(0, 2), (1, 4), (0, 4)]), (10, [(0, 2)]), (9, []), (1, [])])
def test_where_they_are_too_many_the_last_pairs_that_are_no_neighbours_are_left_out(
    most: int, far: list[Group]
) -> None:
    found = groups(APART, most=most)
    assert [group for group in found if group[1] - group[0] > 1] == far
    assert {(place, place) for place in PLACES} | {(0, 1), (1, 2), (2, 3), (3, 4)} <= set(found)


def test_of_two_that_are_no_neighbours_the_older_one_is_late() -> None:
    (race,) = races_within([(1, 4)], PLACES)
    assert (race.course, race.together, race.racers) == ((0, 2, 3, 1, 4), (3, 4), (1, 4))
    assert [list(course) for course in race.one_by_one()] == [[0, 2, 3, 1, 4], [0, 2, 3, 4, 1]]


def test_alone_nothing_comes_before_or_after() -> None:
    races = races_alone([(2, 2), (1, 4), (1, 2, 3)])
    assert [(race.course, race.together) for race in races] == [
        ((2, 2), (0, 1)),
        ((1, 4), (0, 1)),
        ((1, 2, 3), (0, 1, 2)),
    ]
    assert races[0].places == (2,)
    assert list(races[0].one_by_one()) == [(2, 2)]


def test_a_copy_stands_beside_its_event() -> None:
    (race,) = races_within([(2, 2)], PLACES)
    assert (race.course, race.together) == ((0, 1, 2, 2, 3, 4), (2, 3))
    assert race.turned(1) == race


def test_of_neighbours_each_is_held_and_of_other_pairs_the_older_one() -> None:
    held = held_races([(0, 1), (1, 4), (2, 2), (1, 2, 3)], PLACES)
    assert all(race.held for race in held)
    assert [race.racers for race in held] == [(0, 1), (1, 0), (1, 4), (2, 2), (1, 2, 3), (2, 3, 1), (3, 1, 2)]


def subscription(second: int, number: int, customer: int) -> Event:
    data = {"subscriptionId": number, "customerId": customer}
    return Event({**make_event("subscription.updated", seed=second, data=data).payload, "timestamp": second})


def test_events_about_one_thing_come_before_those_of_one_customer() -> None:
    events = [subscription(0, 1, 7), subscription(1, 2, 7), subscription(2, 3, 8), subscription(3, 1, 7)]
    found = likely_conflicts(events)
    assert found[0] == (0, 3)
    assert set(found[1:]) == {(0, 1), (1, 3)}
    assert not any(2 in pair for pair in found)


def test_a_payment_is_related_to_the_order_that_it_names() -> None:
    events = scenario("customer-registers-and-subscribes", seed=7).events
    types = [str(event.type) for event in events]
    found = likely_conflicts(events)
    pair = (types.index("order.created"), types.index("payment.completed"))
    assert pair in found
    same_customer_alone = [one for one in found if not _share_a_thing(events, one)]
    assert len(same_customer_alone) == 10
    assert found.index(pair) < min(map(found.index, same_customer_alone))


def _share_a_thing(events: Sequence[Event], pair: Group) -> bool:
    one, two = ({str(events[place].data.get(name)) for name in ("id", "orderId", "paymentId")} for place in pair)
    return bool((one & two) - {"None"})


def test_events_that_no_schema_describes_are_related_by_nothing_but_their_thing() -> None:
    events = [
        Event({"timestamp": 0, "event": "parcel.sent", "data": {"id": 5, "customerId": 7}}),
        Event({"timestamp": 1, "event": "parcel.lost", "data": {"id": 5, "customerId": 7}}),
        Event({"timestamp": 2, "event": "parcel.sent", "data": {"id": 6, "customerId": 7}}),
        Event({"timestamp": 3, "event": "parcel.sent", "data": None}),
        Event({"timestamp": 4, "event": "parcel.sent"}),
    ]
    assert likely_conflicts(events) == ((0, 1),)


def test_the_groups_of_a_long_story_are_as_many_as_were_asked_for() -> None:
    events = scenario("cover-ends-in-cancellation", seed=7).events
    places, likely = tuple(range(len(events))), likely_conflicts(events)
    most = 4 * len(events)
    assert len(groups_of(places, events, likely=likely, copies=True)) > most
    assert len(groups_of(places, events, likely=likely, copies=True, most=most)) == most
