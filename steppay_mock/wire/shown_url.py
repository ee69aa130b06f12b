"""A URL as it may be shown, and the secrets that stand in it.

A webhook URL may carry a secret: ``?token=...`` in its query, or ``user:password@`` before its host. What is sent needs
them. What is shown (names of targets, logs, listings, errors, reports) has a mask in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

MASK = "********"
"""What is shown in the place of a secret."""

_NAMES = frozenset(
    {"token", "key", "apikey", "secret", "password", "passwd", "passphrase", "pass", "pwd", "sig", "signature", "hmac"}
    | {"auth", "authorization", "bearer", "credential", "credentials", "jwt", "session"}
)
_ENDINGS = ("token", "key", "secret", "password", "signature")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")  # of access_token, access-token, accessToken
_USER = re.compile(r"((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//)([^/?#]*)@")
_SEPARATOR = re.compile(r"([&;])")


def shown_url(url: str) -> str:
    """The URL, or the path with a query, in which every secret is masked."""
    return "".join(part.masked for part in _parts(url))


def secrets_in(url: str) -> tuple[str, ...]:
    """The secrets of the URL, as they are written in it and decoded."""
    found = [part.secret for part in _parts(url) if part.secret]
    return tuple(dict.fromkeys(form for one in found for form in (one, unquote_plus(one))))


def is_secret_name(name: str) -> bool:
    """Whether the value of a parameter of that name is taken for a secret: ``token``, ``api_key``, ``accessToken``."""
    words = {word.lower() for word in _WORD.findall(name)}
    return not words.isdisjoint(_NAMES) or name.lower().endswith(_ENDINGS)


class _Part:
    """A piece of a URL: ``text`` may be shown, ``secret`` may not."""

    __slots__ = ("secret", "text")

    def __init__(self, text: str, secret: str = "") -> None:
        self.text = text
        self.secret = secret

    @property
    def masked(self) -> str:
        return self.text + (MASK if self.secret else "")


def _parts(url: str) -> Iterator[_Part]:
    address, mark, query = url.partition("?")
    user = _USER.match(address)
    if user:
        yield _Part(user[1], user[2])
        address = address[user.end(2) :]
    yield _Part(address + mark)
    query, hash_mark, fragment = query.partition("#")
    for piece in _SEPARATOR.split(query):
        name, equals, value = piece.partition("=")
        if equals and value and is_secret_name(unquote_plus(name)):
            yield _Part(name + equals, value)
        else:
            yield _Part(piece)
    yield _Part(hash_mark + fragment)
