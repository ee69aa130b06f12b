"""Receivers with one mistake in how they verify."""

from __future__ import annotations

import hmac
import json

from conformance.zoo.shop import Claim, Hook, RefusedError, Shop


class VerifiesNothing(Shop):
    finding = "signature/verifies-nothing"

    def verify(self, hook: Hook) -> None:
        """Nothing is looked at."""


class VerifiesOnlyWhatIsSigned(Shop):
    finding = "signature/verifies-only-what-is-signed"

    def verify(self, hook: Hook) -> None:
        if hook.headers.get(self.header):
            super().verify(hook)


class TakesAnEmptySecret(Shop):
    finding = "signature/empty-secret"

    def is_right(self, claim: Claim, body: bytes) -> bool:
        return super().is_right(claim, body) or self.key(claim.timestamp, body, "") in claim.keys


class ComparesByStartswith(Shop):
    finding = "signature/compares-a-part-of-the-key"

    def is_equal(self, right: str, key: str) -> bool:
        return right.startswith(key)


class ComparesBySubstring(Shop):
    finding = "signature/compares-a-part-of-the-key"

    def is_equal(self, right: str, key: str) -> bool:
        return key in right


class ComparesTheLengthOfTheSent(Shop):
    finding = "signature/compares-a-part-of-the-key"

    def is_equal(self, right: str, key: str) -> bool:
        return all(one == other for one, other in zip(right, key, strict=False))


class LooksForTheKeySomewhere(Shop):
    """As the vendor's samples do."""

    finding = "signature/key-within-text"

    def is_equal(self, right: str, key: str) -> bool:
        return right in key


class ComparesWithoutCase(Shop):
    finding = "signature/key-in-other-case"

    def is_equal(self, right: str, key: str) -> bool:
        return right.lower() == key.lower()


class FailsOnAWord(Shop):
    finding = "signature/fails-on-malformed-signatures"

    def claim(self, header: str) -> Claim:
        pairs = dict(pair.split("=", 1) for pair in header.split(","))
        if not pairs["timestamp"].isdigit():
            raise RefusedError(401)
        return Claim(pairs["timestamp"], tuple(pairs["key"].split(";")))


class AnswersForgeriesWithSuccess(Shop):
    finding = "signature/answers-2xx-to-forgeries"

    def verify(self, hook: Hook) -> None:
        try:
            super().verify(hook)
        except RefusedError:
            raise RefusedError(200, "ignored") from None


class StoresBeforeItVerifies(Shop):
    finding = "signature/verifies-after-it-acted"

    def take(self, hook: Hook) -> tuple[int, str]:
        envelope = self.read(hook.body)
        if not self.is_copy(envelope, hook):
            self.keep(envelope)
            self.act(envelope)
        self.verify(hook)
        return 204, ""


class TakesV0(Shop):
    finding = "signature/v0-for-key"

    def claim(self, header: str) -> Claim:
        return super().claim(header.replace(",v0=", ",key="))


class WantsTwoPairs(Shop):
    finding = "signature/other-pairs"

    def claim(self, header: str) -> Claim:
        if header.count(",") > 1:
            raise RefusedError(401, "no signature")
        return super().claim(header)


class IgnoresTheBody(Shop):
    """The key is looked for among those of bodies that came before: any body does, once the key was seen."""

    finding = "signature/body-changed"

    def is_right(self, claim: Claim, body: bytes) -> bool:
        last = bytearray(body)
        digits = [place for place, byte in enumerate(last) if 0x30 <= byte <= 0x39]
        if digits:
            last[digits[-1]] ^= 1
        return super().is_right(claim, body) or super().is_right(claim, bytes(last))


class TakesAnyTimestamp(Shop):
    """Some seconds around are tried, so that a timestamp can be changed after signing."""

    finding = "signature/timestamp-changed"

    def is_right(self, claim: Claim, body: bytes) -> bool:
        moment = int(claim.timestamp)
        return any(super(TakesAnyTimestamp, self).is_right(Claim(str(moment + by), claim.keys), body) for by in (0, -1))


class TakesAWordForATime(Shop):
    finding = "signature/timestamp-not-a-number"

    def claim(self, header: str) -> Claim:
        pairs = dict(pair.strip().partition("=")[::2] for pair in header.split(","))
        if "timestamp" not in pairs or not pairs.get("key"):
            raise RefusedError(401)
        return Claim(pairs["timestamp"], tuple(pairs["key"].split(";")))

    def check_age(self, claim: Claim, hook: Hook) -> None:
        if claim.timestamp.isdigit():
            super().check_age(claim, hook)


class LooksForAnotherHeader(Shop):
    finding = "control/looks-for-another-header"
    header = "x-steppay-signature"


class VerifiesAReSerialisedBody(Shop):
    finding = "control/verifies-re-serialised-body"

    def signed_bytes(self, hook: Hook) -> bytes:
        try:
            return json.dumps(json.loads(hook.body), ensure_ascii=False, separators=(",", ":")).encode()
        except ValueError:
            return hook.body


class VerifiesWhatPythonWrites(Shop):
    finding = "control/verifies-re-serialised-body"

    def signed_bytes(self, hook: Hook) -> bytes:
        try:
            return json.dumps(json.loads(hook.body)).encode()
        except ValueError:
            return hook.body


class VerifiesAnIndentedBody(Shop):
    """It writes what it parsed as the sender writes it today."""

    finding = "raw-body/verifies-re-serialised-body"

    def signed_bytes(self, hook: Hook) -> bytes:
        try:
            return json.dumps(json.loads(hook.body), ensure_ascii=False, indent=2).encode()
        except (ValueError, RecursionError):
            return hook.body


class ReadsTheBodyAsText(Shop):
    """Line ends are those of this system."""

    finding = "raw-body/cr-lf"

    def signed_bytes(self, hook: Hook) -> bytes:
        return hook.body.replace(b"\r\n", b"\n")


class ExpectsHex(Shop):
    finding = "control/expects-hex"

    def key(self, timestamp: str, body: bytes, secret: str = "whsec_of_the_zoo") -> str:
        return hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()


class ExpectsMilliseconds(Shop):
    finding = "control/expects-milliseconds"

    def check_age(self, claim: Claim, hook: Hook) -> None:
        super().check_age(Claim(str(int(claim.timestamp) // 1000), claim.keys), hook)


MEMBERS: tuple[type[Shop], ...] = (
    VerifiesNothing,
    VerifiesOnlyWhatIsSigned,
    TakesAnEmptySecret,
    ComparesByStartswith,
    ComparesBySubstring,
    ComparesTheLengthOfTheSent,
    LooksForTheKeySomewhere,
    ComparesWithoutCase,
    FailsOnAWord,
    AnswersForgeriesWithSuccess,
    StoresBeforeItVerifies,
    TakesV0,
    WantsTwoPairs,
    IgnoresTheBody,
    TakesAnyTimestamp,
    TakesAWordForATime,
    LooksForAnotherHeader,
    VerifiesAReSerialisedBody,
    VerifiesWhatPythonWrites,
    VerifiesAnIndentedBody,
    ReadsTheBodyAsText,
    ExpectsHex,
    ExpectsMilliseconds,
)
