"""From a running loop, a transport sends in a thread: that of a Django transaction if there is one, else another."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

import pytest

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.in_process.django_connections import in_sync_thread
from steppay_mock.delivery.request import Request
from steppay_mock.delivery.transport import ThreadedTransport, Transport

if TYPE_CHECKING:
    from delivery.django_here import DjangoHere

REQUEST = Request(b"{}", ())
SAID: ContextVar[str] = ContextVar("said", default="nothing")


class Sends:
    """A transport that notes what happens to it."""

    target = "a receiver"

    def __init__(self, *, in_process: bool) -> None:
        self.in_process = in_process
        self.log: list[Any] = []

    def send(self, request: Request) -> Answer:
        self.log.append((threading.current_thread(), SAID.get()))
        return Answer(200, body=request.body)

    def __enter__(self) -> Self:
        self.log.append("opened")
        return self

    def __exit__(self, *exception: object) -> None:
        self.log.append(("closed", *exception))


@pytest.mark.parametrize("in_process", [True, False])
def test_it_sends_in_another_thread_and_in_the_context_of_the_caller(*, in_process: bool) -> None:
    inner = Sends(in_process=in_process)
    assert isinstance(inner, Transport)

    async def test() -> Answer:
        SAID.set("by the caller")
        async with ThreadedTransport(inner) as transport:
            assert (transport.inner, transport.target) == (inner, "a receiver")
            return await transport.send(REQUEST)

    answer = asyncio.run(test())
    opened, (thread, said), closed = inner.log
    assert (answer.status, answer.body, said) == (200, b"{}", "by the caller")
    assert thread is not threading.current_thread()
    assert (opened, closed) == ("opened", ("closed", None, None, None))


def test_it_is_closed_with_the_error_that_ended_it() -> None:
    inner, error = Sends(in_process=True), KeyError("of the test")

    async def test() -> None:
        async with ThreadedTransport(inner):
            raise error

    with pytest.raises(KeyError):
        asyncio.run(test())
    assert inner.log[-1] == ("closed", KeyError, error, inner.log[-1][3])
    assert inner.log[-1][3] is not None


@pytest.mark.parametrize("in_process", [True, False])
def test_in_a_transaction_an_app_is_called_where_that_is_and_a_url_is_not(
    django: DjangoHere, *, in_process: bool
) -> None:
    from django.db import transaction

    inner = Sends(in_process=in_process)

    async def test() -> threading.Thread:
        atomic = transaction.atomic()
        await in_sync_thread(atomic.__enter__)
        await ThreadedTransport(inner).send(REQUEST)
        await in_sync_thread(atomic.__exit__, None, None, None)
        await in_sync_thread(django.connections.close_all)
        return await in_sync_thread(threading.current_thread)

    of_transaction = asyncio.run(test())
    assert (inner.log[0][0] is of_transaction) is in_process


def test_no_thread_is_a_lack_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def test() -> Answer:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            return await ThreadedTransport(Sends(in_process=False)).send(REQUEST)

    assert asyncio.run(test()).failure is Failure.OWN_THREADS
