"""Synchronous calls are refused in a running loop, awaited ones outside of asyncio; each refusal says what to do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.delivery.in_process.running_loop import is_in_asyncio, refuse_running_loop, require_asyncio

TO_ASYNCIO = "Let the test run on asyncio; with anyio: `@pytest.fixture\ndef anyio_backend(): return 'asyncio'`"


def told(ask: Callable[[], object]) -> str:
    """The refusal; empty if there is none."""
    try:
        ask()
    except SteppayMockError as error:
        return str(error)
    return ""


def refuse() -> None:
    refuse_running_loop("deliver() cannot call an ASGI app", instead="await it: await deliver_async(...)")


def both() -> tuple[str, str]:
    return told(refuse), told(require_asyncio)


async def both_in_a_loop() -> tuple[str, str]:
    return both()


@pytest.fixture
def trio(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A trio that is loaded; whether its loop runs here is what ``current_task`` says."""
    lowlevel: Any = ModuleType("trio.lowlevel")
    lowlevel.current_task = object
    monkeypatch.setitem(sys.modules, "trio.lowlevel", lowlevel)
    return lowlevel


def outside() -> object:
    raise RuntimeError("must be called from async context")


AWAIT = "No event loop of asyncio is running here. Await it in one: asyncio.run(...)."
REFUSED = "deliver() cannot call an ASGI app within a running event loop. Await it: await deliver_async(...)"


def test_without_a_loop_and_within_one_of_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "trio.lowlevel", raising=False)
    assert both() == ("", AWAIT)
    assert asyncio.run(both_in_a_loop()) == (REFUSED, "")


def test_the_same_where_trio_is_loaded_and_does_not_run_here(trio: Any) -> None:
    trio.current_task = outside
    assert both() == ("", AWAIT)
    assert asyncio.run(both_in_a_loop()) == (REFUSED, "")


@pytest.mark.usefixtures("trio")
def test_within_trio_neither_goes() -> None:
    synchronous, awaited = both()
    assert synchronous == (
        f"deliver() cannot call an ASGI app within trio, whose loop is running here. {TO_ASYNCIO}, "
        "and await it: await deliver_async(...)"
    )
    assert awaited == f"steppay-mock runs on asyncio, and the loop that is running here is trio's. {TO_ASYNCIO}."


def test_where_asyncio_is_not_loaded_no_loop_of_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> tuple[bool, bool]:
        with monkeypatch.context() as patch:
            patch.delitem(sys.modules, "asyncio")
            without = is_in_asyncio()
        return without, is_in_asyncio()

    assert asyncio.run(test()) == (False, True)
    assert is_in_asyncio() is False
