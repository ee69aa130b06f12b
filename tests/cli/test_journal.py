"""``send`` and ``scenario run`` through the sender: many at once, tried again, and written down."""

from __future__ import annotations

import json
import os
import select
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from steppay_mock import EventType, make_events, scenario


def first_of_each_fails(request: Request, seen: Counter[bytes]) -> Response | None:
    seen[request.get_data()] += 1
    return Response("not yet", 503) if seen[request.get_data()] == 1 else None


def test_with_a_journal_the_same_arrives_and_the_same_is_shown(
    run: Any, receiver: Any, secret: str, journal: str
) -> None:
    done = run("send", "--to", receiver.url, "all", "--seed", "7", "--secret", secret, "--journal", journal)
    assert done.code == 0
    assert [body for _, body in receiver.requests] == [event.body for event in make_events(EventType, seed=7)]
    heading, *rows = done.out.splitlines()
    assert heading.split() == ["#", "Event", "type", "Answer", "ms"]
    assert [row.split()[1:3] for row in rows] == [[str(one), "204"] for one in EventType]
    assert done.err == (
        f"27 deliveries to {receiver.url}: 27 x 204\nrun 1: steppay-mock log --journal {journal} --run 1\n"
    )
    assert secret not in done.out + done.err
    assert secret.encode() not in Path(journal).read_bytes()


def test_the_requests_are_like_those_without_a_journal(run: Any, receiver: Any, secret: str, journal: str) -> None:
    for more in ((), ("--journal", journal)):
        run("send", "--to", receiver.url, "order.created", "--seed", "7", "--secret", secret, *more)
    (plain, _), (recorded, _) = receiver.requests
    differ = {"x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "steppay-signature"}
    assert {**plain, **dict.fromkeys(differ)} == {**recorded, **dict.fromkeys(differ)}


def test_more_runs_go_into_the_same_journal(run: Any, receiver: Any, secret: str, journal: str) -> None:
    for _ in range(2):
        done = run(
            "send", "--to", receiver.url, "order.created", "--seed", "7", "--secret", secret, "--journal", journal
        )
    assert f"run 2: steppay-mock log --journal {journal} --run 2\n" in done.err
    assert done.out.splitlines()[1].split()[:2] == ["2", "order.created"]


def test_without_a_journal_none_is_left(
    run: Any, receiver: Any, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = run(
        "send", "--to", receiver.url, "all", "--secret", secret, "--seed", "7", "--concurrency", "4", "--keep-alive"
    )
    assert done.code == 0
    assert Counter(receiver.events) == Counter(map(str, EventType))
    assert len(done.out.splitlines()) == 28
    assert done.err == f"27 deliveries to {receiver.url}: 27 x 204\n"
    assert list(tmp_path.iterdir()) == []
    assert receiver.requests[0][0]["connection"] == "keep-alive"


def test_of_many_there_is_one_row_for_each_event_and_status(run: Any, receiver: Any, secret: str) -> None:
    receiver.answer = lambda request: Response("boom", 500) if b"order.updated" in request.get_data() else None
    args = ("send", "--to", receiver.url, "order.created", "order.updated", "-n", "151", "--secret", secret)
    for more in ((), ("--concurrency", "8")):
        done = run(*args, *more, "--seed", "7")
        assert done.code == 1
        assert [line.split() for line in done.out.splitlines()] == [
            ["Event", "type", "Answer", "Times"],
            ["order.created", "204", "151"],
            ["order.updated", "500", "151"],
        ]
        assert f"302 deliveries to {receiver.url}: 151 x 204, 151 x 500\n" in done.err


def test_what_failed_is_tried_again(run: Any, receiver: Any, secret: str) -> None:
    seen: Counter[bytes] = Counter()
    receiver.answer = lambda request: first_of_each_fails(request, seen)
    args = ("send", "--to", receiver.url, "order.created", "order.updated", "--secret", secret, "--seed", "7")
    done = run(*args, "--retries", "0.001,0.001", "--json")
    assert done.code == 0
    assert sorted(seen.values()) == [2, 2]
    assert (done.json["ok"], done.json["retried"], done.json["statuses"]) == (True, 2, {"503": 2, "204": 2})
    assert [one["attempt_count"] for one in done.json["outcomes"]] == [2, 2]
    assert "2 attempts came after a failed one\n" in done.err
    seen.clear()
    assert run(*args, "--retries", "none").code == 1


def test_a_rate_spreads_the_deliveries(run: Any, receiver: Any, secret: str) -> None:
    done = run("send", "--to", receiver.url, "all", "--secret", secret, "--seed", "7", "--rate", "500", "--json")
    assert done.code == 0
    assert done.json["elapsed"] >= 26 / 500


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "hint: every answer was 401. Is the secret right?"),
        (404, "hint: every answer was 404. Is the path right?"),
        (405, "hint: every answer was 405. Does the receiver accept POST at "),
    ],
)
def test_the_hints_are_the_same(status: int, hint: str, run: Any, receiver: Any, secret: str) -> None:
    receiver.answer = lambda _request: Response(status=status)
    done = run("send", "--to", receiver.url, "order.created", "--secret", secret, "--concurrency", "2")
    assert (done.code, hint in done.err) == (1, True)


def test_nobody_there_is_exit_code_3(run: Any, nobody: str, journal: str) -> None:
    done = run("send", "--to", nobody, "order.created", "order.updated", "--unsigned", "--journal", journal)
    assert done.code == 3
    assert "no answer, connection refused: nothing listens at" in done.out
    assert f"hint: nothing could be reached. Is the receiver running at {nobody}?\n" in done.err


def test_a_dry_run_writes_no_journal(run: Any, receiver: Any, secret: str, journal: str) -> None:
    done = run("send", "--to", receiver.url, "order.created", "--secret", secret, "--journal", journal, "--dry-run")
    assert (done.code, receiver.requests, Path(journal).exists()) == (0, [], False)


def test_another_host_is_refused_before_anything_is_written(run: Any, secret: str, journal: str) -> None:
    done = run("send", "--to", "http://0.0.0.0:9/", "order.created", "--secret", secret, "--journal", journal)
    assert (done.code, Path(journal).exists()) == (2, False)
    assert "Add --allow-host 0.0.0.0" in done.err


def test_a_scenario_is_written_down_too(run: Any, receiver: Any, secret: str, journal: str) -> None:
    args = ("scenario", "run", "refund-in-full", "--to", receiver.url, "--seed", "7", "--secret", secret)
    bodies = [event.body for event in scenario("refund-in-full", seed=7)]
    for speed in ("0", "1d=1ms"):
        receiver.requests.clear()
        done = run(*args, "--speed", speed, "--journal", journal, "--json")
        assert done.code == 0
        assert [body for _, body in receiver.requests] == bodies
        assert (done.json["order"], done.json["seed"], done.json["planned"]) == ("occurrence", 7, 6)
    receiver.requests.clear()
    assert run(*args, "--speed", "1d=1ms", "--duplicates", "1", "--journal", journal).code == 0
    assert Counter(body for _, body in receiver.requests) == Counter(bodies * 2)


@pytest.mark.parametrize(
    "words",
    [("send", "order.created"), ("scenario", "run", "refund-in-full", "--order", "shuffled")],
    ids=lambda words: words[0],
)
def test_retries_wait_as_long_as_the_speed_says(run: Any, receiver: Any, secret: str, words: tuple[str, ...]) -> None:
    receiver.answer = lambda _request: Response("", 503) if len(receiver.requests) == 1 else None
    args = ("--to", receiver.url, "--seed", "7", "--secret", secret, "--retries", "86400", "--speed", "1d=1ms")
    done = run(*words, *args)
    assert done.code == 0
    assert "1 attempt came after a failed one\n" in done.err


@pytest.mark.parametrize("words", [("send", "order.created", "--to", "URL"), ("resend", "1"), ("resume",)])
def test_a_report_never_replaces_the_journal(
    run: Any, receiver: Any, secret: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    journal, name = tmp_path / "run.json", str(tmp_path / "." / "run.json")
    args = ("send", "order.created", "--to", receiver.url, "--secret", secret, "--journal", str(journal))
    assert run(*args).code == 0
    before = len(receiver.requests)
    words = tuple(receiver.url if word == "URL" else word for word in words)
    done = run(*words, "--secret", secret, "--journal", str(journal), "--report", name)
    assert (done.code, len(receiver.requests)) == (2, before)
    assert f"--report {journal} is the journal, and would replace it. Name another file." in done.err
    assert run("log", "--journal", str(journal)).code == 0


def test_answers_that_are_no_success_get_a_hint(run: Any, receiver: Any, secret: str) -> None:
    done = run("send", "--to", receiver.url, "order.created", "--seed", "7", "--secret", secret, "--success", "200,202")
    assert done.code == 1
    assert "hint: every answer was 204. Only 200 or 202 counts as success: see --success.\n" in done.err


def at_a_terminal(*args: str) -> tuple[bytes, int]:
    """What a terminal shows of a command, and how the command ends."""
    ours, theirs = os.openpty()
    shown = b""
    command = [sys.executable, "-m", "steppay_mock.cli", *args]
    with subprocess.Popen(command, stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL) as process:
        os.close(theirs)
        while select.select([ours], [], [], 30)[0]:
            try:
                more = os.read(ours, 4096)
            except OSError:  # Linux: the other end is closed
                break
            if not more:
                break
            shown += more
        process.wait(30)
    os.close(ours)
    return shown, process.returncode


def test_a_bar_shows_what_was_answered_at_a_terminal(receiver: Any, secret: str) -> None:
    shown, code = at_a_terminal(
        "send", "--to", receiver.url, "all", "--concurrency", "4", "--secret", secret, "--seed", "7"
    )
    assert code == 0
    assert b"sending" in shown
    assert b"27 answered, 0 failed, " in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--concurrency", "0"), "'0': expected a whole number from 1 to 1000. Leave it out for 1."),
        (("--concurrency", "many"), "'many': expected a whole number from 1 to 1000."),
        (("--concurrency", "5000"), "'5000': expected a whole number from 1 to 1000. Leave it out for 1."),
        (("--rate", "0"), "'0': expected a number from 0.001 up. Leave it out for no limit."),
        (("--rate", "-1"), "'-1': expected a number from 0.001 up."),
        (("--rate", "fast"), "'fast': expected a number from 0.001 up."),
        (("--retries", "sviks"), "or delays in seconds such as 5,60. Did you mean 'svix'?"),
        (
            ("--retries", "5;60"),
            (
                "'5;60': expected none, standard-webhooks, svix, stripe-like, fifo-blocking, "
                "or delays in seconds such as 5,60."
            ),
        ),
        (("--retries", "-5"), "'-5': expected none, standard-webhooks,"),
        (("--journal", "."), "is a directory"),
        (("--journal", "nowhere/at/all.sqlite"), "The journal nowhere/at/all.sqlite cannot be opened:"),
        (("--journal", "j", "--seed", "9" * 30), "is too large. Give one of at most 18 digits."),
        (("--report", "report.txt"), "'report.txt' ends in neither .json nor .xml (JUnit). Name it report.json."),
        (("--report", "nowhere/report.xml"), "make the folder nowhere, or name another."),
        (("--report", "report"), "ends in neither .json nor .xml"),
        (("--schedule", "s.json"), "--schedule has its events in it. Leave out either EVENT or --schedule."),
        (
            ("--speed", "0"),
            (
                "--speed is about the waits of schedules and between retries. "
                "Add --schedule FILE or --retries, or leave it out."
            ),
        ),
        (
            ("--speed", "0", "--retries", "none"),
            (
                "--speed is about the waits of schedules and between retries. "
                "Add --schedule FILE or --retries, or leave it out."
            ),
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_words_are_errors(
    *,
    words: tuple[str, ...],
    told: str,
    run: Any,
    receiver: Any,
    secret: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("send", "--to", receiver.url, "order.created", "--seed", "7", "--secret", secret, *words)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert told in done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_journal_stays_as_it_is(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    text, database = tmp_path / "text", tmp_path / "database"
    text.write_text("not a database, and longer than the header of one is: " * 20, encoding="utf-8")
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE mine (id)")
    connection.close()
    for path, told in ((text, "file is not a database"), (database, "is a database, and no journal of steppay-mock")):
        before = path.read_bytes()
        done = run("send", "--to", receiver.url, "order.created", "--secret", secret, "--journal", str(path))
        assert (done.code, receiver.requests) == (2, [])
        assert told in done.err
        assert path.read_bytes() == before


def test_the_json_has_what_was_counted(run: Any, receiver: Any, secret: str, journal: str) -> None:
    done = run(
        *("send", "--to", receiver.url, "order.created", "order.updated", "--order", "reversed", "--seed", "7"),
        *("--secret", secret, "--journal", journal, "--json"),
    )
    found = json.loads(done.out)
    assert (found["ok"], found["order"], found["seed"], found["run"]) == (True, "reversed", 7, 1)
    assert (found["planned"], found["succeeded"], found["failed"], found["pending"]) == (2, 2, 0, 0)
    assert found["journal"] == journal
    assert [one["event"] for one in found["outcomes"]] == ["order.updated", "order.created"]
    assert [one["ok"] for one in found["outcomes"]] == [True, True]
