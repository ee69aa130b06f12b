"""The headers for access control: the ones that may be sent with a webhook, and the secrets in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from steppay_mock.errors import SteppayMockError

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_HEADER = (
    "A header is a name and a value, both in printable ASCII. Write it like Authorization: Bearer ... (what was given "
    "is not repeated here: it may be secret)."
)
OF_THE_WEBHOOK = frozenset(
    {"accept", "te", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "content-type", "steppay-signature"}
)
"""The headers of a webhook (fact 21)."""
_OF_THE_CONNECTION = frozenset(
    {"host", "connection", "keep-alive", "content-length", "transfer-encoding", "trailer", "upgrade", "expect"}
)
_PART = re.compile(r"[\s;,=]+")
_SHORTEST_NUMBER = 8  # digits: a shorter number is a version or a tenant; many answers have it in a longer number
_SHORTEST_PART = 8  # characters: a shorter word is no token, and many answers have it


def access_headers(given: object) -> tuple[tuple[str, str], ...]:
    """The headers of the option ``headers``. Raises SteppayMockError for one of the webhook or the connection."""
    headers = {} if given is None else given
    read = read_headers(headers)  # type: ignore[arg-type]
    if len(read) < len(headers):  # type: ignore[arg-type]
        raise SteppayMockError("A header is given twice, in capitals and in small letters. Leave one of them out.")
    for name in read:
        if name in OF_THE_WEBHOOK:
            raise SteppayMockError(f"The header {name} is one of the webhook itself (fact 21). Leave it out.")
        if name in _OF_THE_CONNECTION:
            raise SteppayMockError(
                f"The header {name} says how a request is carried, and follows from URL and body. Leave it out."
            )
        if name.startswith("proxy-"):
            raise SteppayMockError(
                f"The header {name} is for a proxy and is not sent to a receiver. Set it with proxy='http://user:password@...'."
            )
    return tuple(read.items())


def read_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers, names in lower case. Raises SteppayMockError, which quotes none, if one cannot be sent."""
    if not isinstance(headers, Mapping):
        raise SteppayMockError(f"headers is a mapping of names to values, not {type(headers).__name__}. {_HEADER}")
    for name, value in headers.items():
        fits = isinstance(name, str) and isinstance(value, str) and value.isascii() and value.isprintable()
        if not fits or not _NAME.fullmatch(name):
            raise SteppayMockError(_HEADER)
    return {name.lower(): value.strip() for name, value in headers.items()}


def secrets_of(values: Iterable[str]) -> tuple[str, ...]:
    """The secrets in values of headers: each value, and its longer words, such as the one after Bearer."""
    return tuple(
        part
        for value in values
        for part in (value, *(one for one in _PART.split(value) if len(one) >= _SHORTEST_PART and one != value))
        if part.lower() not in {"true", "false", "null"} and not (part.isdigit() and len(part) < _SHORTEST_NUMBER)
    )
