"""What the buyer may choose on the page when an order is paid, and what the choice makes of the order."""

from __future__ import annotations

from dataclasses import replace

from store import action_orders as say
from store.action_scene import ILLEGAL, WRONG, Scene, Whys

from steppay_mock.store.records import Order


def unless_chosen(scene: Scene, order: Order) -> Whys:
    quantity = scene.option("quantity")
    if scene.option("reason") is not None and scene.option("pays", "now") != "fails":
        yield WRONG
    if quantity is None:
        return
    if _is_chosen(order):
        yield ILLEGAL
    basket = with_quantity(scene, order).basket
    if basket is not None:
        yield from scene.unless_on_sale(list(basket.prices), quantity)
        if say.cost_of(scene, basket) < 0:
            yield WRONG


def with_quantity(scene: Scene, order: Order) -> Order:
    quantity = scene.option("quantity")
    if quantity is None or order.basket is None or _is_chosen(order):
        return order
    return replace(order, basket=replace(order.basket, quantity=quantity))


def _is_chosen(order: Order) -> bool:
    """Whether the quantity is fixed: the buyer has chosen (fact 42), or there is nothing to choose."""
    return order.due_at is not None or order.basket is None or order.type == "PAYMENT_METHOD"
