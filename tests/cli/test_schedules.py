"""``send --schedule``: what a file says is delivered, one after the other or through the sender."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug import Response

from steppay_mock import make_events
from steppay_mock.delivery.schedule.makers import duplicate, in_order
from steppay_mock.delivery.schedule.schedule import Schedule, plan
from steppay_mock.delivery.schedule.steps import Deliver, Drop, Step, Wait


def test_a_schedule_is_delivered_as_it_says(run: Any, receiver: Any, secret: str, tmp_path: Path, journal: str) -> None:
    events = make_events(["order.created", "order.updated", "payment.completed"], seed=7)
    made = duplicate(in_order(events), share=1.0, seed=7, how="same")
    made.write(tmp_path / "schedule.json")
    for more in ((), ("--journal", journal)):
        receiver.requests.clear()
        done = run(
            "send", "--to", receiver.url, "--schedule", str(tmp_path / "schedule.json"), "--secret", secret, *more
        )
        assert done.code == 0
        bodies = [body for _, body in receiver.requests]
        assert bodies == [events[place].body for place in made.delivered]
        same = [(headers["x-b3-traceid"], headers["steppay-signature"]) for headers, _ in receiver.requests]
        assert len(same) == 6
        assert len(set(same)) == len({trace for trace, _ in same}) == 3


def test_the_waits_of_a_schedule_are_compressed(
    run: Any, receiver: Any, secret: str, tmp_path: Path, journal: str
) -> None:
    events = make_events(["order.created", "order.updated"], seed=7)
    steps: list[Step] = [Deliver(event=0), Wait(seconds=86_400), Deliver(event=1)]
    plan(events, steps).write(tmp_path / "schedule.json")
    args = ("send", "--to", receiver.url, "--schedule", str(tmp_path / "schedule.json"), "--secret", secret)
    for more in ((), ("--journal", journal)):
        assert run(*args, *more, "--speed", "1d=20ms", "--json").json["elapsed"] >= 0.02
        assert run(*args, *more, "--speed", "0").code == 0


def test_a_fault_is_counted_without_those_of_the_steps(
    run: Any, receiver: Any, secret: str, tmp_path: Path, journal: str
) -> None:
    receiver.answer = lambda _request: Response("", 204)
    events = make_events(["order.created", "order.updated"], seed=7)
    plan(events, [Deliver(event=0), Deliver(event=1, fault="wrong-secret")]).write(tmp_path / "schedule.json")
    args = ("send", "--to", receiver.url, "--schedule", str(tmp_path / "schedule.json"), "--secret", secret)
    for more in ((), ("--journal", journal)):
        done = run(*args, "--fault", "body-spaced", *more)
        assert done.code == 1  # the receiver takes the wrong secret
        assert "fault body-spaced: a right receiver takes it, and this one did right 1 of 1 times\n" in done.err


def test_a_schedule_can_be_looked_at_first(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    events = make_events(["order.created", "order.updated"], seed=7)
    plan(events, [Drop(event=0), Deliver(event=1)]).write(tmp_path / "schedule.json")
    done = run(
        "send", "--to", receiver.url, "--schedule", str(tmp_path / "schedule.json"), "--secret", secret, "--dry-run"
    )
    assert (done.code, len(done.out.splitlines()), receiver.requests) == (0, 2, [])
    assert done.out.splitlines()[1].split()[1] == "order.updated"


@pytest.mark.parametrize(
    ("content", "more", "told"),
    [
        (None, (), "cannot be read as a schedule:"),
        ("{", (), "cannot be read as a schedule:"),
        ("[]", (), "That is no schedule. It is an object with 'version', 'events' and 'steps'."),
        ('{"version": 9, "steps": []}', (), "This schedule has version 9, and version 1 is understood."),
        ("{}", ("--order", "shuffled"), "--order means nothing to --schedule, which says all that by itself."),
        ("{}", ("--set", "data.code=x"), "--set means nothing to --schedule"),
        ("{}", ("-n", "2"), "-n means nothing to --schedule"),
    ],
)
def test_a_wrong_schedule_is_told_of(
    *, content: str | None, more: tuple[str, ...], told: str, run: Any, receiver: Any, secret: str, tmp_path: Path
) -> None:
    path = tmp_path / "schedule.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    done = run("send", "--to", receiver.url, "--schedule", str(path), "--secret", secret, *more)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert told in done.err


def test_a_schedule_with_faults_is_right_if_the_receiver_does_right(
    run: Any, receiver: Any, secret: str, tmp_path: Path, journal: str
) -> None:
    events = make_events(["order.created"], seed=7)
    path = tmp_path / "schedule.json"
    Schedule(tuple(events), (Deliver(event=0, fault="wrong-secret"),)).write(path)
    args = ("send", "--to", receiver.url, "--schedule", str(path), "--secret", secret)
    for more in ((), ("--journal", journal)):
        receiver.requests.clear()
        done = run(*args, *more)
        assert (done.code, len(receiver.requests)) == (0, 2), done.err  # with its control, which goes without a fault
    path.write_text(path.read_text(encoding="utf-8").replace("wrong-secret", "wrong-secrt"), encoding="utf-8")
    for more in ((), ("--journal", journal)):
        receiver.requests.clear()
        done = run(*args, *more)
        assert (done.code, receiver.requests) == (2, [])
        assert "wrong-secrt" in done.err
