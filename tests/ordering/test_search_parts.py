"""What stands around a search: bursts, events that count, losses, samples, and when a run fails, in exact numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise, permutations
from math import factorial
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, Rows, keep_newest
from ordering.test_plan import free, keeper

from steppay_mock import Event, SteppayMockError, explore
from steppay_mock.ordering.findings import Kind
from steppay_mock.ordering.orders.bound import bound_of
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.search.cover import sample_orders
from steppay_mock.ordering.search.event_set import EventSet, collapse_bursts
from steppay_mock.ordering.search.exploration_builder import is_empty
from steppay_mock.ordering.search.truth import Truth
from steppay_mock.ordering.search.verify import fails
from steppay_mock.ordering.state.normal import normalise

# Bursts.


def at(*seconds: int) -> tuple[Event, ...]:
    return tuple(Event({"timestamp": second, "event": "a.b", "data": {"n": n}}) for n, second in enumerate(seconds))


@given(st.lists(st.integers(-2, 4), min_size=1, max_size=8), st.integers(1, 3))
@settings(max_examples=60)
def test_a_burst_lasts_while_the_next_event_is_near_and_has_the_second_of_its_first(gaps: list[int], most: int) -> None:
    seconds = [1_000]
    for gap in gaps:
        seconds.append(seconds[-1] + gap)
    wanted = [seconds[0]]
    for before, now in pairwise(seconds):
        wanted.append(wanted[-1] if 0 <= now - before <= most else now)
    events = at(*seconds)
    tied = collapse_bursts(events, seconds=most)
    assert [event.timestamp for event in tied] == wanted
    for before_it, after_it, second in zip(events, tied, wanted, strict=True):
        assert after_it.payload == {**before_it.payload, "timestamp": second}
        assert (after_it is before_it) is (before_it.timestamp == second)


def test_a_part_of_tied_events_knows_them_as_they_were() -> None:
    whole = EventSet(events=at(0, 1, 9), story=None)
    tied = whole.tied(2.0)
    assert (tied.burst, tied.as_stored) == (2.0, whole.events)
    part = tied.part([2, 1])
    assert [event.timestamp for event in part.events] == [9, 0]
    assert [event.timestamp for event in part.as_stored] == [9, 1]
    assert [event.timestamp for event in whole.part([1]).as_stored] == [1]
    assert (whole.name, part.name) == ("3 events", "2 events")
    assert part.token(retries=3).retries == 3
    assert part.token(retries=0).burst == 2.0


@pytest.mark.parametrize("way", ["reset", "restore"])
def test_ties_add_their_numbers_to_those_of_the_search_before(make_life: MakeLife, way: str) -> None:
    ledger, life = Ledger(keep_newest), make_life(4, apart=1)
    how: dict[str, Any] = {"state": ledger.state, "seed": 7, "reset": ledger.reset}
    if way == "restore":
        how |= {"save": ledger.save, "restore": ledger.restore}
    one = explore(life, ledger, **how)
    two = explore(collapse_bursts(life, seconds=2), ledger, **how)
    both = explore(life, ledger, **how, ties=True)
    assert (one.verdict, two.verdict, both.verdict) == ("proved", "proved", "proved")
    for name in ("deliveries", "states", "runs", "refused", "silent", "sampled", "disagreed", "random"):
        assert getattr(both.coverage, name) == getattr(one.coverage, name) + getattr(two.coverage, name)
    assert (both.coverage.orders, both.coverage.effective) == (24, 4)
    assert both.coverage.ties
    assert both.coverage.found_after is None
    assert not one.coverage.ties
    assert both.losses == one.losses
    far = explore(make_life(3), ledger, **how, ties=True)
    assert far.notes[-1] == "ties=: no two events are near enough to get one second."
    assert not far.coverage.ties


def test_what_only_ties_show_is_found_after_the_whole_search_before(make_life: MakeLife) -> None:
    def by_second(rows: Rows, envelope: dict[str, Any]) -> None:
        row = rows.get(700)
        if row is None or row["at"] <= envelope["timestamp"]:
            rows[700] = {"at": envelope["timestamp"], "status": envelope["data"]["status"]}

    ledger, life = Ledger(by_second), make_life(3, apart=1)
    how: dict[str, Any] = {"state": ledger.state, "seed": 7, "reset": ledger.reset}
    one, two = explore(life, ledger, **how), explore(collapse_bursts(life, seconds=2), ledger, **how)
    both = explore(life, ledger, **how, ties=True)
    assert (one.verdict, two.verdict, both.verdict) == ("proved", "fails", "fails")
    assert two.coverage.found_after is not None
    assert both.coverage.found_after == one.coverage.deliveries + two.coverage.found_after
    assert both.coverage.deliveries == one.coverage.deliveries + two.coverage.deliveries
    assert both.coverage.runs == two.coverage.runs  # a proof counts none of its own


# Events that count.


def told(envelope: dict[str, Any]) -> int:
    """The place of an event of the life: its minute."""
    return int(envelope["timestamp"] // 60 % 60)


@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        (lambda _came, place: place in {0, 2}, (0, 2)),
        (lambda came, place: place == 0 or (place == 1 and not came), (0, 1)),
        (lambda came, place: place == 0 or (place == 3 and len(came) == 3), (0, 3)),
        (lambda came, place: place == 0 or (place == 1 and 2 in came), (0, 1)),
        (lambda came, place: place == 0 or (place == 2 and 0 in came and 3 not in came), (0, 2)),
        (lambda _came, place: place == 0, (0, 1, 2, 3)),
        (lambda _came, place: place == 9, (0, 1, 2, 3)),
    ],
)
def test_an_event_counts_that_changes_something_in_order_in_reverse_or_alone(
    make_life: MakeLife, counts: Callable[[list[int], int], bool], kept: tuple[int, ...]
) -> None:
    came: list[int] = []
    marks: list[int] = []
    runs: list[list[int]] = []

    def keep(_rows: Rows, envelope: dict[str, Any]) -> None:
        place = told(envelope)
        if counts(came, place) and place not in marks:
            marks.append(place)
        came.append(place)
        runs[-1].append(place)

    def reset() -> None:
        came.clear()
        marks.clear()
        runs.append([])

    ledger, life = Ledger(keep), make_life(4)
    found = explore(life, ledger, state=lambda: sorted(marks), reset=reset, only_effective=True, duplicates=False)
    assert runs[:6] == [[0, 1, 2, 3], [3, 2, 1, 0], [0], [1], [2], [3]]
    assert [told(event.payload) for event in found.events] == [*kept]
    assert found.coverage.deliveries == sum(map(len, runs))
    left_out = 4 - len(kept)
    notes = [note for note in found.notes if "were left out" in note]
    assert len(notes) == (left_out > 0)
    for note in notes:
        assert note.startswith(f"{left_out} of 4 events were left out (subscription.")


def test_at_most_eight_of_the_events_that_are_left_out_are_named(make_life: MakeLife) -> None:
    for count, more in ((10, False), (11, True)):
        ledger = Ledger(lambda rows, envelope: keep_newest(rows, envelope) if told(envelope) < 2 else None)
        found = explore(make_life(count), ledger, state=ledger.state, reset=ledger.reset, only_effective=True)
        (note,) = (note for note in found.notes if "were left out" in note)
        assert note.startswith(f"{count - 2} of {count} events were left out (")
        assert note.count("subscription.updated") == 8
        assert (", ...)" in note) is more


def test_the_events_that_count_are_found_whatever_the_budget(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    found = explore(
        make_life(6), ledger, state=ledger.state, reset=ledger.reset, only_effective=True, budget=7, losses=False
    )
    assert (found.verdict, found.coverage.deliveries) == ("vacuous", 3 * 6 + 7)


def test_an_event_that_has_an_effect_only_when_it_comes_again_counts(make_life: MakeLife) -> None:
    refused: set[int] = set()

    def keep(rows: Rows, envelope: dict[str, Any]) -> int | None:
        place = told(envelope)
        if place == 1 and place not in refused:
            refused.add(place)
            return 503
        rows.setdefault(place, {"came": True})
        return None

    ledger = Ledger(keep)

    def reset() -> None:
        ledger.reset()
        refused.clear()

    found = explore(make_life(3), ledger, state=lambda: sorted(ledger.rows), reset=reset, retries=[1.0])
    assert (found.verdict, found.coverage.effective, found.without_effect) == ("proved", 3, ())
    assert found.coverage.leans_on_retries
    none = explore(make_life(3), ledger, state=lambda: sorted({*ledger.rows} - {1}), reset=reset, retries=[1.0])
    assert (none.verdict, none.coverage.effective, none.without_effect) == ("proved", 2, (1,))
    assert not none.coverage.leans_on_retries


# Losses.


@pytest.mark.parametrize("seed", range(16))
def test_what_a_lost_event_changes_is_what_the_others_alone_end_with(make_life: MakeLife, seed: int) -> None:
    """The receiver adds a number for each event, so a loss heals only if its number is one with nothing."""
    random = Random(seed)
    count, size = 5, random.choice((2, 3))
    weights = [random.randrange(size) for _ in range(count)]
    total = [0]

    def keep(_rows: Rows, envelope: dict[str, Any]) -> None:
        total[0] = (total[0] + weights[told(envelope)]) % size

    def restore(saved: int) -> None:
        total[0] = saved

    def reset() -> None:
        total[0] = 0

    how: dict[str, Any] = {"reset": reset}
    if random.random() < 0.7:
        how |= {"save": lambda: total[0], "restore": restore}
    found = explore(
        make_life(count),
        Ledger(keep),
        state=lambda: {"total": total[0]},
        duplicates=False,
        distance=random.choice((None, 1, 2)),
        seed=seed,
        **how,
    )
    if sum(weight > 0 for weight in weights) < 2:
        assert found.verdict == "vacuous"
        return
    assert found.verdict == "proved"
    assert found.losses
    assert found.coverage.distance is not None or len(found.losses) == count
    assert [loss.place for loss in found.losses] == [*range(count - len(found.losses), count)]
    for loss in found.losses:
        assert loss.heals is (weights[loss.place] == 0)
        assert loss.changes == (() if loss.heals else ("$.total",))


# Samples, and answers that contradict each other.


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_paranoid_proof_delivers_every_order_if_they_are_few(count: int) -> None:
    witness = keeper(count)
    events = tuple(sorted(witness.one.places, key=witness.one.places.__getitem__))
    how: dict[str, Any] = {"state": witness.show_alone, "reset": witness.reset, "losses": False, "seed": 7}
    given_events = [Event.from_payload(json.loads(body)) for body in events]
    before = explore(given_events, witness, **how).coverage.deliveries
    witness.deliveries.clear()
    witness.begun.clear()
    found = explore(given_events, witness, **how, paranoid=True)
    orders = factorial(count)
    assert (found.verdict, found.coverage.sampled, found.coverage.disagreed) == ("proved", orders, 0)
    assert found.coverage.deliveries == before + orders * 2 * count
    sampled = [tuple(one.place for one in run) for run in witness.runs[-orders - 1 : -1]]
    assert {run[:count] for run in sampled} == {*permutations(range(count))}
    assert all(sorted(run[count:]) == [*range(count)] for run in sampled)


def test_orders_are_sampled_by_chance_only_if_there_are_more_than_those_of_six_events() -> None:
    assert len({*sample_orders(free(6), orders=720, seed=7)}) == 720
    drawn = list(sample_orders(free(7), orders=5_040, seed=7))
    assert len(drawn) == 500
    assert len({*drawn}) > 450
    assert (
        drawn
        == list(sample_orders(free(7), orders=5_040, seed=7))
        != list(sample_orders(free(7), orders=5_040, seed=8))
    )
    bound = bound_of(range(8), late_by=None, distance=2)
    assert all(bound.allows(order) for order in sample_orders(bound, orders=721, seed=7))


@pytest.mark.parametrize("differs", ["answer", "state"])
def test_a_delivery_that_is_answered_or_ends_otherwise_the_second_time_is_flaky(
    make_life: MakeLife, differs: str
) -> None:
    first = [0]

    def keep(rows: Rows, envelope: dict[str, Any]) -> int | None:
        if not rows and told(envelope) == 0:
            first[0] += 1
        keep_newest(rows, envelope)
        odd = len(rows) == 1 and told(envelope) == 0 and first[0] % 2 == 0
        if odd and differs == "state":
            rows[0] = {"odd": True}
        return 503 if odd and differs == "answer" else None

    ledger = Ledger(keep)
    found = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset)
    assert found.verdict == "flaky"
    assert found.why.startswith("The same deliveries ended differently.")


# When a run fails.


def run(state: Any, *, accepted: tuple[bool, ...] = (True, True), course: tuple[int, ...] = (0, 1), **more: Any) -> Run:
    return Run(course=course, answers=("",) * len(course), accepted=accepted, state=normalise(state), **more)


ONE, TWO = {"id": 1}, {"id": 2}
RIGHT = run([ONE, TWO])


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        (RIGHT, set()),
        (run([TWO, ONE]), {"order"}),
        (run([ONE]), {"state", "effects"}),
        (run([ONE, TWO], effects=frozenset({("mail", 1)})), {"state", "effects"}),
        (run([TWO, ONE], effects=frozenset({("mail", 1)})), {"state", "effects"}),
        (run([ONE, TWO], broken="odd"), {"invariant"}),
        (run([ONE, TWO], accepted=(True, False)), {"refused", "answer"}),
        (run([ONE, TWO], accepted=(True, False, True), course=(0, 1, 1)), {"answer"}),
        (run([ONE, TWO], accepted=(True, True, False), course=(0, 1, 1)), {"refused", "answer"}),
        (run([ONE, TWO], accepted=(True, True, True), course=(1, 0, 1)), set()),
    ],
)
def test_a_run_fails_by_what_its_kind_compares(found: Run, kinds: set[str]) -> None:
    every: tuple[Kind, ...] = ("state", "effects", "order", "answer", "refused", "invariant", "truth")
    assert {kind for kind in every if fails(kind, found, RIGHT, None)} == kinds


def test_a_repeat_may_be_accepted_though_the_event_was_refused_as_it_happened() -> None:
    refused = run([ONE], accepted=(True, False))
    assert not fails("answer", run([ONE], accepted=(True, False, True), course=(0, 1, 1)), refused, None)
    assert fails("answer", run([ONE], accepted=(True, True), course=(1, 0)), refused, None)


def test_a_truth_is_contradicted_by_another_state_or_if_it_is_strict_by_a_hint() -> None:
    hints: Any = ("hint",)
    for truth, wrong in (
        (None, False),
        (Truth(lambda _state: ()), False),
        (Truth(lambda _state: hints), False),
        (Truth(lambda _state: hints, is_strict=True), True),
        (Truth(lambda _state: (), is_strict=True), False),
        (Truth(lambda _state: hints, normalise([TWO, ONE]), is_strict=True), False),
        (Truth(lambda _state: (), normalise([TWO])), True),
    ):
        assert fails("truth", RIGHT, RIGHT, truth) is wrong


@pytest.mark.parametrize("state", [None, 0, "", [], {}, {"rows": []}, {"a": {"b": 0}}, False, 0.0])
def test_nothing_is_empty_in_any_form(state: Any) -> None:
    assert is_empty(state)


@pytest.mark.parametrize("state", [1, "x", [0], [{}], {"rows": [{}]}, {"a": 0, "b": 1}, True, [None]])
def test_a_row_is_something_though_it_says_nothing(state: Any) -> None:
    assert not is_empty(state)


@pytest.mark.parametrize("second", [None, True, "soon", float("nan"), float("inf")])
def test_a_bound_of_time_needs_the_time_of_each_event(second: Any) -> None:
    ledger = Ledger(keep_newest)
    events = [*at(0), Event({"timestamp": second, "event": "a.b", "data": {}})]
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset}
    with pytest.raises(SteppayMockError) as caught:
        explore(events, ledger, **how, late_by=5)
    assert str(caught.value) == (
        f"late_by= needs the time of each event, and one has the timestamp {second!r}. Use distance= instead."
    )
