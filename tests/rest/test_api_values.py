"""Moments, amounts, numbers and errors of the REST API have the documented form, and follow from the seed."""

from __future__ import annotations

from typing import Any

from rest.api_client import ask, read
from rest.rest_calls import calls_of
from rest_types import DOCUMENTED, differences

from steppay_mock import Store, StoreApi, scenario
from steppay_mock.payload.chance import Chance
from steppay_mock.rest.shapes.customers import customer_object
from steppay_mock.rest.shapes.orders import order_made
from steppay_mock.rest.shapes.products import product_object
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.identifiers import Identifiers
from steppay_mock.store.records import Order

FEW_CENTS = {"product": {"price": 12.34}, "currency": "USD"}


def all_answers(store: Store) -> dict[str, Any]:
    api = StoreApi(store)
    return {
        call.path: ask(api, call.path).data
        for call in calls_of(store.tables_at(len(store.events)))
        if "session" not in call.path
    }


def moments_in(answer: Any) -> list[str]:
    if isinstance(answer, dict):
        return [one for value in answer.values() for one in moments_in(value)]
    if isinstance(answer, list):
        return [one for value in answer for one in moments_in(value)]
    return [answer] if isinstance(answer, str) and answer[4:5] == "-" and "T" in answer else []


def test_the_same_customer_has_the_same_uuid_wherever_it_is(store: Store) -> None:
    order = read(store, f"/api/v1/orders/{store.order.id}")
    subscription = read(store, f"/api/v1/subscriptions/{store.subscription.id}")
    assert order["customer"]["uuid"] == subscription["customer"]["uuid"]
    assert order["items"][0]["product"]["vendorUuid"] == read(store, "/api/v1/products")["content"][0]["vendorUuid"]
    other = store.create_customer()
    order = store.checkout(customer=other)
    assert read(store, f"/api/v1/orders/{order.id}")["customer"]["uuid"] != subscription["customer"]["uuid"]


def test_numbers_of_products_and_prices_are_different_and_follow_from_the_codes() -> None:
    store, twin = Store(seed=7, product=None), Store(seed=7, product=None)
    for one in (store, twin):
        for number in range(40):
            one.create_product(code=f"product_{number}", price_code=f"price_{number}")
    assert [one.id for one in store.products] == [one.id for one in twin.products]
    assert len({one.id for one in store.products}) == len({one.id for one in store.prices}) == 40


def test_a_number_that_is_taken_is_not_given_again() -> None:
    identifiers = Identifiers(Chance(7), first={})
    assert [identifiers.derived("product", 5) for _ in range(3)] == [1_005, 1_006, 1_007]
    assert identifiers.derived("price", 5) == 1_005


def test_moments_that_are_read_have_whole_seconds_and_those_of_a_new_object_have_microseconds(store: Store) -> None:
    assert moments_in(all_answers(store))
    assert {len(one) for one in moments_in(all_answers(store))} == {19}
    made = ApiReading(store=store, tables=store.tables_at(len(store.events)), now=store.now, is_made=True)
    for answer in (
        order_made(made, store.order),
        customer_object(made, store.customer),
        product_object(made, store.products[0]),
    ):
        assert {len(one) for one in moments_in(answer)} == {26}
    for call, observed in DOCUMENTED["observed"].items():
        expected = 19 if call.startswith("GET") else 26
        assert {len(one) for one in moments_in(observed["answer"])} == {expected}


def test_an_order_that_is_made_has_the_documented_type(store: Store) -> None:
    made = ApiReading(store=store, tables=store.tables_at(len(store.events)), now=store.now, is_made=True)
    for order in (store.order, store.checkout(pays="later"), store.checkout(method="cms")):
        current: Order = store.tables_at(len(store.events)).orders[order.id]
        assert list(differences("ProductOrderdto", order_made(made, current))) == []


def test_amounts_in_a_currency_with_cents_keep_them_where_the_type_can() -> None:
    store = Store(seed=7, **FEW_CENTS)  # type: ignore[arg-type]
    order = store.checkout()
    answer = read(store, f"/api/v1/orders/{order.id}")
    assert (answer["paidAmount"], answer["items"][0]["currency"]) == (12.34, "USD")
    assert answer["payment"]["amount"] == 12  # a Long
    assert read(store, "/api/v1/orders")["content"][0]["price"] == 12  # an Int
    assert read(store, f"/api/payment/receipt/{order.id_key}")["amount"] == 12.34


def test_an_amount_beyond_an_int_is_the_largest_int() -> None:
    store = Store(seed=7, product={"price": 10**12})
    store.checkout()
    [row] = read(store, "/api/v1/orders")["content"]
    assert (row["price"], row["paidAmount"]) == (2**31 - 1, 10**12)


def test_the_same_seed_gives_the_same_answers_and_another_gives_others() -> None:
    one, two, other = (scenario("invoice-paid", seed=seed).store for seed in (7, 7, 8))
    assert all_answers(one) == all_answers(two)
    assert all_answers(one).keys() != all_answers(other).keys()
    assert one.products[0].id != other.products[0].id


def test_reading_changes_nothing(store: Store) -> None:
    twin = Store(seed=7)
    twin.checkout()
    all_answers(store)
    for one in (store, twin):
        one.create_product()
        one.advance(days=31)
    assert [event.body for event in store.events] == [event.body for event in twin.events]


def test_errors_have_a_trace_that_follows_from_the_call(api: StoreApi) -> None:
    token = api.token
    first, again, other = (
        ask(api, path, token=token).data for path in ("/api/v1/orders/7", "/api/v1/orders/7", "/api/v1/orders/8")
    )
    assert first == again
    assert first["traceId"] != other["traceId"]
    assert len(first["traceId"]) == 16
    assert first["details"] == {"status": 404, "noun": "order", "idOrCode": "7"}
    for wrong in (first, ask(api, "/", token=token).data, ask(api, "/api/v1/orders/7", token=None).data):
        assert list(differences("ProductErrorresponse", wrong)) == []
