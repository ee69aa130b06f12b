"""What usage and seats cost, computed from what webhooks say (facts 26 and 47)."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from store.action_burst import exact
from store.action_scene import Scene

from steppay_mock.store.records import Item, Price, Subscription

FOR_A_UNIT, FOR_A_RANGE = "USAGE_BASED_WITH_RANGE", "USAGE_BASED_WITH_RANGE_AND_FIXED_PRICE"


def cost_of_units(scene: Scene, price: Price, units: int) -> Decimal:
    """Unit by unit where a unit has a price, range by range where a range has one."""
    table: Any = scene.known.tables["prices"][price.code]["additionalBilling"]
    if table is None:
        return exact(price.amount) * units
    total, start = Decimal(0), 0
    for one in table["ranges"]:
        end = units if one["until"] is None else min(one["until"], units)
        if end > start:
            total += exact(one["price"]) * ((end - start) if table["type"] == FOR_A_UNIT else 1)
        start = max(start, end)
    return total


def cost_in_advance(scene: Scene, price: Price) -> Decimal:
    """What one of it costs before its period."""
    if price.is_postpaid:
        return Decimal(0)
    table = scene.known.tables["prices"][price.code]["additionalBilling"]
    return exact(price.amount) if table is None else cost_of_units(scene, price, price.quota or 0)


def counted(scene: Scene, item: Item) -> tuple[int, str | None]:
    """How much is used, and where the period begins that it was counted in."""
    usage = scene.known.tables["usage"].get(item.id)
    return (usage["accumulatedRecord"], usage["recordQuotas"][0]["influxDate"]) if usage else (0, None)


def seats(scene: Scene, item: Item) -> int:
    """The prepaid seats of the next period: the quantity and what was bought, and never fewer than are in use."""
    return max(item.quantity + scene.memory.bought.get(item.id, 0), counted(scene, item)[0])


def cost_of_seats(scene: Scene, item: Item, subscription: Subscription, *, until: datetime) -> Decimal:
    """The area under the curve: one seat for the whole period costs the price."""
    usage = scene.known.tables["usage"].get(item.id)
    if usage is None:
        return Decimal(0)
    period = subscription.period
    pending = subscription.end_at if subscription.status == "PENDING_CANCEL" else None
    until = min(until, max(period.end, pending or period.end))
    curve = [(period.start, usage["accumulatedRecord"])]
    if usage["recordQuotas"][0]["influxDate"] == period.start.isoformat():
        curve = [(datetime.fromisoformat(one["influxDate"]), one["accumulateRecord"]) for one in usage["recordQuotas"]]
    ends = [*(start for start, _ in curve[1:]), until]
    area = sum(
        (
            share_of(subscription, min(start, until), min(end, until)) * number
            for (start, number), end in zip(curve, ends, strict=True)
        ),
        Fraction(0),
    )
    return in_coins(scene, Fraction(exact(item.price.amount)) * area)


def share_of(subscription: Subscription, start: datetime, end: datetime) -> Fraction:
    """The part of the period between the two moments."""
    whole = subscription.period.end - subscription.period.start
    return Fraction(_micros(end - start), _micros(whole))


def in_coins(scene: Scene, amount: Fraction) -> Decimal:
    """Rounded to the smallest coin."""
    coin = Decimal(1) if scene.store.currency == "KRW" else Decimal("0.01")
    coins = amount / Fraction(coin)
    return (Decimal(coins.numerator) / Decimal(coins.denominator)).quantize(Decimal(1), ROUND_HALF_UP) * coin


def _micros(time: Any) -> int:
    micros: int = (time.days * 86_400 + time.seconds) * 10**6 + time.microseconds
    return micros
