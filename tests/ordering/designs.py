"""Right receivers of many designs, as what they show at the end: each is made from the last event about each thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from steppay_mock import Story
from steppay_mock.payload.subject import subject_of

KST = timezone(timedelta(hours=9))
_PAID = {"COMPLETE": "paid", "CANCELED": "refunded", "PARTIAL_CANCELED": "paid", "FAILED": "failed"}

Row = dict[str, Any]


def last(story: Story) -> Iterator[tuple[str, Any, Row]]:
    """Kind, id and last told object of each thing that is there at the end."""
    found: dict[tuple[str, Any], Row] = {}
    for event in story.events:
        kind, key = subject_of(event)
        if str(event.type).endswith(".deleted"):
            found.pop((kind, key), None)
        elif kind != "message":
            found[kind, key] = event.data
    for (kind, key), data in found.items():
        yield kind, key, data


def of(story: Story, kind: str) -> Iterator[tuple[Any, Row]]:
    return ((key, data) for one, key, data in last(story) if one == kind)


def utc(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def korean(text: str | None) -> datetime | None:
    """In Korean time, without saying so."""
    moment = utc(text)
    return None if moment is None else moment.astimezone(KST).replace(tzinfo=None)


def millis(text: str | None) -> int | None:
    moment = utc(text)
    return None if moment is None else int(moment.timestamp() * 1000)


def refunded(data: Row) -> int:
    return (data.get("cancel") or {}).get("canceledAmount") or 0


def objects_as_they_came(story: Story) -> Any:
    shown: dict[str, Any] = {}
    for kind, key, data in last(story):
        shown.setdefault(f"{kind}s", {})[str(key)] = data
    return shown


def lists_of_rows_with_own_ids(story: Story) -> Any:
    """Rows have numbers and words of the receiver's own, and foreign keys."""
    return {
        "subscriptions": [
            {
                "pk": number,
                "subscription_id": key,
                "customer_id": data.get("customerId"),
                "order_id": data.get("orderId"),
                "status": data["status"].lower(),
                "next_payment_at": utc(data.get("nextPaymentDate")),
                "created_at": datetime(2026, 11, 28, tzinfo=UTC),
            }
            for number, (key, data) in enumerate(of(story, "subscription"), start=1)
        ],
        "payments": [
            {
                "id": number,
                "payment_id": str(key),
                "order_id": int(data["orderId"]),
                "state": _PAID.get(data["status"], "pending"),
                "amount": Decimal(data["paidAmount"]),
                "refunded_amount": Decimal(refunded(data)),
                "net_amount": data["paidAmount"] - refunded(data),
                "paid_at": utc(data.get("paidAt")),
            }
            for number, (key, data) in enumerate(of(story, "payment"), start=1)
        ],
        "orders": [
            {"id": key, "code": data["code"], "status": data["items"][0]["status"], "amount": data["leftAmount"]}
            for key, data in of(story, "order")
        ],
    }


def times_of_korea(story: Story) -> Any:
    return [
        {
            "steppay_id": key,
            "kind": kind,
            "status": data.get("status"),
            "next_payment_date": korean(data.get("nextPaymentDate")),
            "last_payment_date": korean(data.get("lastPaymentDate")),
            "paid_at": korean(data.get("paidAt") or data.get("paymentDate")),
            "ends_at": korean((data.get("currentPeriod") or {}).get("endDateTime")),
        }
        for kind, key, data in last(story)
    ]


def named_keys_and_epochs(story: Story) -> Any:
    return {
        f"{kind}/{key}": {
            "status": data.get("status"),
            "next": millis(data.get("nextPaymentDate")),
            "paid_ts": millis(data.get("paidAt") or data.get("paymentDate")),
            "amount": str(data["paidAmount"]) if "paidAmount" in data else None,
        }
        for kind, key, data in last(story)
    }


def entitlements(story: Story) -> Any:
    """What is given to a customer is another thing than the subscription, and has another status."""
    given = [
        (data, key, data["status"] not in {"CANCELED", "EXPIRED", "PAUSE"}) for key, data in of(story, "subscription")
    ]
    return {
        "entitlements": {
            data["customerId"]: {
                "status": "active" if access else "none",
                "subscription_id": key,
                "valid_until": utc(data["currentPeriod"]["endDateTime"]),
            }
            for data, key, access in given
        },
        "grants": [{"subscription_id": key, "status": "ACTIVE" if access else "REVOKED"} for _, key, access in given],
    }


def histories(story: Story) -> Any:
    """What was said once is no mistake, though it is not so any more."""
    said = [(kind, key, event) for event in story.events for kind, key in (subject_of(event),)]
    return {
        "status_log": [{"subscription_id": key, "status": one.data.get("status")} for _, key, one in said[:1]],
        "transitions": [{"payment_id": key, "status": one.data.get("status")} for _, key, one in said][:1],
        "moves": [
            {"id": key, "status": one.data.get("status"), "at": one.timestamp}
            for kind, key, one in said
            if kind == "subscription"
        ],
        "inbox": {str(at): {"id": key, "status": one.data.get("status")} for at, (_, key, one) in enumerate(said)},
    }


def rows_of_a_cursor(story: Story) -> Any:
    rows = [(key, data["status"], data.get("customerId")) for _, key, data in last(story) if "status" in data]
    return {"rows": sorted(rows, key=str)}


def statuses_by_kind_and_id(story: Story) -> Any:
    return {(kind, key): data["status"] for kind, key, data in last(story) if "status" in data}


def a_dict_for_each_column(story: Story) -> Any:
    shown: dict[str, dict[str, Any]] = {}
    for kind, key, data in last(story):
        if "status" in data:
            shown.setdefault(f"{kind}_status", {})[str(key)] = data["status"]
        if "paidAmount" in data:
            shown.setdefault(f"{kind}_amounts", {})[str(key)] = data["paidAmount"]
        if kind == "payment":
            shown.setdefault("payments_by_order", {}).setdefault(data["orderId"], []).append(key)
            shown.setdefault("paid_by_order", {})[data["orderId"]] = data["status"] == "COMPLETE"
    return shown


def orders_with_all_that_belongs_to_them(story: Story) -> Any:
    shown = {}
    for key, data in of(story, "order"):
        payments = [(one, paid) for one, paid in of(story, "payment") if paid["orderId"] == str(key)]
        begun = [(one, data) for one, data in of(story, "subscription") if data["orderId"] == key]
        shown[key] = {
            "order": {
                "code": data["code"],
                "status": data["items"][0]["status"],
                "total": data["paidAmount"],
                "refunded": data["returnedAmount"],
            },
            "payment": {"status": payments[-1][1]["status"], "amount": data["paidAmount"]} if payments else None,
            "payments": [{"id": one, "status": paid["status"]} for one, paid in payments],
            "subscriptions": [{"id": one, "status": told["status"]} for one, told in begun],
        }
    return {"orders": shown}


def one_flat_row_for_each_order(story: Story) -> Any:
    rows = []
    for key, data in of(story, "order"):
        payments = [paid for _, paid in of(story, "payment") if paid["orderId"] == str(key)]
        paid = payments[-1] if payments else {}
        rows.append(
            {
                "order_id": key,
                "customer_id": data["customerId"],
                "subscription_id": (data.get("subscriptions") or [None])[0],
                "payment_id": paid.get("paymentId"),
                "payment_status": paid.get("status"),
                "status": data["items"][0]["status"],
                "paid_amount": data["paidAmount"],
                "paid_at": paid.get("paidAt"),
                "invoice_id": data.get("invoiceId"),
            }
        )
    return rows


def own_orders_with_own_words(story: Story) -> Any:
    """An order stays PAID when money goes back; what goes back is another column, and days are days of Korea."""
    payments = [(key, data) for key, data in of(story, "payment") if data["status"] != "FAILED"]
    return {
        "orders": {
            f"A-{number}": {
                "id": number,
                "steppay_order_id": key,
                "status": "PAID" if data.get("paymentDate") else "NEW",
                "refunded": data["returnedAmount"],
                "coupon_code": None,
                "shop_payment_id": None,
            }
            for number, (key, data) in enumerate(of(story, "order"), start=1)
        },
        "renewals": [
            {"subscription_id": key, "next_payment_date": day_of_korea(data.get("nextPaymentDate")), "price": 1}
            for key, data in of(story, "subscription")
        ],
        "order_items": [
            {"order_id": key, "price_code": line["priceCode"], "price": line["paidAmount"], "status": line["status"]}
            for key, data in of(story, "order")
            for line in data["items"]
        ],
        "receipts": {str(key): {"payment": key, "amount": data["paidAmount"], "order": None} for key, data in payments},
    }


def day_of_korea(text: str | None) -> datetime | None:
    moment = utc(text)
    if moment is None:
        return None
    return moment.astimezone(KST).replace(hour=0, minute=0, second=0, microsecond=0)


def rows_with_numbers_of_their_own(story: Story) -> Any:
    """Things of StepPay's may have small numbers too, if a test wants to read them easily."""
    return {
        f"app_{kind}": [
            {"id": number, f"{kind}_id": key, "status": data.get("status"), "sort": number}
            for number, (key, data) in reversed(list(enumerate(of(story, kind), start=1)))
        ]
        for kind in ("subscription", "payment", "invoice", "customer")
    }


DESIGNS: tuple[Callable[[Story], Any], ...] = (
    objects_as_they_came,
    lists_of_rows_with_own_ids,
    times_of_korea,
    named_keys_and_epochs,
    entitlements,
    histories,
    rows_of_a_cursor,
    statuses_by_kind_and_id,
    a_dict_for_each_column,
    orders_with_all_that_belongs_to_them,
    one_flat_row_for_each_order,
    own_orders_with_own_words,
    rows_with_numbers_of_their_own,
)
