"""Requests to the API, its answers, and the log of its calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Event as Flag
from typing import Any, overload

from steppay_mock.rest.shapes.errors import error_object

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One request to the API."""

    method: str
    path: str
    """Without the query; percent signs are decoded."""
    query: str = ""
    """What comes after the question mark, as it was sent."""
    token: str | None = field(default=None, repr=False)
    body: bytes = field(default=b"", repr=False)
    """The body, of one byte more than LONGEST_BODY at most."""
    content_type: str | None = None
    patience: float | None = None
    """The read timeout of the caller, in seconds. None: the caller is on a socket, and closes it by itself."""
    closing: Flag = field(default_factory=Flag, repr=False)
    """Set when the server that took the request stops."""


HEADERS = "steppay_mock.headers"
"""Where the environ of our server has the headers as they came: an environ itself has them changed and joined."""

LONGEST_BODY = 1_000_000
"""The bytes of a body, at most (assumed)."""
_LONGEST_READ = 64_000_000
_PART = 65_536


def sent_body(environ: Mapping[str, Any]) -> bytes:
    """The body of a WSGI request, or the first part of one that is too long.

    What is too long is read all the same, up to a bound: a server that closes a connection with unread bytes resets it,
    and the caller would not see the answer.
    """
    source, length = environ.get("wsgi.input"), str(environ.get("CONTENT_LENGTH") or "")
    is_ended = bool(environ.get("wsgi.input_terminated"))
    if source is None or not ((length.isascii() and length.isdigit()) or is_ended):
        return b""
    left = _LONGEST_READ if is_ended else min(int(length[:19]), _LONGEST_READ)
    kept = bytearray()
    while left > 0 and (part := source.read(min(left, _PART))):
        left -= len(part)
        kept += part[: LONGEST_BODY + 1 - len(kept)]
    return bytes(kept)


class CallerGoneError(Exception):
    """The caller's read timeout ended before the answer was ready."""


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """One answer of the API."""

    status: int
    body: bytes
    extra: tuple[tuple[str, str], ...] = ()
    """Headers beside type and length."""
    content_type: str = "application/json"

    @property
    def reason(self) -> str:
        """The HTTP reason phrase of the status."""
        return reason_of(self.status)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """All headers. The answer to HEAD has the length that GET would have, as HTTP requires."""
        return [("Content-Type", self.content_type), ("Content-Length", str(len(self.body))), *self.extra]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a call is answered with an error. Codes and words are ours (assumed), the form is StepPay's (fact 37)."""

    status: int
    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """The answer to this request."""
        about = f"{request.method} {request.path}?{request.query}"
        details = {"status": self.status, **self.details}
        body = error_object(code=self.code, message=self.message, about=about, details=details)
        return ApiAnswer(self.status, _written(body), self.headers)


class RefusedCallError(Exception):
    """A call is refused while it is done; ``refusal`` is why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def success(data: Any, status: int = 200) -> ApiAnswer:
    """The object. A text is answered as it is, without quotes (assumed). None is no body."""
    if data is None:
        return ApiAnswer(status, b"")
    if isinstance(data, str):
        return ApiAnswer(status, data.encode(), content_type="text/plain;charset=UTF-8")
    return ApiAnswer(status, _written(data))


def reason_of(status: int) -> str:
    """The HTTP reason phrase; ``Error`` for a status that HTTP does not define."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _written(data: Any) -> bytes:
    # "replace": a path can hold half a surrogate pair, a message repeats the path, and UTF-8 cannot encode it.
    return _as_json(data).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of the API, as the log keeps it: without token, query and body."""

    method: str
    path: str
    status: int | None
    """None if there was no answer: an unknown path in a patched process, or a caller that hung up."""
    route: str | None = None
    """The route, such as ``/api/v1/orders/{idOrCode}``; None for a path that StepPay is not known to have (fact 27)."""
    notes: tuple[str, ...] = ()
    """What the API ignored in the body: fields that StepPay is not known to have."""

    @property
    def known(self) -> bool:
        """Whether StepPay is known to have this route."""
        return self.route is not None


class CallLog(Sequence[ApiCall]):
    """All calls, in the order of their answers. The log grows; ``list(api.calls)`` is a copy."""

    def __init__(self) -> None:
        self._calls: list[ApiCall] = []  # no lock: append and copy of a list are atomic in CPython

    def __repr__(self) -> str:
        return repr(self._calls)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and self[:] == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._calls)

    @overload
    def __getitem__(self, place: int) -> ApiCall: ...
    @overload
    def __getitem__(self, place: slice) -> list[ApiCall]: ...
    def __getitem__(self, place: int | slice) -> ApiCall | list[ApiCall]:
        return self._calls[place]

    def add(self, call: ApiCall) -> None:
        """Append a call that was just answered."""
        self._calls.append(call)
