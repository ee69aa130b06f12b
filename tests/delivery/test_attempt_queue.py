"""Whatever is planned, each attempt starts as early as order, room, waits and rate allow, and no earlier.

A run is played with a clock that is set by hand. All times are quarters of a second, so that they add up exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import pytest

from steppay_mock.delivery.run.attempt_queue import AttemptQueue
from steppay_mock.delivery.run.blocking_queue import BlockingQueue
from steppay_mock.delivery.run.deliveries import DueDelivery

CASES = range(70)
START = 1_000.0
NEVER = 1e9


@dataclass(slots=True)
class HandClock:
    """The wall clock is a million seconds ahead of the steady one."""

    at: float = START

    def steady(self) -> float:
        return self.at

    def now(self) -> float:
        return self.at + 1e6

    def wait(self, seconds: float) -> None:
        self.at += seconds

    def signs_at(self, url: str, now: float) -> float:
        raise AssertionError(f"{url} is signed by nobody at {now}")


@dataclass(slots=True)
class Retry:
    """An attempt that is to be made again: when, and which came first of those of one moment."""

    at: float
    number: int
    delivery: DueDelivery


@dataclass(slots=True)
class Rules:
    """What the queue promises, told as simply as can be: what may start now is looked for in plain lists."""

    plan: list[DueDelivery]
    concurrency: int
    interval: float
    speed: float
    clock: HandClock
    head_since: float | None = None
    """When there was room first for the deliveries that are next: their wait begins then."""
    rate_from: float = 0.0
    retries: list[Retry] = field(default_factory=list)
    count: int = 0

    def add_retry(self, delivery: DueDelivery, at: float) -> None:
        self.count += 1
        self.retries.append(Retry(at, self.count, delivery._replace(due=None)))

    def read(self) -> None:
        """What failed before the run was cut off is tried again, after what is left of its delay."""
        while self.plan and self.plan[0].due is not None:
            one = self.plan.pop(0)
            assert one.due is not None
            self.add_retry(one, self.clock.at + max(min(one.due - self.clock.now(), one.delay), 0.0))

    def batch(self) -> list[DueDelivery]:
        """The deliveries that are next: one, or those that start together."""
        if not self.plan:
            return []
        first, found = self.plan[0], [self.plan[0]]
        for one in self.plan[1:]:
            if first.batch is None or one.batch != first.batch or one.due is not None:
                break
            found.append(one)
        return found

    def next(self, in_flight: int) -> list[DueDelivery]:
        """What must start now; nothing, if nothing may."""
        if in_flight >= self.concurrency:
            return []
        self.read()
        batch = self.batch()
        if batch and self.head_since is None:
            self.head_since = self.clock.at
        if self.clock.at < self.rate_from:
            return []
        due = sorted((one for one in self.retries if one.at <= self.clock.at), key=lambda one: (one.at, one.number))
        if due:
            self.retries.remove(due[0])
            return self.started([due[0].delivery])
        if not batch or self.clock.at < self.schedule():
            return []
        if in_flight and in_flight + len(batch) > self.concurrency:
            return []
        del self.plan[: len(batch)]
        self.head_since = None
        return self.started(batch)

    def wait(self) -> float:
        """The whole wait before those that are next; none, as long as there was no room to look at them."""
        return 0.0 if self.head_since is None else self.plan[0].wait * self.speed

    def schedule(self) -> float:
        """When the wait before those that are next is over."""
        assert self.head_since is not None
        return self.head_since + self.plan[0].wait * self.speed

    def started(self, found: list[DueDelivery]) -> list[DueDelivery]:
        if self.interval:
            caught_up = 0 <= self.clock.at - self.rate_from < self.interval
            self.rate_from = (self.rate_from if caught_up else self.clock.at) + self.interval * len(found)
        return found


def drawn_plan(draw: Random) -> list[DueDelivery]:
    plan: list[DueDelivery] = []
    batch = 0
    for number in range(1, draw.randint(2, 14)):
        batch += draw.random() < 0.6
        due = START + 1e6 + draw.randint(-8, 40) / 4 if draw.random() < 0.15 else None
        plan.append(
            DueDelivery(
                id=number,
                endpoint=draw.randint(1, 3),
                type="order.created",
                body=b"{}",
                position=number,
                place=number,
                again=None,
                wait=draw.choice([0.0, 0.0, 0.5, 4.0]),
                batch=draw.choice([None, batch]),
                fault=None,
                due=due,
                delay=0.0 if due is None else draw.choice([0.5, 5.0, 50.0]),
            )
        )
    return plan


@pytest.mark.parametrize("number", CASES)
def test_each_attempt_starts_as_soon_as_it_may(number: int) -> None:
    draw = Random(number)
    plan, clock = drawn_plan(draw), HandClock()
    concurrency, interval, speed = draw.choice([1, 2, 5]), draw.choice([0.0, 0.25, 1.0]), draw.choice([1.0, 0.5])
    queue = AttemptQueue(
        deliveries=iter(plan), clock=clock, concurrency=concurrency, interval=interval, speed=speed, longest=NEVER
    )
    rules = Rules(list(plan), concurrency, interval, speed, clock)
    answers: list[tuple[float, int, DueDelivery]] = []
    for _ in range(500):
        expected: list[DueDelivery] = []
        while found := rules.next(len(answers) + len(expected)):
            expected += found
        started = queue.starting(len(answers))
        assert [one.id for one in started] == [one.id for one in expected]
        assert all(one.due is None for one in started)
        assert queue.next_wait == rules.wait()
        answers += [(clock.at + draw.randint(0, 12) / 4, one.id, one) for one in started]
        if not answers and queue.done():
            break
        patience = queue.patience(len(answers), longest=NEVER)
        assert patience >= 0
        first = min(answers, default=(NEVER, 0, None))[0]
        if not answers:
            assert 0 < patience < NEVER, "something is left, and nothing else would ever wake the run"
            told = queue.waiting(patience)
            assert told.seconds == patience
            assert told.why == why_of(rules, clock.at + patience), told
        elif len(answers) < concurrency:
            assert_nothing_starts_before(rules, clock, patience, len(answers))
        clock.at = min(clock.at + patience, max(first, clock.at))
        for answer in sorted(answers):
            if answer[0] <= clock.at:
                answers.remove(answer)
                if draw.random() < 0.3:
                    at = clock.at + draw.randint(0, 20) / 4
                    queue.retry(answer[2], at)
                    rules.add_retry(answer[2], at)
                else:
                    queue.settle(answer[2])
    assert (rules.plan, rules.retries, queue.finished()) == ([], [], True)


def why_of(rules: Rules, at: float) -> str:
    """What lets nothing start until then."""
    moments = [("retry", min(one.at for one in rules.retries))] if rules.retries else []
    if rules.plan:
        moments.append(("schedule", rules.schedule()))
    why, ready = min(moments, key=lambda one: one[1])
    assert at == max(ready, rules.rate_from), "it waits until then, and no longer"
    return why if ready >= rules.rate_from else "rate"


def assert_nothing_starts_before(rules: Rules, clock: HandClock, patience: float, in_flight: int) -> None:
    """While answers are waited for, the run looks up when something may start without one."""
    moments = [one.at for one in rules.retries]
    batch = rules.batch()
    if batch and in_flight + len(batch) <= rules.concurrency:
        moments.append(rules.schedule())
    if moments:
        assert clock.at + patience == max(min(moments), rules.rate_from, clock.at)
    else:
        assert patience == NEVER


@dataclass(slots=True)
class BlockedRun:
    """A run whose endpoints are blocked by what has no outcome, played with drawn answers."""

    draw: Random
    plan: list[DueDelivery]
    concurrency: int
    clock: HandClock
    queue: BlockingQueue
    flying: list[tuple[float, int, DueDelivery]] = field(default_factory=list)
    resting: dict[int, float] = field(default_factory=dict)
    """By delivery, when each of those is tried again that were answered with a failure."""
    begun: dict[int, float] = field(default_factory=dict)
    """When each delivery started first, in that order."""

    def busy(self) -> set[int]:
        return {self.plan[one - 1].endpoint for one in (*(number for _, number, _ in self.flying), *self.resting)}

    def start(self) -> list[DueDelivery]:
        before = self.busy()
        started = self.queue.starting(len(self.flying))
        for one in started:
            if one.id in self.resting:
                assert self.clock.at >= self.resting.pop(one.id), "a retry comes when it is due"
            elif self.plan[one.id - 1].due is None:
                assert one.endpoint not in before, "nothing new comes before the others have their outcome"
                self.begun[one.id] = self.clock.at
        self.flying += [(self.clock.at + self.draw.randint(0, 12) / 4, one.id, one) for one in started]
        if len(self.flying) > self.concurrency:
            assert len(self.flying) == len(started), "a batch that is wider than the concurrency starts alone"
            assert len({(one.endpoint, one.batch) for one in started}) == 1
        return started

    def answer(self) -> None:
        for answer in [one for one in sorted(self.flying) if one[0] <= self.clock.at]:
            self.flying.remove(answer)
            if self.draw.random() < 0.3:
                self.resting[answer[1]] = self.clock.at + self.draw.randint(0, 20) / 4
                self.queue.retry(answer[2], self.resting[answer[1]])
            else:
                self.queue.settle(answer[2])

    def check_order(self, endpoint: int) -> None:
        own = [one for one in self.plan if one.endpoint == endpoint and one.due is None]
        assert [one for one in self.begun if self.plan[one - 1].endpoint == endpoint] == [one.id for one in own]
        for one, after in pairwise(own):
            between = self.plan[one.id - 1 : after.id]
            if one.batch is not None and all(other.batch == one.batch and other.due is None for other in between):
                assert self.begun[one.id] == self.begun[after.id], "a batch starts together"


@pytest.mark.parametrize("number", CASES)
def test_a_blocked_endpoint_gets_nothing_and_the_others_go_on(number: int) -> None:
    draw = Random(number)
    clock, concurrency = HandClock(), draw.choice([1, 2, 5])
    plan = [one._replace(wait=0.0) for one in drawn_plan(draw)]
    first = {one.endpoint: one.id for one in reversed(plan)}
    plan = [one if first[one.endpoint] == one.id else one._replace(due=None) for one in plan]
    queue = BlockingQueue(deliveries=iter(plan), clock=clock, concurrency=concurrency, endpoints={1, 2, 3})
    run = BlockedRun(draw, plan, concurrency, clock, queue)
    stalled = False
    for _ in range(500):
        started = run.start()
        assert started or not stalled, "the run does not spin"
        if not run.flying and queue.done():
            break
        patience = queue.patience(len(run.flying), longest=NEVER)
        stalled = not run.flying and patience == 0
        if not run.flying and not run.resting:
            late = {one.endpoint for one in plan if one.due is not None and one.due > clock.now()}
            left = {one.endpoint for one in plan if one.due is None and one.id not in run.begun}
            assert left <= late or stalled, "an endpoint that is free goes on"
        clock.at = min(clock.at + patience, max(min(run.flying, default=(NEVER, 0, None))[0], clock.at))
        run.answer()
    assert (run.flying, run.resting, queue.finished()) == ([], {}, True)
    for endpoint in first:
        run.check_order(endpoint)


def test_no_more_than_the_concurrency_is_read_ahead_of_its_turn() -> None:
    read: list[int] = []
    plan = [one._replace(due=None, batch=None, wait=0.0) for one in drawn_plan(Random(3))]

    def deliveries() -> object:
        for one in plan:
            read.append(one.id)
            yield one

    queue = AttemptQueue(deliveries=deliveries(), clock=HandClock(), concurrency=2)  # type: ignore[arg-type]
    assert read == []
    assert len(queue.starting(0)) == 2
    assert len(read) <= 4
    assert not queue.finished()
