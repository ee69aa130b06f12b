"""Invokes a Lambda function with the event of its gateway, and reads the function's value as the gateway does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, get_args

from steppay_mock.delivery.answer import MAX_ANSWER, Answer
from steppay_mock.delivery.aws.call import Kind, LambdaCall
from steppay_mock.delivery.aws.events import Shape, make_event
from steppay_mock.delivery.aws.replies import MalformedError, failed_reply, read_reply
from steppay_mock.delivery.excerpt import excerpt_of
from steppay_mock.delivery.failure import Failure, app_raised
from steppay_mock.delivery.request import Request, refuse_socket_only
from steppay_mock.wire.real_time import perf_counter
from steppay_mock.wire.redact import NO_REDACTION, Redaction

if TYPE_CHECKING:
    from steppay_mock.delivery.aws.function import Function, Returned


class LambdaTransport:
    """Invokes a function once for each request. ``extra``: headers that every request has besides its own."""

    def __init__(
        self,
        function: Function,
        shape: Shape,
        *,
        target: str,
        path: str,
        now: Callable[[], float],
        extra: Mapping[str, str] | None = None,
        redact: Redaction = NO_REDACTION,
    ) -> None:
        self.target = target
        self.in_process = function.in_process
        self._function = function
        self._shape = shape
        self._path = path
        self.now = now
        self._extra = extra or {}
        self._redact = redact

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._function.close()

    def send(self, request: Request) -> Answer:
        """Send one request. If the function fails, the answer is that of the gateway."""
        if request.writing is not None:
            refuse_socket_only(request)
        headers = {**self._extra, **dict(request.headers)}
        call = LambdaCall(target=self._path, headers=headers, body=request.body, now=self.now(), method=request.method)
        return self.pass_on(call)

    def pass_on(self, call: LambdaCall) -> Answer:
        """Do the same as :meth:`send` with any call to the gateway."""
        event = make_event(call, self._shape)
        started = perf_counter()
        returned = self._function.invoke(event, call)
        latency = perf_counter() - started
        return self._answer(returned, call, latency).without(self._redact)

    def _answer(self, returned: Returned, call: LambdaCall, latency: float) -> Answer:
        if not returned.reached:
            return Answer(None, error=returned.error, latency=latency, failure=returned.failure)
        kind, error, failure = self._shape.kind, returned.error, returned.failure
        reply = failed_reply(kind)
        if error is None:
            try:
                reply = read_reply(returned.value, kind, multi_value_headers=self._shape.multi_value_headers)
            except MalformedError as malformed:
                error, failure = f"the function's answer is malformed: {malformed}", Failure.BROKEN
            else:
                if returned.exception is not None and reply.status >= 500:  # Django answers 500 for what a view raises
                    failure, error = app_raised(excerpt_of(returned.exception))
        else:  # a new event: the handler may have changed its own
            error += _hint(returned.key, make_event(call, self._shape), call=call, shape=self._shape)
        body, exception = reply.body[:MAX_ANSWER], returned.exception if failure is Failure.RAISED else None
        return Answer(reply.status, reply.headers, body, error, exception, latency, failure)


def _hint(key: str | None, event: dict[str, Any], *, call: LambdaCall, shape: Shape) -> str:
    """Why the handler may not find the name: it expects another gateway's event, or another case. Empty if unknown."""
    if key is None:
        return ""
    headers = event.get("headers") or event.get("multiValueHeaders") or {}
    written = next((name for name in headers if name.lower() == key.lower() and name != key), None)
    if written is not None:
        return f" (in this event the header is called {written!r}: look for it in any case)"
    if key in _names(event):
        return ""
    having = [one for kind in get_args(Kind) if (one := _having(key, call, replace(shape, kind=kind)))]
    if not having:
        return ""
    named = " or ".join(map(_said, having))
    return (
        f" ({key!r} is in an event of {named}, and this one is of {_said(shape)}: pass the kind of the gateway that "
        "calls your function)"
    )


def _having(key: str, call: LambdaCall, shape: Shape) -> Shape | None:
    """The shape of the gateway whose event has the name; a load balancer has two shapes."""
    switches = (False, True) if shape.kind == "alb" else (False,)
    shapes = (replace(shape, multi_value_headers=switch) for switch in switches)
    return next((one for one in shapes if key in _names(make_event(call, one))), None)


def _said(shape: Shape) -> str:
    """The arguments of ``lambda_app`` for the shape."""
    return f"kind={shape.kind!r}" + (" with multi_value_headers=True" if shape.multi_value_headers else "")


def _names(node: Any) -> Iterator[str]:
    """The names in the event, those of headers apart."""
    for name, value in node.items():
        yield name
        if isinstance(value, dict) and name not in {"headers", "multiValueHeaders"}:
            yield from _names(value)
