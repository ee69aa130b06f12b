"""A Lambda function as a receiver: ``lambda_app`` makes it from a handler, or from the URL of a runtime."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote

from steppay_mock.delivery.aws.call import Kind, LambdaCall
from steppay_mock.delivery.callables import is_coroutine_function, name_of
from steppay_mock.errors import SteppayMockError, check_choice, check_flag

if TYPE_CHECKING:
    from steppay_mock.delivery.aws.events import Shape
    from steppay_mock.delivery.aws.transport import LambdaTransport
    from steppay_mock.delivery.options import Settings

_NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length"}
"""Headers that the server of this machine makes itself."""
_REASONS = {status.value: status.phrase for status in HTTPStatus}

Handler = Callable[[Any, Any], Any]
"""``handler(event, context)``, as Lambda's Python runtime calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaApp:
    """A Lambda function behind its gateway, in the place of an app; :func:`lambda_app` makes it.

    It is a WSGI app as well: serve it for the faults that need a socket.
    """

    handler: Handler | str = field(repr=False)
    shape: Shape
    _served: list[LambdaTransport] = field(default_factory=list, init=False, repr=False, compare=False)
    """The transport that serves WSGI requests, made by the first of them."""

    @property
    def runtime(self) -> str | None:
        """The URL of the runtime, if the handler runs there."""
        return self.handler if isinstance(self.handler, str) else None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request of a WSGI server as the gateway would; errors of the function go to the server's log."""
        from werkzeug.wrappers import Request

        from steppay_mock.delivery.aws.replies import failed_reply
        from steppay_mock.delivery.options import resolve_options
        from steppay_mock.wire.shown_url import shown_url

        if not self._served:  # two threads may both make one: the second is never used
            self._served.append(self.transport(resolve_options({})))
        transport = self._served[0]
        request, query = Request(environ), environ.get("QUERY_STRING", "")
        call = LambdaCall(
            target=quote(request.path) + (f"?{query}" if query else ""),
            headers={name.lower(): value for name, value in request.headers.items() if name.lower() != "host"},
            body=request.get_data(),
            now=transport.now(),
            method=request.method,
        )
        answer = transport.pass_on(call)
        if answer.error is not None:
            environ["wsgi.errors"].write(f"{call.method} {shown_url(call.target)}: {answer.error}\n")
        status = failed_reply(self.shape.kind).status if answer.status is None else answer.status
        headers = [(name, value) for name, value in answer.headers.items() if name not in _NOT_PASSED_ON]
        start_response(f"{status} {_REASONS.get(status, '')}", [*headers, ("content-length", str(len(answer.body)))])
        return [answer.body]

    def transport(self, settings: Settings) -> LambdaTransport:
        """The transport to the function. Raises SteppayMockError for a URL that cannot or may not be used."""
        from steppay_mock.delivery.aws.function import (
            INVOCATION,
            LocalFunction,
            RemoteFunction,
            RuntimeTransport,
        )
        from steppay_mock.delivery.aws.transport import LambdaTransport
        from steppay_mock.wire.redact import Redaction
        from steppay_mock.wire.shown_url import shown_url

        access = settings.access
        common: dict[str, Any] = {"path": settings.path, "now": settings.now, "extra": access.sent}
        at = f"behind {self.shape.kind} at {shown_url(settings.path)}"
        if not isinstance(self.handler, str):
            access.refuse_app()
            local = LocalFunction(self.handler, timeout=settings.timeout)
            target = f"the Lambda handler {name_of(self.handler)} {at}"
            return LambdaTransport(local, self.shape, target=target, redact=Redaction(settings.hidden), **common)
        from steppay_mock.delivery.address import parse_address

        way = replace(access, headers=(), auth=None)  # these belong to the webhook, and reach the function in its event
        address = parse_address(self.handler, path=INVOCATION, allowed=settings.allow_hosts, access=way)
        remote = RemoteFunction(RuntimeTransport(address, timeout=settings.timeout))
        redact = Redaction([*settings.hidden, *address.secrets])
        return LambdaTransport(remote, self.shape, target=f"the Lambda runtime {address} {at}", redact=redact, **common)


def lambda_app(
    handler: Handler | str,
    *,
    kind: Kind = "http-api",
    base64: bool | None = None,
    multi_value_headers: bool = False,
    edge: bool = False,
) -> LambdaApp:
    """A Lambda function as a receiver: ``deliver(events, to=lambda_app(handler))``.

    ``handler`` is a function of event and context, or the URL of a runtime that emulates Lambda, for handlers in any
    language; without a path it gets that of the Runtime Interface Emulator. ``kind`` is the gateway that calls the
    function: ``http-api`` and ``function-url`` (payload format 2.0), ``rest-api`` (1.0) or ``alb``. ``base64`` says
    whether the body of the event is base64, as with binary media types; None leaves that to the rule of the gateway.
    ``multi_value_headers`` is for a load balancer whose target group has them switched on, ``edge`` for a REST API
    behind CloudFront. Raises SteppayMockError for misuse, such as an ``async def`` handler.
    """
    from steppay_mock.delivery.aws.events import Shape

    _check_handler(handler)
    check_choice("kind", kind, get_args(Kind))
    if base64 is not None:
        check_flag("base64", base64)
    for name, given, only in (("multi_value_headers", multi_value_headers, "alb"), ("edge", edge, "rest-api")):
        if check_flag(name, given) and kind != only:
            raise SteppayMockError(f"{name}=True is about kind={only!r}, not {kind!r}. Leave it out, or change kind=.")
    shape = Shape(kind=kind, base64=base64, multi_value_headers=multi_value_headers, edge=edge)
    return LambdaApp(handler=handler, shape=shape)


def _check_handler(handler: object) -> None:
    if isinstance(handler, str):
        if "://" not in handler:
            raise SteppayMockError(
                f"{handler!r} is no URL of a runtime that emulates Lambda. Pass the function itself, such as "
                "lambda_app(shop.handler), or a URL, such as http://localhost:9000."
            )
        return
    if not callable(handler):
        raise SteppayMockError(
            f"A handler is a function of event and context, or a URL, not {type(handler).__name__}. Pass the function "
            "that Lambda calls, such as lambda_app(shop.handler)."
        )
    if is_coroutine_function(handler):
        raise SteppayMockError(
            f"{name_of(handler)} is an async def, and Lambda's Python runtime awaits "
            "none: it would fail at every event. Give Lambda a plain function, such as "
            "`def handler(event, context): return asyncio.run(work(event))`, and pass that."
        )
    try:
        signature = inspect.signature(handler)
        signature.bind(None, None)
    except TypeError:
        raise SteppayMockError(
            "Lambda calls a handler with two arguments, event and context, and this one does not take them. Pass the "
            "function that Lambda calls."
        ) from None
    except ValueError:
        return
    if next(iter(signature.parameters), "") == "environ":
        raise SteppayMockError(
            f"{name_of(handler)} is a WSGI app, and Lambda calls it with an event. "
            "Pass the function around it that Lambda calls, or deliver to the app itself."
        )
