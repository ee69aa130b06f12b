"""What the API answers of one thing agrees with the events about it, and with itself."""

from __future__ import annotations

from typing import Any

import pytest
from rest.api_client import ask, read
from rest_types import differences

from steppay_mock import Store, StoreApi, scenario


def test_an_order_has_what_its_events_say(store: Store) -> None:
    order = read(store, f"/api/v1/orders/{store.order.id}")
    told = store.state()["orders"][store.order.id]
    for name in ("id", "code", "type", "paidAmount", "returnedAmount", "leftAmount", "discountedAmount", "idKey"):
        assert order[name] == told[name]
    for name in ("paymentDate", "createdAt", "modifiedAt", "purchaseDeadline"):
        assert order[name] == told[name][:19]
    assert (order["orderId"], order["orderCode"]) == (order["id"], order["code"])
    assert order["customer"]["id"] == told["customerId"]
    assert [one["id"] for one in order["subscriptions"]] == told["subscriptions"]
    [line], [expected] = order["items"], told["items"]
    for name in ("id", "code", "status", "type", "paidAmount", "quantity", "currency"):
        assert line[name] == expected[name]
    assert (line["price"]["code"], line["product"]["code"]) == (expected["priceCode"], expected["productCode"])
    assert (line["orderedProductName"], line["orderedPlanName"]) == (expected["productName"], expected["planName"])


def test_an_order_that_waits_has_no_payment(store: Store) -> None:
    order = store.checkout(pays="later")
    answer = read(store, f"/api/v1/orders/{order.id}")
    assert (answer["paymentDate"], answer["payment"], answer["subscriptions"]) == (None, None, [])
    receipt = ask(StoreApi(store), f"/api/payment/receipt/{order.id_key}")
    assert receipt.status == 404
    assert receipt.message.endswith("call with the idKey of its order, or its own (data.idKey).")


def test_lines_beside_the_product_have_no_price_and_name_their_product_line(store: Store) -> None:
    order = store.checkout(discount=100, tax=50)
    first, discount, tax = read(store, f"/api/v1/orders/{order.id}")["items"]
    assert {first["type"], discount["type"], tax["type"]} == {"SKU", "DISCOUNT", "TAX"}
    for line in (discount, tax):
        assert (line["price"], line["product"], line["relatedOrderItemId"]) == (None, None, first["id"])
        assert line["parentOrderItemCode"] == first["code"]
    assert first["price"] is not None


def test_a_receipt_is_found_by_the_idkey_of_the_order_and_of_the_payment(store: Store) -> None:
    order, payment = store.order, store.payments[-1]
    by_order = read(store, f"/api/payment/receipt/{order.id_key}")
    assert by_order == read(store, f"/api/payment/receipt/{payment.id_key}")
    assert by_order["amount"] == payment.amount
    assert (by_order["paymentStatus"], by_order["paymentGateway"]) == ("COMPLETE", "TOSS")
    assert (by_order["partnerOrderId"], by_order["partnerUserId"]) == (str(order.id), str(order.customer_id))
    assert by_order["cardNumber"] in store.subscription.card


def test_the_newest_payment_of_an_order_is_told_and_each_by_its_own_key() -> None:
    store = scenario("one-time-purchase-fails-then-succeeds", seed=7).store
    failed, paid = store.payments
    assert read(store, f"/api/payment/receipt/{store.order.id_key}")["paymentStatus"] == "COMPLETE"
    assert read(store, f"/api/payment/receipt/{failed.id_key}")["paymentStatus"] == "FAILED"
    payment = read(store, f"/api/v1/orders/{store.order.id}")["payment"]
    assert (payment["amount"], payment["errorMessage"]) == (paid.amount, None)


def test_accounts_and_debits_are_told_with_the_payment() -> None:
    for method, name in (("virtual_account", "vbankDTO"), ("cms", "niceCmsDTO")):
        store = Store(seed=7)
        order = store.checkout(method=method)  # type: ignore[arg-type] # the type of a loop's variable is str
        payment = read(store, f"/api/v1/orders/{order.id}")["payment"]
        assert [part for part in ("vbankDTO", "niceCmsDTO") if payment[part] is not None] == [name]
        assert (payment["cardNumber"], payment["paymentDate"]) == (None, None)


def test_a_subscription_has_what_its_events_say(store: Store) -> None:
    store.advance(days=70)
    subscription = read(store, f"/api/v1/subscriptions/{store.subscription.id}")
    told = store.state()["subscriptions"][store.subscription.id]
    assert (subscription["id"], subscription["status"]) == (told["subscriptionId"], told["status"])
    assert (subscription["interval"], subscription["intervalCount"]) == (told["intervalUnit"], told["intervalCount"])
    assert subscription["startDate"] == told["createdAt"][:19]
    for name in ("lastPaymentDate", "nextPaymentDate", "originNextPaymentDate"):
        assert subscription[name] == told[name][:19]
    assert subscription["paymentMethod"] == told["paymentMethod"]
    assert subscription["customer"]["id"] == told["customerId"]
    assert [one["id"] for one in subscription["items"]] == [one["subscriptionItemId"] for one in told["items"]]


def test_the_orders_within_a_subscription_are_those_that_are_read(store: Store) -> None:
    store.advance(days=70)
    subscription = read(store, f"/api/v1/subscriptions/{store.subscription.id}")
    first, *renewals = store.orders
    alone = [read(store, f"/api/v1/orders/{one.id}") | {"relatedOrders": []} for one in (first, *reversed(renewals))]
    assert [subscription["parentOrder"], *subscription["relatedOrders"]] == alone
    renewal = read(store, f"/api/v1/orders/{renewals[0].id}")
    assert renewal["parentSubscription"] == renewal["subscriptions"][0]
    assert subscription["parentOrder"]["parentSubscription"] is None
    assert {one["id"] for one in renewal["relatedOrders"]} == {one.id for one in store.orders} - {renewals[0].id}


def test_the_size_of_a_subscription_grows_with_its_orders_and_not_with_their_square() -> None:
    sizes = []
    for days in (100, 200, 300):
        store = Store(seed=7, product={"interval": "DAY", "interval_count": 10})
        store.checkout()
        store.advance(days=days)
        answer = ask(StoreApi(store), f"/api/v1/subscriptions/{store.subscription.id}", method="HEAD")
        sizes.append(int(answer.headers["Content-Length"]))
    assert sizes[2] - sizes[1] < 1.1 * (sizes[1] - sizes[0])


@pytest.mark.parametrize(
    ("product", "first"), [({}, 1), ({"billing": "usage"}, 0), ({"billing": "usage", "quota": 9}, 1)]
)
def test_the_count_of_periods_starts_at_one_or_at_zero(product: Any, first: int) -> None:
    """Fact 45."""
    store = Store(seed=7, product=product)
    store.checkout()
    path = f"/api/v1/subscriptions/{store.subscription.id}"
    counts = [read(store, path)["recurringCount"]]
    for _ in range(2):
        store.advance(days=31)
        counts.append(read(store, path)["recurringCount"])
    assert counts == [first, first + 1, first + 2]


def test_a_renewal_that_is_not_paid_does_not_count(store: Store) -> None:
    store.decline_payments()
    store.advance(days=32)
    subscription = read(store, f"/api/v1/subscriptions/{store.subscription.id}")
    assert (subscription["status"], subscription["recurringCount"]) == ("UNPAID", 1)


def test_who_cancelled_is_told_of_what_is_cancelled(store: Store) -> None:
    path = f"/api/v1/subscriptions/{store.subscription.id}"
    assert read(store, path)["canceledVia"] is None
    store.cancel(at_period_end=True)
    assert read(store, path)["canceledVia"] == "MANAGER"
    store.undo()
    assert read(store, path)["canceledVia"] is None


def test_usage_and_the_next_renewal_are_computed_as_the_store_charges_them() -> None:
    store = Store(seed=7, product={"billing": "usage", "price": 30})
    store.checkout()
    [item] = store.subscription.items
    usages, calculation = (
        f"/api/v1/usages?subscriptionItemId={item.id}",
        f"/api/v1/subscriptions/{store.subscription.id}",
    )
    before = read(store, usages)
    assert (before["record"], before["quota"], before["via"]) == (0, None, "SYSTEM")
    store.add_usage(amount=7, via="CUSTOMER")
    store.add_usage(amount=5)
    after = read(store, usages)
    assert (after["record"], after["quota"], after["via"]) == (12, None, "V1")
    [calculated] = read(store, f"{calculation}/calculate")["items"]
    assert (calculated["count"], calculated["amount"]) == (12, 360)
    amount = read(store, f"{calculation}/calculate")["amount"]
    store.advance(days=32)
    assert store.order.amount == amount == 360
    assert read(store, usages)["record"] == 0  # fact 26


def test_a_quota_is_told_with_its_usage() -> None:
    store = Store(seed=7, product={"billing": "usage", "quota": 100})
    store.checkout()
    path = f"/api/v1/usages?subscriptionItemId={store.subscription.items[0].id}"
    assert read(store, path)["quota"] == 100
    store.top_up(quota=50)
    store.add_usage(amount=120)
    assert (read(store, path)["quota"], read(store, path)["record"]) == (150, 120)
    assert read(store, f"/api/v1/subscriptions/{store.subscription.id}/calculate")["amount"] == store.price.amount


def test_a_customer_is_told_with_orders_and_subscriptions(store: Store) -> None:
    store.checkout(quantity=2)
    customer = read(store, f"/api/v1/customers/{store.customer.id}")
    assert customer["orderCount"] == len(store.orders) == len(customer["orders"]) == 2
    assert customer["totalPurchasedPrice"] == sum(one.amount for one in store.orders)
    assert [one["id"] for one in customer["subscriptions"]] == [one.id for one in reversed(store.subscriptions)]
    assert [one["paymentInfo"] for one in customer["paymentMethods"]] == [
        one.card for one in reversed(store.subscriptions)
    ]
    store.refund()
    assert read(store, f"/api/v1/customers/{store.customer.id}")["totalPurchasedPrice"] == store.orders[0].amount


def test_a_customer_in_a_list_is_told_with_numbers(store: Store) -> None:
    second = store.checkout()
    [row] = read(store, "/api/v1/customers")["content"]
    assert (row["orderCount"], row["activeSubscriptionCount"], len(row["paymentMethods"])) == (2, 2, 2)
    store.cancel(store.subscription_of(second))
    store.checkout(pays="later")
    [row] = read(store, "/api/v1/customers")["content"]
    assert (row["orderCount"], row["activeSubscriptionCount"]) == (3, 1)
    customer = read(store, f"/api/v1/customers/{store.customer.id}")
    assert customer["totalPurchasedPrice"] == 2 * store.price.amount  # what is not paid is not purchased
    assert row["paymentMethods"] == customer["paymentMethods"]


def test_a_membership_tells_when_it_expires() -> None:
    store = Store(seed=7, product={"membership_months": 2})
    store.checkout()
    [row] = read(store, "/api/v1/subscriptions")["content"]
    assert row["expiredDateTime"] == "2025-03-15T03:01:20"
    store.advance(days=90)
    [row] = read(store, "/api/v1/subscriptions")["content"]
    assert (row["status"], row["expiredDateTime"]) == ("EXPIRED", "2025-03-15T03:01:20")


def test_usage_of_a_quota_costs_nothing_more_when_the_plan_becomes_postpaid() -> None:
    store = Store(seed=7, product={"billing": "usage", "quota": 100})
    store.checkout()
    store.add_usage(amount=10)
    store.change_plan(price=store.create_price(store.products[0], billing="usage", price=50))
    calculation = read(store, f"/api/v1/subscriptions/{store.subscription.id}/calculate")
    store.advance(days=32)
    assert calculation["amount"] == store.order.amount == 0


def test_products_and_prices_are_found_by_their_numbers(store: Store) -> None:
    store.create_price(store.products[0], price=500)
    product = read(store, f"/api/v1/products/{store.products[0].code}")
    assert read(store, f"/api/v1/products/{product['id']}/prices") == product["prices"]
    assert len({one["id"] for one in product["prices"]}) == 2
    for price in product["prices"]:
        assert read(store, f"/api/v1/products/{product['id']}/prices/{price['id']}") == price
    api = StoreApi(store)
    assert ask(api, f"/api/v1/products/{product['id']}").status == 404  # that route takes a code
    other = store.create_product()
    assert ask(api, f"/api/v1/products/{other.id}/prices/{product['prices'][0]['id']}").status == 404


def test_what_was_deleted_stays_in_what_was_sold() -> None:
    store = Store(seed=7)
    order = store.checkout()
    store.cancel()
    product, price, customer = store.products[0], store.prices[0], store.customer
    before = read(store, f"/api/v1/orders/{order.id}")["items"][0]
    store.delete_price(price)
    assert ask(StoreApi(store), f"/api/v1/products/{product.id}/prices/{price.id}").status == 404
    store.delete_product(product)
    store.delete_customer(customer)
    answer = read(store, f"/api/v1/orders/{order.id}")
    assert answer["items"][0]["price"] == before["price"]
    assert answer["items"][0]["product"]["id"] == before["product"]["id"]
    assert answer["items"][0]["product"]["status"] == "UNSOLD"
    assert answer["customer"]["id"] == customer.id
    assert read(store, f"/api/v1/subscriptions/{store.subscriptions[0].id}")["customer"]["id"] == customer.id
    for path in (f"/api/v1/customers/{customer.id}", f"/api/v1/products/{product.code}"):
        assert ask(StoreApi(store), path).status == 404
    assert read(store, "/api/v1/products")["content"] == read(store, "/api/v1/customers")["content"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/usages?subscriptionItemId=7",
        "/api/v1/session/x",
        "/api/v1/products/7/prices",
        "/api/v1/products/x/prices",
        "/api/v1/products/7/prices/x",
        "/api/v1/subscriptions/7/calculate",
        "/api/v1/subscriptions/x/calculate",
        "/api/v1/subscriptions/7/items/8/options",
        "/api/payment/receipt/1",
    ],
)
def test_an_unknown_id_is_not_found_and_the_error_says_what_to_call_with(store: Store, path: str) -> None:
    answer = ask(StoreApi(store), path)
    assert answer.status == 404
    assert "all with " in answer.message
    assert answer.data["errorCode"] in {"NOT_FOUND", "NOT_A_NUMBER"}
    assert (answer.data["errorCode"] == "NOT_A_NUMBER") == ("x" in path.split("/"))
    assert list(differences("ProductErrorresponse", answer.data)) == []


def test_a_session_is_a_text_of_the_customer(store: Store) -> None:
    answer, other = (
        ask(StoreApi(store), f"/api/v1/session/{one.id}", method="HEAD")
        for one in (store.customer, store.create_customer())
    )
    assert answer.headers["Content-Type"] == "text/plain;charset=UTF-8"
    assert int(answer.headers["Content-Length"]) == int(other.headers["Content-Length"]) == 40
    assert ask(StoreApi(store), "/api/v1/session/1").status == 404


def test_the_options_of_an_item_are_the_first_group_of_its_product(store: Store) -> None:
    [item] = store.subscription.items
    path = f"/api/v1/subscriptions/{store.subscription.id}/items/{item.id}/options"
    assert read(store, path) == read(store, f"/api/v1/products/{item.price.product_code}")["optionGroups"][0]
    assert ask(StoreApi(store), path.replace(str(item.id), "7")).status == 404
    assert "is no id of an option group" in ask(StoreApi(store), path.replace(str(item.id), "x")).message
