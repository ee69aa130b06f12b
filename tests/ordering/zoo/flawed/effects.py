"""Receivers with the right rows that send wrong mails, points and coupons."""

from __future__ import annotations

from typing import Any

from ordering.zoo.guarded import Guarded
from ordering.zoo.shop import Envelope, Row, Shop
from ordering.zoo.webhook import about, status_of


class MailsEachDelivery(Guarded):
    """Each delivery of a payment sends a receipt."""

    flaw = "double effect"
    shows_on = ("purchase", "deposit")

    def handle(self, envelope: Envelope) -> int:
        if envelope["event"] == "payment.completed":
            self.do(f"receipt of payment {envelope['data']['paymentId']}")
        return super().handle(envelope)


class MailsAgainAfterRefund(Guarded):
    """A refund clears the mark that the receipt was sent, so that a payment that is resent after it mails again."""

    flaw = "double effect"
    shows_on = ("refund-in-parts",)
    hides = "which receipts were sent"

    def handle(self, envelope: Envelope) -> int:
        sent, (table, key) = self.note("receipts"), about(envelope)
        if table == "payments" and self.meets(envelope) and envelope["event"] == "payment.canceled":
            self.do(f"refund of payment {key}: {envelope['data']['cancel']['canceledAmount']}")
        if envelope["event"] == "payment.canceled":
            sent.pop(key, None)
        if envelope["event"] == "payment.completed" and key not in sent:
            sent[key] = True
            self.do(f"receipt of payment {key}")
        return super().handle(envelope)


class CouponForAChange(Guarded):
    """An order that becomes PAID earns a coupon, and one that was PAID when it was first seen does not become it."""

    flaw = "double effect"
    shows_on = ("purchase", "deposit")

    def write(self, table: str, key: str, version: Any, row: Row | None) -> bool:
        before = self.rows(table).get(key)
        written = super().write(table, key, version, row)
        became_paid = before is not None and before["status"] != "PAID" and row is not None and row["status"] == "PAID"
        if written and table == "orders" and became_paid:
            self.do(f"coupon for order {key}")
        return written


class CouponForEachUpdate(Guarded):
    """An order.updated that says PAID earns a coupon, each time."""

    flaw = "double effect"
    shows_on = ("purchase", "deposit")

    def handle(self, envelope: Envelope) -> int:
        if envelope["event"] == "order.updated" and status_of(envelope) == "PAID":
            self.do(f"coupon for order {envelope['data']['id']}")
        return super().handle(envelope)


class WelcomesAtFirstSight(Guarded):
    """The welcome goes to the address in the first webhook that came, which may be the new one or one long left."""

    flaw = "stale overwrite"
    shows_on = ("profile", "customer-leaves")

    def handle(self, envelope: Envelope) -> int:
        table, key = about(envelope)
        if table == "customers" and key not in self.note("welcomed"):
            self.note("welcomed")[key] = True
            self.do(f"welcome to {envelope['data']['email']}")
        return super().handle(envelope)


class WithdrawsPointsOfKnownOrders(Guarded):
    """A payment earns points, and a refund withdraws them if it knows their order and that they were earned."""

    flaw = "double effect"
    shows_on = ("refund-in-parts",)

    def handle(self, envelope: Envelope) -> int:
        status, (_, key) = super().handle(envelope), about(envelope)
        points = self.note("points")
        if envelope["event"] == "payment.completed" and key not in points:
            points[key] = envelope["data"]["paidAmount"] // 100
            self.do(f"{points[key]} points for payment {key}")
        known = f"orders/{envelope['data'].get('orderId')}" in self.note("versions")
        if envelope["event"] == "payment.canceled" and points.get(key) and known:
            self.do(f"{points[key]} points back from payment {key}")
            points[key] = 0
        return status


MEMBERS: tuple[type[Shop], ...] = (
    MailsEachDelivery,
    MailsAgainAfterRefund,
    CouponForAChange,
    CouponForEachUpdate,
    WelcomesAtFirstSight,
    WithdrawsPointsOfKnownOrders,
)
