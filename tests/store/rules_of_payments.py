"""What the actions that pay orders do, and when they are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from store import action_orders as say
from store import action_subscriptions as of_subscription
from store.action_burst import ANY_TEXT, NOW, Data
from store.action_scene import ILLEGAL, NO_RENEWAL, OFFERED, UNPAID_ORDER, WRONG, Scene, Whys
from store.rules_of_billing import settle_difference
from store.rules_of_choices import unless_chosen, with_quantity

from steppay_mock.store.records import Basket, Order, Payment

WAITS = {"VBANK", "CMS", "CMS_BILL"}
STANDBY = {"VBANK": "VIRTUAL_BANK_STANDBY", "CMS": "CMS_STANDBY", "CMS_BILL": "CMS_STANDBY"}


def pay_first(scene: Scene, number: int, basket: Basket, means: tuple[set[str], str]) -> None:
    """An attempt to pay an order for the first time."""
    orders, pays, began = scene.known.tables["orders"], scene.option("pays", "now"), scene.burst.stamp
    before = orders[number]
    waited = before["paymentDueDate"] is None
    if waited:
        orders[number] = say.chosen(scene, number, basket)
    recurs = before["type"] == "RECURRING_INITIAL"
    changed = basket.pays_for

    def start(status: str = "ACTIVE") -> Data:
        if changed is not None:
            return of_subscription.new_card(scene, changed, means)
        return _start(scene, number, basket, means, status=status) if recurs else {}

    if pays == "fails":
        say.failed(scene, orders[number], means)
        if waited and not scene.assumed.order_updated_when_failed:
            orders[number] = before  # no event told of the choice
    elif means[1] in WAITS and changed is None:
        if before["items"][0]["status"] != "DEPOSIT_WAITING":
            say.updated(scene, number, status="DEPOSIT_WAITING")
        say.attempted(scene, orders[number], "payment.standby", STANDBY[means[1]], means)
        if recurs and scene.assumed.incomplete_before_payment and means[1] != "VBANK":
            start("INCOMPLETE")
    else:
        say.paid(scene, orders[number], means, lambda: _with_invoice(scene, before["invoiceId"], start))
    for line in orders[number]["items"][len(before["items"]) :]:
        assert began <= datetime.fromisoformat(line["createdAt"]) <= scene.burst.stamp


def pay_refused(scene: Scene) -> Whys:
    yield from unless_of_a_customer(scene)
    order = scene.order()
    if order is not None:
        yield from unless_chosen(scene, order)
        yield from unless_payable(scene, with_quantity(scene, order))


def unless_payable(scene: Scene, order: Order) -> Whys:
    payment = scene.newest_payment(order)
    if order.type == "ADD_USAGE" or order.status not in UNPAID_ORDER:
        yield ILLEGAL
    changed = None if order.basket is None else order.basket.pays_for
    if order.basket is not None and not order.basket.is_of_customer:
        for number in changed or ():
            yield from scene.unless_allowed(scene.subscriptions[number], "change the payment method")
    if order.status == "DEPOSIT_WAITING" and payment is not None and payment.status in STANDBY.values():
        yield ILLEGAL
    if order.type == "RECURRING" and scene.subscriptions[order.subscriptions[0]].open_order != order.id:
        yield ILLEGAL
    if order.invoice_id is not None and scene.invoices[order.invoice_id].status not in {"SENT", "OVER_DUE"}:
        yield ILLEGAL
    means = scene.method(recurs=order.type != "ONE_TIME")
    waits = order.due_at is None and order.basket is not None and order.status in UNPAID_ORDER
    free = waits and order.basket is not None and say.cost_of(scene, order.basket) == 0
    fails, by_bill = scene.option("pays", "now") == "fails", {"RECURRING", "PAYMENT_METHOD"}
    if free and means and (fails or (not means[1].startswith("CARD") and changed is None)):
        yield WRONG
    if means is None or (means[1] == "VBANK" and (fails or order.type in by_bill)):
        yield WRONG


def unless_of_a_customer(scene: Scene) -> Whys:
    order = scene.order()
    if order is None:
        yield WRONG
    elif order.customer_id not in scene.customers:
        yield ILLEGAL


def pay(scene: Scene) -> None:
    order = scene.order()
    assert order is not None
    pay_order(scene, with_quantity(scene, order))


def pay_order(scene: Scene, order: Order) -> None:
    means = scene.method(recurs=order.type != "ONE_TIME")
    assert means is not None
    if order.basket is not None:
        pay_first(scene, order.id, order.basket, means)
        return
    known = scene.known.tables["orders"][order.id]
    if scene.option("pays", "now") == "fails":
        say.failed(scene, known, means)
    else:
        say.paid(scene, known, means, _effect(scene, order, means))


def _start(scene: Scene, number: int, basket: Basket, means: tuple[set[str], str], *, status: str = "ACTIVE") -> Data:
    gateways = {name for name in means[0] if "CARD_BILL" in OFFERED[name]} if means[1] == "VBANK" else means[0]
    return of_subscription.started(
        scene,
        list(basket.prices),
        scene.known.tables["orders"][number],
        quantity=basket.quantity,
        trial_of=basket.trial_of,
        gateways=gateways,
        status=status,
    )


def _effect(scene: Scene, order: Order, means: tuple[set[str], str]) -> Callable[[], Data]:
    """What being paid leads to: subscriptions start or renew, an invoice is PAID."""

    def start() -> Data:
        waiting = scene.waiting_for(order)
        if not waiting:
            assert order.basket is not None
            return _start(scene, order.id, order.basket, means)
        assert order.basket is not None
        for one in waiting:
            of_subscription.changed(
                scene,
                one,
                at="currentPeriod.startDateTime",
                status="ACTIVE",
                **_first_dates(scene, one, order.basket.trial_of(one.items[0].price)),
            )
        return {"subscriptions": [one.id for one in waiting]}

    def renew() -> Data:
        renew_now(scene, order.subscriptions[0], scene.known.tables["orders"][order.id])
        return {}

    effects: dict[str, Callable[[], Data]] = {"RECURRING_INITIAL": start, "RECURRING": renew, "ONE_TIME": dict}
    return lambda: _with_invoice(scene, order.invoice_id, effects[order.type])


def _with_invoice(scene: Scene, number: int | None, effect: Callable[[], Data]) -> Data:
    """The invoice of the order is PAID, right after the payment (fact 36), and then what else follows."""
    if number is not None:
        scene.burst.change("invoice.updated", "invoices", number, status="PAID")
    return effect()


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

    names = ("lastPaymentDate", "trialPeriod", "currentPeriod", *NO_RENEWAL)
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
    yield from unless_of_a_customer(scene)
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

    def take() -> None:
        changes = {"status": "COMPLETE", "paidAt": NOW, "niceCms": debit}
        scene.burst.change("payment.completed", "payments", payment.id, at="paidAt", **changes)

    say.settled(scene, order.id, _effect(scene, order, ({payment.gateway}, payment.method)), take)


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


RULES: dict[str, Any] = {
    "pay": (pay_refused, pay),
    "confirm_payment": (confirm_refused, confirm_payment),
    "reject_payment": (reject_refused, reject_payment),
}
