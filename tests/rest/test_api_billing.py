"""What the REST API answers of seats, usage tables, fees, added items, orders that wait, and drafts of invoices."""

from __future__ import annotations

from typing import Any

import pytest
from rest.api_client import ask, read
from rest_types import differences

from steppay_mock import Store, StoreApi


def calculated(store: Store) -> Any:
    """The next renewal of the newest subscription, as the API computes it."""
    answer = read(store, f"/api/v1/subscriptions/{store.subscription.id}/calculate")
    assert list(differences("SubscriptionCalculatedDTO", answer)) == []
    return answer


def usage(store: Store) -> Any:
    return read(store, f"/api/v1/usages?subscriptionItemId={store.subscription.items[0].id}")


def test_fact_42_an_order_that_waits_has_nothing_chosen_and_no_due_date() -> None:
    store = Store(seed=7)
    order = store.checkout(quantity=3, pays="later")
    waits = read(store, f"/api/v1/orders/{order.id}")
    assert [waits[name] for name in ("paidAmount", "paymentDueDate", "purchaseDeadline")] == [0, None, None]
    assert [(line["quantity"], line["paidAmount"], line["status"]) for line in waits["items"]] == [(0, 0, "CREATED")]
    store.pay(order)
    paid = read(store, f"/api/v1/orders/{order.id}")
    assert paid["items"][0]["quantity"] == 3
    assert None not in (paid["paymentDueDate"], paid["paymentDate"])


def test_fact_44_an_order_names_each_of_its_subscriptions() -> None:
    store = Store(seed=7)
    yearly = store.create_price(store.products[0], interval="YEAR")
    order = store.checkout([store.price, yearly])
    answer = read(store, f"/api/v1/orders/{order.id}")
    assert [one["interval"] for one in answer["subscriptions"]] == ["MONTH", "YEAR"]


@pytest.mark.parametrize(("kind", "written"), [("per_unit", ""), ("per_range", "_AND_FIXED_PRICE")])
def test_fact_47_a_price_tells_its_table_of_usage(kind: Any, written: str) -> None:
    table = [(1_000, 0), (10_000, 20_000), (None, 40_000)]
    store = Store(seed=7, product={"billing": "usage", "usage_table": table, "usage_table_type": kind})
    store.checkout()
    [price] = read(store, f"/api/v1/products/{store.products[0].code}")["prices"]
    billing = price["additionalBilling"]
    assert billing["type"] == f"USAGE_BASED_WITH_RANGE{written}"
    assert [(one["until"], one["price"]) for one in billing["ranges"]] == [*table[:2], (2**63 - 1, 40_000)]
    store.add_usage(amount=1_500)
    assert calculated(store)["amount"] == (10_000_000 if kind == "per_unit" else 20_000)


def test_fact_26_seats_go_on_and_bought_seats_are_told() -> None:
    store = Store(seed=7, product={"billing": "unit", "price": 100})
    store.checkout(quantity=5)
    store.add_usage(amount=3)
    store.top_up(quota=2, via="MANAGER")
    assert [usage(store)[name] for name in ("record", "quota", "via")] == [3, 7, "MANAGER"]
    store.advance(days=31)
    start = f"{store.subscription.period.start.isoformat(timespec='seconds')}"
    assert [usage(store)[name] for name in ("record", "quota", "via")] == [3, 7, "SYSTEM"]
    assert usage(store)["influxDate"] == start
    assert (calculated(store)["amount"], calculated(store)["items"][0]["count"]) == (700, 7)
    store.advance(days=31)
    assert store.order.amount == 700


def test_fact_26_postpaid_seats_cost_what_they_were_in_use_so_far() -> None:
    store = Store(seed=7, product={"billing": "unit", "price": 3_100, "postpaid": True})
    store.checkout()
    store.add_usage(amount=2)
    assert calculated(store)["amount"] == 0
    store.advance(days=10)
    assert (calculated(store)["amount"], calculated(store)["items"][0]["count"]) == (2_000, 2)


def test_postpaid_seats_as_of_an_event_cost_what_they_cost_then() -> None:
    store = Store(seed=7, product={"billing": "unit", "price": 3100, "postpaid": True})
    store.checkout()
    store.add_usage(amount=2)
    begun = store.events[-1]
    store.advance(days=10)
    store.add_usage(amount=1)
    later = store.events[-1]
    api, path = StoreApi(store), f"/api/v1/subscriptions/{store.subscription.id}/calculate"
    store.advance(days=60)
    amounts = []
    for moment in (begun, later, None):
        api.as_of(moment)
        amounts.append(ask(api, path).data["amount"])
    api.as_of(None)
    api.fall_behind(events=len(store.events) - store.events.count_until(later))  # an old state, at the present time
    amounts.append(ask(api, path).data["amount"])
    assert amounts == [0, 2_000, 3_300, 2_000 + 3 * 2_100]


def test_fact_50_the_next_renewal_contains_fees_and_the_difference_of_added_items() -> None:
    store = Store(seed=7, product={"price": 3_100, "setup_fee": 500, "setup_fee_type": "PERIODIC"})
    more = store.create_price(store.products[0], price=6_200)
    store.checkout()
    assert calculated(store)["amount"] == 3_600
    store.advance(days=21)
    store.add_item(price=more)
    expected = calculated(store)["amount"]
    assert [one["isAdditional"] for one in read(store, f"/api/v1/subscriptions/{store.subscription.id}")["items"]] == [
        False,
        True,
    ]
    store.advance(days=10)
    assert store.order.amount == expected == 3_100 + 6_200 + 500 + 2_000


@pytest.mark.parametrize("billing", ["flat", "usage"])
def test_a_subscription_that_ended_has_no_next_payment(billing: Any) -> None:
    store = Store(seed=7, product={"billing": billing, "price": 3_100, "setup_fee": 500, "setup_fee_type": "PERIODIC"})
    store.checkout()
    if billing == "usage":
        store.add_usage(amount=5)
    assert calculated(store)["amount"] > 0
    store.cancel()
    ended = calculated(store)
    assert (ended["amount"], [one["amount"] for one in ended["items"]]) == (0, [0])


def test_fact_45_the_last_order_of_a_postpaid_subscription_counts() -> None:
    store = Store(seed=7, product={"billing": "usage", "price": 10})
    store.checkout()
    store.add_usage(amount=5)
    store.cancel()
    assert read(store, f"/api/v1/subscriptions/{store.subscription.id}")["recurringCount"] == 1


def test_fact_51_a_draft_of_an_invoice_has_no_order() -> None:
    store = Store(seed=7, product={"price": 700})
    invoice = store.draft_invoice(quantity=2, discount=100)
    answer = read(store, f"/api/v1/invoices/{invoice.id}")
    assert (answer["order"], answer["status"]) == (None, "TEMPORARY")
    [row] = read(store, "/api/v1/invoices")["invoiceList"]["content"]
    assert list(differences("InvoiceListDTO", row)) == []
    assert (row["orderCode"], row["price"], row["orderType"]) == ("", 1_300, "RECURRING_INITIAL")
    assert row["productName"] == store.products[0].name
    store.send_invoice()
    [sent] = read(store, "/api/v1/invoices")["invoiceList"]["content"]
    changed = {"orderCode": store.order.code, "status": "SENT"}
    assert sent == {**row, **changed}
