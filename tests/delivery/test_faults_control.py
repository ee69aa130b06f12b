"""A fault is judged only where the event without the fault is taken: who refuses everything proves nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from steppay_mock import (
    ContractViolation,
    SignatureError,
    SteppayMockError,
    deliver,
    deliver_async,
    make_event,
    make_events,
    scenario,
    verify,
)
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.faults import FAULTS
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.schedule import Deliver, plan
from steppay_mock.delivery.sender.sender import Sender

SECRET = "whsec_test"
CREATED = make_event("order.created", seed=7)
EVENTS = make_events(["order.created", "order.updated"], seed=7)
Serve = Callable[[Any], str]


class Receiver:
    """Verifies, refuses repeats with 409, and answers plain events of some types with another status."""

    def __init__(self, *, refuses: dict[str, int] | None = None, verifies: bool = True) -> None:
        self.refuses = refuses or {}
        self.verifies = verifies
        self.seen: list[tuple[str, int]] = []
        self.known: set[bytes] = set()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        request = Request(environ)
        body = request.get_data()
        status = self._status(request.headers.get("Steppay-Signature"), body)
        self.seen.append((json.loads(body)["event"], status))
        return Response(f"answer {status}", status=status)(environ, start_response)

    def _status(self, header: str | None, body: bytes) -> int:
        if body in self.known:
            return 409
        try:
            if self.verifies:
                verify(header, body, SECRET)
        except SignatureError:
            return 401
        status = self.refuses.get(json.loads(body)["event"], 204)
        if status == 204:
            self.known.add(body)
        return status


def nowhere(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """A server that says 404 to everything."""
    Request(environ).get_data()
    return Response("no such path", status=404)(environ, start_response)


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "slow-drip"])
def test_no_fault_has_a_verdict_where_everything_is_404(serve: Serve, name: str) -> None:
    report = deliver(CREATED, to=serve(nowhere), secret=SECRET, fault=name)
    assert not report.ok
    assert [one.event for one in report.controls] == [CREATED]
    assert (report.undecided, report[0].undecided) == (len(report), True)
    assert str(report[0]).endswith("; no verdict: without the fault 404, no such path")
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert caught.value.kind == "no-verdict"
    assert (
        caught.value.expected == f"the event without the fault to be taken (2xx), before the fault {name} can be judged"
    )
    assert caught.value.next_step == "Is the path right? Give the one of the receiver's routes: path=, or in its URL."
    assert FAULTS[name].reason not in str(caught.value)


def test_a_refusal_counts_where_the_event_without_the_fault_is_taken() -> None:
    receiver = Receiver()
    report = deliver(CREATED, to=receiver, secret=SECRET, fault="wrong-secret")
    report.assert_ok()
    assert receiver.seen == [("order.created", 401), ("order.created", 204)]
    assert [one.status for one in report] == [401]
    assert [(one.position, one.status, one.fault) for one in report.controls] == [(1, 204, None)]
    assert report[0].control == report.controls[0]
    assert report.as_dict()["outcomes"][0]["control"]["status"] == 204
    assert report.as_dict()["controls"][0]["payload"] == CREATED.payload
    assert "  2. without the fault, order.created: 204" in str(report)


def test_a_receiver_that_drops_repeats_has_not_seen_the_event_before_it_comes_with_the_fault() -> None:
    receiver = Receiver()
    deliver(scenario("refund-in-full", seed=7), to=receiver, secret=SECRET, fault="timestamp-stale").assert_ok()
    assert 409 not in {status for _, status in receiver.seen}


def test_one_of_each_type_is_delivered_without_the_fault() -> None:
    receiver = Receiver()
    report = deliver(
        make_events(["order.created", "order.updated"], n=3, seed=7), to=receiver, secret=SECRET, fault="key-empty"
    )
    report.assert_ok()
    assert receiver.seen[6:] == [("order.created", 204), ("order.updated", 204)]
    assert len(report) == 6
    assert {one.control for one in report} == set(report.controls)


def test_what_was_taken_with_the_fault_needs_no_control() -> None:
    receiver = Receiver(verifies=False)
    report = deliver(CREATED, to=receiver, secret=SECRET, fault="wrong-secret")
    assert (report.ok, report.controls, report.undecided) == (False, (), 0)
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert caught.value.next_step == FAULTS["wrong-secret"].reason


def test_a_plain_event_of_the_type_in_a_schedule_is_a_control_too() -> None:
    events = make_events("order.created", n=2, seed=7)
    receiver = Receiver()
    report = deliver(plan(events, [Deliver(event=0), Deliver(event=1, fault="key-empty")]), to=receiver, secret=SECRET)
    report.assert_ok()
    assert (len(receiver.seen), report.controls, report[1].control) == (2, (), report[0])


@pytest.mark.parametrize("success", [[202], [204]])
def test_a_plain_event_is_a_control_only_if_its_status_is_a_success(serve: Serve, success: list[int]) -> None:
    events = make_events("order.created", n=2, seed=7)
    schedule = plan(events, [Deliver(event=0), Deliver(event=1, fault="key-empty")])
    report = Sender(serve(Receiver()), secret=SECRET, success=success).send(schedule)
    assert [one.ok for one in report] == [success == [204]] * 2
    assert (report.failed, len(report.failures)) == ((0, 0) if report.ok else (2, 2))
    assert (report.undecided, len(report.controls)) == ((0, 0) if report.ok else (1, 1))


@pytest.mark.parametrize("journal", [None, "journal.sqlite"])
def test_a_stop_with_the_last_answer_is_before_the_controls(serve: Serve, tmp_path: Path, journal: str | None) -> None:
    path = None if journal is None else tmp_path / journal
    sender = Sender(serve(nowhere), secret=SECRET, concurrency=4, journal=path)

    def watch(progress: RunProgress) -> None:
        if not progress.pending:
            sender.stop()

    report = sender.send(make_events("order.created", n=2, seed=7), fault="key-empty", watch=watch)
    assert (report.succeeded, report.controls) == (2, ())
    assert (report.stopped, report.ok) == (True, False)
    with pytest.raises(ContractViolation, match="stopped before its end"):
        report.assert_ok()


def test_there_is_a_verdict_on_the_types_that_are_taken() -> None:
    receiver = Receiver(refuses={"order.updated": 422})
    report = deliver(
        make_events(["order.created", "order.updated"], seed=7), to=receiver, secret=SECRET, fault="key-empty"
    )
    assert [(one.ok, one.undecided) for one in report] == [(True, False), (False, True)]
    with pytest.raises(ContractViolation, match="422, answer 422") as caught:
        report.assert_ok()
    assert "leaves out where it is null" in caught.value.next_step


def test_within_an_event_loop_it_is_the_same(serve: Serve) -> None:
    for target in (Receiver(), serve(Receiver())):
        report = asyncio.run(deliver_async(CREATED, to=target, secret=SECRET, fault="body-changed"))
        report.assert_ok()
        assert [one.status for one in report.controls] == [204]


def test_the_control_can_be_left_out() -> None:
    receiver = Receiver()
    deliver(CREATED, to=receiver, secret=SECRET, fault="key-empty", control=False).assert_ok()
    assert receiver.seen == [("order.created", 401)]
    with pytest.raises(SteppayMockError, match="control='no': expected True or False"):
        deliver(CREATED, to=receiver, secret=SECRET, fault="key-empty", control="no")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["wrong-secret", "truncated", "answer-lost", "body-spaced", "signature-twice"])
def test_the_sender_has_no_verdict_where_everything_is_404(serve: Serve, journal: str | None, name: str) -> None:
    report = Sender(serve(nowhere), secret=SECRET, journal=journal).send(CREATED, fault=name)
    assert not report.ok
    assert [(str(one.event.type), one.status) for one in report.controls] == [("order.created", 404)]
    assert "no verdict: without the fault 404, no such path" in str(report)
    with pytest.raises(ContractViolation, match=r"Is the path right\?") as caught:
        report.assert_ok()
    assert caught.value.kind == "no-verdict"


def test_the_sender_delivers_one_of_each_type_and_receiver_without_the_fault(serve: Serve, journal: str | None) -> None:
    right, other = Receiver(), Receiver(verifies=False)
    hooks = [
        Endpoint(url=serve(right), secret=SECRET, name="right"),
        Endpoint(url=serve(other), secret=SECRET, name="other"),
    ]
    events = list(make_events(["order.created", "order.updated"], n=20, seed=7))
    report = Sender(hooks, journal=journal, concurrency=4).send(events, fault="key-before-timestamp")
    report.assert_ok()
    assert (report.controls, len(right.seen)) == ((), 40)
    report = Sender(hooks[0], journal=journal, concurrency=4).send(
        make_events(["order.created", "order.updated"], n=20, seed=8), fault="wrong-secret", seed=1
    )
    report.assert_ok()
    assert (report.planned, [one.ok for one in report.controls]) == (40, [True, True])
    assert right.seen[80:] == [("order.created", 204), ("order.updated", 204)]
    assert len(report.as_dict()["controls"]) == 2


def test_the_control_of_a_sender_can_be_left_out(serve: Serve) -> None:
    report = Sender(serve(nowhere), secret=SECRET).send(CREATED, fault="wrong-secret", control=False)
    assert (report.ok, report.controls) == (True, ())


def test_a_run_that_goes_on_has_its_controls_too(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    sender = Sender(serve(nowhere), secret=SECRET, journal=path)
    first = sender.send(EVENTS, fault="wrong-secret", watch=lambda _progress: sender.stop())
    assert (first.stopped, first.pending, first.controls) == (True, 1, ())
    (report,) = sender.resume()
    assert not report.ok
    assert (report.succeeded, report.failed, report.undecided) == (0, 2, 2)
    assert [(str(one.event.type), one.status) for one in report.controls] == [
        ("order.created", 404),
        ("order.updated", 404),
    ]


def test_a_run_that_goes_on_without_controls_sends_none(serve: Serve, tmp_path: Path) -> None:
    receiver = Receiver()
    sender = Sender(serve(receiver), secret=SECRET, journal=tmp_path / "journal.sqlite")
    sender.send(EVENTS, fault="wrong-secret", control=False, watch=lambda _progress: sender.stop())
    (report,) = sender.resume()
    assert (report.ok, report.succeeded, report.controls, len(receiver.seen)) == (True, 2, (), 2)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_run_that_is_stopped_before_its_controls_is_not_ok(
    serve: Serve, journal: str | None, concurrency: int
) -> None:
    sender = Sender(serve(nowhere), secret=SECRET, journal=journal, concurrency=concurrency)

    def stop_at_the_last(progress: RunProgress) -> None:
        if progress.succeeded == 2:
            sender.stop()

    report = sender.send(EVENTS, fault="wrong-secret", watch=stop_at_the_last)
    assert (report.ok, report.stopped, report.pending, report.controls) == (False, True, 0, ())
    assert str(report).endswith("2 x 404; stopped before its end")
    with pytest.raises(ContractViolation, match="The run was stopped before its end") as caught:
        report.assert_ok()
    assert caught.value.kind == "stopped"
    if journal is not None:
        (resumed,) = sender.resume()
        assert (resumed.ok, resumed.undecided, len(resumed.controls)) == (False, 2, 2)
        assert sender.resume() == []


def test_a_run_of_controls_that_names_itself_is_resumed_like_any_other(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    sender = Sender(serve(Receiver()), secret=SECRET, journal=path)
    sender.send(EVENTS, watch=lambda _progress: sender.stop())
    with Journal(path) as journal:
        journal._connection.execute("UPDATE runs SET settings = json_set(settings, '$.control_of', 1)")
    assert [report.ok for report in sender.resume()] == [True]


def test_a_run_that_is_stopped_between_its_controls_sends_each_once(serve: Serve, tmp_path: Path) -> None:
    receivers = Receiver(), Receiver()
    stopping: list[Sender] = []

    def stops(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        answer = receivers[0](environ, start_response)
        if receivers[0].seen[-1][1] == 204:
            stopping.pop().stop()
        return answer

    endpoints = [
        Endpoint(url=serve(stops), secret=SECRET, name="first"),
        Endpoint(url=serve(receivers[1]), secret=SECRET, name="second"),
    ]
    sender = Sender(endpoints, journal=tmp_path / "journal.sqlite")
    stopping.append(sender)
    report = sender.send(EVENTS, fault="wrong-secret")
    assert (report.ok, report.stopped, [one.status for one in report.controls]) == (False, True, [204])
    assert report.warned() == ["in-order"]
    stopping.append(sender)
    assert [one.stopped for one in sender.resume()] == [True]  # the second control of the first receiver stops it too
    (report,) = sender.resume()
    report.assert_ok()
    assert [(one.receiver, one.position, one.status) for one in report.controls] == [
        ("first", 4, 204),
        ("first", 5, 204),
        ("second", 6, 204),
        ("second", 7, 204),
    ]
    assert report.control_runs == (2, 3)
    assert [[status for _, status in one.seen] for one in receivers] == [[401, 401, 204, 204]] * 2
    assert sender.resume() == []


def test_the_fault_of_a_run_without_kept_outcomes_has_its_verdict_too(serve: Serve) -> None:
    events = make_events(["order.created", "order.updated"], n=10, seed=7)
    sender = Sender(serve(nowhere), secret=SECRET)
    report = sender.send(events, fault="wrong-secret", keep_outcomes=False)
    assert (report.succeeded, report.failed, report.undecided) == (0, 20, 20)
    assert [(str(one.event.type), one.undecided) for one in report.failures] == [
        ("order.created", True),
        ("order.updated", True),
    ]
    assert [one.position for one in report.controls] == [20, 21]


def test_two_receivers_of_a_sender_are_judged_apart(serve: Serve) -> None:
    right, wrong = serve(Receiver()), serve(nowhere)
    hooks = [Endpoint(url=right, secret=SECRET, name="right"), Endpoint(url=wrong, secret=SECRET, name="wrong")]
    report = Sender(hooks).send(make_events("order.created", n=2, seed=7), fault="wrong-secret")
    assert [(one.receiver, one.ok, one.undecided) for one in report] == [
        *[("right", True, False), ("wrong", False, True)] * 2
    ]
    assert (report.succeeded, report.failed, report.undecided) == (2, 2, 2)
