from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from steppay_mock import ContractViolation, Event, Outcome, Report, deliver

Payloads = Callable[[int], list[dict[str, Any]]]


def answering(*statuses: int, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()) -> Callable[..., Any]:
    """A receiver that answers with these statuses, the last one for all that follow."""
    left = list(statuses)

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response(f"{left.pop(0) if len(left) > 1 else left[0]} Because", list(headers))
        return [body]

    return app


def violation(report: Report) -> ContractViolation:
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    return caught.value


def test_a_report_is_a_sequence_of_outcomes(payloads: Payloads) -> None:
    report = deliver(payloads(3), to=answering(200, 404, 503))
    assert isinstance(report, Sequence)
    assert len(report) == 3
    assert [outcome.status for outcome in report] == [200, 404, 503]
    assert report[-1].status == 503
    assert report[:2] == report.outcomes[:2]
    assert report.failures == report.outcomes[1:]
    assert (report.planned, report.succeeded, report.failed, report.pending) == (3, 1, 2, 0)
    assert report.statuses == {200: 1, 404: 1, 503: 1}
    assert not report.ok


def test_reports_and_outcomes_cannot_be_changed(payloads: Payloads) -> None:
    report = deliver(payloads(1), to=answering(200))
    with pytest.raises(FrozenInstanceError):
        report.order = "reversed"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        report[0].status = 200  # type: ignore[misc]
    assert len({report[0], report[0]}) == 1


@pytest.mark.parametrize(
    ("status", "ok"), [(200, True), (204, True), (299, True), (300, False), (400, False), (500, False)]
)
def test_2xx_is_success(payloads: Payloads, status: int, ok: bool) -> None:  # noqa: FBT001 - a parameter of the test
    report = deliver(payloads(2), to=answering(status))
    assert report.ok is ok
    assert all(outcome.ok is ok for outcome in report)


def test_a_report_without_deliveries_is_not_ok() -> None:
    report = deliver([], to=answering(200))
    assert not report.ok
    assert "0 deliveries in occurrence order" in str(report)
    assert str(report).endswith("nothing was sent")
    error = violation(report)
    assert error.kind == "nothing-delivered"
    assert str(error) == (
        "the WSGI app app at /webhooks/steppay\n"
        "  expected: at least one event\n"
        "  sent:     none\n"
        "  next:     Pass events that the receiver wants: an iterator that was used up before, a filter that matches "
        "nothing, or the events= of an Endpoint leaves none."
    )


def test_the_first_failure_is_told_with_the_beginning_of_its_answer(payloads: Payloads) -> None:
    report = deliver(payloads(4), to=answering(200, 409, 500, 200, body="이미 있음\x1b[2J\n".encode() * 50))
    error = violation(report)
    assert error.__cause__ is None
    assert error.event == "customer.created"
    assert error.path == "delivery 2 of 4, the WSGI app app at /webhooks/steppay"
    assert error.sent.startswith(r"409, 이미 있음\x1b[2J\n이미 있음")
    assert error.sent.endswith("... (the first of 2 failures)")
    assert error.sent.isprintable()
    assert error.next_step.startswith("Answer 2xx for an event that was taken")


@pytest.mark.parametrize(
    ("status", "kind", "step"),
    [
        (308, "redirect", "A redirect is an outcome and is not followed: StepPay's sender is not known to follow any."),
        (400, "status", "The receiver found the payload, the signature or the host bad."),
        (401, "status", "Is the secret right? Pass secret= as the receiver has it; without it a delivery is unsigned."),
        (403, "status", "Is the secret right? Pass secret= as the receiver has it. Or does a CSRF check stand"),
        (404, "status", "Is the path right? Give the one of the receiver's routes: path=, or in its URL."),
        (405, "status", "Does the receiver accept POST at this path?"),
        (415, "status", "Webhooks are application/json and nothing else (fact 1)"),
        (413, "status", "The receiver, or a proxy before it, takes no body of this size."),
        (429, "status", "A limit on the number of requests stands before the receiver."),
        (502, "status", "Most often a proxy answered in the place of the receiver"),
        (504, "status", "Most often a proxy answered in the place of the receiver"),
        (418, "status", "Answer 2xx for an event that was taken"),
        (503, "status", "Read the receiver's log: it failed while it worked on the event."),
    ],
)
def test_every_status_has_its_next_step(payloads: Payloads, status: int, kind: str, step: str) -> None:
    error = violation(deliver(payloads(1), to=answering(status)))
    assert (error.kind, error.sent) == (kind, str(status))
    assert error.next_step.startswith(step)


def test_only_a_3xx_answer_redirects(payloads: Payloads) -> None:
    located = [("Location", "/there")]
    assert deliver(payloads(1), to=answering(201, headers=located))[0].redirect is None
    report = deliver(payloads(1), to=answering(301, headers=located))
    assert report[0].redirect == "/there"
    assert violation(report).sent == "301 to /there"


def test_the_text_counts_and_shows_the_first_failures(payloads: Payloads) -> None:
    report = deliver(payloads(9), to=answering(200, 500, body=b"boom"), order="shuffled", seed=7)
    first, *lines = str(report).splitlines()
    assert first == (
        "9 deliveries in shuffled order (seed 7) to the WSGI app app at /webhooks/steppay "
        f"in {report.elapsed:.3f} s: 1 x 200, 8 x 500"
    )
    assert lines == [*[f"  {n}. customer.created: 500, boom" for n in range(2, 7)], "  and 3 more failed"]
    assert repr(report) == f"<Report: {first}; first failure: 2. customer.created: 500, boom>"


def test_a_deliverys_absence_of_an_answer_is_counted_in_words(payloads: Payloads, closed_url: str) -> None:
    text = str(deliver(payloads(1), to=closed_url))
    assert text.startswith("1 delivery in occurrence order to http://127.0.0.1:")
    assert ": 1 x no answer\n  1. customer.created: no answer, connection refused" in text


def test_the_report_is_plain_data_for_programs(payloads: Payloads, closed_url: str) -> None:
    answered = deliver(
        payloads(1), to=answering(302, body=b"\xffmoved", headers=[("Location", "/x")]), seed=3
    ).as_dict()
    assert json.loads(json.dumps(answered)) == answered
    outcome = answered["outcomes"][0]
    assert answered == {
        "ok": False,
        "receiver": "the WSGI app app at /webhooks/steppay",
        "order": "occurrence",
        "seed": 3,
        "journal": None,
        "run": None,
        "planned": 1,
        "succeeded": 0,
        "failed": 1,
        "undecided": 0,
        "pending": 0,
        "retried": 0,
        "perhaps_again": 0,
        "left_out": {},
        "stopped": False,
        "elapsed": answered["elapsed"],
        "warnings": [],
        "statuses": {"302": 1},
        "answers": [{"event": "customer.created", "status": 302, "count": 1}],
        "outcomes": [
            {
                "id": None,
                "position": 0,
                "receiver": "the WSGI app app at /webhooks/steppay",
                "again": None,
                "fault": None,
                "event": "customer.created",
                "timestamp": 1688697915,
                "ok": False,
                "control": None,
                "payload": payloads(1)[0],
                "status": 302,
                "latency": outcome["latency"],
                "attempt_count": 1,
                "error": None,
                "failure": None,
                "redirect": "/x",
                "headers": {"location": "/x"},
                "body": "\ufffdmoved",
            }
        ],
        "controls": [],
    }
    assert deliver(payloads(1), to=closed_url).as_dict()["statuses"] == {"none": 1}


def test_an_event_of_any_shape_can_be_told(payloads: Payloads) -> None:
    shapeless: list[dict[str, Any]] = [{}, {"event": ["x\n"]}, {"event": "subscription.exploded", "timestamp": None}]
    report = deliver(shapeless, to=answering(500))
    assert [str(outcome) for outcome in report] == ["None: 500", r"['x\n']: 500", "subscription.exploded: 500"]
    json.dumps(report.as_dict())
    assert violation(report).event == "None"
    assert payloads(0) == []


def test_outcomes_are_equal_by_what_came_back_and_do_not_show_bodies() -> None:
    event = Event({"event": "customer.created"})
    one = Outcome(event, 0, 500, 0.1, "the app raised", exception=ValueError("a"), body=b"secret body")
    assert one == Outcome(event, 0, 500, 0.1, "the app raised", exception=ValueError("b"), body=b"secret body")
    assert one != Outcome(event, 0, 500, 0.1, "the app raised", body=b"other")
    assert "secret body" not in repr(one)
    assert "ValueError" not in repr(one)
