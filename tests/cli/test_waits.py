"""Long waits are told on standard error, once each; short ones are not."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from delivery.standins import Time
from werkzeug import Response

from steppay_mock import make_events
from steppay_mock.cli.show.waits import in_words
from steppay_mock.delivery.options import settings
from steppay_mock.delivery.schedule.schedule import plan
from steppay_mock.delivery.schedule.steps import Deliver, Step, Wait
from steppay_mock.delivery.sender.clock import Clock


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The clock of every sender: waiting takes no time, and signatures are of today."""
    made = Time()
    clock = Clock(steady=made.clock.steady, sleep=made.clock.sleep)
    monkeypatch.setattr(settings, "Clock", lambda: clock)
    return made


def told(err: str) -> list[str]:
    return [line for line in err.splitlines() if line.startswith("waiting")]


def test_a_long_wait_for_a_retry_is_told(run: Any, receiver: Any, secret: str) -> None:
    receiver.answer = lambda _request: Response(status=503) if len(receiver.requests) < 3 else None
    done = run(
        "send", "--to", receiver.url, "order.created", "--secret", secret, "--retries", "0.5,3900", "--seed", "7"
    )
    assert done.code == 0
    assert told(done.err) == ["waiting 1 h 5 min until delivery 1, order.created, is tried again: 2 attempts failed"]


def test_after_the_clock_was_set_back_resume_waits_as_long_as_at_first_and_says_so(
    run: Any, receiver: Any, secret: str, time: Time, tmp_path: Path
) -> None:
    receiver.answer = lambda _request: Response(status=503)
    journal = str(tmp_path / "deliveries.sqlite")
    options = ("--secret", secret, "--journal", journal)
    run("send", "--to", receiver.url, "order.created", "--retries", "5", "--seed", "7", *options)
    connection = sqlite3.connect(journal)
    with connection:
        connection.execute("DELETE FROM attempts WHERE number = 2")
        connection.execute("UPDATE runs SET ended_at = NULL")
        connection.execute("UPDATE attempts SET answered_at = answered_at + 3600")
        connection.execute("UPDATE deliveries SET state = 'PENDING', due = (SELECT answered_at FROM attempts) + 5")
    connection.close()
    receiver.answer, before = (lambda _request: None), time.passed
    done = run("resume", *options)
    assert done.code == 0
    assert time.passed - before == pytest.approx(5)
    assert told(done.err) == ["waiting 5 s until delivery 1, order.created, is tried again: 1 attempt failed"]


def test_what_a_rate_makes_wait_is_told_once(run: Any, receiver: Any, secret: str) -> None:
    done = run("send", "--to", receiver.url, "order.created", "-n", "4", "--secret", secret, "--rate", "0.1")
    assert (done.code, len(receiver.requests)) == (0, 4)
    assert told(done.err) == ["waiting 10 s, as the rate says"]


def test_what_a_schedule_makes_wait_is_told_whatever_the_options(
    run: Any, receiver: Any, secret: str, write: Any
) -> None:
    file = write("schedule.json", "")
    steps: list[Step] = [Deliver(event=0), Wait(seconds=90), Deliver(event=1)]
    plan(make_events("order.created", n=2, seed=7), steps).write(file)
    for more in ((), ("--concurrency", "1")):
        done = run("send", "--to", receiver.url, "--schedule", file, "--secret", secret, *more)
        assert done.code == 0
        assert told(done.err) == ["waiting 1 min 30 s, as the schedule says, before delivery 2, order.created"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1.4, "1 s"), (59.6, "1 min"), (61, "1 min 1 s"), (3_600, "1 h"), (90_061, "1 d 1 h"), (0.1, "0 s")],
)
def test_times_are_told_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_json_is_not_disturbed(run: Any, receiver: Any, secret: str) -> None:
    receiver.answer = lambda _request: Response(status=503) if len(receiver.requests) < 2 else None
    done = run("send", "--to", receiver.url, "order.created", "--secret", secret, "--retries", "60", "--json")
    assert json.loads(done.out)["ok"]
