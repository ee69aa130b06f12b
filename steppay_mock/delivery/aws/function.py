"""The function itself: a handler in this process, or a runtime at a URL that emulates Lambda."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from steppay_mock.delivery.aws.context import LambdaContext
from steppay_mock.delivery.aws.event_loops import EventLoops
from steppay_mock.delivery.django_requests import kept_connections
from steppay_mock.delivery.excerpt import excerpt, excerpt_of
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.http import HttpTransport
from steppay_mock.delivery.proxy import told_apart
from steppay_mock.delivery.request import Request

if TYPE_CHECKING:
    from steppay_mock.delivery.aws.call import Call
    from steppay_mock.delivery.transport import Answer

INVOCATION = "/2015-03-31/functions/function/invocations"
"""Where the Runtime Interface Emulator takes invocations."""

_MOST = 6 * 1024 * 1024
"""Bytes that Lambda lets a function answer."""


class FunctionError(Exception):
    """What a function raised that runs elsewhere, as its runtime told it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came of an invocation: the value as JSON has it, or an error in words."""

    value: Any = None
    error: str | None = None
    exception: BaseException | None = None
    key: str | None = None
    """The name that the handler looked for in vain, where that is why it failed."""
    reached: bool = True
    """Whether the function was invoked at all."""
    failure: Failure | None = None
    """The code of the error."""


class Function(Protocol):
    """Runs the handler with an event."""

    in_process: bool

    def invoke(self, event: dict[str, Any], call: Call) -> Returned:
        """What came of it; nothing that the function does wrong is raised."""

    def close(self) -> None:
        """Let go of what was kept between invocations."""


class LocalFunction:
    """Calls a handler in this thread. There is no timeout: a function that runs here cannot be interrupted."""

    in_process = True

    def __init__(self, handler: Callable[..., Any], *, timeout: float) -> None:
        self._handler = handler
        self._name = name_of(handler)
        self._timeout = timeout
        self._loops = EventLoops()

    def close(self) -> None:
        """Close the event loops that were made for the handler."""
        self._loops.close()

    def invoke(self, event: dict[str, Any], call: Call) -> Returned:
        """Call the handler; what it raises, KeyboardInterrupt apart, is told."""
        context = LambdaContext(call, name=self._name, timeout=self._timeout)
        try:
            with kept_connections() as raised, self._loops.at_hand():
                value = self._handler(event, context)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a handler may raise anything; it is the outcome
            key = error.args[0] if isinstance(error, KeyError) and error.args else None
            told = f"the app raised: {excerpt_of(error)}"
            key = key if isinstance(key, str) else None
            return Returned(error=told, exception=error, key=key, failure=Failure.RAISED)
        if inspect.iscoroutine(value):
            value.close()
        try:
            return Returned(
                value=json.loads(json.dumps(value, default=_plain)), exception=raised[-1] if raised else None
            )
        except (TypeError, ValueError, RecursionError) as error:
            return _broken(f"what the handler returned is no JSON: {excerpt(str(error))}")


class RemoteFunction:
    """Invokes a function by the URL of a runtime; errors of the function come in the runtime's form."""

    in_process = False

    def __init__(self, transport: RuntimeTransport) -> None:
        self._transport = transport

    def close(self) -> None:
        """Nothing is kept."""

    def invoke(self, event: dict[str, Any], call: Call) -> Returned:  # noqa: ARG002 - the runtime has its own context
        """Post the event and read what the runtime says."""
        answer = self._transport.invoke(json.dumps(event, ensure_ascii=False).encode())
        if answer.error is not None:
            return Returned(error=answer.error, reached=False, failure=answer.failure)
        if not answer.is_success:
            return Returned(error=_told(answer), reached=False)
        if len(answer.body) > _MOST:
            return _broken("the function answered more than 6 MB, which is Lambda's limit")
        try:
            value = json.loads(answer.body)
        except (ValueError, RecursionError):
            return _broken(f"the runtime answered no JSON: {excerpt(answer.body, limit=80) or 'nothing'}")
        if "x-amz-function-error" in answer.headers or _is_error(value):
            return _failed(value)
        return Returned(value=value)


class RuntimeTransport(HttpTransport):
    """Posts events to a runtime."""

    _most = _MOST + 1

    def invoke(self, event: bytes) -> Answer:
        """What the runtime answers; secrets are still in it, for what stands in base64 has to be read first."""
        request = Request(event, (("content-type", "application/json"), ("content-length", str(len(event)))))
        return told_apart(self._exchange(request), self._address)


def name_of(handler: Callable[..., Any]) -> str:
    """The name of a handler, for people and for its context."""
    inner: Any = handler
    while isinstance(inner, partial):
        inner = inner.func
    return str(getattr(inner, "__name__", type(inner).__name__))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):  # DynamoDB's numbers: Lambda's runtime takes them as well
        return int(value) if value == value.to_integral_value() else float(value)
    if inspect.iscoroutine(value):
        raise TypeError("it is a coroutine, and Lambda's Python runtime awaits none")
    raise TypeError(f"it holds {type(value).__name__}")


def _is_error(value: Any) -> bool:
    """Whether it is an error of the function; the emulator tells so by no header."""
    return isinstance(value, dict) and "statusCode" not in value and {"errorMessage", "errorType"} <= value.keys()


def _failed(value: Any) -> Returned:
    told = value if isinstance(value, dict) else {"errorMessage": value}
    kind, message = str(told.get("errorType") or "Error"), str(told.get("errorMessage"))
    error = FunctionError(f"{kind}: {message}")
    trace = told.get("stackTrace") or told.get("trace")
    if isinstance(trace, list):
        error.add_note("\n".join(str(line).rstrip("\n") for line in trace))
    words = f"the app raised: {excerpt(f'{kind}: {message}')}"
    return Returned(error=words, exception=error, key=_key(kind, message), failure=Failure.RAISED)


def _broken(error: str) -> Returned:
    return Returned(error=error, failure=Failure.BROKEN)


def _key(kind: str, message: str) -> str | None:
    """The name that was looked for: in Python of a KeyError, in Node of a property of undefined."""
    if kind == "KeyError":
        return message.strip("'\"")
    _, reading, name = message.partition("(reading '")
    return name.partition("'")[0] if reading else None


def _told(answer: Answer) -> str:
    location = answer.headers.get("location")
    if location is not None and 300 <= (answer.status or 0) <= 399:
        return f"the runtime answered {answer.status} to {excerpt(location)}, and redirects are not followed"
    body = excerpt(answer.body.strip(), limit=80)
    return f"the runtime answered {answer.status}{f': {body}' if body else ''}"
