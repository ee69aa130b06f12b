"""What a result counts and what it says was proved is what the receiver has seen, for receivers made at random."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from ordering.automata import (
    Automaton,
    Course,
    Rules,
    Walk,
    courses,
    draw,
    is_allowed,
    is_planned,
    judge,
    kinds,
    measure,
    walk,
)
from ordering.witnessed import Delivery, Witness

from steppay_mock import Event, Exploration, explore, make_event
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.orders.course import neighbour, occurrence
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.state.normal import plain
from steppay_mock.ordering.token import read_token

START = datetime(2025, 1, 15, tzinfo=UTC)
EVENTS = tuple(
    make_event("payment.completed", seed=7, now=START + timedelta(days=day), data={"paymentId": day})
    for day in range(4)
)
ENOUGH = 20_000

Node = tuple[frozenset[int], int, Course, int]
"""What was delivered, the state after it, what waits to come again, and the event that comes next."""


def explored(witness: Witness, events: tuple[Event, ...], rules: Rules, *, way: str, **options: Any) -> Exploration:
    told: dict[str, Any] = {"retries": [1.0] * rules.attempts} if rules.attempts else {}
    if rules.effects:
        told["effects"] = witness.one.effects
    if rules.invariant:
        told["invariant"] = witness.one.holds
    if rules.distance is not None:
        told["distance"] = rules.distance
    if way != "factory":
        told["reset"] = witness.reset
    if way == "restore":
        told |= {"save": witness.save, "restore": witness.restore}
    return explore(
        events,
        witness.make if way == "factory" else witness,
        state=witness.show if rules.effects else witness.show_alone,
        duplicates="everywhere" if rules.everywhere and rules.duplicates else rules.duplicates,
        **{"budget": ENOUGH, "seed": 7, **told, **options},
    )


@pytest.mark.parametrize("way", ["reset", "restore", "factory"])
@pytest.mark.parametrize("seed", range(24))
def test_what_is_told_is_what_the_receiver_saw(seed: int, way: str) -> None:
    random = Random(f"{seed} {way}")
    events = EVENTS[: random.choice((2, 3, 3, 4))]
    one = draw(random, events, lossy=random.random() < 0.2)
    bounded = random.random() < 0.35
    rules = Rules(
        effects=random.random() < 0.4,
        invariant=random.random() < 0.3,
        duplicates=random.random() < 0.7,
        attempts=random.choice((0, 0, 1, 2)),
        distance=random.choice((1, 2)) if bounded else None,
        everywhere=bounded and random.random() < 0.4,
    )
    witness = Witness(one)
    result = explored(witness, events, rules, way=way, losses=random.random() < 0.7, paranoid=random.random() < 0.1)
    check_counts(result, witness, rules)
    assert way == "factory" or (one.state, witness.course) == (0, ())  # left as it was found
    check_courses(witness, rules)
    for shown in result.counterexamples:
        check_counterexample(shown, one, rules)
    if one.is_plain and result.verdict == "fails":
        check_smallest(result, one, rules)
    if one.is_plain and result.verdict == "proved":
        check_proof(result, witness, rules)
    if one.is_plain and result.verdict == "fails":
        check_finding(result, witness, rules)


def check_counts(result: Exploration, witness: Witness, rules: Rules) -> None:
    coverage, deliveries = result.coverage, witness.deliveries
    assert coverage.deliveries == len(deliveries)
    assert coverage.refused == sum(not one.accepted for one in deliveries)
    assert (coverage.silent, coverage.events) == (0, len(result.events))
    assert coverage.states == len(witness.seen)
    assert coverage.duplicates == rules.duplicates
    if result.verdict in {"proved", "covered"}:
        assert coverage.effective + len(result.without_effect) == coverage.events
    assert (coverage.found_after is None) is (result.verdict != "fails")


def check_courses(witness: Witness, rules: Rules) -> None:
    """Nothing is delivered that the options do not allow."""
    for one in witness.deliveries:
        assert is_allowed(one.course, rules)
        if one.place in one.before and not rules.duplicates:
            assert rules.attempts
            assert not accepted_before(witness.one, one)


def accepted_before(one: Automaton, delivery: Delivery) -> bool:
    """Whether the delivery of this event that came last was accepted."""
    last = max(at for at, place in enumerate(delivery.before) if place == delivery.place)
    return walk(one, delivery.before[: last + 1], Rules()).accepted[-1]


def check_counterexample(shown: Counterexample, one: Automaton, rules: Rules) -> None:
    course, kind = read_token(shown.token).course, "state" if shown.kind == "effects" else shown.kind
    assert kind in kinds(one, course, rules)
    judging = kind == "invariant"
    check_run(shown.failing, one, course, rules, judging=judging)
    if kind == "refused":
        return
    check_run(shown.expected, one, occurrence(course), rules, judging=judging)
    near = neighbour(course)
    passes = kind not in kinds(one, near, rules)
    check_run(shown.passing, one, near if passes else occurrence(course), rules, judging=judging)


def check_smallest(result: Exploration, one: Automaton, rules: Rules) -> None:
    """The first counterexample is the smallest of its kind, and no other can be made smaller with the same events."""
    truth = judge(one, len(result.events), rules)
    first = result.counterexample
    assert first is not None
    for shown in result.counterexamples:
        course, kind = read_token(shown.token).course, "state" if shown.kind == "effects" else shown.kind
        assert shown.smallest
        if shown is first:
            assert measure(course) == truth.smallest[kind]
        elif kind != "refused":
            # Others are of as many events; or two that fail by their order alone, beside a repeat that fails.
            alone = len({*course}) == 2 == len(course) and len(first.course) > len({*first.course})
            assert len({*course}) == len({*read_token(first.token).course}) or alone or kind != first.kind
            places, again = occurrence(course), rules.duplicates and len(course) > len({*course})
            assert measure(course) == min(
                measure(other)
                for other in courses(places, duplicates=again)
                if is_allowed(other, rules) and kind in kinds(one, other, rules)
            )


def check_run(run: Run, one: Automaton, course: Course, rules: Rules, *, judging: bool) -> None:
    """A run is what the automaton does with this course, and with what it refused in it."""
    right = walk(one, course, rules)
    breaks = rules.invariant and judging
    broken = [at for at, seen in enumerate(right.trail) if at and breaks and seen[0] in one.broken]
    length = broken[0] if broken else len(right.course)
    assert run.course == right.course[:length]
    assert [plain(state)["shown"] for state in run.trail] == [seen[0] for seen in right.trail[: length + 1]]
    assert plain(run.state) == {"shown": right.trail[length][0]}
    assert [answer[:3] == "204" for answer in run.answers] == list(run.accepted)
    assert run.accepted == right.answered[:length]
    assert (run.broken is not None) is bool(broken)
    assert (run.together, run.held, run.ids) == ((), False, None)
    mails = None if run.effects is None else sum(count for _, count in run.effects)
    assert mails == (len(right.trail[length]) - 1 if rules.effects else None)


def whole_courses(one: Automaton, count: int, rules: Rules) -> Iterator[tuple[Course, Walk]]:
    """Each course of all events that a proof is about, and what becomes of it."""
    for course in courses(tuple(range(count)), duplicates=rules.duplicates):
        if is_allowed(course, rules) and is_planned(course, rules):
            found = walk(one, course, rules)
            again = next((at for at, place in enumerate(course) if place in course[:at]), None)
            if again is None or not rules.attempts or found.accepted[course.index(course[again])]:
                yield course, found


def nodes_of(one: Automaton, course: Course, found: Walk, rules: Rules) -> set[Node]:
    """What a course comes through."""
    state, nodes, waiting = 0, set[Node](), list[int]()
    for at, place in enumerate(course):
        nodes.add((frozenset(course[:at]), state, tuple(waiting), place))
        if rules.attempts and not found.accepted[at] and place not in course[:at]:
            waiting.append(place)
        state = one.ways[state, place][0]
    return nodes


def check_proof(result: Exploration, witness: Witness, rules: Rules) -> None:
    """Each delivery that any order makes in any state was made, and what follows from all of them is told."""
    one, count = witness.one, len(result.events)
    places = tuple(range(count))
    right, wanted, effective, leans = walk(one, places, rules), set[Node](), set[int](), False
    for course, found in whole_courses(one, count, rules):
        assert not kinds(one, course, rules)
        wanted |= nodes_of(one, course, found, rules)
        effective |= found.effective
        leans = leans or found.trail[len(course)] != found.seen
    made = {
        (frozenset(delivery.before), delivery.state, waiting_before(delivery, one, rules), delivery.place)
        for delivery in witness.deliveries
    }
    assert wanted <= made
    assert effective.isdisjoint(result.without_effect)
    changed = {delivery.place for delivery in witness.deliveries if changes(one, delivery, rules)}
    assert changed.isdisjoint(result.without_effect)
    assert len(changed) == result.coverage.effective
    assert result.coverage.orders == sum(is_allowed(order, rules) for order in permutations(places))
    assert result.coverage.leans_on_retries is leans
    assert len(result.losses) in {0, count} or rules.distance is not None
    for loss in result.losses:
        end = walk(one, tuple(place for place in places if place != loss.place), rules).seen
        assert loss.heals is (end == right.seen)
        assert loss.changes == (() if end[0] == right.seen[0] else ("$.shown",))


def changes(one: Automaton, delivery: Delivery, rules: Rules) -> bool:
    before, then = (
        (one.shows[state], *(one.does[state] if rules.effects else ())) for state in (delivery.state, delivery.then)
    )
    return before != then


def waiting_before(delivery: Delivery, one: Automaton, rules: Rules) -> Course:
    """The events that were refused when they first came before this delivery, if refused events come again."""
    if not rules.attempts:
        return ()
    accepted = walk(one, delivery.before, Rules()).accepted
    firsts = dict(zip(reversed(delivery.before), reversed(accepted), strict=True))
    return tuple(place for place in dict.fromkeys(delivery.before) if not firsts[place])


def check_finding(result: Exploration, witness: Witness, rules: Rules) -> None:
    """The first wrong end is where the result says that it was met."""
    after, shown = result.coverage.found_after, result.counterexample
    assert after is not None
    assert shown is not None
    assert result.coverage.sampled == result.coverage.disagreed == 0
    if rules.attempts or shown.kind not in {"state", "effects"}:
        return
    everything = set(range(len(result.events)))
    expected = walk(witness.one, occurrence(everything), rules).seen
    ends = [
        walk(witness.one, delivery.course, rules).seen
        for delivery in witness.deliveries[:after]
        if set(delivery.course) == everything
    ]
    assert set(ends[:-1]) == {expected}
    assert ends[-1] != expected
