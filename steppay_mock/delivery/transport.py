"""What must whatever carries webhooks be able to do, and what does it bring back?

A transport is opened once, by ``with`` or ``async with``, and then sends any number of requests: whoever tries out many
orders holds one open. It turns everything that a receiver can do wrong into an :class:`Answer` and lets pass only what
is not the receiver's doing: KeyboardInterrupt, the cancelling of an awaited send, and an OwnLackError, where this
machine lacks something to send with.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.request import Request
    from steppay_mock.wire.redact import Redaction

MAX_ANSWER = 64 * 1024
"""Bytes of an answer's body that are kept: people read it, and an endless one must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``status`` None if nothing did, ``error`` None if it came whole; ``latency`` in seconds.

    ``failure`` is the code of what ``error`` says in words.
    """

    status: int | None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str | None = None
    exception: BaseException | None = None
    latency: float = 0.0
    failure: Failure | None = None

    @property
    def is_success(self) -> bool:
        """Whether it takes what was sent: it came whole, with 2xx (assumed, fact 23)."""
        return self.error is None and self.status is not None and 200 <= self.status <= 299

    def without(self, redact: Redaction) -> Answer:
        """The answer without the secrets; the answer itself if it holds none. Every transport ends with it."""
        if not redact or not self._may_hold(redact):
            return self
        return replace(
            self,
            body=redact.data(self.body, cut=len(self.body) >= MAX_ANSWER),
            error=None if self.error is None else redact.text(self.error),
            headers={redact.text(name): redact.text(value) for name, value in self.headers.items()},
            exception=None if self.exception is None else redact.exception(self.exception),
        )

    def _may_hold(self, redact: Redaction) -> bool:
        """Whether it is worth a closer look: of most answers it is not, and there are many."""
        if self.error is not None or self.exception is not None or len(self.body) >= MAX_ANSWER:
            return True
        return redact.is_in("\n".join([*self.headers, *self.headers.values()])) or redact.is_in_data(self.body)


@runtime_checkable
class Transport(Protocol):
    """Sends requests while the caller waits: HTTP, WSGI, Lambda."""

    @property
    def target(self) -> str:
        """Where the requests go, for people."""

    @property
    def in_process(self) -> bool:
        """Whether the receiver is an app that runs in the thread of the caller."""

    def send(self, request: Request) -> Answer:
        """Hand over one request and give back what came of it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class AsyncTransport(Protocol):
    """Sends requests from within an event loop: ASGI, and any Transport by way of :class:`ThreadedTransport`."""

    @property
    def target(self) -> str:
        """Where the requests go, for people."""

    async def send(self, request: Request) -> Answer:
        """Hand over one request and give back what came of it."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class ThreadedTransport:
    """Sends through a Transport from a worker thread, so that the event loop goes on.

    In the transaction of a test of Django it is the thread that holds the transaction.
    """

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    @property
    def target(self) -> str:
        """Where the requests go, for people."""
        return self.inner.target

    async def send(self, request: Request) -> Answer:
        """Hand over one request in a thread."""
        return await self.call(self.inner.send, request)

    async def call(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """What the function gives in that thread."""
        from steppay_mock.delivery.django_transaction import in_sync_thread, transactions_beside_loop

        if self.inner.in_process and await transactions_beside_loop():
            return await in_sync_thread(function, *arguments)
        from asyncio import get_running_loop
        from contextvars import copy_context
        from functools import partial

        try:
            sending = get_running_loop().run_in_executor(None, partial(copy_context().run, function, *arguments))
        except RuntimeError:
            from steppay_mock.delivery.lack import no_thread_left

            return no_thread_left()
        return await sending

    async def __aenter__(self) -> Self:
        self.inner.__enter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.inner.__exit__(kind, error, traceback)
