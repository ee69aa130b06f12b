"""What the actions that order, cancel and refund do, and when they are refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from store import action_orders as say
from store.action_burst import exact
from store.action_scene import ILLEGAL, WRONG, Scene, Whys
from store.rules_of_billing import end
from store.rules_of_payments import pay_first, unless_of_a_customer

from steppay_mock.store.records import Basket, Order, Price

CLOSED = {"CANCELLED", "CANCELLATION_REFUNDED"}
KINDS_BESIDE = {"setup_fee": "FEE", "discount": "DISCOUNT", "tax": "TAX", "shipping_fee": "SHIPPING"}
BESIDE = tuple(KINDS_BESIDE)


# Checkout.


def _bought(scene: Scene) -> list[Any]:
    given = scene.option("price")
    listed = given if isinstance(given, list) else [given]
    return [scene.price if one is None else scene._found(one, scene.prices) for one in listed]


def _basket(scene: Scene, prices: list[Price], means: tuple[set[str], str]) -> Basket:
    """What is chosen in a checkout."""
    beside = {name: exact(scene.option(name) or 0) for name in BESIDE}
    if scene.option("setup_fee") is None:
        for name, kind in (("setup_fee", "INITIALLY"), ("periodic_fee", "PERIODIC")):
            beside[name] = exact(sum(one.setup_fee for one in prices if one.setup_type == kind))
    return Basket(
        prices=tuple(prices),
        quantity=scene.option("quantity", 1),
        trial_days=scene.option("trial_days"),
        periodic_fee=beside.pop("periodic_fee", 0),
        beside=tuple((KINDS_BESIDE[name], amount) for name, amount in beside.items() if amount),
        gateway=min(means[0]),
        method=means[1],
    )


def _trial(scene: Scene, price: Price) -> int:
    """The trial is that of the product, unless the checkout names one (fact 49)."""
    product, asked = scene.known.tables["products"][price.product_code], scene.option("trial_days")
    of_product = int(product["demoPeriod"]) if product["enabledDemo"] else 0
    return (of_product if asked is None else int(asked)) if price.recurs else 0


def checkout_refused(scene: Scene) -> Whys:
    prices, means = _bought(scene), None
    if scene.buyer() is None or None in prices:
        yield WRONG
        return
    recurs = any(one.recurs for one in prices)
    means = scene.method(recurs=recurs)
    if means is None or (scene.option("trial_days") and not recurs):
        yield WRONG
        return
    yield from scene.unless_on_sale(prices, scene.option("quantity", 1))
    pays, link = scene.option("pays", "now"), scene.option("purchase_deadline")
    if (pays == "fails" and means[1] == "VBANK") or (link and link.replace(tzinfo=None) <= scene.now):
        yield WRONG
    for name in BESIDE:
        yield from scene.unless_payable(scene.option(name) or 0)
    cost = say.cost_of(scene, _basket(scene, prices, means))
    if cost < 0 or (cost == 0 and (pays == "fails" or not means[1].startswith("CARD"))):
        yield WRONG


def checkout(scene: Scene) -> None:
    """order.created. The buyer chooses on the page, and pays after a while (facts 36, 41 and 42)."""
    from store.rules_of_time import come_due

    prices = _bought(scene)
    recurs = any(one.recurs for one in prices)
    means, pays = scene.method(recurs=recurs), scene.option("pays", "now")
    assert means is not None
    lines = [say.line_of(scene, one, quantity=0, amount=0, trial_days=_trial(scene, one)) for one in prices]
    kind = "RECURRING_INITIAL" if recurs else "ONE_TIME"
    link = scene.option("purchase_deadline")
    deadline = link and link.replace(tzinfo=None).isoformat()
    order = say.created(scene, kind, lines, customer=scene.buyer().id, days=None, deadline=deadline)
    if pays == "later":
        return
    paying = scene.burst.stamp + timedelta(seconds=scene.assumed.seconds_to_pay)
    come_due(scene, until=paying)
    scene.burst.stamp = max(scene.burst.stamp, paying)
    pay_first(scene, order["id"], _basket(scene, prices, means), means)


# Money back.


def _paid_payment(scene: Scene, order: Order) -> bool:
    return any(one.order_id == order.id and one.status in {"COMPLETE", "PARTIAL_CANCELED"} for one in scene.payments)


def refund_refused(scene: Scene) -> Whys:
    yield from unless_of_a_customer(scene)
    order, amount = scene.order(), scene.option("amount")
    if order is None:
        return
    if not _paid_payment(scene, order) or not order.left:
        yield ILLEGAL
    if amount is not None:
        yield from scene.unless_payable(amount, least=1)
        if exact(amount) > order.left:
            yield ILLEGAL


def refund(scene: Scene) -> None:
    order, amount = scene.order(), scene.option("amount")
    assert order is not None
    part = exact(order.left if amount is None else amount)
    whole = part == order.left
    status = "CANCELLATION_REFUNDED" if whole else "CANCELLATION_REFUNDED_PARTIALLY"
    say.given_back(scene, order.id, part, status=status)
    if whole or scene.assumed.partial_cancel_ends_subscriptions:
        end_subscriptions(scene, order)


def cancel_order_refused(scene: Scene) -> Whys:
    """Paid means refunded, and not paid means cancelled (fact 43)."""
    yield from unless_of_a_customer(scene)
    order, amount = scene.order(), scene.option("amount")
    if order is None:
        return
    if order.status in CLOSED:
        yield ILLEGAL
    if order.type == "RECURRING" and scene.subscriptions[order.subscriptions[0]].open_order == order.id:
        yield ILLEGAL
    if order.invoice_id is not None and scene.invoices[order.invoice_id].status != "PAID":
        yield ILLEGAL
    if amount is not None:
        yield from scene.unless_payable(amount, least=1)
        if not _paid_payment(scene, order) or exact(amount) > order.left:
            yield ILLEGAL


def cancel_order(scene: Scene) -> None:
    order = scene.order()
    assert order is not None
    if _paid_payment(scene, order):
        refund(scene)
        return
    say.given_back(scene, order.id, 0, status="CANCELLED")
    end_subscriptions(scene, order)


def end_subscriptions(scene: Scene, order: Order) -> None:
    """An order of type RECURRING_INITIAL takes its subscriptions with it (fact 25)."""
    if order.type == "RECURRING_INITIAL":
        numbers = [*order.subscriptions, *(one.id for one in scene.waiting_for(order))]
        for one in (scene.subscriptions[number] for number in numbers):
            if one.status not in {"CANCELED", "EXPIRED"}:
                cancel_open_order(scene, one.open_order)
                end(scene, one, "CANCELED")


def cancel_open_order(scene: Scene, number: int | None) -> None:
    """The unpaid order of a renewal is cancelled before its subscription."""
    if number is not None and scene.known.tables["orders"][number]["items"][0]["status"] != "CANCELLED":
        say.updated(scene, number, status="CANCELLED", canceled=True)


RULES: dict[str, Any] = {
    "checkout": (checkout_refused, checkout),
    "refund": (refund_refused, refund),
    "cancel_order": (cancel_order_refused, cancel_order),
}
