"""``resume`` has one answer for each way in which the runs of a journal can stand, and 0 for one alone: all arrived."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from werkzeug import Response

from steppay_mock.delivery.journal.claim import claim


@pytest.fixture
def sent(run: Any, receiver: Any, journal: str, secret: str) -> str:
    """A journal with a run of two deliveries that arrived."""
    done = run("send", "--to", receiver.url, "order.created", "order.updated", "--secret", secret, "--journal", journal)
    assert done.code == 0
    return journal


def change(journal: str, *statements: str) -> None:
    connection = sqlite3.connect(journal)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def stand(outcome: str, *, succeeded: int = 2, failed: int = 0, pending: int = 0) -> dict[str, Any]:
    counts = {"planned": succeeded + failed + pending, "succeeded": succeeded, "failed": failed, "pending": pending}
    return {"ok": outcome == "complete", "outcome": outcome, "run": 1, **counts}


def resumed(run: Any, journal: str, code: int, outcome: str, one: dict[str, Any]) -> str:
    """The words of a resume that ends so, and says the same as JSON and in a report."""
    done = run("resume", "--journal", journal, "--unsigned", "--json", "--report", "report.json")
    assert done.code == code
    assert done.json == {"ok": code == 0, "outcome": outcome, "elapsed": 0, "runs": [one]}
    assert json.loads(Path("report.json").read_text(encoding="utf-8")) == done.json
    words: str = done.err
    return words


def test_where_all_has_arrived_there_is_nothing_to_resume(run: Any, sent: str) -> None:
    told = resumed(run, sent, 0, "complete", stand("complete"))
    assert told == f"nothing to resume: all that was planned in {sent} has arrived\n"


def test_a_run_that_ended_in_failure_is_no_success(run: Any, receiver: Any, journal: str, secret: str) -> None:
    receiver.answer = lambda _request: Response(status=500) if len(receiver.requests) == 1 else None
    run("send", "--to", receiver.url, "order.created", "order.updated", "--secret", secret, "--journal", journal)
    told = resumed(run, journal, 1, "failed", stand("failed", succeeded=1, failed=1))
    assert told == (
        "run 1 ended in failure: 1 of 2 failed; resume sends none of them again\n"
        f"what failed: steppay-mock log --journal {journal} --state FAIL\n"
        f"deliver it again: steppay-mock resend --journal {journal} ID...\n"
    )
    run("resume", "--journal", journal, "--report", "report.xml")
    suite = ET.parse("report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


def test_what_failed_and_arrived_by_resend_is_no_failure(run: Any, receiver: Any, journal: str, secret: str) -> None:
    receiver.answer = lambda _request: Response(status=500) if len(receiver.requests) <= 2 else None
    run("send", "--to", receiver.url, "order.created", "order.updated", "--secret", secret, "--journal", journal)
    assert run("resend", "2", "--journal", journal, "--secret", secret).code == 0
    assert run("resume", "--journal", journal).code == 1
    assert run("resend", "1", "--journal", journal, "--secret", secret).code == 0
    done = run("resume", "--journal", journal, "--json")
    assert (done.code, done.json["outcome"], [one["outcome"] for one in done.json["runs"]]) == (
        *(0, "complete"),
        ["complete"] * 3,
    )


def test_a_run_that_another_process_sends_is_not_complete(run: Any, sent: str) -> None:
    change(sent, "UPDATE runs SET ended_at = NULL", "UPDATE deliveries SET state = 'PENDING' WHERE id = 2")
    with claim(sent, 1):
        told = resumed(run, sent, 4, "still-sending", stand("still-sending", succeeded=1, pending=1))
    assert told == "run 1 is being sent by another process, and was not resumed\n"


def test_a_run_that_another_process_plans_is_not_complete(run: Any, sent: str) -> None:
    change(sent, "UPDATE runs SET ended_at = NULL, planned = 0", "UPDATE deliveries SET state = 'PENDING'")
    with claim(sent, 1):
        told = resumed(run, sent, 4, "still-sending", stand("still-sending", succeeded=0, pending=2))
    assert told == "run 1 is being sent by another process, and was not resumed\n"


def test_a_plan_that_was_never_finished_is_not_complete(run: Any, sent: str) -> None:
    change(sent, "UPDATE runs SET ended_at = NULL, planned = 0", "UPDATE deliveries SET state = 'PENDING'")
    told = resumed(run, sent, 5, "never-planned", stand("never-planned", succeeded=0))
    assert told == (
        "run 1 ended while it was planned: nothing of it was sent, and the run is removed. Start it again.\n"
    )


def test_a_plan_that_was_never_finished_fails_in_junit(run: Any, sent: str) -> None:
    change(sent, "UPDATE runs SET ended_at = NULL, planned = 0", "UPDATE deliveries SET state = 'PENDING'")
    run("resume", "--journal", sent, "--report", "report.xml")
    suite = ET.parse("report.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")


def test_a_journal_without_a_run_is_told_from_one_that_is_complete(run: Any, sent: str) -> None:
    change(sent, "DELETE FROM deliveries", "DELETE FROM hooks", "DELETE FROM runs")
    done = run("resume", "--journal", sent, "--json")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"Error: {sent} has no run. Begin one: steppay-mock send --journal {sent} ...\n"


def test_a_run_that_is_resumed_does_not_hide_one_that_failed(
    run: Any, receiver: Any, journal: str, secret: str
) -> None:
    receiver.answer = lambda _request: Response(status=500) if len(receiver.requests) == 1 else None
    for event in ("order.created", "order.updated"):
        run("send", "--to", receiver.url, event, "--secret", secret, "--journal", journal)
    change(
        journal,
        "UPDATE runs SET ended_at = NULL WHERE id = 2",
        "UPDATE deliveries SET state = 'PENDING' WHERE run = 2",
        "DELETE FROM attempts WHERE delivery = 2",
    )
    done = run("resume", "--journal", journal, "--secret", secret, "--json")
    assert (done.code, done.json["outcome"]) == (1, "failed")
    assert [(one["run"], one["outcome"]) for one in done.json["runs"]] == [(2, "complete"), (1, "failed")]
    assert "run 1 ended in failure: 1 of 1 failed" in done.err
