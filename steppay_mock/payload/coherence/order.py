"""An order: lines that add up, statuses that fit the event, dates in order (facts 24, 25, 31)."""

from __future__ import annotations

from decimal import Decimal

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Fields, money
from steppay_mock.payload.instants import add_interval, epoch_millis

_BESIDE_SKU = ("TAX", "SHIPPING", "FEE", "DISCOUNT")
_USUAL_TYPES = (
    "ONE_TIME",
    "RECURRING_INITIAL",
    "RECURRING_INITIAL",
    "RECURRING",
    "RECURRING",
    "ADD_USAGE",
    "PAYMENT_METHOD",
)
_MADE_SUBSCRIPTIONS = {"RECURRING", "RECURRING_INITIAL"}

# What may have happened to an order that changed: the status of its lines, and the share given back.
_CHANGES = (
    ("PAID", Decimal(0)),
    ("PAID", Decimal(0)),
    ("PAYMENT_FAILURE", Decimal(0)),
    ("CANCELLED", Decimal(0)),
    ("ORDER_DELIVERY_ON_THE_WAY", Decimal(0)),
    ("CANCELLATION_REFUNDED_PARTIALLY", Decimal("0.5")),
    ("CANCELLATION_REFUNDED", Decimal(1)),
)
_UNPAID = {"CREATED", "DEPOSIT_WAITING", "CANCELLED", "PAYMENT_FAILURE"}


def settle_order(event_type: EventType, order: Fields) -> None:
    """Make the order one that the event can be about."""
    status, returned = _status(event_type, order)
    _settle_lines(order, status)
    _settle_amounts(order, returned)
    paid_for = status not in _UNPAID
    _settle_dates(event_type, order, paid=paid_for)
    if order.text("type") not in _MADE_SUBSCRIPTIONS or not (paid_for or order.text("type") == "RECURRING"):
        order.clear("subscriptions")
    if not order.draw.edge and order.draw.chance(0.8):
        order.clear("invoiceId", "purchaseDeadline")


def _status(event_type: EventType, order: Fields) -> tuple[str, Decimal]:
    draw = order.draw
    if not draw.edge:
        order.put(type=draw.pick(_USUAL_TYPES))
    if event_type is EventType.ORDER_PAYMENT_COMPLETED:
        order.need("paymentDate", "items")
        return "PAID", Decimal(0)
    if event_type is EventType.ORDER_CREATED:
        return ("DEPOSIT_WAITING" if draw.chance(0.2) else "CREATED"), Decimal(0)
    return draw.pick(_CHANGES)


def _settle_lines(order: Fields, status: str) -> None:
    draw, lines = order.draw, order.each("items")
    for at, line in enumerate(lines):
        if not draw.edge:
            line.put(type="SKU" if at == 0 else draw.pick(_BESIDE_SKU))
        if not draw.edge or not _is_change(order):
            line.put(status=status)
        beside = line.text("type") != "SKU"
        line.put(paidAmount=abs(line["paidAmount"]) if isinstance(line["paidAmount"], int | float) else 0)
        if beside and at > 0 and not draw.edge:
            line.put(relatedOrderItemId=lines[0]["id"], parentOrderItemCode=lines[0]["code"], quantity=1)
        else:
            line.clear("relatedOrderItemId", "parentOrderItemCode")
        if line.text("type") != "DISCOUNT":
            line.clear("discountName")
        if line.text("type") != "FEE":
            line.clear("priceSetupType")
        if not draw.edge and not (order.text("type") == "RECURRING_INITIAL" and draw.chance(0.3)):
            line.clear("demoCycle")


def _is_change(order: Fields) -> bool:
    return order.draw.event_type is EventType.ORDER_UPDATED


def _settle_amounts(order: Fields, returned: Decimal) -> None:
    """What the lines come to is the amount of the order; discounts are lines below zero (fact 31)."""
    lines = order.each("items")
    discounts = [line for line in lines if line.text("type") == "DISCOUNT"]
    room = sum((line.amount("paidAmount") for line in lines if line.text("type") != "DISCOUNT"), Decimal(0))
    for line in discounts:
        line.need("type")
        off = min(abs(line.amount("paidAmount")), room)
        line.put(paidAmount=money(-off))
        room += line.amount("paidAmount")
    if order.is_fixed("paidAmount") and lines:
        _meet(order.amount("paidAmount"), lines)
    if order["items"] is not None:
        order.put(paidAmount=money(sum((line.amount("paidAmount") for line in lines), Decimal(0))))
    order.put(discountedAmount=money(-sum((line.amount("paidAmount") for line in discounts), Decimal(0))))
    paid = order.amount("paidAmount")
    if order.is_fixed("leftAmount") and not order.is_fixed("returnedAmount"):
        order.put(returnedAmount=money(paid - order.amount("leftAmount")))
    else:
        order.put(returnedAmount=money((paid * returned).quantize(Decimal(1)) if returned < 1 else paid))
    order.put(leftAmount=money(paid - order.amount("returnedAmount")))


def _meet(total: Decimal, lines: list[Fields]) -> None:
    """Let the first line that the user left open make up for the total that the user fixed."""
    for line in lines:
        if not line.is_fixed("paidAmount"):
            rest = sum((other.amount("paidAmount") for other in lines if other is not line), Decimal(0))
            line.put(paidAmount=money(total - rest))
            return


def _settle_dates(event_type: EventType, order: Fields, *, paid: bool) -> None:
    draw = order.draw
    if event_type is EventType.ORDER_CREATED:
        order.put(createdAt=draw.stamp(draw.now), modifiedAt=draw.stamp(draw.now))
        order.clear("paymentDate")
    elif event_type is EventType.ORDER_PAYMENT_COMPLETED:
        order.happen("createdAt", "paymentDate")
        order.put(modifiedAt=order["paymentDate"])
    elif paid:
        order.happen("createdAt", "paymentDate", "modifiedAt")
    else:
        order.happen("createdAt", "modifiedAt")
        order.clear("paymentDate")
    created = order.moment("createdAt") or draw.now
    due = max(order.moment("paymentDate") or created, add_interval(created, unit="DAY", count=draw.between(1, 14)))
    order.put(paymentDueDate=draw.stamp(due), purchaseDeadline=draw.stamp(due))
    order.put(idKey=f"{epoch_millis(created)}{str(order['idKey'])[-16:]}")
    for line in order.each("items"):
        line.put(createdAt=order["createdAt"], modifiedAt=order["modifiedAt"], canceledDateTime=order["modifiedAt"])
        if "CANCEL" not in line.text("status"):
            line.clear("canceledDateTime")
