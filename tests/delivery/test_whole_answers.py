"""All engines make the same of an answer: whole, cut off, or malformed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from delivery.engines import every_answer, replies

from steppay_mock import Sender, deliver
from steppay_mock.delivery.engine.engine import Engine
from steppay_mock.ordering.remote import remote_state

Serve = Callable[[Any], str]
Make = Callable[..., Engine]


CUT_OFF = "no whole HTTP answer: its head is cut off"
NOTHING = "no whole HTTP answer: Remote end closed connection without response"
HEADER = b"A: " + b"b" * 1_019 + b"\r\n"  # 1 KiB
BROKEN = None
"""An answer that is none, in whatever words."""

ANSWERS: dict[str, tuple[bytes, int | None, dict[str, str], bytes]] = {
    "cut-in-a-header": (b"HTTP/1.1 200 OK\r\nConten", BROKEN, {}, b""),
    "cut-after-the-status": (b"HTTP/1.1 200 OK\r\n", BROKEN, {}, b""),
    "cut-in-the-status": (b"HTTP/1.1 200 O", BROKEN, {}, b""),
    "cut-after-a-header": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", BROKEN, {}, b""),
    "cut-in-the-last-line": (b"HTTP/1.1 200 OK\r\nA: b\r\n\r", BROKEN, {}, b""),
    "early-hints": (b"HTTP/1.1 103 E\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nok", 200, {"a": "b"}, b"ok"),
    "several-hints": (b"HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\n\r\nHTTP/1.1 201 OK\r\n\r\nok", 201, {}, b"ok"),
    "hints-and-no-answer": (b"HTTP/1.1 103 Early Hints\r\n\r\n", BROKEN, {}, b""),
    "hints-and-a-cut": (b"HTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\nCon", BROKEN, {}, b""),
    "switching": (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", BROKEN, {}, b""),
    "length-a-word": (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok", BROKEN, {}, b""),
    "length-below-0": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok", BROKEN, {}, b""),
    "length-with-plus": (b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", BROKEN, {}, b""),
    "length-empty": (b"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\nok", BROKEN, {}, b""),
    "length-huge": (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok", BROKEN, {}, b""),
    "lengths-differ": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\nok", BROKEN, {}, b""),
    "lengths-agree": (b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", 200, {"content-length": "2, 2"}, b"ok"),
    "nul-in-a-value": (b"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\nok", BROKEN, {}, b""),
    "nul-in-a-name": (b"HTTP/1.1 200 OK\r\nA\0: b\r\n\r\nok", BROKEN, {}, b""),
    "nul-in-the-status": (b"HTTP/1.1 200 O\0K\r\n\r\nok", BROKEN, {}, b""),
    "return-in-a-value": (b"HTTP/1.1 200 OK\r\nA: b\rc: d\r\n\r\nok", BROKEN, {}, b""),
    "no-colon": (b"HTTP/1.1 200 OK\r\nnothing\r\nA: b\r\n\r\nok", BROKEN, {}, b""),
    "status-2000": (b"HTTP/1.1 2000 OK\r\n\r\nok", BROKEN, {}, b""),
    "status-99": (b"HTTP/1.1 99 OK\r\n\r\nok", BROKEN, {}, b""),
    "status-099": (b"HTTP/1.1 099 OK\r\n\r\nok", BROKEN, {}, b""),
    "status-600": (b"HTTP/1.1 600 OK\r\n\r\nok", 600, {}, b"ok"),
    "status-missing": (b"HTTP/1.1\r\n\r\nok", BROKEN, {}, b""),
    "no-reason": (b"HTTP/1.1 200\r\n\r\nok", 200, {}, b"ok"),
    "http-1.0": (b"HTTP/1.0 200 OK\r\n\r\nok", 200, {}, b"ok"),
    "http-2": (b"HTTP/2 200 OK\r\n\r\nok", BROKEN, {}, b""),
    "http-3.7": (b"HTTP/3.7 200 OK\r\n\r\nok", BROKEN, {}, b""),
    "bare-line-feeds": (b"HTTP/1.1 200 OK\nA: b\n\nok", 200, {"a": "b"}, b"ok"),
    "folded": (b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\nok", 200, {"a": "b c"}, b"ok"),
    "blank-before-colon": (b"HTTP/1.1 200 OK\r\nA : b\r\n\r\nok", 200, {"a": "b"}, b"ok"),
    "too-many-headers": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5_001 + b"\r\nok", BROKEN, {}, b""),
    "many-headers": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 400 + b"\r\nok", 200, {"a": ", ".join("b" * 400)}, b"ok"),
    "most-headers": (
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5_000 + b"\r\nok",
        200,
        {"a": ", ".join("b" * 5_000)},
        b"ok",
    ),
    "too-large-a-head": (b"HTTP/1.1 200 OK\r\n" + HEADER * 256 + b"\r\nok", BROKEN, {}, b""),
    "large-head": (
        b"HTTP/1.1 200 OK\r\n" + HEADER * 255 + b"\r\nok",
        200,
        {"a": ", ".join(["b" * 1_019] * 255)},
        b"ok",
    ),
    "a-trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nHTTP/1.1: x\r\nB: c\r\n\r\n",
        200,
        {"transfer-encoding": "chunked"},
        b"ok",
    ),
    "coding-gzip": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok", BROKEN, {}, b""),
    "coding-gzip-in-chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        BROKEN,
        {},
        b"",
    ),
    "coding-with-a-parameter": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked;q=1\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        BROKEN,
        {},
        b"",
    ),
    "coding-identity-in-chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity, Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        200,
        {"transfer-encoding": "identity, Chunked"},
        b"ok",
    ),
    "coding-identity": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nok",
        200,
        {"transfer-encoding": "identity"},
        b"ok",
    ),
    "coding-identity-and-a-length": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 9\r\n\r\nok",
        BROKEN,
        {},
        b"",
    ),
    "coding-empty-and-a-length": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\nContent-Length: 9\r\n\r\nok",
        BROKEN,
        {},
        b"",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_all_engines_make_the_same_of_an_answer(serve_raw: Serve, name: str) -> None:
    reply, status, headers, body = ANSWERS[name]
    for answer in every_answer(serve_raw(replies(reply))):
        assert (answer.status, answer.headers, answer.body) == (status, headers, body)
        if status is None:
            assert str(answer.error).startswith("no whole HTTP answer: ")
        else:
            assert answer.error is None


@pytest.mark.parametrize(("name", "error"), [("cut-in-a-header", CUT_OFF), ("hints-and-no-answer", NOTHING)])
def test_all_engines_say_how_an_answer_broke_off(serve_raw: Serve, name: str, error: str) -> None:
    assert {answer.error for answer in every_answer(serve_raw(replies(ANSWERS[name][0])))} == {error}


@pytest.mark.parametrize("coding", [b"identity, chunked", b"chunked, chunked", b"Chunked"])
def test_all_engines_see_that_chunks_broke_off(serve_raw: Serve, coding: bytes) -> None:
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + coding + b"\r\n\r\n2\r\nok\r\n"
    for answer in every_answer(serve_raw(replies(reply))):
        assert (answer.status, answer.is_success) == (200, False)
        assert str(answer.error).startswith("no whole HTTP answer: ")


@pytest.mark.parametrize("name", ["early-hints", "several-hints", "many-headers"])
def test_deliver_a_sender_and_a_probe_make_the_same_of_it(
    serve_raw: Serve, payloads: Callable[[int], list[dict[str, Any]]], name: str
) -> None:
    reply, status, _, body = ANSWERS[name]
    url = serve_raw(replies(reply.removesuffix(body) + b"[1]"))
    (outcome,) = deliver(payloads(1), to=url)
    assert (outcome.status, outcome.body, outcome.failure) == (status, b"[1]", None)
    assert Sender(url).send(payloads(1)).statuses == {status: 1}
    assert remote_state(url)() == [1]
