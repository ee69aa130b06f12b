"""What is told of a delivery in a journal: its answer in one line, and all of it."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from steppay_mock.cli.show.delivery import Shown
from steppay_mock.cli.show.journal import answer_of, as_data, event_of, moment, receiver_of
from steppay_mock.delivery.journal.cells import headers_of
from steppay_mock.delivery.journal.reading import Attempt, Delivery

DELIVERY = Delivery(
    *(3, 1, "FAIL", "order.created", 1_688_697_915, "shop", "http://localhost/hook?token=abcdefgh", None, None, 2),
    *(1_706_002_316.5, 0.0123, 500, None, None, b"  boom  "),
)
ATTEMPT = Attempt(
    number=1,
    sent_at=1_706_002_316.5,
    signed_at=1_706_002_316,
    perhaps_again=False,
    status=500,
    latency=1.2345,
    error=None,
    headers='{"x-reason": 5}',
    body=b"boom",
    answered_at=1_706_002_317.0,
)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "500, boom"),
        ({"body": b""}, "500"),
        ({"error": "broke off"}, "500, broke off"),
        ({"status": None, "error": "refused"}, "no answer, refused"),
        ({"status": None}, "no outcome recorded"),
        ({"status": None, "attempts": 0}, "not sent yet"),
        ({"state": "SUCCESS", "status": 204}, "204"),
        ({"state": "SUCCESS", "status": None, "error": "lost"}, "no answer"),
        ({"status": 300, "headers": '{"location": "/there"}', "body": b""}, "300 to /there"),
        ({"status": 399, "headers": '{"location": "/there"}'}, "399 to /there, boom"),
        ({"status": 400, "headers": '{"location": "/there"}'}, "400, boom"),
        ({"status": 299, "headers": '{"location": "/there"}'}, "299, boom"),
        ({"status": 301}, "301, boom"),
        ({"headers": "[1]"}, "500, boom"),
        ({"headers": "{"}, "500, boom"),
        ({"headers": "[" * 100_000}, "500, boom"),
    ],
)
def test_the_answer_to_a_delivery_is_told_in_one_line(change: dict[str, Any], told: str) -> None:
    assert answer_of(DELIVERY._replace(**change)) == told


def test_a_long_answer_is_cut() -> None:
    assert 80 <= len(answer_of(DELIVERY._replace(body=b"x" * 500))) < 100
    assert len(answer_of(DELIVERY._replace(body=b"x" * 80))) == len("500, ") + 80


def test_moments_receivers_and_headers_are_told() -> None:
    assert moment(1_706_002_316.5) == "2024-01-23T09:31:56.500Z"
    assert moment(0.0) == "1970-01-01T00:00:00.000Z"
    assert moment(None) == ""
    assert receiver_of(DELIVERY) == "shop"
    assert receiver_of(DELIVERY._replace(receiver="")) == "http://localhost/hook?token=********"
    assert event_of(DELIVERY._replace(again="retry")) == "order.created, again"
    assert headers_of('{"a": 5}') == {"a": "5"}
    assert headers_of(None) == headers_of("") == {}


def shown(delivery: Delivery, *attempts: Attempt, body: bytes = b'{"event":1}', signed: bool = True) -> Shown:
    headers = {"content-type": "application/json", "content-length": "11"}
    if signed:
        headers["steppay-signature"] = "timestamp=5,key=********"
    return Shown(delivery=delivery, body=body, headers=headers, attempts=list(attempts))


def test_all_of_a_delivery_is_told_in_lines() -> None:
    lines = list(
        shown(
            DELIVERY._replace(fault="http-1.0"),
            ATTEMPT,
            ATTEMPT._replace(
                number=2, perhaps_again=True, status=None, error="refused", latency=None, body=b"", headers=""
            ),
            ATTEMPT._replace(number=3, answered_at=None),
        ).lines()
    )
    assert lines == [
        "delivery 3 of run 1: order.created, FAIL",
        "to shop",
        "fault: http-1.0, which the command below does not repeat",
        "",
        "POST http://localhost/hook?token=********",
        "content-type: application/json",
        "content-length: 11",
        "steppay-signature: timestamp=5,key=********",
        "",
        '{\n  "event": 1\n}',
        "",
        "attempt 1, 2024-01-23T09:31:56.500Z",
        "  500 after 1234.5 ms",
        "  x-reason: 5",
        "  boom",
        "attempt 2, 2024-01-23T09:31:56.500Z, perhaps not for the first time: the one before it was cut off",
        "  no answer, refused",
        "attempt 3, 2024-01-23T09:31:56.500Z",
        "  cut off or in flight: it is not known whether it arrived",
        "",
    ]
    bare = list(shown(DELIVERY._replace(receiver=""), body=b"\xff{").lines())
    assert bare[1:3] == ["", "POST http://localhost/hook?token=********"]
    assert bare[-5:] == ["", "\ufffd{", "", "it was not sent yet", ""]


def test_the_command_for_a_shell_says_what_is_left_open() -> None:
    assert shown(DELIVERY, body=b"it's \xff").curl() == (
        b"# put the secret of the URL in the place of ********\n"
        b"# signs with the secret in STEPPAY_WEBHOOK_SECRET\n"
        b"body='it'\"'\"'s \xff'\n"
        b"printf %s \"$body\" | curl --request POST 'http://localhost/hook?token=********' \\\n"
        b"  --header 'content-type: application/json' \\\n"
        b"  --header 'user-agent:' \\\n"
        b'  --header "steppay-signature: $(printf %s "$body" | steppay-mock sign)" \\\n'
        b"  --data-binary @-\n"
    )
    plain = shown(DELIVERY._replace(url="http://localhost/hook"), signed=False).curl()
    assert plain.startswith(b"body=")
    assert b"signature" not in plain
    assert json.loads(json.dumps(shown(DELIVERY, ATTEMPT).as_dict()))["request"]["method"] == "POST"


def test_a_delivery_as_data_has_its_attempts_without_secrets() -> None:
    data = as_data(DELIVERY, [ATTEMPT, ATTEMPT._replace(perhaps_again=True, body=b"\xff")])
    assert data["url"] == "http://localhost/hook?token=********"
    assert [(one["perhaps_again"], one["body"], one["headers"]) for one in data["attempts"]] == [
        (False, "boom", {"x-reason": "5"}),
        (True, "\ufffd", {"x-reason": "5"}),
    ]


def test_the_list_of_a_journal_shows_milliseconds(run: Any, receiver: Any, secret: str) -> None:
    args = ("send", "--to", receiver.url, "order.created", "--secret", secret, "--journal", "j.sqlite")
    assert run(*args).code == 0
    connection = sqlite3.connect("j.sqlite")
    with connection:
        connection.execute("UPDATE attempts SET latency = 1.2345")
    connection.close()
    assert run("log", "--journal", "j.sqlite").out.splitlines()[1].split()[5] == "1234.5"
    for limit, told in (("1", "1 delivery\n"), ("2", "1 delivery\n")):
        assert run("log", "--journal", "j.sqlite", "--limit", limit).err == told
