"""Whatever comes back in whatever order, a report counts it right, and judges faults by their controls."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

import pytest

from steppay_mock import Report, make_event
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.report import FAILURES_KEPT, OUTCOMES_KEPT
from steppay_mock.delivery.run.deliveries import DueDelivery, PlannedDelivery
from steppay_mock.delivery.run.progress import RunProgress

CASES = range(60)
TYPES = ("order.created", "order.updated")
EVENTS = {kind: make_event(kind, seed=7) for kind in TYPES}
RECEIVERS = ("first", "second")


@dataclass(frozen=True, slots=True)
class Ended:
    """A delivery with its answer, and whether that is right."""

    delivery: DueDelivery
    receiver: str
    answer: Answer
    right: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.receiver, self.delivery.type

    @property
    def refused_with_fault(self) -> bool:
        return self.delivery.fault is not None and self.answer.status != 204


def drawn(draw: Random, count: int, *, faults: bool = True, first: int = 1) -> list[Ended]:
    ended = []
    for position in range(first, first + count):
        kind, fault = draw.choice(TYPES), draw.choice([None, "body-spaced"]) if faults else None
        delivery = DueDelivery(
            position + 100,
            1,
            kind,
            EVENTS[kind].body,
            position,
            position,
            draw.choice([None, "same"]),
            0.0,
            None,
            fault,
            attempts=draw.randint(0, 2),
        )
        status = draw.choice([204, 204, 401, 404, None])
        answer = Answer(status, error="no answer" if status is None else None, latency=position / 4)
        right = status == 204 if fault is None else draw.random() < 0.5
        ended.append(Ended(delivery, draw.choice(RECEIVERS), answer, right))
    return ended


def progress_of(ended: list[Ended], *, keep: bool | None) -> RunProgress:
    progress = RunProgress(keep)
    for one in ended:
        progress.plan(one.receiver, one.delivery.type)
    for one in ended:
        progress.end(one.delivery, one.answer, receiver=one.receiver, right=one.right, number=one.delivery.id)
        progress.answers[one.delivery.type, one.answer.status] += 1
    return progress


def report_of(progress: RunProgress) -> Report:
    return progress.report(receiver="both", order="occurrence", seed=7)


def counts_of(report: Report) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    return {
        key: (one.planned, one.succeeded, one.failed, one.undecided) for key, one in report.types.items() if one.planned
    }


def assert_sums(report: Report) -> None:
    found = [sum(each) for each in zip(*counts_of(report).values(), strict=True)]
    assert found == [report.planned, report.succeeded, report.failed, report.undecided]
    assert report.pending == report.planned - report.succeeded - report.failed


@pytest.mark.parametrize("number", CASES)
def test_counts_are_those_of_what_came_back(number: int) -> None:
    draw = Random(number)
    keep = draw.choice([None, True, False])
    planned = drawn(draw, draw.randint(1, 14))
    arrived = draw.sample(planned, len(planned))
    progress = progress_of(arrived, keep=keep)
    report = report_of(progress)
    assert_sums(report)
    for key in {one.key for one in planned}:
        own = [one for one in arrived if one.key == key]
        right = sum(one.right for one in own)
        counts = report.types[key]
        assert (counts.planned, counts.succeeded, counts.failed) == (len(own), right, len(own) - right)
        assert counts.seconds == sum(one.answer.latency for one in own)
        assert counts.pending == 0
        wrong = [one for one in own if not one.right]
        first = counts.first_failure
        assert (first and first.position) == (wrong[0].delivery.position - 1 if wrong else None)
    assert progress.statuses == report.statuses == Counter(one.answer.status for one in planned)
    assert (progress.pending, report.ok) == (0, all(one.right for one in planned))
    failed = sorted(one.delivery.position - 1 for one in planned if not one.right)
    assert [one.position for one in report.failures] == failed
    assert len(report) == len(planned)
    if keep is False:
        assert report.kept is None
        return
    assert [one.position for one in report] == list(range(len(planned)))
    for outcome, one in zip(report, planned, strict=True):
        delivery, answer = one.delivery, one.answer
        assert (outcome.id, outcome.event, outcome.receiver) == (delivery.id, EVENTS[delivery.type], one.receiver)
        assert (outcome.status, outcome.error, outcome.latency) == (answer.status, answer.error, answer.latency)
        assert (outcome.again, outcome.fault) == (delivery.again, delivery.fault)
        assert (outcome.attempt_count, outcome.met) == (delivery.attempts + 1, one.right)


@pytest.mark.parametrize("number", CASES)
def test_the_first_refusal_of_a_type_is_repeated_without_the_fault_and_judges_all(number: int) -> None:
    draw = Random(number)
    keep = draw.random() < 0.6
    planned = drawn(draw, draw.randint(1, 14))
    arrived = draw.sample(planned, len(planned))
    progress = progress_of(arrived, keep=keep)
    refused: dict[tuple[str, str], list[Ended]] = {}
    for one in planned:
        if one.refused_with_fault:
            refused.setdefault(one.key, []).append(one)
    proved = {one.key for one in planned if one.delivery.fault is None and one.right}
    wanted = {key: own[0] for key, own in refused.items() if key not in proved}
    for receiver in RECEIVERS:
        found = [one.position + 1 for one in progress.to_control(receiver)]
        assert found == sorted(one.delivery.position for key, one in wanted.items() if key[0] == receiver)

    controls = RunProgress(keep=True)
    controls.stopped = draw.random() < 0.5
    lost = set()
    for key, one in wanted.items():
        taken = draw.random() < 0.5
        lost |= set() if taken else {key}
        again = one.delivery._replace(fault=None, position=one.delivery.position + 50)
        controls.plan(*key)
        controls.end(again, Answer(204 if taken else 404), receiver=key[0], right=taken, number=None)
    progress.add_controls(controls, run=5)
    progress.add_controls(RunProgress(keep=True), run=None)
    report = report_of(progress)
    assert_sums(report)
    assert (report.control_runs, report.stopped) == ((5,), controls.stopped)
    assert len(report.controls) == len(wanted)
    undecided = [one for key in lost for one in refused[key]]
    assert report.undecided == len(undecided)
    failed = {one.delivery.position - 1 for one in [*undecided, *(one for one in planned if not one.right)]}
    assert report.failed == len(failed)
    if keep:
        assert [one.position for one in report.failures] == sorted(failed)
        for outcome, one in zip(report, planned, strict=True):
            judged = one.refused_with_fault and (one.key in wanted or one.key in proved)
            assert (outcome.control is not None) == judged
            assert outcome.undecided == (one.refused_with_fault and one.key in lost)
            assert outcome.ok == (one.right and not outcome.undecided)
    else:
        first = {refused[key][0].delivery.position - 1 for key in lost}
        assert {one.position for one in report.failures if one.undecided} >= first
        assert {one.position for one in report.failures} == first | {
            one.delivery.position - 1 for one in planned if not one.right
        }


def test_the_outcomes_of_a_thousand_are_kept_and_one_more_is_too_many() -> None:
    for count in (OUTCOMES_KEPT, OUTCOMES_KEPT + 1):
        progress = progress_of(drawn(Random(7), count, faults=False), keep=None)
        report = report_of(progress)
        assert (report.kept is not None) == (count == OUTCOMES_KEPT == 1_000)
        assert (len(report), report.planned) == (count, count)
        wrong = report.planned - report.succeeded
        assert len(report.failures) == (wrong if count == OUTCOMES_KEPT else FAILURES_KEPT)
    assert FAILURES_KEPT == 100


def test_an_event_in_memory_is_the_one_of_the_outcome_and_else_it_is_read_from_its_bytes() -> None:
    one = drawn(Random(1), 1)[0]
    remembered = make_event("order.updated", seed=8)
    planned = PlannedDelivery(1, 1, 0, None, copied=False, wait=0.0, batch=None, fault=None)
    for keep, event in ((True, remembered), (False, EVENTS[one.delivery.type])):
        progress = RunProgress(keep)
        progress.plan(one.receiver, one.delivery.type)
        progress.remember(planned, remembered)
        progress.end(one.delivery, Answer(500), receiver=one.receiver, right=False, number=None)
        assert report_of(progress).failures[0].event == event
    for body, payload in ((b'{"data": {"id": 1}}', {"data": {"id": 1}}), (b"[1]", {}), (b"5", {})):
        progress = RunProgress(keep=True)
        progress.plan("first", "")
        unknown = one.delivery._replace(body=body, fault=None, type="")
        progress.end(unknown, Answer(204), receiver="first", right=True, number=None)
        assert report_of(progress)[0].event.payload == payload


def test_what_was_lost_is_counted_by_its_code_and_shown_in_the_report() -> None:
    progress = RunProgress()
    progress.lost[Failure.REFUSED] += 2
    progress.left_out["first"] += 3
    progress.retried, progress.perhaps_again, progress.elapsed, progress.reordered = 4, 5, 2.0, True
    progress.answers["order.created", 204] += 6
    report = report_of(progress)
    assert (report.lost, report.left_out) == ({Failure.REFUSED: 2}, {"first": 3})
    assert (report.retried, report.perhaps_again, report.elapsed, report.reordered) == (4, 5, 2.0, True)
    assert (report.rate, report.receiver, report.order, report.seed) == (3.0, "both", "occurrence", 7)
    assert RunProgress().report(receiver="", order="", seed=1).rate == 0
