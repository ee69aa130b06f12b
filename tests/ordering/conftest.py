"""Events for the search, the life of one subscription, one webhook a minute; and receivers near and far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from serving import Serve

from steppay_mock import Event, Store, make_event

START = datetime(2025, 1, 15, 3, 0, tzinfo=UTC)
STATUSES = ("ACTIVE", "UNPAID", "ACTIVE", "PAUSE", "ACTIVE", "PENDING_CANCEL", "CANCELED")

MakeLife = Callable[..., tuple[Event, ...]]


@pytest.fixture
def make_life() -> MakeLife:
    """So many webhooks of a subscription; ``apart`` seconds lie between two."""

    def make(count: int, *, apart: int = 60) -> tuple[Event, ...]:
        return tuple(
            make_event(
                "subscription.created" if place == 0 else "subscription.updated",
                seed=7,
                now=START + timedelta(seconds=apart * place),
                data={"subscriptionId": 700, "customerId": 42, "status": STATUSES[place % len(STATUSES)]},
            )
            for place in range(count)
        )

    return make


@pytest.fixture(params=["wsgi", "url"])
def mounted(request: pytest.FixtureRequest, serve: Serve) -> Callable[[Any], Any]:
    """The app itself, called in threads, or its URL."""
    return lambda app: app if request.param == "wsgi" else serve(app)


@pytest.fixture
def store() -> Store:
    """A subscription that was paused and resumed, a day after each other."""
    store = Store(seed=7)
    store.checkout()
    store.advance(days=1)
    store.pause()
    store.advance(days=1)
    store.resume()
    return store
