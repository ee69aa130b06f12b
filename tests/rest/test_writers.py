"""Small clients in requests, httpx and fetch make a customer, a product, a price and an order, which a store pays."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from rest.api_client import ask
from rest.cases_of_catalogue import PRICE, PRODUCT
from rest.write_cases import CUSTOMER, order_body

from steppay_mock import Store, StoreApi
from steppay_mock.contract.rest_calls import URL

HEADERS = {"Secret-Token": "test_token"}
WRITERS = Path(__file__).resolve().parents[1] / "express" / "writers.mjs"

Make = Callable[[str, Any], Any]


def made_by(make: Make) -> dict[str, Any]:
    """What an integrator makes: all that an order needs, and the order."""
    buyer = make("/api/v1/customers", CUSTOMER)
    sold = make("/api/v1/products", PRODUCT)
    plan = make(f"/api/v1/products/{sold['id']}/prices", PRICE)
    items = [{"productCode": sold["code"], "priceCode": plan["code"]}]
    order = make("/api/v1/orders", {"customerCode": buyer["code"], "items": items})
    return {
        "order": order["orderCode"],
        "plan": order["items"][0]["price"]["plan"]["name"],
        "waits": order["paymentDate"] is None,
    }


def check_paid(store: Store, made: dict[str, Any]) -> None:
    """The store pays the order, and it is read back with all that the client sent."""
    assert (made["plan"], made["waits"]) == ("BASIC_PLAN", True)
    store.pay(next(one for one in store.orders if one.code == made["order"]))
    told = ask(StoreApi(store), f"/api/v1/orders/{made['order']}").data
    assert (told["paidAmount"], told["paymentDate"] is None) == (9900, False)
    assert told["items"][0]["product"]["name"] == "TEST_PRODUCT"
    assert told["items"][0]["product"]["subTitle"] == "구독 서비스"
    assert told["customer"]["shipping"]["address1"] == CUSTOMER["shipping"]["address1"]
    assert told["customer"]["attributes"] == {"grade": "gold"}
    assert told["subscriptions"][0]["status"] == "ACTIVE"
    assert [event.type for event in store.events] == [
        "customer.created",
        "product.created",
        "product.price.created",
        "order.created",
        "order.updated",
        "payment.completed",
        "subscription.created",
        "order.payment_completed",
    ]


@pytest.mark.parametrize("client", [requests, httpx], ids=["requests", "httpx"])
@pytest.mark.parametrize("is_served", [False, True], ids=["patched", "served"])
def test_what_a_client_makes_is_bought_and_read_back(client: Any, *, is_served: bool) -> None:
    store = Store(seed=7)
    api = StoreApi(store, writable=True)

    def make_at(url: str) -> Make:
        def make(path: str, body: Any) -> Any:
            answer = client.post(url + path, json=body, headers=HEADERS, timeout=30)
            assert answer.status_code == 201, answer.text
            return answer.json()

        return make

    if is_served:
        with api.serve() as url:
            made = made_by(make_at(url))
    else:
        with api.patched():
            made = made_by(make_at(URL))
    check_paid(store, made)


@pytest.mark.node
def test_fetch_makes_what_is_bought_and_read_back(request: pytest.FixtureRequest) -> None:
    node = shutil.which("node")
    if node is None:
        if request.config.getoption("--require-tools", default=False):
            pytest.fail("Node is not installed")
        pytest.skip("Node is not installed")
    store = Store(seed=7)
    bodies = json.dumps({"customer": CUSTOMER, "product": PRODUCT, "price": PRICE})
    with StoreApi(store, writable=True).serve() as url:
        words = [node, str(WRITERS), url, "test_token", bodies]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    check_paid(store, json.loads(done.stdout))


def test_a_product_that_the_api_makes_has_no_price_and_cannot_be_ordered_before_it_has_one() -> None:
    store = Store(seed=7, product=None)
    api = StoreApi(store, writable=True)
    made = ask(api, "/api/v1/products", method="POST", body=PRODUCT).data
    assert (made["prices"], made["status"], made["quantity"]) == ([], "SALE", None)
    body = {"customerId": store.customer.id, "items": [{"productCode": made["code"], "priceCode": "price_000000000"}]}
    told = ask(api, "/api/v1/orders", method="POST", body=body)
    assert (told.status, told.data["details"]["path"]) == (404, "$.items[0].priceCode")
    ask(api, f"/api/v1/products/{made['id']}/prices", method="POST", body=PRICE)
    assert [price.amount for price in store.prices] == [9900]


def test_a_price_and_another_product_are_no_item() -> None:
    store = Store(seed=7)
    other = store.create_product()
    api = StoreApi(store, writable=True)
    body = order_body(store)
    body["items"][0]["productCode"] = other.code
    told = ask(api, "/api/v1/orders", method="POST", body=body)
    assert (told.status, told.data["details"]["faults"][0]["path"]) == (400, "$.items[0].productCode")
    body["items"][0]["productCode"] = "product_000000000"
    assert ask(api, "/api/v1/orders", method="POST", body=body).status == 404


@pytest.mark.parametrize("data", [BytesIO, lambda body: iter([body[:9], body[9:]]), bytes, bytes.decode])
def test_a_patched_requests_sends_bodies_of_every_kind(data: Callable[[bytes], Any]) -> None:
    store = Store(seed=7)
    body = json.dumps(order_body(store)).encode()
    with StoreApi(store, writable=True).patched():
        answer = requests.post(
            f"{URL}/api/v1/orders",
            data=data(body),
            headers={**HEADERS, "Content-Type": "application/json"},
            timeout=30,
        )
    assert answer.status_code == 201, answer.text


def test_an_order_keeps_the_deadline_and_the_smallest_quantity() -> None:
    store = Store(seed=7)
    body = order_body(store, purchaseDeadline="2025-02-01T00:00:00", paymentGateway="NICE")
    body["items"][0]["minimumQuantity"] = 3
    made = ask(StoreApi(store, writable=True), "/api/v1/orders", method="POST", body=body).data
    assert (made["purchaseDeadline"], made["paymentDueDate"]) == ("2025-02-01T00:00:00", None)
    assert store.pay().lines[0].quantity == 3


def test_threads_write_one_after_another() -> None:
    store = Store(seed=7)
    body = order_body(store)
    with StoreApi(store, writable=True).serve() as url, ThreadPoolExecutor(8) as pool:

        def order(_number: int) -> str:
            answer = requests.post(f"{url}/api/v1/orders", json=body, headers=HEADERS, timeout=60)
            return str(answer.json()["orderCode"])

        codes = list(pool.map(order, range(24)))
    assert len(set(codes)) == len(store.orders) == len(store.events) == 24
    assert {event.data["code"] for event in store.events} == set(codes)


def test_refused_calls_between_others_change_nothing_of_what_follows() -> None:
    """A store that refused calls gives the bytes of one that never got them."""
    bodies: list[list[bytes]] = []
    for is_disturbed in (False, True):
        store = Store(seed=7)
        api = StoreApi(store, writable=True)
        for _ in range(3):
            if is_disturbed:
                ask(api, "/api/v1/orders", method="POST", body={})
                ask(api, "/api/v1/orders", method="POST", body=order_body(store, items=[{"productCode": "x"}]))
                ask(api, f"/api/v1/customers/{store.customer.id}", method="DELETE") if store.orders else None
                ask(api, "/api/v1/usages", method="POST", body={"subscriptionItemId": 1, "quota": 0, "record": 1})
            ask(api, "/api/v1/orders", method="POST", body=order_body(store))
        bodies.append([event.body for event in store.events])
    assert bodies[0] == bodies[1]


def test_a_body_names_things_of_any_store_and_new_things_are_made_in_the_newest() -> None:
    older, newer = Store(seed=7), Store(seed=8)
    api = StoreApi(older, newer, writable=True)
    assert ask(api, "/api/v1/orders", method="POST", body=order_body(older)).status == 201
    assert (len(older.orders), len(newer.orders)) == (1, 0)
    assert ask(api, "/api/v1/customers", method="POST", body=CUSTOMER).status == 201
    assert (len(older.customers), len(newer.customers)) == (1, 2)


def test_what_a_body_names_and_is_not_there_is_told_by_its_place() -> None:
    store = Store(seed=7)
    api = StoreApi(store, writable=True)
    told = ask(api, "/api/v1/orders", method="POST", body=order_body(store, customerId=7))
    assert (told.status, told.data["errorCode"]) == (404, "NOT_FOUND")
    assert told.message.startswith("There is no customer 7, which $.customerId names. Make one with POST")
    usage = {"subscriptionItemId": 7, "quota": 0, "record": 1, "influxDate": "2025-01-15T03:00:00"}
    told = ask(api, "/api/v1/usages", method="POST", body=usage)
    assert (told.status, told.data["errorCode"]) == (400, "NOT_FOUND")  # StepPay names no 404 of this call
    assert len(store.events) == 0


def test_usage_beyond_the_quota_buys_no_quota() -> None:
    store = Store(seed=7)
    store.checkout(store.create_price(store.products[0], billing="usage", quota=100, price=10_000))
    item, before = store.subscription.items[0].id, len(store.events)
    body = {"subscriptionItemId": item, "quota": 50, "record": 151, "influxDate": "2025-01-15T03:00:00"}
    api = StoreApi(store, writable=True)
    told = ask(api, "/api/v1/usages", method="POST", body=body)
    assert (told.status, told.data["details"]["faults"][0]["path"]) == (400, "$.record")
    assert len(store.events) == before
    told = ask(api, "/api/v1/usages", method="POST", body={**body, "record": 150})
    assert (told.status, told.data["accumulateQuota"], told.data["accumulateRecord"]) == (201, 150, 150)
    assert told.data["amountForQuota"] > 0
    assert told.data["restDays"] == 30


def test_a_status_of_a_product_is_one_that_steppay_has() -> None:
    store = Store(seed=7)
    path = f"/api/v1/products/{store.products[0].id}/status"
    api = StoreApi(store, writable=True)
    for query, problem in (("", "is missing"), ("?status=SOLD", "='SOLD' is wrong")):
        told = ask(api, path + query, method="PATCH")
        assert (told.status, told.data["errorCode"]) == (400, "WRONG_PARAMETER")
        assert problem in told.message
    assert ask(api, f"{path}?status=UNSOLD", method="PATCH").status == 200
    assert store.products[0].status == "UNSOLD"
