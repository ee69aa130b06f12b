"""A webhook in the words of a small shop: the row that it is about, and the values of that row."""

from __future__ import annotations

from typing import Any

from ordering.zoo.shop import Envelope, Row, fingerprint

# Where each object is found, by the longest beginning of its event types (fact 15).
_PLACES = (
    ("subscription.usage.", "usage", "subscriptionItemId"),
    ("product.price.", "prices", "priceCode"),
    ("subscription.", "subscriptions", "subscriptionId"),
    ("payment.", "payments", "paymentId"),
    ("order.", "orders", "id"),
    ("invoice.", "invoices", "id"),
    ("customer.", "customers", "id"),
    ("product.", "products", "code"),
    ("cover.", "covers", "id"),
)

_COLUMNS = {
    "usage": ("accumulatedRecord",),
    "prices": ("price",),
    "subscriptions": ("status", "nextPaymentDate"),
    "payments": ("status", "paidAmount"),
    "orders": ("type", "paidAmount", "returnedAmount"),
    "invoices": ("status",),
    "customers": ("email", "phone"),
    "products": ("status",),
    "covers": ("messageSentStep",),
}


def about(envelope: Envelope) -> tuple[str, str]:
    """The table and the key of the row that a webhook is about."""
    for beginning, table, name in _PLACES:
        if envelope["event"].startswith(beginning):
            return table, str(envelope["data"][name])
    raise LookupError(envelope["event"])


def row_of(envelope: Envelope) -> Row:
    """The row that a webhook tells; what is null or absent (fact 7) is None."""
    table, _ = about(envelope)
    data = envelope["data"]
    row: Row = {column: data.get(column) for column in _COLUMNS[table]}
    if table == "orders":
        row["status"] = status_of(envelope)
    elif table == "payments":
        row["canceledAmount"] = canceled_amount(envelope)
    return row


def status_of(envelope: Envelope) -> str:
    """The status of a webhook's object; an order has that of its first line."""
    data = envelope["data"]
    return str(data["items"][0]["status"] if envelope["event"].startswith("order.") else data.get("status"))


def canceled_amount(envelope: Envelope) -> Any:
    """How much of a payment was given back, in all."""
    return (envelope["data"].get("cancel") or {}).get("canceledAmount", 0)


def version_of(envelope: Envelope) -> list[Any]:
    """A total order of webhooks: by the second, within it creations first and deletions last, then by content."""
    ending = envelope["event"].rpartition(".")[2]
    rank = {"created": 0, "standby": 0, "canceled": 2, "deleted": 3}.get(ending, 1)
    return [envelope["timestamp"], rank, fingerprint(envelope)]
