"""What the actions on invoices do, and when they are refused."""

from __future__ import annotations

from typing import Any

from store import action_orders as say
from store.action_burst import ANY_ID, NOW, exact
from store.action_scene import ILLEGAL, WRONG, Scene, Whys
from store.rules_of_orders import pay_order, unless_payable


def draft_refused(scene: Scene) -> Whys:
    price = scene.sold()
    if price is None or scene.buyer() is None or price.recurs:
        yield WRONG
        return
    off = scene.option("discount", 0)
    yield from scene.unless_payable(off)
    if exact(off) >= price.amount * scene.option("quantity", 1):
        yield WRONG


def draft_invoice(scene: Scene) -> None:
    price, buyer, quantity = scene.sold(), scene.buyer(), scene.option("quantity", 1)
    days, off = scene.option("days_to_pay", 14), exact(scene.option("discount", 0))
    lines = [say.line_of(scene, price, quantity=quantity, amount=price.amount * quantity)]
    if off:
        lines.append(say.line_beside(scene, "DISCOUNT", price, off))
    order = say.created(scene, "ONE_TIME", lines, customer=buyer.id, days=days)
    invoice = scene.burst.expect(
        "invoice.created",
        {
            **dict.fromkeys(("reservationAt", "deletedAt")),
            "id": ANY_ID,
            "status": "TEMPORARY",
            "publishType": "NOW",
            "purchaseDeadline": order["paymentDueDate"],
            "publishMethod": list(scene.option("channels", ("EMAIL",))),
            "discount": off,
            "memoToCustomer": scene.option("memo"),
            "orderId": order["id"],
            "orderCode": order["code"],
            "customerId": buyer.id,
        },
    )
    say.updated(scene, order["id"], invoiceId=invoice["id"])


def reserve_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed_invoice("reserve")
    invoice, at = scene.invoice(), scene.given["at"].replace(tzinfo=None)
    if invoice is not None and not scene.now < at < invoice.deadline:
        yield WRONG


def reserve_invoice(scene: Scene) -> None:
    invoice, at = scene.invoice(), scene.given["at"].replace(tzinfo=None).isoformat()
    assert invoice is not None
    changes = {"status": "RESERVATION", "publishType": "RESERVATION", "reservationAt": at}
    scene.burst.change("invoice.updated", "invoices", invoice.id, **changes)


def send_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed_invoice("sending fails" if scene.option("fails") else "send")
    invoice = scene.invoice()
    if invoice is not None and invoice.deadline <= scene.now:
        yield ILLEGAL


def send_invoice(scene: Scene) -> None:
    invoice = scene.invoice()
    assert invoice is not None
    status = "SEND_FAIL" if scene.option("fails") else "SENT"
    scene.burst.change("invoice.updated", "invoices", invoice.id, status=status)


def pay_invoice_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed_invoice("pay")
    invoice = scene.invoice()
    if invoice is not None:
        yield from unless_payable(scene, scene.orders[invoice.order_id])


def pay_invoice(scene: Scene) -> None:
    invoice = scene.invoice()
    assert invoice is not None
    pay_order(scene, scene.orders[invoice.order_id])


def delete_invoice_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed_invoice("delete")


def delete_invoice(scene: Scene) -> None:
    invoice = scene.invoice()
    assert invoice is not None
    scene.burst.change("invoice.deleted", "invoices", invoice.id, at="deletedAt", deletedAt=NOW)
    say.updated(scene, invoice.order_id, status="CANCELLED", canceled=True, invoiceId=None)


RULES: dict[str, Any] = {
    "draft_invoice": (draft_refused, draft_invoice),
    "reserve_invoice": (reserve_refused, reserve_invoice),
    "send_invoice": (send_refused, send_invoice),
    "pay_invoice": (pay_invoice_refused, pay_invoice),
    "delete_invoice": (delete_invoice_refused, delete_invoice),
}
