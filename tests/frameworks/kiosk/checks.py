"""What each cell of the matrix does, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection
from frameworks.kiosk.models import Received

from steppay_mock import SteppayMockError, deliver, deliver_async, explore, explore_async, make_events
from steppay_mock.delivery.schedule import Overlap, Schedule
from steppay_mock.ordering.saving import saving_django

APPS: dict[str, Any] = {"WSGI": get_wsgi_application(), "ASGI": get_asgi_application()}
EVENTS = make_events(["customer.created", "payment.completed"], seed=7)
PATHS = "/webhooks/steppay", "/async"
OPTIONS: dict[str, Any] = {"duplicates": False, "seed": 7}
TOGETHER = Schedule(tuple(EVENTS), (Overlap(events=(0, 1)),))

OUTCOMES: list[tuple[str, str, str, str]] = []
"""Frame, receiver, how it is delivered, and what came of it; for the test that runs this."""


def state() -> list[str]:
    return sorted(Received.objects.values_list("fingerprint", flat=True))


async def async_state() -> list[str]:
    return [one.fingerprint async for one in Received.objects.order_by("fingerprint")]


def one_by_one(frame: str, name: str, receiver: Any) -> None:
    """Works, in views of both kinds; the connection of the test stays open."""
    assert state() == []
    before = connection.connection
    for path in PATHS:
        explore(EVENTS, receiver, state=state, path=path, **OPTIONS, **saving_django()).assert_ok()
    for path in PATHS:
        deliver(EVENTS, to=receiver, path=path).assert_ok()
        assert len(state()) == len(EVENTS)
    assert connection.connection is before
    OUTCOMES.append((frame, name, "one by one", "yes"))


def at_once(frame: str, name: str, receiver: Any) -> None:
    """Works, or is refused before anything was written."""
    assert state() == []
    options: Any = OPTIONS | {"overlap": 2} | saving_django()
    found = outcome_of(lambda: explore(EVENTS, receiver, state=state, **options))
    assert state() == []
    assert outcome_of(lambda: deliver(TOGETHER, to=receiver)) == found
    assert len(state()) == (len(EVENTS) if found == "yes" else 0)
    OUTCOMES.append((frame, name, "at once", found))


async def one_by_one_async(frame: str, name: str, receiver: Any) -> None:
    async def explored() -> None:
        for path, probe in zip(PATHS, (state, async_state), strict=True):
            found = await explore_async(EVENTS, receiver, state=probe, path=path, **OPTIONS, **saving_django())
            found.assert_ok()

    async def delivered() -> None:
        for path in PATHS:
            (await deliver_async(EVENTS, to=receiver, path=path)).assert_ok()

    assert await async_state() == []
    found = await outcome_of_async(explored)
    assert await async_state() == []
    assert await outcome_of_async(delivered) == found
    assert len(await async_state()) == (len(EVENTS) if found == "yes" else 0)
    OUTCOMES.append((frame, name, "one by one", found))


async def at_once_async(frame: str, name: str, receiver: Any) -> None:
    async def explored() -> None:
        options: Any = OPTIONS | {"overlap": 2} | saving_django()
        (await explore_async(EVENTS, receiver, state=async_state, **options)).assert_ok()

    async def delivered() -> None:
        (await deliver_async(TOGETHER, to=receiver)).assert_ok()

    assert await async_state() == []
    found = await outcome_of_async(explored)
    assert await outcome_of_async(delivered) == found
    assert len(await async_state()) == (len(EVENTS) if found == "yes" else 0)
    OUTCOMES.append((frame, name, "at once", found))


def outcome_of(work: Callable[[], Any]) -> str:
    try:
        work().assert_ok()
    except SteppayMockError as error:
        return refusal(error)
    return "yes"


async def outcome_of_async(work: Callable[[], Awaitable[None]]) -> str:
    try:
        await work()
    except SteppayMockError as error:
        return refusal(error)
    return "yes"


def refusal(error: SteppayMockError) -> str:
    """What the message says to do."""
    if "Give the tests a file" in str(error):
        return "needs a file"
    assert "Use pytest-django's fixture `transactional_db` instead of `db`" in str(error), error
    assert "or TransactionTestCase in the place of TestCase." in str(error), error
    return "needs `transactional_db`"
