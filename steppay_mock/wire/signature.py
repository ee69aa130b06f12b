"""Signs bodies as StepPay does, and verifies signatures.

A signature is base64(HMAC-SHA256(secret, "<timestamp>.<raw body>")) (fact 18). ``verify`` runs in receivers, on
requests of unknown senders: it raises SignatureError and nothing else, takes the same time for each wrong key, and no
message has a secret or a right key in it.
"""

from __future__ import annotations

import hmac
import time
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import islice

from steppay_mock.errors import SignatureError, SteppayMockError
from steppay_mock.wire.signature_header import SignatureHeader, counted, parse_header, refusal

Secret = str | Iterable[str]
"""One secret, or several while a merchant changes from one to the next (rotation, fact 18)."""

_MAX_SECRETS = 100
_LATEST = 10**15  # parse_header reads at most 15 digits
_FROM_PORTAL = "Copy the endpoint's verification key (검증 KEY) from the portal."


def sign(body: bytes | str, secret: Secret, *, timestamp: float | None = None) -> str:
    """The value of the ``Steppay-Signature`` header for these bytes, such as ``timestamp=1706002316,key=…`` (fact 18).

    ``timestamp`` is when it is sent, not when the event happened (fact 19): seconds since the epoch, cut to whole ones;
    None is now. Several secrets give ``key=A;B``. A str body is signed as UTF-8.
    Raises SteppayMockError for a secret that is empty or no text, and for a timestamp that is no time.
    """
    content = _content(body)
    if content is None:
        raise SteppayMockError(
            f"A body to be signed is bytes or UTF-8 text, not {type(body).__name__}. Sign event.body"
        )
    seconds = str(_whole_seconds(timestamp))
    keys = [_key(seconds, content, one).decode() for one in as_secrets(secret)]
    return f"timestamp={seconds},key={';'.join(keys)}"


def verify(
    header: str | None,
    body: bytes | str,
    secrets: Secret,
    *,
    tolerance: float | None = 300,
    now: datetime | None = None,
) -> None:
    """Nothing, if the header proves the body; SignatureError, and no other error, if it does not.

    Any of the secrets may match any of the header's keys (fact 18). ``tolerance`` is in seconds, back and ahead (the
    vendor names none: 300 is assumed); None switches the age check off. ``now`` is a datetime with a zone; None is the
    clock. The error's ``kind`` is ``malformed``, ``no-key``, ``mismatch``, ``stale`` or ``future``; the last two are
    only of right signatures. Pairs other than timestamp and key are ignored (fact 20).
    """
    claim = parse_header(header)
    content = _content(body)
    if content is None:
        raise _bad_body(body)
    known = _usable(secrets)
    moment, allowed = _clock(now), _tolerance(tolerance)
    # The key first, then the age: an attacker without the secret learns nothing about the receiver's clock.
    if not _any_match(claim, content, known):
        raise _mismatch(claim, content, known)
    if allowed is not None:
        _check_age(int(claim.timestamp), moment, allowed)


class Secrets(tuple[str, ...]):
    """Checked secrets, whose repr does not show them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{counted(self, 'secret')}>"


def as_secrets(secret: object) -> Secrets:
    """The checked secrets; SteppayMockError for none, for an empty one, or for one that is not text."""
    if isinstance(secret, Secrets):
        return secret
    found, fault = _read_secrets(secret)
    if fault:
        raise SteppayMockError(f"A secret is text that is not empty: {fault}. {_FROM_PORTAL}")
    return Secrets(found)


def _read_secrets(secret: object) -> tuple[tuple[str, ...], str | None]:
    """The secrets, and what is wrong with them, in words that quote none of them."""
    if isinstance(secret, str):
        secret = (secret,)
    if isinstance(secret, bytes | bytearray | Mapping) or not isinstance(secret, Iterable):
        return (), f"this is {type(secret).__name__}"
    found = tuple(islice(secret, _MAX_SECRETS + 1))  # an iterable may be endless
    if not found or len(found) > _MAX_SECRETS:
        return (), f"there are {'more than ' + str(_MAX_SECRETS) if found else 'none'}"
    for place, one in enumerate(found, start=1):
        if not isinstance(one, str):
            return (), f"number {place} of {len(found)} is {type(one).__name__}"
        if not one or _utf8(one) is None:
            return (), f"number {place} of {len(found)} is {'not valid UTF-8' if one else 'empty'}"
    return found, None


def _usable(secrets: object) -> tuple[str, ...]:
    try:
        found, fault = _read_secrets(secrets)
    except Exception as error:  # noqa: BLE001 - an iterable may raise anything, and verify raises nothing but SignatureError
        found, fault = (), f"reading them raised {type(error).__name__}"
    if not fault:
        return found
    raise refusal(
        kind="mismatch",
        path="secrets",
        expected="one or more secrets, each text that is not empty",
        sent=fault,
        next_step=f"{_FROM_PORTAL} Is STEPPAY_WEBHOOK_SECRET set where the receiver runs?",
    )


def _key(seconds: str, content: bytes, secret: str) -> bytes:
    code = _keyed(secret).copy()
    code.update(b"%b.%b" % (seconds.encode(), content))
    return b64encode(code.digest())


@lru_cache(maxsize=_MAX_SECRETS)
def _keyed(secret: str) -> hmac.HMAC:
    # HMAC hashes the key first, a third of the work for a short body. A copy of this object has that part done.
    return hmac.new(secret.encode(), digestmod="sha256")


def _any_match(claim: SignatureHeader, content: bytes, secrets: tuple[str, ...]) -> bool:
    # The base64 text is compared, not the bytes in it: decoding drops bits of the last character, so that several texts
    # decode to one key. There is no early exit: the time would show which secret or which key is right.
    sent = [key.encode("utf-8", "surrogatepass") for key in claim.keys]
    matched = False
    for secret in secrets:
        right = _key(claim.timestamp, content, secret)
        for key in sent:
            matched |= hmac.compare_digest(right, key)
    return matched


def _check_age(sent_at: int, moment: float, tolerance: float) -> None:
    age = moment - sent_at
    if -tolerance <= age <= tolerance:
        return
    stale = age > 0
    raise refusal(
        kind="stale" if stale else "future",
        expected=f"sent within {tolerance:g} s of the clock, {moment:.0f}",
        sent=f"timestamp={sent_at}, {abs(age):.0f} s {'ago' if stale else 'ahead'}",
        next_step=(
            "A replay? Refuse it. In a test, sign with the sending time, not the event's, or set the clock"
            if stale
            else "Compare the two clocks; the timestamp is in seconds, not milliseconds. Or set the tolerance"
        ),
    )


def _mismatch(claim: SignatureHeader, content: bytes, secrets: tuple[str, ...]) -> SignatureError:
    padded = (
        " One of the secrets begins or ends with white space." if any(one != one.strip() for one in secrets) else ""
    )
    return refusal(
        kind="mismatch",
        expected="key = base64(HMAC-SHA256(secret, '<timestamp>.<raw request body>'))",
        sent=f"{counted(claim.keys, 'key')}; tried {counted(secrets, 'secret')} on {counted(content, 'byte')} of body",
        next_step="Verify the raw bytes as they arrived, before any JSON parsing, and check the secret."
        f"{padded} {_FROM_PORTAL}",
    )


def _bad_body(body: object) -> SignatureError:
    return refusal(
        kind="malformed",
        path="body",
        expected="the raw request body: bytes, or text that UTF-8 can hold",
        sent=type(body).__name__,
        next_step="Pass the bytes as they arrived, before any JSON parsing, such as request.get_data() or "
        "await request.body()",
    )


def _content(body: object) -> bytes | None:
    if isinstance(body, str):
        return _utf8(body)
    return bytes(body) if isinstance(body, bytes | bytearray) else None


def _utf8(text: str) -> bytes | None:
    # None, not an exception: a UnicodeEncodeError has the text in it, and the text may be a secret.
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def _whole_seconds(timestamp: object) -> int:
    seconds = time.time() if timestamp is None else _number(timestamp)
    if seconds is None or not 0 <= seconds < _LATEST:
        # Deliveries pass the time of the clock, which a test may have moved: the step fits both.
        raise SteppayMockError(
            f"A timestamp is seconds since the epoch, 0 or more, not {_shown(timestamp)}. "
            "Leave it out to sign with the present time. If it was left out, a test has moved the clock to before "
            "1970: move it to a later time."
        )
    return int(seconds)


def _clock(now: object) -> float:
    if now is None:
        return time.time()
    if isinstance(now, datetime) and now.utcoffset() is not None:
        return now.timestamp()
    number = _number(now)
    raise refusal(
        kind="malformed",
        path="now",
        expected="a datetime with a zone, or None for the clock",
        sent="a datetime without a zone" if isinstance(now, datetime) else _shown(now),
        next_step="Pass datetime.now(UTC), or leave now out."
        if number is None
        else f"Of seconds make a datetime: datetime.fromtimestamp({number:.12g}, UTC).",
    )


def _tolerance(tolerance: object) -> float | None:
    if tolerance is None:
        return None
    seconds = _number(tolerance)
    if seconds is None or not seconds >= 0:
        raise refusal(
            kind="malformed",
            path="tolerance",
            expected="seconds, 0 or more, or None to check no age",
            sent=_shown(tolerance),
            next_step="Pass a number such as 300.",
        )
    return seconds


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _shown(value: object) -> str:
    # Only numbers are shown: any other value may be a secret that was passed in the wrong place.
    number = _number(value)
    return type(value).__name__ if number is None else f"{number:.12g}"
