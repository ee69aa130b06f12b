"""Replaces secrets in answers and exceptions of a receiver by a mask, before they are kept or shown.

A receiver may echo its secret: in a page of settings, an exception, a header for debugging. Each transport passes its
answers through :class:`Redaction`, so reports, journals and pages have no secret to hide. A secret is searched for in
every form in which programs write it (``_forms``): a few dozen texts for one secret, made once.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import copy
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

from steppay_mock.wire.shown_url import MASK

_SHORTEST = 4  # characters of a secret: shorter ones are in every answer by chance
_SHORTEST_CORE = 6  # characters of base64: fewer are in other base64 by chance
_CUT = "..."  # the end of a text that was cut off


class StruckOutError(Exception):
    """Replaces an exception whose text has a secret and cannot be changed."""


class Redaction:
    """Masks secrets in texts, bytes and exceptions, in every form in which a receiver is likely to echo them.

    The forms are: unchanged, base64 (both alphabets, also within a longer text), hex, percent-encoded, and escaped as
    in JSON, HTML and Python. Secrets of fewer than 4 characters are not masked.
    """

    __slots__ = ("_bytes", "_texts")

    def __init__(self, secrets: Iterable[str] | None = None) -> None:
        forms = {form for one in secrets or () if len(one) >= _SHORTEST for form in _forms(str(one))}
        # Headers are read as Latin-1, by this side and by frameworks that echo them.
        forms |= {_encoded(form).decode("latin-1") for form in forms}
        forms |= {_printable(form) for form in forms}
        # The longest first: a form may hold a shorter one.
        self._texts = sorted(forms, key=len, reverse=True)
        self._bytes = [_encoded(form) for form in self._texts]

    def __repr__(self) -> str:
        return "<Redaction>"

    def __bool__(self) -> bool:
        return bool(self._texts)

    def text(self, text: str) -> str:
        """The text without the secrets."""
        for form in self._texts:
            if form in text:
                text = text.replace(form, MASK)
        return self._without_tail(text) if text.endswith(_CUT) else text

    def data(self, data: bytes, *, cut: bool = False) -> bytes:
        """The bytes without the secrets. With ``cut`` they were cut off, and may end within a secret."""
        for form in self._bytes:
            if form in data:
                data = data.replace(form, MASK.encode())
        if cut:
            for form in self._bytes:
                length = _overlap(data, form)
                if length:
                    return data[:-length] + MASK.encode()
        return data

    def is_in(self, text: str) -> bool:
        """Whether a secret is in the text."""
        for form in self._texts:  # noqa: SIM110 - a generator takes three times as long, at every answer
            if form in text:
                return True
        return False

    def is_in_data(self, data: bytes) -> bool:
        """Whether a secret is in the bytes."""
        for form in self._bytes:  # noqa: SIM110 - as above
            if form in data:
                return True
        return False

    def exception(self, error: BaseException) -> BaseException:
        """The exception, or a copy without secrets if its text or that of a cause has one; with the same traceback.

        The copy has the same type if the type allows copies; else it is a :class:`StruckOutError`.
        """
        return self._struck(error, seen=set()) if self._texts and self._tells(error, seen=set()) else error

    def _tells(self, error: BaseException, *, seen: set[int]) -> bool:
        """Whether a secret is in the text of the exception, of its causes, or of the members of its group."""
        seen.add(id(error))
        return self.is_in(_all_of(error)) or any(
            self._tells(one, seen=seen) for one in _related(error) if id(one) not in seen
        )

    def _struck(self, error: BaseException, *, seen: set[int]) -> BaseException:
        seen.add(id(error))
        made = self._copied(error)
        cause, context = error.__cause__, error.__context__
        made.__cause__ = None if cause is None or id(cause) in seen else self._struck(cause, seen=seen)
        made.__context__ = None if context is None or id(context) in seen else self._struck(context, seen=seen)
        made.__suppress_context__ = error.__suppress_context__
        return made.with_traceback(error.__traceback__)

    def _copied(self, error: BaseException) -> BaseException:
        with suppress(Exception):  # the application wrote __init__ and __copy__; the replacement below has the text
            made = copy(error)
            made.args = tuple(self.text(one) if isinstance(one, str) else one for one in error.args)
            if type(made) is type(error) and not self.is_in(_all_of(made)):
                return made
        return StruckOutError(self.text(f"{type(error).__name__}: {_text_of(error)}"))

    def _without_tail(self, text: str) -> str:
        begin = text[: -len(_CUT)]
        for form in self._texts:
            length = _overlap(begin, form)
            if length:
                return begin[:-length] + MASK + _CUT
        return text


NO_REDACTION = Redaction()
"""A redaction without secrets."""


def _overlap(text: Any, form: Any) -> int:
    """The number of characters at the end of the text that begin the form; 0 if they are too few to be a secret."""
    lengths = range(min(len(form), len(text)), _SHORTEST - 1, -1)
    return next((length for length in lengths if text.endswith(form[:length])), 0)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield secret.strip()  # a secret from a file often ends in a newline, which a header cannot have
    # Percent-encoding: with or without "/", hex digits in either case, and "+" for a space as in forms.
    for safe in ("", "/"):
        encoded = quote(secret, safe=safe, errors="surrogatepass")
        yield from (encoded, _lower_hex(encoded))
    plus = quote_plus(secret, errors="surrogatepass")
    yield from (plus, _lower_hex(plus))
    # Escapes of JSON, HTML and XML, and of Python's repr and tracebacks.
    for as_ascii in (True, False):
        yield json.dumps(secret, ensure_ascii=as_ascii)[1:-1]
    yield from (escape(secret), escape(secret, quote=False), repr(secret)[1:-1])
    yield secret.encode("unicode_escape").decode()
    yield secret.encode("ascii", "xmlcharrefreplace").decode()
    content = _encoded(secret)
    yield from (content.hex(), content.hex().upper())
    # Base64 of a longer text, such as "user:secret" of basic auth, depends on how many bytes stand before the secret,
    # modulo 3: one form for each of the three.
    for encode in (b64encode, urlsafe_b64encode):
        for offset in range(3):
            yield from _core(encode(bytes(offset) + content).decode(), offset, len(content))


def _core(encoded: str, offset: int, length: int) -> Iterator[str]:
    """The characters of base64 that depend on the secret alone, not on the text before and behind it."""
    first = -(-offset * 8 // 6)  # rounded up: a character of base64 has six bits, and the first may have some before
    last = (offset + length) * 8 // 6
    if last - first >= _SHORTEST_CORE:
        yield encoded[first:last]


def _printable(text: str) -> str:
    """The text with its control characters escaped, as messages show it."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _lower_hex(encoded: str) -> str:
    parts = encoded.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - the application's own __str__
        return ""


def _all_of(error: BaseException) -> str:
    """Everything that is shown of an exception: its text, its repr and its notes."""
    try:
        shown = repr(error)
    except Exception:  # noqa: BLE001 - the application's own __repr__
        shown = ""
    return "\n".join([_text_of(error), shown, *map(str, getattr(error, "__notes__", ()))])


def _related(error: BaseException) -> Iterator[BaseException]:
    yield from (one for one in (error.__cause__, error.__context__) if one is not None)
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions
