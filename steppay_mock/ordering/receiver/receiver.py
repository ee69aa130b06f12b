"""The receiver of a search: a URL, an app, or a factory that makes a new app for each order."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from inspect import iscoroutine
from typing import TYPE_CHECKING, Any, Self

from steppay_mock.delivery.excerpt import excerpt_of
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.in_process.own_loop import borrowed_loop
from steppay_mock.delivery.in_process.running_loop import refuse_running_loop
from steppay_mock.delivery.receiver import Receiver as OneReceiver
from steppay_mock.delivery.receiver import make_transport
from steppay_mock.delivery.transport import Transport
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.receiver.flight import Flight, Overtaking, StartBarrier, fly, in_thread
from steppay_mock.ordering.receiver.harness import Harness
from steppay_mock.ordering.receiver.hosting import current_host
from steppay_mock.ordering.receiver.late_errors import LateErrors
from steppay_mock.payload.event import Event
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.in_process.asgi import AsgiTransport
    from steppay_mock.delivery.options.settings import Settings
    from steppay_mock.delivery.request import Request

_GRACE = 4  # timeouts: a transport itself waits up to three, for the answer, the app's end, and the work after it

Receiver = OneReceiver | Callable[[], OneReceiver]
"""A URL, a WSGI or ASGI app, or a function without arguments that makes a new app."""


class OpenReceiver:
    """The receiver during a search; ``with`` opens and closes it.

    An ASGI app and async probes run in one event loop that lasts for the whole search, because connections that the app
    keeps open belong to a loop. It is the loop of the test with ``explore_async``, and one of the process otherwise.
    """

    def __init__(self, receiver: Receiver, settings: Settings) -> None:
        self._host = current_host()
        if self._host is None:
            refuse_running_loop(
                "explore() cannot run",
                instead="await it there: found = await explore_async(...), or in pytest await "
                "steppay.assert_order_independent_async(...)",
            )
        self.is_factory = _is_factory(receiver)
        self._receiver = receiver
        self._settings = settings
        self._stack = ExitStack()
        self._of_app = ExitStack()  # closed for each new app of a factory; the loop in ``_stack`` stays
        self._loop: asyncio.AbstractEventLoop | None = None
        self._send: Callable[[Request], Answer]
        self._start: Callable[[Request, StartBarrier], Awaitable[Answer]]
        self._settle: Callable[[], Awaitable[None]] = _settled
        self._wants_app: dict[int, bool] = {}
        self._harness = Harness()
        self._late = LateErrors()
        self._in_process = False
        self.is_synchronous = False
        self.app: OneReceiver = ""
        self.target = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the harness of the test delayed or hid, and errors after answers, as sentences for the report."""
        return (*self._harness.notes, *self._late.notes)

    @property
    def is_in_process(self) -> bool:
        """Whether it runs in this process, known after it was opened."""
        return self._in_process

    def __enter__(self) -> Self:
        try:
            self._open()
            # Only in this process: threads elsewhere have their own excepthook.
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
        """Make a new app, if the receiver is a factory."""
        if self.is_factory:
            self._of_app.close()
            self._open()

    def send(self, request: Request) -> Answer:
        """Send one request, and wait for the work that the app continues after its answer."""
        if self._host is not None:
            self._host.check()
        answer, error = self._watched(lambda: self._send(request))
        return answer if error is None else _raised_later(answer, error)

    def send_together(self, requests: Sequence[Request], *, overtaking: Overtaking | None = None) -> Flight:
        """Send all requests at once: in threads, or as tasks in the event loop of an ASGI app."""
        flight, error = self._watched(lambda: self._run(self._fly(requests, overtaking)), at_once=True)
        if error is None:
            return flight  # type: ignore[no-any-return]
        # The callbacks of all deliveries ran together, so it is not known whose it was. The last one gets the error.
        *others, last = flight.answers
        return replace(flight, answers=(*others, _raised_later(last, error)))  # type: ignore[no-any-return]

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function of the user, which may be async. If it takes one argument more, that is the app."""
        wants = self._wants_app.get(id(function))  # by id: a callable object need not be hashable
        if wants is None:
            wants = self._wants_app[id(function)] = _takes(function, len(arguments) + 1)
        given = self._in_place(function, *arguments, *((self.app,) if wants else ()))
        return self._run(given) if hasattr(given, "__await__") else given

    def _open(self) -> None:
        made: Any = self._receiver
        if self.is_factory:
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
            self._start = lambda request, _gate: transport.send(request)  # no barrier: tasks of one loop start together
            self._settle = transport.settle
            self._send = lambda request: self._run(_send_and_settle(transport, request))
            self._run(transport.__aenter__())
            self._of_app.callback(lambda: self._run(transport.__aexit__()))

    def _watched(self, send: Callable[[], Any], *, at_once: bool = False) -> tuple[Any, Exception | None]:
        """The result, and the exception of work that the harness of the test had delayed."""
        if not self._harness.is_possible:
            return send(), None
        self._in_place(partial(self._harness.before, at_once=at_once, in_process=self._in_process))
        try:
            return send(), self._in_place(self._harness.after)
        finally:
            self._in_place(self._harness.abandon)

    def _in_place(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call it in the thread of the test: a database connection belongs to one thread."""
        if self._host is None:
            return function(*arguments)
        return self._host.call(function, *arguments, limit=self._limit)

    async def _fly(self, requests: Sequence[Request], overtaking: Overtaking | None) -> Flight:
        flight = await fly(self._start, requests, overtaking=overtaking, timeout=self._settings.timeout)
        await self._settle()
        return flight

    @property
    def _limit(self) -> float:
        """Seconds after which something in the event loop of the test counts as hanging."""
        return _GRACE * self._settings.timeout

    def _run(self, awaitable: Any) -> Any:
        if self._host is not None:
            return self._host.run(awaitable, limit=self._limit)
        if self._loop is None:
            try:
                self._loop = self._stack.enter_context(borrowed_loop())
            except BaseException:
                if iscoroutine(awaitable):
                    awaitable.close()  # without a loop it is never awaited, of which Python warns in some later test
                raise
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
    """Wait for nothing: these receivers do no work after the answer that could be waited for."""


def refuse_swapped_token(token: object, receiver: object, *, call: str) -> None:
    """Raise a SteppayMockError with the corrected call if token, receiver or events stand in the wrong place.

    ``call`` is the correct call, with ``{receiver}`` and ``{events}`` in their places.
    """
    if isinstance(receiver, Event | Iterable) and not isinstance(receiver, str) and not callable(receiver):
        corrected = call.format(receiver="app", events=", events=events")
        raise SteppayMockError(f"These are events, and the receiver comes here. Write {corrected}")
    is_url = isinstance(token, str) and "://" in token
    if is_url or callable(token):
        corrected = call.format(receiver=repr(shown_url(token)) if isinstance(token, str) else "app", events="")
        raise SteppayMockError(f"Are token and receiver swapped? The token comes first. Write {corrected}")


def _is_factory(receiver: object) -> bool:
    """Whether it can be called without arguments: no app can, WSGI apps take two and ASGI apps three."""
    if isinstance(receiver, str) or not callable(receiver):
        return False
    try:
        inspect.signature(receiver).bind()
    except (TypeError, ValueError):
        return False
    return True


def wants_argument(function: Callable[..., Any]) -> bool:
    """Whether it can be called with an argument; True if its signature cannot be read."""
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return _takes(function, 2)
    except ValueError:
        return True
    return True


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether it has exactly ``count`` positional arguments without a default."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return False
    places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(one.default is one.empty and one.kind in places for one in signature.parameters.values()) == count
