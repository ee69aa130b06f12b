"""What came of a run is counted, and told with what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from delivery.counting import OK, Counting, counting, payloads, status

from steppay_mock import ContractViolation
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.explain import RAW_BODY
from steppay_mock.delivery.order import DeliveryOrder
from steppay_mock.delivery.sender.sender import Sender

SECRET = "whsec_test"


def test_the_numbers_of_a_tally(journal: str | None) -> None:
    with counting(Counting(lambda got: OK if got.id % 2 else status(500))) as receiver:
        report = Sender(receiver.url, journal=journal, retries=[0]).send(payloads(4), seed=7)
    assert (report.planned, report.succeeded, report.failed, report.pending, report.retried) == (4, 2, 2, 0, 2)
    assert (report.ok, report.stopped, report.perhaps_again) == (False, False, 0)
    assert report.statuses == {500: 4, 204: 2}
    assert report.elapsed > 0
    assert report.rate == pytest.approx(6 / report.elapsed)
    assert str(report) == (
        f"4 deliveries in occurrence order to {receiver.url} in {report.elapsed:.3f} s: 4 x 500, 2 x 204\n"
        "  1. customer.created: 500\n"
        "  3. customer.created: 500"
    )
    assert [(one.id, one.attempt_count) for one in report] == [
        (None if journal is None else number, 2 if number % 2 else 1) for number in range(1, 5)
    ]
    outcomes = [one.as_dict() for one in report]
    assert {**report.as_dict(), "elapsed": 0} == {
        "ok": False,
        "receiver": receiver.url,
        "order": "occurrence",
        "seed": 7,
        "journal": journal,
        "run": None if journal is None else 1,
        "planned": 4,
        "succeeded": 2,
        "failed": 2,
        "undecided": 0,
        "pending": 0,
        "retried": 2,
        "perhaps_again": 0,
        "left_out": {},
        "stopped": False,
        "elapsed": 0,
        "warnings": ["nothing was reordered: StepPay promises no order, so try order='shuffled'"],
        "statuses": {"500": 4, "204": 2},
        "answers": [
            {"event": "customer.created", "status": 204, "count": 2},
            {"event": "customer.created", "status": 500, "count": 4},
        ],
        "outcomes": outcomes,
        "controls": [],
    }
    assert json.loads(json.dumps(report.as_dict())) == report.as_dict()


def test_a_failure_is_told_with_the_next_step() -> None:
    with counting(Counting(lambda _got: status(401))) as receiver:
        report = Sender(receiver.url).send(payloads(3))
    with pytest.raises(ContractViolation) as error:
        report.assert_ok()
    assert (
        str(error.value)
        == f"""\
customer.created: delivery 1 of 3, {receiver.url}
  expected: an answer with a 2xx status
  sent:     401 (the first of 3 failures)
  next:     Is the secret right? Pass secret= as the receiver has it; without it a delivery is unsigned. {RAW_BODY} \
Or is there access control in front of the receiver? Pass headers= or auth=."""
    )


def test_a_run_of_nothing_is_not_ok(receiver: Counting, journal: str | None) -> None:
    report = Sender(Endpoint(url=receiver.url, events=["order.created"]), journal=journal).send(payloads(3))
    with pytest.raises(ContractViolation) as error:
        report.assert_ok()
    assert error.value.kind == "nothing-delivered"
    assert error.value.next_step.startswith("Pass events that the receiver wants:")


@pytest.mark.usefixtures("engine")
def test_nobody_there_is_an_answer(closed_url: str) -> None:
    report = Sender(closed_url).send(payloads(2))
    port = closed_url.rpartition(":")[2]
    assert str(report.failures[0]) == (
        f"customer.created: no answer, connection refused: nothing listens at 127.0.0.1:{port}"
    )
    assert report.statuses == {None: 2}
    assert ": 2 x no answer\n" in str(report)


@pytest.mark.parametrize(
    ("answer", "order", "warnings"),
    [
        (status(401), "reversed", ["every answer was 401: is the secret right?"]),
        (status(404), "reversed", ["every answer was 404: is the path right?"]),
        (OK, "reversed", []),
        (OK, "occurrence", ["nothing was reordered: StepPay promises no order, so try order='shuffled'"]),
    ],
)
def test_what_makes_a_run_prove_less_is_told(answer: bytes, order: DeliveryOrder, warnings: list[str]) -> None:
    with counting(Counting(lambda _got: answer)) as receiver:
        assert Sender(receiver.url).send(payloads(3), order=order).warnings() == warnings


def test_an_answer_that_is_taken_and_no_success_is_explained(receiver: Counting, journal: str | None) -> None:
    report = Sender(receiver.url, journal=journal, success=[200, 202, 201, 404]).send(payloads(1))
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert caught.value.expected == "an answer with the status 200 to 202 or 404"
    assert caught.value.next_step.startswith(
        "Only 200 to 202 or 404 counts as success: let the receiver answer so, or change success=."
    )


def test_a_control_that_is_taken_and_no_success_is_explained() -> None:
    answers = iter([status(401), OK])
    with counting(Counting(lambda _got: next(answers))) as refusing:
        report = Sender(refusing.url, secret=SECRET, success=[200]).send(payloads(1), fault="wrong-secret")
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert "the event without the fault to be taken (200)" in caught.value.expected
    assert caught.value.next_step == "Only 200 counts as success: let the receiver answer so, or change success=."


def test_one_event_cannot_be_reordered(receiver: Counting) -> None:
    assert Sender(receiver.url).send(payloads(1)).warnings() == []


@pytest.mark.usefixtures("engine")
def test_the_timeout_is_that_of_each_delivery(serve_raw: Callable[[Any], str]) -> None:
    report = Sender(serve_raw(_hang), timeout=0.2).send(payloads(1))
    assert str(report.failures[0]) == "customer.created: no answer, timed out after 0.2 s"


def _hang(connection: Any) -> None:
    while connection.recv(65536):
        pass


def test_a_sender_shows_where_it_sends_and_nothing_else(receiver: Counting) -> None:
    assert repr(Sender(receiver.url, secret=SECRET)) == f"<Sender: {receiver.url}>"
