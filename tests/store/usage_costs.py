"""What usage costs, computed from the price as its webhook has it (fact 47)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from store.action_orders import exact
from store.action_scene import Scene

from steppay_mock.store.records import Price

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
