"""``send --file`` and ``send -``: what was captured arrives byte for byte, signed with the time of sending."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cli.conftest import Done, Receiver, Run
from werkzeug import Response

from steppay_mock import make_event, make_events

PRETTY = rb"""{
  "event" : "payment.completed",
  "timestamp" : 1688697915,
  "data" : { "paidAmount" : 0.30000000000000004441, "name" : "\uae40\uC2A4", "rate" : 1E2, "id" : 9007199254740993 }
}
"""
EVENTS = make_events(["order.created", "payment.completed", "order.updated"], seed=7, body="compact")  # a line each
BODIES = [event.body for event in EVENTS]


@pytest.fixture
def send(run: Run, receiver: Receiver, secret: str, write: Any) -> Callable[..., Done]:
    """Write the content to p.json, and send that file with these words more."""

    def sent(content: bytes, *words: str) -> Done:
        write("p.json", content)
        return run("send", "--to", receiver.url, "--file", "p.json", "--secret", secret, *words)

    return sent


def test_a_payload_arrives_byte_for_byte_signed_now(send: Any, receiver: Receiver) -> None:
    before = int(time.time())
    done = send(PRETTY)
    assert (done.code, receiver.bodies) == (0, [PRETTY])
    signed = receiver.requests[0][0]["steppay-signature"]
    assert int(signed.split(",")[0].removeprefix("timestamp=")) >= before
    assert "note: p.json ends with a newline, which is sent and signed too.\n" in done.err


@pytest.mark.parametrize("words", [("--speed", "0"), ()], ids=" ".join)
def test_the_speed_is_that_of_its_retries(
    words: tuple[str, ...], send: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPPAY_MOCK_SPEED", "1s=1s" if words else "0")
    receiver.answer = lambda _request: None if len(receiver.requests) == 2 else Response("", 503)
    done = send(BODIES[0], "--retries", "86400", *words)
    assert (done.code, receiver.bodies) == (0, [BODIES[0]] * 2)
    assert "1 attempt came after a failed one\n" in done.err


@pytest.mark.parametrize("words", [("-",), ("--file", "-")], ids=" ".join)
def test_standard_input_is_sent(words: tuple[str, ...], run: Any, receiver: Any, secret: str) -> None:
    assert run("send", "--to", receiver.url, *words, "--secret", secret, stdin=PRETTY).code == 0
    assert receiver.bodies == [PRETTY]


def test_a_broken_payload_is_told_and_sent(send: Any, receiver: Receiver) -> None:
    done = send(PRETTY.rstrip())
    assert (done.code, receiver.bodies) == (0, [PRETTY.rstrip()])
    assert "warning: p.json breaks the contract. Its bytes are not changed:\nline 4: payment.completed: $" in done.err
    assert "warning: p.json has 1 more violation. All of them: steppay-mock validate p.json\n" in done.err
    assert done.err.count("warning: ") == 6


def test_what_is_valid_is_sent_without_a_word(send: Any, receiver: Receiver) -> None:
    done = send(BODIES[0])
    assert (done.code, receiver.bodies) == (0, [BODIES[0]])
    assert done.err == f"1 delivery to {receiver.url}: 1 x 204\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\n".join(BODIES) + b"\n", BODIES),
        (b"\r\n".join(BODIES), BODIES),
        (b"\n\n".join([PRETTY.replace(b"\n", b" "), BODIES[1]]), [PRETTY.replace(b"\n", b" "), BODIES[1]]),
        (b"[\n" + b",\n".join(BODIES) + b"]", BODIES),
        (b"[" + PRETTY + b"]", [PRETTY.rstrip()]),
        (PRETTY + PRETTY, [PRETTY.rstrip()] * 2),
        (b"\xef\xbb\xbf" + PRETTY, [PRETTY]),
        (b"\xef\xbb\xbf" + b"\n".join(BODIES), BODIES),
    ],
    ids=[
        "lines",
        "lines of Windows",
        "blank lines",
        "an array",
        "an array of one",
        "one after the other",
        "mark",
        "both",
    ],
)
def test_a_file_of_several_has_the_bytes_of_each(
    content: bytes, expected: list[bytes], send: Any, receiver: Receiver
) -> None:
    assert send(content).code == 0
    assert receiver.bodies == expected


def test_a_byte_order_mark_is_told_and_not_sent(send: Any) -> None:
    done = send(b"\xef\xbb\xbf" + BODIES[0])
    assert "p.json begins with a byte order mark, as some editors write it. It is not sent.\n" in done.err


def test_several_files_in_an_order_with_duplicates(send: Any, receiver: Receiver, write: Any) -> None:
    words = ("--file", write("1.json", BODIES[1]), "--file", write("2.json", BODIES[2]))
    assert send(BODIES[0], *words, "--order", "reversed").code == 0
    assert receiver.bodies == BODIES[::-1]
    receiver.requests.clear()
    done = send(BODIES[0], *words, "--order", "shuffled", "--duplicates", "1")
    seed = done.err.split()[1]
    first = receiver.bodies
    assert sorted(first) == sorted(BODIES * 2)
    receiver.requests.clear()
    send(BODIES[0], *words, "--order", "shuffled", "--duplicates", "1", "--seed", seed)
    assert receiver.bodies == first


def test_the_sender_a_journal_and_resend_keep_the_bytes(run: Run, send: Any, receiver: Receiver, secret: str) -> None:
    content = PRETTY.replace(b"\n", b" ") + b"\n" + BODIES[1]
    assert send(content, "--journal", "j.sqlite", "--concurrency", "2", "--retries", "0.1").code == 0
    assert sorted(receiver.bodies) == sorted([PRETTY.replace(b"\n", b" "), BODIES[1]])
    assert run("resend", "1", "--secret", secret, "--journal", "j.sqlite").code == 0
    assert receiver.bodies[-1] == PRETTY.replace(b"\n", b" ")


@pytest.mark.parametrize("more", [(), ("--concurrency", "2")], ids=["plainly", "sender"])
def test_a_fault_and_its_control_have_the_bytes(more: tuple[str, ...], send: Any, receiver: Receiver) -> None:
    done = send(PRETTY, "--fault", "wrong-secret", *more)
    assert (done.code, receiver.bodies) == (0, [PRETTY, PRETTY])


def test_an_event_type_of_tomorrow_and_a_payload_of_one_member(send: Any, receiver: Receiver) -> None:
    bodies = [b'{"event":"order.archived"}', b'{"event":"order.merged","data":{"id":{"a":[]}}}']
    content = b"\n".join(bodies)
    assert send(content, "--dry-run").code == send(content, "--dry-run", "--json").code == 0
    assert receiver.bodies == []
    for order in ("occurrence", "entities", "shuffled"):
        done = send(content, "--order", order, "--json")
        assert done.code == 0
        assert "order.archived" in done.err
    assert len(receiver.bodies) == 6


def test_an_endpoint_gets_its_types_alone(run: Run, receiver: Receiver, secret: str, write: Any) -> None:
    write(
        "steppay-mock.toml",
        f'[[endpoints]]\nname = "shop"\nurl = "{receiver.url}"\nsecret = "{secret}"\nevents = ["payment.completed"]\n',
    )
    assert run("send", "--file", write("many.ndjson", b"\n".join(BODIES))).code == 0
    assert receiver.bodies == [BODIES[1]]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "p.json has no payload."),
        (b" \n", "p.json has no payload."),
        (b"[]", "p.json has no payload."),
        (b"{", "Nothing was sent. p.json: line 1: $\n  expected: JSON\n"),
        (BODIES[0] + b"\n{", "Nothing was sent. p.json: line 2: $\n  expected: JSON\n"),
        (BODIES[0] + b"\n[1]", "Nothing was sent. p.json: line 2: The captured body is an array"),
        (b'{"type":"PAYMENT","order":1}', "line 1: The captured body has no member 'event'"),
        (b'{"event":"order.created","data":NaN}', "NaN is no JSON value"),
        (json.dumps({"event": "x"}).encode("utf-16"), "expected: UTF-8 (fact 1)\n  sent:     UTF-16\n"),
        ('{"event":"김"}'.encode("cp949"), "expected: UTF-8 (fact 1)\n  sent:     0xb1 as byte 11 of line 1\n"),
        (b"[" * 100_000, "lists or objects nested so deeply that a parser gives up"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_nothing_is_sent_where_something_is_no_webhook(
    content: bytes, told: str, send: Any, receiver: Receiver
) -> None:
    done = send(content)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert told in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("order.created",), "What was captured is sent as it is, and order.created would be made. Leave out EVENT,"),
        (("--set", "data.code=x"), "--set means nothing to what was captured, which is sent as it is."),
        (("-n", "2"), "-n means nothing to what was captured"),
        (("--edge",), "--edge means nothing to what was captured"),
        (("--drift", "field"), "--drift means nothing to what was captured"),
        (("--nulls", "null"), "--nulls means nothing to what was captured"),
        (("--locale", "en_US"), "--locale means nothing to what was captured"),
        (("--now", "5"), "--now means nothing to what was captured"),
        (("--seed", "7"), "--seed means nothing to what was captured, in this order."),
        (("--seed", "7", "--order", "reversed"), "--seed means nothing to what was captured, in this order."),
        (("--order", "busy-second"), "--order busy-second gives events another timestamp"),
        (("--schedule", "s.json"), "--schedule has its events in it. Leave out either --schedule, or --file and -."),
        (("--speed", "0"), "--speed is about the waits of schedules and between retries."),
        (("--file", "p.json"), "p.json is named twice."),
        (("--file", "none.json"), "none.json: No such file or directory."),
        (("-", "-"), "- is named twice."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_contradicts_it_is_refused(words: tuple[str, ...], told: str, send: Any, receiver: Receiver) -> None:
    done = send(BODIES[0], *words)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert told in done.err


def test_what_generate_prints_is_sent(run: Run, receiver: Receiver, secret: str) -> None:
    for style in ("json", "ndjson"):
        made = run("generate", "all", "--seed", "7", "--format", style)
        assert run("send", "--to", receiver.url, "-", "--secret", secret, stdin=made.raw).code == 0
    assert [json.loads(body) for body in receiver.bodies] == [event.payload for event in make_events(seed=7)] * 2
    receiver.requests.clear()
    made = run("generate", "order.created", "--seed", "7")
    assert run("send", "--to", receiver.url, "-", "--secret", secret, stdin=made.raw).code == 0
    assert receiver.bodies == [made.raw]
    assert json.loads(made.raw) == make_event("order.created", seed=7).payload
