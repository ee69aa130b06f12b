"""Faults of the connection: the request is right, and its bytes are cut, slow, or framed in another way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.faults.draft import as_drafted
from steppay_mock.delivery.faults.fault import Fault
from steppay_mock.delivery.request import Request, Writing

if TYPE_CHECKING:
    from steppay_mock.delivery.faults.draft import RequestDraft

DROPS = 20
DRIP = 0.1
CHUNKS = 3


def _truncated(draft: RequestDraft) -> Request:
    return as_drafted(draft, writing=Writing(truncate_to=len(draft.body) // 2))


def _slow_drip(draft: RequestDraft) -> Request:
    return as_drafted(draft, writing=Writing(pieces=DROPS, drip=DRIP))


def _chunked(draft: RequestDraft) -> Request:
    return as_drafted(draft, writing=Writing(framing="chunked", pieces=CHUNKS))


def _no_length(draft: RequestDraft) -> Request:
    return as_drafted(draft, writing=Writing(framing="none"))


def _http_1_0(draft: RequestDraft) -> Request:
    return as_drafted(draft, writing=Writing(http_version="1.0"))


def _reset_amid_body(draft: RequestDraft) -> Request:
    return as_drafted(draft, writing=Writing(truncate_to=len(draft.body) // 2, reset="written"))


def _reset_after_body(draft: RequestDraft) -> Request:
    return as_drafted(draft, writing=Writing(reset="written"))


def _answer_lost(draft: RequestDraft) -> Request:
    return as_drafted(draft, writing=Writing(reset="answered"))


CONNECTION_FAULTS = (
    Fault(
        "truncated",
        "connection",
        "refused",
        "The sender ends after half of the body, though Content-Length announces all of it.",
        "Half a body is not the signed body (fact 18). Closing without an answer is as good as 400.",
        _truncated,
        needs_socket=True,
    ),
    Fault(
        "slow-drip",
        "connection",
        "accepted",
        f"The body comes in {DROPS} pieces, {DRIP:g} s before each. Assumed: StepPay's sender may be that slow.",
        "A body may come in parts; read it to the length that was announced.",
        _slow_drip,
        needs_socket=True,
    ),
    Fault(
        "chunked",
        "connection",
        "either",
        f"The body comes in {CHUNKS} chunks, without Content-Length. Assumed: StepPay announces the length (fact 21).",
        "HTTP/1.1 servers understand it, so 2xx is right; WSGI has no place for it, so 411 and 400 are right too.",
        _chunked,
        needs_socket=True,
    ),
    Fault(
        "length-missing",
        "connection",
        "refused",
        "The body comes, but neither Content-Length nor chunks announce it.",
        "In HTTP such a request has no body, and the signature is not that of an empty body.",
        _no_length,
        needs_socket=True,
    ),
    Fault(
        "http-1.0",
        "connection",
        "accepted",
        "The request is one of HTTP/1.0. Assumed: it was never seen; old proxies do it.",
        "The request has all that is needed: the length, and the end of the connection.",
        _http_1_0,
        needs_socket=True,
    ),
    Fault(
        "reset-amid-body",
        "connection",
        "refused",
        "The connection is reset after half of the body: the request is lost.",
        "Half a body is not the signed body (fact 18). The next delivery has to succeed as if nothing had happened.",
        _reset_amid_body,
        needs_socket=True,
        answered=False,
    ),
    Fault(
        "reset-after-body",
        "connection",
        "either",
        "The connection is reset as soon as the whole request has arrived: the sender waits for no answer.",
        "The event may be accepted or lost, as a whole. It may come again, because the sender does not know which "
        "(fact 22).",
        _reset_after_body,
        needs_socket=True,
        answered=False,
    ),
    Fault(
        "answer-lost",
        "connection",
        "accepted",
        "The connection is reset when the answer begins: the receiver has accepted the event, and the sender does "
        "not know it.",
        "The request is right, so the receiver accepts it; sent again by hand, it is a duplicate (fact 22).",
        _answer_lost,
        needs_socket=True,
        answered=False,
    ),
)
