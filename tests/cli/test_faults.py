"""``--fault``: every delivery has it, and the verdict is about what a right receiver does with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from werkzeug import Response

from steppay_mock import make_events
from steppay_mock.delivery.faults import FAULTS
from steppay_mock.delivery.schedule.makers import in_order


def test_the_list_has_every_fault(run: Any) -> None:
    done = run("faults")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines()[1:]] == list(FAULTS)
    listed = run("faults", "--json").json
    assert [one["name"] for one in listed] == list(FAULTS)
    assert listed[0] == {
        "name": "wrong-secret",
        "family": "signature",
        "expects": "refused",
        "description": FAULTS["wrong-secret"].description,
        "reason": FAULTS["wrong-secret"].reason,
        "needs_secret": True,
        "needs_socket": False,
        "answered": True,
    }


def test_a_receiver_that_refuses_what_is_wrong_is_right(
    run: Any, receiver: Any, secret: str, more: tuple[str, ...]
) -> None:
    args = ("order.created", "order.updated", "--fault", "wrong-secret", "--seed", "7", "--secret", secret)
    done = run("send", "--to", receiver.url, *args, *more)
    assert (done.code, len(receiver.requests)) == (0, 2 + 2)  # and one of each type without the fault
    assert "fault wrong-secret: a right receiver refuses it, and this one did right 2 of 2 times\n" in done.err
    assert f"2 deliveries to {receiver.url}: 2 x 401\n" in done.err
    assert "hint" not in done.err
    assert run("send", "--to", receiver.url, *args, *more, "--json").json["ok"] is True


def test_a_receiver_that_takes_what_is_wrong_is_not(
    run: Any, receiver: Any, secret: str, more: tuple[str, ...]
) -> None:
    receiver.answer = lambda _request: Response(status=204)
    done = run("send", "--to", receiver.url, "order.created", "--fault", "signature-missing", "--secret", secret, *more)
    assert done.code == 1
    assert "this one did right 0 of 1 times" in done.err


def test_where_no_answer_can_come_none_is_missed(run: Any, receiver: Any, secret: str, more: tuple[str, ...]) -> None:
    done = run("send", "--to", receiver.url, "order.created", "--fault", "answer-lost", "--secret", secret, *more)
    assert (done.code, len(receiver.requests)) == (0, 1 + 1), done.err
    assert "no answer" in done.out
    assert "hint" not in done.err


def test_a_scenario_has_the_fault_with_every_delivery(
    run: Any, receiver: Any, secret: str, more: tuple[str, ...]
) -> None:
    args = ("refund-in-full", "--to", receiver.url, "--fault", "names-title-case", "--order", "shuffled")
    done = run("scenario", "run", *args, "--seed", "7", "--secret", secret, "--duplicates", "0.5", *more)
    assert done.code == 0, done.err
    assert f"did right {len(receiver.requests)} of {len(receiver.requests)} times" in done.err


def test_a_schedule_has_it_with_every_delivery(
    run: Any, receiver: Any, secret: str, tmp_path: Path, more: tuple[str, ...]
) -> None:
    in_order(make_events("order.created", n=2, seed=7)).write(tmp_path / "schedule.json")
    args = ("--schedule", str(tmp_path / "schedule.json"), "--fault", "timestamp-stale", "--secret", secret)
    done = run("send", "--to", receiver.url, *args, *more)
    assert (done.code, len(receiver.requests)) == (0, 2 + 1)
    assert f"2 deliveries to {receiver.url}: 2 x 401\n" in done.err


def test_the_plan_names_it(run: Any, receiver: Any, secret: str) -> None:
    done = run("send", "--to", receiver.url, "order.created", "--fault", "http-1.0", "--secret", secret, "--dry-run")
    assert "order.created (http-1.0)" in done.out
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--fault", "wrong-secrt", "--secret", "x"), "Unknown fault 'wrong-secrt'. Did you mean 'wrong-secret'?"),
        (("--fault", "x", "--secret", "x"), "`steppay-mock faults` lists them."),
        (("--fault", "key-empty", "--unsigned"), "--fault key-empty changes the signature, and --unsigned sends none"),
    ],
)
def test_wrong_words_are_errors(
    *, run: Any, receiver: Any, tmp_path: Path, args: tuple[str, ...], told: str, more: tuple[str, ...]
) -> None:
    done = run("send", "--to", receiver.url, "order.created", *args, *more)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert told in done.err
    assert list(tmp_path.iterdir()) == []


def test_the_shell_completes_names() -> None:
    import click

    from steppay_mock.cli.options.faults import FaultNameType

    found = FaultNameType().shell_complete(click.Context(click.Command("x")), click.Option(["--fault"]), "keys-")
    assert [one.value for one in found] == ["keys-right-first", "keys-right-last", "keys-none-right"]
    assert found[0].help == FAULTS["keys-right-first"].description
