"""Lists are pages as Spring writes them: each record once, in the order that was asked for, and wrong queries named."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest.api_client import Told, ask
from rest.rest_calls import kind_of
from rest_types import DOCUMENTED, differences

from steppay_mock import Store, StoreApi, scenario
from steppay_mock.rest.routes import ROUTES

LISTS = {route.template: route.listing for route in ROUTES if route.listing is not None}


def shop() -> Store:
    """A store with several of everything."""
    store = Store(seed=7)
    sold = store.create_product(billing="one_time", name="책").prices[0]
    for number in range(4):
        with store.acting_for(store.create_customer(name=f"Kim {number}")):
            store.checkout()
            store.draft_invoice(sold, days_to_pay=14)
            store.advance(days=3)
    store.send_invoice(store.invoices[0])
    store.pay_invoice(store.invoices[0])
    store.update_product(store.products[0], status="OUT_OF_STOCK")
    store.advance(days=40)
    return store


SHOP = shop()


def told(path: str, **query: object) -> Told:
    return ask(StoreApi(SHOP), f"{path}?{urlencode(query)}" if query else path)


def page_of(path: str, **query: object) -> Any:
    answer = told(path, **query)
    assert answer.status == 200, answer.message
    assert list(differences(kind_of(path), answer.data)) == []
    return answer.data.get("invoiceList", answer.data)


def ids_of(path: str, **query: object) -> list[Any]:
    return [one["id"] for one in page_of(path, **query)["content"]]


def test_every_list_of_the_vendor_is_a_list_here() -> None:
    assert {path for path, call in DOCUMENTED["calls"].items() if "page" in call.get("query", {})} == set(LISTS)


def test_a_page_says_where_it_is() -> None:
    page = page_of("/api/v1/orders", page=1, size=3)
    total = len(SHOP.orders)
    assert {name: value for name, value in page.items() if name != "content"} == {
        "empty": False,
        "first": False,
        "last": False,
        "number": 1,
        "numberOfElements": 3,
        "pageable": {
            "offset": 3,
            "pageNumber": 1,
            "pageSize": 3,
            "paged": True,
            "sort": {"empty": False, "sorted": True, "unsorted": False},
            "unpaged": False,
        },
        "size": 3,
        "sort": {"empty": False, "sorted": True, "unsorted": False},
        "totalElements": total,
        "totalPages": (total + 2) // 3,
    }


def test_without_a_query_the_newest_twenty_come_first() -> None:
    store = Store(seed=3)
    for _ in range(25):
        store.create_customer()
    page = ask(StoreApi(store), "/api/v1/customers").data
    assert (page["size"], page["number"], len(page["content"]), page["totalPages"]) == (20, 0, 20, 2)
    created = [one["createdAt"] for one in page["content"]]
    assert created == sorted(created, reverse=True)
    assert page["content"][0]["id"] == store.customers[-1].id


@given(
    path=st.sampled_from(sorted(LISTS)),
    size=st.integers(1, 30),
    direction=st.sampled_from(["ASC", "DESC"]),
    data=st.data(),
)
def test_walking_the_pages_gives_every_record_once_in_order(
    path: str, size: int, direction: str, data: st.DataObject
) -> None:
    sort = data.draw(st.sampled_from(sorted(LISTS[path].sorts)))
    query = {"size": size, "sort": sort, "sortDir": direction}
    first = page_of(path, **query)
    pages = [page_of(path, page=number, **query) for number in range(max(1, first["totalPages"]))]
    content = [one for page in pages for one in page["content"]]
    assert len({one["id"] for one in content}) == len(content) == first["totalElements"]
    assert len(content) == len(getattr(SHOP, path.rpartition("/")[2]))
    assert [page["last"] for page in pages] == [*[False] * (len(pages) - 1), True]
    assert [page["first"] for page in pages] == [True, *[False] * (len(pages) - 1)]
    assert sum(page["numberOfElements"] for page in pages) == len(content)
    assert page_of(path, page=len(pages) + 7, **query)["empty"]
    name = {"/api/v1/subscriptions": {"createdAt": "startDateTime"}}.get(path, {}).get(sort, sort)
    values = [one[name] for one in content]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=direction == "DESC")
    nulls = values[: len(values) - len(known)] if direction == "ASC" else values[len(known) :]
    assert set(nulls) <= {None}


@pytest.mark.parametrize("path", LISTS)
def test_both_directions_are_each_others_reverse(path: str) -> None:
    assert ids_of(path, size=500, sortDir="ASC") == ids_of(path, size=500)[::-1] != []


@pytest.mark.parametrize("path", LISTS)
def test_dates_limit_the_list_and_both_are_included(path: str) -> None:
    name = "startDateTime" if path.endswith("subscriptions") else "createdAt"
    content = page_of(path, size=500)["content"]
    moments = sorted({one[name] for one in content})
    for since in moments:
        expected = [one["id"] for one in content if since <= one[name] <= moments[-1]]
        assert ids_of(path, size=500, startDate=since, endDate=moments[-1]) == expected
        assert set(ids_of(path, size=500, startDate=since, endDate=since)) == {
            one["id"] for one in content if one[name] == since
        }
    assert ids_of(path, startDate="9000-01-01T00:00:00") == []
    always = {"startDate": "0001-01-01T00:00:00", "endDate": "9999-12-31T23:59:59.999999999"}
    assert ids_of(path, size=500, **always) == [one["id"] for one in content]


def test_a_keyword_is_searched_in_names_and_codes() -> None:
    kim = next(one for one in SHOP.customers if one.words["name"] == "Kim 2")
    assert ids_of("/api/v1/customers", keyword="kIM 2") == [kim.id]
    assert ids_of("/api/v1/customers", keyword=kim.words["email"]) == [kim.id]
    assert ids_of("/api/v1/customers", keyword="nobody") == []
    assert ids_of("/api/v1/orders", keyword=SHOP.orders[1].code) == [SHOP.orders[1].id]
    assert ids_of("/api/v1/products", keyword="책") == [SHOP.products[1].id]
    assert len(ids_of("/api/v1/customers", keyword="")) == len(SHOP.customers)


def test_orders_are_chosen_by_type_and_status() -> None:
    for kind in ("RECURRING_INITIAL", "RECURRING", "ONE_TIME", "ADD_USAGE"):
        expected = {one.id for one in SHOP.orders if one.type == kind}
        assert set(ids_of("/api/v1/orders", size=500, type=kind)) == expected
    for status in ("PAID", "CREATED", "EXCHANGE_REQUEST"):
        expected = {one.id for one in SHOP.orders if one.status == status}
        assert set(ids_of("/api/v1/orders", size=500, status=status)) == expected
    assert ids_of("/api/v1/orders", status="PAID", type="ONE_TIME") == [SHOP.invoices[0].order_id]


def test_products_are_chosen_by_status_and_category() -> None:
    assert ids_of("/api/v1/products", status="OUT_OF_STOCK") == [SHOP.products[0].id]
    category = SHOP.products[0].words["categories"][0]["categoryId"]
    assert SHOP.products[0].id in ids_of("/api/v1/products", categoryId=category)
    assert ids_of("/api/v1/products", categoryId=1) == []


def test_invoices_are_chosen_by_a_korean_word_and_counted() -> None:
    paid, others = SHOP.invoices[0], SHOP.invoices[1:]
    assert ids_of("/api/v1/invoices", status="결제 완료") == [paid.id]
    assert set(ids_of("/api/v1/invoices", status="임시저장")) == {one.id for one in others}
    assert ids_of("/api/v1/invoices", status="발송 예약") == []
    answer = told("/api/v1/invoices", status="발송").data
    counts = {name: value for name, value in answer.items() if name != "invoiceList"}
    assert counts == {"reservationCount": 0, "sendCount": 0, "paidCount": 1, "overdueCount": 0}


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("page", wrong) for wrong in ("-1", "x", "1.5", "", "٣", "1000001", "9" * 5000)),
        *(("size", wrong) for wrong in ("0", "-1", "2001", "many")),
        *(("sort", wrong) for wrong in ("", "nothing", "createdAt,desc")),
        *(("sortDir", wrong) for wrong in ("asc", "UP", "")),
        *(("startDate", wrong) for wrong in ("yesterday", "2025-01-15", "2025-01-15 03:00:00", "2025-13-01T00:00:00")),
        *(("endDate", wrong) for wrong in ("2025-01-15T03:00:00Z", "2025-01-15T03:00", "20250115T030000")),
        *(
            ("endDate", f"2025-01-15T03:00:00.{wrong}")
            for wrong in ("123456+09:00", "123456Z", "1234567890", "12x", "")
        ),
        *(
            ("endDate", wrong)
            for wrong in ("2025-W03-3T00:00:00", "2025-01-15T24:00:00", "2025-02-29T00:00:00", "٢٠٢٥-01-15T03:00:00")
        ),
    ],
)
def test_a_wrong_value_is_a_400_that_names_its_parameter(path: str, name: str, value: str) -> None:
    answer = told(path, **{name: value})
    assert (answer.status, answer.data["errorCode"]) == (400, "WRONG_PARAMETER")
    assert answer.message.startswith(f"The query parameter {name}={value!r} is wrong: expected ")
    assert answer.data["details"]["parameter"] == name
    assert list(differences("ProductErrorresponse", answer.data)) == []


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/api/v1/orders", "status", "PAYED"),
        ("/api/v1/orders", "type", "recurring"),
        ("/api/v1/products", "status", "SOLD"),
        ("/api/v1/products", "categoryId", "books"),
        ("/api/v1/products", "categoryId", "-1"),
        ("/api/v1/products", "categoryId", str(2**63)),
        ("/api/v1/invoices", "status", "PAID"),  # a Korean word is expected
        ("/api/v1/usages", "subscriptionItemId", "first"),
    ],
)
def test_a_value_that_the_route_does_not_know_is_named_too(path: str, name: str, value: str) -> None:
    answer = told(path, **{name: value})
    assert answer.status == 400
    assert answer.data["details"]["parameter"] == name
    assert answer.data["details"]["value"] == value


def test_a_missing_parameter_is_named() -> None:
    answer = told("/api/v1/usages")
    expected = "a whole number from 0 to 9,223,372,036,854,775,807"
    assert answer.status == 400
    assert answer.message == f"The query parameter subscriptionItemId is missing: expected {expected}."
    assert answer.data["details"]["value"] is None


def test_the_choices_of_a_parameter_are_those_of_the_vendor() -> None:
    for path, call in DOCUMENTED["calls"].items():
        for name, kind in call.get("query", {}).items():
            for value in kind if isinstance(kind, list) else ():
                assert told(path, **{name: value}).status == 200, (path, value)


def test_an_unknown_parameter_is_ignored_and_the_first_of_two_counts() -> None:
    assert ids_of("/api/v1/orders", expand="items") == ids_of("/api/v1/orders")
    answer = ask(StoreApi(SHOP), "/api/v1/orders?size=1&size=x&page=0")
    assert (answer.status, len(answer.data["content"])) == (200, 1)


def test_the_lists_of_several_stores_are_one() -> None:
    other, twin = Store(seed=8), Store(seed=7, customer={"name": "Twin"})
    answer = ask(StoreApi(Store(seed=7), other, twin), "/api/v1/customers").data
    assert {one["name"] for one in answer["content"]} == {"Twin", other.customer.words["name"]}


def test_a_list_is_of_the_moment_that_is_told_of() -> None:
    story = scenario("subscription-renews", seed=7)
    api = StoreApi(story.store)
    for count in range(len(story) + 1):
        api.as_of(count)
        for kind in ("orders", "subscriptions"):
            content = ask(api, f"/api/v1/{kind}").data["content"]
            assert {one["id"] for one in content} == set(story.state(at=count)[kind])
    api.as_of(None)
    api.fall_behind(events=len(story), match="/api/v1/orders")
    assert ask(api, "/api/v1/orders").data["content"] == []
    assert ask(api, "/api/v1/subscriptions").data["content"] != []


def test_new_records_are_hidden_from_lists_too() -> None:
    store = Store(seed=7)
    first, second = store.checkout(), store.checkout()
    api = StoreApi(store)
    api.hide_new(events=5)  # the events of the second checkout
    assert [one["id"] for one in ask(api, "/api/v1/orders").data["content"]] == [first.id]
    api.behave()
    assert [one["id"] for one in ask(api, "/api/v1/orders").data["content"]] == [second.id, first.id]


@pytest.mark.parametrize("path", LISTS)
def test_lists_fail_wait_and_are_held_as_all_calls(path: str) -> None:
    slept: list[float] = []
    api = StoreApi(SHOP, sleep=slept.append)
    api.fail(status=503, times=1, match=path)
    api.slow_down(seconds=2, times=1, match=path)
    assert [ask(api, path).status for _ in range(3)] == [503, 200, 200]
    assert slept == [2]
    api.hold(match=path, timeout=0)
    assert ask(api, path).status == 503
    assert {call.route for call in api.calls} == {path}


def test_a_query_may_have_percent_signs() -> None:
    path = f"/api/v1/invoices?status={quote('결제 완료')}"
    assert ask(StoreApi(SHOP), path).data["invoiceList"]["totalElements"] == 1
    assert ask(StoreApi(SHOP), f"/api/v1/orders?{quote('한글=%ff')}&keyword=%ff%fe").status == 200


def test_a_query_may_have_hangul_without_percent_signs() -> None:
    query = "status=결제 완료".encode().decode("latin-1")  # as WSGI passes bytes
    environ = {"PATH_INFO": "/api/v1/invoices", "QUERY_STRING": query, "HTTP_SECRET_TOKEN": "test_token"}
    [body] = StoreApi(SHOP)(environ, lambda *_: bytes)
    assert json.loads(body)["invoiceList"]["totalElements"] == 1
