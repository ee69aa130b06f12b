"""A right receiver in small steps, each of which a flawed one replaces: how it verifies, reads, keeps and answers."""

from __future__ import annotations

import hmac
import json
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from threading import Lock
from typing import Any, ClassVar

SECRET = "whsec_of_the_zoo"
Envelope = dict[str, Any]

_ONE_AT_A_TIME = Lock()
_FINAL = {"CANCELED", "EXPIRED"}
_ON_ITS_WAY = {"QUEUEING": 0, "INCOMPLETE": 0, "ACTIVE": 1}
_SUBSCRIPTIONS = {
    "subscription.created": 0,
    "subscription.payment_due_notification": 1,
    "subscription.updated": 2,
}
_PAYMENTS = {"payment.standby": 0, "payment.failed": 1, "payment.completed": 2, "payment.canceled": 5}
_PAYMENT = {
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
_CUSTOMERS = {"customer.created": 0, "customer.updated": 1, "customer.deleted": 2}


@dataclass(frozen=True, slots=True)
class Hook:
    """One request: its method, headers in lower case, and bytes."""

    method: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signature header says."""

    timestamp: str
    keys: tuple[str, ...]


class RefusedError(Exception):
    """The webhook is answered with this status."""

    def __init__(self, status: int, text: str = "") -> None:
        self.status = status
        self.text = text
        super().__init__(text)


class Shop:
    """A right receiver. A class that derives from it replaces one method, and says in ``finding`` what that costs."""

    finding: ClassVar[str | None] = None
    """The only finding of its scorecard; None if there is none."""
    options: ClassVar[Mapping[str, Any]] = {}
    """More options of its check."""
    every_type: ClassVar[bool] = False
    """Whether the flaw shows in a type that most members are not registered for."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, dict[str, Any]]] = {}
        self.inbox: set[str] = set()
        self.effects_done: list[str] = []

    # What a web framework does.

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name[:5] == "HTTP_"}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        hook = Hook(environ["REQUEST_METHOD"], headers, environ["wsgi.input"].read(length))
        with _ONE_AT_A_TIME:  # webhooks may be in flight at once
            status, text = self.answer(hook)
        start_response(f"{status} Told", [("Content-Type", "text/plain"), ("Content-Length", str(len(text.encode())))])
        return [text.encode()]

    def answer(self, hook: Hook) -> tuple[int, str]:
        """Status and text."""
        try:
            if hook.method != "POST":
                return 405, "POST alone"
            return self.take(hook)
        except RefusedError as error:
            return error.status, error.text

    def take(self, hook: Hook) -> tuple[int, str]:
        """The steps of a right receiver."""
        self.verify(hook)
        envelope = self.read(hook.body)
        if self.is_copy(envelope, hook):
            return self.copy_status, ""
        self.keep(envelope)
        self.act(envelope)
        return 204, ""

    copy_status = 204

    # How it verifies.

    header = "steppay-signature"
    tolerance: float | None = 300

    def verify(self, hook: Hook) -> None:
        claim = self.claim(hook.headers.get(self.header, ""))
        if not self.is_right(claim, self.signed_bytes(hook)):
            raise RefusedError(401, "the signature does not match")
        self.check_age(claim, hook)

    def signed_bytes(self, hook: Hook) -> bytes:
        return hook.body

    def claim(self, header: str) -> Claim:
        pairs = [pair.strip().partition("=") for pair in header.split(",")]
        times = [value for name, _, value in pairs if name == "timestamp"]
        keys = [value for name, _, value in pairs if name == "key"]
        if len(times) != 1 or not re.fullmatch(r"[0-9]{1,15}", times[0]):
            raise RefusedError(401, "no signature")
        return Claim(times[0], tuple(";".join(keys).split(";")))

    def is_right(self, claim: Claim, body: bytes) -> bool:
        right = self.key(claim.timestamp, body)
        return any(self.is_equal(right, key) for key in claim.keys)

    def is_equal(self, right: str, key: str) -> bool:
        return hmac.compare_digest(right.encode(), key.encode("utf-8", "replace"))

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return b64encode(hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256")).decode()

    def check_age(self, claim: Claim, _hook: Hook) -> None:
        if self.tolerance is not None and abs(time.time() - int(claim.timestamp)) > self.tolerance:
            raise RefusedError(401, "too old")

    # How it reads.

    def read(self, body: bytes) -> Envelope:
        try:
            envelope = json.loads(body, parse_float=Decimal)
        except (ValueError, RecursionError):
            raise RefusedError(400, "no JSON") from None
        if not isinstance(envelope, dict) or not isinstance(envelope.get("data"), dict):
            raise RefusedError(400, "no envelope")
        if not isinstance(envelope.get("event"), str) or not isinstance(envelope.get("timestamp"), int):
            raise RefusedError(400, "no envelope")
        return envelope

    # How it knows a copy.

    def is_copy(self, envelope: Envelope, hook: Hook) -> bool:
        mark = self.mark(envelope, hook)
        known = mark in self.inbox
        self.inbox.add(mark)
        return known

    def mark(self, envelope: Envelope, _hook: Hook) -> str:
        return digest(envelope)

    # What it keeps.

    def keep(self, envelope: Envelope) -> None:
        found = self.row_of(envelope)
        if found is None:
            return
        table, key, row = found
        rows = self.tables.setdefault(table, {})
        if self.is_newer(row, rows.get(key)):
            rows[key] = row

    def is_newer(self, row: Mapping[str, Any], known: Mapping[str, Any] | None) -> bool:
        return known is None or bool(row["version"] > known["version"])

    def row_of(self, envelope: Envelope) -> tuple[str, str, dict[str, Any]] | None:
        event, data = envelope["event"], envelope["data"]
        try:
            if event in _SUBSCRIPTIONS:
                return "subscriptions", self.id_of(data["subscriptionId"]), self.subscription(envelope)
            if event in _PAYMENTS:
                return "payments", self.id_of(data["paymentId"]), self.payment(envelope)
            if event in _CUSTOMERS:
                return "customers", self.id_of(data["id"]), self.customer(envelope)
        except KeyError as error:
            raise RefusedError(400, f"no {error}") from None
        return None

    def id_of(self, value: Any) -> str:
        return str(value)

    def status_of(self, status: str) -> str:
        return status

    def moment(self, text: str | None) -> str | None:
        return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat()

    def subscription(self, envelope: Envelope) -> dict[str, Any]:
        data = envelope["data"]
        status = data["status"]
        rank = f"{status in _FINAL:d}{_SUBSCRIPTIONS[envelope['event']]}{_ON_ITS_WAY.get(status, 2)}"
        return {
            "status": self.status_of(status),
            "next_payment_date": self.moment(data.get("nextPaymentDate")),
            "version": self.version(envelope, f"{envelope['timestamp']:012d}.{rank}"),
        }

    def payment(self, envelope: Envelope) -> dict[str, Any]:
        data = envelope["data"]
        canceled = Decimal((data.get("cancel") or {}).get("canceledAmount") or 0)
        rank = _PAYMENT.get(data["status"], _PAYMENTS[envelope["event"]])
        return {
            "status": data["status"],
            "paid_amount": format(Decimal(data.get("paidAmount") or 0).normalize(), "f"),
            "canceled_amount": format(canceled.normalize(), "f"),
            "version": self.version(envelope, f"{rank}.{envelope['timestamp']:012d}.{canceled:020.4f}"),
        }

    def customer(self, envelope: Envelope) -> dict[str, Any]:
        data, event = envelope["data"], envelope["event"]
        rank = f"{event == 'customer.deleted':d}.{envelope['timestamp']:012d}.{_CUSTOMERS[event]}"
        return {
            "email": data.get("email"),
            "deleted": event == "customer.deleted",
            "version": self.version(envelope, rank),
        }

    def version(self, envelope: Envelope, rank: str) -> str:
        return f"{rank}.{digest(envelope)}"

    # What it does in the world.

    def act(self, envelope: Envelope) -> None:
        if envelope["event"] == "payment.completed":
            self.effects_done.append(f"points of payment {envelope['data'].get('paymentId')}")

    # What a test sees of it.

    def state(self) -> dict[str, Any]:
        rows = {table: {key: dict(row) for key, row in rows.items()} for table, rows in self.tables.items() if rows}
        return {**rows, "inbox": sorted(self.inbox)}

    def effects(self) -> list[str]:
        return sorted(self.effects_done)

    def reset(self) -> None:
        self.tables, self.inbox, self.effects_done = {}, set(), []


def digest(envelope: Envelope) -> str:
    """The content of a webhook, in which null and absent are the same, and so are 10000 and 10000.0."""
    content = {name: envelope.get(name) for name in ("event", "timestamp", "data")}
    return sha256(json.dumps(_bare(content), sort_keys=True, default=str).encode()).hexdigest()


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")
    return [_bare(inner) for inner in value] if isinstance(value, list) else value
