"""What one user of many sends follows from its seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

import pytest

from steppay_mock import Event, EventType, SteppayMockError, make_events
from steppay_mock.delivery.load import iter_load, read_mix, seed_of_user
from steppay_mock.payload.event import iter_events


def first(count: int, events: Iterable[Event]) -> list[bytes]:
    return [event.body for event in islice(events, count)]


def kinds(events: Any, scenarios: Any) -> Counter[str]:
    """How many of 300 rounds were events, and how many stories."""
    mix = read_mix(events, scenarios)
    return Counter(getattr(mix.make(seed), "name", "events") for seed in range(300))


def test_without_anything_said_a_round_is_an_event_of_each_type() -> None:
    mix = read_mix(None, ())
    made = list(iter_events(mix.make(3)))
    assert [event.type for event in made] == list(EventType)
    assert [event.body for event in made] == [event.body for event in make_events(seed=3)]


def test_with_scenarios_alone_every_round_is_one_of_them() -> None:
    assert set(kinds(None, ["refund-in-full", "refund-in-parts"])) == {"refund-in-full", "refund-in-parts"}
    assert set(kinds(None, "refund-in-full")) == {"refund-in-full"}


def test_events_and_each_scenario_are_equally_likely() -> None:
    found = kinds("order.created", ["refund-in-full", "refund-in-parts"])
    assert set(found) == {"events", "refund-in-full", "refund-in-parts"}
    assert min(found.values()) > 70


def test_the_load_is_repeated_by_its_seed_and_goes_on_with_other_rounds() -> None:
    make = read_mix(["order.created", "payment.completed"], ()).make
    load = first(20, iter_load(make, seed=7))
    assert load == first(20, iter_load(make, seed=7))
    assert len(set(load)) == 20
    assert not {*load} & {*first(20, iter_load(make, seed=8))}


def test_each_round_has_an_order_of_its_own_and_its_duplicates_at_its_end() -> None:
    make = read_mix(None, ()).make
    load = list(islice(iter_load(make, seed=7, order="shuffled", duplicates=1 / 3), 72))
    rounds = [load[:36], load[36:]]
    orders = [[event.type for event in one[:27]] for one in rounds]
    assert all(sorted(order) == sorted(EventType) for order in orders)
    assert orders[0] != orders[1]
    assert all({event.body for event in one[27:]} < {event.body for event in one[:27]} for one in rounds)


def test_users_differ_by_class_worker_and_number_and_by_nothing_else() -> None:
    places = [(kind, worker, number) for kind in "AB" for worker in range(3) for number in range(3)]
    seeds = {seed_of_user(7, kind=kind, worker=worker, number=number) for kind, worker, number in places}
    assert len(seeds) == len(places)
    assert seed_of_user(7, kind="Shop", worker=1, number=0) == 18112390802625590559
    assert seed_of_user("7", kind="Shop", worker=1, number=0) == 18112390802625590559
    assert seed_of_user(8, kind="Shop", worker=1, number=0) != 18112390802625590559


@pytest.mark.parametrize(
    ("events", "scenarios", "message"),
    [
        ("order.creatd", (), "There is no event type 'order.creatd'. Did you mean 'order.created'?"),
        (None, ["refund-in-ful"], "Unknown scenario 'refund-in-ful'. Did you mean 'refund-in-full'?"),
        ((), (), "Neither events nor scenarios: nothing would be sent. Leave events out for all types."),
        (7, (), "events=7 are no names. Give a list of them: events=[...]."),
        (None, None, "scenarios=None are no names. Give a list of them: scenarios=[...]."),
    ],
)
def test_what_cannot_be_sent_is_refused(events: Any, scenarios: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        read_mix(events, scenarios)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("seed", [None, True, 1.5])
def test_a_seed_is_a_whole_number_or_text(seed: Any) -> None:
    with pytest.raises(SteppayMockError, match="neither a whole number nor text"):
        seed_of_user(seed, kind="Shop", worker=0, number=0)


def test_a_round_without_events_is_refused_rather_than_followed_by_another() -> None:
    with pytest.raises(SteppayMockError, match="A round has no events"):
        next(iter_load(lambda _seed: [], seed=7))


def test_a_form_of_the_body_is_checked_before_anything_is_made() -> None:
    with pytest.raises(SteppayMockError, match="body='prety'"):
        read_mix(None, (), body="prety")  # type: ignore[arg-type]
