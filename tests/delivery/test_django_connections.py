"""Which of Django's connections a thread has, and that Django's code runs in the thread that has them."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from delivery.threads_apart import in_thread

from steppay_mock.delivery.in_process import django_connections
from steppay_mock.delivery.in_process.django_connections import (
    close_connection,
    closing_connections,
    connections_of_thread,
    in_sync_thread,
    is_django_in_use,
    open_connections,
    open_transactions,
    run_in_test,
    transactions_beside_loop,
)

if TYPE_CHECKING:
    from delivery.django_here import DjangoHere


@pytest.mark.usefixtures("django")
def test_django_is_in_use_when_it_has_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import empty, settings

    assert is_django_in_use() is True
    configured = settings._wrapped
    settings._wrapped = empty
    try:
        assert is_django_in_use() is False
        assert open_transactions() == ()
        assert asyncio.run(transactions_beside_loop()) == ()
    finally:
        settings._wrapped = configured
    monkeypatch.delitem(sys.modules, "django.db")
    assert is_django_in_use() is False


def test_a_thread_has_the_connections_that_it_made_itself(django: DjangoHere) -> None:
    from django.db import transaction

    assert connections_of_thread() == []
    mine, other = django.use(), django.connections["other"]
    seen: list[Any] = []
    with transaction.atomic():
        assert open_transactions() == (mine,)
        assert (
            in_thread(lambda: seen.extend([connections_of_thread(), open_connections(), open_transactions()])) is None
        )
    assert seen == [[], [], ()]
    assert open_transactions() == ()
    assert sorted(one.alias for one in connections_of_thread()) == ["default", "other"]
    assert open_connections() == [mine]
    assert other.connection is None


def test_a_loop_that_runs_in_the_thread_hides_none_of_them(django: DjangoHere) -> None:
    from django.db import transaction

    async def look() -> None:
        assert (open_transactions(), open_connections()) == ((mine,), [mine])
        assert asyncio.get_running_loop() is loop

    mine = django.use()
    with transaction.atomic(), asyncio.Runner() as runner:
        loop = runner.get_loop()
        runner.run(look())


def test_a_connection_to_a_database_in_memory_can_be_closed_too(django_in_memory: DjangoHere) -> None:
    one = django_in_memory.use()
    close_connection(one)
    assert one.connection is None
    assert open_connections() == []


def test_the_synchronous_thread_is_asked_for_its_transactions(django: DjangoHere) -> None:
    from django.db import transaction

    begun: list[Any] = []

    def begin() -> Any:
        begun.append(transaction.atomic())
        begun[0].__enter__()
        return django.connections["default"]

    async def test() -> None:
        assert await transactions_beside_loop() == ()
        held = await in_sync_thread(begin)
        assert open_transactions() == ()
        assert await transactions_beside_loop() == (held,)
        await in_sync_thread(begun[0].__exit__, None, None, None)
        await in_sync_thread(django.connections.close_all)

    asyncio.run(test())


@pytest.mark.parametrize("raises", [False, True])
def test_connections_that_were_opened_meanwhile_are_closed_and_no_others(django: DjangoHere, *, raises: bool) -> None:
    from django.db import transaction

    begun: list[Any] = []

    def hold() -> Any:
        begun.append(transaction.atomic("held"))
        begun[0].__enter__()

    async def test() -> None:
        django.connections.settings["held"] = dict(django.connections.settings["default"])
        before = await in_sync_thread(django.use)
        try:
            async with closing_connections():
                opened = await in_sync_thread(django.use, "other")
                await in_sync_thread(hold)
                _ = 1 / (0 if raises else 1)
        except ZeroDivisionError:
            assert raises
        held = await in_sync_thread(lambda: django.connections["held"])
        assert [one.connection is not None for one in (before, opened, held)] == [True, False, True]
        await in_sync_thread(begun[0].__exit__, None, None, None)
        await in_sync_thread(django.connections.close_all)

    asyncio.run(test())


def test_where_django_is_not_in_use_no_thread_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_connections, "is_django_in_use", lambda: False)
    monkeypatch.setattr(django_connections, "in_sync_thread", None)

    async def test() -> None:
        async with closing_connections():
            assert await transactions_beside_loop() == ()

    asyncio.run(test())


def test_while_a_function_runs_for_a_test_its_synchronous_work_is_in_the_thread_of_the_test() -> None:
    async def work(*given: int) -> tuple[Any, ...]:
        return threading.current_thread(), await in_sync_thread(
            lambda *told: (threading.current_thread(), told), *given
        )

    of_loop, (of_sync, given) = run_in_test(work, 1, 2)
    assert (of_sync, given) == (threading.current_thread(), (1, 2))
    assert of_loop is not of_sync
