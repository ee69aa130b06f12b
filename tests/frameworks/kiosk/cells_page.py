"""The tests that docs/django.md shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from frameworks.kiosk.models import Received

from pytest_steppay.door import StepPay
from steppay_mock.ordering.saving import saving_django

EVENTS = "one-time-purchase"


def state() -> list[Any]:
    return list(Received.objects.order_by("fingerprint").values())


@pytest.mark.django_db
def test_every_order(steppay: StepPay) -> None:
    steppay.assert_order_independent(EVENTS, get_wsgi_application(), state=state, **saving_django())


@pytest.mark.django_db
def test_every_order_through_asgi(steppay: StepPay) -> None:
    steppay.assert_order_independent(EVENTS, get_asgi_application(), state=state, **saving_django())


in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()


@pytest.mark.skipif(in_memory, reason="webhooks in flight at once need a connection each")
@pytest.mark.django_db(transaction=True)
def test_webhooks_in_flight_at_once(steppay: StepPay) -> None:
    steppay.assert_order_independent(EVENTS, get_wsgi_application(), state=state, overlap=3, **saving_django())


def test_through_a_live_server(steppay: StepPay, live_server: Any) -> None:
    steppay.assert_order_independent(EVENTS, live_server.url, state=state, **saving_django())


@pytest.fixture
async def closing() -> AsyncIterator[None]:
    yield
    await sync_to_async(connections.close_all)()


@pytest.mark.anyio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("closing")
async def test_every_order_in_an_async_test(steppay: StepPay) -> None:
    app = get_asgi_application()
    await steppay.assert_order_independent_async(EVENTS, app, state=state, **saving_django())
    assert not await Received.objects.aexists()
