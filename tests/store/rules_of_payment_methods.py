"""What the actions on payment methods do, and when they are refused (fact 25)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from store import action_orders as say
from store.action_scene import ENDED, ILLEGAL, WRONG, Scene, Whys
from store.rules_of_payments import pay_first
from store.rules_of_time import come_due

from steppay_mock.store.records import Basket, Price, Subscription


def change_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed(scene.subscription(), "change the payment method")
    yield from _unless_by_bill(scene)


def change_payment_method(scene: Scene) -> None:
    found = scene.subscription()
    assert found is not None
    _given(scene, found.items[0].price, customer=found.customer_id, subscriptions=(found.id,), is_of_customer=False)


def give_refused(scene: Scene) -> Whys:
    yield from _unless_by_bill(scene)
    if scene.buyer() is None or _price_shown(scene) is None:
        yield WRONG


def add_payment_method(scene: Scene) -> None:
    """No subscription charges it."""
    _given(scene, _price_shown(scene), customer=scene.buyer().id, subscriptions=(), is_of_customer=True)


def replace_payment_method(scene: Scene) -> None:
    """All of the customer's subscriptions charge it."""
    running = tuple(one.id for one in _running(scene))
    _given(scene, _price_shown(scene), customer=scene.buyer().id, subscriptions=running, is_of_customer=True)


def remove_refused(scene: Scene) -> Whys:
    owner, card = scene.buyer(), scene.given["card"]
    if owner is None or card not in _cards(scene, owner.id):
        yield WRONG
    elif any(one.card == card for one in _running(scene)):
        yield ILLEGAL


def remove_payment_method(scene: Scene) -> None:
    """No event tells of it."""
    scene.memory.removed.add((scene.buyer().id, scene.given["card"]))


def _unless_by_bill(scene: Scene) -> Whys:
    means = scene.method(recurs=True)
    if means is None or not means[1].endswith("_BILL"):
        yield WRONG


def _running(scene: Scene) -> list[Subscription]:
    waits_or_ended = {*ENDED, "INCOMPLETE"}
    found = scene.subscriptions.values()
    return [one for one in found if one.customer_id == scene.buyer().id and one.status not in waits_or_ended]


def _price_shown(scene: Scene) -> Any:
    """The order names what the customer's newest subscription buys, or what the store sells."""
    running = _running(scene) if scene.buyer() else []
    return running[-1].items[0].price if running else scene.price


def _cards(scene: Scene, customer: int) -> set[str | None]:
    baskets = [one.basket for one in scene.orders.values() if one.customer_id == customer]
    given = {one.card for one in scene.subscriptions.values() if one.customer_id == customer}
    given |= {one.card for one in baskets if one is not None and one.is_of_customer and one.card is not None}
    return {card for card in given if (customer, card) not in scene.memory.removed}


def _given(scene: Scene, price: Price, *, customer: int, subscriptions: tuple[int, ...], is_of_customer: bool) -> None:
    """An order that costs nothing and waits; the method is given when it is paid on the page."""
    means = scene.method(recurs=True)
    assert means is not None
    order = say.created(
        scene, "PAYMENT_METHOD", [say.line_of(scene, price, quantity=0, amount=0)], customer=customer, days=None
    )
    if scene.option("pays", "now") == "later":
        return
    paying = scene.burst.stamp + timedelta(seconds=scene.assumed.seconds_to_pay)
    come_due(scene, until=paying)
    scene.burst.stamp = max(scene.burst.stamp, paying)
    told = scene.known.tables["subscriptions"]
    if is_of_customer or any(told[number]["status"] not in ENDED for number in subscriptions):
        basket = Basket(
            prices=(price,),
            pays_for=subscriptions,
            is_of_customer=is_of_customer,
            gateway=min(means[0]),
            method=means[1],
        )
        pay_first(scene, order["id"], basket, means)


RULES: dict[str, Any] = {
    "change_payment_method": (change_refused, change_payment_method),
    "add_payment_method": (give_refused, add_payment_method),
    "replace_payment_method": (give_refused, replace_payment_method),
    "remove_payment_method": (remove_refused, remove_payment_method),
}
