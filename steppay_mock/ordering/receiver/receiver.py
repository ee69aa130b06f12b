"""The receiver that is explored: an app, a URL, or a factory that makes a fresh app each time."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from steppay_mock.delivery.excerpt import excerpt_of
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.in_process.own_loop import borrowed_loop
from steppay_mock.delivery.in_process.running_loop import refuse_running_loop
from steppay_mock.delivery.receiver import Receiver as OneReceiver
from steppay_mock.delivery.receiver import make_transport
from steppay_mock.delivery.transport import Transport
from steppay_mock.ordering.receiver.flight import Flight, Gate, Passing, fly, in_thread
from steppay_mock.ordering.receiver.frames import Frames
from steppay_mock.ordering.receiver.hosting import current_host
from steppay_mock.ordering.receiver.late_errors import LateErrors

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.in_process.asgi import AsgiTransport
    from steppay_mock.delivery.options import Settings
    from steppay_mock.delivery.request import Request

_GRACE = 4  # a transport waits up to three timeouts by itself: for the answer, the app's end, and the work after it

Receiver = OneReceiver | Callable[[], OneReceiver]
"""A URL, a WSGI or ASGI app, or a function without arguments that makes a fresh app."""


class OpenReceiver:
    """The receiver while it is explored; ``with`` opens and closes it.

    An ASGI app, and a probe that is async, run in one event loop that lasts for the whole exploration, so that what the
    app keeps open stays usable: that of the test where there is one (``explore_async``), that of the process otherwise.
    """

    def __init__(self, receiver: Receiver, settings: Settings) -> None:
        self._host = current_host()
        if self._host is None:
            refuse_running_loop(
                "explore() cannot run",
                instead="await it there: found = await explore_async(...), or in pytest await "
                "steppay.assert_order_independent_async(...)",
            )
        self.fresh = _is_factory(receiver)
        self._receiver = receiver
        self._settings = settings
        self._stack = ExitStack()
        self._of_app = ExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._send: Callable[[Request], Answer]
        self._start: Callable[[Request, Gate], Awaitable[Answer]]
        self._settle: Callable[[], Awaitable[None]] = _settled
        self._wants_app: dict[int, bool] = {}
        self._frames = Frames()
        self._late = LateErrors()
        self._in_process = False
        self.is_synchronous = False
        self.app: OneReceiver = ""
        self.target = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the test's frame put off or hid, and what was raised after answers, in sentences for the report."""
        return (*self._frames.notes, *self._late.notes)

    def __enter__(self) -> Self:
        try:
            self._open()
            if self._in_process:
                self._stack.enter_context(self._late)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *exception: Any) -> None:  # noqa: PYI036 - as ExitStack has it
        try:
            self._of_app.close()
        finally:
            self._stack.__exit__(*exception)

    def renew(self) -> None:
        """Where it is a factory: a fresh app."""
        if self.fresh:
            self._of_app.close()
            self._open()

    def send(self, request: Request) -> Answer:
        """Hand over one request; what the app goes on with afterwards is waited for."""
        if self._host is not None:
            self._host.check()
        answer, error = self._watched(lambda: self._send(request))
        return answer if error is None else _raised_later(answer, error)

    def send_together(self, requests: Sequence[Request], *, passing: Passing | None = None) -> Flight:
        """Hand over all of them at once: in threads, or in an ASGI app's event loop as tasks."""
        flight, error = self._watched(lambda: self._run(self._fly(requests, passing)), at_once=True)
        if error is None:
            return flight  # type: ignore[no-any-return]
        *others, last = flight.answers  # nobody knows whose it was
        return replace(flight, answers=(*others, _raised_later(last, error)))  # type: ignore[no-any-return]

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a function of the user's gives; it may be async. Where it has one argument more, it gets the app."""
        wants = self._wants_app.get(id(function))  # one that is never hashed need not be hashable
        if wants is None:
            wants = self._wants_app[id(function)] = _takes(function, len(arguments) + 1)
        given = self._in_place(function, *arguments, *((self.app,) if wants else ()))
        return self._run(given) if hasattr(given, "__await__") else given

    def _open(self) -> None:
        made: Any = self._receiver
        if self.fresh:
            made = self._in_place(made)
        self.app = made
        transport = make_transport(made, self._settings, own_loop=True)
        self.target = transport.target
        self._in_process = transport.in_process
        self.is_synchronous = transport.in_process and isinstance(transport, Transport)
        if isinstance(transport, Transport):
            self._of_app.enter_context(transport)
            self._send = partial(self._in_place, transport.send) if self.is_synchronous else transport.send
            self._start = lambda request, gate: in_thread(gate.go_through, transport.send, request)
        else:
            self._start = lambda request, _gate: transport.send(request)  # tasks of one loop start together anyway
            self._settle = transport.settle
            self._send = lambda request: self._run(_send_and_settle(transport, request))
            self._run(transport.__aenter__())
            self._of_app.callback(lambda: self._run(transport.__aexit__()))

    def _watched(self, send: Callable[[], Any], *, at_once: bool = False) -> tuple[Any, Exception | None]:
        """What it gives, and what the work raised that the test's frame had put off."""
        if not self._frames.are_possible:
            return send(), None
        self._in_place(partial(self._frames.before, at_once=at_once, in_process=self._in_process))
        try:
            return send(), self._in_place(self._frames.after)
        finally:
            self._in_place(self._frames.abandon)

    def _in_place(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What the function gives, called in the thread of the test: a connection to a database belongs to one."""
        if self._host is None:
            return function(*arguments)
        return self._host.call(function, *arguments, limit=self._limit)

    async def _fly(self, requests: Sequence[Request], passing: Passing | None) -> Flight:
        flight = await fly(self._start, requests, passing=passing, timeout=self._settings.timeout)
        await self._settle()
        return flight

    @property
    def _limit(self) -> float:
        """Seconds after which whatever runs in the event loop of the test is held to hang."""
        return _GRACE * self._settings.timeout

    def _run(self, awaitable: Any) -> Any:
        if self._host is not None:
            return self._host.run(awaitable, limit=self._limit)
        if self._loop is None:
            self._loop = self._stack.enter_context(borrowed_loop())
            self._late.watch(self._loop)
        return self._loop.run_until_complete(awaitable)


async def _send_and_settle(transport: AsgiTransport, request: Request) -> Answer:
    answer = await transport.send(request)
    await transport.settle()
    return answer


def _raised_later(answer: Answer, error: Exception) -> Answer:
    told = f"a callback of transaction.on_commit raised: {excerpt_of(error)}"
    failure = answer.failure or Failure.RAISED
    return replace(answer, error=answer.error or told, exception=answer.exception or error, failure=failure)


async def _settled() -> None:
    """Nothing goes on after the answer."""


def _is_factory(receiver: object) -> bool:
    if isinstance(receiver, str) or not callable(receiver):
        return False
    try:
        inspect.signature(receiver).bind()
    except (TypeError, ValueError):
        return False
    return True


def wants_argument(function: Callable[..., Any]) -> bool:
    """Whether it can be called with an argument; True where its signature cannot be read."""
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return _takes(function, 2)
    except ValueError:
        return True
    return True


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether it has so many arguments that must be given."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return False
    places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(one.default is one.empty and one.kind in places for one in signature.parameters.values()) == count
