"""What the tests of the REST API share: a store with a subscription, the API in front of it, a path that it has."""

from __future__ import annotations

import pytest

from steppay_mock import Store, StoreApi


@pytest.fixture
def store() -> Store:
    store = Store(seed=7)
    store.checkout()
    return store


@pytest.fixture
def api(store: Store) -> StoreApi:
    return StoreApi(store, token="live_8f3a")


@pytest.fixture
def path(store: Store) -> str:
    return f"/api/v1/subscriptions/{store.subscription.id}"
