"""``generate --format http`` and ``--format curl``: what is printed can be sent as it is."""

import http.client
import shutil
import socket
import subprocess
from datetime import UTC, datetime
from http.client import HTTPResponse
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from steppay_mock import Event, make_event, make_events, verify
from steppay_mock.cli.options.address import read_address
from steppay_mock.cli.show.event_formats import RequestFormat, as_curl
from steppay_mock.wire.headers import request_headers

SIGNED = ("--secret", "whsec_of_the_tests", "--timestamp", "1706002316", "--seed", "7")


def test_a_request_is_what_a_socket_takes(run: Any) -> None:
    done = run("generate", "order.created", "--format", "http", "--to", "http://shop.example:81/hook?a=1", *SIGNED)
    event = make_event("order.created", seed=7)
    headers = request_headers(event.body, secret="whsec_of_the_tests", timestamp=1706002316, trace_seed=7 << 32)
    head, _, body = done.raw.partition(b"\r\n\r\n")
    assert body == event.body
    assert head.decode().split("\r\n") == [
        "POST /hook?a=1 HTTP/1.1",
        "host: shop.example:81",
        "connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    assert done.err == ""


def test_a_request_is_the_one_that_send_would_send(run: Any, receiver: Any) -> None:
    text = run("generate", "all", "--format", "http", "--unsigned", "--seed", "7", "--to", receiver.url).raw
    run("send", "--to", receiver.url, "all", "--unsigned", "--seed", "7")
    for (headers, body), printed in zip(receiver.requests, split_requests(text), strict=True):
        lines = printed.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        assert {tuple(line.split(": ", 1)) for line in lines} == set(headers.items())
        assert printed.endswith(body)


def split_requests(text: bytes) -> list[bytes]:
    found = []
    while text:
        head, _, rest = text.partition(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        found.append(head + b"\r\n\r\n" + rest[:length])
        assert rest[length:] == b"" or rest[length:].startswith(b"\r\nPOST ")
        text = rest[length:].removeprefix(b"\r\n")
    return found


def test_several_requests_are_parted_by_one_empty_line(run: Any) -> None:
    done = run("generate", "order.created", "-n", "3", "--format", "http", *SIGNED)
    bodies = [request.partition(b"\r\n\r\n")[2] for request in split_requests(done.raw)]
    assert bodies == [event.body for event in make_events("order.created", n=3, seed=7)]


def test_a_printed_request_is_accepted_by_a_receiver(run: Any, receiver: Any, secret: str) -> None:
    done = run("generate", "order.created", "--format", "http", "--to", receiver.url, "--secret", secret, "--seed", "7")
    address = urlsplit(receiver.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as connection:
        connection.sendall(done.raw)
        answer = HTTPResponse(connection)
        answer.begin()
        assert answer.status == http.client.NO_CONTENT
        answer.close()
    assert receiver.events == ["order.created"]


def words_of(script: bytes) -> list[list[str]]:
    """What a POSIX shell makes of the script: the arguments of each curl, and what it would read."""
    spy = 'curl() { printf "%s\\0" "$@"; case "$*" in *"@-") cat;; esac; printf "\\0\\0"; }\n'
    done = subprocess.run(["sh"], input=spy.encode() + script, capture_output=True, check=True)
    return [part.decode().strip("\0").split("\0") for part in done.stdout.split(b"\0\0\0") if part]


@pytest.mark.parametrize("mode", [[], ["--edge"], ["--locale", "en_US"]], ids=str)
def test_a_command_of_curl_survives_the_shell(mode: list[str], run: Any, secret: str) -> None:
    done = run("generate", "payment.failed", "order.created", "-n", "20", "--format", "curl", *mode, *SIGNED)
    events = make_events(
        ["payment.failed", "order.created"],
        n=20,
        seed=7,
        edge="--edge" in mode,
        locale="en_US" if "en_US" in mode else "ko_KR",
    )
    commands = words_of(done.raw)
    assert len(commands) == 40
    for words, event in zip(commands, events, strict=True):
        assert words[:3] == ["--request", "POST", "http://localhost:8000/webhooks/steppay"]
        assert words[-2:] == ["--data-binary", event.body.decode()]
        headers = dict(word.partition(": ")[::2] for flag, word in pairwise(words) if flag == "--header")
        verify(headers["steppay-signature"], event.body, secret, now=datetime.fromtimestamp(1706002316, UTC))
        assert headers["content-type"] == "application/json"
        assert "user-agent:" in headers
        assert not headers.keys() & {"content-length", "connection", "host"}


def test_a_body_too_long_for_an_argument_is_piped(run: Any) -> None:
    long = "data.productName=" + "가'" * 40_000
    done = run("generate", "order.created", "--format", "curl", "--set", long, *SIGNED)
    event = make_event("order.created", seed=7, data={"productName": "가'" * 40_000})
    assert done.raw.startswith(b"printf %s '{")
    (words,) = words_of(done.raw)
    assert words[-3:] == ["--data-binary", "@-", event.body.decode()]


def test_a_body_is_piped_only_where_linux_would_refuse_the_argument() -> None:
    form = RequestFormat(address=read_address("http://localhost"), secrets=None, timestamp=5, seed=7)
    piped = {}
    for spare in (-1, 0, 1):
        event = Event({"event": "a.b", "data": "가" * 10})
        data = "x" * (120_000 - len(b"--data-binary ''") - len(event.body) + spare)
        event = Event({"event": "a.b", "data": "가" * 10 + data})
        (command,) = as_curl([event], form)
        (words,) = words_of(command)
        assert words[-1] == event.body.decode()
        piped[len(f"--data-binary '{event.body.decode()}'".encode())] = command.startswith(b"printf %s ")
    assert piped == {119_999: False, 120_000: False, 120_001: True}
    assert max(piped) < 128 * 1024


def test_curl_sends_it_where_there_is_curl(run: Any, receiver: Any, secret: str) -> None:
    script = run("generate", "order.created", "--format", "curl", "--to", receiver.url, "--secret", secret).raw.decode()
    sender = shutil.which("curl")
    if sender is None:  # then a shell at least reads it
        assert len(words_of(script.encode())) == 1
        return
    done = subprocess.run(
        [b"sh", b"-c", script.replace("curl ", "curl --silent --write-out '%{http_code}' ", 1).encode()],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "204"
    assert "user-agent" not in receiver.requests[0][0]


@pytest.mark.parametrize("style", ["http", "curl"])
def test_the_secret_may_come_from_the_environment_and_is_not_shown(
    style: str, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_WEBHOOK_SECRET", "whsec_of the environment")
    by_environment = run("generate", "order.created", "--format", style, "--seed", "7", "--timestamp", "5")
    by_option = run(
        *("generate", "order.created", "--format", style, "--seed", "7", "--timestamp", "5"),
        *("--secret", "whsec_of the environment"),
    )
    assert by_environment.raw == by_option.raw
    assert "whsec" not in by_option.out + by_option.err


def test_several_secrets_sign_with_each(run: Any) -> None:
    done = run("generate", "order.created", "--format", "http", "--secret", "old", *SIGNED)
    header = done.out.partition("steppay-signature: ")[2].partition("\r\n")[0]
    assert header.count(";") == 1
    for one in ("old", "whsec_of_the_tests"):
        verify(header, make_event("order.created", seed=7).body, one, now=datetime.fromtimestamp(1706002316, UTC))


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (
            [],
            (
                "No secret is given. Pass --secret, or set STEPPAY_WEBHOOK_SECRET, "
                "or pass --unsigned to send no signature."
            ),
        ),
        (["--secret", "a", "--unsigned"], "--unsigned and --secret contradict each other. Leave out one of them."),
        (["--secret", ""], "A secret is text that is not empty"),
        (["--unsigned", "--to", "localhost:8000"], "it begins with neither http:// nor https://"),
        (["--unsigned", "--to", "http://"], "it names no host"),
        (["--unsigned", "--to", "https://api.steppay.kr/x"], "belongs to StepPay"),
        (["--secret", "a", "--timestamp", "-5"], "A timestamp is seconds since the epoch, 0 or more, not -5."),
        (["--secret", "a", "--timestamp", "now"], "'now' is not a valid integer"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_words_are_errors(args: list[str], told: str, run: Any) -> None:
    done = run("generate", "order.created", "--format", "http", *args)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
