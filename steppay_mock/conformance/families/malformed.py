"""Checks of bodies that are no webhook: they are refused with 4xx, and never make the receiver fail.

StepPay sends none of them. A 5xx tells that the receiver trusts what it reads, and fails on the next surprise.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.check import PASSED, Check, Judgement, failed
from steppay_mock.conformance.judging import control_of
from steppay_mock.conformance.kinds import Severity
from steppay_mock.conformance.mistaken_forms import signed
from steppay_mock.delivery.faults import find_fault
from steppay_mock.delivery.faults.draft import SIGNATURE, as_drafted, with_header

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.delivery.faults import RequestDraft
    from steppay_mock.delivery.request import Request

_CURE = (
    "Verify first; then parse, and answer 400 where the body is no JSON object with a text under 'event' and an object "
    "under 'data'."
)
_DEEP = 100_000


def _bytes(body: bytes) -> Callable[[RequestDraft], Request]:
    return lambda draft: signed(draft, body)


def _told(change: Callable[[dict[str, Any]], Any]) -> Callable[[RequestDraft], Request]:
    """A body with another content: what ``change`` gives for the payload."""
    return lambda draft: signed(draft, json.dumps(change(json.loads(draft.body)), ensure_ascii=False).encode())


def _deep(draft: RequestDraft) -> Request:
    body = draft.body.rstrip()[:-1] + b',"deep":' + b"[" * _DEEP + b"]" * _DEEP + b"}"
    return signed(draft, body)


def _unsigned_garbage(draft: RequestDraft) -> Request:
    body = b"\xff{no json"
    headers = with_header(with_header(draft.headers, SIGNATURE), "content-length", str(len(body)))
    return as_drafted(draft, body=body, headers=headers)


def _judge(
    make: Callable[[RequestDraft], Request], what: str, *, may_pass: bool
) -> Callable[[CheckedReceiver], Judgement]:
    def run(at: CheckedReceiver) -> Judgement:
        event = at.event()
        at.begin()
        trace = at.send(make(at.draft(event)), what)
        status = trace.answer.status
        if (no_verdict := control_of(at, event)) is not None:
            return no_verdict
        if status is None or status >= 500 or trace.answer.exception is not None:
            return failed(f"It fails on {what}: {trace.told()}.", trace, tags=("crashed",))
        if trace.answer.is_success and not may_pass:
            return failed(f"It answers {status} to {what}.", trace, severity="assumed", tags=("swallowed",))
        return PASSED

    return run


def _check(
    name: str,
    what: str,
    make: Callable[[RequestDraft], Request],
    *,
    may_pass: bool = False,
    severity: Severity = "should",
    secret: bool = False,
) -> Check:
    return Check(
        name=name,
        family="malformed",
        severity=severity,
        harm="untidy",
        asks=f"To {what} it answers 4xx, not 5xx.",
        cure=_CURE,
        facts=(2,),
        needs=("secret",) if secret else (),
        run=_judge(make, what, may_pass=may_pass),
    )


def _without(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda payload: {key: value for key, value in payload.items() if key != name}


CHECKS = (
    _check("unsigned-garbage", "bytes that are no JSON, without a signature", _unsigned_garbage, secret=True),
    _check("not-json", "a body that is no JSON", _bytes(b"{no json")),
    _check("empty-body", "an empty body", _bytes(b"")),
    _check("half-a-body", "half of a JSON body", lambda draft: signed(draft, draft.body[: len(draft.body) // 2])),
    _check("not-utf-8", "a body that is not UTF-8", _bytes(b'{"event": "\xff\xfe", "data": {}}')),
    _check("a-list", "a JSON list", _told(lambda payload: [payload])),
    _check("a-text", "a JSON text", _bytes(b'"payment.completed"')),
    _check("null", "the JSON null", _bytes(b"null")),
    _check("empty-object", "an empty object", _bytes(b"{}"), may_pass=True),
    _check("event-missing", "a webhook without event", _told(_without("event")), may_pass=True),
    _check(
        "event-a-number", "a webhook whose event is a number", _told(lambda one: {**one, "event": 7}), may_pass=True
    ),
    _check("data-missing", "a webhook without data", _told(_without("data")), may_pass=True),
    _check("data-null", "a webhook whose data is null", _told(lambda one: {**one, "data": None}), may_pass=True),
    _check("data-a-list", "a webhook whose data is a list", _told(lambda one: {**one, "data": []}), may_pass=True),
    _check(
        "data-empty",
        "a webhook whose data is empty",
        _told(lambda one: {**one, "data": {}}),
        may_pass=True,
        severity="assumed",
    ),
    _check("timestamp-missing", "a webhook without timestamp", _told(_without("timestamp")), may_pass=True),
    _check(
        "byte-order-mark",
        "a body with a byte order mark",
        find_fault("body-with-bom").apply,
        may_pass=True,
        severity="assumed",
    ),
    _check("too-deep", f"a body of {_DEEP:,} levels", _deep, may_pass=True, severity="assumed"),
)
"""The checks of this family."""
