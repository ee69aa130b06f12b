"""The matrix: tests and receivers of every kind. The second turn would see what the first one left behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import LiveServerTestCase, TestCase, TransactionTestCase
from frameworks.kiosk.checks import APPS, at_once, at_once_async, one_by_one, one_by_one_async

FRAMES = [
    pytest.param("`db`", marks=pytest.mark.django_db),
    pytest.param("`transactional_db`", marks=pytest.mark.django_db(transaction=True)),
]
turns = pytest.mark.parametrize("turn", [1, 2])
apps = pytest.mark.parametrize("app", APPS)


@pytest.mark.parametrize("check", [one_by_one, at_once])
@pytest.mark.parametrize("frame", FRAMES)
@apps
@turns
@pytest.mark.usefixtures("turn")
def test_functions(frame: str, app: str, check: Callable[..., None]) -> None:
    check(frame, app, APPS[app])


@pytest.mark.parametrize("check", [one_by_one, at_once])
@turns
@pytest.mark.usefixtures("turn")
def test_live_server(live_server: Any, check: Callable[..., None]) -> None:
    check("`live_server`", "its URL", live_server.url)


@pytest.mark.parametrize("check", [one_by_one_async, at_once_async])
@pytest.mark.parametrize("frame", FRAMES)
@apps
@turns
@pytest.mark.usefixtures("turn")
@pytest.mark.anyio
async def test_async_functions(frame: str, app: str, check: Callable[..., Awaitable[None]]) -> None:
    try:
        await check(f"`async def`, {frame}", app, APPS[app])
    finally:
        await sync_to_async(connections.close_all)()  # the test's own, of the thread that its database calls went to


class Turns:
    """The same in classes."""

    frame: str

    def check(self, check: Callable[..., None], app: str) -> None:
        check(self.frame, app, APPS[app])

    def test_wsgi(self) -> None:
        self.check(one_by_one, "WSGI")

    test_wsgi_again = test_wsgi

    def test_asgi(self) -> None:
        self.check(one_by_one, "ASGI")

    test_asgi_again = test_asgi

    def test_wsgi_at_once(self) -> None:
        self.check(at_once, "WSGI")

    def test_asgi_at_once(self) -> None:
        self.check(at_once, "ASGI")


class AsyncTurns:
    """The same in async methods."""

    frame: str

    async def check(self, check: Callable[..., Awaitable[None]], app: str) -> None:
        await check(self.frame, app, APPS[app])

    async def test_wsgi(self) -> None:
        await self.check(one_by_one_async, "WSGI")

    test_wsgi_again = test_wsgi

    async def test_asgi(self) -> None:
        await self.check(one_by_one_async, "ASGI")

    test_asgi_again = test_asgi

    async def test_wsgi_at_once(self) -> None:
        await self.check(at_once_async, "WSGI")

    async def test_asgi_at_once(self) -> None:
        await self.check(at_once_async, "ASGI")


class TestInTestCase(Turns, TestCase):
    frame = "`TestCase`"


class TestInTransactionTestCase(Turns, TransactionTestCase):
    frame = "`TransactionTestCase`"


class TestInLiveServerTestCase(LiveServerTestCase):
    def test_its_url(self) -> None:
        one_by_one("`live_server`", "its URL", self.live_server_url)

    test_its_url_again = test_its_url

    def test_its_url_at_once(self) -> None:
        at_once("`live_server`", "its URL", self.live_server_url)


class TestAsyncInTestCase(AsyncTurns, TestCase):
    frame = "`async def`, `TestCase`"


class TestAsyncInTransactionTestCase(AsyncTurns, TransactionTestCase):
    frame = "`async def`, `TransactionTestCase`"
