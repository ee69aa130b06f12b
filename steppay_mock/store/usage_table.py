"""The prices of usage by range (fact 47): the table, and how a user describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.chance import derive_seed
from steppay_mock.payload.coherence.fields import Amount, money
from steppay_mock.store.amounts import check_amount
from steppay_mock.values import check_choice

TableType = Literal["per_unit", "per_range"]

# Which of the two documented types has which meaning is inferred from their names.
_WRITTEN = {"per_unit": "USAGE_BASED_WITH_RANGE", "per_range": "USAGE_BASED_WITH_RANGE_AND_FIXED_PRICE"}
_EXAMPLE = "Give rising numbers of units with their prices, and None at the end: [(1000, 0), (10000, 10), (None, 5)]."


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTable:
    """A table of prices. A range reaches from the end of the one before it up to its own number of units."""

    type: str
    """``per_unit``: each unit costs the price of its range. ``per_range``: each range that is used costs its price."""
    ranges: tuple[tuple[int | None, Amount], ...]
    """The last unit of a range, or None for the last range, and its price."""

    def cost(self, units: int) -> Amount:
        """What this usage costs: the ranges add up."""
        total: Amount = 0
        start = 0
        for until, price in self.ranges:
            if units <= start:
                break
            within = (units if until is None else min(units, until)) - start
            total += price * within if self.type == "per_unit" else price
            start += within
        return total

    def written(self, price_code: str) -> dict[str, Any]:
        """The PriceAdditionalBilling of a webhook. Its ids follow from the code of the price."""
        return {
            "id": _id(price_code, "table"),
            "type": _WRITTEN[self.type],
            "ranges": [
                {"id": _id(price_code, place), "until": until, "price": money(price)}
                for place, (until, price) in enumerate(self.ranges)
            ],
        }


def read_usage_table(given: object, kind: object, *, currency: str) -> UsageTable | None:
    """The table that a user described, None if there is none; SteppayMockError if it cannot be one."""
    chosen = check_choice("usage_table_type", kind, get_args(TableType))
    if given is None:
        return None
    if not isinstance(given, tuple | list) or not given:
        raise SteppayMockError(f"usage_table={given!r} is not a list of ranges. {_EXAMPLE}")
    ranges: list[tuple[int | None, Amount]] = []
    start = 0
    for place, one in enumerate(given):
        if not isinstance(one, tuple | list) or len(one) != 2:
            raise SteppayMockError(f"usage_table[{place}]={one!r} is not a number of units and a price. {_EXAMPLE}")
        until = _read_end(one[0], start=start, place=place, is_last=place == len(given) - 1)
        ranges.append((until, check_amount(one[1], currency, f"usage_table[{place}]")))
        start = until or start
    return UsageTable(type=chosen, ranges=tuple(ranges))


def require_usage_alone(billing: str, amount: object) -> None:
    """Raise SteppayMockError if a price with a table is not for usage, or has another price too."""
    if billing != "USAGE_BASED" or amount is not None:
        raise SteppayMockError(
            "usage_table has the prices of billing='usage', so it has no other price. Give it with billing='usage', "
            "and without price."
        )


def _read_end(until: object, *, start: int, place: int, is_last: bool) -> int | None:
    if is_last and until is None:
        return None
    if is_last or isinstance(until, bool) or not isinstance(until, int) or not start < until <= 10**15:
        expected = "None, because usage has no end" if is_last else f"a whole number from {start + 1} to 10^15"
        raise SteppayMockError(f"usage_table[{place}] ends at {until!r}: expected {expected}. {_EXAMPLE}")
    return until


def _id(price_code: str, part: object) -> int:
    return 100_000 + derive_seed(price_code, "usage table", part) % 900_000
