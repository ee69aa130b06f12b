"""The words and codes of what goes wrong on the way, and the limits of a head and of a deadline, to the byte."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from http.client import BadStatusLine, HTTPException, RemoteDisconnected
from typing import Any

import pytest
from urllib3.exceptions import ProtocolError

from steppay_mock.delivery.address import parse_address
from steppay_mock.delivery.address.access import read_access
from steppay_mock.delivery.address.proxy import ProxyError
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.http import failures as failures_module
from steppay_mock.delivery.http.deadline import Deadline
from steppay_mock.delivery.http.failures import (
    describe_error,
    describe_failure,
    failure_of,
    mark_proxy_answer,
    reset_on_purpose,
)
from steppay_mock.delivery.http.head import MAX_HEAD, BrokenHeadError, Head, read_head
from steppay_mock.delivery.own_lack import OwnLackError


def address_of(url: str = "http://localhost:9", **options: Any) -> Any:
    return parse_address(url, path="/", allowed=frozenset(), access=read_access(options))


HINT = ". Does it ask for a client certificate? client_cert= (--client-cert)"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (TimeoutError(), Failure.TIMED_OUT, "timed out after 3 s"),
        (ConnectionRefusedError(), Failure.REFUSED, "connection refused: nothing listens at localhost:9"),
        (socket.gaierror(-2, "no"), Failure.NO_ADDRESS, "the name localhost leads to no address"),
        (OSError(errno.EHOSTUNREACH, "no"), Failure.UNREACHABLE, "localhost:9 cannot be reached from this machine"),
        (OSError(errno.EHOSTDOWN, "no"), Failure.UNREACHABLE, "localhost:9 cannot be reached from this machine"),
        (OSError(errno.EPIPE, "a pipe"), Failure.BROKEN, f"no whole HTTP answer: [Errno {errno.EPIPE}] a pipe"),
        (ProxyError("the proxy said no"), Failure.PROXY, "the proxy said no"),
        (HTTPException("half"), Failure.BROKEN, "no whole HTTP answer: half"),
        (HTTPException(), Failure.BROKEN, "no whole HTTP answer: HTTPException"),
        (
            ProtocolError("Connection aborted.", RemoteDisconnected("gone")),
            Failure.BROKEN,
            "no whole HTTP answer: gone",
        ),
        (ProtocolError("aborted", BadStatusLine("x")), Failure.BROKEN, "no whole HTTP answer: x"),
        (ValueError("a", "b"), Failure.BROKEN, "no whole HTTP answer: ('a', 'b')"),
    ],
)
def test_an_error_has_its_code_and_its_words(error: Exception, code: Failure, words: str) -> None:
    assert failure_of(error) is code
    assert describe_error(error, address_of(), timeout=3) == (code, words)


def test_the_error_behind_another_one_counts_but_for_what_the_caller_was_handling() -> None:
    refused, half = ConnectionRefusedError(), HTTPException("half")
    half.__context__ = refused
    assert failure_of(half) is Failure.REFUSED
    assert failure_of(half, outside=refused) is Failure.BROKEN


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (ConnectionResetError("gone"), HINT),
        (RemoteDisconnected("gone"), HINT),
        (ssl.SSLEOFError(8, "gone"), HINT),
        (HTTPException("gone"), ""),
        (ssl.SSLError("[SSL: WRONG_VERSION_NUMBER] gone"), HINT),
    ],
)
def test_a_connection_that_ended_over_tls_may_have_wanted_a_certificate(error: Exception, hint: str) -> None:
    _, words = describe_error(error, address_of("https://localhost"), timeout=3)
    assert words.endswith(f"gone{hint}" if hint else "gone") or (hint and words.endswith(hint))
    assert HINT not in describe_error(error, address_of("http://localhost"), timeout=3)[1]
    plain = ssl.SSLError("answers without TLS")
    plain.reason = "WRONG_VERSION_NUMBER"
    assert HINT not in describe_error(plain, address_of("https://localhost"), timeout=3)[1]


def test_a_machine_without_ipv6_lacks_it_and_a_name_is_just_wrong() -> None:
    no_address = socket.gaierror(-2, "no")
    with pytest.raises(OwnLackError) as lack:
        describe_error(no_address, address_of("http://[::1]:9"), timeout=3, connected=False)
    assert (lack.value.failure, lack.value.perhaps_sent) == (Failure.OWN_PORTS, False)
    with pytest.raises(OwnLackError) as lack:
        describe_error(OSError(errno.EMFILE, "no"), address_of(), timeout=3)
    assert (lack.value.failure, lack.value.perhaps_sent) == (Failure.OWN_DESCRIPTORS, True)


def test_a_lack_of_this_machine_may_hide_where_there_was_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures_module, "hidden_lack", lambda: Failure.OWN_DESCRIPTORS)
    for hides, error in (
        (True, socket.gaierror(-2, "no")),
        (True, ssl.SSLCertVerificationError("no")),
        (True, HTTPException("half")),
        (False, TimeoutError()),
        (False, ConnectionRefusedError()),
        (False, ProxyError("no")),
    ):
        if hides:
            with pytest.raises(OwnLackError) as lack:
                describe_error(error, address_of(), timeout=3, connected=False)
            assert (lack.value.failure, lack.value.perhaps_sent) == (Failure.OWN_DESCRIPTORS, False)
        else:
            assert describe_error(error, address_of(), timeout=3, connected=False)[0] is failure_of(error)
    assert describe_error(HTTPException("half"), address_of(), timeout=3)[0] is Failure.BROKEN


def test_words_are_those_of_the_code() -> None:
    for code in (Failure.PROXY, Failure.CERTIFICATE):
        assert describe_failure(code, address_of(), timeout=3, detail="as it is\n") == "as it is\n"
    told = describe_failure(Failure.BROKEN, address_of("https://localhost"), timeout=3, detail="a\n", is_end=True)
    assert told == f"no whole HTTP answer: a\\n{HINT}"
    assert describe_failure(Failure.BROKEN, address_of(), timeout=3, detail="a") == "no whole HTTP answer: a"
    assert reset_on_purpose("early") == (
        Failure.ON_PURPOSE,
        "the connection was reset on purpose, early: no answer can come",
    )


def test_only_a_proxy_without_a_tunnel_answers_in_the_place_of_the_receiver() -> None:
    proxy = {"proxy": "http://127.0.0.1:1"}
    for status in (200, 400, 406, 407, 408, 501, 502, 503, 504, 505):
        answer = Answer(status, {"a": "b"}, b"c", latency=0.5)
        for url in ("http://localhost", "https://localhost"):
            assert mark_proxy_answer(answer, address_of(url)) is answer
        assert mark_proxy_answer(answer, address_of("https://localhost", **proxy)) is answer
        marked = mark_proxy_answer(answer, address_of(**proxy))
        if status in {407, 502, 504}:
            assert (marked.status, marked.headers, marked.body) == (None, {}, b"")
            assert (marked.failure, marked.latency) == (Failure.PROXY, 0.5)
            assert str(marked.error).startswith(f"the proxy 127.0.0.1:1 answered {status}: ")
        else:
            assert marked is answer


def test_a_deadline_is_over_at_its_end() -> None:
    at = [100.0]
    deadline = Deadline(2.5, lambda: at[0])
    assert (deadline.elapsed, deadline.left()) == (0.0, 2.5)
    at[0] = 102.0
    assert (deadline.elapsed, deadline.left()) == (2.0, 0.5)
    for late in (102.5, 103.0):
        at[0] = late
        with pytest.raises(TimeoutError, match="the time is over"):
            deadline.left()
    assert deadline.elapsed == 3.0


# Heads.

OK = b"HTTP/1.1 200 OK\r\n"
LONGEST = 65_536


def head_of(*lines: bytes) -> Head:
    return read_head(iter(lines))


def why_not(*lines: bytes) -> str:
    with pytest.raises(BrokenHeadError) as error:
        head_of(*lines)
    return str(error.value)


def line_of(length: int, *, begin: bytes = b"A: ") -> bytes:
    return begin + b"b" * (length - len(begin) - 2) + b"\r\n"


def test_a_line_has_64_kib_and_no_more() -> None:
    assert len(head_of(OK, line_of(LONGEST), b"\r\n").headers["a"]) == LONGEST - 5
    assert head_of(line_of(LONGEST, begin=OK[:-2]), b"\r\n").status == 200
    cut = line_of(LONGEST + 3)[: LONGEST + 1]
    assert why_not(OK, cut) == "got more than 65536 bytes when reading header line"
    assert why_not(OK, cut[:LONGEST]) == "its head is cut off"
    assert why_not(line_of(LONGEST + 1, begin=OK[:-2]), b"\r\n") == "got more than 65536 bytes when reading status line"


def test_all_heads_together_have_256_kib_and_no_more() -> None:
    def lines(total: int) -> Iterator[bytes]:
        hint = [b"HTTP/1.1 103 E\r\n", line_of(LONGEST), b"\r\n"]
        final = [OK, *[line_of(LONGEST)] * 2]
        left = total - sum(map(len, [*hint, *final])) - 2
        return iter([*hint, *final, line_of(left), b"\r\n"])

    assert MAX_HEAD == 256 * 1024
    assert read_head(lines(MAX_HEAD)).status == 200
    with pytest.raises(BrokenHeadError, match="its headers have more than 262144 bytes"):
        read_head(lines(MAX_HEAD + 1))


def test_5000_headers_are_read_and_one_more_is_too_many() -> None:
    assert head_of(OK, *[b"A: b\r\n"] * 5_000, b"\r\n").headers["a"].count("b") == 5_000
    assert why_not(OK, *[b"A: b\r\n"] * 5_001, b"\r\n") == "got more than 5000 headers"


def test_where_no_byte_came_the_other_end_closed() -> None:
    for lines in ((), (b"HTTP/1.1 103 E\r\n", b"\r\n")):
        with pytest.raises(RemoteDisconnected, match="Remote end closed connection without response"):
            head_of(*lines)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((b"HTTP/1.1 200\0 OK\r\n", b"\r\n"), "HTTP/1.1 200\\x00 OK\\r\\n"),
        ((b"nothing\r\n", b"\r\n"), "nothing\\r\\n"),
        ((OK, b"nothing\r\n", b"\r\n"), "a header has no name: nothing"),
        ((OK, b" : x\r\n", b"\r\n"), "a header has no name:  : x"),
        ((OK, b": x\r\n", b"\r\n"), "a header has no name: : x"),
        ((OK, b"a: \0\r\n", b"\r\n"), "a header has a NUL, or a carriage return, in it"),
        ((OK, b"a: b\rc\r\n", b"\r\n"), "a header has a NUL, or a carriage return, in it"),
        ((OK, b"a: b"), "its head is cut off"),
        ((OK,), "its head is cut off"),
        ((OK, b"content-length: 1, 2\r\n", b"\r\n"), "its content-length is '1, 2'"),
        ((OK, b"content-length: 1234567890123456789\r\n", b"\r\n"), "its content-length is '1234567890123456789'"),
        ((OK, b"content-length: \xb2\r\n", b"\r\n"), "its content-length is '\u00b2'"),
        ((OK, b"transfer-encoding: gzip\r\n", b"\r\n"), "its transfer-encoding is 'gzip'"),
        ((OK, b"transfer-encoding:\r\n", b"content-length: 1\r\n", b"\r\n"), "its transfer-encoding is ''"),
    ],
)
def test_a_head_that_is_broken_says_how(lines: tuple[bytes, ...], why: str) -> None:
    assert why_not(*lines) == why


def test_a_head_is_read_with_its_repeats_and_folds() -> None:
    head = head_of(b"HTTP/1.0 404\n", b"A: b\n", b"\tc \n", b" d\r\n", b"a:e\r\n", b"B :\r\n", b"\n")
    assert (head.minor, head.status, head.headers) == (0, 404, {"a": "b c d, e", "b": ""})
    assert (
        head_of(OK, b"content-length: 123456789012345678\r\n", b"\r\n").headers["content-length"]
        == "123456789012345678"
    )


@pytest.mark.parametrize("status", [200, 399, 400, 500])
def test_a_reset_may_end_the_body_of_a_refusal_that_says_no_length(status: int) -> None:
    assert Head(1, status, {}).may_end_in_a_reset == (status >= 400)
    for name in ("content-length", "transfer-encoding"):
        assert not Head(1, status, {name: "1"}).may_end_in_a_reset
