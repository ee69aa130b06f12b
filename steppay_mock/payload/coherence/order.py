"""Rules for an order: its lines add up, their status fits the event, its dates are in order (facts 24, 25, 31)."""

from __future__ import annotations

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Amount, Fields, keep_one, keep_to_quantity, money
from steppay_mock.payload.instants import add_interval, epoch_millis

# Fields of the other kinds of line, by the type of a line.
_NOT_OF_KIND = {"DISCOUNT": ("priceSetupType",), "FEE": ("discountName",)}
# Types of product that an SKU line has.
_SOLD = ("BOX", "SOFTWARE", "BUNDLE")
# Fields that only an SKU line has: it names a product.
_OF_PRODUCTS = (
    "priceCode",
    "productCode",
    "featuredImageUrl",
    "selectedProductOptionLabel",
    "minimumQuantity",
    "demoCycle",
)
# Types of line that stand beside what is sold (fact 31).
_BESIDE_SKU = ("TAX", "SHIPPING", "FEE", "DISCOUNT")
# Types of order, some twice so that they are drawn more often.
_USUAL_TYPES = (
    "ONE_TIME",
    "RECURRING_INITIAL",
    "RECURRING_INITIAL",
    "RECURRING",
    "RECURRING",
    "ADD_USAGE",
    "PAYMENT_METHOD",
)
# An order of the first type creates its subscriptions, one of the second renews one (fact 24).
_MADE_SUBSCRIPTIONS = {"RECURRING", "RECURRING_INITIAL"}

# What an order.updated is about: the status of the lines, and how many halves of the amount were refunded.
_CHANGES = (
    ("PAID", 0),
    ("PAID", 0),
    ("DEPOSIT_WAITING", 0),
    ("PAYMENT_FAILURE", 0),
    ("CANCELLED", 0),
    ("ORDER_DELIVERY_ON_THE_WAY", 0),
    ("CANCELLATION_REFUNDED_PARTIALLY", 1),
    ("CANCELLATION_REFUNDED", 2),
)
_UNPAID = {"CREATED", "DEPOSIT_WAITING", "CANCELLED", "PAYMENT_FAILURE"}


def settle_order(order: Fields) -> None:
    """Choose a status that fits the event, then lines, amounts and dates that fit the status."""
    status, halves_returned = _status(order)
    lines = order.each("items")
    _settle_lines(order, lines, status)
    _settle_amounts(order, lines, halves_returned)
    paid_for = status not in _UNPAID
    _settle_dates(order, lines, paid=paid_for)
    if not order.draw.edge:
        keep_one(order, "subscriptions")
    # An initial order has subscriptions only once it is paid (fact 24); a renewal is of one that exists.
    if order.text("type") not in _MADE_SUBSCRIPTIONS or not (paid_for or order.text("type") == "RECURRING"):
        order.clear("subscriptions")
    if not order.draw.edge and order.draw.chance(0.8):
        order.clear("invoiceId", "purchaseDeadline")


def _status(order: Fields) -> tuple[str, int]:
    draw = order.draw
    if not draw.edge:
        order.put(type=draw.pick(_USUAL_TYPES))
    if order.event_type is EventType.ORDER_PAYMENT_COMPLETED:
        order.need("paymentDate", "items")
        return "PAID", 0
    if order.event_type is EventType.ORDER_CREATED:
        return "CREATED", 0  # never DEPOSIT_WAITING (fact 42)
    fixed = next((line.text("status") for line in order.each("items") if line.is_fixed("status")), None)
    if fixed is not None:
        return fixed, dict(_CHANGES).get(fixed, 0)
    return draw.pick(_CHANGES)


def _settle_lines(order: Fields, lines: list[Fields], status: str) -> None:
    # An edge case of order.updated keeps the statuses that were drawn, so that a run has all of the enumeration.
    free = order.draw.edge and order.event_type is EventType.ORDER_UPDATED
    order_type = order.text("type")
    for line in lines:
        if not free:
            line.put(status=status)
        if not order.draw.edge:
            _settle_line(line, lines[0], order_type)
        paid = line.amount("paidAmount")
        if paid < 0:
            line.put(paidAmount=money(-paid))
        line.clear(*_NOT_OF_KIND.get(line.text("type"), ("discountName", "priceSetupType")))


def _settle_line(line: Fields, first: Fields, order_type: str) -> None:
    """Make the first line the SKU, which is sold, and the others lines beside it, which name no product (fact 31)."""
    draw = line.draw
    if order_type == "PAYMENT_METHOD":  # it changes the means of payment and costs nothing (fact 25)
        line.put(paidAmount=0)
    line.put(type="SKU" if line is first else draw.pick(_BESIDE_SKU))
    if line.text("type") == "SKU":
        line.put(productType=draw.pick(_SOLD))
        keep_to_quantity(line, least="minimumQuantity")
        keep_one(line, "selectedProductOptionIds")  # the label beside it names one option
        line.clear("relatedOrderItemId", "parentOrderItemCode")
        if order_type != "RECURRING_INITIAL" or draw.chance(0.7):
            line.clear("demoCycle")
        return
    line.put(
        relatedOrderItemId=first["id"],
        parentOrderItemCode=first["code"],
        productType=first["productType"],
        planName=first["planName"],
        quantity=1,
        selectedProductOptionIds=[],
    )
    line.clear(*_OF_PRODUCTS)


def _settle_amounts(order: Fields, lines: list[Fields], halves_returned: int) -> None:
    """Make the order's amount the sum of its lines; a discount is a line below zero (fact 31)."""
    discounts: list[Fields] = []
    room: Amount = 0
    for line in lines:
        if line.text("type") == "DISCOUNT":
            discounts.append(line)
        else:
            room += line.amount("paidAmount")
    for line in discounts:
        line.need("type")
        off = min(line.amount("paidAmount"), room // 2)  # at most half: something is left to pay and to refund
        line.put(paidAmount=money(-off))
        room += line.amount("paidAmount")
    if order.is_fixed("paidAmount"):
        _meet(order.amount("paidAmount"), lines)
    elif order["items"] is not None:
        order.put(paidAmount=money(room))  # what is left of the room is the sum of all lines
    order.put(discountedAmount=money(-_sum(discounts)))
    # leftAmount = paidAmount - returnedAmount (fact 31). What the user fixed of the three decides the others.
    paid = order.amount("paidAmount")
    if order.is_fixed("leftAmount") and not order.is_fixed("returnedAmount"):
        order.put(returnedAmount=money(paid - order.amount("leftAmount")))
    else:
        order.put(returnedAmount=money(paid if halves_returned == 2 else paid * halves_returned // 2))
    order.put(leftAmount=money(paid - order.amount("returnedAmount")))


def _sum(lines: list[Fields]) -> Amount:
    amounts = [line.amount("paidAmount") for line in lines]
    return sum(amounts)


def _meet(total: Amount, lines: list[Fields]) -> None:
    """Set the first line that is not fixed to the difference, so that the lines add up to the total that is fixed."""
    for line in lines:
        if not line.is_fixed("paidAmount"):
            line.put(paidAmount=money(total - _sum([other for other in lines if other is not line])))
            return


def _settle_dates(order: Fields, lines: list[Fields], *, paid: bool) -> None:
    draw = order.draw
    if order.event_type is EventType.ORDER_CREATED:
        now = draw.stamp(draw.now)
        order.put(createdAt=now, modifiedAt=now)
        order.clear("paymentDate")
    elif order.event_type is EventType.ORDER_PAYMENT_COMPLETED:
        order.happen("createdAt", "paymentDate", days=5)
        order.put(modifiedAt=order["paymentDate"])
    elif paid:
        order.happen("createdAt", "paymentDate", "modifiedAt", days=5)
    else:
        order.happen("createdAt", "modifiedAt", days=5)
        order.clear("paymentDate")
    created = order.moment("createdAt") or draw.now
    due = add_interval(created, unit="DAY", count=draw.between(5, 14))
    due_date = draw.stamp(max(order.moment("paymentDate") or created, due))
    # The first 13 digits of an idKey are the milliseconds of its creation (fact 11).
    order.put(
        paymentDueDate=due_date,
        purchaseDeadline=due_date,
        idKey=f"{epoch_millis(created):013d}{str(order['idKey'])[-16:]}",
    )
    changed = order["modifiedAt"]
    for line in lines:
        canceled = changed if "CANCEL" in line.text("status") else None
        line.put(createdAt=order["createdAt"], modifiedAt=changed, canceledDateTime=canceled)
