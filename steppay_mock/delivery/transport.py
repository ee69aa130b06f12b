"""The protocol of a transport, which carries one request at a time to a receiver and returns its answer.

A transport is opened once, by ``with`` or ``async with``, and then sends any number of requests. Everything that a
receiver does wrong becomes an :class:`~steppay_mock.delivery.answer.Answer`. A transport raises only what the receiver
did not cause: KeyboardInterrupt, the cancelling of an awaited send, and an OwnLackError, where this machine lacks
something to send with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.request import Request


@runtime_checkable
class Transport(Protocol):
    """Sends requests while the caller waits: HTTP, WSGI, Lambda."""

    @property
    def target(self) -> str:
        """The receiver, as messages name it."""

    @property
    def in_process(self) -> bool:
        """Whether the receiver is an app that runs in the thread of the caller."""

    def send(self, request: Request) -> Answer:
        """Send one request and return its answer."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class AsyncTransport(Protocol):
    """Sends requests within an event loop: ASGI, and any Transport through a :class:`ThreadedTransport`."""

    @property
    def target(self) -> str:
        """The receiver, as messages name it."""

    async def send(self, request: Request) -> Answer:
        """Send one request and return its answer."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class ThreadedTransport:
    """Sends through a Transport in a worker thread, so that the event loop goes on.

    Within the transaction of a Django test it sends in the thread that holds the transaction.
    """

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    @property
    def target(self) -> str:
        """The receiver, as messages name it."""
        return self.inner.target

    async def send(self, request: Request) -> Answer:
        """Send one request in a thread."""
        return await self.call(self.inner.send, request)

    async def call(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """Call the function in that thread and return its result."""
        from steppay_mock.delivery.in_process.django_connections import in_sync_thread, transactions_beside_loop

        if self.inner.in_process and await transactions_beside_loop():
            return await in_sync_thread(function, *arguments)
        from asyncio import get_running_loop
        from contextvars import copy_context
        from functools import partial

        try:
            sending = get_running_loop().run_in_executor(None, partial(copy_context().run, function, *arguments))
        except RuntimeError:
            from steppay_mock.delivery.own_lack import no_thread_left

            return no_thread_left()
        return await sending

    async def __aenter__(self) -> Self:
        self.inner.__enter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.inner.__exit__(kind, error, traceback)
