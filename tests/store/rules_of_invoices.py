"""What the actions on invoices do, and when they are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from store import action_orders as say
from store.action_burst import ANY_ID, NOW, after, exact
from store.action_scene import ILLEGAL, WRONG, Scene, Whys
from store.rules_of_payments import pay_order, unless_payable
from store.usage_costs import cost_in_advance

from steppay_mock.store.records import Invoice


def draft_refused(scene: Scene) -> Whys:
    price = scene.sold()
    if price is None or scene.buyer() is None or not cost_in_advance(scene, price):
        yield WRONG
        return
    yield from scene.unless_on_sale([price], scene.option("quantity", 1))
    off = scene.option("discount", 0)
    yield from scene.unless_payable(off)
    if exact(off) >= cost_in_advance(scene, price) * scene.option("quantity", 1):
        yield WRONG


def draft_invoice(scene: Scene) -> None:
    """Its order is made when it is sent (fact 51)."""
    days = scene.option("days_to_pay", 7)
    scene.burst.expect(
        "invoice.created",
        {
            **dict.fromkeys(("reservationAt", "deletedAt", "orderId", "orderCode")),
            "id": ANY_ID,
            "status": "TEMPORARY",
            "publishType": "NOW",
            "purchaseDeadline": after(days=days),
            "publishMethod": list(scene.option("channels", ("EMAIL",))),
            "discount": exact(scene.option("discount", 0)),
            "memoToCustomer": scene.option("memo"),
            "customerId": scene.buyer().id,
        },
        at=lambda data: datetime.fromisoformat(data["purchaseDeadline"]) - timedelta(days=days),
    )


def sent(scene: Scene, invoice: Invoice) -> None:
    """order.created with what the invoice sells, and invoice.updated, which names that order."""
    known, [price] = scene.known.tables["invoices"][invoice.id], invoice.basket.prices
    quantity = invoice.basket.quantity
    lines = [say.line_of(scene, price, quantity=quantity, amount=cost_in_advance(scene, price) * quantity)]
    if known["discount"]:
        lines.append(say.line_beside(scene, "DISCOUNT", price, known["discount"]))
    kind, due = "RECURRING_INITIAL" if price.recurs else "ONE_TIME", known["purchaseDeadline"]
    order = say.created(scene, kind, lines, customer=known["customerId"], due=due, invoice=invoice.id)
    changes = {"status": "SENT", "orderId": order["id"], "orderCode": order["code"]}
    scene.burst.change("invoice.updated", "invoices", invoice.id, **changes)


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
    if scene.option("fails"):
        scene.burst.change("invoice.updated", "invoices", invoice.id, status="SEND_FAIL")
    else:
        sent(scene, invoice)


def pay_invoice_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed_invoice("pay")
    invoice = scene.invoice()
    if invoice is not None and invoice.order_id is not None:
        yield from unless_payable(scene, scene.orders[invoice.order_id])


def pay_invoice(scene: Scene) -> None:
    invoice = scene.invoice()
    assert invoice is not None
    assert invoice.order_id is not None
    pay_order(scene, scene.orders[invoice.order_id])


def delete_invoice_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed_invoice("delete")


def delete_invoice(scene: Scene) -> None:
    invoice = scene.invoice()
    assert invoice is not None
    scene.burst.change("invoice.deleted", "invoices", invoice.id, at="deletedAt", deletedAt=NOW)
    if invoice.order_id is not None:
        say.updated(scene, invoice.order_id, status="CANCELLED", canceled=True, invoiceId=None)


RULES: dict[str, Any] = {
    "draft_invoice": (draft_refused, draft_invoice),
    "reserve_invoice": (reserve_refused, reserve_invoice),
    "send_invoice": (send_refused, send_invoice),
    "pay_invoice": (pay_invoice_refused, pay_invoice),
    "delete_invoice": (delete_invoice_refused, delete_invoice),
}
