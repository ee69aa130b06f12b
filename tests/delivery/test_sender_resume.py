"""A run that was cut off goes on as it was begun; of a plan that never was whole nothing stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import payloads
from delivery.standins import Instant, Sent

from steppay_mock import SteppayMockError
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.journal.claim import claim
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.report import Report
from steppay_mock.delivery.retries import RetryPolicy
from steppay_mock.delivery.run.deliveries import PlannedDelivery
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.sender.sender import Sender

URL = "http://127.0.0.1:9/hook"


def cut_off(instant: Instant, path: Path, **options: Any) -> None:
    """A run of 40, stopped after the first answers; what it sent is forgotten, and the clock begins anew."""
    made = Sender(URL, journal=path, clock=instant.time.clock, **options)

    def watch(progress: RunProgress) -> None:
        if progress.answers:
            made.stop()

    assert made.send(payloads(40), seed=7, watch=watch).pending > 20
    instant.sent.clear()
    instant.wires.clear()
    instant.most = 0


def resumed(instant: Instant, path: Path, **options: Any) -> Report:
    [report] = Sender(URL, journal=path, clock=instant.time.clock, **options).resume()
    return report


def failing_once() -> Callable[[Sent], Answer]:
    seen: set[int] = set()

    def answer(sent: Sent) -> Answer:
        again = sent.id in seen
        seen.add(sent.id)
        return Answer(204 if again else 500)

    return answer


def test_a_run_goes_on_at_its_own_pace(instant: Instant, path: Path) -> None:
    cut_off(instant, path, concurrency=4, rate=2, timeout=3, keep_alive=True)
    resumed(instant, path).assert_ok()
    assert instant.times[:3] == [0, 0.5, 1]
    assert (instant.wires[0].timeout, instant.wires[0].keep_alive, instant.wires[0].concurrency) == (3, True, 4)


def test_what_is_told_anew_counts_more(instant: Instant, path: Path) -> None:
    cut_off(instant, path, concurrency=4, rate=2, timeout=3, keep_alive=True)
    resumed(instant, path, concurrency=2, rate=None, timeout=5, keep_alive=False).assert_ok()
    assert (instant.times[-1], instant.most) == (0, 2)
    assert (instant.wires[0].timeout, instant.wires[0].keep_alive, instant.wires[0].concurrency) == (5, False, 2)


@pytest.mark.parametrize("retries", [[30], RetryPolicy(name="mine", delays=(30,), longest_wait=40.0), "svix"])
@pytest.mark.parametrize("speed", [1.0, 0.1])
def test_retries_go_on_as_they_were_begun(instant: Instant, path: Path, retries: Any, speed: float) -> None:
    cut_off(instant, path, concurrency=4, retries=retries, speed=speed)
    instant.answer = failing_once()
    report = resumed(instant, path)
    report.assert_ok()
    assert report.retried == 36
    assert instant.times[-1] == (5 if retries == "svix" else 30) * speed


def test_retries_that_are_told_anew_count_more(instant: Instant, path: Path) -> None:
    cut_off(instant, path, retries=[30])
    instant.answer = failing_once()
    assert resumed(instant, path, retries="none").failed == 39


def test_successes_are_what_they_were(instant: Instant, path: Path) -> None:
    cut_off(instant, path, success=iter([204, 409]))
    instant.answer = lambda _sent: Answer(409)
    resumed(instant, path).assert_ok()


def test_the_concurrency_of_one_call_is_kept_too(instant: Instant, path: Path) -> None:
    made = Sender(URL, journal=path, clock=instant.time.clock)
    assert made.send(payloads(40), concurrency=3, watch=lambda _tally: made.stop()).stopped
    instant.most = 0
    made.resume()[0].assert_ok()
    assert instant.most == 3


def keep(path: Path, settings: dict[str, Any]) -> None:
    """Write settings into the journal's runs, as an older version did."""
    with Journal(path) as journal:
        journal.ask("UPDATE runs SET settings = ?", json.dumps(settings))


def test_retries_of_which_an_older_journal_has_the_name_alone(instant: Instant, path: Path) -> None:
    cut_off(instant, path)
    keep(path, {"concurrency": 2, "retries": {"name": "custom"}})
    with pytest.raises(SteppayMockError) as error:
        resumed(instant, path)
    assert str(error.value) == (
        "The journal has only the name of the retry policy of run 1 (custom), because an older version wrote it. "
        "Pass the policy again: Sender(..., retries=[5, 60])."
    )
    assert instant.sent == []
    resumed(instant, path, retries=[5]).assert_ok()


def test_what_an_older_journal_does_not_say_is_as_for_a_new_run(instant: Instant, path: Path) -> None:
    cut_off(instant, path)
    keep(path, {"concurrency": 2, "retries": {"name": "svix"}})
    instant.answer = failing_once()
    resumed(instant, path).assert_ok()
    assert (instant.times[-1], instant.wires[0].timeout, instant.most) == (5, 10, 2)


# Plans that were given up.


def rows(path: Path) -> list[int]:
    with Journal(path) as journal:
        return [
            journal.ask(f"SELECT count(*) FROM {table}")[0][0] for table in ("runs", "hooks", "events", "deliveries")
        ]


def given_up(path: Path) -> int:
    """A plan that a process was killed over: half of it is written down."""
    with Journal(path) as journal:
        run = journal.begin_run(began_at=1.0, seed=7, made_by="hand", settings={})
        hook = journal.add_endpoint(run, name="hook", url=URL)
        plan = PlannedDelivery(hook, 1, 0, None, copied=False, wait=0.0, batch=None, fault=None)
        journal.add_plans(run, [("order.created", 5, b"{}", [plan, plan._replace(position=2)])])
    return run


def test_an_error_while_it_is_planned_leaves_nothing(instant: Instant, path: Path) -> None:
    def events() -> Iterator[dict[str, Any]]:
        yield from payloads(1_200)
        raise ZeroDivisionError

    made = Sender(URL, journal=path, clock=instant.time.clock)
    made.send(payloads(3)).assert_ok()
    with pytest.raises(ZeroDivisionError):
        made.send(events())
    assert (rows(path), len(instant.sent)) == ([1, 1, 3, 3], 3)
    report = made.send(payloads(2))
    report.assert_ok()
    assert rows(path) == [2, 2, 5, 5]


def test_a_stop_while_it_is_planned_leaves_nothing_and_the_tally_has_no_run(instant: Instant, path: Path) -> None:
    made = Sender(URL, journal=path, clock=instant.time.clock)

    def events() -> Iterator[dict[str, Any]]:
        for payload in payloads(1_200):
            if payload["data"]["id"] == 700:
                made.stop()
            yield payload

    report = made.send(events())
    assert (report.run, report.stopped, rows(path)) == (None, True, [0, 0, 0, 0])


@pytest.mark.parametrize("use", ["send", "resume"])
def test_a_plan_that_was_cut_off_is_cleared_away_by_the_next(instant: Instant, path: Path, use: str) -> None:
    given_up(path)
    made = Sender(URL, journal=path, clock=instant.time.clock)
    if use == "send":
        made.send(payloads(2)).assert_ok()
        assert rows(path) == [1, 1, 2, 2]
    else:
        assert made.resume() == []
        assert rows(path) == [0, 0, 0, 0]


def test_a_plan_that_is_being_made_is_left_alone(instant: Instant, path: Path) -> None:
    run = given_up(path)
    made = Sender(URL, journal=path, clock=instant.time.clock)
    with claim(str(path), run) as ours:
        assert ours
        made.send(payloads(2)).assert_ok()
        assert made.resume() == []
    assert rows(path) == [2, 2, 3, 4]
