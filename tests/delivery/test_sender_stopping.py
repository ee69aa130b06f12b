"""A run is stopped from another thread or by Ctrl-C: what is in flight comes down, and all is as it was written."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import OK, Counting, Got, counting, payloads

from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.report import Report
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.schedule import Deliver, Step, Wait, plan
from steppay_mock.delivery.sender.sender import Sender

SECRET = "whsec_test"


def answered(count: int, then: Callable[[], object]) -> Callable[[RunProgress], None]:
    """A watch that does it once, after so many answers."""
    done: list[bool] = []

    def watch(progress: RunProgress) -> None:
        if sum(progress.answers.values()) >= count and not done:
            done.append(True)
            then()

    return watch


def completed(sender: Sender, receiver: Counting, *, events: int) -> Report:
    """Resume the one run that there is: each event has then come once."""
    [report] = sender.resume()
    report.assert_ok()
    assert sorted(receiver.ids) == list(range(events))
    assert sender.resume() == []
    return report


def test_stop_from_another_thread_lets_come_down_what_is_in_flight(path: Path) -> None:
    stopping, go_on = threading.Event(), threading.Event()

    def answer(got: Got) -> bytes:
        if got.id == 5:
            stopping.set()
            assert go_on.wait(20)
        return OK

    with counting(Counting(answer)) as receiver:
        sender = Sender(receiver.url, secret=SECRET, journal=path, concurrency=4)

        def stop() -> None:
            assert stopping.wait(20)
            sender.stop()
            go_on.set()

        other = threading.Thread(target=stop)
        other.start()
        report = sender.send(payloads(1_000))
        other.join()
        assert report.stopped
        assert not report.ok
        assert 0 < report.pending < 1_000
        assert len(receiver.got) == report.succeeded == sum(report.answers.values())
        assert completed(sender, receiver, events=1_000).perhaps_again == 0


def test_stop_ends_a_long_wait(receiver: Counting) -> None:
    sender = Sender(receiver.url, retries=[86_400])
    schedule = plan(list(payloads(2)), [Deliver(event=0), Wait(seconds=86_400), Deliver(event=1)])
    started = time.monotonic()
    report = sender.send(schedule, watch=answered(1, lambda: threading.Timer(0.05, sender.stop).start()))
    assert time.monotonic() - started < 20
    assert (report.stopped, report.succeeded, report.pending) == (True, 1, 1)


def test_stop_while_a_run_is_planned_sends_nothing(receiver: Counting, path: Path) -> None:
    sender = Sender(receiver.url, journal=path)

    def events() -> Iterator[dict[str, Any]]:
        for payload in payloads(1_000):
            if payload["data"]["id"] == 700:
                sender.stop()
            yield payload

    report = sender.send(events())
    assert (report.stopped, report.ok, receiver.got) == (True, False, [])
    assert sender.resume() == []


def test_a_stop_takes_no_further_event_from_a_generator(receiver: Counting) -> None:
    taken: list[int] = []

    def events() -> Iterator[dict[str, Any]]:
        for payload in payloads(10):
            taken.append(payload["data"]["id"])
            yield payload

    sender = Sender(receiver.url)
    report = sender.send(events(), watch=answered(2, sender.stop))
    assert (report.stopped, report.planned, taken) == (True, 2, [0, 1])


def test_a_stop_that_comes_after_all_was_sent_changes_nothing(receiver: Counting, path: Path) -> None:
    sender = Sender(receiver.url, journal=path)
    report = sender.send(payloads(3), watch=answered(3, sender.stop))
    assert not report.stopped
    report.assert_ok()


def test_a_stop_is_for_what_is_running_then_and_for_all_of_it(receiver: Counting) -> None:
    sender = Sender(receiver.url)
    sender.stop()
    sender.send(payloads(2)).assert_ok()
    both = threading.Barrier(3)

    def run() -> Report:
        return sender.send(payloads(100_000), watch=answered(1, lambda: both.wait(20)))

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run) for _ in range(2)]
        both.wait(20)
        sender.stop()
        assert [one.result(20).stopped for one in runs] == [True, True]
    sender.send(payloads(2)).assert_ok()


def test_a_stop_ends_the_resuming_of_several_runs(receiver: Counting, path: Path) -> None:
    sender = Sender(receiver.url, journal=path)
    for _ in range(2):
        assert sender.send(payloads(3), watch=answered(1, sender.stop)).stopped
    assert [one.stopped for one in sender.resume(watch=answered(1, sender.stop))] == [True]
    assert [one.ok for one in sender.resume()] == [True, True]


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_lets_come_down_what_is_in_flight(receiver: Counting, path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    sender = Sender(receiver.url, journal=path, concurrency=4)
    report = sender.send(payloads(200), watch=answered(20, interrupt))
    assert report.stopped
    assert 0 < report.pending < 200
    assert len(receiver.got) == report.succeeded
    assert signal.getsignal(signal.SIGINT) is before
    assert completed(sender, receiver, events=200).perhaps_again == 0


def test_ctrl_c_ends_a_long_wait(receiver: Counting) -> None:
    steps: list[Step] = [Deliver(event=0), Wait(seconds=86_400), Deliver(event=1)]
    report = Sender(receiver.url).send(
        plan(list(payloads(2)), steps), watch=answered(1, lambda: threading.Timer(0.05, interrupt).start())
    )
    assert (report.stopped, report.pending) == (True, 1)


def test_the_second_ctrl_c_interrupts_at_once_and_what_was_answered_is_kept(receiver: Counting, path: Path) -> None:
    sender = Sender(receiver.url, journal=path, concurrency=4)

    def twice() -> None:
        interrupt()
        interrupt()

    with pytest.raises(KeyboardInterrupt):
        sender.send(payloads(200), watch=answered(20, twice))
    with Journal(path) as journal:
        ((kept,),) = journal.ask("SELECT count(*) FROM deliveries WHERE state = 'SUCCESS'")
    assert kept >= 20
    [report] = sender.resume()
    report.assert_ok()
    assert set(receiver.ids) == set(range(200))
    assert len(receiver.got) <= 200 + report.perhaps_again


def test_a_keyboard_interrupt_that_is_raised_stops_too(receiver: Counting, path: Path) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    sender = Sender(receiver.url, journal=path, concurrency=4)
    report = sender.send(payloads(100), watch=answered(10, press))
    assert report.stopped
    assert completed(sender, receiver, events=100).perhaps_again == 0


def test_a_program_that_has_its_own_way_with_ctrl_c_keeps_it(receiver: Counting) -> None:
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    try:
        Sender(receiver.url).send(payloads(5), watch=answered(1, interrupt)).assert_ok()
    finally:
        signal.signal(signal.SIGINT, before)
    assert pressed == [signal.SIGINT]


def test_an_error_of_the_watch_comes_through_and_what_was_answered_is_kept(receiver: Counting, path: Path) -> None:
    sender = Sender(receiver.url, journal=path)

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sender.send(payloads(3), watch=answered(1, fail))
    assert completed(sender, receiver, events=3).perhaps_again == 0
