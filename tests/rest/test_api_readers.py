"""Small clients in requests, httpx and fetch read what public receivers read, by the names of the REST API's fields."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import aiohttp
import httpx
import pytest
import requests
import urllib3

from steppay_mock import Store, StoreApi, explore, scenario

TOKEN = "live_8f3a"
READERS = Path(__file__).resolve().parents[1] / "express" / "readers.mjs"

Read = Callable[[str], Any]


def found_by(read: Read, key: object) -> dict[str, Any]:
    """What a receiver finds of an order."""
    order = read(f"/api/v1/orders/{key}")
    subscription = read(f"/api/v1/subscriptions/{order['subscriptions'][0]['id']}")
    product = read(f"/api/v1/products/{order['items'][0]['product']['code']}")
    return {
        "subscription": subscription["id"],
        "plan": subscription["items"][0]["plan"]["name"],
        "price": product["prices"][0]["code"],
        "sold": order["items"][0]["price"]["code"],
        "isPaid": order["paymentDate"] is not None,
    }


def expected_of(store: Store) -> dict[str, Any]:
    price = store.price
    return {
        "subscription": store.subscription.id,
        "plan": price.words["plan"]["name"],
        "price": price.code,
        "sold": price.code,
        "isPaid": True,
    }


@pytest.mark.parametrize("client", [requests, httpx], ids=["requests", "httpx"])
def test_a_client_in_this_process_finds_what_it_looks_for(client: Any, store: Store, api: StoreApi) -> None:
    def read(path: str) -> Any:
        answer = client.get(f"https://api.steppay.kr{path}", headers={"Secret-Token": TOKEN}, timeout=30)
        answer.raise_for_status()
        return answer.json()

    with api.patched():
        assert found_by(read, store.order.id) == found_by(read, store.order.code) == expected_of(store)
        query = {"subscriptionItemId": store.subscription.items[0].id}
        url = "https://api.steppay.kr/api/v1/usages"
        answer = client.get(url, params=query, headers={"Secret-Token": TOKEN}, timeout=30)
        assert answer.json()["record"] == 0  # the query reaches the API


def by_urllib3(url: str) -> Any:
    return urllib3.request("GET", url, headers={"Secret-Token": TOKEN}, retries=False).json()


def by_urllib(url: str) -> Any:
    with urlopen(Request(url, headers={"Secret-Token": TOKEN}), timeout=30) as answer:
        return json.load(answer)


def by_aiohttp(url: str) -> Any:
    async def read() -> Any:
        async with aiohttp.ClientSession() as session, session.get(url, headers={"Secret-Token": TOKEN}) as answer:
            return await answer.json()

    return asyncio.run(read())


@pytest.mark.parametrize("read", [by_urllib3, by_urllib, by_aiohttp])
def test_other_clients_are_refused_with_the_way_to_the_api_and_it_works(
    read: Callable[[str], Any], store: Store, api: StoreApi
) -> None:
    with api.patched(), api.serve() as url:
        with pytest.raises(
            Exception, match=r"serve the API, and give the receiver that address in the place of https:"
        ):
            read(f"https://api.steppay.kr/api/v1/orders/{store.order.id}")
        assert found_by(lambda path: read(url + path), store.order.id) == expected_of(store)


@pytest.mark.node
def test_fetch_finds_what_it_looks_for(store: Store, api: StoreApi, request: pytest.FixtureRequest) -> None:
    node = shutil.which("node")
    if node is None:
        if request.config.getoption("--require-tools", default=False):
            pytest.fail("Node is not installed")
        pytest.skip("Node is not installed")
    with api.serve() as url:
        words = [node, str(READERS), url, TOKEN, store.order.code]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60, encoding="utf-8")
        refused = subprocess.run([*words[:-2], "wrong", words[-1]], capture_output=True, timeout=60, check=False)
    assert json.loads(done.stdout) == expected_of(store)
    assert b"403 The header Secret-Token has a token that is not this API's." in refused.stderr


def test_the_price_of_a_subscriptions_item_is_an_amount(store: Store, api: StoreApi) -> None:
    """SubscriptionItemV1DTO has no price object: its code is priceCode, and that of the subscription price.code."""
    with api.patched():
        url = f"https://api.steppay.kr/api/v1/subscriptions/{store.subscription.id}"
        subscription = requests.get(url, headers={"Secret-Token": TOKEN}, timeout=30).json()
    [item] = subscription["items"]
    assert (item["price"], item["priceCode"]) == (store.price.amount, store.price.code)
    assert subscription["price"]["code"] == store.price.code


def test_a_receiver_that_reads_objects_and_lists_ends_alike_in_every_order() -> None:
    story = scenario("subscription-starts", seed=7)
    api, rows = StoreApi(story.store), dict[str, Any]()

    def read(path: str) -> Any:
        answer = requests.get(f"https://api.steppay.kr{path}", headers={"Secret-Token": "test_token"}, timeout=30)
        return answer.json() if answer.ok else None

    def receiver(environ: Any, start_response: Any) -> list[bytes]:
        event = json.load(environ["wsgi.input"])
        if event["event"].startswith("order."):
            order = read(f"/api/v1/orders/{event['data']['id']}")
            rows["paid"] = order["paymentDate"]
            rows["subscriptions"] = [one["id"] for one in order["subscriptions"]]
        page = read("/api/v1/subscriptions?sort=id&sortDir=ASC")
        rows["statuses"] = {str(one["id"]): one["status"] for one in page["content"]}
        start_response("204 No Content", [])
        return []

    with api.patched():
        found = explore(story, receiver, state=lambda: dict(rows), reset=rows.clear, api=api, losses=False)
    assert found.ok
    assert {call.route for call in api.calls} == {"/api/v1/orders/{idOrCode}", "/api/v1/subscriptions"}
    assert {call.status for call in api.calls} == {200}
