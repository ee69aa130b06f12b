"""What usage costs and how it is counted, fact by fact."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store.bursts import last_of

from steppay_mock import SteppayMockError, Store
from steppay_mock.store.usage_table import UsageTable

# Fact 47, as documented. The bounds of the first table are those of the second one (assumed).
PER_RANGE: Any = [(1_000, 0), (10_000, 20_000), (50_000, 20_000), (100_000, 20_000), (None, 20_000)]
PER_UNIT: Any = [(1_000, 0), (10_000, 10), (50_000, 5), (100_000, 2), (None, 1)]
FIGURES = [
    *(("per_range", used, cost) for used, cost in ((1_000, 0), (1_500, 20_000), (12_000, 40_000), (150_000, 80_000))),
    *(("per_unit", used, cost) for used, cost in ((1_000, 0), (1_500, 5_000), (12_000, 100_000), (150_000, 440_000))),
]
TABLES = {"per_range": PER_RANGE, "per_unit": PER_UNIT}


def metered(kind: str, **fields: Any) -> Store:
    """A store that sells usage by this table."""
    product: Any = {"billing": "usage", "usage_table": TABLES[kind], "usage_table_type": kind, **fields}
    return Store(seed=1, product=product)


@pytest.mark.parametrize(("kind", "used", "cost"), FIGURES)
def test_fact_47_usage_by_range_costs_what_the_vendors_figures_say(kind: str, used: int, cost: int) -> None:
    store = metered(kind)
    assert store.checkout().amount == 0
    store.add_usage(amount=used)
    store.advance(days=31)
    assert (store.order.type, store.order.amount) == ("RECURRING", cost)


@pytest.mark.parametrize(("kind", "quota", "cost"), FIGURES)
def test_fact_47_a_prepaid_quota_costs_by_range_too(kind: str, quota: int, cost: int) -> None:
    store = metered(kind, quota=quota)
    assert store.checkout().amount == cost
    store.advance(days=31)
    assert store.order.amount == cost
    store.checkout(quantity=2)
    assert store.order.amount == 2 * cost


@pytest.mark.parametrize(
    ("kind", "written"),
    [("per_unit", "USAGE_BASED_WITH_RANGE"), ("per_range", "USAGE_BASED_WITH_RANGE_AND_FIXED_PRICE")],
)
def test_fact_47_the_webhook_of_a_price_has_its_ranges(kind: Any, written: str) -> None:
    store = Store(seed=1)
    store.create_price(store.products[0], billing="usage", usage_table=TABLES[kind], usage_table_type=kind)
    price = last_of(store, "product.price.created")
    assert (price["price"], price["additionalBilling"]["type"]) == (0, written)
    ranges = price["additionalBilling"]["ranges"]
    assert [(one.get("until"), one["price"]) for one in ranges] == TABLES[kind]
    assert len({one["id"] for one in ranges}) == len(ranges)
    store.create_price(store.products[0])
    assert "additionalBilling" not in last_of(store, "product.price.created")


@given(
    ends=st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True).map(sorted),
    prices=st.lists(st.integers(0, 9), min_size=6, max_size=6),
    used=st.integers(0, 80),
)
def test_a_table_costs_what_counting_unit_by_unit_gives(ends: list[int], prices: list[int], used: int) -> None:
    ranges = tuple(zip([*ends, None], prices, strict=False))
    range_of_unit = [sum(end < unit for end in ends) for unit in range(1, used + 1)]
    assert UsageTable(type="per_unit", ranges=ranges).cost(used) == sum(prices[place] for place in range_of_unit)
    assert UsageTable(type="per_range", ranges=ranges).cost(used) == sum(prices[place] for place in set(range_of_unit))


def test_a_last_order_and_more_quota_cost_by_range() -> None:
    store = metered("per_unit")
    store.checkout()
    store.add_usage(amount=1_500)
    store.cancel()
    assert store.order.amount == 5_000
    store = metered("per_unit", quota=1_000)
    store.checkout()
    store.top_up(quota=500)
    assert store.order.amount == 5_000


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"usage_table": []}, "usage_table=[] is not a list of ranges. Give rising numbers of units with their prices"),
        ({"usage_table": [5]}, "usage_table[0]=5 is not a number of units and a price. Give rising"),
        ({"usage_table": [(5, 1)]}, "usage_table[0] ends at 5: expected None, because usage has no end. Give"),
        (
            {"usage_table": [(5, 1), (5, 2), (None, 3)]},
            "usage_table[1] ends at 5: expected a whole number from 6 to 10^15. Give",
        ),
        ({"usage_table": [(None, 1), (None, 3)]}, "usage_table[0] ends at None: expected a whole number from 1 to"),
        ({"usage_table": [(None, -1)]}, "usage_table[0]=-1: give an amount from 0 to 1,000,000,000,000."),
        ({"usage_table": PER_UNIT, "usage_table_type": "unit"}, "usage_table_type='unit': expected 'per_unit' or 'per"),
        ({"usage_table": PER_UNIT, "price": 5}, "usage_table has the prices of billing='usage', so it has no other"),
        ({"usage_table": PER_UNIT, "billing": "flat"}, "usage_table has the prices of billing='usage', so it has no"),
    ],
)
def test_a_table_that_cannot_be_is_refused(fields: dict[str, Any], message: str) -> None:
    store = Store(seed=1)
    with pytest.raises(SteppayMockError) as caught:
        store.create_price(store.products[0], **{"billing": "usage", **fields})
    assert str(caught.value).startswith(message)


def test_the_amount_of_a_price_with_a_table_does_not_change() -> None:
    store = metered("per_unit")
    with pytest.raises(SteppayMockError, match=r"has a usage_table, and no amount to change\. Create another price\."):
        store.update_price(store.price, amount=5)


@pytest.mark.parametrize("via", ["V1", "MANAGER", "CUSTOMER", "SYSTEM"])
def test_fact_48_an_entry_says_who_added_it(via: Any) -> None:
    store = Store(seed=1, product={"billing": "usage", "quota": 10})
    store.checkout()
    store.add_usage(amount=1, via=via)
    store.top_up(quota=5, via=via)
    entries = last_of(store, "subscription.usage.added")["recordQuotas"]
    assert [entry["via"] for entry in entries] == ["SYSTEM", via, via], "a period begins by SYSTEM"


def test_fact_48_usage_is_added_by_the_api_unless_said_otherwise() -> None:
    store = Store(seed=1, product={"billing": "usage", "quota": 10})
    store.checkout()
    store.add_usage(amount=1)
    store.top_up(quota=5)
    assert [entry["via"] for entry in last_of(store, "subscription.usage.added")["recordQuotas"]][1:] == ["V1", "V1"]
    for act in (lambda via: store.add_usage(amount=1, via=via), lambda via: store.top_up(quota=1, via=via)):
        with pytest.raises(SteppayMockError, match=r"via='API' is not among 'V1', 'MANAGER', 'SYSTEM' or 'CUSTOMER'\."):
            act("API")
