"""The API tells the state of the store for each object, and the next step for every wrong request."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest.api_client import ask

from steppay_mock import SteppayMockError, scenario
from steppay_mock.rest.api import StoreApi
from steppay_mock.rest.exchange import ApiCall
from steppay_mock.rest.routes import ROUTES
from steppay_mock.rest.writing.calls import WRITES
from steppay_mock.store.store import Store

ENDPOINTS = [route.template for route in ROUTES]


@pytest.fixture
def store(store: Store) -> Store:
    store.advance(days=31)
    return store


@pytest.fixture
def api(store: Store) -> StoreApi:
    return StoreApi(store)


def test_hangul_travels_as_utf_8(store: Store, api: StoreApi) -> None:
    store.update_customer(name="김하늘")
    assert ask(api, f"/api/v1/customers/{store.customer.id}").data["name"] == "김하늘"


def test_what_was_deleted_is_gone() -> None:
    store = Store(seed=7, product={"billing": "one_time"})
    invoice = store.draft_invoice()
    api = StoreApi(store)
    assert ask(api, f"/api/v1/invoices/{invoice.id}").status == 200
    store.delete_invoice(invoice)
    told = ask(api, f"/api/v1/invoices/{invoice.id}")
    assert told.message == (
        f"There is no invoice '{invoice.id}': it was deleted, or it never was. Forget what you know of it; "
        "if it should be there, call with its id (data.id)."
    )
    assert (told.status, told.data["errorCode"]) == (404, "NOT_FOUND")
    assert told.data["details"] == {"status": 404, "noun": "invoice", "id": str(invoice.id)}


@pytest.mark.parametrize("key", ["abc", "-1", "1.0", "٣", "9" * 5000, "9" * 20])
@pytest.mark.parametrize("noun", ["subscription", "customer", "invoice"])
def test_an_id_that_is_no_number_is_not_found(api: StoreApi, noun: str, key: str) -> None:
    told = ask(api, f"/api/v1/{noun}s/{key}")
    assert told.status == 404
    article = "an" if noun == "invoice" else "a"
    assert f"is no id of {article} {noun}: that is a number of 19 digits at most." in told.message


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("/api/v1/orders/7", "call with its id or its code (data.id, data.code)."),
        ("/api/v1/orders/order_000000000", "call with its id or its code (data.id, data.code)."),
        ("/api/v1/subscriptions/7", "call with its id (data.subscriptionId)."),
        ("/api/v1/products/7", "call with its code (data.code)."),
        ("/api/payment/receipt/641492", "call with the idKey of its order, or its own (data.idKey)."),
    ],
)
def test_what_is_not_there_is_answered_with_the_key_to_call_with(api: StoreApi, path: str, advice: str) -> None:
    told = ask(api, path)
    assert told.status == 404
    assert told.message.endswith(advice)


@pytest.mark.parametrize("path", ["/", "/index.html", "/api/v1/coupons/1"])
def test_an_unknown_path_is_answered_with_those_that_are_known(api: StoreApi, path: str) -> None:
    told = ask(api, path)
    assert told.status == 404
    head = f"{path} is not a known route of the API of StepPay. Call one of: GET /api/v1/orders/{{idOrCode}}, "
    assert told.message.startswith(head)
    listed = told.message.partition("Call one of: ")[2].split(", ")
    named = {f"{method} {one.split()[1]}" for one in listed for method in one.split()[0].split("|")}
    assert len(named) == len(ENDPOINTS) + len(WRITES)
    assert named >= {f"GET {one}" for one in ENDPOINTS}
    assert api.calls == [ApiCall("GET", path, 404)]
    assert not api.calls[0].known


@pytest.mark.parametrize(
    ("method", "path", "near"),
    [
        ("GET", "/api/v1/orders/", "GET /api/v1/orders"),
        ("GET", "/api/v1/order/7", "GET /api/v1/orders/{idOrCode}"),
        ("GET", "/api/v2/orders/1", "GET /api/v1/orders/{idOrCode}"),
        ("GET", "/api/v1/usages/7", "GET /api/v1/usages"),
        ("POST", "/api/v1/order", "POST /api/v1/orders"),
        ("POST", "/api/v1/customer", "POST /api/v1/customers"),
        ("PUT", "/api/v1/customer/7", "PUT /api/v1/customers/{id}"),
        ("PATCH", "/api/v1/orders/order_1/cancle", "PATCH /api/v1/orders/{idOrCode}/cancel"),
    ],
)
def test_an_unknown_path_is_answered_with_the_call_that_is_near(
    api: StoreApi, method: str, path: str, near: str
) -> None:
    told = ask(api, path, method=method)
    assert told.status == 404
    assert told.message == f"{path} is not a known route of the API of StepPay. Did you mean {near}?"
    assert api.calls == [ApiCall(method, path, 404)]


@pytest.mark.parametrize("method", ["POST", "PATCH", "OPTIONS"])
def test_a_method_that_a_path_does_not_have_is_refused_with_those_it_has(
    api: StoreApi, store: Store, method: str
) -> None:
    told = ask(api, f"/api/v1/customers/{store.customer.id}", method=method)
    assert (told.status, told.data["errorCode"], told.headers["Allow"]) == (405, "METHOD_NOT_ALLOWED", "GET, HEAD")
    assert told.data["details"] == {"status": 405, "allowed": ["GET", "HEAD"]}
    assert told.message == (
        f"{method} /api/v1/customers/{{id}} is no call of StepPay. It has GET, PUT or DELETE there."
    )


def test_head_tells_the_length_and_no_body(api: StoreApi, store: Store) -> None:
    path = f"/api/v1/customers/{store.customer.id}"
    told = ask(api, path, method="HEAD")
    assert (told.status, told.data) == (200, None)
    assert told.headers["Content-Length"] == ask(api, path).headers["Content-Length"]


def test_without_the_token_nothing_is_told(api: StoreApi, store: Store) -> None:
    path = f"/api/v1/customers/{store.customer.id}"
    advice = "Send the token that this API was given: api.token in Python, --token or STEPPAY_SECRET_TOKEN in a shell."
    missing, wrong = ask(api, path, token=None), ask(api, path, token="live_8f3a")
    assert (missing.status, wrong.status) == (403, 403)  # fact 37
    assert (missing.data["errorCode"], wrong.data["errorCode"]) == ("TOKEN_MISSING", "TOKEN_WRONG")
    assert missing.data["details"] == wrong.data["details"] == {"status": 403, "header": "Secret-Token"}
    assert missing.message == f"The header Secret-Token is missing. {advice}"
    assert wrong.message == f"The header Secret-Token has a token that is not this API's. {advice}"


@pytest.mark.parametrize("token", ["", "test_toke", "test_tokenn", "TEST_TOKEN", "é"])
def test_only_the_whole_token_opens(api: StoreApi, store: Store, token: str) -> None:
    assert ask(api, f"/api/v1/customers/{store.customer.id}", token=token).status == 403
    assert ask(StoreApi(store, token="live_8f3a"), f"/api/v1/customers/{store.customer.id}", token=token).status == 403


def test_no_token_is_in_a_repr_an_answer_or_the_log(store: Store) -> None:
    api = StoreApi(store, token="live_8f3a")
    told = [ask(api, "/api/v1/orders/7", token=token) for token in ("live_8f3a", "live_9999", None)]
    assert "live_" not in repr((api, told, api.calls))


@pytest.mark.parametrize("token", ["", "has a space", "한글", 7, None, "line\n"])
def test_a_token_that_no_header_carries_is_refused_without_repeating_it(store: Store, token: Any) -> None:
    with pytest.raises(
        SteppayMockError, match=r"printable ASCII without spaces\. Give one such as 'test_token'\."
    ) as caught:
        StoreApi(store, token=token)
    assert not token or str(token) not in str(caught.value)


def test_what_is_no_store_is_refused(store: Store) -> None:
    with pytest.raises(SteppayMockError, match=r"needs a store to answer from\. Give one: StoreApi\(Store\(seed=7\)\)"):
        StoreApi()
    with pytest.raises(SteppayMockError, match=r"list is not a store\. Give one"):
        StoreApi(store, store.events[:])  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match=r"Story is not a store\. .* or story\.store of a story\.$"):
        StoreApi(scenario("refund-in-full", seed=7))  # type: ignore[arg-type]


def test_of_several_stores_the_newest_that_has_it_answers(store: Store) -> None:
    other = Store(seed=8)
    twin = Store(seed=7, customer={"name": "Twin"})
    api = StoreApi(store, other)
    path = f"/api/v1/customers/{store.customer.id}"
    assert ask(api, f"/api/v1/customers/{other.customer.id}").data["id"] == other.customer.id
    assert ask(api, path).data["name"] != "Twin"
    assert twin.customer.id == store.customer.id
    api.add(twin)
    assert ask(api, path).data["name"] == "Twin"
    api.add(store)  # it is there already, and stays where it is
    assert ask(api, path).data["name"] == "Twin"


def test_the_past_is_told_as_it_was(store: Store, api: StoreApi) -> None:
    subscription = store.subscription
    path = f"/api/v1/subscriptions/{subscription.id}"
    created = next(event for event in store.events if event.type == "subscription.created")
    store.cancel()
    assert ask(api, path).data["status"] == "CANCELED"
    api.as_of(created)
    assert ask(api, path).data["status"] == "ACTIVE"
    api.as_of(0)
    told = ask(api, path)
    assert told.status == 404
    assert "at the moment that is told of (api.as_of, api.fall_behind)" in told.message
    api.as_of(None)
    assert ask(api, path).data["status"] == "CANCELED"


def test_the_whole_past_is_told_event_by_event(store: Store, api: StoreApi) -> None:
    store.refund(store.orders[0])
    for count in range(len(store.events) + 1):
        api.as_of(count)
        state = store.state(at=count)
        for key in store.state()["orders"]:
            told, order = ask(api, f"/api/v1/orders/{key}"), state["orders"].get(key)
            assert (told.status == 200) == (order is not None)
            if order is not None:
                assert [one["status"] for one in told.data["items"]] == [one["status"] for one in order["items"]]
                assert told.data["returnedAmount"] == order["returnedAmount"]
        for key in store.state()["subscriptions"]:
            told, subscription = ask(api, f"/api/v1/subscriptions/{key}"), state["subscriptions"].get(key)
            assert (told.data["status"] if told.status == 200 else None) == (subscription and subscription["status"])


def test_an_event_of_another_store_turns_back_that_store_alone(store: Store, api: StoreApi) -> None:
    other = Store(seed=8)
    order = other.checkout()
    api.add(other)
    api.as_of(other.events[0])
    assert ask(api, f"/api/v1/orders/{order.id}").data["paymentDate"] is None
    assert ask(api, f"/api/v1/orders/{store.orders[0].id}").data["paymentDate"] is not None


@pytest.mark.parametrize("moment", [-1, 10_000, True, "yesterday"])
def test_a_moment_that_never_was_is_refused(api: StoreApi, moment: Any) -> None:
    with pytest.raises(
        SteppayMockError, match=r"is not an event of this store\. Give one, or a number of events from 0 to"
    ):
        api.as_of(moment)


def test_an_event_of_an_unknown_store_is_refused(api: StoreApi) -> None:
    stranger = Store(seed=99)
    stranger.checkout()
    with pytest.raises(SteppayMockError, match=r"did not happen in a store of this API. Add its store with api.add"):
        api.as_of(stranger.events[0])


@pytest.mark.parametrize(
    ("status", "line"),
    [(None, "200 OK"), (404, "404 Not Found"), (503, "503 Service Unavailable"), (499, "499 Error")],
)
def test_the_status_line_has_the_phrase_of_its_status(
    api: StoreApi, store: Store, status: int | None, line: str
) -> None:
    if status is not None:
        api.fail(status=status)
    seen: list[str] = []
    path = f"/api/v1/customers/{store.customer.id}"
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_SECRET_TOKEN": api.token}
    api(environ, lambda status, _headers, *_: seen.append(status) or bytes)  # type: ignore[func-returns-value]
    assert seen == [line]


def test_calls_are_logged_in_order(api: StoreApi, store: Store) -> None:
    path = f"/api/v1/orders/{store.orders[0].code}"
    ask(api, f"{path}?expand=items")
    ask(api, path, token=None)
    ask(api, "/nowhere")
    assert api.calls == [
        ApiCall("GET", path, 200, "/api/v1/orders/{idOrCode}"),
        ApiCall("GET", path, 403, "/api/v1/orders/{idOrCode}"),
        ApiCall("GET", "/nowhere", 404),
    ]
    assert [call.known for call in api.calls] == [True, True, False]
    assert api.calls[-1] == api.calls[1:][-1]
    assert repr(api) == "<StepPay API: 1 stores, 3 calls>"


def test_the_import_loads_neither_a_client_nor_a_server() -> None:
    script = "import sys, steppay_mock.rest.api; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert not set(done.stdout.split()) & {"responses", "requests", "werkzeug", "urllib3", "flask", "pytest"}


SHARED = Store(seed=7)
SHARED.checkout()
prefixes = st.sampled_from(["", "/", *(one.partition("{")[0] for one in ENDPOINTS)])
queries = st.text() | st.builds(
    "{}={}".format, st.sampled_from(["page", "size", "sort", "startDate", "status", "subscriptionItemId"]), st.text()
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    environ=st.fixed_dictionaries(
        {},
        optional={
            "REQUEST_METHOD": st.sampled_from(["GET", "HEAD", "POST"]) | st.text(),
            "PATH_INFO": st.builds(str.__add__, prefixes, st.just("") | st.text()),
            "HTTP_SECRET_TOKEN": st.just("test_token") | st.text(),
            "QUERY_STRING": queries,
        },
    ),
    has_rules=st.booleans(),
)
def test_no_call_whatever_is_an_exception(environ: dict[str, Any], has_rules: bool) -> None:  # noqa: FBT001
    api = StoreApi(SHARED, sleep=lambda _seconds: None)
    if has_rules:
        api.fall_behind(events=2)
        api.hide_new(match="/api/v1/[oO]*")
        api.slow_down()
        api.fail(times=1, match="*a*")
    seen: list[Any] = []
    body = b"".join(api(dict(environ), lambda status, headers, *_: seen.append((status, headers)) or bytes))  # type: ignore[func-returns-value]
    [(status, headers)] = seen
    assert status[:3] in {"200", "400", "403", "404", "405", "500"}
    if environ.get("REQUEST_METHOD") != "HEAD":
        assert dict(headers)["Content-Length"] == str(len(body))
        assert body.decode("utf-8")
    assert len(api.calls) == 1


def test_a_store_that_is_removed_is_not_asked_and_the_others_keep_their_moments() -> None:
    stores = [Store(seed=seed, customer=None) for seed in (1, 2, 3)]
    api = StoreApi(*stores)
    for store in stores:
        store.create_customer()
        store.update_customer(name="A later name")
    api.as_of(stores[0].events[0])
    api.as_of(stores[2].events[0])
    api.remove(stores[1])
    api.remove(stores[1])
    paths = [f"/api/v1/customers/{store.customer.id}" for store in stores]
    first, removed, last = (ask(api, path) for path in paths)
    assert removed.status == 404
    assert first.data["name"] != "A later name"
    assert last.data["name"] != "A later name"
    api.remove(stores[0])
    assert ask(api, paths[2]).data["name"] == last.data["name"]
    api.add(stores[1])
    assert ask(api, paths[1]).data["name"] == "A later name"
