"""What the period of a subscription costs at its end, and what a subscription sends when it ends (fact 45)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from store import action_orders as say
from store import action_subscriptions as of_subscription
from store.action_burst import Data, exact
from store.action_scene import Scene
from store.usage_costs import cost_in_advance, cost_of_seats, cost_of_units, seats

from steppay_mock.store.records import Item, Subscription


def lines_due(scene: Scene, subscription: Subscription, items: Sequence[Item], *, is_last: bool = False) -> list[Data]:
    """The lines of a RECURRING order: what each item costs, or its usage where that is paid afterwards.

    Beside them are fees that come with each renewal, and what is to settle of items that were added or removed.
    """
    lines = []
    for item in items:
        number = item.quantity
        if item.price.billing == "UNIT_BASED" and not item.price.is_postpaid:
            number = seats(scene, item)
        cost = _due(scene, subscription, item, number)
        lines.append(say.line_of(scene, item.price, quantity=number, amount=cost))
    setups = [scene.known.tables["prices"][item.price.code]["setupOption"] for item in items]
    fee = sum(one["price"] for one in setups if one and one["type"] == "PERIODIC" and not is_last)
    if fee:
        lines.append(say.line_beside(scene, "FEE", items[0].price, fee, setup="PERIODIC"))
    open_, total = scene.memory.balance.get(subscription.id, Decimal(0)), sum(line["paidAmount"] for line in lines)
    if open_ and max(open_, -total):
        lines.append(say.line_beside(scene, "ADDS", items[0].price, max(open_, -total)))
    return lines


def settle_difference(scene: Scene, order: Data, number: int) -> None:
    """Once such an order is paid, its ADDS line is no longer to settle."""
    for line in order["items"]:
        if line["type"] == "ADDS":
            scene.memory.balance[number] -= exact(line["paidAmount"])


def _due(scene: Scene, subscription: Subscription, item: Item, number: int) -> Any:
    if not item.price.is_postpaid:
        return cost_in_advance(scene, item.price) * number
    if item.price.billing == "UNIT_BASED":
        return cost_of_seats(scene, item, subscription, until=scene.burst.coming("createdAt"))
    usage = scene.known.tables["usage"].get(item.id)
    counted = usage is not None and usage["accumulatedQuota"] is None
    return cost_of_units(scene, item.price, usage["accumulatedRecord"] if usage and counted else 0)


def is_declined(scene: Scene, subscription: Subscription, order: Data) -> bool:
    """Whether the test lets the payment of this order fail."""
    declines = scene.memory.declines.get(subscription.id, 0)
    if declines > 0 and order["paidAmount"]:
        scene.memory.declines[subscription.id] = declines - 1
        return True
    return False


def end(scene: Scene, subscription: Subscription, status: str) -> None:
    """CANCELED or EXPIRED. Postpaid usage is billed before, unless an order is open already."""
    afterwards = [item for item in subscription.items if item.price.is_postpaid]
    if subscription.status in {"UNPAID", "INCOMPLETE"} or not afterwards:
        of_subscription.ended(scene, subscription, status)
        return
    lines = lines_due(scene, subscription, afterwards, is_last=True)
    order = say.created(scene, "RECURRING", lines, customer=subscription.customer_id, subscriptions=[subscription.id])
    means = ({subscription.gateway}, subscription.method)

    def over() -> Data:
        of_subscription.ended(scene, subscription, status)
        scene.effect_stamps.append(scene.burst.stamp)
        return {}

    if is_declined(scene, subscription, order):
        say.failed(scene, order, means)
        over()
    else:
        say.paid(scene, order, means, over)
