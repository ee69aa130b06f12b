"""The page of one delivery, and its buttons, which deliver it again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import NotFound

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.journal.cells import headers_of
from steppay_mock.delivery.journal.reading import read_journal
from steppay_mock.errors import ContractViolation, SteppayMockError
from steppay_mock.sandbox.judged import judge_body
from steppay_mock.sandbox.pages.portal.copies import copies_of
from steppay_mock.sandbox.pages.portal.listed import list_deliveries
from steppay_mock.sandbox.pages.portal.sent_request import judge_request
from steppay_mock.sandbox.pages.portal.shown_request import show_request
from steppay_mock.sandbox.pages.portal.signature import lines_of, remake, signature_steps

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page


def answer_delivery(sandbox: SandboxCore, page: Page, number: int) -> Response:
    """All that is known about a delivery."""
    return _show(sandbox, page, number)


def answer_delivery_again(sandbox: SandboxCore, page: Page, number: int) -> Response:
    """Deliver it again as the button says, and show the list; or say what is wrong."""
    form = page.request.form
    button = form.get("do", "")
    text = form.get("body", "").replace("\r\n", "\n")
    try:
        if button == "late":
            seconds = _seconds(form.get("seconds", ""))
            if seconds is None:
                return _show(sandbox, page, number, wrong=page.words["wrong_seconds"])
            sandbox.resend(number, after=seconds)
        elif button == "edited":
            sandbox.resend(number, body=text.encode("utf-8", "replace"))
        elif button in {"again", "twice"}:
            sandbox.resend(number, times=2 if button == "twice" else 1)
        elif button == "check":
            return _show(sandbox, page, number, edited=text)
        else:
            return _show(sandbox, page, number, wrong=page.words["wrong_delivery_button"])
    except SteppayMockError as error:
        return _show(sandbox, page, number, edited=text if button == "edited" else None, wrong=str(error))
    return page.redirect("/deliveries")


def _show(
    sandbox: SandboxCore, page: Page, number: int, *, edited: str | None = None, wrong: str | None = None
) -> Response:
    everything = {one.delivery.id: one for one in list_deliveries(sandbox.path)}
    listed = everything.get(number)
    if listed is None:
        raise NotFound
    one, sent = listed.delivery, listed.sent
    with read_journal(sandbox.path) as journal:
        attempts = journal.attempts(number)
        body, trace_seed = journal.sent(number)
    known = one.receiver in sandbox.endpoints
    key = sandbox.endpoints[one.receiver].secret if known else None
    remade = remake(body, signed_at=sent.signed_at, fault=one.fault, key=key, trace_seed=trace_seed)
    judged = judge_request(body, signed_at=sent.signed_at, sent_at=one.sent_at, fault=one.fault)
    raw, before = remade.request.body, everything.get(listed.previous or 0)
    steps = signature_steps(raw, signed_at=sent.signed_at, keys=() if key is None else (key,), proof=judged.proof)
    return page.answer(
        "delivery.html",
        status=400 if wrong else 200,
        listed=listed,
        one=one,
        known=known,
        wrong=wrong,
        attempts=[
            (each, lines_of(headers_of(each.headers).items()), each.body.decode("utf-8", "backslashreplace"))
            for each in attempts
        ],
        shown=show_request(
            raw,
            headers=remade.headers,
            signature=steps,
            previous=listed.previous,
            previous_body=None if before is None else before.sent.body,
        ),
        copies=copies_of(url=one.url, headers=dict(remade.headers), body=raw, event=one.event),
        edited=body.decode("utf-8", "replace") if edited is None else edited,
        faults_of_edited=None if edited is None else _faults(edited),
    )


def _faults(text: str) -> list[Any]:
    """How a text breaks the contract."""
    judged = judge_body(text.encode("utf-8", "replace"))
    if judged.is_parsed:
        return list(judged.violations)
    return [
        ContractViolation(
            kind="not-an-object",
            event="?",
            path="$",
            expected="JSON",
            sent=excerpt(text, limit=60) or "nothing",
            next_step="write one JSON object with timestamp, version, event and data",
        )
    ]


def _seconds(text: str) -> float | None:
    """The seconds, if they are some."""
    return float(text) if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", text.strip()) else None
