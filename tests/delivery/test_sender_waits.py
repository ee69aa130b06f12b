"""No wait is longer than the policy of retries says, whatever the clock says, and whoever watches hears of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import payloads
from delivery.standins import START, Instant, Sent

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.delivery.sender.sender import Sender

URL = "http://127.0.0.1:9/hook"
HOUR = 3_600.0


@pytest.fixture
def instant(instant: Instant) -> Instant:
    """It fails each delivery once."""
    instant.answer = failing_once()
    return instant


def failing_once(**headers: str) -> Callable[[Sent], Answer]:
    seen: set[int] = set()

    def answer(sent: Sent) -> Answer:
        again = sent.id in seen
        seen.add(sent.id)
        return Answer(204) if again else Answer(503, headers=headers)

    return answer


def cut_off(instant: Instant, path: Path, **options: Any) -> None:
    """A run of one delivery, stopped after the first answer, which was no success."""
    made = Sender(URL, journal=path, clock=instant.time.clock, **options)

    def watch(progress: RunProgress) -> None:
        if progress.answers:
            made.stop()

    assert made.send(payloads(1), seed=7, watch=watch).pending == 1
    instant.time.slept.clear()


def at(instant: Instant, later: float) -> Clock:
    """The clock, set by so many seconds."""
    return Clock(
        now=lambda: START + instant.time.passed + later,
        steady=instant.time.clock.steady,
        sleep=instant.time.clock.sleep,
    )


@pytest.mark.parametrize(("later", "waited"), [(-HOUR, 5), (-1, 5), (0, 5), (2, 3), (5, 0), (HOUR, 0)])
def test_a_clock_that_was_set_prolongs_no_wait(instant: Instant, tmp_path: Path, later: float, waited: float) -> None:
    path = tmp_path / "journal.sqlite"
    cut_off(instant, path, retries=[5.0])
    [report] = Sender(URL, journal=path, clock=at(instant, later)).resume()
    assert report.ok
    assert sum(instant.time.slept) == pytest.approx(waited)


def test_a_receiver_that_asked_for_more_time_has_it_and_no_more(instant: Instant, tmp_path: Path) -> None:
    instant.answer = failing_once(**{"retry-after": "120"})
    path = tmp_path / "journal.sqlite"
    cut_off(instant, path, retries=[5.0])
    [report] = Sender(URL, journal=path, clock=at(instant, -HOUR)).resume()
    assert report.ok
    assert sum(instant.time.slept) == pytest.approx(120)


def test_a_journal_that_names_a_far_day_waits_as_long_as_the_policy_at_most(instant: Instant, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    cut_off(instant, path, retries=[7_200.0, 60.0], speed=0.5)
    with Journal(path) as journal:
        journal.ask("UPDATE deliveries SET due = due + 1e9")
    [report] = Sender(URL, journal=path, clock=instant.time.clock).resume()
    assert report.ok
    assert sum(instant.time.slept) == pytest.approx(7_200 * 0.5)


def test_who_watches_hears_what_is_waited_for(instant: Instant, tmp_path: Path) -> None:
    heard: list[tuple[float, str, int, int]] = []
    watched: list[RunProgress] = []

    def watch(progress: RunProgress) -> None:
        watched[:] = [progress]
        found = progress.waiting
        if found is not None:
            assert found.delivery is not None
            heard.append((round(found.seconds, 6), found.why, found.delivery.id, found.delivery.attempts))

    path = tmp_path / "journal.sqlite"
    sender = Sender(URL, journal=path, clock=instant.time.clock, retries=[300.0], rate=0.01)
    report = sender.send(payloads(2), seed=7, watch=watch)
    assert report.ok
    assert watched[0].waiting is None
    assert heard == [(100, "rate", 2, 0), (200, "retry", 1, 1), (100, "retry", 2, 1)]
