"""What adding items to subscriptions and removing them does, and when it is refused (fact 50)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from store import action_subscriptions as of_subscription
from store.action_scene import ILLEGAL, WRONG, Scene, Whys
from store.usage_costs import cost_in_advance, cost_of_seats, cost_of_units, in_coins, seats, share_of

from steppay_mock.store.records import Item, Subscription


def add_refused(scene: Scene) -> Whys:
    found, price = scene.subscription(), scene.sold()
    yield from scene.unless_allowed(found, "add an item")
    if found is None or price is None or not price.recurs:
        yield WRONG
        return
    first = found.items[0].price
    pairs = (
        (getattr(first, name), getattr(price, name))
        for name in ("unit", "count", "membership", "renewals", "billing_day", "provide_start_day", "is_postpaid")
    )
    if any(theirs != other for theirs, other in pairs):
        yield WRONG
    if not 1 <= scene.option("quantity", 1) <= 100_000:
        yield WRONG
    yield from scene.unless_on_sale([price], scene.option("quantity", 1))


def add_item(scene: Scene) -> None:
    found, price = scene.subscription(), scene.sold()
    assert found is not None
    number = scene.option("quantity", 1)
    items = list(scene.known.tables["subscriptions"][found.id]["items"])
    items.append(of_subscription.item_of(scene, price, quantity=number, added=True))
    of_subscription.changed(scene, found, items=items)
    if not price.is_postpaid:
        _owe(scene, found, _rest(scene, found) * Fraction(cost_in_advance(scene, price) * number))


def remove_refused(scene: Scene) -> Whys:
    found = scene.subscription()
    yield from scene.unless_allowed(found, "remove an item")
    if found is None:
        return
    yield from scene.unless_possible_item(found)
    if len(found.items) == 1:
        yield ILLEGAL


def remove_item(scene: Scene) -> None:
    found = scene.subscription()
    assert found is not None
    place = scene.place_of_item(found)
    item = found.items[place]
    items = list(scene.known.tables["subscriptions"][found.id]["items"])
    del items[place]
    _owe(scene, found, _cost_of_removed(scene, found, item))
    scene.memory.bought.pop(item.id, None)
    of_subscription.changed(scene, found, items=items)


def replace_refused(scene: Scene) -> Whys:
    found, wanted = scene.subscription(), scene.given["quantities"]
    yield from scene.unless_allowed(found, "replace the items")
    if not wanted or any(one is not None and not 1 <= one <= 100_000 for one in wanted.values()):
        yield WRONG
    if found is None:
        return
    have = {item.id: item.quantity for item in found.items}
    if set(wanted) - set(have) or {number: one or have.get(number) for number, one in wanted.items()} == have:
        yield WRONG


def replace_items(scene: Scene) -> None:
    """Those that are not named are removed; another quantity costs from the next renewal on."""
    found, wanted = scene.subscription(), scene.given["quantities"]
    assert found is not None
    kept = []
    for item, told in zip(found.items, scene.known.tables["subscriptions"][found.id]["items"], strict=True):
        if item.id in wanted:
            kept.append({**told, "quantity": wanted[item.id] or item.quantity})
        else:
            _owe(scene, found, _cost_of_removed(scene, found, item))
            scene.memory.bought.pop(item.id, None)
    of_subscription.changed(scene, found, items=kept)


def _cost_of_removed(scene: Scene, found: Subscription, item: Item) -> Any:
    """Below 0 is what is left of a prepaid item; a postpaid one costs what was used of it."""
    if not item.price.is_postpaid:
        number = seats(scene, item) if item.price.billing == "UNIT_BASED" else item.quantity
        return -_rest(scene, found) * Fraction(cost_in_advance(scene, item.price) * number)
    if item.price.billing == "UNIT_BASED":
        return Fraction(cost_of_seats(scene, item, found, until=scene.ended))
    usage = scene.known.tables["usage"].get(item.id)
    if usage is None or usage["accumulatedQuota"] is not None:
        return 0
    return Fraction(cost_of_units(scene, item.price, usage["accumulatedRecord"]))


def _rest(scene: Scene, found: Subscription) -> Fraction:
    """The part of the period that is left; nothing in a trial, which is free. The action has one moment."""
    end = found.period.end
    return Fraction(0) if found.period == found.trial else share_of(found, min(scene.ended, end), end)


def _owe(scene: Scene, found: Subscription, cost: Any) -> None:
    sign = -1 if cost < 0 else 1
    owed = scene.memory.balance.get(found.id, Decimal(0))
    scene.memory.balance[found.id] = owed + sign * in_coins(scene, Fraction(abs(cost)))


RULES: dict[str, Any] = {
    "add_item": (add_refused, add_item),
    "remove_item": (remove_refused, remove_item),
    "replace_items": (replace_refused, replace_items),
}
