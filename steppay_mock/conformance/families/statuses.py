"""Checks of what a single event has to leave: its own status, and less money after a refund."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from steppay_mock.conformance.alike import DIGEST, without_bodies
from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.contract.schemas import load_schema
from steppay_mock.ordering.state.json_path import leaves
from steppay_mock.ordering.state.normal import plain

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace
    from steppay_mock.payload.event import Event

_SENT: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "SubscriptionStatus": (
        (
            "subscription.updated",
            (
                *("ACTIVE", "UNPAID", "PENDING_PAUSE", "PAUSE", "PENDING_CANCEL"),
                *("CANCELED", "EXPIRED"),
            ),
        ),
    ),
    "PaymentStatus": (
        ("payment.completed", ("COMPLETE",)),
        ("payment.canceled", ("PARTIAL_CANCELED", "CANCELED")),
        ("payment.failed", ("FAILED",)),
        ("payment.standby", ("VIRTUAL_BANK_STANDBY",)),
    ),
    "InvoiceStatus": (("invoice.updated", ("SENT", "PAID", "OVER_DUE", "SEND_FAIL")),),
}
"""The statuses that are sent, by the enumeration that has them. QUEUEING and INCOMPLETE last seconds: a receiver may
leave them out."""
_OWN = 2  # statuses under their own names: with fewer, the words are those of the receiver, and may mean anything
_PAID = 48_000
_PART = 13_000
_SHARED = ("paymentId", "idKey", "orderId", "customerId", "paidAmount", "paymentOnly")
_SHARES = (1, 10, 20, 50, 100, 1000)  # of what is paid: points are a part of it


def _each_status(at: CheckedReceiver) -> Judgement:
    """Each status alone, in an empty receiver: whether the state has another status of StepPay's in its place."""
    is_told = False
    for enumeration, sent in _SENT.items():
        own: list[str] = []
        folded: list[tuple[str, str, Trace]] = []
        for event_type, statuses in sent:
            for status in statuses if event_type in at.reacts else ():
                words, trace = _words_after(at, event_type, status)
                if status in words:
                    own.append(status)
                elif other := sorted(words & _vocabulary(enumeration)):
                    folded.append((status, other[0], trace))
        is_told = is_told or bool(own)
        if folded and len(own) >= _OWN:
            status, instead, trace = folded[0]
            also = f" The same with {', '.join(one for one, _, _ in folded[1:4])}." * (len(folded) > 1)
            told = f"The status {status} is stored as {instead}."
            return failed(f"{told}{also}", trace, tags=("folded",))
    return (
        PASSED
        if is_told
        else skipped(
            "The state shows no status under StepPay's name. Put the status into it, to learn whether each is kept."
        )
    )


def _words_after(at: CheckedReceiver, event_type: str, status: str) -> tuple[set[str], Trace]:
    event = at.event(event_type, data={"status": status})
    at.begin()
    trace = at.deliver(event)
    return {str(value) for _, value in leaves("$", plain(at.state(at.look()).state))}, trace


@cache
def _vocabulary(enumeration: str) -> frozenset[str]:
    return frozenset(load_schema("enumerations.schema.json")["$defs"][enumeration]["enum"])


def _refund_takes_back(at: CheckedReceiver) -> Judgement:
    """Whether a number that a payment raised by its amount, or by a share of it, falls or is marked by the refund."""
    told = _refunded(at, _payment(at), _PAID)
    if isinstance(told, Judgement):
        return told
    before, paid, back, trace = told
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
    _, paid, back, trace = part
    amounts = {path for path, value in paid.items() if _is_number(value, _PAID)}
    given_back = {path for path, value in whole[2].items() if _is_number(value, _PAID)} - amounts
    if lost := sorted(path for path in amounts if _is_number(back.get(path), _PART)):
        return failed(f"A refund of {_PART} overwrites the {_PAID} that were paid, in {lost[0]}.", trace)
    if wrong := sorted(path for path in given_back if _is_number(back.get(path), _PAID)):
        return failed(f"A refund of {_PART} is stored in {wrong[0]} as {_PAID}, all that was paid.", trace)
    if not amounts | given_back:
        return skipped("The state shows no amount of a payment. Put paidAmount and cancel.canceledAmount into it.")
    return PASSED


_Leaves = dict[str, Any]


def _payment(at: CheckedReceiver) -> Event:
    return at.event("payment.completed", data={"status": "COMPLETE", "paidAmount": _PAID, "paymentOnly": False})


def _refunded(at: CheckedReceiver, paid: Event, amount: int) -> tuple[_Leaves, _Leaves, _Leaves, Trace] | Judgement:
    """The state before a payment, after it, and after a refund of this amount, as values by their paths."""
    if not {"payment.completed", "payment.canceled"} <= {*at.accepted}:
        return skipped("It is not registered for payment.completed and payment.canceled, or refuses one of them.")
    shared = {name: paid.data[name] for name in _SHARED if name in paid.data}
    status = "CANCELED" if amount == _PAID else "PARTIAL_CANCELED"
    refund = {**shared, "status": status, "cancel": {"canceledAmount": amount}}
    back = at.event("payment.canceled", data=refund).at_second(paid.timestamp + 60)
    at.begin()
    ends = [at.look()]
    for event in (paid, back):
        trace = at.deliver(event)
        if not at.accepts(trace, event):
            return skipped(f"No verdict: {event.type} was refused ({trace.told()}).", trace)
        ends.append(at.look())
    before, after, end = (
        {path: value for path, value in leaves("$", without_bodies(plain(at.state(number).state))) if value != DIGEST}
        for number in ends
    )
    return before, after, end, trace


def _is_number(value: Any, number: int) -> bool:
    return str(value) in {str(number), f"{number}.0", f"{number}.00"}


def _is_share(value: Any, before: Any) -> bool:
    """Whether the number rose by the amount that was paid, or by a usual share of it."""
    try:
        rise = float(value) - float(before or 0)
    except (TypeError, ValueError):
        return False
    return any(rise == _PAID / share for share in _SHARES)


CHECKS = (
    Check(
        name="each-status",
        family="truth",
        severity="must",
        harm="access",
        asks="Each status is stored under its own name, and not under that of another one.",
        cure="Keep the status as it was sent, and decide beside it what that means for access: PENDING_CANCEL is not "
        "yet CANCELED, PARTIAL_CANCELED has money left, UNPAID is not ACTIVE.",
        facts=(24, 29),
        needs=("reset", "contents"),
        run=_each_status,
    ),
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
)
"""The checks of the family truth that need no scenario."""
