"""``log``: what a journal says, as the portal lists it, and all of one delivery with a command that repeats it."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from steppay_mock import make_event


@pytest.fixture
def journal(tmp_path: Path, run: Any, receiver: Any, secret: str) -> str:
    """A journal of two runs: one with a failure, one of a delivery that was tried again."""
    path = str(tmp_path / "deliveries.sqlite")

    def answer(request: Request) -> Response | None:
        if b"payment.canceled" in request.get_data():
            return Response("out of \x1b[31mstock", 500, {"X-Reason": "stock"})
        return None

    receiver.answer = answer
    args = ("send", "--to", receiver.url, "--secret", secret, "--seed", "7", "--journal", path)
    run(*args, "order.created", "payment.canceled", "order.updated")
    run(*args, "payment.canceled", "--retries", "0.001")
    receiver.requests.clear()
    receiver.answer = lambda _request: None
    return path


def test_deliveries_are_listed_as_in_the_portal(run: Any, receiver: Any, journal: str) -> None:
    done = run("log", "--journal", journal)
    assert done.code == 0
    heading, *rows = done.out.splitlines()
    assert re.split(r" {2,}", heading.strip()) == [
        *("Id", "Run", "State", "Event type", "Sent at", "ms", "Attempts", "Answer", "Receiver")
    ]
    told = [row.split() for row in rows]
    assert [row[:4] for row in told] == [
        ["4", "2", "FAIL", "payment.canceled"],
        ["3", "1", "SUCCESS", "order.updated"],
        ["2", "1", "FAIL", "payment.canceled"],
        ["1", "1", "SUCCESS", "order.created"],
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row[4]) for row in told)
    assert all(float(row[5]) > 0 for row in told)
    assert [row[6] for row in told] == ["2", "1", "1", "1"]
    assert [row[7] for row in told] == ["500,", "204", "500,", "204"]
    assert {row[-1] for row in told} == {receiver.url}
    assert done.err == "4 deliveries\n"


@pytest.mark.parametrize(
    ("words", "ids", "told"),
    [
        (("--state", "FAIL"), [4, 2], "2 deliveries\n"),
        (("--state", "fail", "--state", "SUCCESS"), [4, 3, 2, 1], "4 deliveries\n"),
        (("--state", "PENDING"), [], "0 deliveries\n"),
        (("--event", "order.created"), [1], "1 delivery\n"),
        (("--event", "order.created", "--event", "order.updated"), [3, 1], "2 deliveries\n"),
        (("--run", "2"), [4], "1 delivery\n"),
        (("--run", "1", "--state", "FAIL"), [2], "1 delivery\n"),
        (("--limit", "1"), [4], "the newest 1 of 4 deliveries; --limit 0 lists all\n"),
        (("--limit", "0"), [4, 3, 2, 1], "4 deliveries\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_filters_choose(words: tuple[str, ...], ids: list[int], told: str, run: Any, journal: str) -> None:
    done = run("log", "--journal", journal, *words, "--json")
    assert [one["id"] for one in done.json] == ids
    assert done.err == told
    assert [line.split()[0] for line in run("log", "--journal", journal, *words).out.splitlines()[1:]] == [
        str(one) for one in ids
    ]


def test_the_json_has_what_the_portal_has(run: Any, receiver: Any, journal: str) -> None:
    (found,) = run("log", "--journal", journal, "--run", "2", "--json").json
    event = make_event("payment.canceled", seed=7)
    assert found.pop("sent_at") > 1_700_000_000
    assert found.pop("latency") > 0
    assert [one["status"] for one in found.pop("attempts")] == [500, 500]
    assert found == {
        "id": 4,
        "run": 2,
        "state": "FAIL",
        "event": "payment.canceled",
        "timestamp": event.timestamp,
        "again": None,
        "fault": None,
        "receiver": receiver.url,
        "url": receiver.url,
        "status": 500,
        "error": None,
    }


def test_one_is_shown_with_request_attempts_and_command(run: Any, receiver: Any, journal: str, secret: str) -> None:
    done = run("log", "show", "4", "--journal", journal)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "delivery 4 of run 2: payment.canceled, FAIL"
    assert f"POST {receiver.url}" in lines
    assert any(re.fullmatch(r"steppay-signature: timestamp=\d+,key=\*{8}", line) for line in lines)
    assert '  "event": "payment.canceled",' in lines
    assert [line.split(",")[0] for line in lines if line.startswith("attempt ")] == ["attempt 1", "attempt 2"]
    assert sum("  500 after " in line for line in lines) == 2
    assert "  x-reason: stock" in lines
    assert "\x1b" not in done.out
    assert secret not in done.out + done.err


def test_the_headers_are_those_that_were_sent(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    path = str(tmp_path / "j.sqlite")
    run("send", "--to", receiver.url, "order.created", "--secret", secret, "--seed", "7", "--journal", path)
    ((sent, body),) = receiver.requests
    request = run("log", "show", "1", "--journal", path, "--json").json["request"]
    assert request["body"].encode() == body
    signature = request["headers"].pop("steppay-signature")
    assert signature == f"{sent['steppay-signature'].split(',')[0]},key=********"
    assert {name: sent[name] for name in request["headers"]} == request["headers"]


def test_the_command_of_curl_repeats_the_request(run: Any, receiver: Any, journal: str, secret: str) -> None:
    shown = run("log", "show", "2", "--journal", journal, "--json").json
    assert run("log", "show", "2", "--journal", journal).out.endswith(shown["curl"])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-euc", shown["curl"].encode()],  # which has Hangul; a locale may have none
        env={**os.environ, "PATH": path, "STEPPAY_WEBHOOK_SECRET": secret},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    ((headers, body),) = receiver.requests
    assert body == shown["request"]["body"].encode()
    for name in ("x-b3-traceid", "accept", "te", "content-type", "content-length"):
        assert headers[name] == shown["request"]["headers"][name]
    assert "user-agent" not in headers
    assert done.stdout == b""  # 204: the receiver took the signature


def test_the_json_of_one_has_every_attempt(run: Any, journal: str) -> None:
    found = run("log", "--journal", journal, "show", "4", "--json").json
    assert (found["id"], found["state"]) == (4, "FAIL")
    assert [one["number"] for one in found["attempts"]] == [1, 2]
    assert {one["status"] for one in found["attempts"]} == {500}
    assert {one["body"] for one in found["attempts"]} == {"out of \x1b[31mstock"}
    assert {one["headers"]["x-reason"] for one in found["attempts"]} == {"stock"}
    assert json.loads(found["request"]["body"]) == make_event("payment.canceled", seed=7).payload


def test_what_nobody_answered_is_told(run: Any, nobody: str, tmp_path: Path) -> None:
    path = str(tmp_path / "j.sqlite")
    run("send", "--to", nobody, "order.created", "--unsigned", "--journal", path)
    assert "no answer, connection refused: nothing listens at" in run("log", "--journal", path).out
    assert "  no answer after " in run("log", "show", "1", "--journal", path).out


def test_reading_changes_nothing(run: Any, journal: str) -> None:
    def content() -> list[str]:
        with sqlite3.connect(journal) as connection:
            found = list(connection.iterdump())
        connection.close()
        return found

    before = content()
    run("log", "--journal", journal)
    run("log", "show", "1", "--journal", journal)
    assert content() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("log",), "Of which journal? Pass --journal FILE, the one that `send --journal` wrote."),
        (("log", "show", "1"), "Of which journal? Pass --journal FILE, the one that `send --journal` wrote."),
        (("log", "--journal", "none.sqlite"), "There is no journal none.sqlite. Name the file that `send --journal`"),
        (("log", "--journal", "text"), "text cannot be read as a journal: file is not a database."),
        (("log", "--journal", "other"), "other is no journal of steppay-mock."),
        (("log", "--journal", "newer"), "newer is a journal of version 999, and this steppay-mock reads up to"),
        (("log", "--state", "LOST"), "'LOST' is not one of"),
        (("log", "--event", "order.craeted"), "Did you mean 'order.created'?"),
        (("log", "--run", "0"), "0 is not in the range x>=1"),
        (("log", "--run", "9", "--journal", "J"), "--run 9: there is no such run in"),
        (("log", "--limit", "few"), "'few' is not a valid integer"),
        (("log", "--limit", "3", "--journal", "J", "show", "1"), "--limit chooses what is listed"),
        (("log", "--json", "--journal", "J", "show", "1"), "--json belongs behind `log show`."),
        (("log", "show", "9", "--journal", "J"), "There is no delivery 9 in "),
        (("log", "show", "first", "--journal", "J"), "'first' is not a valid integer"),
        (("log", "show", "--journal", "J"), "Missing argument 'ID'"),
        (("log", "list", "--journal", "J"), "No such command 'list'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_words_are_errors(
    *, words: tuple[str, ...], told: str, run: Any, journal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text").write_text("this is text, and longer than the header of a database is: " * 20, encoding="utf-8")
    for name, pragma in (("other", "user_version = 1"), ("newer", "user_version = 999")):
        connection = sqlite3.connect(name)
        connection.execute(f"PRAGMA {pragma}")
        if name == "newer":
            with closing(sqlite3.connect(journal)) as known:
                (application,) = known.execute("PRAGMA application_id").fetchone()
            connection.execute(f"PRAGMA application_id = {application}")
        connection.execute("CREATE TABLE mine (id)")
        connection.close()
    done = run(*(journal if word == "J" else word for word in words))
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert "Traceback" not in done.err
