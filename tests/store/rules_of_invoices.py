"""What the actions on invoices do, and when they are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from store import action_orders as say
from store.action_burst import ANY_ID, NOW, after, exact
from store.action_scene import ILLEGAL, WRONG, Scene, Whys
from store.rules_of_orders import end_subscriptions
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


def update_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed_invoice("update")
    found = scene.invoice()
    if found is None:
        return
    price = found.basket.prices[0] if scene.option("price") is None else scene.sold()
    buyer = found.customer_id if scene.option("customer") is None else scene.buyer()
    if price is None or buyer is None or not cost_in_advance(scene, price):
        yield WRONG
        return
    kept = _after_update(scene, found)
    yield from scene.unless_on_sale([price], kept["quantity"])
    yield from scene.unless_payable(kept["discount"])
    if exact(kept["discount"]) >= cost_in_advance(scene, price) * kept["quantity"]:
        yield WRONG
    deadline = found.created_at + timedelta(days=kept["days_to_pay"])
    if deadline <= max(scene.now, found.reserved_at or scene.now):
        yield WRONG
    told = (found.customer_id, found.basket.prices[0], found.basket.quantity, found.discount, found.memo)
    wanted = (buyer if isinstance(buyer, int) else buyer.id, price, kept["quantity"], kept["discount"], kept["memo"])
    if (*told, found.channels, found.deadline) == (*wanted, tuple(kept["channels"]), deadline):
        yield WRONG


def _after_update(scene: Scene, found: Invoice) -> dict[str, Any]:
    """The values that it has afterwards."""
    before = {
        "quantity": found.basket.quantity,
        "discount": found.discount,
        "memo": found.memo,
        "days_to_pay": (found.deadline - found.created_at).days,
        "channels": found.channels,
    }
    return {name: value if scene.option(name) is None else scene.option(name) for name, value in before.items()}


def update_invoice(scene: Scene) -> None:
    """The deadline counts from the draft."""
    found = scene.invoice()
    assert found is not None
    kept = _after_update(scene, found)
    deadline = found.created_at + timedelta(days=kept["days_to_pay"])
    changes = {
        "customerId": found.customer_id if scene.option("customer") is None else scene.buyer().id,
        "purchaseDeadline": deadline.isoformat(),
        "publishMethod": list(kept["channels"]),
        "discount": exact(kept["discount"]),
        "memoToCustomer": kept["memo"],
    }
    scene.burst.change("invoice.updated", "invoices", found.id, **changes)


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
        end_subscriptions(scene, scene.orders[invoice.order_id])


RULES: dict[str, Any] = {
    "draft_invoice": (draft_refused, draft_invoice),
    "update_invoice": (update_refused, update_invoice),
    "reserve_invoice": (reserve_refused, reserve_invoice),
    "send_invoice": (send_refused, send_invoice),
    "pay_invoice": (pay_invoice_refused, pay_invoice),
    "delete_invoice": (delete_invoice_refused, delete_invoice),
}
