"""A Lambda function as a target of deliveries: what ``lambda_app`` gives."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from steppay_mock.delivery.aws.call import Kind
from steppay_mock.errors import SteppayMockError
from steppay_mock.values import check_choice, check_flag

if TYPE_CHECKING:
    from steppay_mock.delivery.aws.events import Shape
    from steppay_mock.delivery.aws.transport import LambdaTransport
    from steppay_mock.delivery.options.settings import Settings

Handler = Callable[[Any, Any], Any]
"""``handler(event, context)``, as Lambda's Python runtime calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaApp:
    """A Lambda function behind its gateway, which takes the place of an app; :func:`lambda_app` makes it.

    It is a WSGI app as well: a server of this machine may serve it, for what only a socket can show.
    """

    handler: Handler | str = field(repr=False)
    shape: Shape

    @property
    def runtime(self) -> str | None:
        """The URL of the runtime, if the handler runs there."""
        return self.handler if isinstance(self.handler, str) else None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request of a WSGI server, as the gateway would."""
        from steppay_mock.delivery.aws.served import serve_call

        return serve_call(self, environ, start_response)

    def transport(self, settings: Settings) -> LambdaTransport:
        """What hands requests to the function; SteppayMockError for a URL that cannot or may not be used."""
        from steppay_mock.delivery.aws.function import (
            INVOCATION,
            LocalFunction,
            RemoteFunction,
            RuntimeTransport,
            name_of,
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

        way = replace(access, headers=(), auth=None)  # these are the webhook's, and reach the function in its event
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
    language; without a path of its own it has that of the Runtime Interface Emulator. ``kind`` is what calls the
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
    inner: Any = handler
    while isinstance(inner, partial):
        inner = inner.func
    if inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(type(inner).__call__):
        raise SteppayMockError(
            f"{getattr(inner, '__name__', type(inner).__name__)} is an async def, and Lambda's Python runtime awaits "
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
            f"{getattr(inner, '__name__', type(inner).__name__)} is a WSGI app, and Lambda calls it with an event. "
            "Pass the function around it that Lambda calls, or deliver to the app itself."
        )
