"""The API is late, lags, fails and holds exactly as its rules say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from rest.api_client import Told, ask

from steppay_mock import SteppayMockError
from steppay_mock.rest.api import StoreApi
from steppay_mock.rest.rules import Fail
from steppay_mock.store.store import Store

SOON = 30  # seconds; what takes longer in these tests has failed


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def api(store: Store, slept: list[float]) -> StoreApi:
    return StoreApi(store, sleep=slept.append)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield pool


def order_path(store: Store) -> str:
    return f"/api/v1/orders/{store.orders[0].id}"


def subscription_path(store: Store) -> str:
    return f"/api/v1/subscriptions/{store.subscription.id}"


# Lagging.


def test_an_api_that_fell_behind_tells_what_was_true_so_many_events_ago(api: StoreApi, store: Store) -> None:
    store.pause()
    assert [event.type for event in store.events][-2:] == ["order.payment_completed", "subscription.updated"]
    api.fall_behind(events=1, match="/api/v1/subscriptions/*")
    assert ask(api, subscription_path(store)).data["status"] == "ACTIVE"
    assert ask(api, order_path(store)).data["paymentDate"] is not None
    store.update_customer(name="A newer event")
    assert ask(api, subscription_path(store)).data["status"] == "PAUSE"


def test_what_did_not_exist_then_is_not_found(api: StoreApi, store: Store) -> None:
    api.fall_behind(events=len(store.events))
    assert ask(api, order_path(store)).status == 404
    assert ask(api, f"/api/v1/customers/{store.customer.id}").status == 200  # it was there before the first event
    api.behave()
    api.fall_behind(events=10_000)
    assert ask(api, order_path(store)).status == 404


def test_it_falls_behind_the_moment_that_is_told_of(api: StoreApi, store: Store) -> None:
    store.pause()
    api.as_of(store.events[-1])
    store.resume()
    api.fall_behind(events=1)
    assert ask(api, subscription_path(store)).data["status"] == "ACTIVE"
    api.behave()
    assert ask(api, subscription_path(store)).data["status"] == "PAUSE"


def test_new_things_are_hidden_and_old_ones_are_as_they_are(api: StoreApi, store: Store) -> None:
    api.hide_new(events=3, match="/api/v1/*")
    store.pause()
    told = ask(api, subscription_path(store))  # its creation is the third event from the end
    assert told.status == 404
    assert told.message == (
        f"The subscription '{store.subscription.id}' is new, and api.hide_new(events=3) hides it. Ask again later."
    )
    assert ask(api, f"/api/payment/receipt/{store.payments[0].id_key}").status == 200
    store.update_customer(name="A newer event")
    store.update_customer(name="Another one")
    assert ask(api, subscription_path(store)).data["status"] == "PAUSE"


def test_the_past_matters_only_for_what_matches(api: StoreApi, store: Store) -> None:
    api.hide_new(events=100, match="/api/v1/orders/*")
    assert (ask(api, order_path(store)).status, ask(api, subscription_path(store)).status) == (404, 200)
    api.behave()
    assert ask(api, order_path(store)).status == 200


# Failing and being slow.


@pytest.mark.parametrize("status", [500, 429, 499])
def test_it_fails_as_told_until_it_behaves(api: StoreApi, store: Store, status: int) -> None:
    api.fail(status=status)
    for _ in range(3):
        told = ask(api, order_path(store))
        assert told.message == f"The test asked for this: api.fail(status={status}). api.behave() ends it."
        assert (told.data["errorCode"], told.data["details"]) == ("ASKED_FOR", {"status": status})
        assert told.status == status
        assert "Retry-After" not in told.headers
    api.behave()
    assert ask(api, order_path(store)).status == 200


def test_retry_after_is_told_if_it_is_given(api: StoreApi, store: Store) -> None:
    api.fail(status=429, times=1, retry_after=3)
    api.fail(status=503, times=1, retry_after=0)
    assert [ask(api, order_path(store)).headers.get("Retry-After") for _ in range(3)] == ["3", "0", None]


def test_times_counts_the_calls_that_match(api: StoreApi, store: Store) -> None:
    api.fail(status=503, times=2, match="/api/v1/subscriptions/*")
    paths = [order_path(store), subscription_path(store)] * 3
    assert [ask(api, path).status for path in paths] == [200, 503, 200, 503, 200, 200]


def test_a_call_uses_the_first_failure_only(api: StoreApi, store: Store) -> None:
    api.fail(status=500, times=1)
    api.fail(status=503, times=1)
    assert [ask(api, order_path(store)).status for _ in range(3)] == [500, 503, 200]


def test_a_call_without_the_token_uses_a_rule_too(api: StoreApi, store: Store) -> None:
    api.fail(times=1)
    assert [ask(api, order_path(store), token=None).status for _ in range(2)] == [500, 403]


def test_it_is_slow_by_the_seconds_and_times_given(api: StoreApi, store: Store, slept: list[float]) -> None:
    api.slow_down(seconds=2.5, times=2, match="*orders*")
    api.slow_down(times=1)
    assert [ask(api, order_path(store)).status for _ in range(3)] == [200] * 3
    assert slept == [2.5, 2.0, 2.5]


def test_rules_apply_in_the_order_given(api: StoreApi, store: Store, slept: list[float]) -> None:
    api.slow_down(seconds=1)
    api.fail(status=502, times=1)
    api.slow_down(seconds=4)
    assert [ask(api, order_path(store)).status for _ in range(2)] == [502, 200]
    assert slept == [1, 1, 4]  # nothing comes after a failure


def test_a_slow_answer_says_what_was_true_when_the_call_came(store: Store) -> None:
    api = StoreApi(store, sleep=lambda _seconds: store.pause())
    api.slow_down(times=1)
    assert ask(api, subscription_path(store)).data["status"] == "ACTIVE"
    assert ask(api, subscription_path(store)).data["status"] == "PAUSE"


# Holding.


def test_a_held_call_waits_for_the_release(api: StoreApi, store: Store, pool: ThreadPoolExecutor) -> None:
    hold = api.hold(match="/api/v1/orders/*")
    held = pool.submit(ask, api, order_path(store))
    assert hold.wait(SOON)
    assert not held.done()
    assert ask(api, subscription_path(store)).status == 200
    assert ask(api, order_path(store)).status == 200  # one call was to be held, and no more
    assert not held.done()
    hold.release()
    assert held.result(SOON).status == 200
    assert [call.path for call in api.calls][-1] == order_path(store)


def test_a_held_answer_says_what_was_true_when_the_call_came(
    api: StoreApi, store: Store, pool: ThreadPoolExecutor
) -> None:
    hold = api.hold()
    held = pool.submit(ask, api, subscription_path(store))
    assert hold.wait(SOON)
    store.pause()
    assert ask(api, subscription_path(store)).data["status"] == "PAUSE"
    hold.release()
    assert held.result(SOON).data["status"] == "ACTIVE"


def test_nobody_came_is_false(api: StoreApi) -> None:
    hold = api.hold()
    assert hold.wait(0) is False
    assert repr(hold) == "<hold: 0 arrived, waiting>"


def test_each_of_two_holds_takes_a_call_so_that_the_second_can_overtake(
    api: StoreApi, store: Store, pool: ThreadPoolExecutor
) -> None:
    holds = [api.hold(), api.hold()]
    calls = []
    for hold in holds:
        calls.append(pool.submit(ask, api, subscription_path(store)))
        assert hold.wait(SOON)
        store.pause() if hold is holds[0] else store.resume()
    holds[1].release()
    assert calls[1].result(SOON).data["status"] == "PAUSE"
    assert not calls[0].done()
    holds[0].release()
    holds[0].release()
    assert calls[0].result(SOON).data["status"] == "ACTIVE"


def test_a_hold_that_was_released_holds_nobody(api: StoreApi, store: Store) -> None:
    hold = api.hold(times=None, timeout=0)
    hold.release()
    assert hold.is_released
    assert ask(api, order_path(store)).status == 200


def test_a_call_that_nobody_releases_is_answered_503(api: StoreApi, store: Store) -> None:
    api.hold(timeout=0)
    told = ask(api, order_path(store))
    assert told.message == (
        "This call was held for 0 seconds. Call release() on what api.hold() gave, or give it a longer timeout."
    )
    assert (told.data["errorCode"], told.data["details"]) == ("HELD", {"status": 503})
    assert [call.status for call in api.calls] == [503]


def test_to_behave_lets_go_what_is_held(api: StoreApi, store: Store, pool: ThreadPoolExecutor) -> None:
    hold = api.hold(times=None)
    held = [pool.submit(ask, api, order_path(store)) for _ in range(3)]
    assert hold.wait(SOON)
    api.behave()
    assert [one.result(SOON).status for one in held] == [200] * 3


def test_rules_that_are_counted_are_used_once_each_by_many_threads(
    api: StoreApi, store: Store, pool: ThreadPoolExecutor
) -> None:
    api.fail(status=503, times=20)
    start = threading.Barrier(8)

    def call_often() -> list[int]:
        start.wait(SOON)
        return [ask(api, order_path(store)).status for _ in range(10)]

    futures: list[Future[list[int]]] = [pool.submit(call_often) for _ in range(8)]
    statuses = [status for future in futures for status in future.result(SOON)]
    assert (statuses.count(503), statuses.count(200)) == (20, 60)
    assert len(api.calls) == 80


def test_it_answers_while_the_store_goes_on(api: StoreApi, store: Store, pool: ThreadPoolExecutor) -> None:
    paths = [
        f"/api/v1/orders/{store.orders[0].code}",
        f"/api/payment/receipt/{store.payments[0].id_key}",
        subscription_path(store),
    ]
    api.hide_new(events=1)
    done = threading.Event()

    def call_on() -> list[Told]:
        told = [ask(api, path) for path in paths]
        while not done.is_set():
            told += [ask(api, path) for path in paths]
        return told

    store.update_customer(name="So that nothing is new")
    futures = [pool.submit(call_on) for _ in range(3)]
    for _ in range(12):
        store.advance(days=31)
    done.set()
    assert {told.status for future in futures for told in future.result(SOON)} == {200}


# Misuse.


@pytest.mark.parametrize(
    ("rule", "options", "message"),
    [
        ("fail", {"status": 200}, "status=200 is not an error status. Give one from 400 to 599, such as status=503."),
        ("fail", {"status": 600}, "status=600 is not an error status."),
        ("fail", {"status": "500"}, "status='500' is not an error status."),
        ("fail", {"times": 0}, "times=0 is not a number of calls. Give times=2, or times=None for all."),
        ("fail", {"times": True}, "times=True is not a number of calls."),
        ("fail", {"retry_after": -1}, "retry_after=-1 is not a whole number of seconds. Give retry_after=3"),
        ("fail", {"retry_after": 1.5}, "retry_after=1.5 is not a whole number of seconds."),
        ("fail", {"match": 7}, "match=7 matches no path. Give a path with wildcards, such as '/api/v1/orders/*'."),
        ("fail", {"match": "orders/*"}, "match='orders/*' matches no path."),
        ("hold", {"match": None}, "match=None matches no path."),
        ("hold", {"times": 1.0}, "times=1.0 is not a number of calls."),
        ("hold", {"timeout": -1}, "timeout=-1 is not a number of seconds. Give one from 0 up, such as timeout=2."),
        ("slow_down", {"seconds": -0.1}, "seconds=-0.1 is not a number of seconds."),
        ("slow_down", {"seconds": float("inf")}, "seconds=inf is not a number of seconds."),
        ("slow_down", {"seconds": "2"}, "seconds='2' is not a number of seconds."),
        ("slow_down", {"times": -1}, "times=-1 is not a number of calls."),
        ("fall_behind", {"events": -1}, "events=-1 is not a number of events. Give one from 0 up, such as events=3."),
        ("fall_behind", {"events": 1.5}, "events=1.5 is not a number of events."),
        ("fall_behind", {"match": ""}, "match='' matches no path."),
        ("hide_new", {"events": None}, "events=None is not a number of events."),
        ("hide_new", {"match": b"/api"}, "match=b'/api' matches no path."),
    ],
)
def test_a_rule_that_means_nothing_is_refused(
    api: StoreApi, store: Store, rule: str, options: Any, message: str
) -> None:
    with pytest.raises(SteppayMockError) as caught:
        getattr(api, rule)(**options)
    assert str(caught.value).startswith(message)
    assert ask(api, order_path(store)).status == 200


@pytest.mark.parametrize(
    "match",
    [
        *(
            "*",
            "/*",
            "/api/v1/orders",
            "/api/v1/orders/*",
            "/api/v1/orders/5",
            "/api/v1/orders/order_한글*",
            "*/calculate",
        ),
        *(
            "/api/v1/[os]*",
            "/api/v1/orders/??",
            "/api/v1/*/*/items/*/options",
            "[/]api/v1/products/*",
            "/api/v?/invoices",
        ),
        *("/api/payment/receipt/*", "*orders*", "/api/v1/orders/*/cancel", "/api/v1/products/[!0-9]*/prices"),
    ],
)
def test_a_rule_is_taken_for_the_path_of_a_call(match: str) -> None:
    StoreApi(Store(seed=7)).fail(match=match)


@pytest.mark.parametrize(
    ("match", "near"),
    [
        ("/api/v1/order/*", "Did you mean '/api/v1/orders/*'?"),
        ("/api/v2/orders", "Did you mean '/api/v1/orders'?"),
        ("/api/v1/orders/", "Did you mean"),
        ("/orders/*", "Its paths are /api/v1/orders/{idOrCode}, "),
        ("/api/v1/customers/*/cards/*", "Did you mean"),
        ("/api/v1/[xyz]*", "Its paths are"),
        ("/api/v1/orders/*/pay/", "Its paths are"),
    ],
)
def test_a_rule_for_a_path_that_no_call_has_is_refused(match: str, near: str) -> None:
    api = StoreApi(Store(seed=7))
    for add in (api.fail, api.hide_new, api.fall_behind, api.slow_down, api.hold):
        with pytest.raises(SteppayMockError) as refused:
            add(match=match)
        assert f"No call of StepPay's REST API has the path {match!r}." in str(refused.value)
        assert near in str(refused.value)


def test_one_rule_can_end_alone(api: StoreApi, store: Store) -> None:
    api.fail(status=503, match="/api/v1/subscriptions/*")
    rule = Fail(status=429, match="/api/v1/orders/*", retry_after=None)
    for _ in range(2):  # it can be used again
        with api.misbehaving(rule):
            assert ask(api, order_path(store)).status == 429
        assert ask(api, order_path(store)).status == 200
        assert ask(api, subscription_path(store)).status == 503
    with api.misbehaving(rule):
        api.behave()
        assert ask(api, order_path(store)).status == 200
