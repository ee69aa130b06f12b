"""Explains why a delivery failed, and which step comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.in_process.frameworks import Refusal, refusal_of
from steppay_mock.delivery.in_process.obstacles import obstacle
from steppay_mock.delivery.next_step import BROKE, step_for_status, step_without_answer
from steppay_mock.errors import ContractViolation, SignatureError

if TYPE_CHECKING:
    from collections.abc import Collection

    from steppay_mock.delivery.outcome import Outcome

RAW_BODY = (
    "Does it verify the raw body, before any parser (express.raw(), await request.text())? JSON that was parsed and "
    "written again has other bytes (fact 34)."
)
"""The question where a signed delivery is refused."""
_BY_STATUS = {
    400: "The receiver found the payload, the signature or the host bad. Read its answer and its log. In process the "
    f"host is testserver: Django wants it among ALLOWED_HOSTS. {RAW_BODY}",
    401: f"Is the secret right? Pass secret= as the receiver has it; without it a delivery is unsigned. {RAW_BODY} "
    "Or is there access control in front of the receiver? Pass headers= or auth=.",
    403: "Is the secret right? Pass secret= as the receiver has it. Or does a CSRF check stand before the receiver, "
    f"or access control, that headers= or auth= passes? {RAW_BODY}",
    404: "Is the path right? Give the one of the receiver's routes: path=, or in its URL.",
    405: "Does the receiver accept POST at this path? Give the one of its routes: path=, or in its URL.",
    422: "Does the receiver's model require a field that StepPay leaves out where it is null (fact 7)?",
}
_BY_FRAMEWORK: dict[Refusal, str] = {
    "csrf": "The framework asked for a CSRF token, which no webhook has. Exempt the view: in Django by @csrf_exempt.",
    "host": "Django refused the request before the view had it. Most often it does not know the host, which is "
    "testserver in process: add that to ALLOWED_HOSTS in the settings of the tests. Its logger django.security says "
    "what it was.",
    "slash": "Django wants a slash at the end of the path, and cannot redirect a POST. Pass path= with that slash, and "
    "register that address in the portal.",
}
_TO_HTTPS = (
    "The receiver redirects to https, which there is not in process. Let Django's settings in the tests say "
    "SECURE_SSL_REDIRECT = False."
)
_CLOCK = (
    "Or is it the age of the signature? A test has moved the clock of this process. Does the receiver read another "
    "clock, or one that goes on between signing and checking? Pass clock=Clock(now=...) with a function that "
    "gives the receiver's time in seconds."
)
_MAY_BE_THE_CLOCK = {400, 401, 403}
_REDIRECT = (
    "A redirect is an outcome and is not followed: StepPay's sender is not known to follow any. Give the address it "
    "points to, to= or path=, and register that one in the portal."
)
_TOO_LATE = "Let the receiver answer first and work later. The limit is timeout=; the vendor documents none (fact 23)."
_NO_ANSWER = "Start the receiver, or correct to=."
_RAISED = "Correct the receiver where the exception above was raised."
_SERVER = "Read the receiver's log: it failed while it worked on the event."
_OTHER = "Answer 2xx for an event that was taken, also for one that is not of interest (assumed, fact 23)."


def failure(
    first: Outcome,
    *,
    failed: int,
    total: int,
    receiver: str,
    journal: bool = False,
    success: Collection[int] | None = None,
) -> ContractViolation:
    """Make the violation that the first of ``failed`` outcomes is; ``journal`` is whether there is one to look into.

    ``success`` has the statuses that count as success; None: every 2xx.
    """
    step = _step_to_success(first, success) or _next_step(first)
    return ContractViolation(
        kind=_kind(first),
        event=excerpt(str(first.event.type)),
        path=f"delivery {first.position + 1} of {total}, {receiver}",
        expected=_expected(first, success),
        sent=first.answer + (f" (the first of {failed} failures)" if failed > 1 else ""),
        next_step=f"{step} The journal has every answer." if journal else step,
    )


def nothing_delivered(receiver: str) -> ContractViolation:
    """Make the violation that an empty run is."""
    return ContractViolation(
        kind="nothing-delivered",
        event="?",
        path=receiver,
        expected="at least one event",
        sent="none",
        next_step="Pass events that the receiver wants: an iterator that was used up before, a filter that matches "
        "nothing, or the events= of an Endpoint leaves none.",
    )


def no_verdict(fault: str, event: str, *, answer: str) -> str:
    """The sentence about a fault that could not be judged; ``answer`` is that to the plain event."""
    return (
        f"no verdict on the fault {fault}: {event} without the fault was not taken either ({answer}), so the answer to "
        "the fault tells nothing. Let the receiver take the plain event first."
    )


def stopped_early(receiver: str, *, sent: str) -> ContractViolation:
    """Make the violation that a run is which was stopped before its end, without a failure until then."""
    return ContractViolation(
        kind="stopped",
        event="?",
        path=receiver,
        expected="every delivery answered with success",
        sent=sent,
        next_step="The run was stopped before its end. Resume it, if it has a journal, or send the events again.",
    )


def _kind(outcome: Outcome) -> str:
    if outcome.undecided:
        return "no-verdict"
    if outcome.status is None:
        return "unreachable"
    if outcome.exception is not None:
        return "raised"
    if outcome.error is not None:
        return "broken-answer"
    return "redirect" if 300 <= outcome.status <= 399 else "status"


def _expected(outcome: Outcome, success: Collection[int] | None) -> str:
    right = "2xx" if success is None else in_words(success)
    if outcome.undecided:
        return f"the event without the fault to be taken ({right}), before the fault {outcome.fault} can be judged"
    if outcome.fault is None:
        return f"an answer with a {right} status" if success is None else f"an answer with the status {right}"
    from steppay_mock.delivery.faults import find_fault

    wanted = {"accepted": "2xx", "refused": "4xx", "either": "2xx or 4xx"}[find_fault(outcome.fault).expects]
    return f"an answer with a {wanted} status, because it came with the fault {outcome.fault}"


def in_words(success: Collection[int]) -> str:
    """The statuses that count as success: ``200, 204 or 300 to 399``."""
    spans: list[list[int]] = []
    for status in sorted(success):
        if spans and status == spans[-1][-1] + 1:
            spans[-1][1:] = [status]
        else:
            spans.append([status])
    *others, last = (" to ".join(map(str, span)) for span in spans)
    return f"{', '.join(others)} or {last}" if others else last


def _step_to_success(outcome: Outcome, success: Collection[int] | None) -> str | None:
    """The step where a whole 2xx answer failed: it is none of the statuses that count as success."""
    if outcome.undecided and outcome.control is not None:
        return _step_to_success(outcome.control, success)
    if success is None or outcome.fault is not None or not outcome.was_taken:
        return None
    return f"Only {in_words(success)} counts as success: let the receiver answer so, or change success=."


def _next_step(outcome: Outcome) -> str:
    if outcome.undecided and outcome.control is not None:
        return _next_step(outcome.control)
    if outcome.fault is not None:
        from steppay_mock.delivery.faults import find_fault

        return find_fault(outcome.fault).reason
    return _step_of_framework(outcome) or _step_of_answer(outcome)


def _step_of_framework(outcome: Outcome) -> str | None:
    """The step for what a framework or the test does before the receiver's own code has the event."""
    if (step := obstacle(outcome.exception)) is not None:
        return step
    if (refusal := refusal_of(outcome.status, outcome.body)) is not None:
        return _BY_FRAMEWORK[refusal]
    return _TO_HTTPS if (outcome.redirect or "").startswith("https://testserver/") else None


def _step_of_answer(outcome: Outcome) -> str:
    if outcome.failure is Failure.TIMED_OUT:
        return _TOO_LATE
    no_answer = step_without_answer({outcome.failure}, door="python") or _NO_ANSWER
    step = {"unreachable": no_answer, "raised": _RAISED, "broken-answer": BROKE, "redirect": _REDIRECT}
    status = outcome.status or 0
    by_status = _BY_STATUS.get(status) or step_for_status(status) or (_SERVER if status >= 500 else _OTHER)
    told = step.get(_kind(outcome), by_status)
    return f"{told} {_CLOCK}" if outcome.moved_clock and _may_be_the_clock(outcome) else told


def _may_be_the_clock(outcome: Outcome) -> bool:
    """Whether the receiver may have refused the age of the signature."""
    if outcome.exception is not None:
        return isinstance(outcome.exception, SignatureError) and outcome.exception.kind in {"stale", "future"}
    return outcome.status in _MAY_BE_THE_CLOCK
