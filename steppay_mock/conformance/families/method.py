"""Checks of methods and content types: a webhook is a POST of application/json, and nothing else has an effect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.conformance.check import PASSED, Check, Judgement, failed
from steppay_mock.conformance.judging import accepts_fault, control_of
from steppay_mock.delivery.faults.draft import as_drafted, with_header
from steppay_mock.delivery.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from steppay_mock.conformance.checked_receiver import CheckedReceiver

_CURE = "Route POST alone to the receiver: app.post(...), @require_POST, methods=['POST']."


def _get(at: CheckedReceiver) -> Judgement:
    return _other_method(at, "GET", Request(b"", (("accept", "*/*"),), method="GET"))


def _put(at: CheckedReceiver) -> Judgement:
    event = at.event()
    draft = at.draft(event)
    return _other_method(at, "PUT", Request(draft.body, draft.headers, method="PUT"))


def _delete(at: CheckedReceiver) -> Judgement:
    return _other_method(at, "DELETE", Request(b"", (("accept", "*/*"),), method="DELETE"))


def _other_method(at: CheckedReceiver, method: str, request: Request) -> Judgement:
    at.begin()
    before = at.look()
    trace = at.send(request, f"a {method} request")
    changed = at.look() != before
    if (no_verdict := control_of(at, at.event())) is not None:
        return no_verdict
    status = trace.answer.status
    if changed:
        return failed(f"A {method} request changes its state ({trace.told()}).", trace)
    if status is None or status >= 500:
        return failed(f"It fails on a {method} request: {trace.told()}.", trace)
    if 200 <= status <= 299:
        return failed(
            f"It answers {status} to a {method} request.", trace, severity="fact" if method == "GET" else "should"
        )
    return PASSED


def _content_type(value: str | None, *, what: str) -> Callable[[CheckedReceiver], Judgement]:
    def run(at: CheckedReceiver) -> Judgement:
        event = at.event()
        draft = at.draft(event)
        at.begin()
        values = () if value is None else (value,)
        request = replace(as_drafted(draft, headers=with_header(draft.headers, "content-type", *values)), writing=None)
        trace = at.send(request, f"{event.type} {what}")
        if (no_verdict := control_of(at, event)) is not None:
            return no_verdict
        status = trace.answer.status
        if status is None or status >= 500 or trace.answer.exception is not None:
            return failed(f"It fails on a webhook {what}: {trace.told()}.", trace, tags=("crashed",))
        return PASSED

    return run


def _check(name: str, asks: str, run: Callable[[CheckedReceiver], Judgement], *, cure: str = _CURE) -> Check:
    return Check(
        name=name,
        family="method",
        severity="should",
        harm="untidy",
        asks=asks,
        cure=cure,
        facts=(1,),
        needs=("route",),
        run=run,
    )


_TYPE = "Answer 415, or read the body as JSON whatever the type says: the signature proves the sender."

CHECKS = (
    _check("get", "A GET request has no effect and is refused.", _get),
    _check("put", "A PUT request is refused.", _put),
    _check("delete", "A DELETE request is refused.", _delete),
    Check(
        name="charset",
        family="method",
        severity="should",
        harm="lost",
        asks="A Content-Type with a charset is accepted.",
        cure="Compare the content type without its parameters: application/json;charset=UTF-8 is JSON.",
        facts=(1,),
        run=accepts_fault("content-type-charset", what="a webhook of the type application/json;charset=UTF-8"),
    ),
    _check(
        "form",
        "A Content-Type of forms makes no failure.",
        _content_type("application/x-www-form-urlencoded", what="with the content type of forms"),
        cure=_TYPE,
    ),
    _check(
        "text",
        "A Content-Type of text makes no failure.",
        _content_type("text/plain", what="of the type text/plain"),
        cure=_TYPE,
    ),
    _check(
        "none",
        "A missing Content-Type makes no failure.",
        _content_type(None, what="without a content type"),
        cure=_TYPE,
    ),
)
"""The checks of this family."""
