"""What the actions on orders do, and when they are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from store import action_orders as say
from store import action_subscriptions as of_subscription
from store.action_burst import ANY_TEXT, NOW, Data
from store.action_scene import ILLEGAL, NO_RENEWAL, OFFERED, UNPAID_ORDER, WRONG, Scene, Whys
from store.rules_of_billing import end, settle_difference
from store.usage_costs import cost_in_advance

from steppay_mock.store.records import Order, Payment, Price

WAITS = {"VBANK", "CMS", "CMS_BILL"}
STANDBY = {"VBANK": "VIRTUAL_BANK_STANDBY", "CMS": "CMS_STANDBY", "CMS_BILL": "CMS_STANDBY"}
CLOSED = {"CANCELLED", "CANCELLATION_REFUNDED"}
BESIDE = ("setup_fee", "discount", "tax", "shipping_fee")


# Checkout.


def _bought(scene: Scene) -> list[Any]:
    given = scene.option("price")
    listed = given if isinstance(given, list) else [given]
    return [scene.price if one is None else scene._found(one, scene.prices) for one in listed]


def _costs(scene: Scene, prices: list[Price]) -> tuple[list[Any], dict[str, Any]]:
    """The amount of each price, which is 0 in a trial and where usage is paid afterwards, and of what is beside."""
    quantity, trial = scene.option("quantity", 1), scene.option("trial_days", 0)
    first = [0 if one.recurs and trial else cost_in_advance(scene, one) * quantity for one in prices]
    beside = {name: say.exact(scene.option(name) or 0) for name in BESIDE}
    if scene.option("setup_fee") is None:
        for name, kind in (("setup_fee", "INITIALLY"), ("periodic_fee", "PERIODIC")):
            beside[name] = say.exact(sum(one.setup_fee for one in prices if one.setup_type == kind))
    beside.setdefault("periodic_fee", say.exact(0))
    return first, beside


def checkout_refused(scene: Scene) -> Whys:
    prices, means = _bought(scene), None
    if scene.buyer() is None or None in prices:
        yield WRONG
        return
    recurs = any(one.recurs for one in prices)
    means = scene.method(recurs=recurs)
    if means is None or (scene.option("trial_days", 0) and not recurs):
        yield WRONG
        return
    pays = scene.option("pays", "now")
    if pays == "fails" and means[1] == "VBANK":
        yield WRONG
    for name in BESIDE:
        yield from scene.unless_payable(scene.option(name) or 0)
    first, beside = _costs(scene, prices)
    total = sum(first) + sum(beside.values()) - 2 * beside["discount"]
    if total < 0 or (total == 0 and (pays != "now" or not means[1].startswith("CARD"))):
        yield WRONG


def checkout(scene: Scene) -> None:
    prices = _bought(scene)
    recurs = any(one.recurs for one in prices)
    means, pays = scene.method(recurs=recurs), scene.option("pays", "now")
    assert means is not None
    quantity, trial = scene.option("quantity", 1), scene.option("trial_days", 0)
    first, beside = _costs(scene, prices)
    lines = [
        say.line_of(scene, one, quantity=quantity, amount=cost, trial_days=trial if one.recurs else 0)
        for one, cost in zip(prices, first, strict=True)
    ]
    kinds = {"setup_fee": "FEE", "discount": "DISCOUNT", "tax": "TAX", "shipping_fee": "SHIPPING"}
    if periodic := beside.pop("periodic_fee"):
        lines.append(say.line_beside(scene, "FEE", prices[0], periodic, setup="PERIODIC"))
    lines += [say.line_beside(scene, kinds[name], prices[0], amount) for name, amount in beside.items() if amount]
    waits = means[1] in WAITS and pays == "now"
    order = say.created(
        scene,
        "RECURRING_INITIAL" if recurs else "ONE_TIME",
        lines,
        customer=scene.buyer().id,
        status="DEPOSIT_WAITING" if waits else "CREATED",
    )

    def start(status: str = "ACTIVE") -> Data:
        if not recurs:
            return {}
        renewing = {name for name in means[0] if "CARD_BILL" in OFFERED[name]} if means[1] == "VBANK" else means[0]
        return of_subscription.started(
            scene, prices, order, quantity=quantity, trial_days=trial, gateways=renewing, status=status
        )

    if waits:
        say.attempted(scene, order, "payment.standby", STANDBY[means[1]], means)
        if recurs and scene.assumed.incomplete_before_payment and means[1] != "VBANK":
            start("INCOMPLETE")
    elif pays == "fails":
        say.failed(scene, order, means)
    elif pays == "now":
        say.paid(scene, order, means, start)


# Payments.


def pay_refused(scene: Scene) -> Whys:
    yield from _unless_of_a_customer(scene)
    order = scene.order()
    if order is not None:
        yield from unless_payable(scene, order)


def unless_payable(scene: Scene, order: Order) -> Whys:
    payment = scene.newest_payment(order)
    if order.type not in {"ONE_TIME", "RECURRING_INITIAL", "RECURRING"} or order.status not in UNPAID_ORDER:
        yield ILLEGAL
    if order.status == "DEPOSIT_WAITING" and payment is not None and payment.status in STANDBY.values():
        yield ILLEGAL
    if order.type == "RECURRING" and scene.subscriptions[order.subscriptions[0]].open_order != order.id:
        yield ILLEGAL
    if order.invoice_id is not None and scene.invoices[order.invoice_id].status not in {"SENT", "OVER_DUE"}:
        yield ILLEGAL
    means = scene.method(recurs=order.type != "ONE_TIME")
    if means is None or (means[1] == "VBANK" and (scene.option("pays", "now") == "fails" or order.type == "RECURRING")):
        yield WRONG


def _unless_of_a_customer(scene: Scene) -> Whys:
    order = scene.order()
    if order is None:
        yield WRONG
    elif order.customer_id not in scene.customers:
        yield ILLEGAL


def pay(scene: Scene) -> None:
    order = scene.order()
    assert order is not None
    pay_order(scene, order)


def pay_order(scene: Scene, order: Order) -> None:
    means = scene.method(recurs=order.type != "ONE_TIME")
    assert means is not None
    known = scene.known.tables["orders"][order.id]
    if scene.option("pays", "now") == "fails":
        say.failed(scene, known, means)
    elif means[1] in WAITS and order.type != "RECURRING":
        if order.status != "DEPOSIT_WAITING":
            say.updated(scene, order.id, status="DEPOSIT_WAITING")
        say.attempted(scene, known, "payment.standby", STANDBY[means[1]], means)
        if order.type == "RECURRING_INITIAL" and scene.assumed.incomplete_before_payment and means[1] != "VBANK":
            _start(scene, order, means, status="INCOMPLETE")
    else:
        say.paid(scene, known, means, _effect(scene, order, means))


def _start(scene: Scene, order: Order, means: tuple[set[str], str], *, status: str = "ACTIVE") -> Data:
    assert order.basket is not None
    gateways = {name for name in means[0] if "CARD_BILL" in OFFERED[name]} if means[1] == "VBANK" else means[0]
    return of_subscription.started(
        scene,
        list(order.basket.prices),
        scene.known.tables["orders"][order.id],
        quantity=order.basket.quantity,
        trial_days=order.basket.trial_days,
        gateways=gateways,
        status=status,
    )


def _effect(scene: Scene, order: Order, means: tuple[set[str], str]) -> Callable[[], Data]:
    """What being paid leads to: subscriptions start or renew, an invoice is PAID."""

    def start() -> Data:
        waiting = scene.waiting_for(order)
        if not waiting:
            return _start(scene, order, means)
        assert order.basket is not None
        for one in waiting:
            of_subscription.changed(
                scene,
                one,
                at="currentPeriod.startDateTime",
                status="ACTIVE",
                **_first_dates(scene, one, order.basket.trial_days),
            )
        return {"subscriptions": [one.id for one in waiting]}

    def renew() -> Data:
        renew_now(scene, order.subscriptions[0], scene.known.tables["orders"][order.id])
        return {}

    def close_invoice() -> Data:
        if order.invoice_id is not None:
            scene.burst.change("invoice.updated", "invoices", order.invoice_id, status="PAID")
        return {}

    return {"RECURRING_INITIAL": start, "RECURRING": renew, "ONE_TIME": close_invoice}[order.type]


def _first_dates(scene: Scene, subscription: Any, trial_days: int) -> Data:
    names = ("trialPeriod", "lastPaymentDate", "currentPeriod", *NO_RENEWAL)

    def date(name: str) -> Any:
        return lambda now, _data: scene.first_period(subscription, now, trial_days=trial_days)[name]

    return {name: date(name) for name in names}


def renew_now(scene: Scene, number: int, order: Data, *, moved: bool = False) -> None:
    """subscription.updated with the next period, once the renewal is paid."""
    subscription = scene.subscriptions[number]
    settle_difference(scene, order, number)

    def date(name: str) -> Any:
        return lambda now, _data: scene.next_period(subscription, now, moved=moved)[name]

    names = ("lastPaymentDate", "currentPeriod", "nextPaymentDate", "originNextPaymentDate", "notiBeforePaymentDate")
    of_subscription.changed(
        scene, subscription, at="lastPaymentDate", status="ACTIVE", **{name: date(name) for name in names}
    )


def _on_standby(scene: Scene) -> tuple[Order, Payment]:
    order = scene.order()
    assert order is not None
    payment = scene.newest_payment(order)
    assert payment is not None
    return order, payment


def confirm_refused(scene: Scene) -> Whys:
    yield from _unless_of_a_customer(scene)
    order = scene.order()
    payment = None if order is None else scene.newest_payment(order)
    if order is not None and (
        order.status != "DEPOSIT_WAITING" or payment is None or payment.status not in STANDBY.values()
    ):
        yield ILLEGAL


def confirm_payment(scene: Scene) -> None:
    order, payment = _on_standby(scene)
    known = scene.known.tables["payments"][payment.id]
    debit = known["niceCms"] and {**known["niceCms"], "status": "WITHDRAW_SUCCESS", "date": NOW}
    scene.burst.change(
        "payment.completed", "payments", payment.id, at="paidAt", status="COMPLETE", paidAt=NOW, niceCms=debit
    )
    means = ({payment.gateway}, payment.method)
    say.settled(scene, order.id, _effect(scene, order, means))


def reject_refused(scene: Scene) -> Whys:
    whys = list(confirm_refused(scene))
    yield from whys
    if not whys and _on_standby(scene)[1].method == "VBANK":
        yield ILLEGAL


def reject_payment(scene: Scene) -> None:
    order, payment = _on_standby(scene)
    known = scene.known.tables["payments"][payment.id]
    debit = {**known["niceCms"], "status": "WITHDRAW_FAIL", "errorReturn": lambda _now, data: data["errorMessage"]}
    error = ANY_TEXT
    scene.burst.change("payment.failed", "payments", payment.id, status="FAILED", errorMessage=error, niceCms=debit)
    say.order_failed(scene, order.id)
    for one in scene.waiting_for(order):
        of_subscription.ended(scene, one, "EXPIRED")


# Money back.


def _paid_payment(scene: Scene, order: Order) -> bool:
    return any(one.order_id == order.id and one.status in {"COMPLETE", "PARTIAL_CANCELED"} for one in scene.payments)


def refund_refused(scene: Scene) -> Whys:
    yield from _unless_of_a_customer(scene)
    order, amount = scene.order(), scene.option("amount")
    if order is None:
        return
    if not _paid_payment(scene, order) or not order.left:
        yield ILLEGAL
    if amount is not None:
        yield from scene.unless_payable(amount, least=1)
        if say.exact(amount) > order.left:
            yield ILLEGAL


def refund(scene: Scene) -> None:
    order, amount = scene.order(), scene.option("amount")
    assert order is not None
    part = say.exact(order.left if amount is None else amount)
    all_of_it = part == order.left
    status = "CANCELLATION_REFUNDED" if all_of_it else "CANCELLATION_REFUNDED_PARTIALLY"
    say.given_back(scene, order.id, part, status=status)


def cancel_order_refused(scene: Scene) -> Whys:
    yield from _unless_of_a_customer(scene)
    order = scene.order()
    if order is None:
        return
    if order.status in CLOSED:
        yield ILLEGAL
    if order.type == "RECURRING" and scene.subscriptions[order.subscriptions[0]].open_order == order.id:
        yield ILLEGAL
    if order.invoice_id is not None and scene.invoices[order.invoice_id].status != "PAID":
        yield ILLEGAL


def cancel_order(scene: Scene) -> None:
    order = scene.order()
    assert order is not None
    left = order.left if _paid_payment(scene, order) else 0
    say.given_back(scene, order.id, left, status="CANCELLATION_REFUNDED" if left else "CANCELLED")
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
    "pay": (pay_refused, pay),
    "confirm_payment": (confirm_refused, confirm_payment),
    "reject_payment": (reject_refused, reject_payment),
    "refund": (refund_refused, refund),
    "cancel_order": (cancel_order_refused, cancel_order),
}
