"""Fees of each renewal, and items that are added to running subscriptions or removed from them (fact 50)."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from store.bursts import burst, last_of

from steppay_mock import IllegalAction, SteppayMockError, Store
from steppay_mock.store.records import Price


def lines(store: Store) -> list[tuple[str, int]]:
    """Type and amount of the lines of the newest order."""
    return [(line["type"], line["paidAmount"]) for line in last_of(store, "order.payment_completed")["items"]]


def subscribed(**product: Any) -> tuple[Store, Price]:
    """A store with a subscription of 3,100 won for a month of 31 days, and a price that can be added to it."""
    fields: Any = {"price": 3_100, **product}
    store = Store(seed=1, product=fields)
    more = store.create_price(store.products[0], price=6_200)
    store.checkout()
    return store, more


# Fees.


def test_fact_50_a_periodic_fee_comes_at_each_renewal() -> None:
    store, _ = subscribed(setup_fee=500, setup_fee_type="PERIODIC")
    for _ in range(3):
        assert lines(store) == [("SKU", 3_100), ("FEE", 500)]
        fee = last_of(store, "order.payment_completed")["items"][1]
        assert fee["priceSetupType"] == "PERIODIC"
        assert fee["relatedOrderItemId"] == last_of(store, "order.payment_completed")["items"][0]["id"]
        assert last_of(store, "payment.completed")["paidAmount"] == 3_600
        store.advance(days=31)


def test_fact_50_an_initial_fee_comes_once() -> None:
    store, _ = subscribed(setup_fee=500)
    assert lines(store) == [("SKU", 3_100), ("FEE", 500)]
    assert last_of(store, "order.payment_completed")["items"][1]["priceSetupType"] == "INITIALLY"
    store.advance(days=31)
    assert lines(store) == [("SKU", 3_100)]


def test_fact_50_the_price_says_when_its_fee_comes() -> None:
    store = Store(seed=1)
    kinds: list[Any] = ["INITIALLY", "PERIODIC"]
    for kind in kinds:
        store.create_price(store.products[0], setup_fee=500, setup_fee_type=kind)
        assert last_of(store, "product.price.created")["setupOption"]["type"] == kind


def test_fees_of_both_kinds_are_two_lines_and_a_checkout_can_replace_them() -> None:
    store, more = subscribed(setup_fee=500)
    monthly = store.create_price(store.products[0], price=100, setup_fee=70, setup_fee_type="PERIODIC")
    store.checkout([store.price, monthly, more])
    assert lines(store) == [("SKU", 3_100), ("SKU", 100), ("SKU", 6_200), ("FEE", 70), ("FEE", 500)]
    store.checkout([store.price, monthly], setup_fee=9)
    assert lines(store) == [("SKU", 3_100), ("SKU", 100), ("FEE", 9)]
    store.advance(days=31)
    assert lines(store) == [("SKU", 3_100), ("SKU", 100), ("FEE", 70)]


def test_a_last_order_has_no_fee() -> None:
    store, _ = subscribed(billing="usage", setup_fee=500, setup_fee_type="PERIODIC")
    store.add_usage(amount=1)
    store.cancel()
    assert lines(store) == [("SKU", 3_100)]


def test_a_one_time_price_has_no_periodic_fee() -> None:
    store = Store(seed=1)
    with pytest.raises(SteppayMockError, match="a one-time price has no renewals"):
        store.create_price(store.products[0], billing="one_time", setup_fee_type="PERIODIC")


# Items.


def test_fact_50_an_added_item_is_settled_by_an_adds_line() -> None:
    store, more = subscribed()
    store.advance(days=11)
    assert burst(store, lambda: store.add_item(price=more, quantity=2)) == ["subscription.updated ACTIVE"]
    first, added = last_of(store, "subscription.updated")["items"]
    assert (first["isAdditional"], added["isAdditional"], added["quantity"]) == (False, True, 2)
    store.advance(days=20)
    assert lines(store) == [("SKU", 3_100), ("SKU", 12_400), ("ADDS", 12_400 * 20 // 31)]
    adds, order = last_of(store, "order.payment_completed")["items"][2], last_of(store, "order.created")
    assert (adds["quantity"], adds["relatedOrderItemId"]) == (1, order["items"][0]["id"])
    assert order["discountedAmount"] == 0
    store.advance(days=28)
    assert lines(store) == [("SKU", 3_100), ("SKU", 12_400)], "it is settled once"


def test_an_added_item_has_the_interval_that_the_subscription_has_now() -> None:
    store, monthly = subscribed()
    quarterly = store.create_price(store.products[0], price=18_000, interval_count=3)
    store.change_interval(interval="MONTH", count=3)
    with pytest.raises(SteppayMockError, match=r"has interval_count=3, and the price .* has interval_count=1"):
        store.add_item(price=monthly)
    store.add_item(price=quarterly)
    assert [item.price.code for item in store.subscription.items] == [store.price.code, quarterly.code]


def test_fact_50_a_removed_item_is_settled_by_an_adds_line_below_zero() -> None:
    store, more = subscribed()
    store.checkout([store.price, more])
    store.advance(days=11)
    removed = store.subscription.items[1].id
    assert burst(store, lambda: store.remove_item(item=removed)) == ["subscription.updated ACTIVE"]
    assert [item["subscriptionItemId"] for item in last_of(store, "subscription.updated")["items"]] == [
        store.subscription.items[0].id
    ]
    store.advance(days=20)
    assert lines(store) == [("SKU", 3_100), ("ADDS", -3_100)], "of -4,000 no more than the order costs"
    assert store.subscription.balance == 3_100 - 4_000
    store.advance(days=28)
    assert lines(store) == [("SKU", 3_100), ("ADDS", -900)], "and the rest next time"


def test_what_is_added_and_removed_costs_the_time_between() -> None:
    store, more = subscribed()
    store.advance(days=1)
    added = store.add_item(price=more).items[-1].id
    store.advance(days=10)
    store.remove_item(item=added)
    store.advance(days=20)
    assert lines(store) == [("SKU", 3_100), ("ADDS", 6_200 * 10 // 31)]


def test_items_cost_nothing_in_a_trial() -> None:
    store, more = subscribed()
    store.checkout(trial_days=10)
    store.add_item(price=more)
    store.advance(days=10)
    assert lines(store) == [("SKU", 3_100), ("SKU", 6_200)]


def test_a_difference_waits_until_a_renewal_is_paid() -> None:
    store, more = subscribed()
    store.add_item(price=more)
    store.decline_payments(times=2)
    store.advance(days=31)
    assert store.subscription.balance == 6_200
    store.advance(days=4)
    assert (store.subscription.status, store.subscription.balance) == ("ACTIVE", 0)


def test_the_usage_of_a_removed_item_is_billed() -> None:
    store, _ = subscribed(billing="usage")
    second = store.create_price(store.products[0], billing="usage", price=10)
    store.checkout([store.price, second])
    first, item = store.subscription.items
    store.add_usage(amount=7, item=item.id)
    store.remove_item(item=item.id)
    assert store.state()["usage"] == {}
    store.add_usage(amount=1, item=first.id)
    store.cancel()
    assert lines(store) == [("SKU", 3_100), ("ADDS", 70)]


TERMS: list[tuple[str, Any, Any]] = [
    ("interval", "WEEK", "MONTH"),
    ("interval_count", 2, 1),
    ("membership_months", 6, 0),
    ("expires_after_renewals", 3, 0),
    ("billing_day", 20, None),
    ("provide_start_day", 20, None),
    ("postpaid", True, False),
]


@pytest.mark.parametrize(("name", "other", "theirs"), TERMS, ids=[name for name, *_ in TERMS])
def test_fact_44_an_item_is_added_only_if_it_agrees_in_each_criterion(name: str, other: Any, theirs: Any) -> None:
    store, _ = subscribed(billing="unit")
    differs: Any = {"billing": "unit", name: other}
    price = store.create_price(store.products[0], **differs)
    with pytest.raises(SteppayMockError) as caught:
        store.add_item(price=price)
    assert str(caught.value) == (
        f"Subscription {store.subscription.id} has {name}={theirs!r}, and the price {price.code} has {name}={other!r}. "
        f"Add a price with the same terms (fact 44), or start another subscription: store.checkout({price.code!r})."
    )
    store.checkout(price)
    store.add_item(price=price)
    assert len(store.subscription.items) == 2


def test_fact_44_an_item_that_is_added_shares_the_trial_of_the_subscription() -> None:
    store, more = subscribed()
    trial = store.create_price(store.create_product(trial_days=5), price=100)
    store.add_item(price=trial)
    store.checkout(trial_days=10)
    end = store.subscription.period.end
    for price in (more, trial):
        store.add_item(price=price)
    assert (store.subscription.period.end, store.subscription.next_at) == (end, end)


def test_a_price_that_does_not_recur_is_no_item() -> None:
    store, _ = subscribed()
    price = store.create_price(store.products[0], billing="one_time")
    with pytest.raises(SteppayMockError, match=r"does not recur, so no subscription can have it\. Sell it by itself: "):
        store.add_item(price=price)


def test_fact_49_an_item_is_added_only_if_its_product_is_on_sale_and_there_are_enough() -> None:
    store, _ = subscribed()
    other = store.create_product(stock=2)
    count = len(store.events)
    with pytest.raises(IllegalAction, match=r"^Cannot order 3: product \S+ is down to 2 in stock\. Add some: "):
        store.add_item(price=other.prices[0], quantity=3)
    assert len(store.events) == count
    store.add_item(price=other.prices[0], quantity=2)
    store.update_product(other, status="OUT_OF_STOCK")
    with pytest.raises(
        IllegalAction, match=r"^Cannot order the product: product \S+ is OUT_OF_STOCK\. Put it on sale: "
    ):
        store.add_item(price=other.prices[0])


def test_the_only_item_is_not_removed_and_only_active_subscriptions_change() -> None:
    store, more = subscribed()
    item = store.subscription.items[0].id
    with pytest.raises(IllegalAction, match=r"is the only one\. Cancel the subscription: store\.cancel\(\)\."):
        store.remove_item(item=item)
    store.pause()
    with pytest.raises(IllegalAction, match="is PAUSE"):
        store.add_item(price=more)
    with pytest.raises(IllegalAction, match="is PAUSE"):
        store.remove_item(item=item)


# Items that are replaced.


def test_items_that_are_not_named_are_removed_at_once_and_quantities_count_later() -> None:
    store, more = subscribed()
    store.add_item(price=more)
    first, second = store.subscription.items
    assert burst(store, lambda: store.replace_items(quantities={first.id: 3})) == ["subscription.updated ACTIVE"]
    assert [(item.id, item.quantity) for item in store.subscription.items] == [(first.id, 3)]
    assert store.subscription.balance == 0, "what was added and removed in one moment costs nothing"
    with pytest.raises(SteppayMockError, match=rf"^Subscription \d+ has no item {second.id}\. It has {first.id}\.$"):
        store.replace_items(quantities={second.id: None})
    store.advance(days=31)
    assert lines(store) == [("SKU", 9_300)]


def test_the_rest_of_what_is_replaced_is_settled() -> None:
    store, more = subscribed()
    store.add_item(price=more, quantity=2)
    store.add_item(price=more)
    store.advance_to(store.subscription.period.end.replace(tzinfo=UTC) - timedelta(days=10))
    count = store.subscription.balance
    store.replace_items(quantities={store.subscription.items[0].id: None})
    assert count - store.subscription.balance == 3 * 2_000


def test_no_item_and_the_same_items_are_refused() -> None:
    store, _ = subscribed()
    [item] = store.subscription.items
    number = store.subscription.id
    with pytest.raises(SteppayMockError) as refusal:
        store.replace_items(quantities={})
    assert str(refusal.value) == (
        f"quantities={{}} names no item. Give quantities by id, such as {{{item.id}: 2}}, or cancel the subscription."
    )
    with pytest.raises(SteppayMockError) as refusal:
        store.replace_items(quantities={item.id: 1})
    assert str(refusal.value) == f"Subscription {number} has these items already. Give others."
