"""How is a webhook handed to an ASGI app in process?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

from steppay_mock.delivery.django_requests import kept_connections
from steppay_mock.delivery.draft import Draft
from steppay_mock.delivery.lifespan import AsgiApp, Lifespan
from steppay_mock.delivery.real_wait import wait_for_tasks
from steppay_mock.delivery.request import refuse_socket_only
from steppay_mock.delivery.wsgi import HOST
from steppay_mock.wire.redact import NO_REDACTION, Redaction
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steppay_mock.delivery.request import Request
    from steppay_mock.delivery.transport import Answer


class AsgiTransport:
    """Calls an ASGI app, each request in a task of its own, between the app's startup and its shutdown.

    Work that the app goes on with after it has answered is waited for, ``timeout`` seconds at most. ``own_loop`` says
    that the event loop serves nothing else: then every task that appears is the app's, and is waited for at the end.
    ``extra`` are headers that every request has beside its own.
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
        """Hand over one request; what the app raises becomes an answer, and so does its silence."""
        if request.writing is not None:
            refuse_socket_only(request)
        exchange = _Exchange(request.body)
        task = asyncio.create_task(self._call(self._scope_of(request), exchange))
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        try:
            await asyncio.sleep(0)  # most apps answer in one turn of the loop, and a wait costs more than such a turn
            if not task.done():
                await wait_for_tasks({task}, seconds=self._timeout)
            if exchange.draft.complete and not task.done():
                await wait_for_tasks({task}, seconds=self._timeout)
        finally:
            if not exchange.draft.complete:
                task.cancel()
        if task.done():
            return exchange.draft.answer().without(self._redact)
        late = None if exchange.draft.complete else self._timeout
        return exchange.draft.answer(late=late).without(self._redact)

    def _scope_of(self, request: Request) -> dict[str, Any]:
        scope = self._scope.copy()
        all_headers = {**self._extra, **dict(request.headers)}
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in all_headers.items()]
        scope["headers"] = [(b"host", HOST.encode()), *headers]
        state = self._lifespan.state
        if state is not None:
            scope["state"] = state
        return scope

    async def _call(self, scope: dict[str, Any], exchange: _Exchange) -> None:
        try:
            with kept_connections() as raised:
                await self._app(scope, exchange.receive, exchange.send)
            exchange.draft.note_raised(raised)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an app may raise anything; it is the outcome
            exchange.draft.exception = error


class _Exchange:
    """The two channels between a server and an app."""

    __slots__ = ("_answered", "_body", "_taken", "draft")

    def __init__(self, body: bytes) -> None:
        self.draft = Draft()
        self._body = body
        self._taken = False
        self._answered: asyncio.Event | None = None

    async def receive(self) -> dict[str, Any]:
        if not self._taken:
            self._taken = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        if not self.draft.complete:
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
            self.draft.refuse(f"it sent {kind!r} in answer to a request")

    def _start(self, message: dict[str, Any]) -> None:
        if self.draft.status is not None:
            self.draft.refuse("it sent http.response.start twice")
        status = message["status"]
        if not isinstance(status, int):
            self.draft.refuse(f"its status is {status!r}, not a number")
        try:
            pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.get("headers", ())]
        except (AttributeError, TypeError, ValueError):
            self.draft.refuse("its headers are not pairs of bytes")
        self.draft.begin(int(status), pairs)

    def _write(self, message: dict[str, Any]) -> None:
        if self.draft.complete:
            self.draft.refuse("it sent a body after the end of its answer")
        self.draft.write(message.get("body", b""))
        if not message.get("more_body", False):
            self.draft.end()
            if self._answered is not None:
                self._answered.set()
