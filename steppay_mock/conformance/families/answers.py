"""Checks of the answers to all that was sent before: they come soon, and show no secret."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING

from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.contract.catalogue import EventType
from steppay_mock.delivery.faults.draft import SIGNATURE
from steppay_mock.wire.shown_url import MASK
from steppay_mock.wire.signature import sign

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace

SLOW = 1.0
"""Seconds in which an answer should come; the vendor names no limit (fact 23)."""
_MORE = 2
"""So many more webhooks of a type whose answers were late."""
_WAIT = 0.2
_LEAST = 60  # bytes of a body: what is shorter may be in an answer by chance
_KEY = re.compile(r"key=([A-Za-z0-9+/=;]+)")
_PAGES = (b"Traceback (most recent call last)", b"Werkzeug Debugger", b"You're seeing this error because you have")


def _in_time(at: CheckedReceiver) -> Judgement:
    plain = [trace for trace in at.traces if trace.request.writing is None and trace.answer.is_success]
    if not plain:
        return skipped("No plain webhook was accepted.")
    usual = median(trace.answer.latency for trace in plain)
    if usual > SLOW:
        slowest = max(plain, key=lambda trace: trace.answer.latency)
        return failed(f"It takes {usual:.1f} s to answer, the median of {len(plain)} webhooks.", slowest)
    for event_type in sorted({trace.what for trace in plain} & set(EventType)):
        traces = [trace for trace in plain if trace.what == event_type]
        if median(trace.answer.latency for trace in traces) > SLOW:
            # Of most types there is one webhook: a single answer may be late by chance.
            traces += [at.deliver(at.event(event_type)) for _ in range(_MORE)]
            took = median(trace.answer.latency for trace in traces)
            if took > SLOW:
                told = (
                    f"It takes {took:.1f} s to answer {event_type}, the median of {len(traces)} webhooks; "
                    f"{usual:.1f} s that of all types."
                )
                return failed(told, traces[-1])
    return PASSED


def _works_on(at: CheckedReceiver) -> Judgement:
    event = at.event()
    at.begin()
    trace = at.deliver(event)
    if not at.changes_by_itself(_WAIT):
        return PASSED
    return failed("It goes on working after its answer: the state changes later.", trace)


def _shows_no_secret(at: CheckedReceiver) -> Judgement:
    trace = next((one for one in at.traces if _text(one).count(MASK) > one.request.body.count(MASK.encode())), None)
    return PASSED if trace is None else failed("Its answer has the secret in it, which is masked here.", trace)


def _tells_no_key(at: CheckedReceiver) -> Judgement:
    """Whether an answer to a wrong signature has the right one: then anybody who asks can sign."""
    for trace in at.traces:
        header = dict(trace.request.headers).get(SIGNATURE, "")
        moment = re.search(r"timestamp=(\d{1,15})", header)
        if moment is None or not trace.secrets:
            continue
        right = sign(trace.request.body, trace.secrets, timestamp=int(moment[1])).partition("key=")[2].split(";")
        if any(key not in header and key in _text(trace) for key in right):
            return failed("Its answer to a wrong signature has the right key in it: whoever asks can sign.", trace)
    return PASSED


def _echoes_no_signature(at: CheckedReceiver) -> Judgement:
    for trace in at.traces:
        sent = _KEY.search(dict(trace.request.headers).get(SIGNATURE, ""))
        if sent is not None and len(sent[1]) > 40 and sent[1] in _text(trace):
            return failed("Its answer repeats the signature that was sent.", trace)
    return PASSED


def _repeats_no_body(at: CheckedReceiver) -> Judgement:
    for trace in at.traces:
        body = trace.request.body.strip()
        if len(body) > _LEAST and body in trace.answer.body:
            return failed("Its answer repeats the body that was sent.", trace)
    return PASSED


def _shows_no_page(at: CheckedReceiver) -> Judgement:
    trace = next((one for one in at.traces if any(page in one.answer.body for page in _PAGES)), None)
    if trace is None:
        return PASSED
    return failed("Its answer has a traceback or a page for developers in it.", trace)


def _text(trace: Trace) -> str:
    answer = trace.answer
    return "\n".join([answer.body.decode("utf-8", "replace"), *answer.headers, *answer.headers.values()])


_QUIET = "Answer with a status and a short text. What went wrong belongs into the log."

CHECKS = (
    Check(
        name="within-a-second",
        family="latency",
        severity="assumed",
        harm="lost",
        asks="It answers within a second.",
        cure="Store the webhook, answer, and do the work afterwards: how long StepPay waits is not documented.",
        facts=(23,),
        run=_in_time,
    ),
    Check(
        name="works-after-answer",
        family="latency",
        severity="fact",
        harm="untidy",
        asks="Its work is done when it answers.",
        cure="That is right, if the work is not lost when the process ends. Let the checks wait for it, by the option "
        "settle.",
        needs=("reset",),
        run=_works_on,
    ),
    Check(
        name="no-secret",
        family="secrets",
        severity="must",
        harm="money",
        asks="No answer has the secret in it.",
        cure=_QUIET,
        needs=("secret",),
        run=_shows_no_secret,
    ),
    Check(
        name="no-right-key",
        family="secrets",
        severity="must",
        harm="money",
        asks="No answer to a wrong signature has the right one in it.",
        cure=f"Do not say which key was expected. {_QUIET}",
        facts=(18,),
        needs=("secret",),
        run=_tells_no_key,
    ),
    Check(
        name="no-echo",
        family="secrets",
        severity="should",
        harm="untidy",
        asks="No answer repeats the signature.",
        cure=_QUIET,
        needs=("secret",),
        run=_echoes_no_signature,
    ),
    Check(
        name="no-body",
        family="secrets",
        severity="should",
        harm="untidy",
        asks="No answer repeats the body.",
        cure=f"A body has names, phones and addresses of people. {_QUIET}",
        run=_repeats_no_body,
    ),
    Check(
        name="no-traceback",
        family="secrets",
        severity="should",
        harm="untidy",
        asks="No answer has a traceback in it.",
        cure=f"Switch DEBUG off, also on staging. {_QUIET}",
        run=_shows_no_page,
    ),
)
"""The checks of these families; they look at the answers to all that other checks sent."""
