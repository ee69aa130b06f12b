"""Checks of the connection: what is cut leaves nothing behind, what is slow or in chunks is read to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.conformance.alike import changes
from steppay_mock.conformance.check import PASSED, Check, Judgement, failed
from steppay_mock.conformance.judging import control_of, judge_acceptance
from steppay_mock.conformance.kinds import Severity
from steppay_mock.delivery.faults import find_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from steppay_mock.conformance.checked_receiver import CheckedReceiver

_READ = "Read the body to the length that Content-Length announces, and refuse one that ends before."
_SERVER = "Serve it by a server that is made for production, or behind a proxy that reads the whole request first."


def _lost(name: str) -> Callable[[CheckedReceiver], Judgement]:
    """A request that never came whole: it leaves nothing behind, and the next webhook is taken as ever."""
    fault = find_fault(name)

    def run(at: CheckedReceiver) -> Judgement:
        event = at.event()
        at.begin()
        before = at.look()
        trace = at.send(fault.apply(at.draft(event)), f"{event.type} with the fault {name}")
        after = at.look()
        if after != before:
            told = changes(at.state(before).state, at.state(after).state)
            return failed(f"A webhook of which half arrived ({name}) changes its state.", trace, changes=told)
        if (no_verdict := control_of(at, at.event())) is not None:
            return no_verdict
        if not fault.met_by(trace.answer):
            return failed(f"To a webhook with the fault {name} it gives {trace.told()}.", trace)
        return PASSED

    return run


def _whole(name: str) -> Callable[[CheckedReceiver], Judgement]:
    fault = find_fault(name)
    return lambda at: judge_acceptance(at, fault.apply, what=f"a webhook with the fault {name}", event=at.event())


def _either(name: str) -> Callable[[CheckedReceiver], Judgement]:
    fault = find_fault(name)

    def run(at: CheckedReceiver) -> Judgement:
        event = at.event()
        at.begin()
        trace = at.send(fault.apply(at.draft(event)), f"{event.type} with the fault {name}")
        if (no_verdict := control_of(at, at.event())) is not None:
            return no_verdict
        return PASSED if fault.met_by(trace.answer) else failed(f"It fails on the fault {name}: {trace.told()}.", trace)

    return run


def _answer_lost(at: CheckedReceiver) -> Judgement:
    """The answer never arrives, so the webhook comes again by hand: the end is as if it had come once."""
    fault = find_fault("answer-lost")
    event = at.event()
    expected = 0
    if at.can_reset:
        at.begin()
        at.deliver(event)
        expected = at.look()
    at.begin()
    trace = at.send(fault.apply(at.draft(event)), f"{event.type}, whose answer is lost")
    again = at.deliver(event, later=1)
    if not at.accepts(again, event):
        return failed(
            f"A webhook that is sent again after its answer was lost is refused: {again.told()}.",
            again,
            tags=("refused",),
        )
    after = at.look()
    if at.can_reset and at.state(after) != at.state(expected):
        told = changes(at.state(expected).state, at.state(after).state, copies=(event.data,))
        if told or at.state(after).effects != at.state(expected).effects:
            return failed(
                "A webhook that is sent again after its answer was lost counts twice.",
                trace,
                changes=told,
                tags=("twice",),
            )
    return PASSED


def _check(
    name: str, asks: str, run: Callable[[CheckedReceiver], Judgement], *, cure: str, severity: Severity = "should"
) -> Check:
    return Check(
        name=name,
        family="connection",
        severity=severity,
        harm="lost",
        asks=asks,
        cure=cure,
        facts=(21, 22),
        needs=("socket",),
        run=run,
    )


CHECKS = (
    _check(
        "truncated",
        "Half of a body is refused, and leaves nothing behind.",
        _lost("truncated"),
        cure=_READ,
        severity="must",
    ),
    _check(
        "reset-amid-body",
        "A connection that is reset amid the body leaves nothing behind.",
        _lost("reset-amid-body"),
        cure=_READ,
        severity="must",
    ),
    _check("slow", "A body that comes in drops is accepted.", _whole("slow-drip"), cure=_SERVER),
    _check("chunked", "A body in chunks makes no failure.", _either("chunked"), cure=_SERVER, severity="assumed"),
    _check("http-1.0", "A request of HTTP/1.0 is accepted.", _whole("http-1.0"), cure=_SERVER, severity="assumed"),
    _check(
        "title-case",
        "Names of headers with capitals are the same names.",
        _whole("names-title-case"),
        cure="Look for headers without regard to capitals.",
    ),
    Check(
        name="answer-lost",
        family="connection",
        severity="must",
        harm="money",
        asks="A webhook that is sent again because its answer was lost counts once.",
        cure="Store a hash of each body in the transaction that has the effect, and skip a body that is stored.",
        facts=(4, 22),
        needs=("socket",),
        run=_answer_lost,
    ),
)
"""The checks of this family."""
