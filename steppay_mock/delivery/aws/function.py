"""The Lambda function: a handler in this process, or a runtime at a URL that emulates Lambda."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from steppay_mock.delivery.aws.call import ACCOUNT, REGION, LambdaCall
from steppay_mock.delivery.aws.event_loops import EventLoops
from steppay_mock.delivery.callables import name_of
from steppay_mock.delivery.excerpt import excerpt, excerpt_of
from steppay_mock.delivery.failure import Failure, app_raised
from steppay_mock.delivery.http.failures import mark_proxy_answer
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.in_process.django_requests import kept_connections
from steppay_mock.delivery.request import Request
from steppay_mock.wire.real_time import monotonic

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer

INVOCATION = "/2015-03-31/functions/function/invocations"
"""Where the Runtime Interface Emulator takes invocations."""

_MOST = 6 * 1024 * 1024
"""Bytes that Lambda lets a function answer."""


class FunctionError(Exception):
    """The exception of a function that runs elsewhere, as its runtime reports it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The result of an invocation: the value, as JSON has it, or an error in words."""

    value: Any = None
    error: str | None = None
    exception: BaseException | None = None
    key: str | None = None
    """The name that the handler did not find, if that is why it failed."""
    reached: bool = True
    """Whether the function was invoked at all."""
    failure: Failure | None = None
    """The code of the error."""


class Function(Protocol):
    """Runs the handler with an event."""

    in_process: bool

    def invoke(self, event: dict[str, Any], call: LambdaCall) -> Returned:
        """The result. Everything that the function does wrong is in it: nothing is raised."""

    def close(self) -> None:
        """Close what the function kept open between invocations."""


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

    def invoke(self, event: dict[str, Any], call: LambdaCall) -> Returned:
        """Call the handler. An exception of it, except KeyboardInterrupt, is in the result."""
        context = LambdaContext(call, name=self._name, timeout=self._timeout)
        try:
            with kept_connections() as raised, self._loops.at_hand():
                value = self._handler(event, context)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a handler may raise anything; it is the outcome
            key = error.args[0] if isinstance(error, KeyError) and error.args else None
            failure, words = app_raised(excerpt_of(error))
            return Returned(error=words, exception=error, key=key if isinstance(key, str) else None, failure=failure)
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
        """Do nothing: nothing stays open."""

    def invoke(self, event: dict[str, Any], call: LambdaCall) -> Returned:  # noqa: ARG002 - the runtime has its own context
        """Post the event and read the answer of the runtime."""
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
        """The answer of the runtime. Secrets are still in it: its base64 has to be decoded first."""
        request = Request(event, (("content-type", "application/json"), ("content-length", str(len(event)))))
        return mark_proxy_answer(self._exchange(request), self._address)


class LambdaContext:
    """The ``context`` of a handler, with the names of Lambda's Python runtime; ``timeout`` is in seconds from now."""

    function_version = "$LATEST"
    memory_limit_in_mb = "128"  # a text, as the runtime has it
    client_context = None
    identity = None

    def __init__(self, call: LambdaCall, *, name: str, timeout: float) -> None:
        self.function_name = name
        self.invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        self.aws_request_id = call.request_id
        self.log_group_name = f"/aws/lambda/{name}"
        self.log_stream_name = f"{call.moment:%Y/%m/%d}/[$LATEST]0123456789abcdef0123456789abcdef"
        self._deadline = monotonic() + timeout

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the delivery is given up."""
        return max(int((self._deadline - monotonic()) * 1000), 0)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):  # DynamoDB's numbers: Lambda's runtime converts them as well
        return int(value) if value == value.to_integral_value() else float(value)
    if inspect.iscoroutine(value):
        raise TypeError("it is a coroutine, and Lambda's Python runtime awaits none")
    raise TypeError(f"it holds {type(value).__name__}")


def _is_error(value: Any) -> bool:
    """Whether it is an error of the function; the emulator has no header that says so."""
    return isinstance(value, dict) and "statusCode" not in value and {"errorMessage", "errorType"} <= value.keys()


def _failed(value: Any) -> Returned:
    told = value if isinstance(value, dict) else {"errorMessage": value}
    kind, message = str(told.get("errorType") or "Error"), str(told.get("errorMessage"))
    error = FunctionError(f"{kind}: {message}")
    trace = told.get("stackTrace") or told.get("trace")
    if isinstance(trace, list):
        error.add_note("\n".join(str(line).rstrip("\n") for line in trace))
    failure, words = app_raised(excerpt(f"{kind}: {message}"))
    return Returned(error=words, exception=error, key=_key(kind, message), failure=failure)


def _broken(error: str) -> Returned:
    return Returned(error=error, failure=Failure.BROKEN)


def _key(kind: str, message: str) -> str | None:
    """The name that was not found: that of a KeyError in Python, of a property of undefined in Node."""
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
