"""``--fault`` gives a verdict only where the event without the fault is taken."""

from __future__ import annotations

import os
import signal
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from werkzeug import Request, Response

from steppay_mock import make_events
from steppay_mock.cli.exit_codes import INTERRUPTED
from steppay_mock.cli.sender_run import SenderCommand
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.faults import FAULTS

SEEN = ("wrong-secret", "body-spaced", "truncated", "signature-twice", "answer-lost")


@pytest.fixture
def nowhere(receiver: Any) -> Any:
    """A server that says 404 to everything."""
    receiver.answer = lambda _request: Response("no such path", 404)
    return receiver


@pytest.mark.parametrize("name", SEEN)
def test_who_refuses_everything_gets_no_verdict(
    run: Any, nowhere: Any, secret: str, more: tuple[str, ...], name: str
) -> None:
    done = run("send", "--to", nowhere.url, "order.created", "--fault", name, "--secret", secret, *more)
    assert done.code == 1
    assert f"no verdict on the fault {name}: order.created without the fault was not taken either (404" in done.err, (
        done.err
    )
    assert "so the answer to the fault tells nothing. Let the receiver take the plain event first." in done.err
    assert "did right" not in done.err
    assert f"hint: every answer was 404. Is the path right? The webhooks went to {nowhere.url}" in done.err
    assert FAULTS[name].reason not in done.err + done.out
    assert "order.created, without the fault" in done.out
    assert "no verdict: without the fault 404" in done.out.replace("\n", " ")


def test_every_fault_is_without_a_verdict_where_everything_is_404(run: Any, nowhere: Any, secret: str) -> None:
    names = [name for name in FAULTS if name != "slow-drip"]
    codes = {
        name: run("send", "--to", nowhere.url, "order.created", "--fault", name, "--secret", secret).code
        for name in names
    }
    assert codes == dict.fromkeys(names, 1)


def test_ctrl_c_before_the_controls_is_no_success_and_no_verdict(
    receiver: Any, secret: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = count(1)

    def nowhere(_request: Request) -> Response:
        if next(requests) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return Response("no such path", 404)

    receiver.answer = nowhere
    command = SenderCommand(
        endpoints=[Endpoint(url=receiver.url, secret=secret)],
        options={"concurrency": 4},
        journal=str(tmp_path / "deliveries.sqlite"),
        unsigned=False,
        as_json=False,
    )
    events = make_events("order.created", n=2, seed=7)
    code = command.send(events, count=2, seed=7, order="occurrence", duplicates=0.0, fault="key-empty")
    told = capsys.readouterr().err
    assert (code, next(requests)) == (INTERRUPTED, 3)
    assert "stopped: not all events were repeated without the fault, so there is no verdict yet. Go on with:" in told
    assert "did right" not in told


def test_a_scenario_without_a_verdict_says_so_once_for_each_type(
    run: Any, nowhere: Any, secret: str, more: tuple[str, ...]
) -> None:
    done = run(
        "scenario", "run", "refund-in-full", "--to", nowhere.url, "--fault", "key-empty", "--secret", secret, *more
    )
    assert done.code == 1
    told = [line for line in done.err.splitlines() if line.startswith("no verdict on the fault key-empty: ")]
    assert len(told) == len(set(told)) == len({line.split()[6] for line in told}) == 5


def test_the_plain_delivery_is_in_the_reports(
    run: Any, receiver: Any, secret: str, tmp_path: Path, more: tuple[str, ...]
) -> None:
    reports = ["--report", "report.json", "--report", "report.xml"]
    args = ("send", "--to", receiver.url, "order.created", "--fault", "wrong-secret", "--secret", secret, *more)
    done = run(*args, *reports)
    assert done.code == 0
    assert "order.created, without the fault" in done.out
    cases = {case.get("name"): len(case) for case in ET.parse(tmp_path / "report.xml").iter("testcase")}
    assert cases == {"1 order.created": 0, "2 order.created, without the fault": 0}
    document = run(*args, "--json").json
    (control,) = document["controls"]
    assert control["ok"] is True


def test_a_report_without_a_verdict_has_failures(
    run: Any, nowhere: Any, secret: str, tmp_path: Path, more: tuple[str, ...]
) -> None:
    args = ("send", "--to", nowhere.url, "order.created", "--fault", "wrong-secret", "--secret", secret, *more)
    run(*args, "--report", "report.xml")
    told = [one.get("message", "") for one in ET.parse(tmp_path / "report.xml").iter("failure")]
    assert len(told) == 2
    assert "no verdict: without the fault 404" in told[0]
    assert run(*args, "--json").json["ok"] is False


def test_a_plain_event_that_is_taken_gives_no_hint_about_secret_or_path(
    run: Any, receiver: Any, secret: str, more: tuple[str, ...]
) -> None:
    def answer(request: Request) -> Response:
        is_spaced = request.get_data().endswith(b"\n")
        return Response(status=401 if is_spaced else 204)

    receiver.answer = answer
    done = run("send", "--to", receiver.url, "order.created", "--fault", "body-spaced", "--secret", secret, *more)
    assert done.code == 1
    assert "fault body-spaced: a right receiver takes it, and this one did right 0 of 1 times" in done.err
    assert "hint" not in done.err


def test_a_receiver_that_is_not_there_is_not_reached(run: Any, nobody: str, secret: str, more: tuple[str, ...]) -> None:
    done = run("send", "--to", nobody, "order.created", "--fault", "wrong-secret", "--secret", secret, *more)
    assert done.code == 3
    assert "hint: nothing could be reached. Is the receiver running at" in done.err
