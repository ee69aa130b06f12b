"""Masks the secrets of a URL, and finds them.

The URL of a receiver may have secrets: ``?token=...`` in its query, or ``user:password@`` before its host. Requests
need them. Everything that is shown (logs, listings, errors, reports) has a mask in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

MASK = "********"
"""The text that is shown in place of a secret."""

_NAMES = frozenset(
    {"token", "key", "apikey", "secret", "password", "passwd", "passphrase", "pass", "pwd", "sig", "signature", "hmac"}
    | {"auth", "authorization", "bearer", "credential", "credentials", "jwt", "session"}
)
_ENDINGS = ("token", "key", "secret", "password", "signature")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")  # of access_token, access-token, accessToken
_USER = re.compile(r"((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//)([^/?#]*)@")
_SEPARATOR = re.compile(r"([&;])")


def shown_url(url: str) -> str:
    """The URL, or the path with a query, with each secret masked."""
    return "".join(piece.masked for piece in _pieces(url))


def secrets_in(url: str) -> tuple[str, ...]:
    """The secrets of the URL, each as it is written and decoded."""
    found = [piece.secret for piece in _pieces(url) if piece.secret]
    return tuple(dict.fromkeys(form for one in found for form in (one, unquote_plus(one))))


def is_secret_name(name: str) -> bool:
    """Whether a parameter of that name has a secret as its value: ``token``, ``api_key``, ``accessToken``."""
    words = {word.lower() for word in _WORD.findall(name)}
    return not words.isdisjoint(_NAMES) or name.lower().endswith(_ENDINGS)


class _UrlPiece:
    """A piece of a URL: ``text`` may be shown, ``secret`` behind it may not."""

    __slots__ = ("secret", "text")

    def __init__(self, text: str, secret: str = "") -> None:
        self.text = text
        self.secret = secret

    @property
    def masked(self) -> str:
        return self.text + (MASK if self.secret else "")


def _pieces(url: str) -> Iterator[_UrlPiece]:
    address, mark, query = url.partition("?")
    user = _USER.match(address)
    if user:
        yield _UrlPiece(user[1], user[2])
        address = address[user.end(2) :]
    yield _UrlPiece(address + mark)
    query, hash_mark, fragment = query.partition("#")
    for piece in _SEPARATOR.split(query):
        name, equals, value = piece.partition("=")
        if equals and value and is_secret_name(unquote_plus(name)):
            yield _UrlPiece(name + equals, value)
        else:
            yield _UrlPiece(piece)
    yield _UrlPiece(hash_mark + fragment)
