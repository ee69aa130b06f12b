"""A run that is cut off anywhere and resumed comes to the same as one that goes through: the journal has all of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from delivery.standins import Instant, Sent, Time, install

from steppay_mock import Endpoint, EventType, Report, Sender, make_events
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.faults import FAULTS
from steppay_mock.delivery.outcome import Outcome
from steppay_mock.delivery.retries import RetryPolicy
from steppay_mock.delivery.run.progress import RunProgress

CASES = range(14)
TYPES = list(EventType)
HARMLESS = [name for name, fault in FAULTS.items() if not fault.needs_secret and name.startswith("body")]


class Receivers:
    """Answer by what comes: some bodies are refused once, some twice, some always; the answers are told apart."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, bytes]] = Counter()

    def __call__(self, sent: Sent) -> Answer:
        key = sent.endpoint, sent.body
        self.seen[key] += 1
        drawn = sha256(sent.endpoint.encode() + sent.body).digest()[0] % 8
        refused = 99 if drawn == 0 else drawn % 3
        times = self.seen[key]
        status = 500 + drawn if times <= refused else 204
        return Answer(status, {"x-time": str(times)}, b"answer %d" % times)


@dataclass(frozen=True, slots=True)
class Case:
    """A run that a number stands for: events, receivers and options in every mixture."""

    endpoints: list[Endpoint]
    options: dict[str, Any]
    events: list[Any]
    send: dict[str, Any]

    @classmethod
    def of(cls, number: int) -> Case:
        draw = Random(number)
        events = make_events(draw.sample(TYPES, draw.randint(1, 5)), seed=number)
        endpoints = [
            Endpoint(
                url=f"http://127.0.0.1:9/{at}",
                name=f"receiver {at}",
                secret=draw.choice([None, "whsec_test"]),
                events=() if at == 0 else draw.sample(TYPES, 15),
            )
            for at in range(draw.randint(1, 2))
        ]
        options = {
            "retries": draw.choice(["none", [1], [2, 1], "fifo-blocking"]),
            "concurrency": draw.choice([1, 1, 4]),
            "success": draw.choice([None, [204, 503, 505]]),
        }
        send = {
            "seed": number,
            "order": draw.choice(["occurrence", "reversed", "shuffled"]),
            "duplicates": draw.choice([0.0, 0.5]) if options["concurrency"] == 1 else 0.0,
            "fault": draw.choice([None, draw.choice(HARMLESS)]),
            "keep_outcomes": draw.choice([None, None, True, False]),
        }
        return cls(endpoints, options, events, send)

    def sender(self, engine: Instant, journal: Path | None) -> Sender:
        return Sender(self.endpoints, journal=journal, clock=engine.time.clock, **self.options)


def started(monkeypatch: pytest.MonkeyPatch) -> Instant:
    engine = Instant(Time(), answer=Receivers())
    install(monkeypatch, engine)
    return engine


def in_words(one: Outcome, *, counted: bool) -> tuple[Any, ...]:
    """An outcome, without its number in a journal, and without its attempts where one is made of which nobody knows."""
    control = None if one.control is None else in_words(one.control, counted=counted)
    came = (one.event, one.position, one.receiver, one.again, one.fault, one.attempt_count if counted else None)
    return (*came, one.status, one.error, one.headers, one.body, one.ok, one.was_taken, control)


def told(report: Report, *, counted: bool = True) -> dict[str, Any]:
    """What a report says of the whole run, whoever made which part of it."""
    numbers = {name: getattr(report, name) for name in ("planned", "succeeded", "failed", "undecided", "pending")}
    outcomes = {"kept": report.kept or (), "failures": report.failures, "controls": report.controls}
    types = {key: (one.planned, one.succeeded, one.failed, one.undecided) for key, one in report.types.items()}
    assert tuple(map(sum, zip(*types.values(), strict=True))) == tuple(numbers.values())[:-1]
    return {
        **numbers,
        **{name: [in_words(one, counted=counted) for one in found] for name, found in outcomes.items()},
        "types": types,
        "options": (report.receiver, report.order, report.seed, report.success, report.ok, report.kept is None),
    }


def requests(engine: Instant) -> list[tuple[str, bytes, dict[str, str]]]:
    return [(one.endpoint, one.body, dict(one.headers)) for one in engine.sent]


@pytest.mark.parametrize("number", CASES)
def test_a_run_that_is_stopped_again_and_again_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int
) -> None:
    case = Case.of(number)
    whole = started(monkeypatch)
    expected = case.sender(whole, None).send(case.events, **case.send)

    engine, path, stops = started(monkeypatch), tmp_path / "journal.sqlite", Random(number)
    sender = case.sender(engine, path)

    def watch(progress: RunProgress) -> None:
        if sum(progress.answers.values()) and stops.random() < 0.4:
            sender.stop()

    report = sender.send(case.events, watch=watch, **case.send)
    resumes = 0
    while report.stopped:
        [report] = sender.resume(watch=watch, keep_outcomes=case.send["keep_outcomes"])
        resumes += 1
        assert resumes < 200
    assert told(report) == told(expected)
    assert report.perhaps_again == 0, "whatever was in flight was waited for"
    if case.options["concurrency"] == 1:
        assert requests(engine) == requests(whole)
    assert Counter(map(repr, requests(engine))) == Counter(map(repr, requests(whole)))
    assert sender.resume() == []


def test_a_retry_waits_no_longer_than_the_policy_of_the_resume_allows_at_its_speed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = started(monkeypatch)
    engine.answer = lambda sent: Answer(500 if sent.at == 0 else 204)
    options: dict[str, Any] = {"journal": tmp_path / "journal.sqlite", "clock": engine.time.clock, "speed": 0.5}
    sender = Sender("http://127.0.0.1:9", retries=[100], **options)
    event = make_events("order.created", seed=7)
    assert sender.send(event, watch=lambda progress: sender.stop() if progress.answers else None).stopped
    policy = RetryPolicy(name="short", delays=(20,), longest_wait=1.0)
    [report] = Sender("http://127.0.0.1:9", retries=policy, **options).resume()
    assert report.ok
    assert engine.times == [0, 10]


class PulledPlugError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("number", CASES)
def test_a_run_whose_process_ends_again_and_again_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int
) -> None:
    case = Case.of(number)
    case.options["concurrency"] = 1
    whole = started(monkeypatch)
    expected = case.sender(whole, None).send(case.events, **case.send)

    engine, path, draw = started(monkeypatch), tmp_path / "journal.sqlite", Random(number)
    answer, keep = engine.answer, case.send["keep_outcomes"]

    def pull(sent: Sent) -> Answer:
        if draw.random() < 0.3:
            raise PulledPlugError
        return answer(sent)

    engine.answer = pull
    sender = case.sender(engine, path)
    pulled = 0
    reports: list[Report] = []
    while not reports:
        assert pulled < 200
        try:
            reports = sender.resume(keep_outcomes=keep) if pulled else [sender.send(case.events, **case.send)]
        except PulledPlugError:
            pulled += 1
    [report] = reports
    assert told(report, counted=False) == told(expected, counted=False)
    assert len(engine.sent) == len(whole.sent) + pulled
    extra = Counter((one.endpoint, one.body) for one in engine.sent)
    extra.subtract((one.endpoint, one.body) for one in whole.sent)
    assert min(extra.values()) >= 0
