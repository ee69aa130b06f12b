"""Receivers that compute or compare the key in another way than StepPay does."""

from __future__ import annotations

import hmac
import time
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import unquote_plus

from conformance.zoo.shop import SECRET, Claim, Hook, RefusedError, Shop

ENCODED_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def digest_of(text: bytes, secret: bytes = SECRET.encode(), kind: str = "sha256") -> bytes:
    """The HMAC of the text."""
    return hmac.digest(secret, text, kind)


class SignsWithoutADot(Shop):
    finding = "control/expects-another-text"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return b64encode(digest_of(timestamp.encode() + body, secret.encode())).decode()


class SignsTheBodyFirst(Shop):
    finding = "control/expects-another-text"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return b64encode(digest_of(body + f".{timestamp}".encode(), secret.encode())).decode()


class SignsTheBodyAlone(Shop):
    finding = "control/expects-key-of-body"

    def key(self, _timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return b64encode(digest_of(body, secret.encode())).decode()


class SignsTheTimestampOfTheBody(Shop):
    finding = "signature/signs-the-timestamp-of-the-body"

    def is_right(self, claim: Claim, body: bytes) -> bool:
        try:
            moment = str(self.read(body)["timestamp"])
        except RefusedError:
            moment = claim.timestamp
        return super().is_right(Claim(moment, claim.keys), body)


class ExpectsHexInCapitals(Shop):
    finding = "control/expects-hex"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return digest_of(f"{timestamp}.".encode() + body, secret.encode()).hex().upper()


class EncodesTheHexDigest(Shop):
    finding = "control/expects-base64-of-hex"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return b64encode(digest_of(f"{timestamp}.".encode() + body, secret.encode()).hex().encode()).decode()


class ExpectsBase64Url(Shop):
    finding = "control/expects-base64url"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return urlsafe_b64encode(digest_of(f"{timestamp}.".encode() + body, secret.encode())).decode()


class DecodesTheKeyAsAUrl(Shop):
    finding = "control/decodes-the-key-as-a-url"

    def is_equal(self, right: str, key: str) -> bool:
        return super().is_equal(right, unquote_plus(key))


class UsesSha1(Shop):
    finding = "control/expects-another-hash"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return b64encode(digest_of(f"{timestamp}.".encode() + body, secret.encode(), "sha1")).decode()


class HashesWithoutHmac(Shop):
    finding = "control/expects-a-hash-without-hmac"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return b64encode(sha256(secret.encode() + f"{timestamp}.".encode() + body).digest()).decode()


class SwapsSecretAndText(Shop):
    finding = "control/swaps-secret-and-text"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return b64encode(digest_of(secret.encode(), f"{timestamp}.".encode() + body)).decode()


class KeepsTheLineEndOfTheSecret(Shop):
    """It reads the secret from a file."""

    finding = "control/changes-the-secret"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return super().key(timestamp, body, f"{secret}\n")


class KeepsTheQuotesOfTheSecret(Shop):
    """It reads the secret from a file of variables."""

    finding = "control/changes-the-secret"

    def key(self, timestamp: str, body: bytes, secret: str = SECRET) -> str:
        return super().key(timestamp, body, f'"{secret}"')


class DecodesTheSecret(Shop):
    """As libraries for other senders do with a secret of this form."""

    finding = "control/changes-the-secret"
    options: ClassVar[Mapping[str, Any]] = {"secret": ENCODED_SECRET}

    def key(self, timestamp: str, body: bytes, secret: str = ENCODED_SECRET) -> str:
        decoded = b64decode(secret.removeprefix("whsec_"))
        return b64encode(digest_of(f"{timestamp}.".encode() + body, decoded)).decode()


class CutsTheKey(Shop):
    """The header is split at each =, so the key loses the one at its end, and is never equal."""

    finding = "control/refuses-right-signatures"

    def claim(self, header: str) -> Claim:
        found = super().claim(header)
        return Claim(found.timestamp, tuple(key.split("=")[0] for key in found.keys))


class LooksForCapitals(Shop):
    """Names of headers have no capitals where it looks."""

    finding = "control/refuses-right-signatures"
    header = "Steppay-Signature"


class LooksWhetherThereIsAHeader(Shop):
    finding = "signature/looks-only-whether-there-is-a-key"

    def verify(self, hook: Hook) -> None:
        if not hook.headers.get(self.header):
            raise RefusedError(401)


class LooksWhetherThereIsAKey(Shop):
    """It checks the age too."""

    finding = "signature/looks-only-whether-there-is-a-key"

    def is_equal(self, _right: str, key: str) -> bool:
        return bool(key)


class ComparesTheLength(Shop):
    finding = "signature/compares-the-length-of-the-key"

    def is_equal(self, right: str, key: str) -> bool:
        return len(right) == len(key)


class WantsBase64Alone(Shop):
    """It decodes the key, and does not compare it."""

    finding = "signature/compares-the-length-of-the-key"

    def is_equal(self, _right: str, key: str) -> bool:
        try:
            return len(b64decode(key, validate=True)) == sha256().digest_size
        except ValueError:
            return False


class ComparesTheBeginning(Shop):
    finding = "signature/compares-a-part-of-the-key"

    def is_equal(self, right: str, key: str) -> bool:
        return len(key) == len(right) and super().is_equal(right[:32], key[:32])


class ComparesTheEnd(Shop):
    finding = "signature/compares-a-part-of-the-key"

    def is_equal(self, right: str, key: str) -> bool:
        return len(key) == len(right) and super().is_equal(right[-10:], key[-10:])


class TakesUnsignedTests(Shop):
    finding = "signature/test-unsigned"

    def verify(self, hook: Hook) -> None:
        if b'"isTest": true' not in hook.body:
            super().verify(hook)


class VerifiesInProductionAlone(Shop):
    """The check is made where it does not run."""

    finding = "signature/verifies-nothing"
    is_production = False

    def verify(self, hook: Hook) -> None:
        if self.is_production:
            super().verify(hook)


class TakesWhatItCannotRead(Shop):
    """What goes wrong while the header is read is passed over."""

    finding = "signature/takes-headers-of-another-form"

    def verify(self, hook: Hook) -> None:
        try:
            header = hook.headers[self.header]
            pairs = dict(pair.split("=", 1) for pair in header.split(","))
            claim = Claim(str(int(pairs["timestamp"])), tuple(pairs["key"].split(";")))
        except (KeyError, ValueError):
            return
        if not self.is_right(claim, hook.body):
            raise RefusedError(401)
        self.check_age(claim, hook)


class VerifiesBehindItsQueue(Shop):
    """The webhook is in the queue, which does the work, before the signature is looked at."""

    finding = "signature/verifies-after-it-acted"

    def take(self, hook: Hook) -> tuple[int, str]:
        try:
            self.read(hook.body)
        except RefusedError:
            self.verify(hook)
            raise
        answer = self.work(hook)
        self.verify(hook)
        return answer

    def work(self, hook: Hook) -> tuple[int, str]:
        envelope = self.read(hook.body)
        if not self.is_copy(envelope, hook):
            self.keep(envelope)
            self.act(envelope)
        return 204, ""


class ChecksTheAgeTooLate(Shop):
    """The key is verified first, and the age after the work."""

    finding = "signature/verifies-after-it-acted"

    def take(self, hook: Hook) -> tuple[int, str]:
        claim = self.claim(hook.headers.get(self.header, ""))
        if not self.is_right(claim, hook.body):
            raise RefusedError(401)
        envelope = self.read(hook.body)
        if not self.is_copy(envelope, hook):
            self.keep(envelope)
            self.act(envelope)
        self.check_age(claim, hook)
        return 204, ""


class FailsOnForgeries(Shop):
    finding = "signature/fails-on-forgeries"

    def verify(self, hook: Hook) -> None:
        try:
            super().verify(hook)
        except RefusedError as error:
            raise PermissionError(error.text) from None


class SendsForgeriesToALogin(Shop):
    finding = "signature/answers-neither-2xx-nor-4xx"

    def verify(self, hook: Hook) -> None:
        try:
            super().verify(hook)
        except RefusedError:
            raise RefusedError(302, "/login") from None


class HasAClockOfSeoul(Shop):
    """The time of the server is taken for UTC."""

    finding = "control/judges-age-in-another-zone"

    def check_age(self, claim: Claim, _hook: Hook) -> None:
        if abs(time.time() + 9 * 3600 - int(claim.timestamp)) > 300:
            raise RefusedError(401, "too old")


class ReadsTheBodyAsAscii(Shop):
    finding = "control/reads-another-encoding"

    def signed_bytes(self, hook: Hook) -> bytes:
        return hook.body.decode("ascii", "ignore").encode()


class ReadsTheBodyAsLatin1(Shop):
    finding = "control/reads-another-encoding"

    def signed_bytes(self, hook: Hook) -> bytes:
        return hook.body.decode("latin-1").encode()


class CountsLetters(Shop):
    """The length counts bytes, and it reads as many letters."""

    finding = "control/reads-another-encoding"

    def signed_bytes(self, hook: Hook) -> bytes:
        return hook.body[: len(hook.body.decode("utf-8", "replace"))]


class StripsTheBody(Shop):
    finding = "raw-body/line-end"

    def signed_bytes(self, hook: Hook) -> bytes:
        return hook.body.strip()


MEMBERS: tuple[type[Shop], ...] = (
    SignsWithoutADot,
    SignsTheBodyFirst,
    SignsTheBodyAlone,
    SignsTheTimestampOfTheBody,
    ExpectsHexInCapitals,
    EncodesTheHexDigest,
    ExpectsBase64Url,
    DecodesTheKeyAsAUrl,
    UsesSha1,
    HashesWithoutHmac,
    SwapsSecretAndText,
    KeepsTheLineEndOfTheSecret,
    KeepsTheQuotesOfTheSecret,
    DecodesTheSecret,
    CutsTheKey,
    LooksForCapitals,
    LooksWhetherThereIsAHeader,
    LooksWhetherThereIsAKey,
    ComparesTheLength,
    WantsBase64Alone,
    ComparesTheBeginning,
    ComparesTheEnd,
    TakesUnsignedTests,
    VerifiesInProductionAlone,
    TakesWhatItCannotRead,
    VerifiesBehindItsQueue,
    ChecksTheAgeTooLate,
    FailsOnForgeries,
    SendsForgeriesToALogin,
    HasAClockOfSeoul,
    ReadsTheBodyAsAscii,
    ReadsTheBodyAsLatin1,
    CountsLetters,
    StripsTheBody,
)
