"""What the actions on subscriptions and their usage do, and when they are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from math import inf
from typing import Any

from store import action_orders as say
from store import action_subscriptions as of_subscription
from store.action_burst import ANY_ID, NOW, Data, exact
from store.action_scene import ENDED, ILLEGAL, NO_RENEWAL, WRONG, Scene, Whys
from store.rules_of_billing import end
from store.rules_of_orders import cancel_open_order
from store.rules_of_time import come_due
from store.usage_costs import cost_of_units, counted, in_coins, seats, share_of

from steppay_mock.store.records import Item, Subscription

_MOST_AT_ONCE = 2**53


def _meant(scene: Scene) -> Subscription:
    found = scene.subscription()
    assert found is not None
    return found


# Its end and its pause.


def cancel_refused(scene: Scene) -> Whys:
    at = scene.option("at")
    action = "cancel at the end of the period" if scene.option("at_period_end") else "cancel"
    yield from scene.unless_allowed(scene.subscription(), action if at is None else "cancel at a given time")
    if at is not None and (scene.option("at_period_end") or at.replace(tzinfo=None) <= scene.now):
        yield WRONG


def cancel(scene: Scene) -> None:
    """At once, when the period ends, or at a given time (fact 46). A period that is over ends at once."""
    found, at = _meant(scene), scene.option("at")
    over = found.period.end if scene.option("at_period_end") else scene.now
    over = over if at is None else at.replace(tzinfo=None)
    cancel_open_order(scene, found.open_order)
    if over <= scene.now:
        end(scene, found, "CANCELED")
        return
    until = {"endDate": over.isoformat(), "pausedDateTime": None}
    of_subscription.changed(scene, found, status="PENDING_CANCEL", **until, **NO_RENEWAL)


def pause_refused(scene: Scene) -> Whys:
    action = "pause at the end of the period" if scene.option("at_period_end") else "pause"
    yield from scene.unless_allowed(scene.subscription(), action)
    if scene.option("until") is not None and not 1 <= scene.option("until")[0] <= 1_000:
        yield WRONG


def pause(scene: Scene) -> None:
    found = _meant(scene)
    if scene.option("at_period_end"):
        of_subscription.changed(scene, found, status="PENDING_PAUSE", **NO_RENEWAL)
    else:
        of_subscription.changed(scene, found, at="pausedDateTime", status="PAUSE", pausedDateTime=NOW, **NO_RENEWAL)


def undo_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed(scene.subscription(), "undo")


def undo(scene: Scene) -> None:
    _go_on(scene, {"status": "ACTIVE", "endDate": None})


def resume_refused(scene: Scene) -> Whys:
    yield from scene.unless_allowed(scene.subscription(), "resume")


def resume(scene: Scene) -> None:
    _go_on(scene, {"status": "ACTIVE", "pausedDateTime": None})


def _go_on(scene: Scene, changes: Data) -> None:
    """Within its period it renews at the end of that; later it renews now."""
    found = _meant(scene)
    if found.period.end > scene.now:
        renewal = scene.renewal(found.period.end, scene.now, expires=found.expires_at)
        of_subscription.changed(scene, found, **changes, **renewal)
        come_due(scene, until=scene.ended)
        return
    told = scene.known.tables["subscriptions"][found.id]
    wanted = {**told, **changes, "nextPaymentDate": NOW, "originNextPaymentDate": NOW}
    scene.burst.expect("subscription.updated", wanted, at="nextPaymentDate")
    come_due(scene, until=scene.ended, resumed=found.id)


# What is sold and how it is paid.


def change_plan_refused(scene: Scene) -> Whys:
    found, price = scene.subscription(), scene.sold()
    yield from scene.unless_allowed(found, "change the plan")
    if found is None or price is None:
        yield WRONG
        return
    impossible = list(scene.unless_possible_item(found))
    yield from impossible
    if not price.recurs or (len(found.items) > 1 and (price.unit, price.count) != (found.unit, found.count)):
        yield WRONG
    if not impossible and found.items[scene.place_of_item(found)].price == price:
        yield WRONG


def change_plan(scene: Scene) -> None:
    found, price = _meant(scene), scene.sold()
    place = scene.place_of_item(found)
    items = list(scene.known.tables["subscriptions"][found.id]["items"])
    old = found.items[place]
    ways = [(one.billing, one.is_postpaid) for one in (old.price, price)]
    if "UNIT_BASED" in {old.price.billing, price.billing} and ways[0] != ways[1]:
        scene.memory.bought.pop(old.id, None)
    items[place] = of_subscription.item_of(scene, price, quantity=old.quantity, number=old.id)
    of_subscription.changed(scene, found, items=items, intervalUnit=price.unit, intervalCount=price.count)


def change_quantity_refused(scene: Scene) -> Whys:
    found, quantity = scene.subscription(), scene.given["quantity"]
    yield from scene.unless_allowed(found, "change the quantity")
    if not 1 <= quantity <= 100_000:
        yield WRONG
    if found is not None:
        impossible = list(scene.unless_possible_item(found))
        yield from impossible
        if not impossible and found.items[scene.place_of_item(found)].quantity == quantity:
            yield WRONG


def change_quantity(scene: Scene) -> None:
    found = _meant(scene)
    items = list(scene.known.tables["subscriptions"][found.id]["items"])
    place = scene.place_of_item(found)
    items[place] = {**items[place], "quantity": scene.given["quantity"]}
    of_subscription.changed(scene, found, items=items)


def decline_refused(scene: Scene) -> Whys:
    found = scene.subscription()
    if found is None:
        yield WRONG
    elif found.status in ENDED:
        yield ILLEGAL


def decline_payments(scene: Scene) -> None:
    times = scene.option("times")
    scene.memory.declines[_meant(scene).id] = inf if times is None else times


def accept_refused(scene: Scene) -> Whys:
    if scene.subscription() is None:
        yield WRONG


def accept_payments(scene: Scene) -> None:
    scene.memory.declines.pop(_meant(scene).id, None)


# StepCover.


def _unless_in_cover(scene: Scene, action: str) -> Whys:
    yield from scene.unless_allowed(scene.subscription(), action)
    if scene.assumed.step_cover == "off":
        yield ILLEGAL


def postpone_refused(scene: Scene) -> Whys:
    yield from _unless_in_cover(scene, "postpone the StepCover message")


def postpone_message(scene: Scene) -> None:
    found = _meant(scene)
    assert found.next_at is not None
    later = max(found.next_at, scene.now) + timedelta(days=scene.assumed.postpone_days)
    of_subscription.changed(scene, found, nextPaymentDate=later.isoformat())
    of_subscription.message(scene, found, "cover.delayed_message", "REMIND", step=max(found.messages, 1), retry=later)


def move_refused(scene: Scene) -> Whys:
    yield from _unless_in_cover(scene, "move the payment date")
    found, to = scene.subscription(), scene.given["to"].replace(tzinfo=None)
    if to <= scene.now or (found is not None and found.next_at == to):
        yield WRONG


def move_payment_date(scene: Scene) -> None:
    found, to = _meant(scene), scene.given["to"].replace(tzinfo=None)
    of_subscription.changed(scene, found, nextPaymentDate=to.isoformat())
    of_subscription.message(
        scene, found, "cover.changed_payment_date", "DATE_CHANGED", step=max(found.messages, 1), retry=to
    )


# Usage (fact 26).


def _metered(scene: Scene, found: Subscription) -> Item | None:
    listed = [one for one in found.items if scene.option("item") in (None, one.id)]
    return next((one for one in listed if one.price.billing in {"USAGE_BASED", "UNIT_BASED"}), None)


def _begun(scene: Scene, found: Subscription, item: Item) -> Data | None:
    """The usage of this period, if there is some."""
    begun: Data | None = scene.known.tables["usage"].get(item.id)
    start = found.period.start.isoformat()
    return begun if begun and begun["recordQuotas"][0]["influxDate"] == start else None


def _sums(scene: Scene, found: Subscription, item: Item) -> tuple[int, int | None]:
    begun = _begun(scene, found, item)
    if begun:
        return begun["accumulatedRecord"], begun["accumulatedQuota"]
    if item.price.billing == "UNIT_BASED":  # they go on (fact 26)
        return counted(scene, item)[0], None if item.price.is_postpaid else seats(scene, item)
    return 0, item.price.quota


def _usage_refused(scene: Scene, action: str, amount: int) -> Whys:
    found = scene.subscription()
    yield from scene.unless_allowed(found, action)
    if not (-_MOST_AT_ONCE if action == "add usage" else 1) <= amount <= _MOST_AT_ONCE or amount == 0:
        yield WRONG
    if found is None:
        return
    yield from scene.unless_possible_item(found)
    item = _metered(scene, found)
    if item is None:
        yield ILLEGAL
        return
    used, quota = _sums(scene, found, item)
    if used + amount < 0:
        yield ILLEGAL
    if action == "top up" and quota is None:
        yield ILLEGAL
    if action == "add usage" and quota is not None and used + amount > quota:
        yield ILLEGAL


def add_usage_refused(scene: Scene) -> Whys:
    yield from _usage_refused(scene, "add usage", scene.given["amount"])


def add_usage(scene: Scene) -> None:
    _added(scene, record=scene.given["amount"], quota=0, via=scene.option("via", "V1"))


def _added(scene: Scene, *, record: int, quota: int, via: str) -> None:
    """subscription.usage.added: all entries of the period, of which the first is by SYSTEM, at the period's start."""
    found = _meant(scene)
    item = _metered(scene, found)
    assert item is not None
    begun = _begun(scene, found, item)
    used, allowed = _sums(scene, found, item)
    sums = None if allowed is None else allowed + quota
    start: Data = {
        "id": ANY_ID,
        "deltaQuota": allowed,
        "deltaRecord": used,
        "accumulateQuota": allowed,
        "accumulateRecord": used,
        "influxDate": found.period.start.isoformat(),
        "via": "SYSTEM",
    }
    entry: Data = {
        "id": ANY_ID,
        "deltaQuota": None if allowed is None else quota,
        "deltaRecord": record,
        "accumulateQuota": sums,
        "accumulateRecord": used + record,
        "influxDate": NOW,
        "via": via,
    }
    scene.burst.expect(
        "subscription.usage.added",
        {
            "id": begun["id"] if begun else ANY_ID,
            "subscriptionItemId": item.id,
            "accumulatedQuota": sums,
            "accumulatedRecord": used + record,
            "recordQuotas": [*(begun["recordQuotas"] if begun else [start]), entry],
        },
        at=lambda data: datetime.fromisoformat(data["recordQuotas"][-1]["influxDate"]),
    )


def top_up_refused(scene: Scene) -> Whys:
    yield from _usage_refused(scene, "top up", scene.given["quota"])
    if scene.option("price") is not None:
        yield from scene.unless_payable(scene.option("price"))


def top_up(scene: Scene) -> None:
    found = _meant(scene)
    item = _metered(scene, found)
    assert item is not None
    cost = _cost_of_quota(scene, found, item) if scene.option("price") is None else scene.option("price")
    line = say.line_of(scene, item.price, quantity=1, amount=cost)
    order = say.created(scene, "ADD_USAGE", [line], customer=found.customer_id)

    def add() -> Data:
        _added(scene, record=0, quota=scene.given["quota"], via=scene.option("via", "V1"))
        if item.price.billing == "UNIT_BASED":
            scene.memory.bought[item.id] = scene.memory.bought.get(item.id, 0) + scene.given["quota"]
        scene.effect_stamps.append(scene.burst.stamp)
        return {}

    say.paid(scene, order, ({found.gateway}, found.method), add)


def _cost_of_quota(scene: Scene, found: Subscription, item: Item) -> Any:
    """In proportion to the rest of the period (fact 25), counted from the moment of the order."""
    allowed, more = _sums(scene, found, item)[1] or 0, scene.given["quota"]
    if item.price.usage_table is not None:
        whole = Fraction(cost_of_units(scene, item.price, allowed + more) - cost_of_units(scene, item.price, allowed))
    else:
        whole = Fraction(exact(item.price.amount)) * more / (item.price.quota or 1)
    over = found.period.end
    return in_coins(scene, whole * share_of(found, min(scene.burst.coming("createdAt"), over), over))


RULES: dict[str, Any] = {
    "cancel": (cancel_refused, cancel),
    "pause": (pause_refused, pause),
    "undo": (undo_refused, undo),
    "resume": (resume_refused, resume),
    "change_plan": (change_plan_refused, change_plan),
    "change_quantity": (change_quantity_refused, change_quantity),
    "decline_payments": (decline_refused, decline_payments),
    "accept_payments": (accept_refused, accept_payments),
    "postpone_message": (postpone_refused, postpone_message),
    "move_payment_date": (move_refused, move_payment_date),
    "add_usage": (add_usage_refused, add_usage),
    "top_up": (top_up_refused, top_up),
}
