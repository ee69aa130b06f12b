"""A run of events: when each happens, how many there may be, and how a seed varies the whole run."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from steppay_mock import EventType, SteppayMockError, make_event, make_events
from steppay_mock.payload.factory import SEEDED_NOW, iter_made
from steppay_mock.payload.instants import EPOCH, remarkable_moments
from steppay_mock.payload.options import Recipe

START = int((SEEDED_NOW - EPOCH).total_seconds())


@pytest.mark.parametrize("edge", [False, True])
def test_two_events_share_each_second(*, edge: bool) -> None:
    """Fact 6."""
    events = make_events(["order.created", "payment.completed", "cover.paused"], n=3, seed=1, now=1000, edge=edge)
    assert [event.timestamp - 1000 for event in events] == [0, 0, 1, 1, 2, 2, 3, 3, 4]


def test_a_seeded_run_is_of_one_day_and_an_unseeded_one_of_now() -> None:
    assert {make_event(event_type, seed=3).timestamp for event_type in EventType} == {START}
    assert make_event("order.created", seed=3, now=5).timestamp == 5
    clock = datetime.now(UTC).timestamp()
    assert abs(make_event("order.created").timestamp - clock) < 60


def test_an_event_happens_at_any_microsecond_unless_the_user_says_when() -> None:
    created = [make_event("customer.created", seed=seed).data["createdAt"] for seed in range(200)]
    parts = {int(text.partition(".")[2] or 0) for text in created}
    assert len(parts) > 190
    assert min(parts) < 30_000
    assert max(parts) > 970_000
    assert {text[:19] for text in created} == {SEEDED_NOW.isoformat()}


def test_a_run_of_edge_cases_begins_at_a_remarkable_moment_or_when_the_user_says() -> None:
    starts = {make_event("order.created", seed=seed, edge=True).timestamp for seed in range(40)}
    wanted = remarkable_moments(SEEDED_NOW, later=False)
    assert starts == {(moment - EPOCH) // timedelta(seconds=1) for moment in wanted}
    assert {make_event("order.created", seed=seed, edge=True, now=7).timestamp for seed in range(9)} == {7}


def test_a_run_of_edge_cases_has_each_status_in_turn_from_where_the_seed_says() -> None:
    statuses = ["CANCELED", "PARTIAL_CANCELED", "USER_CANCELED"]
    firsts = set()
    for seed in range(20):
        found = [event.data["status"] for event in make_events("payment.canceled", n=6, seed=seed, edge=True)]
        at = statuses.index(found[0])
        assert found == (statuses * 3)[at : at + 6]
        firsts.add(found[0])
    assert firsts == set(statuses)


def test_a_run_may_be_longer_than_memory() -> None:
    made = iter_made(["order.created"], Recipe(seed=1), n=1_000_000_000)
    assert [event.timestamp for event in islice(made, 3)] == [START, START, START + 1]
    for n in (1_000_000_001, 0, True, "3", 2.0):
        with pytest.raises(
            SteppayMockError, match=r"events cannot be made\. Ask for 1 to 1,000,000,000 of each type\."
        ):
            next(iter_made(["order.created"], Recipe(), n=n))  # type: ignore[arg-type]


def test_event_types_are_an_iterable_of_names() -> None:
    wrong: Any = 5
    with pytest.raises(SteppayMockError, match="Event types are names, not int"):
        make_events(wrong)
    assert [event.type for event in make_events(iter(["order.created", EventType.COVER_PAUSED]), seed=1)] == [
        EventType.ORDER_CREATED,
        EventType.COVER_PAUSED,
    ]
    assert [event.type for event in make_events(seed=1)] == list(EventType)


def test_overrides_may_differ_by_event_type() -> None:
    types = [EventType.ORDER_CREATED, EventType.PAYMENT_COMPLETED]
    own = {EventType.ORDER_CREATED: {"id": 5}}
    order, payment = iter_made(types, Recipe(seed=1), n=1, data=own)
    assert order.data["id"] == 5
    assert payment == make_event("payment.completed", seed=1)
    both = list(iter_made(["order.created", "order.updated"], Recipe(seed=1, data={"id": 7}), n=2))
    assert [event.data["id"] for event in both] == [7] * 4
    assert [event.data["id"] for event in iter_made(types[:1], Recipe(seed=1, data={"id": 7}), n=1, data=own)] == [5]
