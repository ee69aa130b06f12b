"""``resume``: a run that was killed or stopped is completed, and nothing that was answered is sent again."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from steppay_mock import EventType, make_events
from steppay_mock.delivery.journal.reading import read_journal

ALL = sorted(event.body for event in make_events(EventType, n=10, seed=7))


def cut_off(receiver: Any, journal: str, secret: str, *, how: signal.Signals, more: tuple[str, ...] = ()) -> Any:
    """Send 270 events, until the receiver has seen 50; then the process gets the signal. What became of it."""
    begun = threading.Event()
    processes: list[subprocess.Popen[str]] = []

    def answer(_request: Request) -> None:
        if len(receiver.requests) == 50:
            begun.wait(30)
            processes[0].send_signal(how)

    receiver.answer = answer
    command = [sys.executable, "-m", "steppay_mock.cli", "send", "--to", receiver.url, "all", "-n", "10", "--seed", "7"]
    command += ["--journal", journal, "--concurrency", "4", *more, "--secret", secret]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        processes.append(process)
        begun.set()
        out, err = process.communicate(timeout=60)
    receiver.answer = lambda _request: None
    return process.returncode, out, err


def states(journal: str) -> dict[str, int]:
    connection = sqlite3.connect(journal)
    found = dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
    connection.close()
    return found


def test_a_run_that_was_killed_is_completed(run: Any, receiver: Any, journal: str, secret: str) -> None:
    code, _, _ = cut_off(receiver, journal, secret, how=signal.SIGKILL)
    assert code == -signal.SIGKILL
    listed = run("log", "--journal", journal, "--limit", "0", "--json").json
    assert len(listed) == 270
    done_before = states(journal)
    assert 0 < done_before["PENDING"] < 270
    done = run("resume", "--journal", journal, "--secret", secret, "--json")
    assert done.code == 0
    (found,) = done.json["runs"]
    assert (found["run"], found["planned"], found["succeeded"], found["pending"]) == (1, 270, 270, 0)
    assert 0 <= found["perhaps_again"] <= 4
    bodies = Counter(body for _, body in receiver.requests)
    assert sorted(bodies) == ALL
    assert sum(bodies.values()) - 270 <= found["perhaps_again"]
    assert states(journal) == {"SUCCESS": 270}
    assert secret not in done.out + done.err
    again = run("resume", "--journal", journal, "--secret", secret)
    assert (again.code, again.out) == (0, "")
    assert again.err == f"nothing to resume: all that was planned in {journal} has arrived\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_lets_come_down_what_is_in_flight_and_says_how_to_go_on(
    run: Any, receiver: Any, journal: str, secret: str, how: signal.Signals
) -> None:
    code, out, err = cut_off(receiver, journal, secret, how=how)
    assert code == 130
    left = states(journal)["PENDING"]
    assert 0 < left <= 220
    assert f"stopped: {left} of 270 have no outcome yet. Go on with:\n" in err
    assert f"  steppay-mock resume --journal {journal}\n" in err
    assert "Traceback" not in err
    assert out.splitlines()[0].split() == ["#", "Event", "type", "Answer", "ms"]
    done = run("resume", "--journal", journal, "--secret", secret)
    assert done.code == 0
    assert sorted(body for _, body in receiver.requests) == ALL  # each of them once
    assert f"270 deliveries to {receiver.url}: {left} x 204\n" in done.err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_was_cut_off_between_its_controls_has_no_verdict_before_it_is_resumed(
    run: Any, receiver: Any, journal: str, secret: str, how: signal.Signals
) -> None:
    begun = threading.Event()
    processes: list[subprocess.Popen[str]] = []

    def answer(_request: Request) -> Response | None:
        if len(receiver.requests) == 3:
            begun.wait(30)
            processes[0].send_signal(how)
        return Response("", 401) if len(receiver.requests) < 3 else None

    receiver.answer = answer
    command = [sys.executable, "-m", "steppay_mock.cli", "send", "--to", receiver.url, "order.created", "order.updated"]
    command += ["--fault", "wrong-secret", "--journal", journal, "--secret", secret]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        processes.append(process)
        begun.set()
        _, err = process.communicate(timeout=60)
    if how is signal.SIGINT:
        assert process.returncode == 130
        assert "stopped: not all events were repeated without the fault, so there is no verdict yet. Go on" in err
        assert f"  steppay-mock resume --journal {journal}\n" in err
        assert "did right" not in err
        assert "hint:" not in err  # every answer was 401, which is right
    report = Path(journal).with_name("report.xml")
    done = run("resume", "--journal", journal, "--secret", secret, "--json", "--report", str(report))
    assert done.code == 0
    (found,) = done.json["runs"]
    assert (found["run"], found["succeeded"], found["undecided"]) == (1, 2, 0)
    assert [one["status"] for one in found["controls"]] == [204, 204]
    assert 'tests="4" failures="0"' in report.read_text(encoding="utf-8")
    assert len(receiver.requests) in ({4} if how is signal.SIGINT else {4, 5})


def test_ctrl_c_without_a_journal_says_that_nothing_is_known(receiver: Any, secret: str) -> None:
    def answer(_request: Request) -> None:
        if len(receiver.requests) == 50:
            begun.wait(30)
            processes[0].send_signal(signal.SIGINT)

    begun = threading.Event()
    processes: list[subprocess.Popen[str]] = []
    receiver.answer = answer
    command = [sys.executable, "-m", "steppay_mock.cli", "send", "--to", receiver.url, "all", "-n", "20", "--seed", "7"]
    with subprocess.Popen(
        [*command, "--concurrency", "2", "--secret", secret], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        processes.append(process)
        begun.set()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped. Without --journal FILE the run cannot be resumed: send it again.\n" in err
    assert len(receiver.requests) < 100


def test_ctrl_c_ends_a_long_wait_before_a_retry(nobody: str, journal: str) -> None:
    command = [sys.executable, "-m", "steppay_mock.cli", "send", "--to", nobody, "order.created", "--unsigned"]
    with subprocess.Popen(
        [*command, "--journal", journal, "--retries", "86400"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        assert process.stderr.readline().startswith("seed ")
        while process.poll() is None and not attempted(journal):
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped: 1 of 1 have no outcome yet." in err
    with read_journal(journal) as reading:
        (left,) = reading.unfinished()
    assert (left.pending, left.unknown_retries) == (1, None)


def attempted(journal: str) -> bool:
    try:
        connection = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    except sqlite3.Error:
        return False
    try:
        return bool(connection.execute("SELECT 1 FROM attempts WHERE answered_at IS NOT NULL").fetchall())
    except sqlite3.Error:
        return False
    finally:
        connection.close()


def unfinish(journal: str, *, planned: int = 1) -> None:
    """The journal as it would be if the end of its runs had not been reached."""
    connection = sqlite3.connect(journal)
    connection.execute("UPDATE runs SET ended_at = NULL, planned = ?", (planned,))
    connection.execute("UPDATE deliveries SET state = 'PENDING'")
    connection.execute("DELETE FROM attempts")
    connection.commit()
    connection.close()


@pytest.fixture
def unfinished(run: Any, receiver: Any, journal: str, secret: str) -> str:
    args = ("send", "--to", receiver.url, "order.created", "order.updated", "--seed", "7", "--secret", secret)
    run(*args, "--journal", journal)
    unfinish(journal)
    receiver.requests.clear()
    return journal


def test_the_receiver_is_asked_for_in_vain_where_its_secret_is_another(
    run: Any, receiver: Any, unfinished: str
) -> None:
    done = run("resume", "--journal", unfinished, "--secret", "other")
    assert done.code == 1
    assert len(receiver.requests) == 2
    assert "hint: every answer was 401. Is the secret right?" in done.err


def test_a_receiver_that_is_gone_is_exit_code_3(run: Any, nobody: str, journal: str) -> None:
    run("send", "--to", nobody, "order.created", "--unsigned", "--journal", journal)
    unfinish(journal)
    assert run("resume", "--journal", journal, "--unsigned").code == 3


def test_a_host_that_is_not_this_machine_needs_leave(run: Any, receiver: Any, journal: str, secret: str) -> None:
    url = receiver.url.replace("127.0.0.1", "0.0.0.0")
    run("send", "--to", url, "order.created", "--secret", secret, "--journal", journal, "--allow-host", "0.0.0.0")
    unfinish(journal)
    done = run("resume", "--journal", journal, "--secret", secret)
    assert (done.code, len(receiver.requests)) == (2, 1)
    assert "Is it yours? Add --allow-host 0.0.0.0" in done.err
    assert run("resume", "--journal", journal, "--secret", secret, "--allow-host", "0.0.0.0").code == 0


def test_what_was_not_planned_to_its_end_is_not_resumed(run: Any, receiver: Any, unfinished: str, secret: str) -> None:
    unfinish(unfinished, planned=0)
    done = run("resume", "--journal", unfinished, "--secret", secret)
    assert (done.code, receiver.requests) == (5, [])
    assert done.err == (
        "run 1 ended while it was planned: nothing of it was sent, and the run is removed. Start it again.\n"
    )
    assert states(unfinished) == {}
    again = run("resume", "--journal", unfinished, "--secret", secret)
    assert (again.code, again.err.partition(" Begin")[0]) == (2, f"Error: {unfinished} has no run.")


def begun_with(journal: str, **settings: Any) -> None:
    """The journal as it would be if its runs had been begun with these options."""
    connection = sqlite3.connect(journal)
    connection.execute("UPDATE runs SET settings = ?", (json.dumps({"concurrency": 1, **settings}),))
    connection.commit()
    connection.close()


def test_a_run_goes_on_as_it_was_begun_and_what_is_told_counts_more(
    run: Any, receiver: Any, unfinished: str, secret: str
) -> None:
    retries = {"name": "custom", "delays": [0.0, 0.0], "blocking": False, "jitter": 0.0, "longest_wait": 3600.0}
    for told, left in (((), 0), (("--retries", "none"), 2)):
        unfinish(unfinished)
        begun_with(unfinished, retries=retries)
        receiver.requests.clear()
        receiver.answer = lambda _request: Response(status=500) if len(receiver.requests) < 3 else None
        done = run("resume", "--journal", unfinished, "--secret", secret, *told)
        assert (done.code, states(unfinished).get("FAIL", 0)) == (1 if left else 0, left)
        assert len(receiver.requests) == 2 + 2 * (not left)


def test_retries_of_which_an_older_journal_has_the_name_alone_are_asked_for(
    run: Any, receiver: Any, unfinished: str, secret: str
) -> None:
    begun_with(unfinished, retries={"name": "custom"})
    done = run("resume", "--journal", unfinished, "--secret", secret)
    assert (done.code, receiver.requests) == (2, [])
    assert "The runs were begun with retries that are not known here (custom). Pass --retries." in done.err
    assert run("resume", "--journal", unfinished, "--secret", secret, "--retries", "5,60").code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Missing option '--journal'"),
        (("--journal", "none"), "There is no journal none. Name the file that `send --journal` wrote."),
        (("--journal", "J"), "No secret is given. Pass --secret, or set STEPPAY_WEBHOOK_SECRET, or pass --unsigned"),
        (("--journal", "J", "--secret", "x", "--unsigned"), "--unsigned and --secret contradict each other."),
        (("--journal", "J", "--secret", "x", "--retries", "sviks"), "Did you mean 'svix'?"),
        (("--journal", "J", "--secret", "x", "--rate", "0"), "'0': expected a number from 0.001 up."),
        (
            ("--journal", "J", "--secret", "x", "--speed", "fast"),
            "'fast': expected 0, real, or a rate such as 1d=1s. Leave it out for that of the run.",
        ),
        (
            ("--journal", "J", "--secret", "x", "--timeout", "-1"),
            "'-1': expected seconds, more than 0 and at most 86400.",
        ),
        (("--journal", "J", "--secret", "x", "--allow-host", "http://x"), "--allow-host takes a host name"),
        (("--journal", "J", "--secret", "x", "--report", "r.csv"), "ends in neither .json nor .xml"),
        (("--journal", "J", "1"), "Got unexpected extra argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_words_are_errors(words: tuple[str, ...], told: str, run: Any, receiver: Any, unfinished: str) -> None:
    done = run("resume", *(unfinished if word == "J" else word for word in words))
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert told in done.err
    assert "Traceback" not in done.err
