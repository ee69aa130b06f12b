"""Findings about a receiver that reads back from the REST API, and cannot: it gets no API, or not the right token.

Such a receiver refuses every webhook, or does nothing with it, and would pass for one behind a proxy.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.conformance.finding import Finding, control_finding
from steppay_mock.conformance.judging import with_payload
from steppay_mock.delivery.error_chain import errors_behind
from steppay_mock.ordering.face import option

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.reactions import Reaction, Reactions
    from steppay_mock.conformance.trace import Trace

_WRONG_TOKEN = 403  # fact 37
_UNABLE = frozenset({502, 503, 504})
_CLIENTS = frozenset({"requests", "httpx", "urllib3", "urllib", "aiohttp", "http", "httpcore", "socket"})
"""The packages of HTTP clients whose errors show that the receiver called somebody."""


def cannot_read_back(at: CheckedReceiver, reactions: Reactions) -> Finding | None:
    """The finding where no webhook does anything because the API is missing; None if that is not the reason."""
    first = reactions.all[0].trace
    if at.api is not None:
        return _of_given_api(at, first)
    if at.calls_of_other_apis:
        return _reads_another(at, first)
    failing = [one for one in reactions.all if not one.accepted and fails(one.trace)]
    if failing and (_called_somebody(failing) or _lacks_something(at, failing)):
        return control_finding(
            "seems-to-read-back",
            f"It fails on the webhooks that it uses ({failing[0].trace.told()}), as a receiver does that reads from "
            "StepPay's REST API and cannot reach it.",
            f"{_give_it()} If it reads nothing from there, read its log at this webhook.",
            failing[0].trace,
            facts=(27,),
        )
    return None


def told_of_api(at: CheckedReceiver) -> Finding | None:
    """The finding beside others: an API that is used and was not given, or is given and was not used."""
    if at.api is None:
        return _reads_another(at, at.traces[0]) if at.calls_of_other_apis else None
    return None if at.api_calls or at.is_stopped else replace(_not_called(at.traces[0]), severity="fact")


def perhaps_it_reads_back(at: CheckedReceiver) -> str:
    """The question for a cure where this may be the reason; empty where the API was given."""
    return "" if at.api is not None else f"Does it read from StepPay's REST API? Then give that too: {option('api')}."


def _of_given_api(at: CheckedReceiver, trace: Trace) -> Finding | None:
    calls = at.api_calls
    if not calls:
        return _not_called(trace)
    if any(call.status == 200 for call in calls):
        return None
    last = calls[-1]
    if last.status == _WRONG_TOKEN:
        return control_finding(
            "wrong-api-token",
            f"The REST API answered 403 to each of its {len(calls)} calls: the header Secret-Token is missing, or has "
            "another token than the API (fact 37).",
            "Give the receiver the token of the API, or the API that of the receiver.",
            trace,
            facts=(27, 37),
        )
    return control_finding(
        "api-answers-nothing",
        f"The REST API answered none of its {len(calls)} calls with 200; the last, {last.method} {last.path}, with "
        f"{last.status}.",
        "Ask the API by the ids of the webhook: orders by the id of an order, subscriptions by subscriptionId "
        "(facts 15 and 27).",
        trace,
        facts=(15, 27),
    )


def _not_called(trace: Trace) -> Finding:
    return control_finding(
        "api-not-called",
        f"{option('api')} was given, and no webhook made it call the REST API.",
        "Let the receiver call the API that is given: mount it with api.patched(), or serve it and set its address in "
        "the receiver. If it reads nothing from there, leave the option out.",
        trace,
        facts=(27,),
    )


def _reads_another(at: CheckedReceiver, trace: Trace) -> Finding:
    return control_finding(
        "reads-back",
        f"It reads from a StoreApi ({at.calls_of_other_apis} calls) that was not given to the checks, and that knows "
        "none of their events.",
        _give_it(),
        trace,
        facts=(27,),
    )


def fails(trace: Trace) -> bool:
    """Whether the receiver is there and fails, by its answer or by an exception in this process."""
    return trace.answer.exception is not None or (trace.answer.status or 0) >= 500


def _called_somebody(failing: Iterable[Reaction]) -> bool:
    """Whether an error in this process is that of an HTTP client."""
    errors = (error for one in failing for error in errors_behind(one.trace.answer.exception))
    return any(_CLIENTS & {kind.__module__.partition(".")[0] for kind in type(error).__mro__} for error in errors)


def _lacks_something(at: CheckedReceiver, failing: Sequence[Reaction]) -> bool:
    """Whether it says that it is not able to, and takes a webhook of a type for which it needs nothing."""
    if not all(one.trace.answer.status in _UNABLE for one in failing):
        return False
    plain = at.event()
    unused = with_payload(plain, {**plain.payload, "event": "coupon.created", "data": {"couponId": 7}})
    at.begin()
    return at.accepts(at.deliver(unused), unused)


def _give_it() -> str:
    return (
        f"Give the REST API: {option('api')}. The events then happen in stores about which it answers "
        "(docs/check.md, A receiver that reads back)."
    )
