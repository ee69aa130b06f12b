"""Checks of refunds: less money after each of them, of a part and of the whole."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.alike import DIGEST, without_bodies
from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.conformance.judging import with_payload
from steppay_mock.ordering.state.json_path import leaves
from steppay_mock.ordering.state.normal import plain

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace
    from steppay_mock.payload.event import Event

_PAID = 48_000
_PART = 13_000
_BOTH = 30_000  # after a second refund of a part: canceledAmount is the sum so far
_SHARES = (1, 10, 20, 50, 100, 1000)  # of what is paid: points are a part of it


def _refund_takes_back(at: CheckedReceiver) -> Judgement:
    """Whether a number that a payment raised by its amount, or by a share of it, falls or is marked by the refund."""
    told = _refunded(at, _payment(at), _PAID)
    if isinstance(told, Judgement):
        return told
    (before, paid, back), trace = told
    raised = [path for path, value in paid.items() if _is_share(value, before.get(path))]
    if not raised:
        return skipped("No number of the state rises with a payment.")
    if paid == back:
        return failed(
            f"payment.completed of {_PAID} raised {raised[0]}, and payment.canceled of all of it changes nothing.",
            trace,
        )
    return PASSED


def _partial_refund(at: CheckedReceiver) -> Judgement:
    """Whether what was paid, and what was given back of it, stay two numbers."""
    payment = _payment(at)
    whole, part = _refunded(at, payment, _PAID), _refunded(at, payment, _PART)
    if isinstance(whole, Judgement) or isinstance(part, Judgement):
        return part if isinstance(part, Judgement) else skipped("A refund of the whole amount is refused.")
    (_, paid, back), trace = part
    amounts = {path for path, value in paid.items() if _is_number(value, _PAID)}
    given_back = {path for path, value in whole[0][2].items() if _is_number(value, _PAID)} - amounts
    if lost := sorted(path for path in amounts if _is_number(back.get(path), _PART)):
        return failed(f"A refund of {_PART} overwrites the {_PAID} that were paid, in {lost[0]}.", trace)
    is_right = any(_is_number(back.get(path), _PART) for path in given_back)
    if not is_right and (wrong := sorted(path for path in given_back if _is_number(back.get(path), _PAID))):
        return failed(f"A refund of {_PART} is stored in {wrong[0]} as {_PAID}, all that was paid.", trace)
    if not amounts | given_back:
        return skipped("The state shows no amount of a payment. Put paidAmount and cancel.canceledAmount into it.")
    return PASSED


def _second_refund(at: CheckedReceiver) -> Judgement:
    """Whether two refunds of a part leave the numbers that one of both parts leaves: canceledAmount is their sum."""
    payment = _payment(at)
    at_once, in_parts = _refunded(at, payment, _BOTH), _refunded(at, payment, _PART, _BOTH)
    if isinstance(at_once, Judgement):
        return at_once
    if isinstance(in_parts, Judgement):
        return _refused(at, payment, in_parts)
    (_, paid, right), _ = at_once
    (_, _, first, second), trace = in_parts
    counted = sorted(path for path in right if _counts(path, paid, first, right))
    if not counted:
        return skipped("No number of the state shows how much of a payment was given back.")
    if all(first[path] == second.get(path) for path in counted) and not _tells_more(first, second):
        return failed(
            f"After refunds of {_PART} and of {_BOTH - _PART} more, {counted[0]} is as after the first one.",
            trace,
            tags=("lost",),
        )
    for path in counted:
        if _rise(second.get(path), first[path]) == _rise(right[path], paid.get(path)):
            return failed(
                f"After refunds of {_PART} and of {_BOTH - _PART} more, {path} is {second[path]}, and after one of "
                f"{_BOTH} it is {right[path]}: each canceledAmount counts in full, though the second one has the first "
                "one in it.",
                trace,
                severity="assumed",
                tags=("twice",),
            )
    return PASSED


def _refused(at: CheckedReceiver, payment: Event, told: Judgement) -> Judgement:
    """The judgement where one of two refunds was refused: it fails if that is the second one."""
    first = _refunded(at, payment, _PART)
    if isinstance(first, Judgement) or told.trace is None:
        return told
    return failed(f"It refuses a second refund of a part: {told.trace.told()}.", told.trace, tags=("lost",))


_Leaves = dict[str, Any]


def _payment(at: CheckedReceiver) -> Event:
    return at.event("payment.completed", data={"status": "COMPLETE", "paidAmount": _PAID, "paymentOnly": False})


def _refunded(at: CheckedReceiver, paid: Event, *amounts: int) -> tuple[list[_Leaves], Trace] | Judgement:
    """The states before a payment, after it, and after each refund up to these amounts, as values by their paths."""
    if not {"payment.completed", "payment.canceled"} <= {*at.accepted}:
        return skipped("It is not registered for payment.completed and payment.canceled, or refuses one of them.")
    events = [paid, *(_refund_of(at, paid, amount, minutes) for minutes, amount in enumerate(amounts, start=1))]
    at.begin()
    ends = [at.look()]
    for event in events:
        trace = at.deliver(event)
        if not at.accepts(trace, event):
            return skipped(f"No verdict: {event.type} was refused ({trace.told()}).", trace)
        ends.append(at.look())
    return [_leaves_of(at, number) for number in ends], trace


def _refund_of(at: CheckedReceiver, paid: Event, amount: int, minutes: int) -> Event:
    """A refund up to this amount so many minutes after the payment, of which it has all else, as paidAt."""
    second = paid.timestamp + 60 * minutes
    moment = datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()
    status = "CANCELED" if amount == _PAID else "PARTIAL_CANCELED"
    cancel = {"canceledAmount": amount, "lastCanceledDate": moment}
    drawn = at.event("payment.canceled", data={"status": status, "cancel": cancel})
    data = {**deepcopy(paid.data), "status": status, "cancel": drawn.data["cancel"]}
    return with_payload(drawn, {**drawn.payload, "timestamp": second, "data": data})


def _leaves_of(at: CheckedReceiver, number: int) -> _Leaves:
    state = without_bodies(plain(at.state(number).state))
    return {path: value for path, value in leaves("$", state) if value != DIGEST}


def _is_number(value: Any, number: int) -> bool:
    return str(value) in {str(number), f"{number}.0", f"{number}.00"}


def _is_share(value: Any, before: Any) -> bool:
    """Whether the number rose by the amount that was paid, or by a usual share of it."""
    return _rise(value, before) in _shares_of(_PAID)


def _counts(path: str, paid: _Leaves, first: _Leaves, right: _Leaves) -> bool:
    """Whether the number there falls or rises by what was given back, or by one share of it, for both amounts.

    What stands under a digest does not count: a mark replaces all of them, and two would be one place.
    """
    if DIGEST in path:
        return False
    part, both = (_rise(end.get(path), paid.get(path)) for end in (first, right))
    pairs = zip(_shares_of(_PART, -_PART), _shares_of(_BOTH, -_BOTH), strict=True)
    return part is not None and both is not None and (part, both) in pairs


def _tells_more(first: _Leaves, second: _Leaves) -> bool:
    """Whether the second refund stands somewhere, such as in a log: alone, as the sum of both, or as what is left."""
    amounts = (_BOTH, _BOTH - _PART, _PAID - _BOTH)
    told = {*_shares_of(*amounts, *(-one for one in amounts))}
    return any(_rise(value, first.get(path)) in told for path, value in second.items())


def _shares_of(*amounts: int) -> list[float]:
    return [amount / share for amount in amounts for share in _SHARES]


def _rise(value: Any, before: Any) -> float | None:
    """By how much the number rose, from 0 if it was not there; None if it is no number."""
    try:
        return float(value) - float(before or 0)
    except (TypeError, ValueError):
        return None


CHECKS = (
    Check(
        name="refund-takes-back",
        family="truth",
        severity="should",
        harm="money",
        asks="What a payment adds up to, such as points, is not left as it was by its refund.",
        cure="Handle payment.canceled: store its status and cancel.canceledAmount, and take back what "
        "payment.completed gave. If it is meant to stay, register for payment.completed alone.",
        facts=(29,),
        needs=("reset", "contents"),
        run=_refund_takes_back,
    ),
    Check(
        name="partial-refund",
        family="truth",
        severity="should",
        harm="wrong",
        asks="After a refund of a part, what was paid and what was given back are two numbers.",
        cure="Keep paidAmount and cancel.canceledAmount in two columns: the latter is the sum of all refunds so far.",
        facts=(29, 33),
        needs=("reset", "contents"),
        run=_partial_refund,
    ),
    Check(
        name="second-refund",
        family="truth",
        severity="must",
        harm="money",
        asks="A second refund of a part of one payment is taken, and its amount is not added to the first one.",
        cure="Write what cancel.canceledAmount says over what an earlier refund of the payment wrote: it is the sum of "
        "all refunds so far. A payment that has PARTIAL_CANCELED can be refunded again.",
        facts=(29, 33, 43),
        needs=("reset", "contents"),
        run=_second_refund,
    ),
)
"""The checks of the family truth about refunds."""
