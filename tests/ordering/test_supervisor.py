"""The supervisor watches a call for as long as it lasts, and nothing that comes between two calls."""

from __future__ import annotations

import signal
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.ordering.failure import ExplorationError, NoAnswerError
from steppay_mock.ordering.receiver.supervisor import Supervisor

LIMIT = 0.02
AGES = 5 * LIMIT


def spin(seconds: float = AGES) -> str:
    until = monotonic() + seconds
    while monotonic() < until:
        pass
    return "done"


def fall() -> None:
    raise LookupError("gone")


def supervisor(*, timeout: float = LIMIT) -> Supervisor:
    return Supervisor(timeout=timeout, where=lambda: "on the way")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no alarms")
@pytest.mark.parametrize("first", ["call", "deliver", "call that raises", "deliver that raises"])
def test_what_takes_long_between_two_calls_is_left_alone(first: str) -> None:
    subject = supervisor()
    function: Callable[[], Any] = fall if "raises" in first else dict
    with subject.watchdog:
        try:
            if first.startswith("call"):
                subject.call("reset=", function)
            else:
                subject.deliver("payment.completed", function, answered=True)
        except (ExplorationError, LookupError):
            pass
        assert spin() == "done"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no alarms")
def test_what_takes_long_within_a_call_is_stopped() -> None:
    subject = supervisor()
    with subject.watchdog:
        with pytest.raises(ExplorationError, match=r"^reset= did not come back within 0.02 s\. It was on the way\."):
            subject.call("reset=", spin, 60)
        for answered in (True, False):
            with pytest.raises(NoAnswerError) as caught:
                subject.deliver("payment.completed", spin, 60, answered=answered)
            assert caught.value.reached is answered


def test_a_call_is_watched_for_a_tenth_longer_than_a_transport_waits() -> None:
    asked: list[float] = []
    subject = supervisor(timeout=0.1)
    with subject.watchdog:
        asked.append(signal.getitimer(signal.ITIMER_REAL)[0])
    assert 0.1 < asked[0] <= 0.11 + 1e-3


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("It broke", "It broke. It was on the way. Correct that, and explore again."),
        ("It broke.", "It broke. It was on the way. Correct that, and explore again."),
        ("Is it there?", "Is it there? It was on the way. Correct that, and explore again."),
    ],
)
def test_a_reason_becomes_a_sentence(what: str, told: str) -> None:
    assert str(supervisor().cut_off(what)) == told


def test_a_startup_that_never_ends_is_told_and_other_errors_pass() -> None:
    subject = supervisor()

    def start() -> None:
        with subject.watchdog, subject.starting():
            subject.watchdog.watch()
            spin(60)

    with pytest.raises(ExplorationError) as caught:
        start()
    assert str(caught.value).startswith("the app's startup did not end within 0.02 s. It was on the way.")
    with pytest.raises(SteppayMockError, match="misuse"), subject.starting():
        raise SteppayMockError("misuse")
