"""What came to an inbox is forwarded: the same bytes and the same signature, with the receiver's answer kept."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import Any

import pytest
import requests
from sandbox.conftest import Open
from sandbox.senders import KEY, TUNNEL, an_event, send
from serving import served
from werkzeug import Request, Response

from steppay_mock import Sandbox, SteppayMockError, verify


@dataclass
class Application:
    """A receiver that keeps what it got, and answers as it is told."""

    url: str = ""
    status: int = 201
    text: str = "taken"
    got: list[tuple[list[tuple[str, str]], bytes]] = field(default_factory=list)
    before: Callable[[], object] = lambda: None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request."""
        request = Request(environ)
        self.got.append((list(request.headers.items()), request.get_data()))
        self.before()
        answer = Response(self.text, self.status, {"X-Receiver": "mine"}, content_type="text/x-told")
        return answer(environ, start_response)


@pytest.fixture
def application() -> Iterator[Application]:
    found = Application()
    with served(found, threaded=True) as url:
        found.url = f"{url}/hook"
        yield found


@pytest.fixture
def listening(application: Application) -> Iterator[Sandbox]:
    """A sandbox whose inbox forwards to the application."""
    with Sandbox(seed=7, secret=KEY) as found:
        found.inbox.change("shop", forward_to=application.url)
        yield found


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/hook"


def until(is_so: Callable[[], object]) -> None:
    deadline = monotonic() + 60
    while not is_so():
        assert monotonic() < deadline


def test_bytes_and_signature_arrive_as_they_came(listening: Sandbox, application: Application) -> None:
    body = an_event().body + b"\n "
    send(listening, body, headers={"X-B3-TraceId": "abc", "User-Agent": "", "Te": "gzip, deflate; q=0.5"})
    listening.settle()
    ((headers, got),) = application.got
    sent = dict(listening.inbox[-1].headers)
    names = {name.lower(): value for name, value in headers}
    assert got == body
    verify(names["steppay-signature"], got, KEY)
    assert names["steppay-signature"] == sent["Steppay-Signature"]
    assert (names["x-b3-traceid"], names["te"]) == ("abc", "gzip, deflate; q=0.5")
    assert names["content-length"] == str(len(body))
    assert names["host"] == application.url.split("/")[2]
    answer = listening.inbox[-1].answer
    assert answer is not None
    assert (answer.status, answer.body, answer.error, answer.is_success) == (201, b"taken", None, True)
    assert answer.headers["x-receiver"] == "mine"
    assert answer.latency is not None
    assert answer.latency > 0


def test_a_header_that_came_twice_goes_on_twice(listening: Sandbox) -> None:
    body = b"{}"
    with Sandbox(seed=8) as second:
        listening.inbox.change("shop", forward_to=f"{second.url}/in/next")
        lines = f"POST /in/shop HTTP/1.1\r\nHost: x\r\nX-A: one\r\nX-A: two\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", int(listening.url.rpartition(":")[2])), timeout=20) as connection:
            connection.sendall(lines.encode() + body)
            assert b" 200 " in connection.recv(65_536)
        listening.settle()
        assert [value for name, value in second.inbox[-1].headers if name.lower() == "x-a"] == ["one", "two"]


def test_what_is_empty_or_no_json_goes_on_too(listening: Sandbox, application: Application) -> None:
    for body in (b"", b"\xff\x00 hello"):
        send(listening, body)
        listening.settle()
    assert [got for _, got in application.got] == [b"", b"\xff\x00 hello"]


def test_a_sender_does_not_wait_for_the_receiver(listening: Sandbox, application: Application) -> None:
    flag = Flag()
    application.before = lambda: flag.wait(60)
    assert send(listening, an_event().body).json() == {"inbox": "shop", "number": 1}
    until(lambda: application.got)
    pending = listening.inbox[-1].answer
    assert pending is not None
    assert (pending.is_pending, pending.status) == (True, None)
    flag.set()
    listening.settle()
    answer = listening.inbox[-1].answer
    assert answer is not None
    assert answer.status == 201


def test_a_sender_gets_the_receivers_answer_where_that_is_asked_for(
    listening: Sandbox, application: Application, nobody: str
) -> None:
    listening.inbox.change("shop", answer="forwarded")
    application.status, application.text = 418, "no tea"
    answer = send(listening, an_event().body)
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (418, "no tea", "text/x-told")
    listening.inbox.change("shop", forward_to=nobody)
    answer = send(listening, an_event().body)
    assert answer.status_code == 502
    assert "The receiver gave no answer: connection refused" in answer.json()["error"]
    assert len(listening.inbox) == 2
    listening.inbox.change("shop", forward_to=None)
    assert send(listening, an_event().body).status_code == 200


def test_a_receiver_that_is_down_loses_nothing(listening: Sandbox, application: Application, nobody: str) -> None:
    listening.inbox.change("shop", forward_to=nobody)
    assert send(listening, an_event().body).status_code == 200
    listening.settle()
    answer = listening.inbox[-1].answer
    assert answer is not None
    assert "connection refused" in str(answer.error)
    assert not answer.is_success
    listening.inbox.change("shop", forward_to=application.url)
    again = requests.post(f"{listening.url}/_mock/inbox/shop/1/forward", timeout=20).json()
    assert (again["answer"]["status"], again["answer"]["number"]) == (201, 2)
    assert application.got[0][1] == an_event().body
    assert [one.status for one in listening.inbox.forwards(1)] == [None, 201]


def test_one_is_forwarded_again_also_elsewhere(application: Application) -> None:
    with Sandbox(seed=7) as sandbox:
        send(sandbox, b"{}")
        with pytest.raises(SteppayMockError, match=r"The inbox 'shop' forwards to nowhere\. Give an address"):
            sandbox.inbox.forward(1)
        answer = sandbox.inbox.forward(1, to=application.url).answer
        assert answer is not None
        assert answer.status == 201
        for path, body, message in (
            ("other/1", None, "Webhook 1 did not come to the inbox 'other'."),
            ("shop/9", None, "No webhook 9 is in the inbox"),
            ("shop/99999999999999999999", None, "No webhook 99999999999999999999 is in the inbox"),
            ("shop/1", {"to": "https://example.com"}, "example.com"),
            ("shop/1", {"url": "x"}, "The body has no member 'url'"),
        ):
            refused = requests.post(f"{sandbox.url}/_mock/inbox/{path}/forward", json=body, timeout=20)
            assert (refused.status_code, message in refused.json()["error"]) == (400, True), refused.text
        assert len(sandbox.inbox.forwards(1)) == 1


def test_an_inbox_that_would_forward_to_itself_says_so(listening: Sandbox) -> None:
    listening.inbox.change("shop", forward_to=f"{listening.url}/in/shop")
    send(listening, b"{}", headers={"Host": listening.url.removeprefix("http://")})
    listening.settle()
    answer = listening.inbox[-1].answer
    assert answer is not None
    assert answer.error == "it would go round from inbox to inbox for ever: forward to your application"
    assert len(listening.inbox) == 1


@pytest.mark.parametrize("came_to", ["shop", "before"])
def test_inboxes_that_would_forward_to_each_other_say_so(listening: Sandbox, came_to: str) -> None:
    port = listening.url.rpartition(":")[2]
    listening.inbox.change("before", forward_to=f"{listening.url}/in/shop")
    listening.inbox.change("shop", forward_to=f"http://localhost:{port}/in/other")
    listening.inbox.change("other", forward_to=f"http://127.0.0.2:{port}/in/shop")
    for host in (f"127.0.0.1:{port}", TUNNEL):
        listening.inbox.clear()
        send(listening, b"{}", to=came_to, headers={"Host": host})
        listening.settle()
        answers = [one.answer for one in listening.inbox]
        assert answers[-1] is not None
        assert answers[-1].error == "it would go round from inbox to inbox for ever: forward to your application"
        assert len(answers) <= 3, "a tunnel's name is not known as one of this sandbox: its first step is taken"


def test_an_answer_that_is_passed_on_is_no_page_of_the_sandbox(listening: Sandbox, application: Application) -> None:
    listening.inbox.change("shop", answer="forwarded")
    application.text = "<script>alert(1)</script>"
    answer = send(listening, b"{}")
    assert answer.text == application.text
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_inbox_forwards_to_another_one(listening: Sandbox, application: Application) -> None:
    listening.inbox.change("shop", forward_to=f"{listening.url}/in/other")
    listening.inbox.change("other", forward_to=application.url)
    send(listening, b"{}", headers={"Host": listening.url.removeprefix("http://")})
    listening.settle()
    assert [one.inbox for one in listening.inbox] == ["shop", "other"]
    assert [body for _, body, *_ in application.got] == [b"{}"]


def test_a_key_that_the_receiver_echoes_is_not_kept(listening: Sandbox, application: Application) -> None:
    application.text = f"wrong key {KEY}"
    send(listening, b"{}")
    listening.settle()
    answer = listening.inbox[-1].answer
    assert answer is not None
    assert KEY.encode() not in answer.body
    assert answer.body.startswith(b"wrong key **")


def test_each_inbox_has_its_receiver(listening: Sandbox, application: Application) -> None:
    send(listening, b"1", to="shop")
    send(listening, b"2", to="other")
    listening.settle()
    assert [got for _, got in application.got] == [b"1"]
    assert [one.answer is None for one in listening.inbox] == [False, True]


def test_those_who_are_told_hear_of_each_webhook_with_its_answer(application: Application) -> None:
    told: list[tuple[int, int | None]] = []
    with Sandbox(
        seed=7, told_of_inbox=lambda one: told.append((one.number, one.answer.status if one.answer else None))
    ) as sandbox:
        send(sandbox, b"1")
        sandbox.inbox.change("shop", forward_to=application.url)
        send(sandbox, b"2")
        sandbox.settle()
    assert told == [(1, None), (2, 201)]


# Restarts.


def test_what_was_not_forwarded_is_forwarded_at_the_next_start(
    open_sandbox: Open, file: Path, application: Application
) -> None:
    import sqlite3

    with open_sandbox(data=file) as sandbox:
        sandbox.inbox.change("shop", forward_to=application.url)
        send(sandbox, b"1")
        sandbox.settle()
    with sqlite3.connect(file) as connection:  # as if the process was killed before the answer
        connection.execute("UPDATE sandbox_forwards SET latency = NULL, status = NULL")
    connection.close()
    with open_sandbox(data=file, seed=None) as sandbox:
        sandbox.settle()
        assert [got for _, got in application.got] == [b"1", b"1"]
        (attempt,) = sandbox.inbox.forwards(1)
        assert attempt.status == 201
    with open_sandbox(data=file, seed=None) as sandbox:
        sandbox.settle()
    assert len(application.got) == 2


def test_a_sandbox_that_stops_waits_for_the_answer(open_sandbox: Open, file: Path, application: Application) -> None:
    flag = Flag()
    application.before = lambda: flag.wait(60)
    with open_sandbox(data=file) as sandbox:
        sandbox.inbox.change("shop", forward_to=application.url)
        send(sandbox, b"1")
        until(lambda: application.got)
        Thread(target=flag.set).start()
    with open_sandbox(data=file, seed=None) as sandbox:
        sandbox.settle()
        assert [one.status for one in sandbox.inbox.forwards(1)] == [201]
    assert len(application.got) == 1


PROGRAM = """
import sys
from steppay_mock import Sandbox
from threading import Event
url, path = sys.argv[1:]
with Sandbox(seed=7, data=path) as sandbox:
    sandbox.inbox.change("shop", forward_to=url)
    print(sandbox.url, flush=True)
    Event().wait()
"""


@pytest.mark.parametrize("count", [1, 7])
def test_a_process_that_is_killed_loses_nothing_that_it_answered(
    open_sandbox: Open, file: Path, application: Application, count: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, application.url, str(file)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    for number in range(count):
        answer = requests.post(f"{url}/in/shop", data=b"%d" % number, headers={"Host": TUNNEL}, timeout=20)
        assert answer.status_code == 200
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    wanted = [b"%d" % number for number in range(count)]
    with open_sandbox(data=file, seed=None) as sandbox:
        sandbox.settle()
        assert [one.body for one in sandbox.inbox] == wanted
        assert all(one.answer is not None and one.answer.status == 201 for one in sandbox.inbox)
    assert {got for _, got in application.got} == set(wanted)
