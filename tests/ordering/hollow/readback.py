"""A pair that reads the present status back from StepPay's REST API: without a lock, and with one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import Lock

import requests
from ordering.hollow.pairs import CANCELLATION
from ordering.hollow.shop import Shop, Webhook, keep_subscription, wsgi

from steppay_mock import StoreApi, explore, scenario
from steppay_mock.ordering.exploration import Exploration

ADDRESS = "https://api.steppay.kr/api/v1/subscriptions/{}"


def reads_back(lock: Callable[[], AbstractContextManager[object]]) -> Exploration:
    """What is found out about a receiver that asks the API, and writes what that says, in this lock."""
    story = scenario(CANCELLATION, seed=7)
    api, shop, held = StoreApi(story.store), Shop(), lock()

    def take(_shop: Shop, hook: Webhook) -> None:
        key = hook.data["subscriptionId"]
        with held:
            answer = requests.get(ADDRESS.format(key), headers={"Secret-Token": "test_token"}, timeout=5)
            shop.rows[key] = answer.json()["status"]

    changes = [event for event in story if event.type == "subscription.updated"]
    with api.patched():
        return explore(
            changes,
            wsgi(shop, take),
            state=shop.state,
            reset=shop.reset,
            api=api,
            overlap=1,
            duplicates=False,
            losses=False,
            seed=7,
        )


def in_turn(*, knows_api: bool = True, token: str = "test_token", asks: bool = True) -> Exploration:
    """What is found out where webhooks come one after the other; ``knows_api``: the search is told of the API."""
    story = scenario(CANCELLATION, seed=7)
    api, shop = StoreApi(story.store), Shop()

    def take(_shop: Shop, hook: Webhook) -> None:
        keep_subscription(shop, hook)
        if asks:
            key = hook.data["subscriptionId"]
            answer = requests.get(ADDRESS.format(key), headers={"Secret-Token": token}, timeout=5)
            if answer.ok:
                shop.rows[key] = {"status": answer.json()["status"]}

    changes = [event for event in story if event.type.startswith("subscription.")]
    known = api if knows_api else None
    with api.patched():
        return explore(changes, wsgi(shop, take), state=shop.state, reset=shop.reset, api=known, losses=False, seed=7)


def without_lock() -> Exploration:
    return reads_back(nullcontext)


def with_lock() -> Exploration:
    return reads_back(Lock)
