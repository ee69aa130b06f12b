"""A right receiver of every event type: it mirrors each thing as it came, and what was deleted stays deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from conformance.designs import vendor
from conformance.designs.design import PATH, Opened
from flask import Flask, Response, abort, request

_KEYS = {
    "payment": "paymentId",
    "subscription": "subscriptionId",
    "order": "id",
    "invoice": "id",
    "customer": "id",
    "product": "code",
    "price": "priceCode",
}
_PLACES = {"created": 0, "updated": 1, "payment_completed": 2, "deleted": 3}


def _kind_of(event: str) -> str | None:
    """The kind of thing that an event carries whole; None for a usage, a message, and a notice of a payment."""
    if event in {"subscription.usage.added", "subscription.payment_due_notification"}:
        return None
    kind = "price" if event.startswith("product.price.") else event.partition(".")[0]
    return kind if kind in _KEYS else None


def _order_of(envelope: dict[str, Any]) -> tuple[Any, ...]:
    event = envelope["event"]
    if vendor.is_kept(event):
        return vendor.order_of(envelope)
    place = _PLACES.get(event.rpartition(".")[2], 1)
    return (event.endswith(".deleted"), envelope["timestamp"], place, vendor.digest(envelope))


@contextmanager
def mirror(_folder: Path) -> Iterator[Opened]:
    """Rows by kind and key, each with the whole object, and the time of the change in UTC."""
    things: dict[tuple[str, str], tuple[tuple[Any, ...], dict[str, Any]]] = {}
    lock, app = Lock(), Flask("receiver")

    @app.post(PATH)
    def steppay() -> Response:
        if not vendor.is_genuine(request.headers.get("Steppay-Signature"), request.get_data()):
            abort(401)
        try:
            envelope = vendor.read(request.get_data())
        except vendor.NoWebhookError:
            abort(400)
        kind = _kind_of(envelope["event"])
        if kind is not None:
            if envelope["data"].get(_KEYS[kind]) is None:
                abort(422)
            keep(kind, str(envelope["data"][_KEYS[kind]]), envelope)
        return Response(status=200)

    def keep(kind: str, key: str, envelope: dict[str, Any]) -> None:
        data = {name: value for name, value in envelope["data"].items() if value is not None}
        changed = vendor.moment(data.get("modifiedAt") or data.get("createdAt"))
        row = {"deleted": envelope["event"].endswith(".deleted"), "changed_at": changed, "data": data}
        new = (_order_of(envelope), row)
        with lock:
            if (kind, key) not in things or things[kind, key][0] < new[0]:
                things[kind, key] = new

    def state() -> dict[str, Any]:
        told: dict[str, Any] = {}
        for (kind, key), (_, row) in sorted(things.items()):
            told.setdefault(f"{kind}s", {})[key] = row
        return told

    yield Opened(receiver=app, state=state, reset=things.clear)
