"""Rules for a customer, and for what a customer is sent: invoices, and messages of StepCover (fact 28)."""

from __future__ import annotations

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Fields
from steppay_mock.payload.instants import add_interval

# No fact ties the statuses of an invoice to its events. These are where their names point.
_STATUSES: dict[EventType, tuple[str, ...]] = {
    EventType.INVOICE_CREATED: ("TEMPORARY", "RESERVATION", "SENT"),
    EventType.INVOICE_UPDATED: ("SENT", "PAID", "OVER_DUE", "RESERVATION", "SEND_FAIL"),
    EventType.INVOICE_DELETED: ("TEMPORARY", "RESERVATION", "SENT"),
}

# The message of each event of StepCover (fact 28).
_MESSAGE_TYPES = {
    EventType.COVER_SENT_MESSAGE: "REMIND",
    EventType.COVER_DELAYED_MESSAGE: "REMIND",
    EventType.COVER_CHANGED_PAYMENT_DATE: "DATE_CHANGED",
    EventType.COVER_PAUSED: "PAUSED",
}
_LAST_STEP = 4  # up to four messages (fact 28)


def settle_customer(customer: Fields) -> None:
    """Make the customer registered now, if the event says so, else before now."""
    draw = customer.draw
    if customer.event_type is EventType.CUSTOMER_CREATED:
        customer.put(createdAt=draw.stamp(draw.now))
    else:
        customer.put(createdAt=draw.stamp(draw.past(days=700)))
    if not draw.edge:
        customer.put(
            additionalRecipients=[f"billing@{draw.pool.logins[draw.person]}.example"] if draw.chance(0.3) else []
        )


def settle_invoice(invoice: Fields) -> None:
    """Choose a status that fits the event, then the dates that the status needs."""
    draw = invoice.draw
    if invoice.event_type in _STATUSES:
        invoice.put(status=draw.walk(_STATUSES[invoice.event_type]))
    invoice.need("status")
    if invoice.text("status") == "RESERVATION":
        invoice.put(publishType="RESERVATION")
        invoice.need("publishType", "reservationAt")
    elif not draw.edge:
        invoice.put(publishType="NOW")
    if invoice.text("publishType") != "RESERVATION":
        invoice.clear("reservationAt")
    elif invoice.text("status") != "RESERVATION":
        invoice.put(reservationAt=draw.stamp(draw.past(days=14)))  # it was reserved, and has been sent since
    if invoice.text("status") == "OVER_DUE":
        invoice.need("purchaseDeadline")
        invoice.put(purchaseDeadline=draw.stamp(draw.past(days=14)))
    else:
        sent = invoice.moment("reservationAt") or draw.now
        invoice.put(purchaseDeadline=draw.stamp(add_interval(sent, unit="DAY", count=draw.between(3, 30))))
    if invoice.event_type is EventType.INVOICE_DELETED:
        invoice.need("deletedAt")
        invoice.put(deletedAt=draw.stamp(draw.now))
    else:
        invoice.clear("deletedAt")
    if not draw.edge and draw.chance(0.6):
        invoice.put(discount=0)


def settle_cover(cover: Fields) -> None:
    """Choose the type of message that fits the event, its step, and the next attempt to charge (fact 28)."""
    if cover.event_type in _MESSAGE_TYPES:
        cover.need("messageType")
        cover.put(messageType=_MESSAGE_TYPES[cover.event_type])
    cover.put(messageSentStep=cover.draw.between(1, _LAST_STEP))
    if not cover.draw.edge:
        cover.put(nextRetryDatetime=cover.draw.stamp(cover.draw.future(days=5)))
    if cover.event_type is EventType.COVER_PAUSED:  # the end: all messages are sent, nothing is tried again (fact 28)
        cover.put(messageSentStep=_LAST_STEP)
        cover.clear("nextRetryDatetime")
    elif cover.event_type is EventType.COVER_CHANGED_PAYMENT_DATE:
        cover.need("nextRetryDatetime")
