"""Waits and progress are told to a person while a run or a search goes on, and Ctrl-C ends both in order."""

from __future__ import annotations

import io
import re
import signal
import sys
from collections import Counter
from contextlib import ExitStack
from typing import Any

import pytest
from cli.terminals import Terminal
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock.cli.show import progress as bars
from steppay_mock.cli.show import search_progress
from steppay_mock.cli.show.progress import Stop, told, watching
from steppay_mock.cli.show.search_progress import StoppedError, searching
from steppay_mock.cli.show.waits import Waits, in_words, waits_for
from steppay_mock.delivery.run.attempt_queue import Waiting
from steppay_mock.delivery.run.deliveries import DueDelivery
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.wire.real_time import monotonic

UNITS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}


def due(number: int, *, attempts: int = 1) -> DueDelivery:
    given: dict[str, Any] = dict.fromkeys(DueDelivery._fields)
    return DueDelivery(**{**given, "id": number, "attempts": attempts, "type": "order.created"})


def waiting(seconds: float, why: Any, delivery: DueDelivery | None) -> RunProgress:
    return RunProgress(waiting=Waiting(seconds, why, delivery))


@given(st.integers(0, 400 * 86_400))
def test_a_time_is_told_in_its_two_largest_units(seconds: int) -> None:
    parts = [part.split() for part in re.findall(r"\d+ \w+", in_words(seconds))]
    sizes = [UNITS[unit] for _, unit in parts]
    lost = seconds - sum(int(count) * UNITS[unit] for count, unit in parts)
    assert sizes == sorted(set(sizes), reverse=True)
    assert 1 <= len(parts) <= 2
    assert 0 <= lost < (1 if len(parts) < 2 else sizes[-1])
    assert all(0 < int(count) < (seconds + 1 if unit == "d" else 60) for count, unit in parts) or seconds == 0


def test_a_time_in_the_past_is_no_time() -> None:
    assert in_words(-5) == "0 s"


def test_each_long_wait_is_told_once_and_that_of_a_rate_once_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    waits = Waits()
    for one in (
        RunProgress(),
        waiting(1.0, "schedule", due(1)),
        waiting(9, "schedule", due(1)),
        waiting(8, "schedule", due(1)),
        waiting(5, "rate", due(2)),
        waiting(5, "rate", None),
        waiting(9, "schedule", due(2)),
        waiting(5, "rate", due(3)),
        waiting(70, "retry", due(2)),
        waiting(60, "retry", due(2)),
        waiting(1.01, "retry", due(2, attempts=2)),
        waiting(3, "schedule", None),
    ):
        waits.update(one)
    assert capsys.readouterr().err.splitlines() == [
        "waiting 9 s, as the schedule says, before delivery 1, order.created",
        "waiting 5 s, as the rate says",
        "waiting 9 s, as the schedule says, before delivery 2, order.created",
        "waiting 1 min 10 s until delivery 2, order.created, is tried again: 1 attempt failed",
        "waiting 1 s until delivery 2, order.created, is tried again: 2 attempts failed",
    ]


def test_the_counts_beside_the_bar_are_those_of_the_attempts() -> None:
    progress = RunProgress(failed=2, answers=Counter({("a", 204): 5, ("a", 500): 1, ("b", None): 4}))
    assert told(progress, 4.0) == "6 answered, 2 failed, 2/s"
    assert told(progress, 0.5) == "6 answered, 2 failed, 20/s"
    assert told(progress, 0.0) == "6 answered, 2 failed, 0/s"
    progress.waiting = Waiting(5, "rate", None)
    assert told(progress, 4.0) == f"6 answered, 2 failed, 2/s, {waits_for(progress.waiting)}"


def test_the_bar_of_a_run_is_drawn_ten_times_a_second_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, now = Terminal(), [0.0]
    monkeypatch.setattr(sys, "stderr", shown)
    begun = monotonic()
    monkeypatch.setattr(bars, "monotonic", lambda: now[0])
    with watching(Stop(), count=8) as watch:
        for at, done in ((1_000_000, 1), (1_000_000.05, 2), (1_000_000.11, 4), (1_000_000.15, 5)):
            now[0] = begun + at
            watch(RunProgress(succeeded=done - 1, failed=1, answers=Counter({("a", 204): done * 16_000_000})))
        watch(RunProgress(succeeded=6, failed=1, answers=Counter({("a", 204): 7 * 16_000_000})))
    drawn = re.findall(r"(\d+)%[^\r]*?(\d+)000000 answered, 1 failed, (\d+)/s", shown.getvalue())
    assert drawn == [("12", "16", "16"), ("50", "64", "64"), ("87", "112", "112")]
    assert "sending" in shown.getvalue()


def test_a_stop_ends_the_line_of_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    for pressed in (False, True):
        shown = Terminal()
        monkeypatch.setattr(sys, "stderr", shown)
        with watching(Stop(pressed=pressed), count=1):
            pass
        assert shown.getvalue().endswith("\n\n") == pressed


@pytest.mark.parametrize("stream", [None, io.StringIO()])
def test_without_a_terminal_waits_are_told(stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with watching(Stop(), count=1) as watch, searching(budget=9) as look:
        watch(waiting(5, "rate", None))
        look(1, 9)
    assert stream is None or stream.getvalue() == "waiting 5 s, as the rate says\n"


def test_the_first_ctrl_c_stops_the_sender_and_the_second_the_program() -> None:
    class Sender:
        stopped = 0

        def stop(self) -> None:
            self.stopped += 1

    sender: Any = Sender()
    stop = Stop(sender=sender)
    stop.press(2, None)
    assert (stop.pressed, sender.stopped) == (True, 1)
    with pytest.raises(KeyboardInterrupt):
        stop.press()
    assert sender.stopped == 1
    Stop().press()


def test_the_bar_of_a_search_shows_what_was_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, now = Terminal(), [50.0]
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(search_progress, "monotonic", lambda: now[0])
    with searching(budget=20_000) as look:
        for at, made in ((0.0, 1_000), (0.0625, 2_000), (0.125, 3_000), (0.25, 2_500), (9, 20_000)):
            now[0] = 50 + at
            look(made, 20_000)
    drawn = re.findall(r"(\d+)%[^\r]*?([\d,]+) of at most 20,000 deliveries", shown.getvalue())
    assert drawn == [("5", "1,000"), ("15", "3,000"), ("100", "20,000")]
    assert "exploring" in shown.getvalue()


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_ctrl_c_ends_a_phase_of_the_search(stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    before = signal.getsignal(signal.SIGINT)
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(StoppedError))
        look = stack.enter_context(searching(budget=9))
        signal.raise_signal(signal.SIGINT)
        look(1, 9)
    assert signal.getsignal(signal.SIGINT) is before
    assert ("0%\n" in stream.getvalue()) == stream.isatty()  # and so it stands behind the ^C of the terminal


def test_after_ctrl_c_the_next_phase_of_a_search_goes_on() -> None:
    with searching(budget=9) as look:
        look(1, 9)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(StoppedError, match="Stopped by Ctrl-C"):
            look(2, 9)
        look(3, 9)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(StoppedError):
            look(4, 9)
