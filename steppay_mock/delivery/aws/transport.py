"""How is a webhook handed to a Lambda function? By the event of its gateway, whose answer is read as that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Self

from steppay_mock.delivery.aws.call import Call
from steppay_mock.delivery.aws.events import make_event
from steppay_mock.delivery.aws.hints import hint
from steppay_mock.delivery.aws.replies import MalformedError, failed_reply, read_reply
from steppay_mock.delivery.excerpt import excerpt_of
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.request import Request, refuse_socket_only
from steppay_mock.delivery.transport import MAX_ANSWER, Answer
from steppay_mock.wire.real_time import perf_counter
from steppay_mock.wire.redact import NO_REDACTION, Redaction

if TYPE_CHECKING:
    from steppay_mock.delivery.aws.events import Shape
    from steppay_mock.delivery.aws.function import Function, Returned


class LambdaTransport:
    """Invokes a function once for each request. ``extra`` are headers that each has beside its own."""

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
        self._now = now
        self._extra = extra or {}
        self._redact = redact

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._function.close()

    def send(self, request: Request) -> Answer:
        """Hand over one request; what the function does wrong is what the gateway would have answered."""
        if request.writing is not None:
            refuse_socket_only(request)
        headers = {**self._extra, **dict(request.headers)}
        return self.pass_on(Call(target=self._path, headers=headers, body=request.body, now=self._now()))

    def pass_on(self, call: Call) -> Answer:
        """Do as :meth:`send` does with any call to the gateway."""
        event = make_event(call, self._shape)
        started = perf_counter()
        returned = self._function.invoke(event, call)
        latency = perf_counter() - started
        return self._answer(returned, call, latency).without(self._redact)

    def _answer(self, returned: Returned, call: Call, latency: float) -> Answer:
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
                    error, failure = f"the app raised: {excerpt_of(returned.exception)}", Failure.RAISED
        else:  # the event is made anew: the handler may have changed the one that it got
            error += hint(returned.key, make_event(call, self._shape), call=call, shape=self._shape)
        body, exception = reply.body[:MAX_ANSWER], returned.exception if failure is Failure.RAISED else None
        return Answer(reply.status, reply.headers, body, error, exception, latency, failure)
