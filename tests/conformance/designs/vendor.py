"""What every right receiver has to know of StepPay: signatures, envelopes, and what comes first within one second."""

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

from conformance.designs.design import SECRET

_HEADER = re.compile(
    r"\s*timestamp=(?P<timestamp>[0-9]{1,15})\s*(?:,[^,]*)*?,\s*key=(?P<keys>[^,]*)(?:,[^,]*)*", re.ASCII
)

PAYMENT_STEPS = {
    "STANDBY": 0,
    "VIRTUAL_BANK_STANDBY": 0,
    "CMS_STANDBY": 0,
    "FAILED": 1,
    "USER_CANCELED": 1,
    "COMPLETE": 2,
    "CANCELED_FAIL": 3,
    "PARTIAL_CANCELED": 4,
    "CANCELED": 5,
}
PAYMENT_EVENTS = {"payment.standby": 0, "payment.failed": 1, "payment.completed": 2, "payment.canceled": 5}
CUSTOMER_EVENTS = {"customer.created": 0, "customer.updated": 1, "customer.deleted": 2}
SUBSCRIPTION_EVENTS = {"subscription.created": 0, "subscription.updated": 2}
SUBSCRIPTION_STEPS = {"QUEUEING": 0, "INCOMPLETE": 0, "ACTIVE": 1}
ENDED = {"CANCELED", "EXPIRED"}
IDS = {"payment": "paymentId", "subscription": "subscriptionId", "customer": "id"}


class NoWebhookError(Exception):
    """The body is none that StepPay sends."""


def is_genuine(header: str | None, body: bytes) -> bool:
    """Whether one of the header's keys is right, and its time not more than five minutes away."""
    found = _HEADER.fullmatch(header or "")
    if found is None or abs(time.time() - int(found["timestamp"])) > 300:
        return False
    right = base64.b64encode(hmac.digest(SECRET.encode(), found["timestamp"].encode() + b"." + body, hashlib.sha256))
    return any(hmac.compare_digest(right, key.encode("utf-8", "replace")) for key in found["keys"].split(";"))


def read(body: bytes) -> dict[str, Any]:
    """The envelope; NoWebhookError if there is none."""
    try:
        envelope = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise NoWebhookError("no JSON") from error
    match envelope:
        case {"event": str(), "timestamp": int(), "data": dict()}:
            return check_id(envelope)
    raise NoWebhookError("no envelope")


def check_id(envelope: dict[str, Any]) -> dict[str, Any]:
    """The envelope; NoWebhookError if a thing that may be kept has no id, or no status."""
    kind = str(envelope["event"]).partition(".")[0]
    wanted = {IDS[kind]} if is_kept(envelope["event"]) else set()
    if wanted and kind != "customer":
        wanted.add("status")
    if not wanted <= envelope["data"].keys():
        raise NoWebhookError(f"a {kind} without {wanted}")
    return envelope


def is_kept(event: str) -> bool:
    """Whether some design keeps what this event is about."""
    return event in PAYMENT_EVENTS or event in CUSTOMER_EVENTS or event in SUBSCRIPTION_EVENTS


def id_of(envelope: dict[str, Any]) -> int:
    """The id of what the event is about."""
    return int(envelope["data"][IDS[str(envelope["event"]).partition(".")[0]]])


def step_of(envelope: dict[str, Any]) -> int:
    """The place of an event among those of its thing: of a payment always, of others within one second."""
    event, status = envelope["event"], envelope["data"].get("status")
    if event in PAYMENT_EVENTS:
        return PAYMENT_STEPS.get(str(status), PAYMENT_EVENTS[event])
    if event in CUSTOMER_EVENTS:
        return CUSTOMER_EVENTS[event]
    return 100 * (status in ENDED) + 10 * SUBSCRIPTION_EVENTS[event] + SUBSCRIPTION_STEPS.get(str(status), 2)


def canceled_of(envelope: dict[str, Any]) -> Decimal:
    """What was given back; a payment that was never cancelled has a ``cancel`` too."""
    return Decimal((envelope["data"].get("cancel") or {}).get("canceledAmount") or 0)


def paid_of(envelope: dict[str, Any]) -> Decimal:
    """What was paid."""
    return Decimal(envelope["data"].get("paidAmount") or 0)


def plain(amount: Decimal) -> str:
    """An amount as text, in one form."""
    return format(amount.normalize(), "f")


def moment(text: str | None) -> datetime | None:
    """A time without a zone, which is UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def digest(envelope: dict[str, Any]) -> str:
    """The content of an event: null and absent are the same, and so are 10000 and 10000.0."""
    content = _bare({name: envelope[name] for name in ("event", "timestamp", "data")})
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_bare(inner) for inner in value]
    return plain(Decimal(value)) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def order_of(envelope: dict[str, Any]) -> tuple[Any, ...]:
    """What compares two events about one thing: the greater one is the later one, whatever came first.

    A payment only moves forward; others go back and forth, so that time decides. The digest decides what nothing else
    does: the same one everywhere.
    """
    if envelope["event"] in PAYMENT_EVENTS:
        return (step_of(envelope), envelope["timestamp"], canceled_of(envelope), digest(envelope))
    ended = envelope["event"] == "customer.deleted"
    return (ended, envelope["timestamp"], step_of(envelope), digest(envelope))
