"""A report has its outcomes where they are kept, and its counts and first failures always."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import payloads
from delivery.standins import Instant

from steppay_mock import Report, Sender, SteppayMockError, deliver
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.report import FAILURES_KEPT, OUTCOMES_KEPT

URL = "http://127.0.0.1:9/hook"
MANY = OUTCOMES_KEPT + 1


@pytest.fixture
def instant(instant: Instant) -> Instant:
    """Refuses every second event."""
    instant.answer = lambda sent: Answer(500 if sent.id % 2 else 204)
    return instant


def sent(count: int, journal: str | None, **options: Any) -> Report:
    return Sender(URL, journal=journal, concurrency=8).send(payloads(count), seed=7, **options)


@pytest.mark.usefixtures("instant")
def test_a_sender_keeps_the_outcomes_of_a_small_run(journal: str | None) -> None:
    report = sent(OUTCOMES_KEPT, journal)
    assert len(report) == len(report.outcomes) == OUTCOMES_KEPT
    assert [one.event.payload["data"]["id"] for one in report] == list(range(OUTCOMES_KEPT))
    assert [one.position for one in report] == list(range(OUTCOMES_KEPT))
    assert report.failures == tuple(one for one in report if not one.ok)
    assert report.failed == len(report.failures) == OUTCOMES_KEPT // 2


@pytest.mark.usefixtures("instant")
def test_of_a_large_run_it_keeps_the_counts_and_the_first_failures(journal: str | None) -> None:
    report = sent(MANY, journal)
    assert (report.kept, report.as_dict()["outcomes"]) == (None, None)
    assert (report.planned, report.succeeded, report.failed) == (MANY, MANY // 2 + 1, MANY // 2)
    assert len(report) == MANY
    assert len(report.failures) == FAILURES_KEPT
    assert [one.position for one in report.failures] == list(range(1, 2 * FAILURES_KEPT, 2))
    for use in (lambda: report[0], lambda: report.outcomes, lambda: list(report)):
        with pytest.raises(SteppayMockError, match="send with keep_outcomes=True") as error:
            use()
        assert f"it has {MANY} deliveries" in str(error.value)


@pytest.mark.usefixtures("instant")
def test_it_keeps_what_it_is_told_to(journal: str | None) -> None:
    assert len(sent(MANY, journal, keep_outcomes=True).outcomes) == MANY
    report = sent(4, journal, keep_outcomes=False)
    assert (report.kept, [one.position for one in report.failures]) == (None, [1, 3])
    with pytest.raises(SteppayMockError, match="keep_outcomes='no': expected True or False"):
        sent(1, journal, keep_outcomes="no")


def test_deliver_keeps_every_outcome() -> None:
    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("204 No Content", [])
        return []

    assert len(deliver(payloads(MANY), to=app).outcomes) == MANY


@pytest.mark.usefixtures("instant")
@pytest.mark.parametrize("count", [10, MANY])
def test_a_resumed_run_has_the_outcomes_of_the_whole_of_it(tmp_path: Path, count: int) -> None:
    path = str(tmp_path / "journal.sqlite")
    whole = sent(count, path)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE runs SET ended_at = NULL")
        connection.execute("UPDATE deliveries SET state = 'PENDING' WHERE id IN (3, 4)")
        connection.execute("DELETE FROM attempts WHERE delivery IN (3, 4)")
    connection.close()
    (report,) = Sender(URL, journal=path).resume()
    assert (report.planned, report.succeeded, report.failed) == (whole.planned, whole.succeeded, whole.failed)
    assert sum(report.answers.values()) == 2
    assert report.order == "occurrence"
    if count == 10:
        assert [(one.id, one.status, one.event) for one in report] == [(one.id, one.status, one.event) for one in whole]
    else:
        assert report.kept is None
    assert report.failures[0].position == 1
