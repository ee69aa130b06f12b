"""Calls an ASGI app in this process with a webhook."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

from steppay_mock.delivery.in_process.answer_builder import AnswerBuilder
from steppay_mock.delivery.in_process.django_requests import kept_connections
from steppay_mock.delivery.in_process.lifespan import AsgiApp, Lifespan
from steppay_mock.delivery.in_process.real_wait import wait_for_tasks
from steppay_mock.delivery.in_process.wsgi import HOST
from steppay_mock.delivery.request import refuse_socket_only
from steppay_mock.wire.redact import NO_REDACTION, Redaction
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.request import Request


class AsgiTransport:
    """Calls an ASGI app, each request in a new task, between the app's startup and its shutdown.

    It waits, ``timeout`` seconds at most, for work that the app goes on with after its answer. ``own_loop``: the event
    loop serves nothing else, so every new task is the app's, and the transport waits for it at the end. ``extra``:
    headers that every request has besides its own.
    """

    in_process = True

    def __init__(
        self,
        app: AsgiApp,
        *,
        name: str,
        path: str,
        timeout: float,
        own_loop: bool = False,
        extra: Mapping[str, str] | None = None,
        redact: Redaction = NO_REDACTION,
    ) -> None:
        self._app = app
        self._redact = redact
        self._timeout = timeout
        self._own_loop = own_loop
        self.target = f"the ASGI app {name} at {shown_url(path)}"
        self._lifespan = Lifespan(app, target=self.target, redact=redact)
        self._extra = extra or {}
        self._others: set[asyncio.Task[Any]] = set()
        self._unfinished: set[asyncio.Task[None]] = set()
        location, _, query = path.partition("?")
        self._scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": unquote(location),
            "raw_path": location.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "client": ("127.0.0.1", 50000),
            "server": (HOST, 80),
        }

    async def __aenter__(self) -> Self:
        await self._lifespan.start()
        self._others = asyncio.all_tasks()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.settle()
        for task in self._unfinished:
            task.cancel()
        await self._lifespan.stop()

    async def settle(self) -> None:
        """Wait for the work that the app goes on with after its answers."""
        pending = set(self._unfinished)
        if self._own_loop:
            pending |= asyncio.all_tasks() - self._others - {asyncio.current_task()}
        if pending:
            await wait_for_tasks(pending, seconds=self._timeout)

    async def send(self, request: Request) -> Answer:
        """Send one request. An exception of the app becomes an answer, and so does its silence."""
        if request.writing is not None:
            refuse_socket_only(request)
        exchange = _AsgiExchange(request.body)
        task = asyncio.create_task(self._call(self._scope_of(request), exchange))
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        try:
            await asyncio.sleep(0)  # most apps answer in one turn of the loop, and a wait costs more than such a turn
            if not task.done():
                await wait_for_tasks({task}, seconds=self._timeout)
            if exchange.built.complete and not task.done():
                await wait_for_tasks({task}, seconds=self._timeout)
        finally:
            if not exchange.built.complete:
                task.cancel()
        if task.done():
            return exchange.built.answer().without(self._redact)
        late = None if exchange.built.complete else self._timeout
        return exchange.built.answer(late=late).without(self._redact)

    def _scope_of(self, request: Request) -> dict[str, Any]:
        scope = self._scope.copy()
        pairs = {**self._extra, **dict(request.headers)}.items() if self._extra else request.headers
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
        scope["headers"] = [(b"host", HOST.encode()), *headers]
        if request.method != "POST":
            scope["method"] = request.method
        state = self._lifespan.state
        if state is not None:
            scope["state"] = state
        return scope

    async def _call(self, scope: dict[str, Any], exchange: _AsgiExchange) -> None:
        try:
            with kept_connections() as raised:
                await self._app(scope, exchange.receive, exchange.send)
            exchange.built.note_raised(raised)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an app may raise anything; it is the outcome
            exchange.built.exception = error


class _AsgiExchange:
    """The two channels between a server and an app."""

    __slots__ = ("_answered", "_body", "_taken", "built")

    def __init__(self, body: bytes) -> None:
        self.built = AnswerBuilder()
        self._body = body
        self._taken = False
        self._answered: asyncio.Event | None = None

    async def receive(self) -> dict[str, Any]:
        if not self._taken:
            self._taken = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        if not self.built.complete:
            self._answered = self._answered or asyncio.Event()
            await self._answered.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self._start(message)
        elif kind == "http.response.body":
            self._write(message)
        else:
            self.built.refuse(f"it sent {kind!r} in answer to a request")

    def _start(self, message: dict[str, Any]) -> None:
        if self.built.status is not None:
            self.built.refuse("it sent http.response.start twice")
        status = message["status"]
        if not isinstance(status, int):
            self.built.refuse(f"its status is {status!r}, not a number")
        try:
            pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.get("headers", ())]
        except (AttributeError, TypeError, ValueError):
            self.built.refuse("its headers are not pairs of bytes")
        self.built.begin(int(status), pairs)

    def _write(self, message: dict[str, Any]) -> None:
        if self.built.complete:
            self.built.refuse("it sent a body after the end of its answer")
        self.built.write(message.get("body", b""))
        if not message.get("more_body", False):
            self.built.end()
            if self._answered is not None:
                self._answered.set()
