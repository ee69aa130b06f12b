"""The stores and objects that an action of the machine acts on, chosen by dice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from store.machine_dice import Dice, one_of, seldom

from steppay_mock import Store
from steppay_mock.store.records import Customer, Invoice, Order, Price, Subscription

Thing = TypeVar("Thing", Customer, Invoice, Order, Subscription)

_FEW = 6
_STARTS = (
    datetime(2025, 1, 15, 3, tzinfo=UTC),
    datetime(2024, 1, 31, 23, 59, 59, 999_000, tzinfo=UTC),
    datetime(2023, 8, 31, 12, tzinfo=UTC),
    datetime(2024, 2, 29, tzinfo=UTC),
    datetime(2025, 12, 31, 15, 0, 0, 1, tzinfo=UTC),
)
_INTERVALS = (("MONTH", 1), ("MONTH", 1), ("WEEK", 1), ("MONTH", 3), ("WEEK", 2), ("YEAR", 1), ("DAY", 10), ("DAY", 3))
_TABLES = ([(50, 0), (100, 10), (None, 2)], [(None, 300)])


def any_store(dice: Dice) -> Store:
    """A store with any options and assumptions."""
    products: list[Any] = [{}, {"billing": "usage"}, {"billing": "usage", "quota": 100}, {"interval": "WEEK"}, None]
    assumptions: dict[str, Any] = {
        "order_updated_when_paid": not seldom(dice, 25),
        "order_updated_when_failed": not seldom(dice, 25),
        "order_updated_again": one_of(dice, [(), (), (10, 20), (1,)]),
        "seconds_to_pay": one_of(dice, [80, 80, 0, 3000]),
        "prices_created_with_product": not seldom(dice, 25),
        "queue_renewals": seldom(dice, 30),
        "incomplete_before_payment": seldom(dice, 40),
        "renewals_fail_without_stock": seldom(dice, 50),
        "retry_days": one_of(dice, [(1, 3, 5, 10, 14), (1, 3, 5, 10, 14), (1,), (2, 40)]),
        "notice_days": one_of(dice, [None, 3, 1, 10]),
        "step_cover": one_of(dice, ["off", "off", "pause", "cancel"]),
        "cover_messages": one_of(dice, [4, 1]),
        "partial_cancel_ends_subscriptions": seldom(dice, 30),
        "cover_days": one_of(dice, [(3, 5, 7, 11), (1, 2, 3, 10, 40), (2, 9), 3]),
        "virtual_account_days": one_of(dice, [7, 1, 40]),
    }
    return Store(
        seed=dice.whole(0, 10_000),
        start=one_of(dice, _STARTS),
        locale=one_of(dice, ["ko_KR", "en_US"]),
        currency=one_of(dice, ["KRW", "USD"]),
        customer=None if seldom(dice, 10) else {},
        product=one_of(dice, products),
        is_test=one_of(dice, [True, False, None]),
        nulls=one_of(dice, ["omit", "null", "mixed"]),
        assumptions=assumptions,
    )


def any_price(dice: Dice) -> Any:
    """What can be said of a price."""
    billing = one_of(dice, ["flat", "usage", "unit", "one_time", "usage"])
    unit, count = one_of(dice, _INTERVALS)
    amount: dict[str, Any] = {"price": dice.whole(1, 200) * 100}
    if seldom(dice, 40 if billing == "usage" else 3):
        amount = {"usage_table": one_of(dice, _TABLES), "usage_table_type": one_of(dice, ["per_unit", "per_range"])}
    return {
        **amount,
        "billing": billing,
        "interval": unit,
        "interval_count": count,
        "setup_fee": one_of(dice, [0, 0, 5000]),
        "setup_fee_type": one_of(dice, ["INITIALLY"] if billing == "one_time" else ["INITIALLY", "PERIODIC"]),
        "postpaid": one_of(dice, [None, True]) if billing == "unit" or seldom(dice, 2) else None,
        "quota": dice.whole(1, 300) if seldom(dice, 60 if billing == "usage" else 3) else None,
        "membership_months": one_of(dice, [0, 0, 0, 1, 3]),
        "expires_after_renewals": one_of(dice, [0, 0, 0, 1, 2]),
        "billing_day": one_of(dice, [None, None, 1, 28]) if unit == "MONTH" and billing != "one_time" else None,
        "provide_start_day": one_of(dice, [None, 5]) if unit == "MONTH" and billing != "one_time" else None,
    }


def any_product(dice: Dice) -> Any:
    kind = one_of(dice, ["SOFTWARE", "BOX", "BUNDLE"])
    return {
        **any_price(dice),
        "type": kind,
        "trial_days": one_of(dice, [0, 0, 0, 7]),
        "stock": one_of(dice, [None, None, None, None, None, 3, 60]),
    }


def any_amount(dice: Dice, store: Store, most: int = 30_000) -> int | float | Decimal:
    """An amount that the currency can have, and now and then one that it cannot."""
    if store.currency == "KRW" and not seldom(dice, 2):
        return dice.whole(0, most)
    cents = dice.whole(0, most * 100)
    return Decimal(cents) / 100 if seldom(dice, 50) else cents / 100


def one_thing(dice: Dice, things: Sequence[Thing], *states: str) -> Thing | int | None:
    """A new one mostly, as it is or by its id; None for the one that is meant anyway. Half of them in these states."""
    if states and seldom(dice, 50):
        things = [one for one in things if not isinstance(one, Customer) and one.status in states]
    if not things or seldom(dice, 5):
        return None if not seldom(dice, 10) else 7
    found = things[~dice.whole(0, min(len(things), _FEW) - 1)]
    return found.id if seldom(dice, 20) else found


def one_price(dice: Dice, store: Store) -> Price | str | None:
    """The price of a product; None for the one that is meant anyway."""
    prices = [price for product in store.products[-_FEW:] for price in product.prices]
    if not prices or seldom(dice, 5):
        return None
    found = prices[~dice.whole(0, min(len(prices), 2 * _FEW) - 1)]
    return found.code if seldom(dice, 20) else found


def one_item(dice: Dice, store: Store, subscription: Subscription | int | None) -> int | None:
    """One of its items; None for the one that is meant anyway."""
    if subscription is None or seldom(dice, 50):
        return None
    number = subscription if isinstance(subscription, int) else subscription.id
    found = next((one for one in store.subscriptions if one.id == number), None)
    return None if found is None else one_of(dice, [item.id for item in found.items])
