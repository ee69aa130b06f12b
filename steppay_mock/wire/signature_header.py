"""Parses the ``Steppay-Signature`` header, and makes the errors of signatures. It checks no key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.errors import SignatureError

if TYPE_CHECKING:
    from collections.abc import Sized

HEADER = "Steppay-Signature"
MAX_HEADER = 16 * 1024  # characters; servers refuse a header line longer than 8 to 16 KiB
_FORM = "timestamp=<seconds>,key=<base64>, several keys separated by ';'"
_SECONDS = re.compile(r"[0-9]{1,15}")  # not \d: digits of other scripts are never sent
_VERSION = re.compile(r"v[0-9]{1,3}")
_SAMPLE = "timestamp=1706002316,key=pcUtl09za6MxAa86w7KED/xRyJI4iad+N4rcQzU/tTE="


@dataclass(frozen=True, slots=True)
class SignatureHeader:
    """The parts of a header. ``timestamp`` is the text as sent, because that text was signed (fact 18)."""

    timestamp: str
    keys: tuple[str, ...]


def parse_header(header: object) -> SignatureHeader:
    """The header's timestamp and keys; other pairs are ignored (fact 20).

    Raises SignatureError of the kinds ``malformed`` and ``no-key``. It quotes nothing of the header except a bad
    timestamp: a caller that swaps two arguments passes the secret here.
    """
    pairs = _pairs(_checked_text(header))
    timestamps = [value for name, value in pairs if name == "timestamp"]
    if len(timestamps) != 1:
        sent = f"{len(timestamps)} of them" if timestamps else f"none among {counted(pairs, 'pair')}"
        raise _malformed(expected="one pair named timestamp", sent=sent)
    (timestamp,) = timestamps
    if not _SECONDS.fullmatch(timestamp):
        raise _malformed(expected="timestamp=<seconds since the epoch, 1 to 15 digits>", sent=_clipped(timestamp))
    keys = [key.strip(" \t") for name, value in pairs if name == "key" for key in value.split(";")]
    found = tuple(key for key in keys if key)
    if not found:
        raise _no_key(pairs)
    return SignatureHeader(timestamp, found)


def refusal(*, kind: str, expected: str, sent: str, next_step: str, path: str = f"header {HEADER}") -> SignatureError:
    """The error of that kind. Its event is ``?``: the body is not read before its signature is checked."""
    return SignatureError(kind=kind, event="?", path=path, expected=expected, sent=sent, next_step=next_step)


def counted(things: Sized, noun: str) -> str:
    """Their number with the noun: ``1 key``, ``2 keys``."""
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _checked_text(header: object) -> str:
    if header is None:
        raise refusal(
            kind="malformed",
            expected=_FORM,
            sent="no header",
            next_step=f"Read {HEADER} from the request, in any case of its letters. Is it missing there? Then the "
            "request is not signed: refuse it with 401.",
        )
    if not isinstance(header, str):
        raise refusal(
            kind="malformed",
            expected=f"text: {_FORM}",
            sent=type(header).__name__,
            next_step="Pass the header's value as str; decode bytes, as ASGI has them, with value.decode('latin-1').",
        )
    if len(header) > MAX_HEADER:
        raise _malformed(expected=f"at most {MAX_HEADER} characters", sent=f"{len(header)} characters")
    return header


def _pairs(header: str) -> list[tuple[str, str]]:
    pairs = []
    for part in header.split(","):
        # At the first "=": base64 may end with more of them.
        name, equals, value = part.strip(" \t").partition("=")
        if equals:
            pairs.append((name, value))
        elif name:
            raise _malformed(expected="name=value pairs separated by ','", sent="a part without '='")
    return pairs


def _no_key(pairs: list[tuple[str, str]]) -> SignatureError:
    names = {name for name, _ in pairs}
    versions = sorted(name for name in names if _VERSION.fullmatch(name))
    if "key" in names:
        sent = "no key: key= is empty"
    elif versions:
        sent = f"no key, only {' and '.join(f'{name}=' for name in versions[:3])}"
    else:
        sent = f"no key among {counted(pairs, 'pair')}"
    advice = (
        "v0= was seen in an older delivery and is not known to be the same computation; "
        "accept key= alone and refuse the request."
        if versions
        else "Pass the whole header value, not a part of it, or refuse the request."
    )
    return refusal(kind="no-key", expected="a pair named key with at least one key", sent=sent, next_step=advice)


def _malformed(*, expected: str, sent: str) -> SignatureError:
    return refusal(
        kind="malformed",
        expected=expected,
        sent=sent,
        next_step=f"Pass the header's value unchanged, such as {_SAMPLE}",
    )


def _clipped(value: str) -> str:
    return f"timestamp={value[:24]!a}{'...' if len(value) > 24 else ''}"
