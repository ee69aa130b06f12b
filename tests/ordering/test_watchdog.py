"""The watchdog shares the one alarm of the process with whoever had it before."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import pytest

from steppay_mock.ordering.receiver.watchdog import HungError, Watchdog

SOON, LATER = 0.02, 60.0


class RangError(Exception):
    """What the handler of somebody else raises."""


def ring(_number: int, _frame: FrameType | None) -> None:
    raise RangError


def hang(seconds: float, *, within: Watchdog | None = None) -> None:
    """Hang while a watchdog of so many seconds watches, itself watched by another one."""
    if within is not None:
        with within:
            within.watch()
            hang(seconds)
    with Watchdog(seconds) as dog:
        assert dog.armed
        dog.watch()
        while True:
            pass


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """Nobody has the alarm, before and after."""
    former = signal.getsignal(signal.SIGALRM), *signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, former[0])
    signal.setitimer(signal.ITIMER_REAL, *former[1:])


def test_what_hangs_is_stopped_and_the_alarm_is_free_again() -> None:
    with pytest.raises(HungError):
        hang(SOON)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_what_hangs_is_stopped_beside_a_later_alarm_which_is_given_back() -> None:
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, LATER, 7)
    with pytest.raises(HungError):
        hang(SOON)
    assert signal.getsignal(signal.SIGALRM) is ring
    remaining, interval = signal.getitimer(signal.ITIMER_REAL)
    assert 0 < remaining < LATER
    assert interval == pytest.approx(7)


def test_an_alarm_that_is_due_rings_beside_a_watchdog_that_waits_longer() -> None:
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SOON)
    with pytest.raises(RangError):
        hang(LATER)
    assert signal.getsignal(signal.SIGALRM) is ring
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)  # it rang, and is due no more


def test_an_alarm_that_rings_and_returns_does_not_stop_the_watchdog() -> None:
    rings: list[int] = []
    signal.signal(signal.SIGALRM, lambda number, _frame: rings.append(number))
    signal.setitimer(signal.ITIMER_REAL, SOON / 4, SOON / 4)
    with pytest.raises(HungError):
        hang(SOON)
    assert len(rings) > 1  # as often as it was set to


def test_a_watchdog_within_a_watchdog_lets_the_outer_one_bark() -> None:
    with pytest.raises(HungError):
        hang(LATER, within=Watchdog(SOON))
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_a_handler_that_gives_the_alarm_away_has_it_given_away() -> None:
    def give_away(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, SOON)

    signal.signal(signal.SIGALRM, give_away)
    signal.setitimer(signal.ITIMER_REAL, SOON)
    with pytest.raises(RangError):
        hang(LATER)
    assert signal.getsignal(signal.SIGALRM) is ring


def test_in_another_thread_it_says_that_it_does_not_watch() -> None:
    def armed() -> bool:
        with Watchdog(SOON) as dog:
            return dog.armed

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(armed).result() is False
