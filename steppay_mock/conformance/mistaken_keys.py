"""Other signatures that a receiver may expect by mistake: another text, hash, encoding, or form of the secret."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from steppay_mock.delivery.faults.draft import SIGNATURE, keys_of, with_header

if TYPE_CHECKING:
    from steppay_mock.delivery.faults import RequestDraft

_FORM = (
    "The key is base64(HMAC-SHA256(secret, '<timestamp>.<raw body>')), in a header such as "
    "'steppay-signature: timestamp=1706002316,key=...'."
)
_AS_IT_IS = (
    "Use the secret as it is in the portal, as UTF-8 text: neither decoded nor cut, without white space around it."
)
_CLOCK = "Compare seconds since the epoch, which have no zone: time.time() in Python, Date.now() / 1000 in Node."
_TRIES = 60  # seconds, well within every tolerance
_PAIRS = "Split each pair of the header at its first '=' alone: base64 ends in '='."

Write = Callable[["RequestDraft"], str]
"""Writes the signature header of a draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakenKey:
    """One other signature: the name of the finding, and the sentence and the cure if a receiver expects it."""

    name: str
    means: str
    write: Write
    cure: str = _FORM


def _signed(draft: RequestDraft, key: str) -> str:
    return f"timestamp={draft.timestamp},key={key}"


def _text(draft: RequestDraft, moment: object = None) -> bytes:
    return b"%b.%b" % (str(draft.timestamp if moment is None else moment).encode(), draft.body)


def _digest(draft: RequestDraft, text: bytes, *, secret: bytes | None = None, kind: str = "sha256") -> bytes:
    return hmac.digest(draft.signers[0].encode() if secret is None else secret, text, kind)


def _over(text: Callable[[RequestDraft], bytes]) -> Write:
    """The key over another text."""
    return lambda draft: _signed(draft, b64encode(_digest(draft, text(draft))).decode())


def _written(write: Callable[[bytes], str]) -> Write:
    """The right digest in another encoding."""
    return lambda draft: _signed(draft, write(_digest(draft, _text(draft))))


def _hashed(kind: str) -> Write:
    return lambda draft: _signed(draft, b64encode(_digest(draft, _text(draft), kind=kind)).decode())


def _with_secret(change: Callable[[bytes], bytes]) -> Write:
    """The key with another form of the secret."""

    def write(draft: RequestDraft) -> str:
        secret = change(draft.signers[0].encode())
        return _signed(draft, b64encode(_digest(draft, _text(draft), secret=secret)).decode())

    return write


def _without_prefix(secret: bytes) -> bytes:
    """The secret behind a prefix such as ``whsec_``."""
    before, mark, after = secret.partition(b"_")
    return after if mark and len(before) < len(after) else secret


def _decoded(secret: bytes) -> bytes:
    """The bytes of which the secret is base64, in either alphabet; the secret if it is none."""
    try:
        return b64decode(secret.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(secret) % 4))
    except binascii.Error:
        return secret


def _from_hex(secret: bytes) -> bytes:
    try:
        return bytes.fromhex(secret.decode())
    except ValueError:
        return secret


def _in_milliseconds(draft: RequestDraft) -> str:
    moment = draft.timestamp * 1000
    return f"timestamp={moment},key={b64encode(_digest(draft, _text(draft, moment))).decode()}"


def _at(seconds: int) -> Write:
    """Signed at another time."""

    def write(draft: RequestDraft) -> str:
        moment = draft.timestamp + seconds
        return f"timestamp={moment},key={b64encode(_digest(draft, _text(draft, moment))).decode()}"

    return write


def _without_hmac(draft: RequestDraft) -> str:
    digest = hashlib.sha256(draft.signers[0].encode() + _text(draft)).digest()
    return _signed(draft, b64encode(digest).decode())


def _secret_behind(draft: RequestDraft) -> str:
    digest = hashlib.sha256(_text(draft) + draft.signers[0].encode()).digest()
    return _signed(draft, b64encode(digest).decode())


def _swapped(draft: RequestDraft) -> str:
    return _signed(draft, b64encode(hmac.digest(_text(draft), draft.signers[0].encode(), "sha256")).decode())


def with_signs(draft: RequestDraft) -> RequestDraft:
    """The draft signed some seconds before, so that its key has a ``+`` and a ``/``, as one in four has."""
    for moment in range(draft.timestamp, max(draft.timestamp - _TRIES, 0), -1):
        key = keys_of(draft, draft.signers, moment=moment)
        if "+" in key and "/" in key:
            headers = with_header(draft.headers, SIGNATURE, f"timestamp={moment},key={key}")
            return replace(draft, timestamp=moment, headers=headers)
    return draft


_OTHER_TEXT = "It computes the key over another text than '<timestamp>.<raw body>': "
_OTHER_KEY = "It computes the key with another secret than the one that was given: "

ALPHABETS = (
    MistakenKey(
        name="expects-base64url",
        means="It compares the key with base64 in the alphabet of URLs, with - and _. StepPay's has + and /.",
        write=_written(lambda digest: urlsafe_b64encode(digest).decode()),
        cure="Encode with the usual alphabet: base64.b64encode in Python, digest('base64') in Node.",
    ),
    MistakenKey(
        name="decodes-the-key-as-a-url",
        means="It decodes the header as a part of a URL, where + is a space: keys with a + are refused.",
        write=_written(lambda digest: quote(b64encode(digest).decode(), safe="")),
        cure=f"Do not parse the header as a query (parse_qs, URLSearchParams). {_PAIRS}",
    ),
)
"""Other alphabets of the key. They come first: a key in four is the same in them, whatever the body."""

KEYS = (
    MistakenKey(
        name="expects-hex",
        means="It compares the key with the hex digest, not with base64 of the raw digest.",
        write=_written(bytes.hex),
    ),
    MistakenKey(
        name="expects-hex",
        means="It compares the key with the hex digest in capitals, not with base64 of the raw digest.",
        write=_written(lambda digest: digest.hex().upper()),
    ),
    MistakenKey(
        name="expects-base64-of-hex",
        means="It compares the key with base64 of the hex digest, not with base64 of the raw digest.",
        write=_written(lambda digest: b64encode(digest.hex().encode()).decode()),
    ),
    MistakenKey(
        name="expects-key-of-body",
        means="It computes the key over the body alone, without the timestamp.",
        write=_over(lambda draft: draft.body),
    ),
    MistakenKey(
        name="expects-another-text",
        means=f"{_OTHER_TEXT}without the dot.",
        write=_over(lambda draft: str(draft.timestamp).encode() + draft.body),
    ),
    MistakenKey(
        name="expects-another-text",
        means=f"{_OTHER_TEXT}with the body before the timestamp.",
        write=_over(lambda draft: b"%b.%d" % (draft.body, draft.timestamp)),
    ),
    MistakenKey(
        name="expects-another-text",
        means=f"{_OTHER_TEXT}with a colon in place of the dot.",
        write=_over(lambda draft: b"%d:%b" % (draft.timestamp, draft.body)),
    ),
    MistakenKey(
        name="expects-another-text",
        means=f"{_OTHER_TEXT}with a line end in place of the dot.",
        write=_over(lambda draft: b"%d\n%b" % (draft.timestamp, draft.body)),
    ),
    MistakenKey(
        name="expects-milliseconds",
        means="It expects the timestamp of the signature in milliseconds.",
        write=_in_milliseconds,
    ),
    MistakenKey(
        name="judges-age-in-another-zone",
        means="It compares the timestamp with a clock that is nine hours ahead: UTC and the time of Seoul are mixed.",
        write=_at(9 * 3600),
        cure=_CLOCK,
    ),
    MistakenKey(
        name="judges-age-in-another-zone",
        means="It compares the timestamp with a clock that is nine hours behind: UTC and the time of Seoul are mixed.",
        write=_at(-9 * 3600),
        cure=_CLOCK,
    ),
    MistakenKey(
        name="expects-another-hash",
        means="It computes the key with SHA-1, not with SHA-256.",
        write=_hashed("sha1"),
    ),
    MistakenKey(
        name="expects-another-hash",
        means="It computes the key with SHA-512, not with SHA-256.",
        write=_hashed("sha512"),
    ),
    MistakenKey(
        name="expects-a-hash-without-hmac",
        means="It hashes the secret before the text, and computes no HMAC.",
        write=_without_hmac,
    ),
    MistakenKey(
        name="expects-a-hash-without-hmac",
        means="It hashes the secret behind the text, and computes no HMAC.",
        write=_secret_behind,
    ),
    MistakenKey(
        name="swaps-secret-and-text",
        means="It computes the HMAC with the text as the key and the secret as the text.",
        write=_swapped,
    ),
    MistakenKey(
        name="changes-the-secret",
        means=f"{_OTHER_KEY}with a line end behind it, as a file has it.",
        write=_with_secret(lambda secret: secret + b"\n"),
        cure=_AS_IT_IS,
    ),
    MistakenKey(
        name="changes-the-secret",
        means=f"{_OTHER_KEY}with the quotes around it, as a file of variables has it.",
        write=_with_secret(lambda secret: b'"%b"' % secret),
        cure=_AS_IT_IS,
    ),
    MistakenKey(
        name="changes-the-secret",
        means=f"{_OTHER_KEY}without what stands before its first underscore.",
        write=_with_secret(_without_prefix),
        cure=_AS_IT_IS,
    ),
    MistakenKey(
        name="changes-the-secret",
        means=f"{_OTHER_KEY}decoded from base64.",
        write=_with_secret(_decoded),
        cure=_AS_IT_IS,
    ),
    MistakenKey(
        name="changes-the-secret",
        means=f"{_OTHER_KEY}without what stands before its first underscore, decoded from base64.",
        write=_with_secret(lambda secret: _decoded(_without_prefix(secret))),
        cure=_AS_IT_IS,
    ),
    MistakenKey(
        name="changes-the-secret",
        means=f"{_OTHER_KEY}decoded from hex.",
        write=_with_secret(_from_hex),
        cure=_AS_IT_IS,
    ),
    MistakenKey(
        name="expects-bare-key",
        means="It takes the whole header for the key, and does not read its pairs.",
        write=lambda draft: b64encode(_digest(draft, draft.body)).decode(),
    ),
    MistakenKey(
        name="expects-bare-hex",
        means="It takes the whole header for the hex digest of the body.",
        write=lambda draft: _digest(draft, draft.body).hex(),
    ),
    MistakenKey(
        name="expects-v0",
        means="It reads the key from the pair 'v0', not from 'key'.",
        write=lambda draft: f"timestamp={draft.timestamp},v0={b64encode(_digest(draft, _text(draft))).decode()}",
    ),
)
"""The other signatures, the most likely first."""
