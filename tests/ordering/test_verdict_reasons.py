"""Why nothing was proved, in exact words; how many counterexamples are shown; and what customers apart add up to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, Rows, keep_newest
from ordering.test_independence import keep_newest as keep_newest_of_each
from ordering.test_independence import life_of

from steppay_mock import Event, explore, make_event
from steppay_mock.ordering.search.independence import groups_of_customers


def nothing(_rows: Rows, _envelope: dict[str, Any]) -> None:
    """Keeps nothing."""


def only_created(rows: Rows, envelope: dict[str, Any]) -> None:
    if envelope["event"] == "subscription.created":
        keep_newest(rows, envelope)


ONE_COUNTS = (
    "Of 3 events only subscription.created changed the state in any order, and one event has no order. Choose a "
    "scenario of which the receiver keeps more, or let state= show more of it."
)
NOT_EMPTY = (
    "The state is not empty at the beginning of each order. If these are rows of an earlier run, empty the receiver "
    "first: it may take the events for known."
)


@pytest.mark.parametrize(
    ("count", "keep", "options", "why"),
    [
        (0, keep_newest, {}, "0 events have no order. Give two or more."),
        (1, keep_newest, {}, "1 events have no order. Give two or more."),
        (3, keep_newest, {"late_by": 5, "duplicates": False}, "3 events have one order within this bound."),
        (3, keep_newest, {"budget": 2}, "2 deliveries are not enough to deliver every event once."),
        (3, keep_newest, {"budget": 3}, "3 deliveries show no second order of the events."),
        (
            3,
            lambda _rows, envelope: 503 if envelope["event"] == "subscription.created" else 404,
            {},
            "Every event was refused, the first with 503. Are path= and secret= those of the receiver?",
        ),
        (3, nothing, {}, "The state never changed. Does state= read what the receiver writes?"),
        (
            3,
            only_created,
            {},
            ONE_COUNTS,
        ),
    ],
)
def test_nothing_is_proved_and_the_reason_is_told(
    make_life: MakeLife, count: int, keep: Callable[..., Any], options: dict[str, Any], why: str
) -> None:
    ledger = Ledger(keep)
    found = explore(make_life(count), ledger, state=ledger.state, reset=ledger.reset, **options)
    assert (found.verdict, found.why, found.ok) == ("vacuous", why, False)
    assert found.coverage.strength == (3 if "budget" in options else None)


def test_one_order_within_a_bound_is_enough_where_events_are_repeated(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    found = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, late_by=5)
    assert (found.verdict, found.coverage.orders) == ("proved", 1)


def test_one_event_that_is_accepted_among_refused_ones_is_told_of_these(make_life: MakeLife) -> None:
    ledger = Ledger(lambda _rows, envelope: None if envelope["data"]["status"] == "PAUSE" else 503)
    found = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert found.verdict == "fails"
    assert [one.kind for one in found.counterexamples] == ["refused", "refused"]


def test_who_never_answers_is_asked_whether_it_runs(make_life: MakeLife) -> None:
    found = explore(make_life(2), "http://127.0.0.1:9/hook", state=list, reset=lambda: None, timeout=5)
    assert found.verdict == "vacuous"
    assert found.why.startswith("Nothing was answered")
    assert "http://127.0.0.1:9/hook" in found.why
    assert (found.coverage.silent, found.coverage.refused, found.coverage.deliveries) == (2, 2, 2)


TYPES = (
    *("order.created", "order.updated", "payment.completed", "payment.failed", "payment.canceled"),
    *("subscription.created", "subscription.updated", "customer.created"),
)


@pytest.mark.parametrize(("refused", "shown"), [(1, 1), (4, 4), (5, 5), (6, 5), (7, 5)])
def test_at_most_five_counterexamples_are_shown(refused: int, shown: int) -> None:
    events = [make_event(kind, seed=7, now=1_736_910_000 + at) for at, kind in enumerate(TYPES)]
    ledger = Ledger(
        lambda rows, envelope: 503 if envelope["event"] in TYPES[:refused] else rows.update({len(rows): {"n": 1}})
    )
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset}
    found = explore(events, ledger, **how)
    assert [one.course for one in found.counterexamples] == [(place,) for place in range(shown)]
    assert len(explore(events, ledger, **how, first=True).counterexamples) == 1


@pytest.mark.parametrize(("count", "deliveries"), [(2, 4 + 2), (3, 18 + 2), (4, 48 + 2), (5, 150 + 5), (6, 360 + 6)])
def test_the_beginning_is_delivered_again_for_a_twentieth_of_the_price_and_twice_at_least(
    make_life: MakeLife, count: int, deliveries: int
) -> None:
    ledger = Ledger(keep_newest)
    found = explore(make_life(count), ledger, state=ledger.state, reset=ledger.reset, duplicates=False, losses=False)
    assert (found.verdict, found.coverage.deliveries) == ("proved", deliveries)


def test_rows_that_are_there_at_the_beginning_are_told_and_what_a_reset_removed(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    ledger.rows.update({1: {"old": True}, 2: {"old": True}, 3: {"old": True}, 4: {"old": True}})
    found = explore(make_life(2), ledger, state=ledger.state, reset=ledger.reset)
    assert found.notes == (
        "The receiver was not in its first state when the exploration began: reset= changed $[1], $[2], $[3].",
    )
    ledger.rows.clear()

    def keep_one() -> None:
        ledger.rows.clear()
        ledger.rows[1] = {"old": True}

    keep_one()
    found = explore(make_life(2), ledger, state=ledger.state, reset=keep_one)
    assert found.notes == (NOT_EMPTY,)
    clean = explore(make_life(2), ledger, state=dict, reset=ledger.reset)
    assert clean.notes == ()


def test_effects_that_never_come_are_told(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset}
    (note,) = explore(make_life(2), ledger, **how, effects=list).notes
    assert note == (
        "effects= gave nothing after any delivery, so no effect was counted. Does it read where they are kept?"
    )
    assert explore(make_life(2), ledger, **how, effects=lambda: ["one"]).notes == ()


def test_the_events_with_an_effect_are_offered_to_be_proved_alone(make_life: MakeLife) -> None:
    def only_paused(rows: Rows, envelope: dict[str, Any]) -> None:
        if envelope["data"]["status"] in {"PAUSE", "UNPAID"}:
            keep_newest(rows, envelope)

    ledger = Ledger(only_paused)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset, "losses": False, "duplicates": False}
    covered = explore(make_life(6), ledger, **how, budget=200)
    (note,) = covered.notes
    assert covered.verdict == "covered"
    assert note == (
        "The 2 events that have an effect can be proved without the others, in about 4 deliveries: only_effective=True."
    )
    every = Ledger(keep_newest)
    how |= {"state": every.state, "reset": every.reset}
    assert explore(make_life(6), every, **how, budget=200).notes == ()


# Customers apart.


def test_customers_apart_add_up_to_their_own_searches_and_the_orders_of_pairs() -> None:
    events, came = life_of(41, 42), list[str]()

    def keep(rows: Any, envelope: dict[str, Any]) -> None:
        came.append(envelope["event"])
        keep_newest_of_each(rows, envelope)

    ledger = Ledger(keep)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset, "seed": 7}
    apart = explore(events, ledger, **how, independent=True)
    assert apart.coverage.deliveries == len(came)
    groups = groups_of_customers(events)
    alone = [explore([events[place] for place in places], ledger, **how, truth="off") for places in groups.values()]
    for name in ("orders", "runs", "effective", "sampled", "refused", "silent", "random"):
        assert getattr(apart.coverage, name) == sum(getattr(one.coverage, name) for one in alone), name
    pairs = 4 * len(events) + sum(map(len, groups.values()))
    assert apart.coverage.deliveries == sum(one.coverage.deliveries for one in alone) + pairs
    assert (apart.coverage.interleavings, apart.coverage.events) == (4, len(events))
    assert apart.coverage.groups == tuple(map(len, groups.values()))
    wanted = {
        places[loss.place]: loss.heals
        for one, places in zip(alone, groups.values(), strict=True)
        for loss in one.losses
    }
    assert {loss.place: loss.heals for loss in apart.losses} == wanted


def test_what_one_customer_fails_by_is_found_after_the_searches_before() -> None:
    events = life_of(41, 42)
    groups = groups_of_customers(events)
    second = {event.body for event in (events[place] for place in groups["42"])}

    def keep(rows: Any, envelope: dict[str, Any]) -> None:
        if Event.from_payload(envelope).body in second:
            rows["last"] = {"event": envelope["event"], "at": envelope["timestamp"]}
        else:
            keep_newest_of_each(rows, envelope)

    ledger = Ledger(keep)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset, "seed": 7}
    apart = explore(events, ledger, **how, independent=True)
    first, other = (
        explore([events[place] for place in places], ledger, **how, truth="off") for places in groups.values()
    )
    assert (apart.verdict, first.verdict, other.verdict) == ("fails", "proved", "fails")
    assert other.coverage.found_after is not None
    assert apart.coverage.found_after == first.coverage.deliveries + other.coverage.found_after
    assert apart.name.endswith("customer 42 alone")
    assert apart.coverage.deliveries == first.coverage.deliveries + other.coverage.deliveries
    assert apart.losses == ()
