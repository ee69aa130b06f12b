"""Exploration within a bound of disorder: what is proved, what it costs, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, Rows, keep_last, keep_newest
from ordering.test_budget import Log

from steppay_mock import Event, Exploration, SteppayMockError, explore, make_event, scenario
from steppay_mock.ordering.orders.bound import bound_of
from steppay_mock.ordering.orders.chains import Chains
from steppay_mock.ordering.orders.ideals import find_ideals
from steppay_mock.ordering.token import read_token
from steppay_mock.payload.subject import subject_of

YEAR = scenario("subscription-renews", seed=7, renewals=11).events


def keep_newest_of_each(rows: Rows, envelope: dict[str, Any]) -> None:
    """Right: of each thing the newest is kept."""
    kind, key = subject_of(Event(envelope))
    version = [envelope["timestamp"], envelope["event"], envelope["data"].get("status")]
    row = rows.get((kind, key))  # type: ignore[call-overload]
    if row is None or str(row["version"]) < str(version):
        rows[kind, key] = {"version": version}  # type: ignore[index]


def proved(events: tuple[Event, ...], *, restoring: bool, **options: Any) -> Exploration:
    ledger = Ledger(keep_newest_of_each)
    anew: dict[str, Any] = {"reset": ledger.reset}
    if restoring:
        anew = {"save": ledger.save, "restore": ledger.restore}
    return explore(events, ledger, state=ledger.state, seed=7, **anew, **options)


@pytest.mark.parametrize("count", [57, 60])
def test_a_year_of_a_subscription_is_proved_in_fewer_than_3000_deliveries(count: int) -> None:
    result = proved(YEAR[:count], restoring=True, late_by="10m")
    assert result.verdict == "proved"
    assert result.coverage.duplicates
    assert result.coverage.deliveries < 3_000
    assert (result.coverage.late_by, result.coverage.distance, result.coverage.points) == (600.0, None, 12)


@pytest.mark.parametrize("duplicates", [True, False, "everywhere"])
@pytest.mark.parametrize("restoring", [True, False])
def test_the_cost_is_that_of_the_formula(duplicates: Any, restoring: bool) -> None:  # noqa: FBT001
    bound = bound_of([event.timestamp for event in YEAR[:22]], late_by=600, distance=None)
    if duplicates == "everywhere":
        bound = bound_of([event.timestamp for event in YEAR[:22]], late_by=600, distance=None, everywhere=True)
    ideals = find_ideals(bound, duplicates=bool(duplicates), most=10**6)
    assert ideals is not None
    formula = (ideals.edges if restoring else 22 * len(Chains(ideals))) + ideals.copies
    result = proved(YEAR[:22], restoring=restoring, late_by=600, duplicates=duplicates, losses=False)
    assert result.verdict == "proved"
    assert result.coverage.orders == ideals.orders
    assert formula <= result.coverage.deliveries <= 1.1 * formula


def test_no_order_beyond_the_bound_is_delivered(make_life: MakeLife) -> None:
    life = make_life(6)
    log = Log(life)
    explore(life, log, state=log.state, reset=log.reset, distance=2, duplicates=False, losses=False, seed=7)
    runs = {tuple(run) for run in log.runs if len(run) == 6}
    assert runs
    assert all(early - late <= 2 for run in runs for early, late in combinations(run, 2))


def test_what_comes_later_than_the_bound_is_not_tried(make_life: MakeLife) -> None:
    ledger = Ledger(keep_last)
    life = make_life(6)  # a minute apart, and two of one status are two minutes apart at least
    result = explore(life, ledger, state=ledger.state, reset=ledger.reset, late_by=30, duplicates=False, seed=7)
    assert result.verdict == "vacuous"
    assert "6 events have one order within this bound." in result.report()
    assert "Pass a larger late_by= or distance=." in result.report()
    failing = explore(life, ledger, state=ledger.state, reset=ledger.reset, late_by="1m", duplicates=False, seed=7)
    assert failing.verdict == "fails"
    copied = explore(life, ledger, state=ledger.state, reset=ledger.reset, late_by=30, seed=7)  # duplicates are late
    assert copied.verdict == "fails"


class Apart:
    """A receiver that shows which events came, and whether their order was a wrong one."""

    def __init__(self, events: tuple[Event, ...], wrong: Callable[[list[int]], bool]) -> None:
        self.log = Log(events)
        self._wrong = wrong

    def state(self) -> tuple[set[int], bool]:
        return self.log.state(), self._wrong(self.log.came)


def test_a_counterexample_is_made_smaller_within_the_bound(make_life: MakeLife) -> None:
    life = make_life(7)
    one = Apart(life, lambda came: 0 in came and 4 in came and came.index(4) < came.index(0))
    far = explore(life, one.log, state=one.state, reset=one.log.reset, seed=7).counterexample
    assert far is not None
    assert read_token(far.token).course == (4, 0)
    near = explore(life, one.log, state=one.state, reset=one.log.reset, distance=3, seed=7)
    assert near.verdict == "proved"


def test_no_smaller_course_is_shown_that_the_bound_does_not_allow(make_life: MakeLife) -> None:
    life = make_life(8)
    one = Apart(life, lambda came: 5 in came and 0 in came[came.index(5) :])
    found = explore(life, one.log, state=one.state, reset=one.log.reset, distance=2, seed=7).counterexample
    assert found is not None
    assert (found.size, found.smallest) == ((2, 1, 1), True)
    assert read_token(found.token).course == (0, 5, 0)  # and not (5, 0)


class Late:
    """A receiver that errs where a copy of the first event comes after exactly these events; what it did stays."""

    def __init__(self, events: tuple[Event, ...], after: set[int]) -> None:
        self.log = Log(events)
        self._after = after

    def state(self) -> tuple[set[int], bool]:
        came = self.log.came
        return self.log.state(), any(place == 0 and {*came[:at]} == self._after for at, place in enumerate(came))


@pytest.mark.parametrize("anew", ["reset", "restore"])
def test_a_late_copy_at_a_point_of_rest_is_found(make_life: MakeLife, anew: str) -> None:
    one = Late(make_life(6), {0, 1, 2, 3})
    options: dict[str, Any] = {"reset": one.log.reset}
    if anew == "restore":
        options = {"save": lambda: [*one.log.came], "restore": lambda came: setattr(one.log, "came", [*came])}
    found = explore(make_life(6), one.log, state=one.state, distance=1, seed=7, **options).counterexample
    assert found is not None
    assert read_token(found.token).course == (0, 1, 2, 3, 0)


def test_one_between_two_points_of_rest_is_found_where_copies_come_everywhere(make_life: MakeLife) -> None:
    one = Late(make_life(6), {0, 1, 2})
    options: dict[str, Any] = {"state": one.state, "reset": one.log.reset, "distance": 1, "seed": 7}
    assert explore(make_life(6), one.log, **options).verdict == "proved"
    found = explore(make_life(6), one.log, duplicates="everywhere", **options).counterexample
    assert found is not None
    assert read_token(found.token).course == (0, 1, 2, 0)


def test_beyond_the_budget_only_allowed_orders_are_delivered(make_life: MakeLife) -> None:
    life = make_life(30)
    log = Log(life)
    result = explore(life, log, state=log.state, reset=log.reset, distance=9, budget=2_000, losses=False, seed=7)
    assert (result.verdict, result.coverage.distance) == ("covered", 9)
    assert result.coverage.of == bound_of(range(30), late_by=None, distance=9).sequences(3) < 30 * 29 * 28
    assert "of any 3 of 30 events in which no event is overtaken by more than 9 places" in result.report()
    for run in log.runs:
        order = list(dict.fromkeys(run))
        assert all(early - late <= 9 for early, late in combinations(order, 2))


def test_whole_orders_of_a_paranoid_search_are_allowed_ones(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    life = make_life(9)
    result = explore(life, ledger, state=ledger.state, reset=ledger.reset, distance=1, paranoid=True, seed=7)
    assert (result.verdict, result.coverage.orders, result.coverage.sampled) == ("proved", 55, 55)


def test_the_verdict_says_the_bound(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    options: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset, "seed": 7, "losses": False}
    told = " ".join(explore(make_life(6), ledger, late_by="2m", distance=1, **options).report().split())
    assert (
        "proved: every order of 6 events in which no event is overtaken by more than 2 minutes or 1 place ends the "
        "same (13 orders), also with each event repeated at every later place within 2 minutes or 1 place, and after "
        "that at 3 points at which no earlier event is missing;"
    ) in told
    everywhere = explore(make_life(6), ledger, distance=1, duplicates="everywhere", **options)
    assert "also with each event repeated at every later place; " in " ".join(everywhere.report().split())
    assert "at most 1 place" in everywhere.as_html()
    assert everywhere.as_dict()["coverage"]["distance"] == 1


def test_ties_are_searched_within_the_bound_too() -> None:
    start = datetime(2025, 1, 15, tzinfo=UTC)
    events = tuple(
        make_event("payment.completed", seed=7, now=start + timedelta(seconds=at), data={"paymentId": at})
        for at in (0, 1, 60, 61, 120)
    )
    ledger = Ledger(keep_newest_of_each)
    options: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset, "seed": 7}
    result = explore(events, ledger, late_by=0, ties=True, **options)
    assert (result.verdict, result.coverage.ties, result.coverage.late_by) == ("proved", True, 0.0)
    assert result.coverage.orders == 1  # as they are; four where the seconds of the bursts are collapsed


def test_losses_take_a_share_of_the_proof_and_the_rest_is_told() -> None:
    result = proved(YEAR, restoring=True, late_by="10m")
    assert 0 < len(result.losses) < 60
    assert f"{60 - len(result.losses)} more events not tried" in result.report()
    assert [loss.place for loss in result.losses] == sorted(loss.place for loss in result.losses)
    whole = proved(YEAR[:6], restoring=True, late_by="10m", budget=100_000)
    freely = proved(YEAR[:6], restoring=True)
    told = {loss.place: loss for loss in freely.losses}
    assert whole.losses
    assert all(told[loss.place] == loss for loss in whole.losses)


def test_events_without_a_time_can_be_bounded_by_places_alone(make_life: MakeLife) -> None:
    life = [*make_life(3), Event({**make_life(4)[3].payload, "timestamp": None})]
    log = Log(tuple(life))
    options: dict[str, Any] = {"state": log.state, "reset": log.reset, "losses": False}
    with pytest.raises(SteppayMockError, match=r"timestamp None\. Use distance= instead"):
        explore(life, log, late_by=60, **options)
    assert explore(life, log, distance=1, **options).verdict == "proved"


@pytest.mark.parametrize("options", [{"late_by": "soon"}, {"distance": 0}, {"duplicates": "twice"}])
def test_what_is_no_bound_is_refused_before_anything_is_delivered(make_life: MakeLife, options: Any) -> None:
    ledger = Ledger(keep_newest)
    with pytest.raises(SteppayMockError):
        explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, **options)
    assert not ledger.asked
