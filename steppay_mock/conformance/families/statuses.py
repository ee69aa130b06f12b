"""The check of what a single event has to leave: its own status, and not that of another one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from steppay_mock.conformance.check import PASSED, Check, Judgement, failed, skipped
from steppay_mock.contract.schemas import load_schema
from steppay_mock.ordering.state.json_path import leaves
from steppay_mock.ordering.state.normal import plain

if TYPE_CHECKING:
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace

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
)
"""The check of statuses."""
