"""``resend``: a delivery comes again by hand, the same bytes signed anew, and is written down as a run of its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Receiver, serving
from werkzeug import Request, Response

from steppay_mock import SignatureError, make_event, make_events, verify


def is_signed(request: Request, secret: str) -> bool:
    try:
        verify(request.headers.get("steppay-signature"), request.get_data(), secret)
    except SignatureError:
        return False
    return True


@pytest.fixture
def journal(tmp_path: Path, run: Any, receiver: Any, secret: str) -> str:
    path = str(tmp_path / "deliveries.sqlite")
    args = ("send", "--to", receiver.url, "order.created", "order.updated", "payment.completed")
    run(*args, "--secret", secret, "--seed", "7", "--journal", path)
    receiver.requests.clear()
    return path


def test_the_same_bytes_come_again_signed_anew(run: Any, receiver: Any, journal: str, secret: str) -> None:
    done = run("resend", "3", "1", "--journal", journal, "--secret", secret)
    assert done.code == 0
    events = make_events(["order.created", "order.updated", "payment.completed"], seed=7)
    assert [body for _, body in receiver.requests] == [events[2].body, events[0].body]
    assert [row.split()[:3] for row in done.out.splitlines()[1:]] == [
        ["4", "payment.completed", "204"],
        ["5", "order.created", "204"],
    ]
    assert done.err == (
        f"2 deliveries to {receiver.url}: 2 x 204\nrun 2: steppay-mock log --journal {journal} --run 2\n"
    )
    assert [one["run"] for one in run("log", "--journal", journal, "--json").json] == [2, 2, 1, 1, 1]
    assert secret not in done.out + done.err


def test_each_resend_has_a_signature_of_its_own_however_soon_it_comes(
    run: Any, receiver: Any, journal: str, secret: str
) -> None:
    for _ in range(3):
        assert run("resend", "1", "--journal", journal, "--secret", secret).code == 0
    signatures = [headers["steppay-signature"] for headers, _ in receiver.requests]
    assert len(set(signatures)) == 3


@pytest.mark.parametrize("form", ["pretty", "compact", "escaped"])
def test_the_same_bytes_come_again_in_every_form(
    run: Any, receiver: Any, secret: str, tmp_path: Path, form: Any
) -> None:
    path = str(tmp_path / "forms.sqlite")
    args = ("--seed", "7", "--secret", secret, "--body", form, "--journal", path)
    assert run("send", "--to", receiver.url, "customer.created", *args).code == 0
    assert run("resend", "1", "--journal", path, "--secret", secret).code == 0
    body = make_event("customer.created", seed=7, body=form).body
    assert [got for _, got in receiver.requests] == [body, body]


def test_what_was_sent_again_can_be_sent_again(run: Any, receiver: Any, journal: str, secret: str) -> None:
    assert run("resend", "1", "--journal", journal, "--secret", secret).code == 0
    assert run("resend", "4", "--journal", journal, "--secret", secret).code == 0
    assert receiver.events == ["order.created", "order.created"]


def test_the_json_and_the_exit_code_tell_what_came_of_it(run: Any, receiver: Any, journal: str, secret: str) -> None:
    receiver.answer = lambda _request: Response("no", 500)
    done = run("resend", "1", "--journal", journal, "--secret", secret, "--json")
    assert done.code == 1
    (found,) = done.json["runs"]
    assert (done.json["ok"], found["run"], found["failed"], found["outcomes"][0]["ok"]) == (False, 2, 1, False)
    receiver.answer = lambda _request: None
    assert run("resend", "1", "--journal", journal, "--unsigned").code == 1
    assert run("resend", "1", "--journal", journal, "--secret", "other").code == 1


def test_a_receiver_that_is_gone_is_exit_code_3(run: Any, nobody: str, tmp_path: Path) -> None:
    path = str(tmp_path / "j.sqlite")
    run("send", "--to", nobody, "order.created", "--unsigned", "--journal", path)
    done = run("resend", "1", "--journal", path, "--unsigned")
    assert done.code == 3
    assert "hint: nothing could be reached." in done.err


def test_each_receiver_gets_its_own(run: Any, receiver: Any, nobody: str, journal: str, secret: str) -> None:
    run("send", "--to", nobody, "cover.paused", "--secret", secret, "--journal", journal)
    done = run("resend", "4", "1", "2", "--journal", journal, "--secret", secret, "--json")
    assert done.code == 1
    assert receiver.events == ["order.created", "order.updated"]
    assert [(one["receiver"], one["planned"]) for one in done.json["runs"]] == [(nobody, 1), (receiver.url, 2)]


def test_a_host_that_is_not_this_machine_needs_leave(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    path, url = str(tmp_path / "j.sqlite"), receiver.url.replace("127.0.0.1", "0.0.0.0")
    run("send", "--to", url, "order.created", "--secret", secret, "--journal", path, "--allow-host", "0.0.0.0")
    done = run("resend", "1", "--journal", path, "--secret", secret)
    assert done.code == 2
    assert "Is it yours? Add --allow-host 0.0.0.0" in done.err
    assert run("resend", "1", "--journal", path, "--secret", secret, "--allow-host", "0.0.0.0").code == 0
    assert len(receiver.requests) == 2


def set_body(journal: str, number: int, body: bytes) -> None:
    connection = sqlite3.connect(journal)
    connection.execute("UPDATE events SET body = ? WHERE id = ?", (body, number))
    connection.commit()
    connection.close()


CAPTURED = rb"""{
  "event": "order.created",
  "timestamp": 1688697915,
  "data": {"paidAmount": 0.30000000000000004441, "name": "\uae40", "rate": 1E2}
}
"""


def test_a_body_comes_again_as_it_is_however_it_is_written(run: Any, receiver: Any, journal: str, secret: str) -> None:
    set_body(journal, 1, CAPTURED)
    assert run("resend", "1", "--journal", journal, "--secret", secret).code == 0
    assert [body for _, body in receiver.requests] == [CAPTURED]
    assert run("resend", "4", "--journal", journal, "--secret", secret).code == 0
    assert [body for _, body in receiver.requests] == [CAPTURED] * 2


def test_what_is_no_webhook_is_not_sent(run: Any, receiver: Any, journal: str, secret: str) -> None:
    set_body(journal, 2, b"{")
    done = run("resend", "3", "2", "--journal", journal, "--secret", secret)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert "Delivery 2 cannot be sent again. The captured body is no JSON: line 1, column 2:" in done.err
    assert "`steppay-mock log show 2` prints a command of curl" in done.err


def test_another_receiver_gets_it_with_its_own_secret(run: Any, receiver: Any, journal: str, tmp_path: Path) -> None:
    other = Receiver(answer=lambda request: Response(status=204 if is_signed(request, "other") else 401))
    with serving(other):
        done = run("resend", "2", "1", "--journal", journal, "--secret", "other", "--to", other.url)
        assert done.code == 0
        assert (other.events, receiver.requests) == (["order.updated", "order.created"], [])
        (tmp_path / "steppay-mock.toml").write_text(
            f'[[endpoints]]\nname = "new"\nurl = "{other.url}"\nsecret = "other"\nevents = ["cover.paused"]\n',
            encoding="utf-8",
        )
        bare = other.url.removesuffix("/webhooks/steppay")
        assert run("resend", "1", "--journal", journal, "--to", bare).code == 0
        found = run("log", "--journal", journal, "--json").json
        assert [(one["run"], one["receiver"], one["state"]) for one in found[:4]] == [
            (3, other.url, "SUCCESS"),
            (2, other.url, "SUCCESS"),
            (2, other.url, "SUCCESS"),
            (1, receiver.url, "SUCCESS"),
        ]
        assert run("resend", str(found[0]["id"]), "--journal", journal).code == 0
        assert len(other.requests) == 4


def test_another_receiver_needs_leave_as_well(run: Any, receiver: Any, journal: str, secret: str) -> None:
    url = receiver.url.replace("127.0.0.1", "0.0.0.0")
    words = ("resend", "1", "--journal", journal, "--secret", secret, "--to")
    done = run(*words, url)
    assert (done.code, receiver.requests) == (2, [])
    assert "Is it yours? Add --allow-host 0.0.0.0" in done.err
    assert run(*words, url, "--allow-host", "0.0.0.0").code == 0
    done = run(*words, "https://api.steppay.kr/hooks")
    assert (done.code, len(receiver.requests)) == (2, 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Missing argument 'ID...'"),
        (("1",), "Missing option '--journal'"),
        (
            ("1", "--journal", "J"),
            "No secret is given. Pass --secret, or set STEPPAY_WEBHOOK_SECRET, or pass --unsigned",
        ),
        (("9", "--journal", "J", "--unsigned"), "There is no delivery 9 in "),
        (
            ("1", "1", "--journal", "J", "--unsigned"),
            "1 is named twice. Name it once, and repeat the command for more.",
        ),
        (("one", "--journal", "J", "--unsigned"), "'one' is not a valid number of a delivery, such as 3."),
        (("0", "--journal", "J", "--unsigned"), "0 is not in the range x>=1"),
        (
            ("1", "--journal", "none", "--unsigned"),
            "There is no journal none. Name the file that `send --journal` wrote.",
        ),
        (("1", "--journal", "J", "--unsigned", "--secret", "x"), "--unsigned and --secret contradict each other."),
        (
            ("1", "--journal", "J", "--unsigned", "--timeout", "0"),
            "'0': expected seconds, more than 0 and at most 86400.",
        ),
        (("1", "--journal", "J", "--unsigned", "--allow-host", "http://x"), "--allow-host takes a host name"),
        (("1", "--journal", "J", "--unsigned", "--report", "r.csv"), "ends in neither .json nor .xml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_words_are_errors(words: tuple[str, ...], told: str, run: Any, receiver: Any, journal: str) -> None:
    done = run("resend", *(journal if word == "J" else word for word in words))
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert told in done.err
    assert "Traceback" not in done.err
