"""Right receivers as functions of AWS Lambda: a table with conditional writes, and a queue between two functions."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from conformance.designs import vendor
from conformance.designs.design import Opened

from steppay_mock import lambda_app


class ConditionFailedError(Exception):
    """What is in the table forbids the write."""


class SmallTable:
    """PutItem of DynamoDB with a condition: the item is absent, or of an older version."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def put_newer(self, key: str, item: dict[str, Any]) -> None:
        """Write the item, unless the table has one that is as new."""
        with self._lock:
            if key in self.items and self.items[key]["version"] >= item["version"]:
                raise ConditionFailedError(key)
            self.items[key] = item


def _body(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def _signature(event: dict[str, Any]) -> str | None:
    return next((value for name, value in event["headers"].items() if name.lower() == "steppay-signature"), None)


@contextmanager
def conditional_put(_folder: Path) -> Iterator[Opened]:
    """A REST API with base64: each write has the condition that it is newer, and a copy never is."""
    table = SmallTable()

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        body = _body(event)
        if not vendor.is_genuine(_signature(event), body):
            return {"statusCode": 403, "body": "Forbidden"}
        try:
            envelope = vendor.read(body)
        except vendor.NoWebhookError:
            return {"statusCode": 400, "body": "Bad Request"}
        if envelope["event"] in vendor.SUBSCRIPTION_EVENTS:
            data, due = envelope["data"], vendor.moment(envelope["data"].get("nextPaymentDate"))
            item = {"version": vendor.order_of(envelope), "status": data["status"], "nextPaymentDate": due}
            with suppress(ConditionFailedError):  # a copy, or older than what is there
                table.put_newer(f"SUBSCRIPTION#{vendor.id_of(envelope)}", item)
        return {"statusCode": 200, "body": ""}

    def state() -> dict[str, Any]:
        return {
            key: {"status": item["status"], "nextPaymentDate": item["nextPaymentDate"]}
            for key, item in sorted(table.items.items())
        }

    app = lambda_app(handler, kind="rest-api", base64=True)
    yield Opened(receiver=app, state=state, reset=table.items.clear)


class Consumer:
    """The second function: it takes what is in the queue, the last message first, as a queue promises no order."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.payments: dict[str, dict[str, Any]] = {}
        self.done: set[str] = set()
        self.points: list[str] = []

    def work(self) -> None:
        """Empty the queue."""
        while self.messages:
            envelope = vendor.read(self.messages.pop())
            if envelope["event"] in vendor.PAYMENT_EVENTS and vendor.digest(envelope) not in self.done:
                self.done.add(vendor.digest(envelope))
                self.keep(envelope)

    def keep(self, envelope: dict[str, Any]) -> None:
        """Take an event that never came before."""
        key, order = str(vendor.id_of(envelope)), vendor.order_of(envelope)
        if key not in self.payments or self.payments[key]["order"] < order:
            self.payments[key] = {
                "order": order,
                "status": envelope["data"]["status"],
                "paid_amount": vendor.paid_of(envelope),
                "canceled_amount": vendor.canceled_of(envelope),
            }
        if envelope["event"] == "payment.completed":
            self.points.append(key)

    def state(self) -> dict[str, Any]:
        """What is known of the payments."""
        names = "status", "paid_amount", "canceled_amount"
        return {key: {name: row[name] for name in names} for key, row in self.payments.items()}

    def reset(self) -> None:
        """Know nothing, and have nothing to do."""
        self.messages.clear()
        self.payments.clear()
        self.done.clear()
        self.points.clear()


@contextmanager
def queue(_folder: Path) -> Iterator[Opened]:
    """One function puts the body into a queue and answers; another one works later."""
    consumer = Consumer()

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        body = _body(event)
        if not vendor.is_genuine(_signature(event), body):
            return {"statusCode": 401}
        try:
            vendor.read(body)
        except vendor.NoWebhookError as error:
            return {"statusCode": 400, "body": str(error)}
        consumer.messages.append(body)
        return {"statusCode": 202}

    yield Opened(
        receiver=lambda_app(handler),
        state=consumer.state,
        reset=consumer.reset,
        effects=lambda: sorted(consumer.points),
        settle=consumer.work,
    )
