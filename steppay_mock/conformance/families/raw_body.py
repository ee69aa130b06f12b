"""Checks of the body: the same JSON in other bytes is the same webhook, and the bytes are what was signed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from steppay_mock.conformance.check import Check
from steppay_mock.conformance.judging import Run, accepts, accepts_fault, refuses_fault
from steppay_mock.conformance.kinds import Harm, Severity
from steppay_mock.conformance.mistaken_forms import signed

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.delivery.faults import RequestDraft
    from steppay_mock.delivery.request import Request
    from steppay_mock.payload.event import Event

_CURE = (
    "Verify the bytes as they arrived, before any parser: request.get_data() in Flask, request.body in Django, await "
    "request.body() in FastAPI, express.raw({type: 'application/json'}) in Express, await request.text() in Next.js."
)


def _check(
    name: str,
    asks: str,
    run: Run,
    *,
    severity: Severity = "must",
    harm: Harm = "lost",
    cure: str = _CURE,
    facts: tuple[int, ...] = (18, 34),
    secret: bool = False,
) -> Check:
    return Check(
        name=name,
        family="raw-body",
        severity=severity,
        harm=harm,
        asks=asks,
        cure=cure,
        facts=facts,
        needs=("secret",) if secret else (),
        run=run,
    )


def _compact(draft: RequestDraft) -> Request:
    return signed(draft, json.dumps(json.loads(draft.body), ensure_ascii=False, separators=(",", ":")).encode())


def _pretty(draft: RequestDraft) -> Request:
    return signed(draft, json.dumps(json.loads(draft.body), ensure_ascii=False, indent=2).encode())


def _tabbed(draft: RequestDraft) -> Request:
    return signed(draft, json.dumps(json.loads(draft.body), ensure_ascii=False, indent="\t").encode())


def _with_line_end(draft: RequestDraft) -> Request:
    return signed(draft, draft.body.rstrip() + b"\n")


def _decimals(draft: RequestDraft) -> Request:
    """Each whole number below ``data`` that is an amount gets a fraction of zero: another text of the same number."""
    told = json.loads(draft.body)
    text = json.dumps(_with_fractions(told), ensure_ascii=False, indent=2)
    return signed(draft, text.encode())


def _with_fractions(value: object, name: str = "") -> object:
    if isinstance(value, dict):
        return {key: _with_fractions(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_fractions(inner, name) for inner in value]
    is_amount = name.lower().endswith(("amount", "price")) and isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_amount and isinstance(value, int) else value


def _korean(at: CheckedReceiver) -> Event:
    return at.event(locale="ko_KR")


def _without_hangul(at: CheckedReceiver, korean: Event) -> Event:
    return at.twin(korean, locale="en_US")


CHECKS = (
    _check(
        "pretty",
        "A body that is indented is accepted.",
        accepts(_pretty, what="a webhook whose body is indented"),
    ),
    _check(
        "compact",
        "A body without white space is accepted.",
        accepts(_compact, what="a webhook whose body has no white space"),
    ),
    _check(
        "tabs",
        "A body with tabs is accepted.",
        accepts(_tabbed, what="a webhook whose body has tabs"),
        severity="should",
    ),
    _check(
        "line-end",
        "A body with a line end behind it is accepted.",
        accepts(_with_line_end, what="a webhook with a line end behind its body"),
        severity="should",
        cure=f"{_CURE} Do not strip them.",
    ),
    _check(
        "escaped",
        r"A body with Hangul as \uXXXX is accepted.",
        accepts_fault("body-escaped", what=r"a webhook whose Hangul is written as \uXXXX"),
        severity="should",
    ),
    _check(
        "reordered",
        "A body whose members come in another order is accepted.",
        accepts_fault("body-reordered", what="a webhook whose members come in another order"),
        severity="should",
    ),
    _check(
        "cr-lf",
        "A body with CR LF at the ends of its lines is accepted.",
        accepts_fault("body-crlf", what="a webhook with CR LF at the ends of its lines"),
        severity="assumed",
    ),
    _check(
        "multibyte",
        "A body with Hangul as UTF-8 is accepted: its length counts bytes, not letters.",
        accepts(_pretty, what="a webhook with Hangul", event=_korean, control=_without_hangul),
        facts=(1, 18),
    ),
    _check(
        "number-form",
        "An amount that is written 10000.0 is the amount 10000.",
        accepts(_decimals, what="a webhook whose amounts are written as 10000.0"),
        facts=(13, 18),
        cure="Verify the raw bytes, in which 10000.0 is not 10000, and read amounts as decimals, not as whole numbers.",
    ),
    _check(
        "spaced-after-signing",
        "A body that got other white space after signing is refused: other bytes were signed.",
        refuses_fault("spaced-after-signing", what="a webhook whose white space was changed after signing"),
        severity="should",
        harm="untidy",
        secret=True,
    ),
)
"""The checks of this family. A byte order mark is among the checks of malformed bodies: JSON has none."""
