"""Calls a WSGI app in this process with a webhook."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote_to_bytes

from steppay_mock.delivery.in_process.answer_builder import AnswerBuilder
from steppay_mock.delivery.in_process.django_requests import kept_connections
from steppay_mock.delivery.request import refuse_socket_only
from steppay_mock.wire.redact import NO_REDACTION, Redaction
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.request import Request

HOST = "testserver"
"""The ``host`` header in process: what Django's and Starlette's test clients send, and what Django's tests allow."""

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_STATUS = re.compile(r"([0-9]{3})(?: .*)?")
_WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class WsgiTransport:
    """Calls a WSGI app. There is no timeout: a function that runs in this thread cannot be interrupted.

    ``extra``: headers that every request has besides its own.
    """

    in_process = True

    def __init__(
        self,
        app: WsgiApp,
        *,
        name: str,
        path: str,
        extra: Mapping[str, str] | None = None,
        redact: Redaction = NO_REDACTION,
    ) -> None:
        self._app = app
        self._redact = redact
        self.target = f"the WSGI app {name} at {shown_url(path)}"
        location, _, query = path.partition("?")
        self._environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(location).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": HOST,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{_key(name): value for name, value in (extra or {}).items()},
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Do nothing: WSGI has no shutdown."""

    def send(self, request: Request) -> Answer:
        """Send one request. An exception of the app, except KeyboardInterrupt, becomes an answer."""
        if request.writing is not None:
            refuse_socket_only(request)
        environ = self._environ | {_key(name): value for name, value in request.headers}
        if request.method != "POST":
            environ["REQUEST_METHOD"] = request.method
        environ["wsgi.input"] = BytesIO(request.body)
        environ["wsgi.errors"] = sys.stderr
        built = AnswerBuilder()
        try:
            with kept_connections() as raised:
                _run(self._app, environ, built)
            built.note_raised(raised)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an app may raise anything; it is the outcome
            built.exception = error
        return built.answer().without(self._redact)


def _run(app: WsgiApp, environ: dict[str, Any], built: AnswerBuilder) -> None:
    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        if built.status is not None and exc_info is None:
            built.refuse("it called start_response twice")
        if built.begun:
            raise exc_info[1]
        built.begin(_code(status, built), _text_pairs(headers, built))
        return built.write

    parts = app(environ, start_response)
    try:
        for part in parts:
            built.write(part)
            if built.full:
                break
        if built.status is not None:
            built.end()
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()


def _code(status: object, built: AnswerBuilder) -> int:
    code = _parse_status(status) if isinstance(status, str) else None
    if code is None:
        built.refuse(f"its status is {status!r}, not such as '200 OK'")
    return code


@lru_cache(maxsize=256)
def _parse_status(status: str) -> int | None:
    found = _STATUS.fullmatch(status)
    return int(found[1]) if found else None


def _text_pairs(headers: object, built: AnswerBuilder) -> list[tuple[str, str]]:
    pairs: list[Any] = headers if isinstance(headers, list) else [()]
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2 or not pair[0].__class__ is pair[1].__class__ is str:
            built.refuse("its headers are not a list of pairs of str")
    return pairs


@cache
def _key(name: str) -> str:
    return _WITHOUT_PREFIX.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
