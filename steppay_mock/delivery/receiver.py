"""The receiver that the caller gives (a URL, a WSGI app, an ASGI app or a Lambda function), and its transport."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.delivery.callables import is_coroutine_function, name_of
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.redact import Redaction

if TYPE_CHECKING:
    from steppay_mock.delivery.aws.transport import LambdaTransport
    from steppay_mock.delivery.http.transport import HttpTransport
    from steppay_mock.delivery.in_process.asgi import AsgiTransport
    from steppay_mock.delivery.in_process.wsgi import WsgiTransport
    from steppay_mock.delivery.options.settings import Settings

Receiver = str | Callable[..., Any]
"""A receiver: its URL, the app itself (WSGI or ASGI), or the result of ``lambda_app``."""

_EXAMPLES = "Give a URL such as http://localhost:8000, or the app of Flask, Django, FastAPI or Starlette."
_WRAPPING = (
    "Wrap it: `def receiver(environ, start_response): return app(environ, start_response)` for WSGI, "
    "`async def receiver(scope, receive, send): await app(scope, receive, send)` for ASGI."
)


def make_transport(
    to: Receiver, settings: Settings, *, own_loop: bool = False
) -> HttpTransport | WsgiTransport | AsgiTransport | LambdaTransport:
    """Make the transport to the receiver, not yet opened.

    Raises SteppayMockError for a URL that cannot or may not be used, and for an object that is no app. ``own_loop``:
    see :class:`~steppay_mock.delivery.in_process.asgi.AsgiTransport`.
    """
    if isinstance(to, str):
        from steppay_mock.delivery.address import parse_address
        from steppay_mock.delivery.http.transport import HttpTransport

        address = parse_address(to, path=settings.path, allowed=settings.allow_hosts, access=settings.access)
        return HttpTransport(address, timeout=settings.timeout, secrets=settings.hidden)
    from steppay_mock.delivery.aws.app import LambdaApp

    if isinstance(to, LambdaApp):
        return to.transport(settings)
    kind, access = app_kind(to), settings.access
    access.refuse_app()
    if kind == "wsgi":
        from steppay_mock.delivery.in_process.wsgi import WsgiTransport

        return WsgiTransport(
            to, name=name_of(to), path=settings.path, extra=access.sent, redact=Redaction(settings.hidden)
        )
    from steppay_mock.delivery.in_process.asgi import AsgiTransport

    return AsgiTransport(
        to,
        name=name_of(to),
        path=settings.path,
        timeout=settings.timeout,
        own_loop=own_loop,
        extra=access.sent,
        redact=Redaction(settings.hidden),
    )


def app_kind(app: object) -> Literal["wsgi", "asgi"]:
    """Tell WSGI from ASGI by the app's signature: two arguments, or three and awaited.

    Raises SteppayMockError if the signature does not decide.
    """
    if not callable(app):
        raise SteppayMockError(f"A receiver is a URL or an app, not {type(app).__name__}. {_EXAMPLES}")
    try:
        signature = inspect.signature(app)
    except (TypeError, ValueError):
        raise _unclear(app, "its signature cannot be read") from None
    if next(iter(signature.parameters), "") in {"event", "_event"}:
        raise SteppayMockError(
            f"{name_of(app)} seems to be a Lambda handler, a function of event and context. Say what calls it: "
            "lambda_app(handler, kind='http-api')."
        )
    takes_two, takes_three = _takes(signature, 2), _takes(signature, 3)
    if takes_three and (is_coroutine_function(app) or not takes_two):
        return "asgi"
    if takes_two and not is_coroutine_function(app) and (not takes_three or _names(signature) >= 2):
        return "wsgi"
    raise _unclear(app, f"it is called as {signature}" if len(str(signature)) < 200 else "of its signature")


def _takes(signature: inspect.Signature, count: int) -> bool:
    try:
        signature.bind(*(None,) * count)
    except TypeError:
        return False
    return True


def _names(signature: inspect.Signature) -> int:
    named = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(parameter.kind in named for parameter in signature.parameters.values())


def _unclear(app: Callable[..., Any], why: str) -> SteppayMockError:
    return SteppayMockError(
        f"Is {name_of(app)} a WSGI app or an ASGI app? Its signature does not tell: {why}. {_WRAPPING}"
    )
