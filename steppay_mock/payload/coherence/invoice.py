"""An invoice: status by event, and the dates that the status calls for."""

from __future__ import annotations

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Fields
from steppay_mock.payload.instants import add_interval

_STATUSES: dict[EventType, tuple[str, ...]] = {
    EventType.INVOICE_CREATED: ("TEMPORARY", "RESERVATION", "SENT"),
    EventType.INVOICE_UPDATED: ("SENT", "PAID", "OVER_DUE", "RESERVATION", "SEND_FAIL"),
    EventType.INVOICE_DELETED: ("TEMPORARY", "RESERVATION", "SENT"),
}


def settle_invoice(invoice: Fields) -> None:
    """Make the invoice one that the event can be about."""
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
        invoice.put(reservationAt=draw.stamp(draw.past(days=14)))  # reserved once, and sent since
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
