"""Verifies webhooks of StepPay, and tells which of two is newer. Standard library only: copy it into your project.

Facts about StepPay's webhooks that cause bugs:

* There is no event id, and a manager can resend an event: it then arrives twice, with a newer signature.
* The order is not promised, and ``timestamp`` counts whole seconds: the events of one action have the same one.
* Null fields are left out. New fields, statuses and event types appear without notice: answer them with 2xx.
* A ``LocalDateTime`` has no zone and means UTC, not KST.
* Ids have 64 bits. In Payment, ``orderId`` and ``customerId`` are strings, and need not be numbers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

TOLERANCE = 300  # seconds, both ways: an old recording is refused, a clock that runs a little ahead is not

_SUBSCRIPTION_EVENTS = {
    "subscription.created": 0,
    "subscription.payment_due_notification": 1,
    "subscription.updated": 2,
}
_SUBSCRIPTION_STATUS = {"QUEUEING": 0, "INCOMPLETE": 0, "ACTIVE": 1}  # what a burst passes through on its way
_SUBSCRIPTION_FINAL = {"CANCELED", "EXPIRED"}

_PAYMENT_EVENTS = {"payment.standby": 0, "payment.failed": 1, "payment.completed": 2, "payment.canceled": 5}
_PAYMENT_STATUS = {
    "STANDBY": 0,
    "VIRTUAL_BANK_STANDBY": 0,
    "CMS_STANDBY": 0,
    "FAILED": 1,
    "USER_CANCELED": 1,
    "COMPLETE": 2,
    "CANCELED_FAIL": 3,  # a refund that did not go through: the money is still here
    "PARTIAL_CANCELED": 4,
    "CANCELED": 5,
}


def verify(header: str, body: bytes, secret: str, now: float | None = None) -> bool:
    """Whether the ``Steppay-Signature`` header proves that the holder of ``secret`` sent ``body`` just now.

    ``body`` is the request body as received: JSON that was parsed and written again has another signature.
    ``now`` is in seconds since the epoch.
    """
    pairs = [pair.strip().partition("=") for pair in header.split(",") if pair.strip()]
    times = [value for name, _, value in pairs if name == "timestamp"]
    # While a secret is being rotated there is a key for each, between semicolons: one match is enough. Other pairs
    # (there has been a `v0=`) prove nothing.
    keys = ";".join(value for name, _, value in pairs if name == "key").split(";")
    if len(times) != 1 or not re.fullmatch("[0-9]{1,15}", times[0]) or not all(equals for _, equals, _ in pairs):
        return False
    if not secret or abs((time.time() if now is None else now) - int(times[0])) > TOLERANCE:
        return False  # with a secret that was never set, anyone can sign
    digest = hmac.digest(secret.encode(), f"{times[0]}.".encode() + body, "sha256")
    expected = base64.b64encode(digest)
    return any(hmac.compare_digest(expected, key.strip().encode(errors="replace")) for key in keys)


def parse(body: bytes) -> dict[str, Any] | None:
    """The envelope, or None if the body is none. Amounts never pass through a float."""
    try:
        envelope = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    fields = {"event": str, "timestamp": int, "data": dict}
    is_one = isinstance(envelope, dict) and all(isinstance(envelope.get(name), kind) for name, kind in fields.items())
    return envelope if is_one and _has_what_is_kept(envelope) else None


def _has_what_is_kept(envelope: dict[str, Any]) -> bool:
    """False for an event that is kept here, about a thing without an id or a status."""
    event = envelope["event"]
    if event in _SUBSCRIPTION_EVENTS:
        wanted = {"subscriptionId", "status"}
    else:
        wanted = {"paymentId", "status"} if event in _PAYMENT_EVENTS else set()
    return wanted <= set(envelope["data"])


def fingerprint(envelope: dict[str, Any]) -> str:
    """What stands in for the missing event id: a hash of the content, in which null and absent are the same."""
    content = {name: envelope.get(name) for name in ("event", "timestamp", "data")}
    text = json.dumps(_without_nulls(content), sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def row_of(envelope: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The table and the row that this event asks for, or None if it is about something that is not kept here.

    Write the row only if its ``version`` is greater than the stored one. An event carries the whole object, so the
    row replaces the old one: merging would keep values that have become null.
    """
    event = str(envelope.get("event"))
    if event in _SUBSCRIPTION_EVENTS:  # not `startswith("subscription.")`: subscription.usage.added carries a Usage
        return "subscriptions", _subscription_row(event, envelope)
    if event in _PAYMENT_EVENTS:
        return "payments", _payment_row(event, envelope)
    return None


def _subscription_row(event: str, envelope: dict[str, Any]) -> dict[str, Any]:
    data = envelope["data"]
    status = data["status"]
    # A subscription goes back and forth (ACTIVE, PAUSE, ACTIVE), so time decides. Within one second: what is final
    # stays, `created` is older than `updated`, and a state on the way is older than where it leads. The vendor says
    # nothing about the rest, so the fingerprint picks one, the same one everywhere; when it matters, read it back
    # with GET /api/v1/subscriptions/{id}.
    rank = f"{status in _SUBSCRIPTION_FINAL:d}{_SUBSCRIPTION_EVENTS[event]}{_SUBSCRIPTION_STATUS.get(status, 2)}"
    return {
        "id": data["subscriptionId"],
        "customer_id": data.get("customerId"),  # .get: null and absent are the same
        "status": status,  # kept as it came: a list of known statuses would refuse the next new one
        "next_payment_date": _utc(data.get("nextPaymentDate")),
        "version": f"{envelope['timestamp']:012d}.{rank}.{fingerprint(envelope)}",
    }


def _payment_row(event: str, envelope: dict[str, Any]) -> dict[str, Any]:
    data = envelope["data"]
    canceled = Decimal((data.get("cancel") or {}).get("canceledAmount") or 0)
    # A payment only moves forward, so its status knows more about order than a clock of whole seconds, and goes
    # first: whatever its timestamp, a `standby` cannot undo a `completed`. Time orders several refunds of a part;
    # in the same second the larger sum is the later one. An unknown status takes the place of its event.
    rank = _PAYMENT_STATUS.get(data["status"], _PAYMENT_EVENTS[event])
    return {
        "id": data["paymentId"],
        "order_id": data.get("orderId"),
        "status": data["status"],
        "paid_amount": Decimal(data.get("paidAmount") or 0),
        "canceled_amount": canceled,
        "version": f"{rank}.{envelope['timestamp']:012d}.{canceled:020.4f}.{fingerprint(envelope)}",
    }


def _utc(local_date_time: str | None) -> datetime | None:
    return datetime.fromisoformat(local_date_time).replace(tzinfo=UTC) if local_date_time else None


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    return [_without_nulls(member) for member in value] if isinstance(value, list) else value
